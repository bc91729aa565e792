"""The form that connects a chat model: vendor, model, key, prices; trying it; what it would cost a month."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem
from copilot.console.figures import figure_box, read_figure, shown_figure
from copilot.console.i18n import describe_error
from copilot.console.page import Ui
from copilot.console.scopes import all_scopes, default_scope, find_scope
from copilot.console.settings_cards import estimate_line, probe_card, trying
from copilot.errors import BadInput, CopilotError
from copilot.models.providers import PRICES_AS_OF, PROVIDERS, KnownModel, Provider, keeps_texts, provider
from copilot.records import Abilities, Account, ModelSetup

_OTHER = "compatible"
# Where nobody says how much a model takes at once: what nearly all of them do.
_USUAL_CONTEXT = 32_000
_serials = itertools.count(1)


class _Tried:
    """What each owner found when they last tried a model, so that saving the same one keeps it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[int, tuple[str, str, Abilities]] = {}

    def keep(self, account: Account, setup: ModelSetup, abilities: Abilities) -> None:
        with self._lock:
            self._found[account.id] = (setup.base_url, setup.model, abilities)

    def of(self, account: Account, base_url: str, model: str) -> Abilities:
        with self._lock:
            found = self._found.get(account.id)
        return found[2] if found and found[:2] == (base_url, model) else Abilities()


@dataclass(frozen=True, slots=True)
class ModelForm:
    """The form's components: `outputs` are those that `model_form_values` gives values for.

    `on_save` attaches what happens when a model is saved or was tried: the parts of the page that show which one there
    is, and what gives their values. `result` is where what came of trying one stands: once it is `trying(…)`, the model
    of the form is tried.
    """

    outputs: list[Any]
    result: gr.HTML
    on_save: Callable[[list[Any], Callable[[Account], list[Any]]], None]


