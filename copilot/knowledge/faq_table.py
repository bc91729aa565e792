"""FAQ entries from and to a table: .xlsx, or .csv as spreadsheet programs save it.

The table has a row of headers, in Chinese or English, among its first rows, and an entry in each row below::

    问题 | 相似问法 | 答案 | 标签 | 有效期          question | variants | answer | tags | expires_on

Variants stand on lines of their own or between `|`, `；` or `;`; tags likewise or between commas. A column for numbers
or notes is left alone; any other column is a problem, as its content would be lost.
"""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

from copilot.errors import BadInput, BrokenFile, NotFound, StorageFailed
from copilot.knowledge.decoding import decoded
from copilot.knowledge.problems import Problems
from copilot.knowledge.validation import (
    LONGEST_ANSWER,
    MOST_ENTRIES,
    did_you_mean,
    excerpt,
    faq_entry_faults,
    normal_faq_entry,
    parse_expiry,
    shared_wordings,
)
from copilot.records import FaqEntry

MOST_TABLE_BYTES: Final = 20_000_000
MOST_UNPACKED_BYTES: Final = 100_000_000
# Sheets that were formatted down to the bottom hold a million empty rows.
_MOST_ROWS: Final = 50_000
_MOST_COLUMNS: Final = 50
_HEADER_WITHIN: Final = 10

HEADERS: Final = {
    "zh": {"question": "问题", "variants": "相似问法", "answer": "答案", "tags": "标签", "expires_on": "有效期"},
    "en": {
        "question": "question",
        "variants": "variants",
        "answer": "answer",
        "tags": "tags",
        "expires_on": "expires_on",
    },
}
_ALIASES: Final = {
    "question": ("问题", "标准问题", "标准问", "主问题", "提问", "question", "q"),
    "variants": (
        *("相似问法", "相似问题", "相似问", "其他问法", "变体", "同义问法", "扩展问"),
        *("variants", "variant", "similar questions", "other wordings"),
    ),
    "answer": ("答案", "回答", "标准答案", "回复", "answer", "a"),
    "tags": ("标签", "分类", "类别", "tags", "tag", "category"),
    "expires_on": (
        "有效期",
        "有效期至",
        "到期日",
        "过期日期",
        "截止日期",
        "expires_on",
        "expires on",
        "expires",
        "expiry",
    ),
}
_FIELDS: Final = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
_LEFT_ALONE: Final = frozenset(("", "序号", "编号", "备注", "说明", "no", "no.", "id", "#", "note", "notes", "remark"))
_BETWEEN_VARIANTS: Final = re.compile(r"[\n|;；｜]")
_BETWEEN_TAGS: Final = re.compile(r"[\n|;；｜,，、]")
_EXCEL_ERRORS: Final = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"))

EXAMPLES: Final = {
    "zh": (
        FaqEntry(
            question="几点开门？",
            variants=("营业时间是什么", "周末开门吗"),
            answer="周二到周日 10:00–19:00 开放，周一休息。",
            tags=("开放时间",),
        ),
        FaqEntry(
            question="春季活动怎么报名？",
            variants=("在哪里报名",),
            answer="在群里接龙，写上姓名和人数。\n名额满了会在群里说。",
            tags=("活动", "报名"),
            expires_on=date(2030, 5, 31),
        ),
    ),
    "en": (
        FaqEntry(
            question="When are you open?",
            variants=("What are your hours?", "Are you open at weekends?"),
            answer="Tuesday to Sunday, 10:00–19:00; closed on Mondays.",
            tags=("hours",),
        ),
        FaqEntry(
            question="How do I sign up for the spring meeting?",
            variants=("Where can I sign up?",),
            answer="Reply in the group with your name and how many people come.",
            tags=("events",),
            expires_on=date(2030, 5, 31),
        ),
    ),
}


