"""Documents cut into sections."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.knowledge.sections import sections
from copilot.records import Document


def cut(text: str, longest: int = 800) -> list[tuple[tuple[str, ...], str]]:
    return [tuple(section) for section in sections(Document(name="文", text=text), longest)]


ROWS = "".join(f"| 第{n}行 | {n} |\n" for n in range(20))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一段话。\n\n又一段。", [((), "一段话。\n\n又一段。")]),
        (
            "# 甲\n\n话\n\n## 乙\n\n- 一\n- 二\n\n# 丙\n\n三",
            [(("甲",), "话"), (("甲", "乙"), "- 一\n- 二"), (("丙",), "三")],
        ),
        ("## 乙\n\n一\n\n# 甲\n\n二", [(("乙",), "一"), (("甲",), "二")]),
        ("甲\n===\n\n话\n\n乙\n---\n\n三", [(("甲",), "话"), (("甲", "乙"), "三")]),
        ("# 甲 ##\n\n## **乙**\n\n### C#\n\n话", [(("甲", "乙", "C#"), "话")]),
        ("# 甲\n\n## 只有标题\n\n## 丙\n\n话", [(("甲",), "只有标题"), (("甲", "丙"), "话")]),
        ("```\n# 不是标题\n```", [((), "```\n# 不是标题\n```")]),
        ("[注意]: 明天休息", [((), "[注意]: 明天休息")]),
        ("<b>原样</b>", [((), "<b>原样</b>")]),
        ("", []),
    ],
)
def test_headings_lead_and_blocks_stay_whole(text: str, expected: list[tuple[tuple[str, ...], str]]) -> None:
    assert cut(text) == expected


def test_long_sections_break_between_paragraphs_then_between_sentences() -> None:
    text = "# 题\n\n" + "\n\n".join(["短。" * 20] * 5) + "\n\n" + "这是一句十个字的话呀。" * 30
    found = cut(text, 100)
    assert all(path == ("题",) and len(part) <= 100 for path, part in found)
    assert [part for _, part in found[:3]] == ["短。" * 20 + "\n\n" + "短。" * 20] * 2 + ["短。" * 20]
    assert all(part.endswith("呀。") for _, part in found[3:])


def test_a_long_table_repeats_its_head_and_keeps_its_rows() -> None:
    found = cut("| 名 | 数 |\n|---|---|\n" + ROWS, 100)
    assert len(found) > 2
    assert all(part.startswith("| 名 | 数 |\n|---|---|\n| 第") and len(part) <= 100 for _, part in found)
    assert [row for _, part in found for row in part.split("\n")[2:]] == ROWS.strip().split("\n")


def test_a_table_or_code_that_fits_is_not_cut() -> None:
    code = "```\n" + "x = 1\n" * 10 + "```"
    assert cut("话。" * 20 + "\n\n" + code, 80) == [((), "话。" * 20), ((), code)]


@given(st.text(alphabet="#|-=>`*[]: \n\t字母a。1.", max_size=400), st.integers(20, 60))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, longest: int) -> None:
    found = sections(Document(name="文", text=text), longest)
    assert all(section.text.strip() and len(section.text) <= longest for section in found)
    kept = "".join("".join(section.path) + section.text for section in found)
    for word in re.findall("[字母a1。]+", text):
        assert all(char in kept for char in word)
    assert found == sections(Document(name="文", text=text), longest)
