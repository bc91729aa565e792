"""A console that is really served, and a browser that watches for what must never happen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright import sync_api

from copilot.bootstrap import App, build
from copilot.console.guard import SESSION_COOKIE
from copilot.services.rights import SYSTEM
from copilot.settings import Settings

OUTPUT = Path(__file__).parent / "output"
OWNER, PASSWORD = "阿暖", "correct horse"
TIMEOUT_MS = 20_000
# A container has no sandbox for Chromium; the rest keeps it from calling home, which would hide a page that does.
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@dataclass(frozen=True)
class Served:
    """A console that another process serves at `url`; `app` looks into its store."""

    app: App
    settings: Settings
    url: str
    setup_token: str


def serve(folder: Path) -> Iterator[Served]:
    """Run `copilot serve` on a new data folder until the generator is closed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COPILOT_")}
    command = [sys.executable, "-m", "copilot", "serve", "--port", "0", "--no-browser"]
    log = (folder.parent / "serve.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        command,
        env={**environment, "COPILOT_DATA_DIR": str(folder), "COPILOT_SESSION_DAYS": "1"},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
    )
    with process, log:
        try:
            assert process.stdout is not None
            link = next((line.strip() for line in process.stdout if "/setup?token=" in line), "")
            assert link, (folder.parent / "serve.log").read_text(encoding="utf-8")
            url, _, token = link.partition("/setup?token=")
            settings = Settings(data_dir=folder, open_browser=False)
            app = build(settings)
            yield Served(app, settings, url, token)
            app.store.close()
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A console with the samples in it."""
    yield from serve(tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[sync_api.Browser]:
    """One Chromium for all tests."""
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def rooms(browser: sync_api.Browser) -> Iterator[Callable[..., sync_api.BrowserContext]]:
    """Browser contexts that tests of the shared console use one after the other: what one has loaded, Gradio's many
    scripts above all, the next has in its cache."""
    opened: dict[tuple[tuple[str, object], ...], sync_api.BrowserContext] = {}

    def room(**options: object) -> sync_api.BrowserContext:
        key = tuple(sorted(options.items()))
        if key not in opened:
            opened[key] = new_context(browser, **options)
        return opened[key]

    yield room
    for context in opened.values():
        context.close()


def new_context(
    browser: sync_api.Browser, *, locale: str = "zh-CN", width: int = 1280, height: int = 820, dark: bool = False
) -> sync_api.BrowserContext:
    """A browser of somebody who has not been here."""
    context = browser.new_context(
        locale=locale,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        # What slides in is there at once.
        reduced_motion="reduce",
    )
    context.set_default_timeout(TIMEOUT_MS)
    return context


class Watch:
    """Notes what a page does that it must not: requests to elsewhere, errors, blocked scripts, dialogs."""

    def __init__(self, page: sync_api.Page) -> None:
        self.faults: list[str] = []
        page.on("request", lambda request: self._request(request.url))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("dialog", self._dialog)

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.faults.append(f"request to elsewhere: {url}")

    def _console(self, message: sync_api.ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Error evaluating template" in message.text:
            self.faults.append(message.text)

    def _dialog(self, dialog: sync_api.Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Console:
    """What a person does in the console."""

    def __init__(self, page: sync_api.Page, served: Served, *, english: bool = False) -> None:
        self.page = page
        self.served = served
        self._english = english

    def t(self, zh: str, en: str) -> str:
        """The wording in the language of this browser."""
        return en if self._english else zh

    def open(self, path: str, wait_for: str) -> None:
        """Open a page and wait for an element of it."""
        self.page.goto(self.served.url + path)
        self.page.wait_for_selector(wait_for)

    def log_in(self, name: str = OWNER, password: str = PASSWORD) -> None:
        """Log in, setting the owner up on the way where nobody has."""
        if self.served.app.accounts.needs_owner():
            self.page.goto(f"{self.served.url}/setup?token={self.served.setup_token}")
            self.page.fill("[name=again]", password)
        else:
            self.page.goto(f"{self.served.url}/login")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", password)
        self.page.click("button.go")
        self.page.wait_for_selector(".hello, .start .empty")

    def say(self, words: str) -> sync_api.Locator:
        """Say something on the page Ask and give the turn that begins."""
        before = self.page.locator(".thread .turn").count()
        self.page.fill("#question textarea", words)
        self.page.press("#question textarea", "Enter")
        turn = self.page.locator(".thread .turn").nth(before)
        turn.wait_for()
        return turn

    def ask(self, question: str) -> sync_api.Locator:
        """Ask on the page Ask and give the whole turn that came of it."""
        turn = self.say(question)
        sync_api.expect(turn).not_to_have_class(re.compile("live"), timeout=TIMEOUT_MS)
        return turn

    def ask_in(self, scope: str, question: str) -> sync_api.Locator:
        """Ask in one community or group (`c1`, `g2`)."""
        self.open(f"/?in={scope}", ".hello")
        return self.ask(question)

    def open_import(self) -> None:
        """Open the sheet that imports a chat."""
        self.open("/groups", "#groups-top h1")
        self.page.get_by_role("button", name=self.t("导入聊天记录", "Import a chat")).click()
        self.page.wait_for_selector("#import-sheet h2")

    def import_file(self, path: Path, name: str) -> None:
        """Drop a file and import it into a new group."""
        self.open_import()
        self.page.set_input_files("#chat-file input[type=file]", path)
        self.page.wait_for_selector(".recognised")
        self.start_import(name)

    def import_text(self, text: str, name: str) -> None:
        """Paste text and import it into a new group."""
        self.open_import()
        self.page.get_by_role("tab", name=self.t("粘贴文字", "Paste text")).click()
        self.page.fill("#pasted textarea", text)
        self.start_import(name)

    def start_import(self, name: str) -> None:
        """Name the new group and begin."""
        self.page.locator("#import-name").locator("input, textarea").fill(name)
        self.page.click("#start-import")

    def wait_for_import(self, name: str) -> sync_api.Locator:
        """Wait until an import into a group has ended, and give its row."""
        row = self.page.locator("#past-jobs .row-card", has_text=name).first
        row.wait_for()
        return row

    def scope_of(self, name: str) -> str:
        """The address of a group by its name."""
        found = [one.group.id for one in self.served.app.groups.groups(SYSTEM) if one.group.name == name]
        return f"g{found[0]}"

    def shoot(self, name: str) -> Path:
        """Keep a picture of the page for people to look at."""
        OUTPUT.mkdir(exist_ok=True)
        path = OUTPUT / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path


@pytest.fixture
def watched() -> Iterator[Callable[[sync_api.Page], sync_api.Page]]:
    """Watches pages and, when the test is over, asks each whether it did what it must not."""
    pages: list[tuple[sync_api.Page, Watch]] = []

    def watch(page: sync_api.Page) -> sync_api.Page:
        pages.append((page, Watch(page)))
        return page

    yield watch
    faults = [fault for _, watch in pages for fault in watch.faults]
    for page, _ in pages:
        if not page.is_closed():
            page.close()
    assert faults == []


@pytest.fixture
def make_page(
    browser: sync_api.Browser, watched: Callable[[sync_api.Page], sync_api.Page]
) -> Iterator[Callable[..., sync_api.Page]]:
    """Opens pages, each in a browser of its own."""
    contexts: list[sync_api.BrowserContext] = []

    def make(**options: object) -> sync_api.Page:
        contexts.append(new_context(browser, **options))  # type: ignore[arg-type]
        return watched(contexts[-1].new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def session_of_owner(served: Served) -> str:
    """The session token of the owner, so that not every test has to type the password."""
    if served.app.accounts.needs_owner():
        served.app.accounts.create_owner(served.setup_token, OWNER, PASSWORD)
    return served.app.accounts.login(OWNER, PASSWORD, remote="test")


@pytest.fixture
def come_in(
    served: Served,
    session_of_owner: str,
    rooms: Callable[..., sync_api.BrowserContext],
    watched: Callable[[sync_api.Page], sync_api.Page],
) -> Callable[..., Console]:
    """Opens a page in which the owner is logged in, with no language chosen."""

    def come(*, english: bool = False, **options: object) -> Console:
        context = rooms(locale="en-GB" if english else "zh-CN", **options)
        context.clear_cookies()
        context.add_cookies([{"name": SESSION_COOKIE, "value": session_of_owner, "url": served.url}])
        return Console(watched(context.new_page()), served, english=english)

    return come


@pytest.fixture
def console(come_in: Callable[..., Console]) -> Console:
    """The owner, logged in, in Chinese."""
    return come_in()


@pytest.fixture
def readme_picture() -> Path | None:
    """Where the picture of the README is kept, if README_PICTURE asks for a new one."""
    wish = os.environ.get("README_PICTURE")
    if not wish:
        return None
    Path(wish).parent.mkdir(parents=True, exist_ok=True)
    return Path(wish)
