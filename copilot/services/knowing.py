"""What a community knows: read, edited, imported from files after a look at what would change, and written to files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from copilot.errors import BadInput
from copilot.knowledge.changes import Change, ChangeKind, Changes, Part, compare
from copilot.knowledge.documents import read_document
from copilot.knowledge.faq_table import read_faq_table
from copilot.knowledge.folder import read_folder
from copilot.knowledge.folder_writing import write_folder
from copilot.knowledge.profiles import effective
from copilot.knowledge.validation import validate_document, validate_faq_entry, validate_profile, validate_rule
from copilot.records import (
    Account,
    Document,
    FaqEntry,
    Group,
    Knowledge,
    Platform,
    Profile,
    Role,
    Rule,
)
from copilot.services.indexing import Indexing
from copilot.services.rights import need, need_all_groups, need_community
from copilot.store import Connection, Store, communities, groups, knowledge

Item = TypeVar("Item", FaqEntry, Rule, Document)


class Knowing:
    """The use cases around knowledge."""

    def __init__(self, store: Store, indexing: Indexing) -> None:
        self._store = store
        self._indexing = indexing

    def knowledge(self, account: Account, community_id: int, group_id: int | None = None) -> Knowledge:
        """What exactly one level knows: the community's own, or a group's own."""
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            need_community(connection, account, community_id)
            return _level(connection, community_id, group_id)

    def effective_profile(self, account: Account, community_id: int, group_id: int | None = None) -> Profile:
        """The profile that counts: the group's over the community's over the defaults."""
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            need_community(connection, account, community_id)
            own = _own_group(connection, community_id, group_id).profile if group_id is not None else None
            return effective(communities.get(connection, community_id).profile, own)

    def save_profile(self, account: Account, community_id: int, group_id: int | None, profile: Profile) -> None:
        """Replace a level's profile.

        Raises:
            BadInput: a field is wrong; the message names it.
        """
        self._need(account, group_id)
        checked = validate_profile(profile)
        if group_id is None and not checked.name:
            raise BadInput("the name of the community is empty; write one")
        with self._store.write() as connection:
            if group_id is not None:
                _own_group(connection, community_id, group_id)
            _save_profile(connection, community_id, group_id, checked)

    def save_faq(self, account: Account, entry: FaqEntry) -> FaqEntry:
        """Save a FAQ entry: id 0 makes a new one.

        Raises:
            BadInput: a field is wrong, or another entry of the level has the same wording.
            Conflict: somebody else changed it meanwhile.
        """
        return self._save(account, entry)

    def save_rule(self, account: Account, rule: Rule) -> Rule:
        """Save a rule, as `save_faq` does an entry; its number must be free."""
        return self._save(account, rule)

    def save_document(self, account: Account, document: Document) -> Document:
        """Save a document, as `save_faq` does an entry; its name must be free."""
        return self._save(account, document)

    def delete_faq(self, account: Account, entry_id: int) -> FaqEntry:
        """Remove a FAQ entry; returns it, so that it can be put back."""
        return self._delete(account, FaqEntry, entry_id)

    def delete_rule(self, account: Account, rule_id: int) -> Rule:
        """Remove a rule; returns it."""
        return self._delete(account, Rule, rule_id)

    def delete_document(self, account: Account, document_id: int) -> Document:
        """Remove a document; returns it."""
        return self._delete(account, Document, document_id)

    def read_document(self, account: Account, community_id: int, group_id: int | None, path: Path) -> Document:
        """Read a .md, .docx, .pdf or .html file and save it as a document; one of the same name is replaced.

        Raises:
            BadInput, BrokenFile: the file cannot be read.
        """
        self._need(account, group_id)
        found = read_document(path)
        with self._store.read() as connection:
            there = {one.name: one for one in knowledge.own(connection, Document, community_id, group_id)}
        old = there.get(found.name)
        ours = replace(found, community_id=community_id, group_id=group_id)
        return self._save(account, replace(ours, id=old.id, version=old.version) if old else ours)

    def preview_folder(self, account: Account, community_id: int, path: Path) -> Changes:
        """What importing a knowledge folder (or a .zip of one) would change in a community and its groups.

        Raises:
            BadInput: the folder has mistakes; each is named with file and line.
        """
        need_all_groups(account, Role.ADMIN)
        coming = read_folder(path)
        with self._store.read() as connection:
            there = _all_levels(connection, community_id)
        return compare(there, _completed(coming, there))

    def apply_folder(self, account: Account, community_id: int, path: Path) -> Changes:
        """Import a knowledge folder, all or nothing; returns what changed."""
        need_all_groups(account, Role.ADMIN)
        coming = read_folder(path)
        with self._store.write() as connection:
            there = _all_levels(connection, community_id)
            changes = compare(there, _completed(coming, there))
            _apply(connection, community_id, changes)
        self._indexing.wake()
        return changes

    def preview_faq_table(self, account: Account, community_id: int, group_id: int | None, path: Path) -> Changes:
        """What importing a table of FAQ entries would add or change; it never removes.

        Raises:
            BadInput: the table has mistakes; each is named with row and column.
        """
        self._need(account, group_id)
        coming = Knowledge(faq=tuple(read_faq_table(path)))
        with self._store.read() as connection:
            return compare(_level(connection, community_id, group_id), coming, mirror=False)

    def apply_faq_table(self, account: Account, community_id: int, group_id: int | None, path: Path) -> Changes:
        """Import a table of FAQ entries, all or nothing; returns what changed."""
        self._need(account, group_id)
        coming = Knowledge(faq=tuple(read_faq_table(path)))
        with self._store.write() as connection:
            changes = compare(_level(connection, community_id, group_id), coming, mirror=False)
            for change in changes.items:
                _apply_item(connection, community_id, group_id, change)
        self._indexing.wake()
        return changes

    def export_folder(self, account: Account, community_id: int, path: Path) -> list[Path]:
        """Write a community's knowledge as a folder; returns the files."""
        need_all_groups(account, Role.ADMIN)
        with self._store.read() as connection:
            found = _all_levels(connection, community_id)
        return write_folder(path, found)

    def _need(self, account: Account, group_id: int | None) -> None:
        if group_id is None:
            need_all_groups(account, Role.ADMIN)
        else:
            need(account, Role.ADMIN, group_id)

    def _save(self, account: Account, item: Item) -> Item:
        self._need(account, item.group_id)
        with self._store.write() as connection:
            communities.get(connection, item.community_id)
            if item.group_id is not None:
                _own_group(connection, item.community_id, item.group_id)
            if item.id:
                self._same_level(account, knowledge.get(connection, type(item), item.id), item)
            others = [
                one
                for one in knowledge.own(connection, type(item), item.community_id, item.group_id)
                if one.id != item.id
            ]
            saved = knowledge.save(connection, _validated(item, others))
        self._indexing.wake()
        return saved

    def _same_level(
        self, account: Account, there: FaqEntry | Rule | Document, item: FaqEntry | Rule | Document
    ) -> None:
        self._need(account, there.group_id)
        if (there.community_id, there.group_id) != (item.community_id, item.group_id):
            raise BadInput("an item cannot be moved to another level; add it there and remove it here")

    def _delete(self, account: Account, kind: type[Item], item_id: int) -> Item:
        with self._store.write() as connection:
            item = knowledge.get(connection, kind, item_id)
            self._need(account, item.group_id)
            knowledge.remove(connection, item)
        self._indexing.wake()
        return item