def build_model_form(ui: Ui) -> ModelForm:
    """Build the form."""
    t = ui.t
    tried = _Tried()
    with gr.Column(elem_classes="card form-card", elem_id="model-form"):
        vendor = gr.Dropdown(
            label=t("用哪家的", "Vendor"),
            choices=[(t(one.title_zh, one.title_en), one.name) for one in PROVIDERS],
            filterable=False,
            elem_id="model-vendor",
        )
        address = gr.Textbox(
            label=t("地址（到 /v1 为止）", "Address, up to /v1"),
            placeholder="https://api.example.com/v1",
            max_length=400,
            visible=False,
            elem_id="model-address",
        )
        model = gr.Dropdown(
            label=t("模型（可以选，也可以自己写）", "Model (choose one, or type its name)"),
            choices=[],
            allow_custom_value=True,
            elem_id="model-name",
        )
        key = gr.Textbox(
            label=t("密钥", "Key"),
            type="password",
            max_length=500,
            elem_id="model-key",
            html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
        )
        stays = gr.Checkbox(
            label=t("文字不离开这台电脑", "Text does not leave this machine"),
            info=t(
                "只在这个地址自己跑模型的时候勾上；它要是把话转给别家，就别勾：那样会先遮住名字和联系方式。",
                "Only if that address runs the model itself. If it hands text on to a vendor, leave it: names and "
                "contacts are covered first.",
            ),
            visible=False,
            elem_id="model-stays",
        )
        where = gr.HTML("", apply_default_css=False, padding=False, elem_id="model-where")
        with gr.Row(elem_id="model-prices"):
            input_price = figure_box(t("读入的单价（元／百万）", "Price of reading (yuan a million)"), "price-in")
            output_price = figure_box(t("写出的单价（元／百万）", "Price of writing (yuan a million)"), "price-out")
        gr.HTML(_price_note(ui), apply_default_css=False, padding=False)
        result = cards.live_html(elem_id="model-result")
        with gr.Row(elem_classes="form-acts"):
            test = gr.Button(t("试一试", "Test"), elem_id="model-test", scale=0, min_width=110)
            save = gr.Button(t("保存", "Save"), variant="primary", elem_id="model-save", scale=0, min_width=110)
        with gr.Row(elem_classes="estimate-row"):
            level = gr.Dropdown(
                label=t("一个月大约多少钱，按哪个群算", "What it costs a month, at the traffic of"),
                choices=[],
                filterable=False,
                elem_id="estimate-level",
            )
        estimate = gr.HTML("", apply_default_css=False, padding=False, elem_id="model-estimate")
    fields = [vendor, address, model, key, input_price, output_price, stays]

    def counted(account: Account, where_at: str | None, setup: ModelSetup) -> str:
        scope = find_scope(ui, account, where_at)
        if scope is None:
            return ""
        whole = scope.community_id if scope.group_id is None else None
        found = ui.app.connecting.estimate(account, setup, group_id=scope.group_id, community_id=whole)
        return estimate_line(t, scope.name, found.yuan, found.questions_a_month, found.basis)

    def choose_vendor(name: str, request: gr.Request) -> list[Any]:
        ui.account(request)
        chosen = provider(name)
        first = chosen.models[0] if chosen.models else KnownModel("", _USUAL_CONTEXT)
        return [
            *_vendor_values(ui, chosen, first.name, chosen.base_url),
            shown_figure(first.input_price),
            shown_figure(first.output_price),
            "",
            "",
        ]

    def choose_model(name: str, called: str | None) -> list[Any]:
        known = _known(name, called or "")
        # A model of one's own keeps the prices that were typed.
        if known is None:
            return [gr.skip(), gr.skip()]
        return [shown_figure(known.input_price), shown_figure(known.output_price)]

    def begin_test(request: gr.Request) -> str:
        ui.account(request)
        return begin_trying(ui)

    def tried_card(account: Account, values: Sequence[Any]) -> str:
        try:
            setup = _read(values)
            probe = ui.app.connecting.test(account, setup, _typed(values[3]))
        except CopilotError as error:
            return problem(describe_error(t, error))
        tried.keep(account, setup, probe.abilities)
        return probe_card(t, probe)

    def count_again(request: gr.Request, where_at: str | None, *values: Any) -> str:
        account = ui.account(request)
        try:
            return counted(account, where_at, _read(values))
        except BadInput:
            return ""

    # A new model's estimate follows by itself: it takes a while to count, and nobody waits for it to go on typing.
    ui.on(
        vendor.input,
        choose_vendor,
        [vendor],
        [address, model, key, stays, where, input_price, output_price, result, estimate],
    )
    ui.on(model.input, choose_model, [vendor, model], [input_price, output_price])
    ui.on(test.click, begin_test, [], [result])
    for changed in (level.input, model.change, input_price.blur, output_price.blur):
        ui.on(changed, count_again, [level, *fields], [estimate])

    def on_save(parts: list[Any], refreshed: Callable[[Account], list[Any]]) -> None:
        def save_model(request: gr.Request, *values: Any) -> list[Any]:
            account = ui.account(request)
            try:
                setup = _read(values)
                abilities = tried.of(account, setup.base_url, setup.model)
                ui.app.connecting.choose(account, _read(values, abilities), _typed(values[3]))
            except CopilotError as error:
                return [problem(describe_error(t, error)), gr.skip(), *[gr.skip()] * len(parts)]
            ui.say("大模型存好了", "The model is saved")
            return ["", gr.update(value="", placeholder=_key_hint(ui, True)), *refreshed(account)]

        def run_test(request: gr.Request, *values: Any) -> list[Any]:
            account = ui.account(request)
            return [tried_card(account, values), *refreshed(account)]

        ui.on(save.click, save_model, fields, [result, key, *parts])
        ui.on(result.click, run_test, fields, [result, *parts])

    outputs = [vendor, address, model, key, stays, where, input_price, output_price, result, level, estimate]
    return ModelForm(outputs, result, on_save)


def begin_trying(ui: Ui) -> str:
    """What makes the model of the form be tried, once it stands in the form's `result`."""
    return trying(ui.t, next(_serials))


def model_form_values(ui: Ui, account: Account) -> list[Any]:
    """The values of what `build_model_form` returned: the model that there is, or the first vendor's."""
    setup = ui.app.connecting.setup(account)
    chosen = provider(setup.vendor) if setup else PROVIDERS[0]
    name = setup.model if setup else chosen.models[0].name
    known = _known(chosen.name, name)
    priced = setup or known or KnownModel("", _USUAL_CONTEXT)
    places = all_scopes(ui, account)
    begin = default_scope(ui, account, ui.t.language)
    return [
        chosen.name,
        *_vendor_values(
            ui, chosen, name, setup.base_url if setup else chosen.base_url, setup is not None and setup.is_local
        ),
        shown_figure(priced.input_price),
        shown_figure(priced.output_price),
        "",
        gr.update(
            choices=[(one.name, one.value) for one in places],
            value=begin.value if begin else None,
            visible=bool(places),
        ),
        "",
    ]


