"""Writing a knowledge folder, so that reading it gives the same knowledge again (`folder.py` has the layout)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Final, TypeVar

from copilot.errors import Conflict, StorageFailed
from copilot.knowledge.folder import split_front
from copilot.knowledge.problems import Problems
from copilot.knowledge.validation import (
    LONGEST_NAME,
    Fault,
    clean_name,
    document_faults,
    excerpt,
    faq_entry_faults,
    normal_document,
    normal_faq_entry,
    normal_profile,
    normal_rule,
    profile_faults,
    rule_faults,
    shared_wordings,
)
from copilot.knowledge.yaml_text import dump
from copilot.records import Document, FaqEntry, Knowledge, Profile, Rule

# What Windows, the pickiest of file systems, refuses in a name or as a name.
_UNSAFE: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# File systems allow 255 bytes; this leaves room for the suffix and for a name beside it while it is written.
_LONGEST_STEM_BYTES: Final = 180

Item = TypeVar("Item", Rule, FaqEntry, Document)


def write_folder(path: Path, knowledge: Knowledge, *, prune: bool = False) -> list[Path]:
    """Write a community's knowledge as a folder; `read_folder(path)` gives it back in its normal form, without ids.

    All files are written beside their places first and then moved there, so a full disk leaves the folder as it was.
    Files that are not of the layout are left alone.

    Args:
        path: the folder, made if it is missing.
        prune: removes documents and groups' files that are in the folder and not in the knowledge.

    Returns:
        The files written.

    Raises:
        BadInput: if the knowledge could not be read back, with each problem.
        Conflict: if, without `prune`, something in the folder would be read back that is not in the knowledge.
        StorageFailed: if the folder cannot be written.
    """
    contents = {path / name: content for name, content in _files(checked(knowledge))}
    try:
        stale = [file for file in _own_files(path) if file not in contents]
        if stale and not prune:
            shown = stale[0].relative_to(path).as_posix()
            raise Conflict(
                f"{path} holds '{shown}', which the knowledge no longer has; export into an empty folder, or remove it"
            )
        _write_all(contents)
        for file in stale:
            file.unlink()
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written ({error.strerror}); free space or check its rights") from error
    return list(contents)


def checked(knowledge: Knowledge) -> Knowledge:
    """The knowledge in its normal form, each record, level and group checked.

    Raises:
        BadInput: lists the problems.
    """
    problems = Problems()
    groups: dict[str, Knowledge] = {}
    for name, group in knowledge.groups.items():
        clean = clean_name(name)
        if not clean or len(clean) > LONGEST_NAME or clean in groups:
            sentence = f"a group needs a name of its own of at most {LONGEST_NAME} characters; rename it"
            problems.add(f"group '{excerpt(name)}'", sentence)
        level = _checked_level(replace(group, profile=replace(group.profile, name=None)), f"{clean}: ", problems)
        groups[clean] = replace(level, groups={})
    level = _checked_level(knowledge, "", problems)
    problems.raise_any("the knowledge")
    return replace(level, groups=groups)


def _checked_level(knowledge: Knowledge, where: str, problems: Problems) -> Knowledge:
    def note(what: str, faults: Iterable[Fault]) -> None:
        for fault in faults:
            problems.add(where + what, fault.sentence)

    profile = normal_profile(knowledge.profile)
    note("profile", profile_faults(profile))
    rules = tuple(_unsaved(normal_rule(rule)) for rule in knowledge.rules)
    faq = tuple(_unsaved(normal_faq_entry(entry)) for entry in knowledge.faq)
    documents = tuple(_unsaved(normal_document(document)) for document in knowledge.documents)
    numbers: set[int] = set()
    for rule in rules:
        note("rules", rule_faults(rule))
        if rule.number in numbers:
            problems.add(where + "rules", f"there are two rules {rule.number}; number them anew")
        numbers.add(rule.number)
    for entry in faq:
        note("faq", faq_entry_faults(entry))
    note("faq", (fault for _, fault, _ in shared_wordings(faq)))
    names: set[str] = set()
    for document in documents:
        note("documents", document_faults(document))
        if document.name in names:
            problems.add(where + "documents", f"there are two documents '{excerpt(document.name)}'; rename one")
        names.add(document.name)
    return Knowledge(profile=profile, rules=rules, faq=faq, documents=documents)


def _unsaved(record: Item) -> Item:
    """The record without what the store adds."""
    return replace(record, id=0, community_id=0, group_id=None, version=1)


def _files(knowledge: Knowledge) -> Iterator[tuple[str, bytes]]:
    """The files of checked knowledge: relative name and content."""
    yield from _level_files(knowledge, knowledge.profile, "")
    stems = _stems(knowledge.groups)
    for name, group in knowledge.groups.items():
        yield from _level_files(group, replace(group.profile, name=name), f"groups/{stems[name]}/")


def _level_files(knowledge: Knowledge, profile: Profile, prefix: str) -> Iterator[tuple[str, bytes]]:
    yield f"{prefix}profile.yaml", dump(_profile_values(profile))
    yield f"{prefix}rules.yaml", dump([_rule_values(rule) for rule in knowledge.rules])
    yield f"{prefix}faq.yaml", dump([_entry_values(entry) for entry in knowledge.faq])
    stems = _stems(document.name for document in knowledge.documents)
    for document in knowledge.documents:
        stem = stems[document.name]
        yield f"{prefix}documents/{stem}.md", _document_content(document, stem)


def _profile_values(profile: Profile) -> dict[str, object]:
    values: dict[str, object] = {}
    for field in fields(Profile):
        value = getattr(profile, field.name)
        if value is None:
            continue
        if field.name == "tone":
            value = {part.name: getattr(value, part.name) for part in fields(value)}
        elif field.name == "goals":
            value = list(value)
        elif field.name == "platform":
            value = value.value
        values[field.name] = value
    return values


def _rule_values(rule: Rule) -> dict[str, object]:
    return {"number": rule.number, "text": rule.text}


def _entry_values(entry: FaqEntry) -> dict[str, object]:
    values: dict[str, object] = {"question": entry.question}
    if entry.variants:
        values["variants"] = list(entry.variants)
    values["answer"] = entry.answer
    if entry.tags:
        values["tags"] = list(entry.tags)
    if entry.expires_on is not None:
        values["expires_on"] = entry.expires_on
    return values


def _document_content(document: Document, stem: str) -> bytes:
    """Markdown, with the name in a front block where the file's name cannot carry it or the text looks like one."""
    text = document.text + "\n"
    if document.name != stem or split_front(text)[1] != text:
        text = f"---\n{dump({'title': document.name}).decode()}---\n\n{text}"
    return text.encode("utf-8")


