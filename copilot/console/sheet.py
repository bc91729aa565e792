"""A sheet: a panel at the side that holds Gradio components, for forms. Opened and closed by handlers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console.page import Ui


@dataclass(frozen=True, slots=True)
class Sheet:
    """The parts of a sheet that handlers write to: `[*sheet.parts]` as outputs, with `opened` or `closed` as values."""

    column: gr.Column
    title: gr.HTML

    @property
    def parts(self) -> list[Any]:
        """The components that `opened` and `closed` give values for."""
        return [self.column, self.title]


@contextmanager
def sheet(ui: Ui, name: str) -> Iterator[Sheet]:
    """Build a closed sheet; components that are made inside belong to it.

    Args:
        ui: what the page is built with.
        name: the element's id, for tests and styles.
    """
    with gr.Column(visible=False, elem_classes="sheet", elem_id=name) as column:
        with gr.Row(elem_classes="sheet-head"):
            title = gr.HTML("", apply_default_css=False, padding=False)
            close = gr.Button("×", elem_classes="sheet-close", scale=0, min_width=44)
        yield Sheet(column, title)
    ui.on(close.click, lambda: closed(), [], [column, title])


def opened(title: str) -> list[Any]:
    """The values of a sheet's parts that show it under a title."""
    return [gr.update(visible=True), str(Markup("<h2>{}</h2>").format(title))]


def closed() -> list[Any]:
    """The values of a sheet's parts that put it away."""
    return [gr.update(visible=False), gr.update()]
