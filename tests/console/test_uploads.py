"""Only what was uploaded is opened, whatever path a request names."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio
import pytest
from fastapi import FastAPI
from gradio import Blocks

from copilot.bootstrap import App
from copilot.console.app import make_console
from copilot.console.uploads import uploaded
from copilot.errors import BadInput
from copilot.settings import Settings


def test_an_uploaded_file_is_opened(settings: Settings) -> None:
    file = settings.uploads_dir / "console" / "abc" / "chat.txt"
    file.parent.mkdir(parents=True)
    file.write_text("x", encoding="utf-8")
    assert uploaded(settings, str(file)) == file.resolve()


@pytest.mark.parametrize(
    "name", ["secret.md", "uploads/console/../../secret.md", "uploads/console/link", "uploads/console", "uploads/x"]
)
def test_nothing_else_is(settings: Settings, name: str) -> None:
    folder = settings.uploads_dir / "console"
    folder.mkdir(parents=True)
    secret = settings.data_dir / "secret.md"
    secret.write_text("x", encoding="utf-8")
    (folder / "link").symlink_to(secret)
    with pytest.raises(BadInput, match="not uploaded here"):
        uploaded(settings, str(settings.data_dir / name))
    assert secret.exists()


def test_gradio_checks_it_too(app: App, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def make() -> FastAPI:
        return make_console(app, settings)

    built: list[Blocks] = []

    class Noted(Blocks):
        """A Blocks that is remembered."""

        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            built.append(self)

    monkeypatch.setattr(gradio, "Blocks", Noted)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, make()).result()
    assert [one.has_launched for one in built] == [True, True]
