"""The command line. An error is one sentence and exit code 2."""

from __future__ import annotations

import gc
import io
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from copilot import __version__
from copilot.cli import accounts, models
from copilot.cli.shared import (
    Told,
    as_plain,
    find_asked,
    find_community,
    find_group,
    finish_cutting,
    need_done,
    need_readable,
    opened,
    pasted_text,
    print_answer,
    print_json,
    progress_line,
    system,
    written,
)
from copilot.errors import BadInput, Busy, CopilotError

app = typer.Typer(
    name="copilot",
    help="A co-pilot for the people who run chat groups. It answers from what the group knows, and cites.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
export_app = typer.Typer(help="Write a group's history or a community's knowledge to files.", no_args_is_help=True)
app.add_typer(export_app, name="export")
app.add_typer(accounts.app, name="accounts")
app.add_typer(models.app, name="model")

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
    from copilot.services.import_run import report_of

    with opened(quiet=json) as built:
        account = system()
        text = pasted_text() if str(file) == "-" else None
        if text is None:
            need_readable(file)
            found = built.importing.inspect(file, timezone)
        else:
            found = built.importing.inspect_text(text, timezone=timezone)
        group_id = find_group(built, group).group.id if group else None
        community_id = find_community(built, community).id if community else None
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
        with progress_line() as listener:
            job = built.jobs.run_now(job.id, listener)
        need_done(job)
        report = report_of(job)
        assert report is not None  # noqa: S101  (a job that is done has published)
        if json:
            print_json(job.result["report"])
            finish_cutting(built)
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
        finish_cutting(built)


@app.command()
def undo(
    import_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The number that the import printed.")],
) -> None:
    """Take back what an import brought."""
    with opened() as built:
        job = built.importing.undo(system(), import_id)
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
    with opened() as built:
        chosen = find_group(built, group)
        if str(file) == "-":
            # The format is UTF-8, whatever the terminal's encoding is.
            stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
            number = built.importing.export(system(), chosen.group.id, stream)
            stream.detach()
        else:
            with written(file) as stream:
                number = built.importing.export(system(), chosen.group.id, stream)
        typer.echo(f"{number} messages of {chosen.group.name!r} written.", err=True)


@export_app.command("knowledge")
def export_knowledge(
    folder: Annotated[Path, typer.Argument(help="The folder to write.")], community: CommunityOption = None
) -> None:
    """Write a community's profile, rules, FAQ and documents as a folder of YAML and Markdown."""
    with opened() as built:
        chosen = find_community(built, community)
        written = built.knowing.export_folder(system(), chosen.id, folder)
        typer.echo(f"{len(written)} files written to {folder}.")


@app.command("learn")
def import_knowledge(
    folder: Annotated[Path, typer.Argument(help="A knowledge folder, or a .zip of one.")],
    community: CommunityOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Import a knowledge folder, after showing what it would change."""
    with opened() as built:
        chosen = find_community(built, community)
        changes = built.knowing.preview_folder(system(), chosen.id, folder)
        if changes.is_empty:
            typer.echo(f"Nothing would change; {changes.unchanged} items are as in {folder}.")
            return
        for change in changes.items:
            where = f" in {change.group}" if change.group else ""
            typer.echo(f"  {change.kind.value:8} {change.part.value:9} {change.key}{where}")
        if not yes:
            typer.confirm("Make these changes?", abort=True)
        built.knowing.apply_folder(system(), chosen.id, folder)
        built.indexing.bring_up()
        typer.echo(f"{len(changes.items)} changes made.")


@app.command()
def groups(json: JsonOption = False) -> None:
    """List the groups, with how much there is in each."""
    with opened(quiet=json) as built:
        found = built.groups.groups(system())
        if json:
            print_json(
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
    with opened(quiet=True) as built:
        if built.indexing.is_behind():
            built.indexing.bring_up()
        if group and community:
            raise BadInput("a question is asked in a group or in a community; give --group or --community")
        room = find_group(built, group) if group else None
        group_id = room.group.id if room else None
        whole = room.community if room else find_asked(built, community, question)
        community_id = None if room else whole.id
        try:
            said = built.asking.ask(system(), question, group_id=group_id, community_id=community_id)
        except Busy:
            # The index is damaged: opening it for writing finds that out and makes it again.
            built.indexing.bring_up()
            said = built.asking.ask(system(), question, group_id=group_id, community_id=community_id)
        if json:
            print_json(as_plain(said))
        else:
            profile = built.knowing.effective_profile(system(), whole.id, group_id)
            print_answer(said, profile.timezone or built.settings.timezone)


@app.command()
def reindex(
    update: Annotated[bool, typer.Option("--update", help="Only add what is missing.")] = False,
) -> None:
    """Make the search index again from the store, and what vectors are missing."""
    with opened() as built, progress_line() as listener:
        started = time.monotonic()
        told = Told(listener)
        if update:
            built.indexer.catch_up(told.at)
        else:
            built.indexer.rebuild(told.at)
        built.indexing.finish(told.at)
        if built.meaning is not None:
            built.indexer.acquire()
            built.meaning.follow(told.at)
        built.indexer.release()
    typer.echo(f"The index is up to date ({time.monotonic() - started:.1f} s).")


@app.command()
def embedder(
    name: Annotated[
        str, typer.Argument(help="`static`, a sentence-transformers model, such as BAAI/bge-m3, or VENDOR:MODEL.")
    ],
    json: JsonOption = False,
) -> None:
    """Fetch an embedding model, or ask a service, and show what it can do; COPILOT_EMBEDDER chooses it."""
    from copilot.models.aptitude import measure
    from copilot.models.embedding_service import read_service
    from copilot.models.embeddings import close
    from copilot.models.loading import load_embedder

    if read_service(name) is None:
        chosen = load_embedder(name, download=True)
        found = measure(chosen)
    else:
        with opened(quiet=True) as built:
            chosen = load_embedder(name, download=True, access=built.embedding)
            try:
                found = measure(chosen)
            finally:
                close(chosen)
    skills = {"Chinese": found.zh, "English": found.en, "across both": found.cross}
    if json:
        print_json({"identity": chosen.identity, "dimensions": chosen.dimensions, **found.to_plain()})
        return
    typer.echo(f"{name}: {chosen.dimensions} dimensions. Of 30 questions it finds the one that asks the same:")
    for language, skill in skills.items():
        typer.echo(f"  {language}: {skill.hit_at_1:.0%} (shared words alone: {skill.words_hit_at_1:.0%})")
    typer.echo(f"Use it with COPILOT_EMBEDDER={name}")


@app.command()
def backup(file: Annotated[Path | None, typer.Argument(help="The file to write.")] = None) -> None:
    """Copy everything into one file; the console may go on running."""
    from copilot.services.safekeeping import back_up

    with opened() as built:
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
    with opened() as built:
        built.indexing.bring_up()
    typer.echo("Restored." + (f" What was there is kept as {aside}." if aside else ""))


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Look at what is installed, configured and healthy, with a remedy for what is not."""
    from copilot.services.doctor import Health, examine, examine_without_store
    from copilot.settings import load_settings

    load_settings()
    try:
        with opened(quiet=json) as built:
            findings = examine(built.settings, built.store, built.indexer, built.connecting, built.spending)
    except CopilotError as error:
        findings = examine_without_store(error)
    if json:
        print_json([{"name": f.name, "health": f.health, "found": f.found, "remedy": f.remedy} for f in findings])
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
