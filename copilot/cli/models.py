"""The commands about the chat model: which one, its key, what it may cost and what it did cost."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.cli.shared import find_community, find_group, opened, print_json, system
from copilot.errors import BadInput

if TYPE_CHECKING:
    from copilot.bootstrap import App
    from copilot.models.chat import Probe
    from copilot.records import ModelSetup
    from copilot.services.spending import Sum, Usage

app = typer.Typer()

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Url = Annotated[str | None, typer.Option("--url", help="Address, up to /v1; for `compatible` or another server.")]
_Model = Annotated[str | None, typer.Option("--model", help="The model, as its vendor names it.")]
_InputPrice = Annotated[float | None, typer.Option("--input-price", help="Yuan for a million tokens read.")]
_OutputPrice = Annotated[float | None, typer.Option("--output-price", help="Yuan for a million tokens written.")]
_Context = Annotated[int | None, typer.Option("--context", help="Tokens that it takes at once.")]
# Where nobody says how much a model takes at once: what nearly all of them do.
_USUAL_CONTEXT = 32_000
_StaysHere = Annotated[
    bool, typer.Option("--stays-here", help="The server at --url runs the model itself: nothing need be masked.")
]
_Vendor = Annotated[str, typer.Argument(help="A vendor that `copilot model vendors` lists, such as deepseek.")]


@app.callback(invoke_without_command=True)
def show_first(context: typer.Context) -> None:
    """The chat model: which one, its key, and what it costs. Without one everything works, in plainer words."""
    if context.invoked_subcommand is None:
        show()


@app.command("vendors")
def list_vendors() -> None:
    """List the vendors that are known, with their models and prices."""
    from copilot.models.providers import PRICES_AS_OF, PROVIDERS

    typer.echo(f"Yuan for a million tokens read / written, as of {PRICES_AS_OF}; vendors change them.")
    for one in PROVIDERS:
        typer.echo(f"{one.name}: {one.title_en}, {one.base_url or 'give its address with --url'}")
        for model in one.models:
            typer.echo(f"  {model.name}: {_price(model.input_price)} / {_price(model.output_price)}")
        for embedding in one.embeddings:
            typer.echo(f"  {embedding.name} (search by meaning): {_price(embedding.input_price)}")


@app.command("show")
def show(json: JsonOption = False) -> None:
    """Show the model, its caps and what it cost today. No key is shown."""
    with opened(quiet=True) as built:
        setup = built.connecting.setup(system())
        caps = built.spending.caps(system())
        today = built.spending.usage(system(), 1).total()
        has_key = setup is not None and built.connecting.has_key(setup.base_url)
        if json:
            print_json(
                {
                    "setup": None if setup is None else {**asdict(setup), "changed_at": str(setup.changed_at)},
                    "has_key": has_key,
                    "caps": [asdict(one) for one in caps],
                    "today": asdict(today),
                }
            )
            return
        if setup is None:
            typer.echo("No chat model is chosen: everything works without one. `copilot model set VENDOR` chooses one.")
        else:
            typer.echo(_described(setup, has_key))
        for cap in caps:
            typer.echo(_cap_line(cap.name, cap.cap.yuan, cap.cap.tokens, cap.yuan, cap.tokens))
        typer.echo(f"Today: {_sum_line(today)}")


@app.command("set")
def choose(
    vendor: _Vendor,
    model: _Model = None,
    url: _Url = None,
    input_price: _InputPrice = None,
    output_price: _OutputPrice = None,
    context: _Context = None,
    stays_here: _StaysHere = False,
    test: Annotated[bool, typer.Option("--test/--no-test", help="Try it first, which costs a few tokens.")] = True,
) -> None:
    """Choose a model. Its key is asked for, or read from standard input, unless one is kept or COPILOT_MODEL_KEY is
    set; it never stands in the command."""
    from dataclasses import replace

    with opened(quiet=True) as built:
        setup = _setup(vendor, model, url, input_price, output_price, context, stays_here)
        key = _key_for(built, setup)
        if test:
            probe = built.connecting.test(system(), setup, key)
            typer.echo(_probe_line(probe))
            if not probe.is_good:
                raise BadInput("it was not chosen; mend this, or choose it untried with --no-test")
            setup = replace(setup, abilities=probe.abilities)
        kept = built.connecting.choose(system(), setup, key)
        typer.echo(f"Chosen: {_described(kept, built.connecting.has_key(kept.base_url))}")


@app.command("key")
def keep_key(
    place: Annotated[str, typer.Argument(help="A vendor, such as siliconflow, or an address.")],
) -> None:
    """Keep a key for a vendor or an address. That is for a service that embeds, say. The key is asked for, or read
    from standard input."""
    from copilot.models.keys import place_of
    from copilot.models.providers import provider

    base_url = place if "://" in place else provider(place).base_url
    if not base_url:
        raise BadInput(f"{place} has no address of its own; give the address in its place")
    place_of(base_url)
    with opened(quiet=True) as built:
        built.connecting.keep_key(system(), base_url, _read_key())
        typer.echo(f"The key for {place_of(base_url)} is kept.")


@app.command("test")
def test_model() -> None:
    """Try the model that is chosen. It is greeted and shows what its server can do, for a few tokens."""
    with opened(quiet=True) as built:
        setup = built.connecting.setup(system())
        if setup is None:
            raise BadInput("no chat model is chosen; choose one with `copilot model set VENDOR`")
        probe = built.connecting.test(system(), setup)
        typer.echo(_probe_line(probe))
        if not probe.is_good:
            raise typer.Exit(1)


@app.command("forget")
def forget(yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False) -> None:
    """Do without a model from now on, and delete its key."""
    if not yes and sys.stdin.isatty():
        typer.confirm("Do without the chat model and delete its key?", abort=True)
    with opened(quiet=True) as built:
        built.connecting.forget(system())
        typer.echo("No chat model is chosen any more, and its key is deleted.")


@app.command("cap")
def set_cap(
    yuan: Annotated[float | None, typer.Option(help="Yuan a day.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Tokens a day, read and written together.")] = None,
    group: Annotated[str | None, typer.Option("--group", help="Only this group, by name or number.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Back to the default; a group has none of its own.")] = False,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="No cap at all.")] = False,
) -> None:
    """Set how much models may cost in a day. In all or in one group; over it, replies come without a model."""
    from copilot.records import Cap

    if (clear + unlimited + (yuan is not None or tokens is not None)) != 1:
        raise BadInput("say how much: --yuan or --tokens or both, else --clear or --unlimited")
    with opened(quiet=True) as built:
        group_id = find_group(built, group).group.id if group else None
        if clear:
            built.spending.clear_cap(system(), group_id)
        else:
            built.spending.set_cap(system(), Cap(group_id=group_id, yuan=yuan, tokens=tokens))
        for cap in built.spending.caps(system()):
            typer.echo(_cap_line(cap.name, cap.cap.yuan, cap.cap.tokens, cap.yuan, cap.tokens))


@app.command("usage")
def usage(
    days: Annotated[int, typer.Option(min=1, max=400, help="So many days, today included.")] = 31,
    calls: Annotated[int, typer.Option(min=0, max=1000, help="Show so many of the last calls too.")] = 0,
    json: JsonOption = False,
) -> None:
    """Show what models did and cost. By day, by what for, by group, and why replies came without one."""
    with opened(quiet=True) as built:
        found = built.spending.usage(system(), days)
        last = built.spending.calls(system(), calls) if calls else []
        if json:
            print_json(_usage_as_plain(found) | {"calls": [asdict(one) | {"at": one.at.isoformat()} for one in last]})
            return
        typer.echo(f"{found.first_day} to {found.last_day}: {_sum_line(found.total())}")
        for title, rows in _tables(found):
            typer.echo(title)
            for name, one in rows:
                typer.echo(f"  {name}: {_sum_line(one)}")
        for call in last:
            cost = "?" if call.cost is None else f"{call.cost / 1_000_000:.4f}"
            typer.echo(
                f"  {call.at:%Y-%m-%d %H:%M:%S} {call.purpose.value} {call.prompt} {call.model}: {call.input_tokens} + "
                f"{call.output_tokens} tokens, {cost} yuan, {call.latency_ms} ms, {call.outcome.value}"
            )


@app.command("estimate")
def estimate(
    vendor: Annotated[str | None, typer.Argument(help="A vendor; without one, the model that is chosen.")] = None,
    model: _Model = None,
    group: Annotated[str | None, typer.Option("--group", help="At the traffic of this group.")] = None,
    community: Annotated[
        str | None, typer.Option("--community", help="At that of all groups of this one; the default.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Reckon what a model would cost a month. At the traffic of a group, or of all groups of a community."""
    if group and community:
        raise BadInput("what a model costs is reckoned for one group or one community; name one of them")
    with opened(quiet=True) as built:
        setup = _setup(vendor, model) if vendor else built.connecting.setup(system())
        if setup is None:
            raise BadInput("no chat model is chosen; name a vendor, such as deepseek")
        where = (
            {"group_id": find_group(built, group).group.id}
            if group
            else {"community_id": find_community(built, community).id}
        )
        found = built.connecting.estimate(system(), setup, **where)
        if json:
            print_json(asdict(found))
            return
        cost = "an unknown sum" if found.yuan is None else f"about {found.yuan:.2f} yuan"
        typer.echo(
            f"{setup.vendor} {setup.model}: {cost} a month, for {found.questions_a_month} questions of members and "
            f"what admins ask: {found.calls} calls, {found.tokens} tokens."
        )
        for line in found.basis:
            typer.echo(f"  {line}")


