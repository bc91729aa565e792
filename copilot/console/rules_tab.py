"""The rules of a level: numbered clauses, written, moved, removed and put back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem, problems
from copilot.console.i18n import describe_error
from copilot.console.levels import knowledge_of, level_of, may_edit
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.sheet import closed, opened, sheet
from copilot.console.undo import read_record, undo_bar
from copilot.errors import BadInput, CopilotError
from copilot.knowledge.validation import MOST_RULES, Fault, normal_rule, rule_faults
from copilot.records import Account, Rule


def build_rules_tab(ui: Ui, scope: gr.Dropdown) -> gr.HTML:
    """Build the tab; returns the list, for the page to fill."""
    t = ui.t
    listing = cards.live_html(elem_id="rule-list")
    rule_id, version = gr.State(0), gr.State(1)
    with sheet(ui, "rule-sheet") as form:
        number = gr.Number(label=t("第几条", "Number"), precision=0, minimum=1, maximum=MOST_RULES)
        text = gr.Textbox(label=t("内容", "Text"), lines=4, max_lines=12, elem_id="rule-text")
        wrong = gr.HTML("", apply_default_css=False, padding=False)
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="rule-save")
    fields = [rule_id, version, number, text, wrong]

    def act(value: str | None, request: gr.Request, event: gr.EventData) -> list[Any]:
        account, level = level_of(ui, request, value)
        clicked = cards.clicked(event)
        stay = [gr.update()] * (len(form.parts) + len(fields))
        rules = list(knowledge_of(ui, account, level).rules)
        chosen = next((rule for rule in rules if rule.id == cards.number_in(clicked, "id")), None)
        match clicked.get("do"), chosen:
            case "add", _:
                free = max((rule.number for rule in rules), default=0) + 1
                return [gr.update(), *opened(t("加一条群规", "Add a rule")), 0, 1, free, "", ""]
            case "edit", Rule() as rule:
                title = t("修改群规", "Edit the rule")
                return [gr.update(), *opened(title), rule.id, rule.version, rule.number, rule.text, ""]
            case "delete", Rule() as rule:
                ui.app.knowing.delete_rule(account, rule.id)
                return [rules_listing(ui, account, level, removed=rule), *stay]
            case ("up" | "down") as way, Rule() as rule:
                _move(ui, account, rules, rule, -1 if way == "up" else 1)
            case "restore", _:
                ui.app.knowing.save_rule(account, _restored(clicked.get("record", ""), level))
            case _:
                return [gr.update(), *stay]
        return [rules_listing(ui, account, level), *stay]

    def save_rule(
        value: str | None, chosen: int, current: int, place: float | None, words: str, request: gr.Request
    ) -> list[Any]:
        account, level = level_of(ui, request, value)
        rule = normal_rule(
            Rule(
                id=chosen,
                version=current,
                number=int(place or 0),
                text=words or "",
                community_id=level.community_id,
                group_id=level.group_id,
            )
        )
        others = knowledge_of(ui, account, level).rules
        faults = rule_faults(rule)
        if any(other.number == rule.number and other.id != rule.id for other in others):
            faults.append(Fault("number", f"there is a rule {rule.number} already; take another number"))
        if faults:
            return [gr.update(), gr.update(), gr.update(), problems(t, faults)]
        try:
            ui.app.knowing.save_rule(account, rule)
        except CopilotError as error:
            return [gr.update(), gr.update(), gr.update(), problem(describe_error(t, error))]
        ui.say("群规存好了", "The rule is saved")
        return [rules_listing(ui, account, level), *closed(), ""]

    ui.on(listing.click, act, [scope], [listing, *form.parts, *fields])
    ui.on(save.click, save_rule, [scope, rule_id, version, number, text], [listing, *form.parts, wrong])
    return listing


def rules_listing(ui: Ui, account: Account, level: Scope, removed: Rule | None = None) -> str:
    """The rules of a level as members read them."""
    t = ui.t
    rules = knowledge_of(ui, account, level).rules
    editable = may_edit(account, level)
    add = cards.button(t("加一条群规", "Add a rule"), "add", kind="go") if editable else ""
    head = Markup('<div class="section-head"><div class="soft">{}</div><div class="acts">{}</div></div>').format(
        t.counted(len(rules), "条群规", "rule"), add
    )
    rows = cards.join(
        _row(ui, rule, editable, is_first=at == 0, is_last=at == len(rules) - 1) for at, rule in enumerate(rules)
    )
    if rules:
        body = Markup('<div class="card rows">{}</div>').format(rows)
    else:
        body = cards.empty(
            t("还没有群规", "No rules yet"),
            t(
                "写下群里的约定，回答和提醒时会引用「群规第几条」。",
                "Write down what holds in the group; replies will cite it.",
            ),
        )
    undo = Markup("")
    if removed is not None:
        record = json.dumps({"number": removed.number, "text": removed.text}, ensure_ascii=False)
        undo = undo_bar(t, t(f"第 {removed.number} 条", f"Rule {removed.number}"), record)
    return str(undo + head + body)


def _row(ui: Ui, rule: Rule, editable: bool, *, is_first: bool, is_last: bool) -> Markup:
    t = ui.t
    acts: list[Markup] = []
    if editable:
        if not is_first:
            acts.append(cards.button(t("上移", "Up"), "up", kind="quiet", id=rule.id))
        if not is_last:
            acts.append(cards.button(t("下移", "Down"), "down", kind="quiet", id=rule.id))
        acts.append(cards.button(t("修改", "Edit"), "edit", kind="quiet", id=rule.id))
        acts.append(cards.button(t("删除", "Delete"), "delete", kind="quiet bad", id=rule.id))
    return Markup(
        '<div class="row-card rule"><b class="number">{}</b><div class="grow">{}</div><div class="acts">{}</div></div>'
    ).format(t(f"第 {rule.number} 条", f"No. {rule.number}"), cards.text_block(rule.text), cards.join(acts))


def _move(ui: Ui, account: Account, rules: list[Rule], rule: Rule, step: int) -> None:
    """Let a rule and its neighbour change numbers. Each number is taken once, so one waits at a free one meanwhile."""
    at = next(place for place, other in enumerate(rules) if other.id == rule.id) + step
    if not 0 <= at < len(rules):
        return
    neighbour = rules[at]
    taken = {other.number for other in rules}
    free = next((number for number in range(MOST_RULES, 0, -1) if number not in taken), None)
    if free is None:
        raise BadInput("every number is taken; remove a rule first")
    waiting = ui.app.knowing.save_rule(account, replace(rule, number=free))
    ui.app.knowing.save_rule(account, replace(neighbour, number=rule.number))
    ui.app.knowing.save_rule(account, replace(waiting, number=neighbour.number))


def _restored(record: str, level: Scope) -> Rule:
    values = read_record(record)
    number = values.get("number")
    return Rule(
        number=number if isinstance(number, int) else 1,
        text=str(values.get("text", "")),
        community_id=level.community_id,
        group_id=level.group_id,
    )
