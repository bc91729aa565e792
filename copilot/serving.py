"""Serving the console: one process a data folder, on loopback, with a one-time link for the first start."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from copilot.bootstrap import App, build, prepare_folder
from copilot.console.app import make_console
from copilot.errors import BadInput, CopilotError
from copilot.services.rights import SYSTEM
from copilot.services.serving import serving
from copilot.settings import Settings

JOB_THREADS = 2
_FIRST_START = {
    "zh": "在浏览器打开下面的一次性链接，设置名字和密码 (this link works once: choose a name and a password):",
    "en": "Choose a name and a password here (this link works once):",
}
_LATER_START = {"zh": "控制台地址 (the console is at):", "en": "The console is at:"}

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Serve the console until the process is told to stop.

    Args:
        settings: checked settings.

    Raises:
        Busy: another process serves this data folder.
        BadInput: the port is taken.
    """
    prepare_folder(settings.data_dir)
    with _listen(settings.host, settings.port) as listener, serving(settings, _address(settings.host, listener)):
        app = build(settings, threads=JOB_THREADS)
        is_new = not app.groups.communities(SYSTEM) and app.accounts.needs_owner()
        if settings.sample and is_new:
            app.samples.install(SYSTEM)
        console = make_console(app, settings)
        lifespan = console.router.lifespan_context

        @asynccontextmanager
        async def working(asgi: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
            app.start()
            async with lifespan(asgi) as state:
                _greet(app, settings, _address(settings.host, listener))
                yield state or {}
            app.close()

        console.router.lifespan_context = working
        config = uvicorn.Config(
            console,
            log_level="warning",
            access_log=False,
            # Addresses of clients are believed only where a proxy is declared to stand in front.
            proxy_headers=settings.https,
            timeout_graceful_shutdown=5,
        )
        # uvicorn shuts down gracefully and then raises the signal again: without a handler it would end the process
        # before the lock and the address of this data folder are given back.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        uvicorn.Server(config).run(sockets=[listener])


def _address(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104  (compared, not bound)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise BadInput(
            f"the console cannot listen on {host}:{port} ({error.strerror}); choose another with --port or COPILOT_PORT"
        ) from error
    return listener


def _greet(app: App, settings: Settings, address: str) -> None:
    """Say where the console is, and open the browser there; the link for the owner works once."""
    try:
        token = app.accounts.setup_token()
    except CopilotError as error:
        log.warning("there is no link for the first start: %s", error)
        token = None
    url = f"{address}/setup?token={token}" if token else f"{address}/"
    # The link is a secret of this machine's owner: it goes to the terminal, never to the log.
    said = _FIRST_START if token else _LATER_START
    sys.stdout.write(f"{said[settings.language]}\n  {url}\n")
    sys.stdout.flush()
    if settings.open_browser:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