def read_faq_table(path: Path) -> list[FaqEntry]:
    """Read the FAQ entries of an .xlsx or .csv table.

    Of a workbook it reads the first sheet that has the headers, and of a formula the value that was saved with it.

    Raises:
        BadInput: lists up to 20 problems, each with row, column and remedy; BrokenFile for a damaged workbook.
        NotFound: if there is no such file.
    """
    content = _content(path)
    problems = Problems()
    if content.startswith(b"PK\x03\x04"):
        sheets = _sheets(path.name, content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(f"{path.name} is an old .xls or protected by a password; save it as .xlsx without one")
    else:
        sheets = iter([_csv_rows(path.name, content)])
    for rows in sheets:
        numbered = enumerate(rows, 1)
        for number, cells in islice(numbered, _HEADER_WITHIN):
            columns = _columns(cells)
            if columns is not None:
                _note_unknown(path.name, number, cells, problems)
                entries = _entries(path.name, columns, numbered, problems)
                problems.raise_any(path.name)
                return entries
    raise BadInput(
        f"{path.name} has no row of headers among its first {_HEADER_WITHIN}; name the columns "
        f"{', '.join(HEADERS['zh'].values())} or {', '.join(HEADERS['en'].values())}"
    )


def write_faq_table(path: Path, entries: Sequence[FaqEntry], language: str = "zh") -> None:
    """Write entries as an .xlsx that `read_faq_table` reads back and that is pleasant to edit.

    Args:
        language: of the headers, "zh" or "en".

    Raises:
        StorageFailed: if the file cannot be written.
    """
    # openpyxl takes half a second to import, which only those who open a workbook should pay.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "FAQ"
    sheet.append(list(HEADERS[language].values()))
    for number, entry in enumerate(entries, 2):
        values = {
            "question": entry.question,
            "variants": "\n".join(entry.variants),
            "answer": entry.answer,
            "tags": "\n".join(entry.tags),
        }
        for column, field in enumerate(HEADERS[language], 1):
            cell = sheet.cell(number, column)
            if field == "expires_on":
                cell.value, cell.number_format = entry.expires_on, "yyyy-mm-dd"
            else:
                # Text stays text: an answer that begins with "=" is no formula.
                cell.value, cell.data_type = values[field], "s"
                cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for letter, width in zip("ABCDE", (32, 32, 60, 16, 14), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}1"].font = Font(bold=True)
    sheet.freeze_panes = "A2"
    try:
        book.save(path)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written ({error.strerror}); free space or check its rights") from error


def write_faq_template(path: Path, language: str = "zh") -> None:
    """Write an .xlsx with the headers and two example entries, to be filled in.

    Raises:
        StorageFailed: if the file cannot be written.
    """
    write_faq_table(path, EXAMPLES[language], language)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_TABLE_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}; check the name") from None
    except OSError as error:
        raise StorageFailed(f"{path} cannot be read ({error.strerror}); check its rights") from error
    if len(content) > MOST_TABLE_BYTES:
        raise BadInput(f"{path.name} is larger than {MOST_TABLE_BYTES / 1e6:g} MB; split it into several tables")
    return content


def _sheets(name: str, content: bytes) -> Iterator[Iterator[list[str]]]:
    """The rows of each sheet of a workbook."""
    # openpyxl takes half a second to import, which only those who open a workbook should pay.
    from openpyxl import load_workbook

    with _reading(name):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            sentence = f"{name} unpacks to more than {MOST_UNPACKED_BYTES / 1e6:g} MB"
            raise BadInput(f"{sentence}; copy the entries to a new table")
        sheets = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False).worksheets
    for sheet in sheets:
        yield _sheet_rows(name, sheet)


def _sheet_rows(name: str, sheet: Any) -> Iterator[list[str]]:
    """The rows of one sheet; it is `Any` because the stubs of openpyxl cannot type a read-only one."""
    with _reading(name):
        # What a sheet says about its own size is often wrong.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True):
            yield [_cell_text(value) for value in row]


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turn what openpyxl passes on from the parsers beneath it into one error: the file is not as it should be."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        SyntaxError,
        OSError,
    ) as error:
        sentence = f"{name} is damaged or no .xlsx"
        raise BrokenFile(f"{sentence}; open it in a spreadsheet program and save it as .xlsx again") from error