def _vendor_values(ui: Ui, chosen: Provider, model: str, base_url: str, stays: bool = False) -> list[Any]:
    """Address, model, key, whether text stays and the line about the vendor, for a vendor."""
    needs_address = chosen.is_local or not chosen.base_url or base_url != chosen.base_url
    return [
        gr.update(value=base_url, visible=needs_address),
        gr.update(choices=[one.name for one in chosen.models], value=model or None),
        gr.update(
            value="", placeholder=_key_hint(ui, ui.app.connecting.has_key(base_url)), visible=not chosen.is_local
        ),
        gr.update(value=stays, visible=chosen.name == _OTHER),
        _where_from(ui, chosen),
    ]


def _setup(
    vendor: str,
    base_url: str,
    model: str,
    input_price: float | None,
    output_price: float | None,
    stays: bool,
    abilities: Abilities,
) -> ModelSetup:
    known = _known(vendor, model)
    setup = ModelSetup(
        vendor=vendor,
        base_url=base_url,
        model=model,
        context_tokens=known.context_tokens if known else _USUAL_CONTEXT,
        input_price=input_price,
        output_price=output_price,
        is_local=stays,
        abilities=abilities,
    )
    return replace(setup, is_local=keeps_texts(setup))


def _read(values: Sequence[Any], abilities: Abilities | None = None) -> ModelSetup:
    """The form's values as a setup.

    Raises:
        BadInput: address or model is missing.
    """
    vendor, address, model, _, input_price, output_price, stays = values
    name = str(model or "").strip()
    if not name:
        raise BadInput("the name of the model is missing; write it as the vendor does")
    base_url = str(address or "").strip().rstrip("/")
    if not base_url:
        raise BadInput("the address of the model is none; write one such as https://api.example.com/v1")
    return _setup(
        str(vendor),
        base_url,
        name,
        read_figure(input_price),
        read_figure(output_price),
        stays is True and vendor == _OTHER,
        abilities or Abilities(),
    )


def _typed(key: Any) -> str | None:
    """The key that was typed; None keeps the one that is saved."""
    return str(key).strip() or None if key else None


def _known(vendor: str, model: str) -> KnownModel | None:
    return next((one for one in provider(vendor).models if one.name == model.strip()), None)


def _where_from(ui: Ui, chosen: Provider) -> str:
    t = ui.t
    if chosen.key_url:
        link = Markup('<a href="{}" target="_blank" rel="noreferrer noopener">{}</a>').format(
            chosen.key_url, t("去那里申请", "made here")
        )
        words = t("密钥在厂商的网站上申请：", "Keys are made on the vendor's site: ")
        return str(Markup('<p class="aside">{}{}</p>').format(words, link))
    if chosen.is_local:
        words = t(
            "先在这台电脑上装好 Ollama，下载一个模型，让它开着。不需要密钥，也不花钱。",
            "Install Ollama on this machine, fetch a model, and keep it running. It needs no key and costs nothing.",
        )
    else:
        words = t(
            "任何兼容 OpenAI 接口的服务都可以。在您自己的电脑或内网里的，不用填密钥。",
            "Any service with an OpenAI-compatible interface. One on your own machine or network may need no key.",
        )
    return str(Markup('<p class="aside">{}</p>').format(words))


def _price_note(ui: Ui) -> str:
    year, _, month = PRICES_AS_OF.partition("-")
    words = ui.t(
        f"照厂商价目表里「每百万」的单价填；自动填的是 {year} 年 {int(month)} 月的价，以厂商为准。"
        "空着也能用，那样按用量限制。",
        f"As on the vendor's list, for a million. What is filled in was read in {PRICES_AS_OF}; the vendor's word "
        "counts. Left empty, the amount is limited instead of the cost.",
    )
    return str(Markup('<p class="aside">{}</p>').format(words))


def _key_hint(ui: Ui, has_key: bool) -> str:
    return (
        ui.t("已保存，留空就沿用", "Saved; leave empty to keep it") if has_key else ui.t("粘贴到这里", "Paste it here")
    )
