"""Files that people take home: a group's history, a knowledge folder, an empty FAQ table."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import quote

import fastapi
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from copilot.console.guard import account_in
from copilot.console.i18n import describe_error
from copilot.console.ports import App
from copilot.console.signing_in import texts_of
from copilot.errors import CopilotError, NotAllowed
from copilot.knowledge.faq_table import write_faq_template
from copilot.records import Account
from copilot.settings import Settings

_CHUNK_BYTES = 256 * 1024


# Larger numbers than the store can hold name nothing.
Number = Annotated[int, fastapi.Path(ge=1, le=2**63 - 1)]


def download_routes(app: App, settings: Settings) -> APIRouter:
    """The routes under /files. The services check what the account may see."""
    router = APIRouter(prefix="/files")

    @router.get("/group-{group_id}.jsonl")
    def group_history(request: Request, group_id: Number) -> Response:
        # Closed when the response has been read to its end.
        spool = tempfile.TemporaryFile(dir=settings.uploads_dir)  # noqa: SIM115
        try:
            text = io.TextIOWrapper(spool, encoding="utf-8", newline="\n", write_through=True)
            app.importing.export(_account(request), group_id, text)
            text.detach()
        except CopilotError as error:
            spool.close()
            return _refusal(request, settings, error)
        return _download(spool, f"group-{group_id}.jsonl", "application/x-ndjson")

    @router.get("/knowledge-{community_id}.zip")
    def knowledge_folder(request: Request, community_id: Number) -> Response:
        spool = tempfile.TemporaryFile(dir=settings.uploads_dir)  # noqa: SIM115
        try:
            with tempfile.TemporaryDirectory(dir=settings.uploads_dir) as folder:
                app.knowing.export_folder(_account(request), community_id, Path(folder))
                with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED) as archive:
                    for path in sorted(Path(folder).rglob("*")):
                        if path.is_file():
                            archive.write(path, path.relative_to(folder).as_posix())
        except CopilotError as error:
            spool.close()
            return _refusal(request, settings, error)
        return _download(spool, f"knowledge-{community_id}.zip", "application/zip")

    @router.get("/faq-{language}.xlsx")
    def faq_template(language: str) -> Response:
        # Closed when the response has been read to its end.
        spool = tempfile.TemporaryFile(dir=settings.uploads_dir)  # noqa: SIM115
        with tempfile.TemporaryDirectory(dir=settings.uploads_dir) as folder:
            path = Path(folder) / "faq.xlsx"
            write_faq_template(path, "en" if language == "en" else "zh")
            spool.write(path.read_bytes())
        name = "faq.xlsx" if language == "en" else "问答表.xlsx"
        return _download(spool, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

    return router


def _account(request: Request) -> Account:
    account = account_in(request.scope)
    if account is None:
        raise NotAllowed("nobody is logged in; log in first")
    return account


def _download(stream: BinaryIO, name: str, media_type: str) -> Response:
    stream.seek(0)

    def chunks() -> Iterator[bytes]:
        with stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk

    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return StreamingResponse(chunks(), media_type=media_type, headers=headers)


def _refusal(request: Request, settings: Settings, error: CopilotError) -> Response:
    return PlainTextResponse(describe_error(texts_of(request, settings), error) + "\n", status_code=403)
