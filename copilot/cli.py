"""The command line. An error is one sentence and exit code 2."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from copilot import __version__
from copilot.errors import BadInput, Busy, CopilotError

if TYPE_CHECKING:
    from copilot.bootstrap import App
    from copilot.records import Account, Community, Job, Role
    from copilot.services.groups import GroupSummary

app = typer.Typer(
    name="copilot",
    help="A co-pilot for the people who run chat groups. It answers from what the group knows, and cites.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
export_app = typer.Typer(help="Write a group's history or a community's knowledge to files.", no_args_is_help=True)
accounts_app = typer.Typer(help="Who may use the console.", no_args_is_help=True)
app.add_typer(export_app, name="export")
app.add_typer(accounts_app, name="accounts")

GroupOption = Annotated[str | None, typer.Option("--group", help="Name or number of a group.")]
CommunityOption = Annotated[str | None, typer.Option("--community", help="Name or number of a community.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


# What shells expect of a command that Ctrl-C ended, and what Typer makes of it.
_INTERRUPTED = 130

# Typer exports only some of Click's errors; this is the root of those that are about how a command was written.
_UsageProblem: Any = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")


def main() -> NoReturn:
    """Run the command line; every foreseen error becomes one sentence on standard error."""
    # Loading the program makes many objects that stay: looking among them for garbage costs a tenth of the start.
    gc.disable()
    # What is written holds members' words: it is for the one who runs this, and nobody else on the machine.
    os.umask(0o077)
    # What a terminal's encoding cannot show is spelled out instead of stopping the command.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(standalone_mode=False)
    except CopilotError as error:
        _fail(str(error))
    except typer.Abort:
        _fail("stopped")
    except _UsageProblem as error:
        _fail(f"{error.format_message().rstrip('.')}; see `copilot --help`")
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except OSError as error:
        _fail(f"{error.filename or 'a file'} cannot be used ({error.strerror or error})")
    if code == _INTERRUPTED:
        typer.echo("copilot: stopped; an import goes on where it was when it is started again", err=True)
    raise SystemExit(code if isinstance(code, int) else 0)


def _fail(sentence: str) -> NoReturn:
    typer.echo(f"copilot: {sentence}", err=True)
    raise SystemExit(2)


@contextlib.contextmanager
def _opened(*, quiet: bool = False) -> Iterator[App]:
    from copilot.bootstrap import build
    from copilot.settings import load_settings

    built = build(load_settings(log_level="error" if quiet else None))
    gc.freeze()
    gc.enable()
    if built.backup_taken:
        typer.echo(f"The store was upgraded; a copy of the old one is {built.backup_taken}", err=True)
    try:
        yield built
    finally:
        built.store.close()


def _system() -> Account:
    from copilot.services.rights import SYSTEM

    return SYSTEM


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
    browser: Annotated[bool | None, typer.Option("--browser/--no-browser", help="Open the browser.")] = None,
) -> None:
    """Serve the console. The first start prints a one-time link for choosing a name and a password."""
    from copilot.serving import serve as run
    from copilot.settings import load_settings

    gc.freeze()
    gc.enable()
    run(load_settings(host=host, port=port, open_browser=browser))


@app.command("import")
def import_chat(
    file: Annotated[Path, typer.Argument(help="A chat export; `-` reads pasted text from standard input.")],
    group: GroupOption = None,
    new_group: Annotated[str | None, typer.Option(help="Make a group of this name.")] = None,
    community: CommunityOption = None,
    chat: Annotated[str | None, typer.Option(help="Which chat of a file that holds several.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Timezone (IANA) of the file's local times.")] = None,
    json: JsonOption = False,
) -> None:
    """Import a chat export. The same or an overlapping export adds only what is new."""
    from copilot.services.importing import report_of

    with _opened(quiet=json) as built:
        account = _system()
        text = _pasted() if str(file) == "-" else None
        if text is None:
            _readable(file)
            found = built.importing.inspect(file, timezone)
        else:
            found = built.importing.inspect_text(text, timezone=timezone)
        group_id = _group(built, group).group.id if group else None
        community_id = _community(built, community).id if community else None
        if group_id is None and not new_group:
            named = next((one.name for one in found.chats if chat in (one.key, one.name)), None)
            new_group = named or found.suggested_name or "pasted"
            own = [one for one in built.groups.groups(account) if not one.group.is_sample]
            if community_id is None and len(own) == 1 and not any(one.name for one in found.chats):
                # The file does not say which chat it is of, and there is only one that it can be of.
                group_id, community_id = own[0].group.id, own[0].community.id
            elif community_id is None:
                group_id, community_id = built.importing.default_target(account, new_group, built.settings.language)
            else:
                there = [g for g in built.groups.groups(account, community_id) if g.group.name == new_group]
                group_id = there[0].group.id if there else None
        elif group_id is None and community_id is None:
            _, community_id = built.importing.default_target(account, new_group or "", built.settings.language)
        target: dict[str, Any] = {
            "group_id": group_id,
            "new_group_name": None if group_id else new_group,
            "community_id": community_id,
            "timezone": timezone,
            "run": False,
        }
        if text is None:
            job = built.importing.start_file(account, file, chat=chat, **target)
        else:
            job = built.importing.start_text(account, text, **target)
        with _progress() as listener:
            job = built.jobs.run_now(job.id, listener)
        _told(job)
        report = report_of(job)
        assert report is not None  # noqa: S101  (a job that is done has published)
        if json:
            _print_json(job.result["report"])
            _finish(built)
            return
        typer.echo(
            f"Import {report.import_id}: {report.format}, {report.encoding}, into the group {report.group_name!r}\n"
            f"  read {report.read}: new {report.new}, there already {report.known}, recalled {report.recalled}\n"
            f"  skipped {report.skipped}"
        )
        for line, reason, excerpt in report.skips[:20]:
            typer.echo(f"    line {line}: {reason}" + (f" ({excerpt})" if excerpt else ""))
        if report.skipped > 20:
            typer.echo(f"    and {report.skipped - 20} more")
        typer.echo(f"  take it back with: copilot undo {report.import_id}")
        _finish(built)


@app.command()
def undo(
    import_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The number that the import printed.")],
) -> None:
    """Take back what an import brought."""
    with _opened() as built:
        job = built.importing.undo(_system(), import_id)
        built.indexing.bring_up()
        went, stay = int(job.result.get("withdrawn", 0)), int(job.result.get("kept", 0))
        typer.echo(
            f"Import {import_id} is undone: {went} messages went."
            + (f" {stay} stay: other imports brought them too." if stay else "")
        )


@export_app.command("chat")
def export_chat(
    file: Annotated[Path, typer.Argument(help="The file to write (ChatLab JSONL); `-` writes to standard output.")],
    group: GroupOption = None,
) -> None:
    """Write a group's history as ChatLab JSONL."""
    with _opened() as built:
        chosen = _group(built, group)
        if str(file) == "-":
            # The format is UTF-8, whatever the terminal's encoding is.
            stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
            number = built.importing.export(_system(), chosen.group.id, stream)
            stream.detach()
        else:
            with _written(file) as stream:
                number = built.importing.export(_system(), chosen.group.id, stream)
        typer.echo(f"{number} messages of {chosen.group.name!r} written.", err=True)


