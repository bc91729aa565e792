"""A request as the plain values of a step, and back: what was looked up is shown, kept, and taken up again later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from copilot.assistant.request import Aspect, Found, Period, Request, Tool
from copilot.records import ProposalKind, Step

_SHOWN = 400
# A text that was written is kept whole: "send that" may come next.
_WRITTEN = 4000
_TEXTS = ("topic", "member", "text")


def step_of(request: Request, found: Found) -> Step:
    """What was done for a request and what came of it, for people to read."""
    is_written = request.tool in (Tool.DRAFT, Tool.REWRITE)
    # Why there is no text is none.
    text = (found.draft if is_written else found.draft or found.text).strip()
    most = _WRITTEN if is_written else _SHOWN
    return Step(
        tool=request.tool.value,
        arguments=arguments_of(request),
        found=text if len(text) <= most else f"{text[: most - 1]}…",
        citations=found.citations,
    )


def arguments_of(request: Request) -> dict[str, Any]:
    """What a request says beside its tool, as plain JSON values; what it leaves open is left out."""
    values: dict[str, Any] = {key: value for key in _TEXTS if (value := getattr(request, key))}
    for key, period in (("period", request.period), ("compared", request.compared)):
        if period is not None:
            values[key] = {
                "words": period.words,
                "starts_at": period.starts_at.isoformat(),
                "ends_at": period.ends_at.isoformat(),
            }
    if request.kind is not None:
        values["kind"] = request.kind.value
    if request.aspect is not None:
        values["aspect"] = request.aspect.value
    if request.thread_id is not None:
        values["thread_id"] = request.thread_id
    return values


def request_of(step: Step) -> Request | None:
    """The request of a step that was kept; None where it is of another version and cannot be read any more."""
    given = step.arguments
    try:
        return Request(
            tool=Tool(step.tool),
            topic=str(given.get("topic", "")),
            member=str(given.get("member", "")),
            text=str(given.get("text", "")),
            period=_period(given.get("period")),
            compared=_period(given.get("compared")),
            kind=ProposalKind(given["kind"]) if "kind" in given else None,
            aspect=Aspect(given["aspect"]) if "aspect" in given else None,
            thread_id=given.get("thread_id"),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _period(given: Any) -> Period | None:
    if given is None:
        return None
    return Period(
        starts_at=datetime.fromisoformat(given["starts_at"]),
        ends_at=datetime.fromisoformat(given["ends_at"]),
        words=given["words"],
    )
