"""What an import of knowledge would change, told before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from copilot.knowledge.validation import question_key
from copilot.records import Document, FaqEntry, Knowledge, Platform, Profile, Rule, Tone

ProfileValue = str | tuple[str, ...] | Platform | Tone
Value = ProfileValue | Rule | FaqEntry | Document

_STORED: Final = frozenset(("id", "community_id", "group_id", "version"))
Item = TypeVar("Item", Rule, FaqEntry, Document)


class ChangeKind(StrEnum):
    """What happens to one thing."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Part(StrEnum):
    """What kind of thing it happens to; `group` is a group that knowledge names for the first time."""

    GROUP = "group"
    PROFILE = "profile"
    RULE = "rule"
    FAQ = "faq"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between the knowledge that is there and the knowledge that is coming.

    Args:
        group: the group's name; None for the community.
        key: what people know it by: the profile's field, the rule's number, the question, the name.
        before, after: the values. `after` of a changed record carries the stored record's ids and version, so that it
            can be saved as it is; a field of a profile that is cleared is `removed`.
        fields: the fields of a changed record that differ.
    """

    part: Part
    kind: ChangeKind
    key: str
    group: str | None = None
    before: Value | None = None
    after: Value | None = None
    fields: tuple[str, ...] = ()

    @property
    def before_text(self) -> str:
        """What was there, as people read it."""
        return displayed(self.before)

    @property
    def after_text(self) -> str:
        """What will be there, as people read it."""
        return displayed(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All differences, the community's first, then group by group; `unchanged` counts records that stay as they are."""

    items: tuple[Change, ...] = ()
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the import would change nothing."""
        return not self.items

    @property
    def counts(self) -> Counter[ChangeKind]:
        """How many changes of each kind there are."""
        return Counter(change.kind for change in self.items)

    def of(self, part: Part, group: str | None = None) -> tuple[Change, ...]:
        """The changes of one part of one level."""
        return tuple(change for change in self.items if change.part is part and change.group == group)


def compare(old: Knowledge, new: Knowledge, *, mirror: bool = True) -> Changes:
    """Tell what would have to change for `old` to become `new`.

    Rules are the same by number, documents by name, FAQ entries by their question or, failing that, by a wording that
    only one entry of either side has. Order does not matter.

    Args:
        old: what is there, with all groups of the community, also those without knowledge of their own.
        new: what comes.
        mirror: True: what `new` lacks is removed, and an empty field is emptied (a folder). False: it stays (a table).
    """
    levels: list[tuple[str | None, Knowledge, Knowledge]] = [(None, old, new)]
    levels += [(name, group, new.groups.get(name, Knowledge())) for name, group in old.groups.items()]
    levels += [(name, Knowledge(), group) for name, group in new.groups.items() if name not in old.groups]
    found: list[Change] = []
    unchanged = 0
    for name, before, after in levels:
        if name is not None and name not in old.groups:
            found.append(Change(part=Part.GROUP, kind=ChangeKind.ADDED, key=name, group=name, after=name))
        found += _profile_changes(name, before.profile, after.profile, mirror)
        for changes, same in (
            _record_changes(Part.RULE, name, _pairs(before.rules, after.rules, _number), mirror),
            _record_changes(Part.FAQ, name, _faq_pairs(before.faq, after.faq), mirror),
            _record_changes(Part.DOCUMENT, name, _pairs(before.documents, after.documents, _name), mirror),
        ):
            found += changes
            unchanged += same
    return Changes(items=tuple(found), unchanged=unchanged)


def _number(rule: Rule) -> str:
    return str(rule.number)


def _name(document: Document) -> str:
    return document.name


def _question(entry: FaqEntry) -> str:
    return question_key(entry.question)


def _profile_changes(group: str | None, old: Profile, new: Profile, mirror: bool) -> list[Change]:
    found = []
    for field in fields(Profile):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after or (after is None and not mirror):
            continue
        kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED if after is None else ChangeKind.CHANGED
        change = Change(part=Part.PROFILE, kind=kind, key=field.name, group=group, before=before, after=after)
        found.append(change)
    return found


def _pairs(
    old: Sequence[Item], new: Sequence[Item], key: Callable[[Item], str]
) -> list[tuple[Item | None, Item | None]]:
    """Match records by key: the new ones in their order, then the old ones that have no match."""
    waiting = {key(item): item for item in old}
    pairs: list[tuple[Item | None, Item | None]] = [(waiting.pop(key(item), None), item) for item in new]
    return pairs + [(item, None) for item in waiting.values()]


def _faq_pairs(old: Sequence[FaqEntry], new: Sequence[FaqEntry]) -> list[tuple[FaqEntry | None, FaqEntry | None]]:
    """Match entries by question, and those left over by a shared wording: a question may have been put differently."""
    pairs = _pairs(old, new, _question)
    lost = _owners(before for before, after in pairs if after is None and before is not None)
    came = _owners(after for before, after in pairs if before is None and after is not None)
    matched: dict[str, FaqEntry] = {}
    taken: set[str] = set()
    for wording, after in came.items():
        before = lost.get(wording)
        if before is not None and _question(after) not in matched and _question(before) not in taken:
            matched[_question(after)] = before
            taken.add(_question(before))
    return [
        (before or (matched.get(_question(after)) if after else None), after)
        for before, after in pairs
        if after is not None or (before is not None and _question(before) not in taken)
    ]


def _owners(entries: Iterable[FaqEntry]) -> dict[str, FaqEntry]:
    """The entry that each wording belongs to."""
    return {question_key(wording): entry for entry in entries for wording in (entry.question, *entry.variants)}


def _record_changes(
    part: Part, group: str | None, pairs: Iterable[tuple[Item | None, Item | None]], mirror: bool
) -> tuple[list[Change], int]:
    found: list[Change] = []
    unchanged = 0
    for before, after in pairs:
        if after is None:
            if before is not None and mirror:
                found.append(
                    Change(part=part, kind=ChangeKind.REMOVED, key=_key_of(before), group=group, before=before)
                )
        elif before is None:
            found.append(Change(part=part, kind=ChangeKind.ADDED, key=_key_of(after), group=group, after=after))
        else:
            coming = _laid_over(before, after, mirror)
            differing = tuple(
                field.name for field in fields(coming) if getattr(before, field.name) != getattr(coming, field.name)
            )
            if differing:
                found.append(
                    Change(
                        part=part,
                        kind=ChangeKind.CHANGED,
                        key=_key_of(coming),
                        group=group,
                        before=before,
                        after=coming,
                        fields=differing,
                    )
                )
            else:
                unchanged += 1
    return found, unchanged


def _laid_over(before: Item, after: Item, mirror: bool) -> Item:
    """What comes, as a new version of what is there; without `mirror`, what comes empty stays as it is."""
    kept: dict[str, Any] = {name: getattr(before, name) for name in _STORED}
    if not mirror:
        kept |= {field.name: getattr(before, field.name) for field in fields(after) if not getattr(after, field.name)}
    return replace(after, **kept)


def _key_of(record: Rule | FaqEntry | Document) -> str:
    if isinstance(record, Rule):
        return str(record.number)
    return record.question if isinstance(record, FaqEntry) else record.name


def displayed(value: Value | None) -> str:
    """A value as people read it: one text, list items on lines of their own."""
    match value:
        case None:
            return ""
        case Rule() | Document():
            return value.text
        case FaqEntry():
            lines: Mapping[str, str] = {
                "≈ ": " | ".join(value.variants),
                "# ": " ".join(value.tags),
                "⏳ ": value.expires_on.isoformat() if value.expires_on else "",
            }
            return "\n".join([value.question, *(mark + text for mark, text in lines.items() if text), value.answer])
        case Tone():
            return f"{value.address}, {value.emoji}, {value.length}"
        case tuple():
            return "\n".join(value)
        case _:
            return str(value)
