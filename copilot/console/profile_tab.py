"""The profile of a level: what the community is about and how it speaks; a group's holds only what differs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from copilot.console.faults import problem, problems
from copilot.console.group_cards import platform_name
from copilot.console.i18n import Texts, describe_error
from copilot.console.levels import knowledge_of, level_of, may_edit
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.timezones import timezone_choices
from copilot.errors import CopilotError
from copilot.knowledge.validation import ADDRESSES, normal_profile, profile_faults
from copilot.records import Account, Platform, Profile, Tone

# What a group's form shows for "as the community".
_SAME = ""


def build_profile_tab(ui: Ui, scope: gr.Dropdown) -> list[Any]:
    """Build the tab; returns the components that `profile_values` gives values for."""
    t = ui.t
    with gr.Column(elem_classes="card form-card"):
        with gr.Row():
            name = gr.Textbox(label=t("名字", "Name"), max_length=120, elem_id="profile-name")
            platform = gr.Dropdown(label=t("平台", "Platform"), choices=[])
        theme = gr.Textbox(
            label=t("主题：群里聊什么", "Theme: what the talk is about"), lines=2, max_lines=6, elem_id="profile-theme"
        )
        positioning = gr.Textbox(
            label=t("定位：这是个什么样的社群", "Positioning: what kind of community it is"), lines=2, max_lines=6
        )
        audience = gr.Textbox(label=t("面向谁", "Audience"), lines=1, max_lines=4)
        goals = gr.Textbox(label=t("目标（一行一个）", "Goals (one a line)"), lines=3, max_lines=8)
        with gr.Row():
            language = gr.Dropdown(label=t("主要语言", "Main language"), choices=[])
            timezone = gr.Dropdown(label=t("时区", "Timezone"), choices=[], filterable=True)
            quiet_hours = gr.Textbox(
                label=t("安静时段", "Quiet hours"), placeholder="22:30-08:00", elem_id="profile-quiet"
            )
        with gr.Row():
            address = gr.Dropdown(label=t("怎么称呼成员", "How one member is addressed"), choices=[])
            emoji = gr.Dropdown(label=t("用不用表情", "Emoji"), choices=[])
            length = gr.Dropdown(label=t("说得多长", "Length"), choices=[])
        wrong = gr.HTML("", apply_default_css=False, padding=False)
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="profile-save")
    texts = {
        "name": name,
        "theme": theme,
        "positioning": positioning,
        "audience": audience,
        "goals": goals,
        "quiet_hours": quiet_hours,
    }
    picks = {
        "platform": platform,
        "language": language,
        "timezone": timezone,
        "address": address,
        "emoji": emoji,
        "length": length,
    }
    names = [*texts, *picks]
    inputs = [*texts.values(), *picks.values()]

    def save_profile(request: gr.Request, value: str | None, *given: Any) -> str:
        account, level = level_of(ui, request, value)
        own = knowledge_of(ui, account, level).profile
        profile = normal_profile(_profile(dict(zip(names, given, strict=True)), own))
        faults = profile_faults(profile)
        if faults:
            return problems(t, faults)
        try:
            ui.app.knowing.save_profile(account, level.community_id, level.group_id, profile)
        except CopilotError as error:
            return problem(describe_error(t, error))
        ui.say("资料存好了", "The profile is saved")
        return ""

    ui.on(save.click, save_profile, [scope, *inputs], [wrong])
    return [*inputs, wrong, save]


def profile_values(ui: Ui, account: Account, level: Scope) -> list[Any]:
    """The values of what `build_profile_tab` returned, for a level."""
    t = ui.t
    own = knowledge_of(ui, account, level).profile
    above = ui.app.knowing.knowledge(account, level.community_id).profile if level.group_id is not None else None
    in_group = above is not None
    editable = may_edit(account, level)

    def text(value: str | None, inherited: str | None, hint: str = "") -> Any:
        placeholder = t("和社群一样：", "As the community: ") + inherited if inherited else hint
        return gr.update(value=value or "", placeholder=placeholder, interactive=editable)

    def pick(choices: list[tuple[str, str]], value: str | None, inherited: str | None) -> Any:
        if in_group:
            label = next((name for name, key in choices if key == inherited), "")
            same = t("和社群一样", "As the community") + (f"（{label}）" if label else "")
            choices = [(same, _SAME), *choices]
        return gr.update(choices=choices, value=value or (_SAME if in_group else None), interactive=editable)

    over = above or Profile()
    tone, over_tone = own.tone, over.tone or Tone()
    default = None if in_group else Tone()
    shown = tone or default
    name = gr.update(value=level.name, placeholder="", interactive=False) if in_group else text(own.name, None)
    platforms = [(platform_name(t, item), item.value) for item in Platform]
    return [
        name,
        text(own.theme, over.theme),
        text(own.positioning, over.positioning),
        text(own.audience, over.audience),
        text("\n".join(own.goals or ()), t("；", "; ").join(over.goals or ())),
        text(own.quiet_hours, over.quiet_hours, "22:30-08:00"),
        gr.update(visible=False, choices=platforms, value=None)
        if in_group
        else pick(platforms, own.platform.value if own.platform else None, None) | {"visible": True},
        pick([("中文", "zh"), ("English", "en")], own.language, over.language),
        pick(timezone_choices(t), own.timezone, over.timezone),
        pick([(word, word) for word in ADDRESSES], shown.address if shown else None, over_tone.address),
        pick(_emoji(t), shown.emoji if shown else None, over_tone.emoji),
        pick(_lengths(t), shown.length if shown else None, over_tone.length),
        "",
        gr.update(visible=editable),
    ]


def _emoji(t: Texts) -> list[tuple[str, str]]:
    return [(t("不用", "None"), "none"), (t("少量", "A few"), "few"), (t("多一些", "Many"), "many")]


def _lengths(t: Texts) -> list[tuple[str, str]]:
    return [(t("简短", "Short"), "short"), (t("适中", "Medium"), "medium"), (t("详细", "Long"), "long")]


def _profile(given: dict[str, Any], own: Profile) -> Profile:
    address, emoji, length = given["address"], given["emoji"], given["length"]
    # A tone is kept whole: where a group chooses one part of it, the others take the usual value.
    tone = (
        Tone(address=address or "你", emoji=emoji or "few", length=length or "short")
        if address or emoji or length
        else None
    )
    return Profile(
        name=given["name"] or own.name,
        platform=Platform(given["platform"]) if given["platform"] else own.platform,
        theme=given["theme"],
        positioning=given["positioning"],
        goals=tuple((given["goals"] or "").splitlines()),
        audience=given["audience"],
        quiet_hours=given["quiet_hours"],
        language=given["language"] or None,
        timezone=given["timezone"] or None,
        tone=tone,
    )
