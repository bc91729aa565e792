"""Move a sample community in time, so that on the day of its installation its talk ends yesterday.

A sample's files keep the dates on which they were written. They move by whole weeks, so that a "周六" in the talk
stays a Saturday. Days of the month are therefore never typed out in the files: they stand as placeholders that are
rendered after the move.

    {date:2026-04-12}   →  4月12日      April 12
    {day:2026-04-12}    →  12号         the 12th

A sample holds up to six days more than it shows, because a move by whole weeks ends between zero and six days
after yesterday; what lies after yesterday is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from copilot.errors import BadInput, BrokenFile
from copilot.records import FaqEntry, Knowledge, Profile, SourceMessage

_DAYS_A_WEEK = 7
_PLACEHOLDER = re.compile(r"\{(date|day):([^{}]*)\}")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def read_last_day(folder: Path) -> date:
    """Read from `sample.yaml` the last day of a sample's talk, in the sample's timezone.

    Args:
        folder: the sample's knowledge folder.

    Returns:
        The value of the key `last_day`.

    Raises:
        BrokenFile: the file is missing, unreadable, or holds anything but one date under `last_day`.
    """
    path = folder / "sample.yaml"
    remedy = "write one line such as `last_day: 2026-05-02`"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise BrokenFile(f"{path} cannot be read ({problem}); {remedy}.") from problem
    if not isinstance(content, dict) or set(content) != {"last_day"} or type(content["last_day"]) is not date:
        raise BrokenFile(f"{path} holds {content!r}; {remedy}.")
    last_day: date = content["last_day"]
    return last_day


def weeks_to_shift(last_day: date, today: date) -> int:
    """Count the weeks by which a sample moves so that it ends yesterday or up to six days later.

    Args:
        last_day: the last day of the sample's talk as it stands in the files.
        today: the day of the installation, in the sample's timezone.

    Returns:
        The smallest number of weeks (negative: back in time) that brings `last_day` to yesterday or later.
    """
    days_short = (today - timedelta(days=1) - last_day).days
    return -(-days_short // _DAYS_A_WEEK)


def render(text: str, weeks: int, language: str) -> str:
    """Write out the date placeholders of a text, moved by a number of weeks.

    Args:
        text: any text of a sample.
        weeks: how far the sample moves.
        language: `zh` or `en`, which decides how a date is written.

    Returns:
        The text without placeholders.

    Raises:
        BadInput: a placeholder that does not hold a date.
    """

    def written(match: re.Match[str]) -> str:
        try:
            day = date.fromisoformat(match[2]) + timedelta(weeks=weeks)
        except ValueError:
            raise BadInput(f"{match[0]} is not a date placeholder; write it like {{date:2026-04-12}}.") from None
        if language == "zh":
            return f"{day.month}月{day.day}日" if match[1] == "date" else f"{day.day}号"
        return f"{_MONTHS[day.month - 1]} {day.day}" if match[1] == "date" else f"the {_ordinal(day.day)}"

    return _PLACEHOLDER.sub(written, text)


def shift_knowledge(knowledge: Knowledge, weeks: int, language: str | None = None) -> Knowledge:
    """Move a sample's knowledge, its groups' included: placeholders are rendered, expiry days move along.

    Args:
        knowledge: what the sample's folder holds.
        weeks: how far the sample moves.
        language: how dates are written; None means the language of the profile (`zh` where it names none).

    Returns:
        The same knowledge with its dates moved.

    Raises:
        BadInput: a placeholder that does not hold a date.
    """
    spoken = language or knowledge.profile.language or "zh"

    def moved(text: str) -> str:
        return render(text, weeks, spoken)

    return replace(
        knowledge,
        profile=_move_profile(knowledge.profile, weeks, spoken),
        rules=tuple(replace(rule, text=moved(rule.text)) for rule in knowledge.rules),
        faq=tuple(_move_faq_entry(entry, weeks, spoken) for entry in knowledge.faq),
        documents=tuple(replace(document, text=moved(document.text)) for document in knowledge.documents),
        groups={
            name: shift_knowledge(group, weeks, group.profile.language or spoken)
            for name, group in knowledge.groups.items()
        },
    )


def shift_messages(
    messages: Iterable[SourceMessage], weeks: int, *, today: date, timezone: str, language: str
) -> Iterator[SourceMessage]:
    """Move a sample's talk and drop what lies after yesterday.

    Args:
        messages: the talk as the files hold it.
        weeks: how far the sample moves.
        today: the day of the installation, in `timezone`.
        timezone: the sample's timezone (IANA name). The hour on the wall stays what it was, also across a change
            to or from summer time.
        language: `zh` or `en`, which decides how a date is written.

    Yields:
        The messages up to yesterday's end, with times moved and placeholders rendered. A reply to a dropped
        message cannot occur, as it is dropped itself.

    Raises:
        BadInput: a placeholder that does not hold a date.
    """
    zone = ZoneInfo(timezone)
    ends_at = datetime.combine(today, time.min, zone)
    for message in messages:
        on_the_wall = message.sent_at.astimezone(zone) + timedelta(weeks=weeks)
        if on_the_wall >= ends_at:
            continue
        quoted = message.quoted_text
        yield replace(
            message,
            sent_at=on_the_wall.astimezone(message.sent_at.tzinfo),
            text=render(message.text, weeks, language),
            quoted_text=None if quoted is None else render(quoted, weeks, language),
        )


def _move_profile(profile: Profile, weeks: int, language: str) -> Profile:
    def moved(text: str | None) -> str | None:
        return None if text is None else render(text, weeks, language)

    goals = profile.goals
    return replace(
        profile,
        theme=moved(profile.theme),
        positioning=moved(profile.positioning),
        audience=moved(profile.audience),
        goals=None if goals is None else tuple(render(goal, weeks, language) for goal in goals),
    )


def _move_faq_entry(entry: FaqEntry, weeks: int, language: str) -> FaqEntry:
    return replace(
        entry,
        question=render(entry.question, weeks, language),
        variants=tuple(render(variant, weeks, language) for variant in entry.variants),
        answer=render(entry.answer, weeks, language),
        expires_on=None if entry.expires_on is None else entry.expires_on + timedelta(weeks=weeks),
    )


def _ordinal(number: int) -> str:
    suffix = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
