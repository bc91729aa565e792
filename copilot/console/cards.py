"""Pieces of HTML that the pages share. All of them go through `markupsafe`, which escapes what people wrote.

Gradio evaluates an HTML component's *template* as JavaScript, after Handlebars has filled it in: a name such as
`${…}` would run there. So the template is always Gradio's bare `${value}`, and what people wrote travels only in the
value, escaped here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.records import Source, SourceKind

# A click on anything with data-do becomes an event that carries its data-* values; data-confirm asks first, and where
# there is data-fill, for a text that travels along. A choice in a select with data-pick becomes one too. What has
# data-at-once does so by itself as soon as it is there.
_DELEGATE_CLICKS = """
const about = () => ({});
const raise = (target, more) => trigger('click', {...about(), ...target.dataset, ...more});
element.addEventListener('click', async (event) => {
  const target = event.target.closest('[data-do]');
  if (!target || !element.contains(target)) return;
  event.preventDefault();
  const said = target.dataset.confirm ? await window.copilot.confirm(target.dataset) : '';
  if (target.dataset.confirm && !said) return;
  raise(target, {text: typeof said === 'string' ? said : ''});
});
element.addEventListener('change', (event) => {
  const target = event.target.closest('[data-pick]');
  if (target) raise(target, {do: target.dataset.pick, value: target.value});
});
const begin = () => {
  const target = element.querySelector('[data-at-once]');
  if (target) raise(target, {});
};
watch('value', begin);
begin();
"""
# What is clicked around a conversation carries which one it is.
_DELEGATE_ABOUT_TALK = _DELEGATE_CLICKS.replace("=> ({})", "=> window.copilot.talk.about()")
_FOLLOW_THREAD = """
const follow = () => window.copilot.talk.opened(element);
watch('value', follow);
follow();
"""
_FILL_PLACES = """
watch('value', () => window.copilot.fillPlaces(element));
"""
_SHOW_NOTICES = """
watch('value', () => window.copilot.notice(element));
"""


def notices() -> gr.HTML:
    """An HTML component whose each new value, made of `notice`, pops up for some seconds."""
    return gr.HTML("", js_on_load=_SHOW_NOTICES, apply_default_css=False, padding=False, elem_classes="notice-box")


def notice(words: str, kind: str, serial: int) -> Markup:
    """A short note about what happened. `kind` is good or bad; `serial` differs each time."""
    role = "alert" if kind == "bad" else "status"
    return Markup('<div class="notice {}" role="{}" data-serial="{}">{}</div>').format(kind, role, serial, words)


def live_html(value: str = "", **more: Any) -> gr.HTML:
    """An HTML component whose elements with `data-do` raise `click` events; read them with `clicked`."""
    return gr.HTML(value, js_on_load=_DELEGATE_CLICKS, apply_default_css=False, padding=False, **more)


def talk_html(**more: Any) -> gr.HTML:
    """Live HTML beside a conversation: each click also says `scope` and `here`, where it is held and which it is."""
    return gr.HTML("", js_on_load=_DELEGATE_ABOUT_TALK, apply_default_css=False, padding=False, **more)


def talk_thread(**more: Any) -> gr.HTML:
    """The conversation on the page: live HTML to which `static/talk.js` adds what is said."""
    return gr.HTML("", js_on_load=_DELEGATE_CLICKS + _FOLLOW_THREAD, apply_default_css=False, padding=False, **more)


def filler(**more: Any) -> gr.HTML:
    """An HTML component whose each new value takes the place of the elements on the page with the same `data-place`."""
    return gr.HTML("", js_on_load=_FILL_PLACES, apply_default_css=False, padding=False, elem_classes="filler", **more)


def clicked(event: gr.EventData) -> dict[str, str]:
    """What was clicked: the data-* values of the element, as text. They come from the browser: check before use."""
    given = getattr(event, "_data", None)
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def number_in(values: dict[str, str], key: str) -> int:
    """A whole number from what was clicked; 0 where there is none, or one larger than the store can hold."""
    text = values.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def join(parts: Iterable[Markup]) -> Markup:
    """Markup pieces one after the other."""
    return Markup("").join(parts)


def text_block(words: str) -> Markup:
    """Text as people wrote it, with its line breaks and no markup."""
    return Markup('<div class="words">{}</div>').format(words)


def badge(words: str, kind: str = "") -> Markup:
    """A small label. `kind` is one of "", "good", "warn", "bad", "sample"."""
    return Markup('<span class="badge {}">{}</span>').format(kind, words)


def button(
    words: str, do: str, *, kind: str = "", confirm: str = "", confirm_go: str = "", typed: str = "", **values: object
) -> Markup:
    """A button that raises a click event with `do` and `values`.

    Args:
        words: what stands on it.
        do: what the handler is told.
        kind: "", "go" (the main action), "quiet" or "bad".
        confirm: a question that is asked before, and `confirm_go`, the words on its yes.
        typed: what has to be typed before the yes can be pressed; "" for nothing.
    """
    data = join(Markup(' data-{}="{}"').format(key.replace("_", "-"), value) for key, value in values.items())
    ask = Markup(' data-confirm="{}" data-go="{}"').format(confirm, confirm_go or words) if confirm else ""
    if typed:
        ask += Markup(' data-typed="{}"').format(typed)
    return Markup('<button type="button" class="act {}" data-do="{}"{}{}>{}</button>').format(
        kind, do, data, ask, words
    )


def copy_button(words: str, done: str, text: str, *, kind: str = "") -> Markup:
    """A button that puts `text` on the clipboard and then says `done`; `kind` as for `button`."""
    return Markup('<button type="button" class="act {}" data-copy="{}" data-done="{}">{}</button>').format(
        kind, text, done, words
    )


def link_button(words: str, href: str, *, kind: str = "", download: bool = False) -> Markup:
    """A link that looks like a button. `href` must be a path of this console."""
    more = Markup(" download") if download else ""
    return Markup('<a class="act {}" href="{}"{}>{}</a>').format(kind, href, more, words)


def empty(title: str, words: str, more: Markup | str = "") -> Markup:
    """What a list shows while it has nothing."""
    return Markup('<div class="empty"><h3>{}</h3><p>{}</p>{}</div>').format(title, words, more)


def drawer(title: str, body: Markup, close: str, serial: int) -> Markup:
    """A panel at the side (a sheet from below on phones), over the page.

    Args:
        title: its heading.
        body: its content.
        close: the label of the closing button.
        serial: a number that differs each time, so that the same panel opens again after it was closed.
    """
    return Markup(
        '<div class="drawer" data-serial="{serial}"><div class="veil" data-close></div>'
        '<aside role="dialog" aria-modal="true" aria-label="{title}" tabindex="-1"><header><h2>{title}</h2>'
        '<button type="button" class="close" data-close aria-label="{close}">×</button></header>'
        '<div class="inside">{body}</div></aside></div>'
    ).format(serial=serial, title=title, close=close, body=body)


def source_value(source: Source) -> str:
    """A source as one word for a data attribute."""
    return json.dumps(
        [source.kind.value, source.id, source.community_id, source.group_id, source.last_id, source.section]
    )


def read_source(value: str) -> Source | None:
    """The source that `source_value` wrote, or None for anything else."""
    try:
        kind, number, community, group, last, section = json.loads(value)
        numbers = (number, community, section, *(item for item in (group, last) if item is not None))
        if not all(type(item) is int and 0 <= item < 2**63 for item in numbers):
            return None
        return Source(
            kind=SourceKind(kind), id=number, community_id=community, group_id=group, last_id=last, section=section
        )
    except (ValueError, TypeError):
        return None
