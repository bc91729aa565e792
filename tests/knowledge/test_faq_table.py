"""FAQ tables: what stands in the cells, and what is read or said."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from copilot.errors import BadInput, BrokenFile, NotFound
from copilot.knowledge import faq_table
from copilot.knowledge.faq_table import EXAMPLES, read_faq_table, write_faq_table, write_faq_template
from copilot.records import FaqEntry

ZH = ["问题", "相似问法", "答案", "标签", "有效期"]


def workbook(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_reads_back(tmp_path: Path, language: str) -> None:
    write_faq_template(tmp_path / "t.xlsx", language)
    assert read_faq_table(tmp_path / "t.xlsx") == list(EXAMPLES[language])


def test_what_is_written_reads_back_and_formulas_stay_text(tmp_path: Path) -> None:
    entries = [
        FaqEntry(question="=1+1", answer='=HYPERLINK("x")', variants=("-1", "@a"), tags=("007",)),
        FaqEntry(question="22:30", answer="第一行\n\n  第二行", expires_on=date(2026, 5, 1)),
    ]
    write_faq_table(tmp_path / "t.xlsx", entries)
    assert read_faq_table(tmp_path / "t.xlsx") == entries
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_cells_are_read_as_people_see_them(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        [["说明：请填写"]],
        [
            ["常见问题表"],
            [],
            ["序号", "问题*", "Answer", "相似问法", "标签", "有效期", "备注"],
            [1, "多少钱?", 298.0, "价格\n费用；收费|价钱", "会员，价格、卡", datetime(2026, 5, 1), "内部"],
            [None] * 7,
            [2, "几点关门?", time(22, 30), None, None, "长期", None],
            [3, "哪天?", date(2026, 6, 1), None, None, "2026/6/1", None],
        ],
    )
    assert read_faq_table(path) == [
        FaqEntry(
            question="多少钱?",
            answer="298",
            variants=("价格", "费用", "收费", "价钱"),
            tags=("会员", "价格", "卡"),
            expires_on=date(2026, 5, 1),
        ),
        FaqEntry(question="几点关门?", answer="22:30"),
        FaqEntry(question="哪天?", answer="2026-06-01", expires_on=date(2026, 6, 1)),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_with_every_separator(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [
        delimiter.join(["问题", "答案", "相似问法"]),
        "",
        delimiter.join(['"几点, 开; 门?"', '"十点\n说""好"""', "营业时间|周末"]),
        delimiter.join(["能停车吗?", "能"]),
    ]
    (tmp_path / "t.csv").write_bytes("\r\n".join(lines).encode(encoding))
    assert read_faq_table(tmp_path / "t.csv") == [
        FaqEntry(question="几点, 开; 门?", answer='十点\n说"好"', variants=("营业时间", "周末")),
        FaqEntry(question="能停车吗?", answer="能"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ZH, ["问"]], "t.xlsx row 2 column C: the answer to '问' is missing; write it"),
        ([ZH, [None, None, "答"]], "t.xlsx row 2 column A: the question is missing; write how members ask it"),
        (
            [ZH, ["问", None, "答", None, "明年"]],
            "t.xlsx row 2 column E: expires_on '明年' is not a day; write it like",
        ),
        ([ZH, ["问", None, "#N/A"]], "t.xlsx row 2 column C: the cell holds the error #N/A; mend its formula"),
        ([ZH, ["问", "长" * 301, "答"]], "t.xlsx row 2 column B: variants has 301 characters"),
        (
            [ZH, ["甲?", None, "答"], [], ["甲", None, "答"]],
            "t.xlsx row 4 column A: '甲' is asked by the entry '甲?' too",
        ),
        (
            [[*ZH, "相似问题法"], ["问", "", "答"]],
            "t.xlsx row 1 column F: unknown column '相似问题法'; did you mean '相似问法",
        ),
        (
            [["问题", "答案", "问题"], ["问", "答"]],
            "t.xlsx row 1 column C: the column '问题' is there twice; join them",
        ),
        ([ZH], "t.xlsx: there are no entries below the headers; write one in each row"),
        ([["问", "答"]] * 20, "t.xlsx has no row of headers among its first 10; name the columns 问题, 相似问法, 答案"),
    ],
)
def test_a_problem_names_row_column_and_remedy(tmp_path: Path, rows: list[list[object]], message: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_faq_table(workbook(tmp_path / "t.xlsx", rows))
    assert str(raised.value).startswith(message)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match=r"t\.xlsx has 2 problems:\n- t\.xlsx row 2 column C.*\n- t\.xlsx row 3 column A"
    ):
        read_faq_table(workbook(tmp_path / "t.xlsx", [ZH, ["问"], [None, None, "答"]]))


def damaged(content: bytes) -> bytes:
    """A workbook whose sheet ends in the middle."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as copy:
        for name in archive.namelist():
            part = archive.read(name)
            copy.writestr(name, part[: len(part) // 2] if name.endswith("sheet1.xml") else part)
    return out.getvalue()


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [ZH, ["问", None, "答"]])
    good = path.read_bytes()
    odd = BytesIO()
    with zipfile.ZipFile(odd, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    table: list[tuple[bytes, type[BadInput], str]] = [
        (good[:-200], BrokenFile, "is damaged or no .xlsx; open it in a spreadsheet program and save it as .xlsx"),
        (damaged(good), BrokenFile, "is damaged or no .xlsx"),
        (odd.getvalue(), BrokenFile, "is damaged or no .xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), BadInput, "is an old .xls or protected by a password; save it as .xlsx"),
        (b"\x00\x01\x02\xff" * 50, BadInput, "is not a table; save it as .xlsx, or as .csv with the encoding UTF-8"),
        (b"", BadInput, "has no row of headers"),
        ('问题,答案\n"问"x,答'.encode(), BadInput, "line 2: the quotes do not match"),
        (("问题,答案\n问," + "长" * 200_000).encode(), BadInput, "line 2: a cell has more than 131,072 characters"),
    ]
    for content, error, message in table:
        path.write_bytes(content)
        with pytest.raises(error) as raised:
            read_faq_table(path)
        assert message in str(raised.value)
    with pytest.raises(NotFound, match=r"there is no file .*gone\.csv; check the name"):
        read_faq_table(tmp_path / "gone.csv")


def test_a_workbook_that_grows_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"a" * (faq_table.MOST_UNPACKED_BYTES + 1))
    with pytest.raises(BadInput, match="unpacks to more than 100 MB; copy the entries to a new table"):
        read_faq_table(tmp_path / "t.xlsx")


def test_limits_of_size_and_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faq_table, "MOST_ENTRIES", 2)
    (tmp_path / "t.csv").write_text("question,answer\n" + "".join(f"q{n},a\n" for n in range(3)))
    with pytest.raises(BadInput, match=r"t\.csv: there are more than 2 entries; keep those that are asked"):
        read_faq_table(tmp_path / "t.csv")
    monkeypatch.setattr(faq_table, "MOST_TABLE_BYTES", 10)
    with pytest.raises(BadInput, match=r"t\.csv is larger than"):
        read_faq_table(tmp_path / "t.csv")