def _cell_text(value: object) -> str:
    """A cell's value as the text that a person sees in it."""
    match value:
        case None:
            return ""
        case datetime() if value.time() != time():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.strftime("%Y-%m-%d")
        case time():
            return value.strftime("%H:%M")
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _csv_rows(name: str, content: bytes) -> Iterator[list[str]]:
    text = _decoded(name, content)
    lines = text.split("\n", _HEADER_WITHIN)[:_HEADER_WITHIN]
    delimiter = next((mark for mark in ",;\t" if any(_columns(line.split(mark)) for line in lines)), ",")
    limit = csv.field_size_limit()
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from islice(reader, _MOST_ROWS)
    except csv.Error as error:
        if "field larger" in str(error):
            sentence = f"a cell has more than {limit:,} characters; an answer may have {LONGEST_ANSWER:,}"
        else:
            sentence = "the quotes do not match; put cells with quotes or line ends in quotes, or save it as .xlsx"
        raise BadInput(f"{name} line {reader.line_num}: {sentence}") from error


def _decoded(name: str, content: bytes) -> str:
    """Text of a table in one of the encodings that are known."""
    text = decoded(content)
    if text is None:
        raise BadInput(f"{name} is not a table; save it as .xlsx, or as .csv with the encoding UTF-8")
    return text


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """The column of each field, from 0, if a row is the row of headers."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(cells):
        if (field := _FIELDS.get(_header(cell))) is not None:
            columns.setdefault(field, at)
    return columns if "question" in columns and "answer" in columns else None


def _header(cell: str) -> str:
    return " ".join(cell.replace("*", " ").replace('"', " ").split()).lower()


def _column_name(at: int) -> str:
    """A column as spreadsheets call it; `at` counts from 0."""
    return chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)


def _note_unknown(name: str, number: int, cells: Sequence[str], problems: Problems) -> None:
    seen: set[str] = set()
    for at, cell in enumerate(cells):
        field = _FIELDS.get(_header(cell))
        if field is None and _header(cell) not in _LEFT_ALONE:
            known = [*HEADERS["zh"].values(), *HEADERS["en"].values()]
            sentence = f"unknown column '{excerpt(cell)}'; {did_you_mean(cell, known)}, or delete the column"
            problems.add(f"{name} row {number} column {_column_name(at)}", sentence)
        elif field is not None and field in seen:
            sentence = f"the column '{excerpt(cell)}' is there twice; join them"
            problems.add(f"{name} row {number} column {_column_name(at)}", sentence)
        if field is not None:
            seen.add(field)


def _entries(
    name: str, columns: dict[str, int], rows: Iterable[tuple[int, Sequence[str]]], problems: Problems
) -> list[FaqEntry]:
    entries: list[FaqEntry] = []
    numbers: list[int] = []

    def note(number: int, field: str, sentence: str) -> None:
        place = f"{name} row {number}"
        problems.add(f"{place} column {_column_name(columns[field])}" if field in columns else place, sentence)

    for number, cells in rows:
        values = {field: cells[at].strip() if at < len(cells) else "" for field, at in columns.items()}
        if not any(values.values()):
            continue
        if len(entries) == MOST_ENTRIES:
            problems.add(name, f"there are more than {MOST_ENTRIES:,} entries; keep those that are asked")
            break
        for field, value in values.items():
            if value in _EXCEL_ERRORS:
                note(number, field, f"the cell holds the error {value}; mend its formula")
        expires_on: date | None = None
        try:
            expires_on = parse_expiry(values.get("expires_on", ""))
        except BadInput as error:
            note(number, "expires_on", str(error))
        entry = normal_faq_entry(
            FaqEntry(
                question=values["question"],
                answer=values["answer"],
                variants=tuple(_BETWEEN_VARIANTS.split(values.get("variants", ""))),
                tags=tuple(_BETWEEN_TAGS.split(values.get("tags", ""))),
                expires_on=expires_on,
            )
        )
        for fault in faq_entry_faults(entry):
            note(number, fault.field, fault.sentence)
        entries.append(entry)
        numbers.append(number)
    for at, fault, first in shared_wordings(entries):
        note(numbers[at], fault.field, f"{fault.sentence} (row {numbers[first]})")
    if not entries:
        problems.add(name, "there are no entries below the headers; write one in each row")
    return entries
