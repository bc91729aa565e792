"""What is installed, configured and healthy, each finding with its remedy."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version

from copilot.errors import CopilotError, NotFound
from copilot.importers.registry import known_formats
from copilot.models.embedding_service import read_service
from copilot.models.loading import load_embedder
from copilot.models.providers import provider
from copilot.records import Outcome, Purpose
from copilot.retrieval.indexer import Indexer
from copilot.retrieval.words import WordIndex
from copilot.services.connecting import Connecting
from copilot.services.rights import SYSTEM
from copilot.services.serving import served_at
from copilot.services.spending import Spending
from copilot.settings import Settings
from copilot.store import Store, accounts, changes, communities, groups, jobs
from copilot.store.schema import HEAD, revision

LEAST_FREE_BYTES = 1 << 30
_LAST_CALLS = 20
# A cap is reached when the next call does not fit, which is a little before its end.
_NEARLY = 0.97
_PACKAGES = ("gradio", "sqlalchemy", "tantivy", "opencc", "markitdown", "openpyxl")


class Health(StrEnum):
    """How a finding is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do where it is not good."""

    name: str
    health: Health
    found: str
    remedy: str = ""


def examine(
    settings: Settings, store: Store, indexer: Indexer, connecting: Connecting, spending: Spending
) -> list[Finding]:
    """Look at everything that the co-pilot stands on; a check that fails is a finding, never an error.

    Nothing is asked over the network: `copilot model test` and `copilot embedder` do that.
    """
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _program,
        lambda: _meaning(settings, connecting),
        lambda: _model(connecting, spending),
        lambda: _disk(settings),
        lambda: _database(store),
        lambda: _index(settings, store, indexer),
        lambda: _people(store),
        lambda: _work(store),
        lambda: _console(settings),
    )
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check()
        except (CopilotError, OSError) as error:
            findings.append(
                Finding(name="check", health=Health.BAD, found=str(error), remedy="mend this and run it again")
            )
    return findings


def examine_without_store(problem: CopilotError) -> list[Finding]:
    """What can be looked at where the store cannot even be opened, and why it cannot."""
    return [*_program(), Finding(name="store", health=Health.BAD, found=str(problem), remedy="mend this first")]


def _program() -> Iterator[Finding]:
    running = ".".join(map(str, sys.version_info[:3]))
    fine = (3, 11) <= sys.version_info[:2] < (3, 13)
    yield Finding(
        name="python",
        health=Health.GOOD if fine else Health.BAD,
        found=running,
        remedy="" if fine else "install Python 3.11 or 3.12",
    )
    for name in _PACKAGES:
        try:
            yield Finding(name=name, health=Health.GOOD, found=version(name))
        except PackageNotFoundError:
            yield Finding(name=name, health=Health.BAD, found="missing", remedy="install the co-pilot's requirements")
    formats = ", ".join(its.name for its in known_formats())
    yield Finding(name="formats", health=Health.GOOD, found=formats)


def _meaning(settings: Settings, connecting: Connecting) -> Iterator[Finding]:
    """Whether the embedder that is set can be used; a model is loaded for that, a service is not asked."""
    if settings.embedder in ("static", "off"):
        found = "the built-in embedder" if settings.embedder == "static" else "switched off: words alone count"
        yield Finding(name="embedder", health=Health.GOOD, found=found)
        return
    until_then = "until then words alone count"
    try:
        service = read_service(settings.embedder)
    except CopilotError as error:
        yield Finding(name="embedder", health=Health.BAD, found=str(error), remedy=until_then)
        return
    if service is not None:
        ready = service.is_local or connecting.has_key(service.base_url)
        leaves = "texts stay here" if service.is_local else "names and contacts are masked before texts leave"
        yield Finding(
            name="embedder",
            health=Health.GOOD if ready else Health.BAD,
            found=f"{service.model} at {service.host}, {leaves}" + ("" if ready else "; there is no key for it"),
            remedy="" if ready else f"run `copilot model key {service.base_url}`; {until_then}",
        )
        return
    try:
        loaded = load_embedder(settings.embedder)
    except CopilotError as error:
        yield Finding(
            name="embedder",
            health=Health.BAD,
            found=str(error),
            remedy=f"{until_then}; set COPILOT_EMBEDDER to another model or to static",
        )
        return
    yield Finding(name="embedder", health=Health.GOOD, found=loaded.identity)


def _model(connecting: Connecting, spending: Spending) -> Iterator[Finding]:
    """Which chat model is chosen, what it cost today, and how its last calls went."""
    setup = connecting.setup(SYSTEM)
    if setup is None:
        found = "none is chosen: everything works, in plainer words; `copilot model set VENDOR` chooses one"
        yield Finding(name="chat model", health=Health.GOOD, found=found)
    else:
        needs = not setup.is_local and bool(provider(setup.vendor).key_url)
        ready = not needs or connecting.has_key(setup.base_url)
        yield Finding(
            name="chat model",
            health=Health.GOOD if ready else Health.BAD,
            found=f"{setup.vendor} {setup.model} at {setup.base_url}"
            + ("" if ready else ", and there is no key for it"),
            remedy="" if ready else f"run `copilot model set {setup.vendor}` and enter it",
        )
    cap = spending.caps(SYSTEM)[0]
    used = [f"{cap.yuan:.4f} of {cap.cap.yuan:g} yuan"] if cap.cap.yuan is not None else [f"{cap.yuan:.4f} yuan"]
    used += [f"{cap.tokens} of {cap.cap.tokens} tokens" + (" without a price" if cap.is_default else "")] * (
        cap.cap.tokens is not None
    )
    is_full = cap.cap.yuan is not None and cap.yuan >= _NEARLY * cap.cap.yuan
    is_full |= cap.cap.tokens is not None and cap.tokens >= _NEARLY * cap.cap.tokens
    yield Finding(
        name="models today",
        health=Health.WARNING if is_full else Health.GOOD,
        found=", ".join(used),
        remedy="replies come without a model until midnight; raise it with `copilot model cap`" if is_full else "",
    )
    last = [
        one
        for one in spending.calls(SYSTEM, _LAST_CALLS)
        if one.outcome is not Outcome.UNFINISHED and one.purpose is not Purpose.TEST
    ]
    failed = Counter(one.outcome.value for one in last if one.outcome not in (Outcome.OK, Outcome.REPAIRED))
    if last:
        often = 2 * failed.total() > len(last)
        why = ", ".join(f"{name} {many}" for name, many in failed.most_common())
        yield Finding(
            name="last calls",
            health=Health.WARNING if often else Health.GOOD,
            found=f"{len(last) - failed.total()} of {len(last)} went well" + (f" ({why})" if failed else ""),
            remedy="run `copilot model test` to see what is wrong" if often else "",
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    mode = folder.stat().st_mode & 0o777
    private = not mode & 0o077
    yield Finding(
        name="data folder",
        health=Health.GOOD if private else Health.BAD,
        found=f"{folder} ({mode:o})",
        remedy="" if private else f"run `chmod 700 {folder}`",
    )
    free = shutil.disk_usage(folder).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding(
        name="free space",
        health=Health.GOOD if enough else Health.WARNING,
        found=f"{free / (1 << 30):.1f} GiB",
        remedy="" if enough else "free some space: imports and backups need room",
    )


def _database(store: Store) -> Iterator[Finding]:
    at = revision(store)
    yield Finding(
        name="store",
        health=Health.GOOD if at == HEAD else Health.BAD,
        found=f"SQLite {sqlite3.sqlite_version}, schema {at}",
        remedy="" if at == HEAD else "start the console once: it upgrades the store",
    )
    verdict = store.quick_check()
    yield Finding(
        name="store's pages",
        health=Health.GOOD if verdict == "ok" else Health.BAD,
        found=verdict,
        remedy="" if verdict == "ok" else "put a backup back with `copilot restore FILE`",
    )


def _index(settings: Settings, store: Store, indexer: Indexer) -> Iterator[Finding]:
    with store.read() as connection:
        newest = changes.newest(connection)
    try:
        index = WordIndex.open_reader(settings.index_dir / "words")
        found, health, remedy = f"{len(index)} wordings", Health.GOOD, ""
    except NotFound:
        # It is made by the first import or the first question.
        found, health, remedy = "not made yet", Health.GOOD, ""
    except CopilotError as error:
        yield Finding(name="word index", health=Health.BAD, found=str(error), remedy="run `copilot reindex`")
        return
    behind = newest - indexer.position()
    if behind > 0:
        found += f", {behind} changes behind"
        health, remedy = Health.WARNING, "wait a moment if the console runs, else run `copilot reindex --update`"
    yield Finding(name="word index", health=health, found=found, remedy=remedy)


def _people(store: Store) -> Iterator[Finding]:
    with store.read() as connection:
        people = accounts.all_of(connection)
        own = [one for one in communities.all_of(connection) if not one.is_sample]
        rooms = [one for one in groups.all_of(connection) if not one.is_sample]
    yield Finding(
        name="accounts",
        health=Health.GOOD if people else Health.WARNING,
        found=f"{len(people)}",
        remedy="" if people else "run `copilot serve` and open the link that it prints",
    )
    yield Finding(
        name="communities",
        health=Health.GOOD if rooms else Health.WARNING,
        found=f"{len(own)} with {len(rooms)} groups, samples not counted",
        remedy="" if rooms else "run `copilot import FILE` with an export of your group's chat",
    )


def _work(store: Store) -> Iterator[Finding]:
    with store.read() as connection:
        waiting = jobs.open_of(connection)
    yield Finding(name="open jobs", health=Health.GOOD, found=f"{len(waiting)}")


def _console(settings: Settings) -> Iterator[Finding]:
    address = served_at(settings)
    found = f"running at {address}" if address else "not running"
    yield Finding(
        name="console", health=Health.GOOD, found=found, remedy="" if address else "`copilot serve` starts it"
    )
