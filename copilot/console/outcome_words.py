"""How a call to the chat model ended, in people's words: under a reply, and in the list of calls."""

from __future__ import annotations

from copilot.console.i18n import Texts
from copilot.records import Outcome

WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})
"""With these a model said the reply."""
NOT_FOR_SETTINGS = frozenset({Outcome.UNFINISHED, Outcome.CANCELLED, Outcome.CUT_OFF, Outcome.BAD_OUTPUT})
"""What no setting can help."""


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