def _stems(names: Iterable[str]) -> dict[str, str]:
    """File names without suffix for names: safe on every system, short enough, and no two alike but for case."""
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = _safe_stem(name)
        stem, count = base, 1
        while stem.casefold() in taken:
            count += 1
            stem = f"{base}-{count}"
        taken.add(stem.casefold())
        stems[name] = stem
    return stems


def _safe_stem(name: str) -> str:
    stem = _UNSAFE.sub("_", name).strip(" .")
    stem = stem.encode("utf-8")[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").strip(" .")
    if not stem or _RESERVED.fullmatch(stem) or stem in ("__MACOSX", "__pycache__"):
        stem = f"_{stem}"
    return stem


def _own_files(path: Path) -> list[Path]:
    """The files in a folder that reading would take for knowledge and writing may name differently."""
    levels = [path, *sorted((path / "groups").glob("*"))]
    found = [file for level in levels for file in sorted((level / "documents").glob("*.md"))]
    found += [level / name for level in levels[1:] for name in ("profile.yaml", "rules.yaml", "faq.yaml")]
    return [file for file in found if file.is_file() and not file.name.startswith(".")]


def _write_all(contents: dict[Path, bytes]) -> None:
    """Write all files or, as far as the disk lets it, none."""
    staged: dict[Path, Path] = {}
    try:
        for file, content in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".writing-", delete=False) as stream:
                staged[file] = Path(stream.name)
                stream.write(content)
            staged[file].chmod(0o644)
        for file, temporary in staged.items():
            temporary.replace(file)
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
