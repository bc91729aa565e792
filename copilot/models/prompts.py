"""Prompts: one file each, with declared variables, rendered in a sandbox, and what holds where no model is asked.

What a file may hold is described in `prompts/README.md`. All files are read and checked whole at the first use, so a
fault in any of them shows at once and not in the middle of a conversation.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copilot.errors import BadInput
from copilot.models.blocks import DATA_RULE, Block, neutral, wrap
from copilot.text.marks import unmarked

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

LANGUAGES: Final = ("zh", "en")
TYPES: Final = ("text", "number", "date", "list", "block", "blocks")
_KEYS: Final = ("about", "variables", "system", "user", "fallback", "default", "max_tokens", "examples")
_RULE: Final = "data_rule"
"""The variable by which a prompt says itself where it speaks of data blocks; where none does, it is added."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_WEEKDAYS: Final = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt as a model gets it.

    Args:
        hash: 12 hexadecimal digits of the SHA-256 of what its file says to a model, and without one.
        user: "" where the file has none, as in a prompt of a conversation.
        max_tokens: how long the reply may be, where the file says so.
    """

    name: str
    hash: str
    system: str
    user: str
    language: str
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class _Prompt:
    name: str
    hash: str
    variables: Mapping[str, str]
    system: Mapping[str, str]
    user: Mapping[str, str]
    fallback: Mapping[str, str]
    default: object
    max_tokens: int | None
    examples: Mapping[str, Mapping[str, object]]


class _Blocks(tuple[str, ...]):
    """Data blocks: printed as a whole they stand below each other."""

    def __str__(self) -> str:
        return "\n".join(self)


class Prompts:
    """The prompts of one folder.

    Args:
        folder: holds `<name>.yaml`; other files are passed over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all prompts, sorted."""
        return tuple(self._prompts)

    def render(self, name: str, variables: Mapping[str, object], language: str) -> Rendered:
        """Put variables into a prompt.

        Args:
            variables: a value for each variable that the file declares: text a str; number an int or float; date a
                date or an aware datetime, already in the reader's time zone; list a sequence of str or numbers; block
                a str or `Block`; blocks a sequence of these, which are numbered from 1 unless they have labels.
            language: "zh" or "en".

        Raises:
            BadInput: the prompt or the language is unknown, a file is faulty, or a variable is missing, undeclared or
                of another type.
        """
        prompt = self._prompt(name, language)
        values = _values(prompt, variables, language)
        values[_RULE] = DATA_RULE[language]
        return Rendered(
            name=name,
            hash=prompt.hash,
            system=self._filled(prompt, prompt.system[language], values),
            user=self._filled(prompt, prompt.user[language], values) if prompt.user else "",
            language=language,
            max_tokens=prompt.max_tokens,
        )

    def fallback(self, name: str, variables: Mapping[str, object], language: str) -> str:
        """What is said instead of a model's words: the same variables, blocks as plain text, for people to read.

        Raises:
            BadInput: as `render`, or the prompt has a default and no fallback.
        """
        prompt = self._prompt(name, language)
        if not prompt.fallback:
            raise _fault(name, "it has no fallback; add one, or ask for its default")
        values = _values(prompt, variables, language, plain=True)
        return self._filled(prompt, prompt.fallback[language], values).strip()

    def default(self, name: str) -> object:
        """The decision that holds where no model judges: plain JSON values, the caller's own copy.

        Raises:
            BadInput: the prompt is unknown, a file is faulty, or the prompt has a fallback and no default.
        """
        prompt = self._prompt(name)
        if prompt.fallback:
            raise _fault(name, "it has no default; add one, or ask for its fallback")
        return copy.deepcopy(prompt.default)

    def example(self, name: str, language: str) -> Mapping[str, object]:
        """The variables of a prompt's example, for tests and for estimates of its length."""
        return self._prompt(name, language).examples[language]

    def _prompt(self, name: str, language: str = "zh") -> _Prompt:
        if name not in self._prompts:
            raise BadInput(f"there is no prompt {name}; the prompts are {', '.join(self._prompts)}")
        if language not in LANGUAGES:
            raise _fault(name, f"it is not written in {language}; ask for zh or en")
        return self._prompts[name]

    @cached_property
    def _prompts(self) -> dict[str, _Prompt]:
        return {path.stem: self._read(path) for path in sorted(self._folder.glob("*.yaml"))}

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        # Loaded at the first prompt: whoever never asks a model does not pay for it.
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        made.globals.clear()
        return made

    def _filled(self, prompt: _Prompt, template: str, values: Mapping[str, object]) -> str:
        from jinja2 import TemplateError

        try:
            return self._environment.from_string(template).render(values)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise _fault(prompt.name, f"it cannot be filled in ({error}); mend the template") from error

    def _read(self, path: Path) -> _Prompt:
        """Read a file and check all of it."""
        name = path.stem
        content = _content(path)
        if unknown := [key for key in content if key not in _KEYS]:
            raise _fault(name, f"unknown key {unknown[0]!r}; the keys are {', '.join(_KEYS)}")
        if ("fallback" in content) == ("default" in content):
            raise _fault(name, "it needs either a fallback or a default, and not both")
        texts = {key: _by_language(name, key, content[key]) for key in ("system", "user", "fallback") if key in content}
        if "system" not in texts:
            raise _fault(name, "the system text is missing; write it under 'system', in zh and en")
        variables = _variables(name, content.get("variables", {}))
        if any(kind in ("block", "blocks") for kind in variables.values()):
            texts["system"] = {language: self._with_rule(text) for language, text in texts["system"].items()}
        for language in LANGUAGES:
            self._check_names(name, language, set(variables), [text[language] for text in texts.values()])
        longest = content.get("max_tokens")
        if longest is not None and (type(longest) is not int or longest < 1):
            raise _fault(name, f"max_tokens is a whole number above 0, not {longest!r}")
        rule = DATA_RULE if any(_RULE in text for text in texts["system"].values()) else None
        said = (texts, variables, content.get("default"), longest, rule)
        prompt = _Prompt(
            name=name,
            hash=_hash(name, said),
            variables=variables,
            system=texts["system"],
            user=texts.get("user", {}),
            fallback=texts.get("fallback", {}),
            default=content.get("default"),
            max_tokens=longest,
            examples=_examples(name, content.get("examples")),
        )
        for language in LANGUAGES:
            _values(prompt, prompt.examples[language], language)
        return prompt

    def _with_rule(self, text: str) -> str:
        """A system text that says what data blocks are: in its own place or, where it has none, at the end."""
        return text if _RULE in text else f"{text.rstrip()}\n\n{{{{ {_RULE} }}}}"

    def _check_names(self, name: str, language: str, declared: set[str], templates: Sequence[str]) -> None:
        """Every variable that is declared is used in each language, and every one that is used is declared."""
        from jinja2 import TemplateError, meta

        used: set[str] = set()
        try:
            for template in templates:
                tree = self._environment.parse(template)
                self._environment.compile(tree)
                used |= meta.find_undeclared_variables(tree)
                if any(meta.find_referenced_templates(tree)):
                    raise _fault(name, f"the {language} text includes another file; write its words here")
        except TemplateError as error:
            raise _fault(name, f"the {language} text is no template ({error}); mend it") from error
        used.discard(_RULE)
        if undeclared := sorted(used - declared):
            raise _fault(name, f"{undeclared[0]} is used in {language} and not declared; add it under 'variables'")
        if unused := sorted(declared - used):
            raise _fault(name, f"{unused[0]} is declared and not used in {language}; use it or take it out")