def _validated(item: Item, others: Iterable[Any]) -> Item:
    if isinstance(item, FaqEntry):
        return validate_faq_entry(item, others)
    if isinstance(item, Rule):
        return validate_rule(item, others)
    return validate_document(item, others)


def _own_group(connection: Connection, community_id: int, group_id: int) -> Group:
    group = groups.get(connection, group_id)
    if group.community_id != community_id:
        raise BadInput(f"group {group_id} is not of community {community_id}; choose one of its own")
    return group


def _level(connection: Connection, community_id: int, group_id: int | None) -> Knowledge:
    if group_id is None:
        profile = communities.get(connection, community_id).profile
    else:
        profile = _own_group(connection, community_id, group_id).profile
    return Knowledge(
        profile=profile,
        rules=tuple(knowledge.own(connection, Rule, community_id, group_id)),
        faq=tuple(knowledge.own(connection, FaqEntry, community_id, group_id)),
        documents=tuple(knowledge.own(connection, Document, community_id, group_id)),
    )


def _all_levels(connection: Connection, community_id: int) -> Knowledge:
    whole = _level(connection, community_id, None)
    own = {}
    for group in groups.all_of(connection, community_id):
        # A folder says where a group lives only if that differs from the community.
        elsewhere = None if group.platform is whole.profile.platform else group.platform
        level = _level(connection, community_id, group.id)
        own[group.name] = replace(level, profile=replace(group.profile, platform=elsewhere))
    return replace(whole, groups=own)


