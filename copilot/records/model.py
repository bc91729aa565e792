"""The chat model that is configured, what each call to a model did, and what models may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MICRO = 1_000_000
"""Money is kept in millionths of a yuan: a price of 2 yuan for a million tokens is 2 of them a token."""


class Purpose(StrEnum):
    """What a model is called for."""

    ANSWER = "answer"
    UNDERSTAND = "understand"
    VARIANTS = "variants"
    ASSISTANT = "assistant"
    DRAFT = "draft"
    SUMMARY = "summary"
    JUDGE = "judge"
    TEST = "test"
    EMBED = "embed"


class Outcome(StrEnum):
    """How a call ended. All but the first three mean that the fallback ran.

    `unfinished` is the reservation of a call that is under way, or that a crash cut off.
    """

    OK = "ok"
    REPAIRED = "repaired"
    UNFINISHED = "unfinished"
    NO_MODEL = "no_model"
    OVER_BUDGET = "over_budget"
    TOO_LONG = "too_long"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    RESTING = "resting"
    CUT_OFF = "cut_off"
    BAD_OUTPUT = "bad_output"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a model's server was found to do when it was tested; None where nobody has tried."""

    json_schema: bool | None = None
    json_object: bool | None = None
    tools: bool | None = None
    streaming: bool | None = None
    usage: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSetup:
    """The chat model that an owner chose. The key is not part of it: see `models.keys`.

    Args:
        vendor: a row of `models.providers`, such as `deepseek`; `compatible` for any other OpenAI-compatible server.
        base_url: where it is asked, up to and with `/v1` or the like.
        model: as the vendor names it.
        context_tokens: how many tokens it takes at once, question and answer together.
        input_price, output_price: yuan for a million tokens; None where nobody knows, and then tokens are capped.
        is_local: whether text stays on this machine or in this network, so that nothing need be masked.
        version: counts the changes, for whoever keeps a model open.
    """

    vendor: str
    base_url: str
    model: str
    context_tokens: int = 32_000
    input_price: float | None = None
    output_price: float | None = None
    is_local: bool = False
    abilities: Abilities = field(default_factory=Abilities)
    version: int = 1
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most that models may use in a day; None is no limit of that kind.

    Args:
        group_id: the group that it is for; None for all groups and the console together.
        yuan: a day. `tokens`: a day, in and out together; what counts where the price is unknown.
    """

    group_id: int | None = None
    yuan: float | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One call to a model, as it is recorded.

    Args:
        prompt, prompt_hash: the prompt's name, and what its file said (the first 12 digits of its SHA-256).
        input_tokens, output_tokens: as the server counted them; as estimated before where `is_estimate`.
        cost: millionths of a yuan; None where the price is unknown.
        first_token_ms, latency_ms: until the first token and until the end, retries included; 0 where there was none.
        attempts: how often it was sent.
    """

    purpose: Purpose
    prompt: str
    prompt_hash: str
    vendor: str
    model: str
    input_tokens: int
    output_tokens: int
    at: datetime
    is_estimate: bool = True
    cost: int | None = None
    first_token_ms: int = 0
    latency_ms: int = 0
    attempts: int = 0
    outcome: Outcome = Outcome.UNFINISHED
    community_id: int | None = None
    group_id: int | None = None
    account_id: int | None = None
    id: int = 0
