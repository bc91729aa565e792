"""What the commands share: the application, what a name means, and how things are printed."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from copilot.errors import BadInput, Busy

if TYPE_CHECKING:
    from copilot.bootstrap import App
    from copilot.records import Account, Community, Job, Role
    from copilot.services.groups import GroupSummary


@contextlib.contextmanager
def opened(*, quiet: bool = False) -> Iterator[App]:
    """The application over the data folder that the settings name; `quiet` logs errors only."""
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
        built.chat.close()
        if built.meaning is not None:
            built.meaning.close()
        built.store.close()


def system() -> Account:
    """The account that commands act as: whoever can read the data folder may do everything."""
    from copilot.services.rights import SYSTEM

    return SYSTEM


def pasted_text() -> str:
    """What standard input holds, in whatever encoding."""
    from copilot.importers.reading.encoding import decoder_of, detect, mark_length

    raw = sys.stdin.buffer.read()
    if not raw.strip():
        raise BadInput("standard input is empty; paste a chat into it, or name a file")
    encoding = detect(raw, "standard input")
    return decoder_of(encoding).decode(raw[mark_length(encoding, raw) :], final=True)


def need_readable(file: Path) -> None:
    """Refuse what is no file.

    Raises:
        BadInput: it is missing or a folder.
    """
    if not file.exists():
        raise BadInput(f"{file} does not exist; name a chat export")
    if file.is_dir():
        raise BadInput(f"{file} is a folder; name one file, or use `copilot learn` for a knowledge folder")


@contextlib.contextmanager
def written(file: Path) -> Iterator[Any]:
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


def find_group(built: App, wanted: str | None) -> GroupSummary:
    """The group of a name or number; without one, the only group.

    Raises:
        BadInput: there is none, or more than one.
    """
    found = built.groups.groups(system())
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


def find_community(built: App, wanted: str | None) -> Community:
    """The community of a name or number; without one, the only community.

    Raises:
        BadInput: there is none, or more than one.
    """
    found = built.groups.communities(system())
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


def find_asked(built: App, wanted: str | None, question: str) -> Community:
    """The community that a question goes to: the one that is named, the only one, or the only one of its language."""
    from copilot.text.language import language

    found = built.groups.communities(system())
    own = [one for one in found if not one.is_sample] or found
    alike = [one for one in own if one.profile.language == language(question)]
    if wanted is None and len(own) > 1 and len(alike) == 1:
        return alike[0]
    return find_community(built, wanted)


def find_account(built: App, name: str) -> Account:
    """The account of a name.

    Raises:
        BadInput: there is none.
    """
    for one in built.accounts.list():
        if one.name == name:
            return one
    names = ", ".join(one.name for one in built.accounts.list())
    raise BadInput(f"{name!r} is no account; there are: {names or 'none'}")


def read_role(name: str) -> Role:
    """The role of a name.

    Raises:
        BadInput: there is none.
    """
    from copilot.records import Role

    try:
        return Role(name)
    except ValueError:
        raise BadInput(f"{name!r} is no role; use one of: {', '.join(Role)}") from None


def ask_password() -> str:
    """A password, from a pipe or typed twice."""
    # From a pipe for scripts, else asked for twice and never shown.
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def need_done(job: Job) -> None:
    """Refuse a job that has not ended well.

    Raises:
        BadInput: it failed, or another process works on it.
    """
    from copilot.records import JobState

    if job.state is not JobState.DONE:
        raise BadInput(job.error or f"the import is being worked on by another process ({job.state.value})")


def finish_cutting(built: App) -> None:
    """After a large import, read who answers whom; what is imported is found already."""
    if not built.indexing.is_rough():
        return
    typer.echo("Reading who answers whom; it can be interrupted and is gone on with later ...", err=True)
    with progress_line() as listener:
        try:
            built.indexing.finish(Told(listener).at)
        except Busy:
            typer.echo("The running console goes on with it.", err=True)
        except KeyboardInterrupt:
            typer.echo("Interrupted; the next start of the console goes on with it.", err=True)


@contextlib.contextmanager
def progress_line() -> Iterator[Callable[[str, int, int], None]]:
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


class Told:
    """Passes an indexer's progress on to the terminal."""

    def __init__(self, listener: Callable[[str, int, int], None]) -> None:
        self._listener = listener

    def at(self, done: int, total: int) -> None:
        """Say how far it is."""
        self._listener("indexing", done, total)


def print_answer(said: Any, timezone: str) -> None:
    """Print an answer with its sources, or why there is none."""
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


def as_plain(said: Any) -> dict[str, Any]:
    """An answer or a silence as JSON holds it."""
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


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
