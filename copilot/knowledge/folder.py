"""Reading a knowledge folder::

    profile.yaml       the fields of a profile: name, platform, theme, positioning, goals, audience, quiet_hours,
                       language, timezone, tone {address, emoji, length}
    rules.yaml         a list of {number, text}
    faq.yaml           a list of {question, variants, answer, tags, expires_on}
    documents/*.md     Markdown; the name is the file's, or `title` in a block between two lines `---` at the start
    groups/<name>/     the same files: what differs or comes on top in one group. The group's name is `name` in its
                       profile.yaml, else the folder's. It may hold chat.jsonl, which is left alone here
    sample.yaml        marks a sample; left alone here

Every file may be missing. Reading is strict: whatever would be silently lost is a problem, named with file, line and
remedy, and all problems of a folder are told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

import yaml

from copilot.errors import BadInput
from copilot.knowledge.archive import Files, open_files
from copilot.knowledge.problems import Problems
from copilot.knowledge.validation import (
    LONGEST_DOCUMENT,
    MOST_DOCUMENTS,
    MOST_ENTRIES,
    Fault,
    clean_line,
    clean_name,
    did_you_mean,
    document_faults,
    faq_entry_faults,
    normal_document,
    normal_faq_entry,
    normal_profile,
    normal_rule,
    parse_expiry,
    parse_platform,
    profile_faults,
    rule_faults,
    shared_wordings,
)
from copilot.knowledge.yaml_text import MOST_YAML_BYTES, YamlFile
from copilot.records import Document, FaqEntry, Knowledge, Platform, Profile, Rule, Tone

PROFILE_KEYS: Final = tuple(field.name for field in fields(Profile))
TONE_KEYS: Final = tuple(field.name for field in fields(Tone))
RULE_KEYS: Final = ("number", "text")
ENTRY_KEYS: Final = ("question", "variants", "answer", "tags", "expires_on")
_LEVEL_FILES: Final = ("profile.yaml", "rules.yaml", "faq.yaml")
_LEFT_ALONE: Final = ("sample.yaml", "chat.jsonl")
# A character takes at most four bytes.
_MOST_DOCUMENT_BYTES: Final = 4 * LONGEST_DOCUMENT
_LONGEST_FRONT: Final = 50


def read_folder(path: Path) -> Knowledge:
    """Read a knowledge folder, or a .zip of one.

    Returns:
        The community's knowledge. `groups` is keyed by the groups' names, and a group's `profile.name` is None.

    Raises:
        BadInput: lists up to 20 problems, each with file, line and remedy.
        NotFound: if there is nothing at the path.
    """
    problems = Problems()
    with open_files(path) as files:
        names = files.names()
        known = [name for name in names if _is_known(name, problems)]
        if not known and not problems.found:
            problems.add(path.name, f"this is not a knowledge folder; it holds none of {', '.join(_LEVEL_FILES)}")
        knowledge = _Level(files, known, "", problems).read()
        groups: dict[str, Knowledge] = {}
        folders = dict.fromkeys(name.split("/")[1] for name in known if name.startswith("groups/"))
        for folder in folders:
            group = _Level(files, known, f"groups/{folder}/", problems).read(knowledge.profile.tone)
            group_name = group.profile.name or clean_name(folder)
            if group_name in groups:
                problems.add(f"groups/{folder}", f"there is a group '{group_name}' already; give this one another name")
            groups[group_name] = replace(group, profile=replace(group.profile, name=None))
    problems.raise_any(path.name)
    return replace(knowledge, groups=groups)


def _is_known(name: str, problems: Problems) -> bool:
    """Whether a file belongs to the layout; one that looks as if it was meant to is a problem."""
    parts = PurePosixPath(name).parts
    inner = parts[2:] if parts[0] == "groups" and len(parts) > 2 else parts
    if len(inner) == 1 and inner[0] in (*_LEVEL_FILES, *_LEFT_ALONE):
        return True
    if len(inner) == 2 and inner[0] == "documents":
        if inner[1].endswith(".md"):
            return True
        problems.add(name, "only .md files are read from documents/; save it as Markdown, or add it as a document")
    elif len(inner) > 2 and inner[0] == "documents":
        problems.add(name, "documents/ has no folders of its own; move the file up")
    elif inner[-1].lower().endswith((".yaml", ".yml")):
        remedy = did_you_mean(inner[-1], _LEVEL_FILES)
        problems.add(name, f"a knowledge folder has no file of this name in this place; {remedy}")
    return False


class _Level:
    """The files of a community or, under a prefix, of one of its groups."""

    def __init__(self, files: Files, names: Sequence[str], prefix: str, problems: Problems) -> None:
        self._files = files
        self._names = [name for name in names if name.startswith(prefix)]
        self._prefix = prefix
        self._problems = problems

    def read(self, tone: Tone | None = None) -> Knowledge:
        """Read this level; `tone` fills what a group's own tone leaves out."""
        return Knowledge(
            profile=self._profile(tone),
            rules=tuple(self._rules()),
            faq=tuple(self._faq()),
            documents=tuple(self._documents()),
        )

    def _content(self, name: str, longest: int) -> bytes | None:
        try:
            return self._files.read(name, longest)
        except BadInput as error:
            self._problems.found.append(str(error))
            return None

    def _yaml(self, name: str) -> YamlFile | None:
        name = self._prefix + name
        content = self._content(name, MOST_YAML_BYTES) if name in self._names else None
        return None if content is None else YamlFile(name, content, self._problems)

    def _profile(self, community_tone: Tone | None) -> Profile:
        file = self._yaml("profile.yaml")
        if file is None or file.root is None:
            return Profile()
        nodes = file.mapping(file.root, PROFILE_KEYS, "a profile") or {}
        platform: Platform | None = None
        goals: list[tuple[str, yaml.Node]] = []
        tone: Tone | None = None
        texts: dict[str, str] = {}
        tones: dict[str, yaml.Node] = {}
        for key, node in nodes.items():
            if key == "platform":
                try:
                    platform = parse_platform(file.string(node, key))
                except BadInput as error:
                    file.report(node, str(error))
            elif key == "goals":
                goals = file.strings(node, key)
            elif key == "tone":
                tones = file.mapping(node, TONE_KEYS, "a tone") or {}
                values = {part: file.string(value, part) for part, value in tones.items()}
                tone = replace(community_tone or Tone(), **values) if values else None
            else:
                texts[key] = file.string(node, key)
        profile = normal_profile(Profile(platform=platform, tone=tone, goals=tuple(goal for goal, _ in goals), **texts))
        for fault in profile_faults(profile):
            file.report(_fault_node(fault, profile, file.root, nodes | tones), fault.sentence)
        return profile

    def _rules(self) -> list[Rule]:
        file = self._yaml("rules.yaml")
        rules: list[Rule] = []
        lines: dict[int, int] = {}
        if file is None:
            return rules
        for item, nodes in file.rows(RULE_KEYS, "a rule"):
            if "number" not in nodes:
                file.report(item, "the number of this rule is missing; write 'number: 1'")
                continue
            number = file.integer(nodes["number"], "number")
            if number is None:
                continue
            rule = normal_rule(Rule(number=number, text=file.string(nodes["text"], "text") if "text" in nodes else ""))
            for fault in rule_faults(rule):
                file.report(nodes.get(fault.field, item), fault.sentence)
            line = nodes["number"].start_mark.line + 1
            if number in lines:
                sentence = f"rule {number} stands in line {lines[number]} already; number the rules anew"
                file.report(nodes["number"], sentence)
            lines.setdefault(number, line)
            rules.append(rule)
        return rules

    def _faq(self) -> list[FaqEntry]:
        file = self._yaml("faq.yaml")
        entries: list[FaqEntry] = []
        places: list[tuple[yaml.Node, dict[str, yaml.Node]]] = []
        if file is None:
            return entries
        for item, nodes in file.rows(ENTRY_KEYS, "an entry"):
            if len(entries) == MOST_ENTRIES:
                file.report(item, f"there are more than {MOST_ENTRIES:,} entries; keep those that are asked")
                break
            entry = self._entry(file, nodes)
            for fault in faq_entry_faults(entry):
                file.report(_fault_node(fault, entry, item, nodes), fault.sentence)
            entries.append(entry)
            places.append((item, nodes))
        for at, fault, first in shared_wordings(entries):
            line = places[first][0].start_mark.line + 1
            file.report(_fault_node(fault, entries[at], *places[at]), f"{fault.sentence} (line {line})")
        return entries

    @staticmethod
    def _entry(file: YamlFile, nodes: dict[str, yaml.Node]) -> FaqEntry:
        expires_on: date | None = None
        if "expires_on" in nodes:
            try:
                expires_on = parse_expiry(file.string(nodes["expires_on"], "expires_on"))
            except BadInput as error:
                file.report(nodes["expires_on"], str(error))
        lists = {
            key: tuple(text for text, _ in file.strings(nodes[key], key)) if key in nodes else ()
            for key in ("variants", "tags")
        }
        texts = {key: file.string(nodes[key], key) if key in nodes else "" for key in ("question", "answer")}
        return normal_faq_entry(
            FaqEntry(
                question=texts["question"],
                answer=texts["answer"],
                variants=lists["variants"],
                tags=lists["tags"],
                expires_on=expires_on,
            )
        )

    def _documents(self) -> list[Document]:
        documents: dict[str, Document] = {}
        names = [name for name in self._names if name.startswith(f"{self._prefix}documents/")]
        if len(names) > MOST_DOCUMENTS:
            sentence = f"there are {len(names):,} documents, more than {MOST_DOCUMENTS}; join some"
            self._problems.add(f"{self._prefix}documents", sentence)
        for name in names[:MOST_DOCUMENTS]:
            content = self._content(name, _MOST_DOCUMENT_BYTES)
            if content is None:
                continue
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = content.count(b"\n", 0, error.start) + 1
                sentence = "this is not UTF-8 text; save the file with the encoding UTF-8"
                self._problems.add(name, sentence, line=line)
                continue
            title, body = split_front(text.replace("\r\n", "\n"))
            document = normal_document(Document(name=title or PurePosixPath(name).stem, text=body))
            for fault in document_faults(document):
                self._problems.add(name, fault.sentence)
            if document.name in documents:
                sentence = f"there is a document '{document.name}' already; give this one another name or title"
                self._problems.add(name, sentence)
            documents[document.name] = document
        return list(documents.values())


