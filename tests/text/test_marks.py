"""Marks around names: what they stand for, and that nothing of them is left."""

from __future__ import annotations

import pytest

from copilot.text.marks import marked, resolved, retold, unmarked


def seen(text: str) -> str:
    return resolved(text, lambda name: f"<{name}>", lambda told: f"({told})")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("没有名字", "没有名字"),
        (f"{marked('阳光')} 14条、{marked('May')} 3条", "<阳光> 14条、<May> 3条"),
        # a name on two lines, and none
        (marked(" 阳\n光 ") + marked("") + "。", "<阳 光>。"),
        # cut within the name, at the end of the text and of a line
        (marked("阳光")[:-1], "<阳光>"),
        (marked("阳光")[:-2] + "\n后面", "<阳>\n后面"),
        # a name with marks in it
        (marked(f"阳{marked('光')}"), "<阳光>"),
        (retold(f"{marked('阳光')}说了\n两行"), "(<阳光>说了\n两行)"),
        (retold(retold("说过")), "(说过)"),
        (retold("说过")[:-1] + "完", "(说过完)"),
        (retold("  "), "  "),
        # a half that stands alone
        (marked("阳光")[-1] + "尾", "尾"),
    ],
)
def test_marks(text: str, shown: str) -> None:
    assert seen(text) == shown
    assert unmarked(text) == shown.translate({ord(one): None for one in "<>()"})
