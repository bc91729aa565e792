"""What all tests share: a store in a temporary folder, and a list of what could not run here and how to install it."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copilot.bootstrap import App, build
from copilot.settings import Settings

NOW = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
"""The time in tests: a Monday at noon in Shanghai."""


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the settings of whoever runs it."""
    for name in list(os.environ):
        if name.startswith("COPILOT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder."""
    return Settings(data_dir=tmp_path / "data", open_browser=False)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store at the newest schema with nothing in it: copying it is faster than migrating anew."""
    folder = tmp_path_factory.mktemp("empty")
    built = build(Settings(data_dir=folder, open_browser=False))
    built.store.close()
    return folder / "copilot.sqlite3"


@pytest.fixture
def app(settings: Settings, empty_store: Path) -> Iterator[App]:
    """The application on an empty data folder; jobs run where they are started."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(empty_store, settings.database_path)
    built = build(settings, clock=lambda: NOW)
    yield built
    built.indexer.release()
    built.store.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium's path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("Chromium is not installed", "apt-get install chromium fonts-noto-cjk")
    return str(found)


def missing(what: str, remedy: str) -> None:
    """Skip a test for want of something, or fail it where nothing may be skipped (TESTS_MAY_SKIP=0)."""
    if _must_run():
        pytest.fail(f"{what}: {remedy}")
    pytest.skip(f"{what}: {remedy}")


def _must_run() -> bool:
    return os.environ.get("TESTS_MAY_SKIP", "1") == "0"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A skip of any kind is a failure where nothing may be skipped."""
    if report.skipped and _must_run():
        report.outcome = "failed"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what could not run here, with the command that mends it."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("not run here")
    for reason, number in reasons.items():
        what, _, remedy = reason.partition(": ")
        terminalreporter.line(f"{number} tests: {what}." + (f" To run them: {remedy}" if remedy else ""))