def _setup(
    vendor: str,
    model: str | None = None,
    url: str | None = None,
    input_price: float | None = None,
    output_price: float | None = None,
    context: int | None = None,
    stays_here: bool = False,
) -> ModelSetup:
    """What was typed, with what a vendor's row says where nothing was."""
    from copilot.models.providers import provider
    from copilot.records import ModelSetup

    row = provider(vendor)
    base_url = url or row.base_url
    if not base_url:
        raise BadInput(f"{vendor} has no address of its own; give it with --url")
    name = model or (row.models[0].name if row.models else "")
    if not name:
        raise BadInput(f"{vendor} has no model of its own; name one with --model")
    known = next((one for one in row.models if one.name == name), None)
    return ModelSetup(
        vendor=vendor,
        base_url=base_url,
        model=name,
        context_tokens=context or (known.context_tokens if known else _USUAL_CONTEXT),
        input_price=input_price if input_price is not None or known is None else known.input_price,
        output_price=output_price if output_price is not None or known is None else known.output_price,
        is_local=stays_here,
    )


def _key_for(built: App, setup: ModelSetup) -> str | None:
    """The key that was piped in or is typed now; None where none is needed or one is kept."""
    from copilot.models.providers import provider

    if not sys.stdin.isatty():
        return _piped() or None
    if provider(setup.vendor).is_local or built.connecting.has_key(setup.base_url):
        return None
    made_at = provider(setup.vendor).key_url
    hint = f" (made at {made_at})" if made_at else ", empty for none"
    return str(typer.prompt(f"Key{hint}", hide_input=True, default="", show_default=False)) or None


