"""What the floors below say is said in Chinese too, with its values; the sources are walked for what they may say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import copilot
from copilot import errors
from copilot.console.faults import said
from copilot.console.i18n import Texts, describe_error, explained
from copilot.console.sentences import in_chinese
from copilot.errors import CopilotError, UnknownFormat
from copilot.importers.formats.refused import REFUSALS
from copilot.importers.reading.encoding import _MAGIC, refuse_binary
from copilot.knowledge.validation import Fault

SOURCES = Path(copilot.__file__).parent
WALKED = ("importers", "knowledge", "services", "store", "retrieval", "models")
# What only somebody at the command line gets to read.
NOT_IN_THE_CONSOLE = {
    "knowledge/folder_writing.py",
    "knowledge/sample_dates.py",
    "retrieval/words.py",
    "services/doctor.py",
    "services/safekeeping.py",
    "services/serving.py",
    "store/backup.py",
    "store/schema.py",
}
ERRORS = {name for name, its in vars(errors).items() if isinstance(its, type) and issubclass(its, CopilotError)}
# Calls that take a sentence, and which of their arguments it is.
TELLING = {"skipped": 1, "Fault": 1, "add": 1, "report": 1, "note": 2, "broken": 0, **dict.fromkeys(ERRORS, 0)}
NAMES = {"sentence", "problem", "reason", "remedy", "error"}
FAULT = "the question is missing; write how members ask it"
HAN = re.compile("[一-鿿]")


def template(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, with 7 for each value."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            whole = ""
            for part in parts:
                if isinstance(part, ast.Constant):
                    whole += str(part.value)
                else:
                    assert isinstance(part, ast.FormattedValue)
                    whole += value_of(part)
            yield whole
        case ast.IfExp(body=one, orelse=other):
            yield from template(one)
            yield from template(other)


def value_of(part: ast.FormattedValue) -> str:
    """What stands for a value: a sentence where the value is one."""
    written = ast.unparse(part.value)
    if written.startswith("did_you_mean"):
        return "did you mean '7'?"
    return {
        "remedy": "indent with spaces, not tabs",
        "problem": "is not a chat",
        "sentence": FAULT,
        "fault.sentence": FAULT,
    }.get(written, "'7'" if part.conversion == ord("r") else "7")


def told(path: Path) -> Iterator[tuple[int, str]]:
    """Every sentence in a module that may reach a person, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found: list[ast.expr] = []
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in TELLING:
                found = arguments[TELLING[name] : TELLING[name] + 1]
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMES:
                found = [value]
        for expression in found:
            # A sentence has several words; other uses of `add` have one.
            yield from ((node.lineno, text) for text in template(expression) if text.count(" ") > 1)


def all_told() -> list[tuple[str, str]]:
    """(place, sentence) of the whole walk."""
    found = []
    for folder in WALKED:
        for path in sorted((SOURCES / folder).rglob("*.py")):
            name = path.relative_to(SOURCES).as_posix()
            if name not in NOT_IN_THE_CONSOLE:
                found.extend((f"{name}:{line}", text) for line, text in told(path))
    return found


# Pieces that are put together at run time; `PUT_TOGETHER` has the whole sentences.
PIECES = {
    "7 is 7",
    "7 unpacks to more than 7 MB",
    "7 is damaged or no .xlsx",
    "is not a chat",
    "is the name of several chats",
    f"{FAULT}; copy the entries to a new table",
    f"{FAULT}; open it in a spreadsheet program and save it as .xlsx again",
}
PUT_TOGETHER = (
    "faq.xlsx unpacks to more than 200 MB; copy the entries to a new table",
    "faq.xlsx is damaged or no .xlsx; open it in a spreadsheet program and save it as .xlsx again",
    "'书友' is the name of several chats in a.csv; choose one of them: 书友 (1@chatroom)",
    "faq.yaml has 3 problems:",
    "… and 4 more.",
    "faq.yaml line 3: the question is missing; write how members ask it",
    "faq.yaml: this is not YAML; compare it with an exported file",
    "chat.json is damaged near character 12 (it breaks off); nothing was imported, export it again",
)


def test_the_walk_finds_what_it_looks_for() -> None:
    found = {text for _, text in all_told()}
    assert len(found) > 120
    assert "impossible time '7'" in found
    assert "the answer to '7' is missing; write it" in found


def test_all_that_may_be_said_is_said_in_chinese() -> None:
    whole = [*((place, text) for place, text in all_told() if text not in PIECES), *(("", it) for it in PUT_TOGETHER)]
    missing = [f"{place}: {text}" for place, text in whole if not HAN.search(said_of(text))]
    assert missing == []


def said_of(text: str) -> str:
    """The Chinese of one sentence, "" where there is none."""
    return in_chinese(text) or ""


@pytest.mark.parametrize("magic", [magic for magic, _ in _MAGIC])
def test_what_is_no_chat_is_named(magic: bytes) -> None:
    with pytest.raises(UnknownFormat) as caught:
        refuse_binary(magic + b"\0" * 20, "我的 is 群.txt")
    chinese = describe_error(Texts("zh"), caught.value)
    assert "「我的 is 群.txt」" in chinese
    assert "请" in chinese


@pytest.mark.parametrize("remedy", [refusal.remedy for refusal in REFUSALS])
def test_what_cannot_be_read_has_a_remedy(remedy: str) -> None:
    assert said_of(f"群.json {remedy}").startswith("「群.json」是")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("impossible time 2026-02-30 25:00", "时间不对：2026-02-30 25:00"),
        ("there is an account named '小满' already; choose another name", "已经有叫「小满」的账号了；请换一个名字"),
        ('the community has a group named "it\'s" already; choose another name',
         "这个社群里已经有叫「it's」的群了；请换一个名字"),
        ("the disk is full (database or disk is full); free some space and try again",
         "磁盘满了（没有空间了）；请腾出一些空间"),
        ("the disk is full (something new); free some space and try again",
         "磁盘满了（something new）；请腾出一些空间"),
        ("阿舟 is viewer and this takes admin; ask an owner for the role",
         "「阿舟」的权限是只看，这件事要管理员才能做；需要的话请找负责人开通"),
        ("faq.xlsx row 3 column B: unknown column 'answr'; did you mean 'answer'?, or delete the column",
         "「faq.xlsx」第 3 行 B 列：不认识「answr」这一列；是不是想写「answer」？不需要就删掉这一列"),
        ("the question is missing; write how members ask it; the answer to '' is missing; write it",
         "「问题」还没有写；「答案」还没有写"),
        ("question has 900 characters, more than 200; shorten it ('几点')",
         "「问题」有 900 个字符，最多 200 个；请精简一些（几点）"),
        ("something that nobody foresaw", None),
        ("", None),
    ],
)  # fmt: skip
def test_values_are_kept(english: str, chinese: str | None) -> None:
    assert in_chinese(english) == chinese
    assert explained(Texts("zh"), english) == (chinese or english)
    assert explained(Texts("en"), english) == english


def test_a_fault_of_a_form_is_one_sentence() -> None:
    fault = Fault("answer", "the answer to '几点' is missing; write it")
    assert said(Texts("zh"), fault) == "「答案」还没有写。"
    assert said(Texts("en"), fault) == "The answer to '几点' is missing; write it."