@export_app.command("knowledge")
def export_knowledge(
    folder: Annotated[Path, typer.Argument(help="The folder to write.")], community: CommunityOption = None
) -> None:
    """Write a community's profile, rules, FAQ and documents as a folder of YAML and Markdown."""
    with _opened() as built:
        chosen = _community(built, community)
        written = built.knowing.export_folder(_system(), chosen.id, folder)
        typer.echo(f"{len(written)} files written to {folder}.")


@app.command("learn")
def import_knowledge(
    folder: Annotated[Path, typer.Argument(help="A knowledge folder, or a .zip of one.")],
    community: CommunityOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Import a knowledge folder, after showing what it would change."""
    with _opened() as built:
        chosen = _community(built, community)
        changes = built.knowing.preview_folder(_system(), chosen.id, folder)
        if changes.is_empty:
            typer.echo(f"Nothing would change; {changes.unchanged} items are as in {folder}.")
            return
        for change in changes.items:
            where = f" in {change.group}" if change.group else ""
            typer.echo(f"  {change.kind.value:8} {change.part.value:9} {change.key}{where}")
        if not yes:
            typer.confirm("Make these changes?", abort=True)
        built.knowing.apply_folder(_system(), chosen.id, folder)
        built.indexing.bring_up()
        typer.echo(f"{len(changes.items)} changes made.")


@app.command()
def groups(json: JsonOption = False) -> None:
    """List the groups, with how much there is in each."""
    with _opened(quiet=json) as built:
        found = built.groups.groups(_system())
        if json:
            _print_json(
                [
                    {
                        "id": one.group.id,
                        "name": one.group.name,
                        "community": one.community.profile.name,
                        "platform": one.group.platform.value,
                        "messages": one.messages,
                        "members": one.members,
                        "first_sent_at": one.first_sent_at.isoformat() if one.first_sent_at else None,
                        "last_sent_at": one.last_sent_at.isoformat() if one.last_sent_at else None,
                        "sample": one.group.is_sample,
                    }
                    for one in found
                ]
            )
            return
        if not found:
            typer.echo("There is no group yet: `copilot import FILE` makes one from a chat export.")
        for one in found:
            mark = " [示例 sample]" if one.group.is_sample else ""
            until = f", until {one.last_sent_at:%Y-%m-%d}" if one.last_sent_at else ""
            typer.echo(
                f"{one.group.id:4}  {one.group.name} ({one.community.profile.name}){mark}: "
                f"{one.messages} messages, {one.members} members{until}"
            )
        own = [one for one in found if not one.group.is_sample]
        typer.echo(f"      {len(own)} groups, {sum(one.messages for one in own)} messages; samples not counted")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in Chinese or English.")],
    group: GroupOption = None,
    community: CommunityOption = None,
    json: JsonOption = False,
) -> None:
    """Ask what a group or a community knows; prints the answer with its sources, or why there is none."""
    with _opened(quiet=True) as built:
        if built.indexing.is_behind():
            built.indexing.bring_up()
        if group and community:
            raise BadInput("a question is asked in a group or in a community; give --group or --community")
        room = _group(built, group) if group else None
        group_id = room.group.id if room else None
        whole = room.community if room else _asked(built, community, question)
        community_id = None if room else whole.id
        try:
            said = built.asking.ask(_system(), question, group_id=group_id, community_id=community_id)
        except Busy:
            # The index is damaged: opening it for writing finds that out and makes it again.
            built.indexing.bring_up()
            said = built.asking.ask(_system(), question, group_id=group_id, community_id=community_id)
        if json:
            _print_json(_plain(said))
        else:
            profile = built.knowing.effective_profile(_system(), whole.id, group_id)
            _print_answer(said, profile.timezone or built.settings.timezone)


@app.command()
def reindex(
    update: Annotated[bool, typer.Option("--update", help="Only add what is missing.")] = False,
) -> None:
    """Make the search index again from the store."""
    with _opened() as built, _progress() as listener:
        started = time.monotonic()
        told = _Told(listener)
        if update:
            built.indexer.catch_up(told.at)
        else:
            built.indexer.rebuild(told.at)
        built.indexer.release()
    typer.echo(f"The index is up to date ({time.monotonic() - started:.1f} s).")


@app.command()
def backup(file: Annotated[Path | None, typer.Argument(help="The file to write.")] = None) -> None:
    """Copy everything into one file; the console may go on running."""
    from copilot.services.safekeeping import back_up

    with _opened() as built:
        typer.echo(f"Backup written: {back_up(built.settings, built.store, file)}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `copilot backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Put a backup in the place of everything; what was there is kept beside it."""
    from copilot.services.safekeeping import restore as put_back
    from copilot.settings import load_settings
    from copilot.store.backup import check_copy

    settings = load_settings()
    check_copy(file)
    if not yes:
        typer.confirm(f"Replace all that is in {settings.data_dir}?", abort=True)
    aside = put_back(settings, file)
    with _opened() as built:
        built.indexing.bring_up()
    typer.echo("Restored." + (f" What was there is kept as {aside}." if aside else ""))


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Look at what is installed, configured and healthy, with a remedy for what is not."""
    from copilot.services.doctor import Health, examine, examine_without_store
    from copilot.settings import load_settings

    load_settings()
    try:
        with _opened(quiet=json) as built:
            findings = examine(built.settings, built.store, built.indexer)
    except CopilotError as error:
        findings = examine_without_store(error)
    if json:
        _print_json([{"name": f.name, "health": f.health, "found": f.found, "remedy": f.remedy} for f in findings])
    else:
        marks = {Health.GOOD: "ok  ", Health.WARNING: "look", Health.BAD: "BAD "}
        for finding in findings:
            remedy = f" -> {finding.remedy}" if finding.remedy else ""
            typer.echo(f"{marks[finding.health]} {finding.name}: {finding.found}{remedy}")
    if any(finding.health is Health.BAD for finding in findings):
        raise SystemExit(1)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@accounts_app.command("list")
def list_accounts() -> None:
    """List the accounts."""
    with _opened() as built:
        people = built.accounts.list()
        if not people:
            typer.echo("There is no account yet: `copilot serve` prints a link for the owner's.")
        for one in people:
            seen = "all groups" if one.group_ids is None else f"groups {sorted(one.group_ids)}"
            typer.echo(f"{one.id:4}  {one.name}: {one.role.value}, {seen}" + (", disabled" if one.disabled else ""))


@accounts_app.command("add")
def add_account(
    name: str,
    role: Annotated[str, typer.Option(help="owner, admin, moderator or viewer.")] = "viewer",
    group: Annotated[list[str] | None, typer.Option(help="Only this group; may be given several times.")] = None,
) -> None:
    """Add an account; the password is asked for."""
    with _opened() as built:
        chosen = frozenset(_group(built, one).group.id for one in group) if group else None
        made = built.accounts.create(_system(), name, _password(), _role(role), chosen)
        typer.echo(f"Account {made.name!r} added as {made.role.value}.")


@accounts_app.command("password")
def reset_password(name: str) -> None:
    """Set an account's password anew and end its sessions; the password is asked for."""
    with _opened() as built:
        built.accounts.set_password(_system(), _account(built, name).id, _password())
        typer.echo(f"The password of {name!r} is set; its sessions have ended.")


@accounts_app.command("disable")
def disable_account(name: str) -> None:
    """Shut an account out and end its sessions."""
    with _opened() as built:
        built.accounts.change(_system(), _account(built, name).id, disabled=True)
        typer.echo(f"Account {name!r} is disabled.")


@accounts_app.command("enable")
def enable_account(name: str) -> None:
    """Let a disabled account in again."""
    with _opened() as built:
        built.accounts.change(_system(), _account(built, name).id, disabled=False)
        typer.echo(f"Account {name!r} is enabled.")


@accounts_app.command("role")
def change_role(name: str, role: str) -> None:
    """Give an account another role."""
    with _opened() as built:
        built.accounts.change(_system(), _account(built, name).id, role=_role(role))
        typer.echo(f"Account {name!r} is {role}.")


def _pasted() -> str:
    """What standard input holds, in whatever encoding."""
    from copilot.importers.reading.encoding import decoder_of, detect, mark_length

    raw = sys.stdin.buffer.read()
    if not raw.strip():
        raise BadInput("standard input is empty; paste a chat into it, or name a file")
    encoding = detect(raw, "standard input")
    return decoder_of(encoding).decode(raw[mark_length(encoding, raw) :], final=True)


def _readable(file: Path) -> None:
    if not file.exists():
        raise BadInput(f"{file} does not exist; name a chat export")
    if file.is_dir():
        raise BadInput(f"{file} is a folder; name one file, or use `copilot learn` for a knowledge folder")


@contextlib.contextmanager
def _written(file: Path) -> Iterator[Any]:
    """A new text file that appears only when it is whole."""
    if file.exists():
        raise BadInput(f"{file} exists already; name a new file")
    partial = file.with_name(file.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _group(built: App, wanted: str | None) -> GroupSummary:
    found = built.groups.groups(_system())
    if wanted is None:
        own = [one for one in found if not one.group.is_sample] or found
        if len(own) == 1:
            return own[0]
        if not own:
            raise BadInput("there is no group yet; run `copilot import FILE` with an export of a chat")
        names = ", ".join(f"{one.group.id} {one.group.name}" for one in own)
        raise BadInput(f"there is more than one group; name one with --group: {names}")
    matches = [one for one in found if wanted == str(one.group.id)] or [
        one for one in found if wanted == one.group.name
    ]
    if len(matches) == 1:
        return matches[0]
    names = ", ".join(f"{one.group.id} {one.group.name}" for one in (matches or found))
    problem = "is the name of several groups; give the number" if matches else "is no group"
    raise BadInput(f"{wanted!r} {problem}; there are: {names or 'none'}")


def _community(built: App, wanted: str | None) -> Community:
    found = built.groups.communities(_system())
    if wanted is None:
        own = [one for one in found if not one.is_sample] or found
        if len(own) == 1:
            return own[0]
        if not own:
            raise BadInput("there is no community yet; run `copilot import FILE` with an export of a chat")
        names = ", ".join(f"{one.id} {one.profile.name}" for one in own)
        raise BadInput(f"name a community with --community; there are: {names}")
    matches = [one for one in found if wanted == str(one.id)] or [
        one for one in found if wanted in (one.profile.name, one.slug)
    ]
    if len(matches) == 1:
        return matches[0]
    names = ", ".join(f"{one.id} {one.profile.name}" for one in (matches or found))
    problem = "is the name of several communities; give the number" if matches else "is no community"
    raise BadInput(f"{wanted!r} {problem}; there are: {names or 'none'}")


def _asked(built: App, wanted: str | None, question: str) -> Community:
    """The community that a question goes to: the one that is named, the only one, or the only one of its language."""
    from copilot.text.language import language

    found = built.groups.communities(_system())
    own = [one for one in found if not one.is_sample] or found
    alike = [one for one in own if one.profile.language == language(question)]
    if wanted is None and len(own) > 1 and len(alike) == 1:
        return alike[0]
    return _community(built, wanted)


def _account(built: App, name: str) -> Account:
    for one in built.accounts.list():
        if one.name == name:
            return one
    names = ", ".join(one.name for one in built.accounts.list())
    raise BadInput(f"{name!r} is no account; there are: {names or 'none'}")


def _role(name: str) -> Role:
    from copilot.records import Role

    try:
        return Role(name)
    except ValueError:
        raise BadInput(f"{name!r} is no role; use one of: {', '.join(Role)}") from None


def _password() -> str:
    # From a pipe for scripts, else asked for twice and never shown.
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _told(job: Job) -> None:
    from copilot.records import JobState

    if job.state is not JobState.DONE:
        raise BadInput(job.error or f"the import is being worked on by another process ({job.state.value})")


def _finish(built: App) -> None:
    """After a large import, read who answers whom; what is imported is found already."""
    if not built.indexing.is_rough():
        return
    typer.echo("Reading who answers whom; it can be interrupted and is gone on with later ...", err=True)
    with _progress() as listener:
        try:
            built.indexing.finish(_Told(listener))
        except Busy:
            typer.echo("The running console goes on with it.", err=True)
        except KeyboardInterrupt:
            typer.echo("Interrupted; the next start of the console goes on with it.", err=True)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A line on a terminal that says how far it is."""
    shown = sys.stderr.isatty()

    def tell(step: str, done: int, total: int) -> None:
        if shown:
            share = f" {100 * done // total}%" if total else ""
            sys.stderr.write(f"\r\033[K{step}{share}")
            sys.stderr.flush()

    yield tell
    if shown:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


class _Told:
    """Passes an indexer's progress on to the terminal."""

    def __init__(self, listener: Callable[[str, int, int], None]) -> None:
        self._listener = listener

    def at(self, done: int, total: int) -> None:
        self._listener("indexing", done, total)


def _print_answer(said: Any, timezone: str) -> None:
    from zoneinfo import ZoneInfo

    from copilot.answering.notes import SILENCES
    from copilot.records import Answer

    citations = said.citations if isinstance(said, Answer) else said.near
    if isinstance(said, Answer):
        typer.echo(said.text)
    else:
        title, words = SILENCES[said.reason]["en" if said.why.language == "en" else "zh"]
        typer.echo(f"[{said.reason.value}] {title}: {words}")
    for citation in citations:
        who = f"{citation.sender_name}, " if citation.sender_name else ""
        sent_at = citation.sent_at.astimezone(ZoneInfo(timezone)) if citation.sent_at else None
        when = f"{sent_at:%Y-%m-%d %H:%M}, " if sent_at and citation.sender_name else ""
        words = " ".join(citation.words.split())
        typer.echo(f"  [{citation.source.kind.value}] {who}{when}{citation.title}: {words[:200]}")


def _plain(said: Any) -> dict[str, Any]:
    from copilot.records import Answer

    citations = said.citations if isinstance(said, Answer) else said.near
    return {
        "answer": said.text if isinstance(said, Answer) else None,
        "silence": None if isinstance(said, Answer) else said.reason.value,
        "confidence": said.confidence if isinstance(said, Answer) else 0.0,
        "citations": [
            {
                "kind": one.source.kind.value,
                "id": one.source.id,
                "group_id": one.source.group_id,
                "title": one.title,
                "words": one.words,
                "sender_name": one.sender_name,
                "sent_at": one.sent_at.isoformat() if one.sent_at else None,
            }
            for one in citations
        ],
        "probability": said.why.probability,
        "threshold": said.why.threshold,
        "notes": list(said.why.notes),
    }


def _print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