def _read_key() -> str:
    return str(typer.prompt("Key", hide_input=True)) if sys.stdin.isatty() else _piped()


def _piped() -> str:
    return sys.stdin.readline().strip()


def _described(setup: ModelSetup, has_key: bool) -> str:
    where = "texts stay here" if setup.is_local else "names and contacts are masked before they leave"
    key = "with a key" if has_key else "without a key"
    price = f"{_price(setup.input_price)} / {_price(setup.output_price)} yuan for a million tokens"
    return f"{setup.vendor} {setup.model} at {setup.base_url}, {key}, {price}; {where}."


def _price(yuan: float | None) -> str:
    return "?" if yuan is None else f"{yuan:g}"


def _probe_line(probe: Probe) -> str:
    if not probe.is_good:
        return probe.sentence or f"it does not work ({probe.outcome.value})"
    can = asdict(probe.abilities)
    words = {True: "yes", False: "no", None: "not known"}
    listed = ", ".join(f"{name.replace('_', ' ')}: {words[value]}" for name, value in can.items())
    return f"It replies ({probe.latency_ms} ms). {listed}."


def _cap_line(name: str, yuan: float | None, tokens: int | None, used_yuan: float, used_tokens: int) -> str:
    parts = []
    if yuan is not None:
        parts.append(f"{yuan:g} yuan a day ({used_yuan:.4f} used)")
    if tokens is not None:
        parts.append(f"{tokens} tokens a day ({used_tokens} used)")
    return f"Cap of {name or 'all groups together'}: {' and '.join(parts) or 'none'}"


def _sum_line(one: Sum) -> str:
    parts = [f"{one.calls} calls", f"{one.input_tokens} + {one.output_tokens} tokens", f"{one.yuan:.4f} yuan"]
    if one.unpriced_tokens:
        parts.append(f"{one.unpriced_tokens} tokens of unknown price")
    if one.fallbacks:
        why = ", ".join(f"{outcome.value} {many}" for outcome, many in one.fallbacks)
        parts.append(f"{100 * one.share_of_fallbacks:.0f}% without a reply of the model ({why})")
    return ", ".join(parts)


def _tables(found: Usage) -> list[tuple[str, list[tuple[str, Sum]]]]:
    names = found.names
    return [
        ("By day:", [(str(day), one) for day, one in found.by_day().items()]),
        ("By what for:", [(purpose.value, one) for purpose, one in found.by_purpose().items()]),
        (
            "By group:",
            [
                (names.get(number, f"group {number}, removed") if number is not None else "no one group", one)
                for number, one in found.by_group().items()
            ],
        ),
    ]


def _usage_as_plain(found: Usage) -> dict[str, object]:
    def plain(one: Sum) -> dict[str, object]:
        return asdict(one) | {"fallbacks": {outcome.value: many for outcome, many in one.fallbacks}}

    return {
        "first_day": str(found.first_day),
        "last_day": str(found.last_day),
        "total": plain(found.total()),
        "by_day": {str(day): plain(one) for day, one in found.by_day().items()},
        "by_purpose": {purpose.value: plain(one) for purpose, one in found.by_purpose().items()},
        "by_group": {str(number or 0): plain(one) for number, one in found.by_group().items()},
    }