def _completed(coming: Knowledge, there: Knowledge) -> Knowledge:
    """A folder as it is meant: what it does not speak of at all stays as it is.

    Groups that it has no folder for are left alone, a community keeps its name, and a group stays where it lives.
    """
    named = replace(coming.profile, name=coming.profile.name or there.profile.name)
    if coming.profile == Profile():
        named = there.profile
    groups_meant = dict(there.groups)
    for name, level in coming.groups.items():
        old = there.groups.get(name)
        platform = level.profile.platform or (old.profile.platform if old else None)
        groups_meant[name] = replace(level, profile=replace(level.profile, platform=platform))
    return replace(coming, profile=named, groups=groups_meant)


def install(connection: Connection, community_id: int, coming: Knowledge) -> None:
    """Write knowledge into a community that has none, making the groups that it names."""
    _apply(connection, community_id, compare(_all_levels(connection, community_id), coming))


def _apply(connection: Connection, community_id: int, changes: Changes) -> None:
    by_name = {group.name: group.id for group in groups.all_of(connection, community_id)}
    default = _platform_after(changes) or communities.get(connection, community_id).profile.platform
    profiles: dict[str | None, dict[str, Any]] = {}
    for change in changes.items:
        if change.part is Part.GROUP and change.group is not None:
            by_name[change.group] = groups.add(connection, community_id, change.group, default or Platform.MANUAL).id
        elif change.part is Part.PROFILE:
            value = None if change.kind is ChangeKind.REMOVED else change.after
            profiles.setdefault(change.group, {})[change.key] = value
        else:
            group_id = None if change.group is None else by_name[change.group]
            _apply_item(connection, community_id, group_id, change)
    for name, values in profiles.items():
        group_id = None if name is None else by_name[name]
        known = {field.name for field in fields(Profile)}
        values = {key: value for key, value in values.items() if key in known}
        if group_id is None:
            before = communities.get(connection, community_id).profile
        else:
            group = groups.get(connection, group_id)
            before = group.profile
            values.pop("name", None)
            platform = values.pop("platform", None)
            if platform is not None:
                groups.set_platform(connection, group_id, platform)
        _save_profile(connection, community_id, group_id, replace(before, **values))


def _platform_after(changes: Changes) -> Platform | None:
    """Where the community lives after the changes, if they say so."""
    for change in changes.of(Part.PROFILE):
        if change.key == "platform" and isinstance(change.after, Platform):
            return change.after
    return None


def _apply_item(connection: Connection, community_id: int, group_id: int | None, change: Change) -> None:
    if change.kind is ChangeKind.REMOVED:
        if isinstance(change.before, FaqEntry | Rule | Document):
            knowledge.remove(connection, change.before)
        return
    match change.after:
        case FaqEntry() as entry:
            knowledge.save(connection, replace(entry, community_id=community_id, group_id=group_id))
        case Rule() as rule:
            knowledge.save(connection, replace(rule, community_id=community_id, group_id=group_id))
        case Document() as document:
            knowledge.save(connection, replace(document, community_id=community_id, group_id=group_id))


def _save_profile(connection: Connection, community_id: int, group_id: int | None, profile: Profile) -> None:
    if group_id is None:
        communities.save_profile(connection, community_id, profile)
    else:
        groups.save_profile(connection, group_id, replace(profile, name=None, platform=None))
