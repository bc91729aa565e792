"""The page Settings as cards: which chat model there is, what testing it gave, what it costs, and what leaves here."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts, explained
from copilot.console.model_words import money, setup_name
from copilot.console.outcome_words import WORDED, outcome_name, standing, standing_words
from copilot.models.chat import Probe
from copilot.models.probing import LONGEST_SECONDS
from copilot.records import Abilities, ModelCall, ModelSetup, Outcome


def current_model(t: Texts, setup: ModelSetup | None, timezone: str, calls: Sequence[ModelCall] = ()) -> Markup:
    """Which model is used now, how it does, and the way to do without.

    Args:
        t: the texts of the page's language.
        setup: the model; None where none is chosen.
        timezone: in which times are told.
        calls: the last calls, the newest first.
    """
    if setup is None:
        return Markup('<div class="card state"><h2>{}</h2><p class="soft">{}</p></div>').format(
            t("还没有接入大模型", "No chat model is connected"),
            t(
                "不接也能用：问答、查聊天记录、统计和起草的模板都在。接上之后说得更自然，听得懂更多问法，也能改写文字。",
                "It works without one: answers, searching the chats, figures and templates. With one it words things "
                "naturally, understands more ways of asking, and rewords texts.",
            ),
        )
    remove = cards.button(
        t("断开", "Disconnect"),
        "forget",
        kind="quiet bad",
        confirm=t(
            "断开大模型？密钥会从这台电脑上删掉，之后的回复就不用大模型了。",
            "Disconnect the chat model? Its key is deleted from this machine, and replies come without it.",
        ),
        confirm_go=t("断开", "Disconnect"),
    )
    where = (
        t("文字不离开这里", "text stays here")
        if setup.is_local
        else t("遮住名字和联系方式后才发出去", "names and contacts are covered first")
    )
    changed = t.moment(setup.changed_at, timezone)
    how = standing(setup, calls)
    kind = {Outcome.OK: "good", None: "untried", Outcome.REFUSED: "bad"}.get(how, "warn")
    wrong = standing_words(t, how)
    again = cards.button(t("试一试", "Test"), "try") if how is not Outcome.OK else ""
    return Markup(
        '<div class="card state {kind}"><div class="head"><div><h2>{name}</h2>{wrong}'
        '<p class="soft small-text">{words}</p></div><div class="acts">{again}{remove}</div></div></div>'
    ).format(
        kind=kind,
        name=setup_name(t, setup),
        wrong=Markup('<p class="how">{}</p>').format(wrong) if wrong else "",
        again=again,
        words=" · ".join(part for part in (where, t(f"{changed}存的", f"saved {changed}") if changed else "") if part),
        remove=remove,
    )


def trying(t: Texts, serial: int) -> str:
    """What stands there while a model is tried; it asks for the result by itself."""
    return str(
        Markup(
            '<div class="probe" role="status" data-at-once data-do="test" data-serial="{}"><p class="waiting">'
            '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>{}</p></div>'
        ).format(
            serial,
            t(
                f"正在试，最多要 {LONGEST_SECONDS:.0f} 秒；这一页可以接着用…",
                f"Trying, for {LONGEST_SECONDS:.0f} seconds at most; go on using this page meanwhile…",
            ),
        )
    )


def probe_card(t: Texts, probe: Probe) -> str:
    """What testing a model gave: that it works and what it can do, or what failed and what helps."""
    if probe.outcome not in WORDED:
        words = _sentence(t, probe.sentence) if probe.sentence else outcome_name(t, probe.outcome)
        return str(
            Markup('<div class="probe bad" role="alert"><b>{}</b><p>{}</p></div>').format(
                t("还不能用", "It does not work yet"), words
            )
        )
    said = ""
    if probe.said:
        said = Markup("<p>{}</p>").format(t(f"它回了一句：「{probe.said}」", f"It said: “{probe.said}”"))
    rows = cards.join(_ability(t, *row) for row in _abilities(t, probe))
    seconds = f"{probe.latency_ms / 1000:.1f}"
    return str(
        Markup('<div class="probe good" role="status"><b>{}</b>{}{}<ul>{}</ul></div>').format(
            t(f"能用，{seconds} 秒说完", f"It works, and took {seconds} s"),
            said,
            _without_tools(t, probe.abilities),
            rows,
        )
    )


def _without_tools(t: Texts, can: Abilities) -> Markup:
    """That a model does not look things up by itself, or did not when it was tried."""
    if can.tools:
        return Markup("")
    words = {
        False: t(
            "它不会自己查资料，对话会用简单的办法回答。",
            "It does not look things up by itself; conversations are answered in a simpler way.",
        ),
        None: t(
            "试的时候它没有自己查资料；要是一直这样，对话会用简单的办法回答。",
            "It did not look things up when it was tried; if it never does, conversations are answered in a "
            "simpler way.",
        ),
    }[can.tools]
    return Markup('<p class="caution">{}</p>').format(words)


def _abilities(t: Texts, probe: Probe) -> list[tuple[bool | None, str, str]]:
    """Each ability: whether it is there, what it is good for, and what happens without it."""
    can = probe.abilities
    by_form = None if can.json_schema is None and can.json_object is None else bool(can.json_schema or can.json_object)
    return [
        (
            can.streaming,
            t("边想边说", "Shows its words as they come"),
            t("整段说完才显示", "Shows its words when it is done"),
        ),
        (can.tools or None, t("自己查资料", "Looks things up by itself"), ""),
        (
            by_form,
            t("按要求的格式回答", "Answers in the form that is asked for"),
            t("格式不稳时用备用的办法", "Another way is taken where its form fails"),
        ),
        (
            can.usage,
            t("报告用量，花费算得准", "Counts its use, so costs are exact"),
            t("不报用量，花费是估的", "Does not count, so costs are estimates"),
        ),
    ]


def _ability(t: Texts, there: bool | None, good: str, otherwise: str) -> Markup:
    if there is None:
        return Markup("")
    return Markup('<li class="{}">{}</li>').format("yes" if there else "no", good if there else otherwise)


def estimate_line(t: Texts, name: str, yuan: float | None, questions: int, basis: Sequence[str]) -> str:
    """What a model would cost a month, and how that was counted.

    Args:
        t: the texts of the page's language.
        name: of the group or community.
        yuan: a month; None where the price is not known.
        questions: a month.
        basis: how it was counted, as sentences.
    """
    asked = t(f"一个月大约 {questions:,} 个问题", f"about {questions:,} questions a month")
    if yuan is None:
        head = t(f"{asked}；价格不知道，填上单价就能算", f"{asked}; fill in the prices to see what they cost")
    else:
        head = t(f"一个月大约 {money(t, yuan)}", f"about {money(t, yuan)} a month") + t(f"（{asked}）", f" ({asked})")
    return str(
        Markup('<div class="estimate"><b>{}</b><details><summary>{}</summary>{}</details></div>').format(
            t(f"按「{name}」的量：", f"At the traffic of {name}: ") + head,
            t("怎么算的", "How this was counted"),
            cards.join(Markup("<p>{}</p>").format(_sentence(t, line)) for line in basis),
        )
    )


def _sentence(t: Texts, line: str) -> str:
    """A sentence of the floors below, with its beginning and end."""
    words = explained(t, line).rstrip(".。")
    return words[:1].upper() + words[1:] + t("。", ".")


def leaving_box(t: Texts) -> str:
    """What leaves this machine for a model that is not local."""
    lines = (
        t(
            "只有需要大模型的时候，才把有关的那几段文字发给您选的厂商；其余的都留在这台电脑上。",
            "Only what a reply needs goes to the vendor that you chose, and only then; all else stays on this machine.",
        ),
        t(
            "发出去之前，群成员的名字、电话、身份证号、微信号、QQ 号、邮箱、住址和卡号都会换成代号，回来时再换回去。",
            "Before that, members' names, phone and ID numbers, WeChat and QQ ids, e-mail and postal addresses and "
            "card numbers are replaced by stand-ins, which are put back in what returns.",
        ),
        t(
            "这种遮盖不是万无一失：别的能认出人的细节（比如只有一个人会做的事）会原样发出去。",
            "This is not perfect: other details that tell who somebody is leave as they are.",
        ),
        t(
            "用本机的模型（Ollama）时，什么都不会离开这里。密钥只存在这台电脑上，不进备份。",
            "With a model on this machine (Ollama) nothing leaves. The key is kept on this machine only, in no backup.",
        ),
    )
    return str(
        Markup('<section class="card"><h2>{}</h2><ul class="plain-list">{}</ul></section>').format(
            t("什么会离开这台电脑", "What leaves this machine"),
            cards.join(Markup("<li>{}</li>").format(line) for line in lines),
        )
    )
