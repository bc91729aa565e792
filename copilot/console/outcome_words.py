"""How a call to the chat model ended, in people's words: under a reply, and in the list of calls."""

from __future__ import annotations

from collections.abc import Iterable

from copilot.console.i18n import Texts
from copilot.records import ModelCall, ModelSetup, Outcome, Purpose

WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})
"""With these a model said the reply."""
NOT_FOR_SETTINGS = frozenset({Outcome.UNFINISHED, Outcome.CANCELLED, Outcome.CUT_OFF, Outcome.BAD_OUTPUT})
"""What no setting can help."""

_WRONG = frozenset(
    {Outcome.REFUSED, Outcome.OVER_BUDGET, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.TIMEOUT,
     Outcome.UNREACHABLE}
)  # fmt: skip
"""What tells that a model cannot be used at the moment, and not only that one reply went wrong."""


def why_no_model(t: Texts, outcome: Outcome) -> str:
    """Why the words of a reply come without a model; "" where a model said them."""
    return {
        Outcome.OK: "",
        Outcome.REPAIRED: "",
        Outcome.UNFINISHED: t("这次没有说完。", "This was not finished."),
        Outcome.CANCELLED: t("这次中途停下了。", "This was stopped."),
        Outcome.NO_MODEL: t("没有接入大模型，这是直接查到的。", "No chat model is connected; this is what was found."),
        Outcome.OVER_BUDGET: t(
            "今天给大模型的额度用完了，这是直接查到的。",
            "Today's limit for the chat model is reached; this is what was found.",
        ),
        Outcome.TOO_LONG: t(
            "内容太长，大模型一次读不完，这是直接查到的。",
            "This was too long for the chat model; this is what was found.",
        ),
        Outcome.TIMEOUT: t(
            "大模型太久没有回应，这是直接查到的。", "The chat model took too long; this is what was found."
        ),
        Outcome.UNREACHABLE: t(
            "连不上大模型，这是直接查到的。", "The chat model cannot be reached; this is what was found."
        ),
        Outcome.RATE_LIMITED: t(
            "大模型那边太忙，这是直接查到的。", "The chat model's vendor is busy; this is what was found."
        ),
        Outcome.SERVER_ERROR: t(
            "大模型那边出了故障，这是直接查到的。", "The chat model's vendor has a fault; this is what was found."
        ),
        Outcome.REFUSED: t(
            "大模型没有接受请求（密钥、余额或模型名），这是直接查到的。",
            "The chat model refused (key, balance or model name); this is what was found.",
        ),
        Outcome.RESTING: t(
            "大模型刚才连着出错，先歇一会儿，这是直接查到的。",
            "The chat model failed several times and is left alone for a while; this is what was found.",
        ),
        Outcome.CUT_OFF: t("大模型说到一半断了，这是直接查到的。", "The chat model broke off; this is what was found."),
        Outcome.BAD_OUTPUT: t(
            "大模型说的对不上出处，没有采用，这是直接查到的。",
            "What the chat model said did not match its sources; this is what was found.",
        ),
    }[outcome]


def standing(setup: ModelSetup, calls: Iterable[ModelCall]) -> Outcome | None:
    """How the chosen model does: `ok`, or what was wrong when it was last asked; None where nobody has tried it yet.

    Args:
        setup: the model.
        calls: the last calls, the newest first.
    """
    for call in calls:
        is_its = call.model == setup.model and call.vendor == setup.vendor
        is_since = setup.changed_at is None or call.at >= setup.changed_at
        if not is_its or not is_since:
            continue
        if call.outcome in WORDED:
            return Outcome.OK
        # Trying a model asks for what it may not be able to do.
        if call.outcome in _WRONG and call.purpose is not Purpose.TEST:
            return call.outcome
    # A greeting that came is how it is known whether words come as they are said.
    return None if setup.abilities.streaming is None else Outcome.OK


def standing_words(t: Texts, how: Outcome | None) -> str:
    """How the chosen model does, in a sentence; "" where it does well."""
    return {
        None: t("还没试过", "Not tried yet"),
        Outcome.OK: "",
        Outcome.REFUSED: t(
            "上次用的时候对方没有接受：密钥、余额或模型名有一样不对，点「试一试」看是哪一样",
            "It was refused when last asked: key, balance or model name; Test says which",
        ),
        Outcome.OVER_BUDGET: t("今天的额度用完了", "Today's limit is reached"),
        Outcome.RATE_LIMITED: t("上次用的时候对方太忙", "Its vendor was busy when last asked"),
        Outcome.SERVER_ERROR: t("上次用的时候对方出了故障", "Its vendor had a fault when last asked"),
        Outcome.TIMEOUT: t("上次用的时候太久没有回应", "It took too long when last asked"),
    }.get(how, t("上次用的时候连不上", "It could not be reached when last asked"))


def outcome_name(t: Texts, outcome: Outcome) -> str:
    """How a call ended, in a word or two."""
    return {
        Outcome.OK: t("成功", "Done"),
        Outcome.REPAIRED: t("成功（改了一次）", "Done, second try"),
        Outcome.UNFINISHED: t("没有结束", "Not ended"),
        Outcome.CANCELLED: t("中途停下", "Stopped"),
        Outcome.NO_MODEL: t("没有大模型", "No model"),
        Outcome.OVER_BUDGET: t("超出额度，没有发", "Over the limit, not sent"),
        Outcome.TOO_LONG: t("太长，没有发", "Too long, not sent"),
        Outcome.TIMEOUT: t("太久没有回应", "Took too long"),
        Outcome.UNREACHABLE: t("连不上", "Not reachable"),
        Outcome.RATE_LIMITED: t("对方太忙", "Vendor busy"),
        Outcome.SERVER_ERROR: t("对方故障", "Vendor's fault"),
        Outcome.REFUSED: t("对方没有接受", "Refused"),
        Outcome.RESTING: t("暂停中，没有发", "Paused, not sent"),
        Outcome.CUT_OFF: t("说到一半断了", "Broke off"),
        Outcome.BAD_OUTPUT: t("回复不能用", "Reply not usable"),
    }[outcome]