def _fault_node(fault: Fault, record: Profile | FaqEntry, whole: yaml.Node, nodes: dict[str, yaml.Node]) -> yaml.Node:
    """The node that a fault of a record is about: the list's item, else the field's value, else the whole record's."""
    node = nodes.get(fault.field, whole)
    if fault.position is not None and isinstance(node, yaml.SequenceNode):
        text = getattr(record, fault.field)[fault.position]
        for item in node.value:
            if isinstance(item, yaml.ScalarNode) and clean_line(str(item.value)) == text:
                return item
    return node


def split_front(text: str) -> tuple[str | None, str]:
    """Split Markdown into the `title` of its front matter, if any, and the text after the front matter.

    Front matter is a YAML mapping between a first line `---` and another one within the first 50 lines; its other keys
    are for other programs.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, text
    end = next((at for at, line in enumerate(lines[1:_LONGEST_FRONT], 1) if line.rstrip() == "---"), None)
    if end is None:
        return None, text
    try:
        root = yaml.compose("\n".join(lines[1:end]), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None, text
    if not isinstance(root, yaml.MappingNode):
        return None, text
    scalars = ((key.value, str(value.value)) for key, value in root.value if isinstance(value, yaml.ScalarNode))
    title = next((value for key, value in scalars if key == "title"), None)
    return title, "\n".join(lines[end + 1 :])
