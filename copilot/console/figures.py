"""Figures that people type: sums of money and amounts, or nothing."""

from __future__ import annotations

from typing import Any

import gradio as gr

from copilot.errors import BadInput


def figure_box(label: str, elem_id: str) -> gr.Textbox:
    """A box for a figure that may be left empty."""
    attributes = gr.InputHTMLAttributes(autocomplete="off")
    return gr.Textbox(label=label, max_length=20, elem_id=elem_id, html_attributes=attributes)


def read_figure(value: Any) -> float | None:
    """What was typed, None for nothing.

    Raises:
        BadInput: it is no figure of 0 or more.
    """
    text = str(value or "").strip().replace(",", "").replace("，", "").removesuffix("元")
    if not text:
        return None
    try:
        figure = float(text)
    except ValueError:
        figure = -1.0
    if not 0 <= figure < 1e12:
        raise BadInput(f"'{text}' is no figure; write one such as 2 or 0.5")
    return figure


def shown_figure(value: float | None) -> str:
    """A figure as it stands in its box."""
    return "" if value is None else f"{value:g}"
