"""A line that puts back what was removed: the record travels in its button."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.errors import BadInput


def undo_bar(t: Texts, name: str, record: str) -> Markup:
    """A line that says what was removed, with a button that puts it back."""
    return Markup('<div class="undo"><span>{}</span>{}</div>').format(
        t(f"已删除「{name}」", f"“{name}” is deleted"), cards.button(t("撤销", "Undo"), "restore", record=record)
    )


def read_record(record: str) -> dict[str, Any]:
    """The record that an undo button carries. It has been in the browser: only plain values are taken from it.

    Raises:
        BadInput: it is none.
    """
    try:
        values = json.loads(record)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise BadInput("this can no longer be put back; write it again")
    return values