def _fault(name: str, what: str) -> BadInput:
    return BadInput(f"the prompt {name} cannot be used: {what}")


def _content(path: Path) -> dict[str, Any]:
    """The mapping that a file holds."""
    # Loaded at the first prompt, as the template engine is.
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a key that stands twice, which would silently be lost; only true and false are truth values."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            if twice := [str(key) for key in keys if keys.count(key) > 1]:
                raise yaml.YAMLError(f"the key {twice[0]} stands there twice")
            return super().construct_mapping(node, deep)

    # YAML 1.1 reads `on` and `no` as truth values as well.
    bool_tag = "tag:yaml.org,2002:bool"
    Loader.yaml_implicit_resolvers = {
        first: [one for one in resolvers if one[0] != bool_tag]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(bool_tag, re.compile("true|false"), ["t", "f"])
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _fault(path.stem, f"{path.name} cannot be read ({error}); save it as YAML in UTF-8") from error
    if not isinstance(content, dict):
        raise _fault(path.stem, f"{path.name} is written as lines of 'key: value'")
    return content


def _by_language(name: str, key: str, texts: object) -> dict[str, str]:
    """A text in both languages."""
    if not isinstance(texts, dict) or set(texts) != set(LANGUAGES):
        raise _fault(name, f"'{key}' is written in zh and en, and in nothing else")
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise _fault(name, f"'{key}' is a text in zh and a text in en; put them in quotes or after '|'")
    return {language: texts[language].strip() for language in LANGUAGES}


def _variables(name: str, declared: object) -> dict[str, str]:
    """The declared variables with their types."""
    if not isinstance(declared, dict):
        raise _fault(name, "'variables' is written as lines of 'name: type'")
    for variable, kind in declared.items():
        if not isinstance(variable, str) or not _NAME.fullmatch(variable) or variable == _RULE:
            raise _fault(name, f"{variable!r} cannot be a variable; use small letters, digits and _")
        if kind not in TYPES:
            raise _fault(name, f"the variable {variable} has the unknown type {kind!r}; use one of {', '.join(TYPES)}")
    return dict(declared)


def _examples(name: str, examples: object) -> dict[str, dict[str, object]]:
    if not isinstance(examples, dict) or set(examples) != set(LANGUAGES):
        raise _fault(name, "'examples' has the variables of an example in zh and of one in en")
    if not all(isinstance(values, dict) for values in examples.values()):
        raise _fault(name, "an example is written as lines of 'variable: value'; {} if there are none")
    found: dict[str, dict[str, object]] = examples
    return {language: {key: _labelled(value) for key, value in found[language].items()} for language in LANGUAGES}


def _labelled(value: object) -> object:
    """A value of an example, where a block with a label is a mapping of `label` and `text`."""
    if isinstance(value, list):
        return [_labelled(item) for item in value]
    if isinstance(value, dict) and set(value) == {"label", "text"}:
        return Block(str(value["text"]), str(value["label"]))
    return value


def _hash(name: str, said: object) -> str:
    """What a prompt says, without remarks, examples and the order of its keys, as 12 hexadecimal digits."""
    try:
        content = json.dumps(said, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise _fault(name, f"the default is not made of plain JSON values ({error}); mend it") from error
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _values(
    prompt: _Prompt, variables: Mapping[str, object], language: str, *, plain: bool = False
) -> dict[str, object]:
    """The variables as a template takes them: checked, and unless they are for people, made neutral and wrapped."""
    if missing := sorted(set(prompt.variables) - set(variables)):
        raise _fault(prompt.name, f"the variable {missing[0]} is missing; give it a {prompt.variables[missing[0]]}")
    if undeclared := sorted(set(variables) - set(prompt.variables)):
        raise _fault(prompt.name, f"the variable {undeclared[0]} is not declared; add it to the file or leave it out")
    values: dict[str, object] = {}
    for name, kind in prompt.variables.items():
        value = _value(kind, variables[name], language, plain)
        if value is None:
            given = type(variables[name]).__name__
            raise _fault(prompt.name, f"the variable {name} is a {kind}, not {given}; see prompts/README.md")
        values[name] = value
    return values


def _value(kind: str, value: object, language: str, plain: bool) -> object | None:
    """One value as a template takes it; None if it is of another type."""
    match kind, value:
        case "text", str():
            return unmarked(value) if plain else neutral(value)
        case "number", int() | float() if not isinstance(value, bool) and math.isfinite(value):
            return value
        case "date", date():
            return _date(value, language)
        case "list", list() | tuple():
            items = [_value("text" if isinstance(item, str) else "number", item, language, plain) for item in value]
            return None if None in items else tuple(items)
        case "block", str() | Block():
            return _block(value, "", plain)
        case "blocks", list() | tuple() if all(isinstance(item, str | Block) for item in value):
            return _Blocks(_block(item, str(number), plain) for number, item in enumerate(value, 1))
    return None


def _block(value: str | Block, label: str, plain: bool) -> str:
    """A data block; "" for a text without words, so that a template can pass it over."""
    block = Block(value, label) if isinstance(value, str) else value
    if plain or not block.text.strip():
        return unmarked(block.text.strip())
    return wrap(block.text, block.label or label)


def _date(value: date, language: str) -> str | None:
    """A date with its weekday, which models are bad at; with the time of day if it has one."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return None
    weekday = _WEEKDAYS[language][value.weekday()]
    shown = f"{value:%Y-%m-%d} {'周' if language == 'zh' else ''}{weekday}"
    return f"{shown} {value:%H:%M}" if isinstance(value, datetime) else shown
