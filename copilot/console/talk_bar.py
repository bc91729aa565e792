"""Around the conversation on the page Ask: where it is held, what was said before, what to begin with, the box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.console.scopes import Scope
from copilot.console.talk_cards import ask_chip, blank_turn, lost_note, stopped_note
from copilot.records import Dialogue

_LONGEST_WORDS = 6000
# So much of the last reply stands in the list of conversations.
_SAID_CHARACTERS = 60


def talk_bar(t: Texts, scopes: Sequence[Scope], chosen: Scope | None) -> Markup:
    """The choice of where to talk, and the way to another conversation."""
    if chosen is None:
        return Markup("")
    options, open_group = [], False
    for scope in scopes:
        if scope.group_id is None:
            sample = t("（示例）", " (sample)") if scope.is_sample else ""
            options.append(Markup("</optgroup>") if open_group else Markup(""))
            options.append(Markup('<optgroup label="{}{}">').format(scope.name, sample))
            open_group = True
        name = (
            t(f"{scope.name} · 整个社群", f"{scope.name} · whole community") if scope.group_id is None else scope.name
        )
        picked = Markup(" selected") if scope.value == chosen.value else ""
        options.append(Markup('<option value="{}"{}>{}</option>').format(scope.value, picked, name))
    if open_group:
        options.append(Markup("</optgroup>"))
    return Markup(
        '<div class="talk-bar"><label class="where"><span>{label}</span><select data-pick="scope">{options}</select>'
        '</label><div class="acts">{new}{past}</div></div>'
    ).format(
        label=t("在哪里问", "Ask in"),
        options=cards.join(options),
        new=cards.button(t("新对话", "New"), "new", kind="quiet"),
        past=cards.button(t("以前的对话", "Earlier"), "past", kind="quiet"),
    )


def thread(scope: Scope | None, serial: int, *, turns: Markup | str = "", dialogue_id: int = 0) -> str:
    """The conversation. `serial` differs each time, so that an empty one takes the place of what was said."""
    started = " started" if turns else ""
    return str(
        Markup('<div class="thread{}" role="log" data-serial="{}" data-scope="{}" data-dialogue="{}">{}</div>').format(
            started, serial, scope.value if scope else "", dialogue_id or "", turns
        )
    )


def hello(t: Texts, starters: Sequence[str], line: Markup | str) -> Markup:
    """What stands there before anything is said: what this is for, and things to say.

    Args:
        t: the texts of the page's language.
        starters: things to say.
        line: one line about the chat model, "" where there is nothing to say of it.
    """
    return Markup('<div class="hello"><h1>{}</h1><p>{}</p><div class="chips">{}</div>{}</div>').format(
        t("想知道什么？", "What would you like to know?"),
        t(
            "问资料，问群里的事，或者让它起草一段话。它只看这个社群的问答、群规、文档和聊天记录，每一条都能点开看出处。",
            "Ask about the community's knowledge or what goes on in a group, or have a text drafted. It rests on this "
            "community's FAQ, rules, documents and chats alone, and shows its sources.",
        ),
        cards.join(ask_chip(words) for words in starters),
        line,
    )


def composer(t: Texts) -> str:
    """The box to type in, with what the page needs to show a turn at once."""
    return str(
        Markup(
            '<form class="composer" data-to="/talk/{language}" data-lost="{lost}" data-stopped="{stopped}">'
            '<template>{blank}</template><div class="box" id="question"><textarea rows="1" maxlength="{most}" '
            'placeholder="{hint}" aria-label="{label}" enterkeyhint="send" autofocus></textarea>'
            '<button type="submit" class="send">{ask}</button>'
            '<button type="button" class="stop" hidden><i aria-hidden="true"></i>{stop}</button></div></form>'
        ).format(
            language=t.language,
            lost=lost_note(t),
            stopped=stopped_note(t),
            blank=blank_turn(t),
            most=_LONGEST_WORDS,
            hint=t("像跟同事说话那样，回车发送", "As you would ask a colleague"),
            label=t("问题", "Question"),
            ask=t("问", "Ask"),
            stop=t("停", "Stop"),
        )
    )


def past_drawer(
    t: Texts,
    found: Sequence[Dialogue],
    places: Mapping[tuple[int, int | None], Scope],
    here: int,
    timezone: str,
    serial: int,
    last_said: Mapping[int, str] | None = None,
) -> Markup:
    """The conversations that were held, the latest first.

    Args:
        t: the texts of the page's language.
        found: they.
        places: what each is about, by its community and group.
        here: the one that is on the page, 0 for none.
        timezone: in which times are told.
        serial: a number that differs each time.
        last_said: what was replied last in each, by its id.
    """
    if found:
        said = last_said or {}
        rows = cards.join(
            _row(t, one, places.get((one.community_id, one.group_id)), here, timezone, said.get(one.id, ""))
            for one in found
        )
        body = Markup('<div class="rows past">{}</div>').format(rows)
    else:
        body = cards.empty(
            t("还没有聊过", "Nothing yet"),
            t("问点什么，就会留在这里，只有您自己看得到。", "What you ask is kept here, for you alone to see."),
        )
    return cards.drawer(t("以前的对话", "Earlier conversations"), body, t("关闭", "Close"), serial)


def _row(t: Texts, one: Dialogue, scope: Scope | None, here: int, timezone: str, said: str) -> Markup:
    begin = " ".join(said.split())
    if len(begin) > _SAID_CHARACTERS:
        begin = f"{begin[:_SAID_CHARACTERS]}…"
    acts = [
        cards.button(
            t("改名", "Rename"),
            "rename",
            kind="quiet",
            confirm=t("这段对话叫什么？", "What shall this conversation be called?"),
            confirm_go=t("改名", "Rename"),
            fill=one.title,
            dialogue=one.id,
        ),
        cards.button(
            t("删除", "Delete"),
            "delete",
            kind="quiet bad",
            confirm=t(
                f"删除「{one.title}」？说过的话找不回来，写进待办的会留下。",
                f"Delete “{one.title}”? What was said is gone; what is among the proposals stays.",
            ),
            confirm_go=t("删除", "Delete"),
            dialogue=one.id,
        ),
    ]
    return Markup(
        '<div class="row-card{mark}"><button type="button" class="grow title" data-do="open_talk" data-dialogue="{id}">'
        '<b>{title}</b>{said}<span class="soft small-text">{place}<time>{at}</time></span></button>'
        '<div class="acts">{acts}</div></div>'
    ).format(
        mark=" here" if one.id == here else "",
        id=one.id,
        title=one.title,
        said=Markup('<span class="small-text last">{}</span>').format(begin) if begin else "",
        place=f"{scope.name} · " if scope else "",
        at=t.moment(one.changed_at, timezone),
        acts=cards.join(acts),
    )
