"""The console as one FastAPI app: small pages for logging in, Gradio for the rest, a guard in front of all."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from copilot.console.downloads import download_routes
from copilot.console.guard import Guard
from copilot.console.i18n import LANGUAGES, Texts
from copilot.console.ports import App
from copilot.console.shell import PageShell, brand, manifest
from copilot.console.signing_in import signing_in_routes, texts_of
from copilot.console.talking import talking_routes
from copilot.settings import Settings

_STATIC_FOLDER = Path(__file__).parent / "static"
_A_DAY_SECONDS = 24 * 3600


def make_console(app: App, settings: Settings) -> FastAPI:
    """Build the console, once in each language.

    Args:
        app: the services, as `bootstrap.build` wires them.
        settings: hosts, limits and folders.

    Returns:
        An ASGI app for uvicorn.
    """
    _prepare_gradio(settings)
    # Gradio takes seconds to import and reads the environment while it does.
    import gradio as gr

    from copilot.console.page import Ui, find_pages
    from copilot.console.theme import make_theme

    pages = find_pages()
    console = FastAPI(title="Community Co-pilot", docs_url=None, redoc_url=None, openapi_url=None)

    @console.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @console.get("/manifest.json")
    async def web_manifest(request: Request) -> Response:
        return JSONResponse(manifest(texts_of(request, settings)), media_type="application/manifest+json")

    @console.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse("/ui/icon.svg", status_code=301)

    console.include_router(signing_in_routes(app, settings))
    console.include_router(download_routes(app, settings))
    console.include_router(talking_routes(app, settings))
    console.mount("/ui", StaticFiles(directory=_STATIC_FOLDER))

    async def to_language(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{texts_of(request, settings).language}{request.url.path}{query}", status_code=303)

    for page in pages:
        console.add_api_route(f"/{page.path}", to_language, include_in_schema=False)
    for language in LANGUAGES:
        t = Texts(language)
        demo = gr.Blocks(title=brand(t), analytics_enabled=False, delete_cache=(_A_DAY_SECONDS, _A_DAY_SECONDS))
        for page in pages:
            if page.path:
                demo.route(page.path, f"/{page.path}", show_in_navbar=False)
        with demo:
            # One context for all pages: Gradio builds a whole app each time that a context ends.
            for page in pages:
                demo.current_page = page.path
                page.build(Ui(app, settings, t, demo))
        console.add_api_route(f"/{language}", _with_slash, include_in_schema=False)
        with warnings.catch_warnings():
            # Said of every mounted app with several pages, even with server-side rendering off.
            warnings.filterwarnings("ignore", message="SSR mode is not supported")
            gr.mount_gradio_app(
                console,
                demo,
                path=f"/{language}",
                auth_dependency=_account_name,
                theme=make_theme(),
                footer_links=[],
                run_history=False,
                show_error=False,
                max_file_size=settings.max_upload_mb * 1024 * 1024,
                ssr_mode=False,
                mcp_server=False,
                enable_monitoring=False,
                allowed_paths=[],
            )
        # Gradio only checks that a file which a request names was uploaded once an app has been launched.
        demo.has_launched = True
        mount = console.router.routes[-1]
        if isinstance(mount, Mount):
            mount.app = PageShell(mount.app, t=t, pages=pages)
    console.add_middleware(Guard, settings=settings, account_of=app.accounts.account_of)
    return console


def _prepare_gradio(settings: Settings) -> None:
    """Keep Gradio from asking its makers for anything, and its uploads inside the data folder."""
    folder = settings.uploads_dir / "console"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_old_uploads(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _forget_old_uploads(folder: Path) -> None:
    """Remove what an earlier run left between upload and import."""
    oldest = time.time() - _A_DAY_SECONDS
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _account_name(request: Request) -> str | None:
    """Who Gradio takes the visitor for; None, and thus a refusal, where the guard found nobody."""
    account = getattr(request.state, "account", None)
    return account.name if account is not None else None


async def _with_slash(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path}/{query}", status_code=303)
