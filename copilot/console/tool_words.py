"""What the co-pilot looked up, in people's words: the tool, and what it was asked to look for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from copilot.assistant.request import Tool
from copilot.console.i18n import Texts

_MOST_CHARACTERS = 60


def tool_name(t: Texts, tool: str) -> str:
    """What was done with a tool, as a short sentence; for a tool that is not known here, that something was."""
    words = {
        Tool.ASK: t("查了知识和聊天记录", "Looked for an answer"),
        Tool.SEARCH: t("搜了聊天记录", "Searched the chats"),
        Tool.READ: t("读了一段对话", "Read a conversation"),
        Tool.TOPICS: t("看了大家在聊什么", "Looked at what people talk about"),
        Tool.ACTIVITY: t("看了群里的活跃情况", "Looked at how busy it was"),
        Tool.MEMBERS: t("看了成员", "Looked at the members"),
        Tool.EXPERTS: t("找了谁最懂", "Looked for who knows most"),
        Tool.COMPARE: t("比较了两段时间", "Compared two periods"),
        Tool.UNANSWERED: t("找了没人回答的问题", "Looked for unanswered questions"),
        Tool.EPISODE: t("看了那场讨论", "Looked at that discussion"),
        Tool.RULES: t("对照了群规", "Checked against the rules"),
        Tool.PROPOSALS: t("看了待办", "Looked at the proposals"),
        Tool.DRAFT: t("起草了一段文字", "Drafted a text"),
        Tool.REWRITE: t("改写了文字", "Reworded the text"),
        Tool.PROPOSE: t("写进了待办", "Put it among the proposals"),
        Tool.HELP: t("列出了能做的事", "Listed what it can do"),
    }
    try:
        return words[Tool(tool)]
    except ValueError:
        return t("查了一下", "Looked something up")


def looked_for(t: Texts, arguments: Mapping[str, Any], timezone: str) -> str:
    """What a tool was asked to look for, in one line; "" where it was about everything.

    Args:
        t: the texts of the page's language.
        arguments: of a step, as `assistant.steps` writes them.
        timezone: in which days are told.
    """
    parts: list[str] = []
    for key in ("topic", "member", "period", "compared"):
        value = arguments.get(key)
        text = _days(t, value, timezone) if isinstance(value, Mapping) else value
        text = " ".join(text.split()) if isinstance(text, str) else ""
        if text and text not in parts:
            parts.append(text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…")
    return t("、", ", ").join(parts)


def _days(t: Texts, period: Mapping[str, Any], timezone: str) -> str:
    """A period as it was said, or from its first day to its last."""
    if period.get("words"):
        return str(period["words"])
    try:
        first, end = (datetime.fromisoformat(str(period[key])) for key in ("starts_at", "ends_at"))
        return t.span(first, end - timedelta(seconds=1), timezone)
    except (KeyError, ValueError, TypeError):
        return ""
