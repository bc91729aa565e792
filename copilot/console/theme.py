"""How the console looks: system fonts (no request leaves the machine), one accent colour, light and dark."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

STATIC_FOLDER = Path(__file__).parent / "static"

_FONTS = [
    "system-ui",
    "-apple-system",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "sans-serif",
]
_MONO = ["ui-monospace", "SF Mono", "Consolas", "Noto Sans Mono CJK SC", "monospace"]

_JADE = gr.themes.Color(
    name="jade",
    c50="#eef7f3",
    c100="#d8ede3",
    c200="#b3dbc9",
    c300="#83c2a7",
    c400="#52a583",
    c500="#2f8a68",
    c600="#1f7054",
    c700="#1a5a45",
    c800="#174838",
    c900="#133b2f",
    c950="#0a211b",
)
_STONE = gr.themes.Color(
    name="stone",
    c50="#f7f8f7",
    c100="#eff1ef",
    c200="#e1e5e2",
    c300="#c9cfcb",
    c400="#98a19c",
    c500="#6c7671",
    c600="#515a55",
    c700="#3b433f",
    c800="#272d2a",
    c900="#1a1f1d",
    c950="#121614",
)


def make_theme() -> gr.themes.Base:
    """The console's theme. Its variables are also what `console.css` draws with."""
    return gr.themes.Base(
        primary_hue=_JADE,
        secondary_hue=_JADE,
        neutral_hue=_STONE,
        font=_FONTS,
        font_mono=_MONO,
        radius_size=gr.themes.sizes.radius_lg,
        text_size=gr.themes.sizes.text_md,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_50",
        background_fill_secondary_dark="*neutral_950",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_800",
        block_background_fill="#ffffff",
        block_background_fill_dark="*neutral_900",
        block_border_width="0px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        block_title_text_weight="500",
        block_shadow="none",
        block_shadow_dark="none",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_950",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_width="1px",
        input_radius="10px",
        input_shadow="none",
        input_shadow_focus="0 0 0 3px color-mix(in srgb, *primary_500 18%, transparent)",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
        button_border_width="1px",
        button_large_radius="10px",
        button_medium_radius="10px",
        button_small_radius="9px",
        button_large_text_weight="500",
        button_medium_text_weight="500",
        button_transform_hover="none",
        button_primary_shadow="none",
        button_secondary_shadow="none",
    )
