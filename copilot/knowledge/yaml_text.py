"""YAML with line numbers: a strict reading in which text stays text, and a writing that people can edit.

PyYAML composes nodes; nothing is constructed. So `no`, `22:30` and `2026-05-01` are read as they are written, and tags,
aliases and repeated keys, which a knowledge file has no use for, are refused.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from copilot.knowledge.problems import Problems
from copilot.knowledge.validation import did_you_mean, excerpt

MOST_YAML_BYTES: Final = 10_000_000
DEEPEST: Final = 20
# libyaml's parser where PyYAML was built with it, which is some ten times faster.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL: Final = "tag:yaml.org,2002:null"
_NOT_YAML: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# A word with a hash behind an unquoted text: more often a topic of a chat than a remark.
_LOST: Final = re.compile(r"[ \t]+(#[^\s#][^\n]*)")

_WIDE_COLON: Final = re.compile(r"\s*(- +)?\w+：")


class YamlFile:
    """One YAML file, and the reading of typed values from its nodes; what is wrong goes to `problems`.

    Args:
        name: the file's name as it stands in messages.
        content: the bytes, UTF-8 with or without a byte-order mark.
    """

    def __init__(self, name: str, content: bytes, problems: Problems) -> None:
        self.name = name
        self.problems = problems
        self.text = self._decoded(content).replace("\r\n", "\n")
        self.root: yaml.Node | None = self._composed()

    def report(self, node: yaml.Node | None, sentence: str) -> None:
        """Note a problem at a node's line, or of the whole file."""
        self.problems.add(self.name, sentence, line=None if node is None else node.start_mark.line + 1)

    def _decoded(self, content: bytes) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.problems.add(self.name, "this is not UTF-8 text; save the file with the encoding UTF-8", line=line)
            return ""
        if found := _NOT_YAML.search(text):
            line = text.count("\n", 0, found.start()) + 1
            sentence = f"the invisible character U+{ord(found[0]):04X} stands here; delete it"
            self.problems.add(self.name, sentence, line=line)
            return ""
        return text

    def _composed(self) -> yaml.Node | None:
        try:
            return yaml.compose(self.text, Loader=_LOADER) if self._is_plain() else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else None
            self.problems.add(self.name, self._syntax_sentence(f"{error.context} {error.problem}", line), line=line)
        except yaml.YAMLError:
            self.problems.add(self.name, "this is not YAML; compare it with an exported file")
        return None

    def _is_plain(self) -> bool:
        """Whether the file does without aliases and deep nesting; looks at events, which cost no memory."""
        depth = 0
        for event in yaml.parse(self.text, Loader=_LOADER):
            sentence = ""
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                sentence = "anchors and aliases (& and *) are not used here; write the text itself, in quotes"
            elif isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                sentence = f"lists are nested more than {DEEPEST} deep; flatten them" if depth > DEEPEST else ""
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if sentence:
                mark = event.start_mark
                self.problems.add(self.name, sentence, line=mark.line + 1 if mark else None)
                return False
        return True

    def _syntax_sentence(self, problem: str, line: int | None) -> str:
        """What is wrong by the parser's own words, and what people mostly did to get there."""
        lines = self.text.split("\n")[max(0, (line or 1) - 2) : line or 1]
        shown = lines[-1] if lines else ""
        wide = next((one for one in reversed(lines) if _WIDE_COLON.match(one)), None)
        if "single document" in problem:
            remedy = "a file holds one document, so remove the line '---'"
        elif wide is not None:
            shown, remedy = wide, "write the key, a half-width ':' and a space before the value"
        elif re.match(r" *\t", shown):
            remedy = "indent with spaces, not tabs"
        elif "did not find expected" in problem or "expected <block end>" in problem or "end of stream" in problem:
            remedy = "check the indentation and the quotes of this line and of those before it"
        else:
            remedy = "put text that holds ':', '#', '@', '*', '&', '{' or quotes in quotes, and check the indentation"
        return f"'{excerpt(shown)}' cannot be read as YAML; {remedy}"

    def _has_tag(self, node: yaml.Node) -> bool:
        """Whether a node carries a tag of its own; refused, as a tag asks for another type than text."""
        if not self.text.startswith("!", node.start_mark.index):
            return False
        self.report(node, "tags (!) are not used here; put the text in quotes")
        return True

    def mapping(self, node: yaml.Node, keys: Sequence[str], what: str) -> dict[str, yaml.Node] | None:
        """The values of a mapping by key, without those that are empty; None if it is not a mapping.

        Unknown and repeated keys are problems.
        """
        if not isinstance(node, yaml.MappingNode) or self._has_tag(node):
            if not isinstance(node, yaml.MappingNode):
                self.report(node, f"{what} is written as lines of 'key: value'; the keys are {', '.join(keys)}")
            return None
        found: dict[str, yaml.Node] = {}
        seen: set[str] = set()
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            if key not in keys:
                self.report(key_node, f"unknown key '{excerpt(str(key))}'; {did_you_mean(str(key), keys)}")
            elif key in seen:
                self.report(key_node, f"the key '{key}' stands here twice; keep one")
            elif not (isinstance(value, yaml.ScalarNode) and value.tag == _NULL and not value.style):
                found[key] = value
            seen.add(str(key))
        return found

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The items of a list."""
        if not isinstance(node, yaml.SequenceNode):
            self.report(node, f"{what} is a list; put '- ' before each item")
            return []
        return [] if self._has_tag(node) else list(node.value)

    def string(self, node: yaml.Node, key: str) -> str:
        """The text of a scalar, whatever YAML would take it for; "" with a problem if it is not one."""
        if not isinstance(node, yaml.ScalarNode):
            self.report(node, f"'{key}' is a text, not a list; put it in quotes if it begins with '-', '[' or '{{'")
            return ""
        if self._has_tag(node):
            return ""
        if not node.style and node.tag == _NULL:
            return ""
        if not node.style and (lost := _LOST.match(self.text, node.end_mark.index)):
            self.report(node, f"'{excerpt(lost[1])}' would be lost as a comment; put the whole text in quotes")
        return str(node.value)

    def strings(self, node: yaml.Node, key: str) -> list[tuple[str, yaml.Node]]:
        """The texts of a list, each with its node."""
        return [(self.string(item, key), item) for item in self.items(node, f"'{key}'")]

    def integer(self, node: yaml.Node, key: str) -> int | None:
        """A whole number, quoted or not; None with a problem if it is not one."""
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        if isinstance(text, str) and re.fullmatch(r"[0-9]{1,9}", text):
            return int(text)
        self.report(node, f"'{key}' is a whole number, not '{excerpt(str(text))}'; write it like 3")
        return None

    def rows(self, keys: Sequence[str], what: str) -> Iterator[tuple[yaml.Node, dict[str, yaml.Node]]]:
        """The mappings of a file that is a list of mappings, each with its node."""
        if self.root is None or (isinstance(self.root, yaml.ScalarNode) and self.root.tag == _NULL):
            return
        for item in self.items(self.root, self.name):
            if (found := self.mapping(item, keys, what)) is not None:
                yield item, found


class _Dumper(yaml.SafeDumper):
    """Lists stand indented under their key, and the same value twice is written twice."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def dump(value: object) -> bytes:
    """Plain values as YAML in UTF-8: in the given order, several lines as a block, nothing escaped or folded."""
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=sys.maxsize)
    return text.encode("utf-8")
