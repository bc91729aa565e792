"""The tools of the agent: typed arguments in, a `Request` for `Tools.run` out.

A tool knows nothing but how to fill in a request; what an account may see is checked where requests are done. What is
proposed, to which group, is not among any tool's arguments: `propose` takes a text, and is there only where the
admin's own words ask for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from copilot.assistant.request import Aspect, Period, Request, Scope, Tool
from copilot.records import Step

LONGEST_WORDS = 2000
LONGEST_TEXT = 4000
HIGHEST_ID = 2**63 - 1
"""The highest that the store can hold."""


class _Nothing(BaseModel):
    pass


class _When(BaseModel):
    from_day: date | None = Field(default=None, description="first day, YYYY-MM-DD")
    to_day: date | None = Field(default=None, description="last day, YYYY-MM-DD")


class _AboutWhen(_When):
    topic: str = Field(default="", max_length=LONGEST_WORDS)


class _Ask(BaseModel):
    question: str = Field(min_length=1, max_length=LONGEST_WORDS, description="one question that stands alone")


class _Search(_When):
    topic: str = Field(min_length=1, max_length=LONGEST_WORDS)
    member: str = Field(default="", max_length=100, description="only what this member wrote")


class _Read(BaseModel):
    thread_id: int = Field(ge=1, le=HIGHEST_ID, description="as another tool gave it")


class _Members(_AboutWhen):
    aspect: Aspect | None = Field(default=None, description="who talks most, who is new, who has not spoken for long")


class _Compare(_When):
    other_from_day: date | None = Field(default=None, description="first day of the other period")
    other_to_day: date | None = None


class _Rules(BaseModel):
    text: str = Field(default="", max_length=LONGEST_TEXT, description="a text to check; empty lists the rules")


class _Propose(BaseModel):
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, description="the whole text, as members would read it")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a tool gives the model to read, and the step that people see."""

    material: str
    step: Step | None


_READING: tuple[tuple[Tool, type[BaseModel], str], ...] = (
    (Tool.ASK, _Ask, "Ask the FAQ, rules, documents and chat history a question; gives the answer with its sources."),
    (Tool.SEARCH, _Search, "Search the chat history for what was said about a topic, by anybody or by one member."),
    (Tool.READ, _Read, "Read one conversation of the chat history whole."),
    (Tool.TOPICS, _When, "What people talked about most in a period."),
    (Tool.ACTIVITY, _When, "How busy the group was: messages, speakers, days, hours."),
    (Tool.MEMBERS, _Members, "Members: who talks most, who is new, who has not spoken for long."),
    (Tool.EXPERTS, _AboutWhen, "Who knows most about a topic, by the questions that they answered."),
    (Tool.COMPARE, _Compare, "Compare two periods; without the other one, with the period before."),
    (Tool.UNANSWERED, _When, "Questions of members that nobody answered."),
    (Tool.EPISODE, _AboutWhen, "The busiest or most heated stretch of a period: who said what, and how it went."),
    (Tool.RULES, _Rules, "List the group's rules, or check a text against them."),
    (Tool.PROPOSALS, _Nothing, "List the proposals that wait for the admin, with their reasons."),
)


def toolbox(
    scope: Scope, named: Period | None, look: Callable[[Request], Looked], propose: Callable[[str], str] | None
) -> Sequence[BaseTool]:
    """The tools of one turn.

    Args:
        scope: where and when it is.
        named: the time that the admin's words name; it holds where a tool is called without days.
        look: does a request.
        propose: takes the text of a proposal and says what becomes of it; None where none is asked for.
    """
    made = [_reading(tool, shape, about, scope, named, look) for tool, shape, about in _READING]
    if propose is not None:
        made.append(_proposing(propose))
    return made


def _reading(
    tool: Tool,
    shape: type[BaseModel],
    about: str,
    scope: Scope,
    named: Period | None,
    look: Callable[[Request], Looked],
) -> BaseTool:
    def run(**arguments: object) -> tuple[str, Step | None]:
        looked = look(_request(tool, shape.model_validate(arguments), scope, named))
        return looked.material, looked.step

    return StructuredTool.from_function(
        func=run, name=tool.value, description=about, args_schema=shape, response_format="content_and_artifact"
    )


def _proposing(propose: Callable[[str], str]) -> BaseTool:
    def run(text: str) -> tuple[str, None]:
        return propose(text), None

    return StructuredTool.from_function(
        func=run,
        name=Tool.PROPOSE.value,
        description="Put the text that the admin asked for among the proposals; called again, the new text counts.",
        args_schema=_Propose,
        response_format="content_and_artifact",
    )


def _request(tool: Tool, given: BaseModel, scope: Scope, named: Period | None) -> Request:
    """A tool's arguments as a request."""
    period = compared = None
    if isinstance(given, _When):
        period = _period(given.from_day, given.to_day, scope, named)
    if isinstance(given, _Compare):
        compared = _period(given.other_from_day, given.other_to_day, scope, None)
    return Request(
        tool=tool,
        topic=_line(getattr(given, "topic", "") or getattr(given, "question", "")),
        period=period,
        compared=compared,
        member=_line(getattr(given, "member", "")),
        text=getattr(given, "text", ""),
        aspect=getattr(given, "aspect", None),
        thread_id=getattr(given, "thread_id", None),
    )


def _period(first: date | None, last: date | None, scope: Scope, named: Period | None) -> Period | None:
    """Whole days in the place's time. The time that the admin named holds where no days or just its own are given."""
    if first is None and last is None:
        return named
    begin, end = sorted((first or last or scope.now.date(), last or first or scope.now.date()))
    zone = ZoneInfo(scope.timezone)
    if named is not None:
        own = named.starts_at.astimezone(zone), (named.ends_at - timedelta(microseconds=1)).astimezone(zone)
        if (begin, end) == (own[0].date(), own[1].date()):
            return named
    return Period(
        starts_at=_midnight(begin, zone),
        # The last day that there is has no day after it.
        ends_at=_midnight(min(end, date.max - timedelta(days=2)) + timedelta(days=1), zone),
        words=_days(begin, end, scope.language),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # The first and last days of the calendar have no UTC; nobody wrote in a group then.
    kept = min(max(day, date(1970, 1, 2)), date(9000, 1, 1))
    return datetime.combine(kept, time(), zone).astimezone(ZoneInfo("UTC"))


def _days(begin: date, end: date, language: str) -> str:
    if language == "en":
        names = [f"{day:%b} {day.day}" for day in (begin, end)]
    else:
        names = [f"{day.month}月{day.day}日" for day in (begin, end)]
    return names[0] if begin == end else ("至" if language != "en" else " to ").join(names)


def _line(words: str) -> str:
    return " ".join(words.split())
