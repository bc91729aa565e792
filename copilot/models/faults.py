"""What a failed request to a model means, in our own words.

Nothing of what a server wrote is passed on: it may repeat the key or what members said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from copilot.models.attempts import Fault
from copilot.models.providers import provider
from copilot.records.model import ModelSetup, Outcome

_NO_MONEY = frozenset({"insufficient_quota", "insufficient_balance", "arrearage", "1113"})
"""How vendors say in an error's code that an account is empty; OpenAI and Zhipu say it with status 429."""
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})
_REFUSALS_OF_FORM = (400, 422)
_TIMEOUTS = (408, 504, 524)


def called(setup: ModelSetup) -> str:
    """What a setup's server is called in a sentence: the vendor, or the host where the vendor is nobody we know."""
    row = provider(setup.vendor)
    return row.title_en if row.base_url else host_of(setup.base_url)


def host_of(base_url: str) -> str:
    """Host and port of an address, without what else may stand in it, such as a password."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "the address"
    return f"{host}:{port}" if port else host or "the address"


def refused(setup: ModelSetup, status: int, code: str, headers: Mapping[str, str], now: datetime) -> Fault:
    """What an HTTP status of 300 and more means.

    Args:
        code: the error's code, "" where the body has none.
        headers: for `Retry-After`.
        now: to reckon a date in it.
    """
    who, model = called(setup), setup.model
    outcome, about_form, waiting = Outcome.REFUSED, False, None
    if status == 402 or code.lower() in _NO_MONEY:
        sentence = f"the account at {who} has no money left; top it up and try again"
    elif code in _TOO_LONG or status == 413:
        return too_long(setup)
    elif status == 401:
        sentence = f"{who} does not accept the key; enter a valid one in the settings"
    elif status == 403:
        sentence = f"{who} does not let this key use {model}; choose another model or ask the vendor"
    elif status == 404:
        sentence = f"{who} knows no model {model} at this address; check the model's name and the address"
    elif status == 429:
        outcome, waiting = Outcome.RATE_LIMITED, retry_after(headers, now)
        sentence = f"{who} is asked too often at the moment; wait a minute and try again"
    elif status in _TIMEOUTS:
        return too_slow(setup)
    elif status >= 500:
        outcome, waiting = Outcome.SERVER_ERROR, retry_after(headers, now)
        sentence = f"{who} has a fault of its own (status {status}); try again later"
    else:
        about_form = status in _REFUSALS_OF_FORM
        sentence = f"{who} refuses the request (status {status}); check the address and the model's name"
    return Fault(outcome, sentence, retry_after=waiting, is_about_form=about_form)


def too_long(setup: ModelSetup) -> Fault:
    """A text that the model cannot take at once."""
    sentence = f"this is too long for {setup.model}; shorten it, or choose a model that takes more"
    return Fault(Outcome.TOO_LONG, sentence)


def too_slow(setup: ModelSetup) -> Fault:
    """Nothing came for too long."""
    sentence = f"{called(setup)} takes too long to reply; try again, or choose a faster model"
    return Fault(Outcome.TIMEOUT, sentence)


def unreachable(setup: ModelSetup) -> Fault:
    """No connection."""
    sentence = f"{host_of(setup.base_url)} cannot be reached; check the address and the connection"
    return Fault(Outcome.UNREACHABLE, sentence)


def no_way(setup: ModelSetup) -> Fault:
    """What this machine says of proxies or certificates cannot be used."""
    return Fault(Outcome.UNREACHABLE, no_way_to(host_of(setup.base_url)))


def no_way_to(host: str) -> str:
    """The sentence of `no_way`, for whatever is asked."""
    return (
        f"{host} cannot be asked: a proxy or certificate that is set on this machine cannot be used; "
        "correct ALL_PROXY, HTTPS_PROXY or SSL_CERT_FILE and start again"
    )


def cut_off(setup: ModelSetup) -> Fault:
    """The reply broke off."""
    sentence = f"the reply of {called(setup)} broke off; try again"
    return Fault(Outcome.CUT_OFF, sentence)


def unreadable(setup: ModelSetup) -> Fault:
    """The reply is not what it should be."""
    sentence = f"the reply of {called(setup)} cannot be used; test the model in the settings"
    return Fault(Outcome.BAD_OUTPUT, sentence)


def no_chat_server(setup: ModelSetup) -> Fault:
    """What answers speaks another language."""
    sentence = f"{host_of(setup.base_url)} does not answer like a chat model; check the address, it often ends in /v1"
    return Fault(Outcome.BAD_OUTPUT, sentence)


def resting(setup: ModelSetup, failures: int, seconds: float) -> Fault:
    """The server failed too often and is left alone."""
    sentence = f"{called(setup)} failed {failures} times in a row; try again in {seconds:.0f} seconds"
    return Fault(Outcome.RESTING, sentence)


def cancelled() -> Fault:
    """A person stopped it."""
    sentence = "the reply was stopped; ask again"
    return Fault(Outcome.CANCELLED, sentence)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that a server asks to wait, from `Retry-After` (seconds or a date) or `Retry-After-Ms`."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) * unit)
        except ValueError:
            continue
    try:
        at = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
