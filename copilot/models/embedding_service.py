"""One request to a service that embeds texts at an OpenAI-compatible address, and which services there are.

By httpx and not by a library of the vendors': one POST is all there is to it, and the tokens that were counted, which
are recorded and paid, are in its reply. It knows no budget, tries nothing again and hides nothing.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from copilot.errors import BadInput
from copilot.models.attempts import Fault
from copilot.models.providers import PROVIDERS, is_local_url, provider, stays_local
from copilot.models.static import unit
from copilot.records.model import Outcome

if TYPE_CHECKING:
    import httpx

    from copilot.models.embeddings import Vectors

CONNECT_SECONDS = 3.0
_MOST_DIMENSIONS = 16_384
_LONGEST_BYTES, _LONGEST_BYTES_A_TEXT = 65_536, 524_288
"""What a reply may have: 16,384 numbers of some 30 characters a text, and what stands around them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An embedding model and where it is served; `price` is yuan for a million tokens, None where nobody knows."""

    vendor: str
    base_url: str
    model: str
    price: float | None
    is_local: bool

    @property
    def host(self) -> str:
        """The machine that serves it, for people."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


def read_service(name: str) -> Service | None:
    """The service that an embedder's name stands for; None where it names something on this machine.

    Args:
        name: `VENDOR:MODEL`, such as `siliconflow:BAAI/bge-m3`, or `http(s)://host/v1#MODEL`.

    Raises:
        BadInput: it looks like one of these, and the vendor, the address or the model is missing.
    """
    if name.startswith(("http://", "https://")):
        base_url, _, model = name.partition("#")
        parts = urlsplit(base_url)
        if parts.username or parts.password or parts.query:
            # What stands there may be secret: it is not said again.
            raise BadInput(
                "the address of the embedder holds more than one; write it up to /v1, without a name, a password or a ?"
            )
        if not model or not parts.hostname:
            raise BadInput(
                f"the embedder '{name}' names no model at an address; write it like http://127.0.0.1:8080/v1#bge-m3"
            )
        if parts.scheme == "http" and not is_local_url(base_url):
            raise BadInput(
                f"{parts.hostname} would be asked without encryption, and everyone on the way could read it; "
                "write https://"
            )
        return _service("compatible", base_url.rstrip("/"), model, None)
    vendor, colon, model = name.partition(":")
    if not colon or not vendor.isalnum() or len(vendor) == 1:
        return None
    serving = [one.name for one in PROVIDERS if one.embeddings]
    if vendor not in serving or not model:
        raise BadInput(
            f"the embedder '{name}' names no vendor and model; write one of {', '.join(serving)} with a model of "
            "theirs, such as siliconflow:BAAI/bge-m3, or an address such as http://127.0.0.1:8080/v1#bge-m3"
        )
    row = provider(vendor)
    price = next((one.input_price for one in row.embeddings if one.name == model), None)
    return _service(vendor, row.base_url, model, price)


def _service(vendor: str, base_url: str, model: str, price: float | None) -> Service:
    is_local = stays_local(base_url, model)
    return Service(vendor=vendor, base_url=base_url, model=model, price=0.0 if is_local else price, is_local=is_local)


def ask(
    client: httpx.Client, service: Service, key: str | None, texts: list[str], *, seconds: float, dimensions: int | None
) -> tuple[Vectors, int | None]:
    """Ask once.

    Args:
        texts: at least one, none of them blank, as they may leave.
        seconds: to wait for the reply.
        dimensions: how many numbers a vector has; None where nobody knows yet.

    Returns:
        The vectors, shape (len(texts), dimensions), of unit length; how many tokens the service counted, None where
        it did not.

    Raises:
        Fault: it failed; `is_about_form` where it may be for how many or how long the texts are.
    """
    # Takes a tenth of a second, which only those pay who ask a service.
    import httpx

    host = service.host
    ends_at = time.monotonic() + seconds
    # A small reply that unpacks to gigabytes is none that is asked for.
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
    body = bytearray()
    try:
        with client.stream(
            "POST",
            f"{service.base_url}/embeddings",
            json={"model": service.model, "input": texts},
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise _refusal(service, response.status_code, response.headers.get("Retry-After", ""))
            for chunk in response.iter_bytes():
                body += chunk
                # The client's own limit counts from one piece to the next.
                if time.monotonic() > ends_at:
                    raise httpx.ReadTimeout("")
                if len(body) > _LONGEST_BYTES + _LONGEST_BYTES_A_TEXT * len(texts):
                    raise Fault(Outcome.BAD_OUTPUT, f"{host} replied with more than vectors can be; check the address")
    except (httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL):
        sentence = f"{host} cannot be reached; check the address and the network"
        raise Fault(Outcome.UNREACHABLE, sentence) from None
    except httpx.TimeoutException:
        raise Fault(Outcome.TIMEOUT, f"{host} did not answer within {seconds:.0f} seconds") from None
    except (httpx.TransportError, httpx.DecodingError):
        raise Fault(Outcome.CUT_OFF, f"{host} broke off in the middle of its reply") from None
    try:
        return _read(json.loads(body), len(texts), dimensions)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        sentence = f"what {host} replied are no vectors of this model; check the address and the model"
        raise Fault(Outcome.BAD_OUTPUT, sentence) from None


def _refusal(service: Service, status: int, retry_after: str) -> Fault:
    host = service.host
    if status == 429:
        seconds = float(retry_after) if retry_after.strip().isdecimal() else None
        sentence = f"{host} is asked too often, or its allowance is used up; it is asked again later"
        return Fault(Outcome.RATE_LIMITED, sentence, retry_after=seconds)
    if status >= 500:
        return Fault(Outcome.SERVER_ERROR, f"{host} has a fault of its own (status {status})")
    if status in (401, 403):
        return Fault(Outcome.REFUSED, f"{host} does not accept the key; enter it again")
    if status == 402:
        return Fault(Outcome.REFUSED, f"{host} asks for payment; top up the account there")
    sentence = f"{host} refuses the model '{service.model}' (status {status}); check its name and the address"
    return Fault(Outcome.REFUSED, sentence, is_about_form=status in (400, 413, 422))


def _read(reply: Any, many: int, dimensions: int | None) -> tuple[Vectors, int | None]:
    rows = sorted(reply["data"], key=lambda row: row["index"])
    if [row["index"] for row in rows] != list(range(many)):
        raise ValueError("rows are missing")
    vectors: Vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
    expected = vectors.shape[1] if dimensions is None else dimensions
    if vectors.shape != (many, expected) or not 0 < expected <= _MOST_DIMENSIONS or not np.isfinite(vectors).all():
        raise ValueError("the shape is another one")
    usage = reply.get("usage") or {}
    used = usage.get("prompt_tokens", usage.get("total_tokens"))
    return unit(vectors), used if isinstance(used, int) and used >= 0 else None
