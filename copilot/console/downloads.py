"""Files that people take home: a group's history, a knowledge folder, an empty FAQ table."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from copilot.console.guard import account_in
from copilot.console.i18n import describe_error
from copilot.console.ports import App
from copilot.console.signing_in import texts_of
from copilot.errors import CopilotError
from copilot.settings import Settings

_CHUNK_BYTES = 256 * 1024


def download_routes(app: App, settings: Settings) -> APIRouter:
    """The routes under /files. The services check what the account may see."""
    router = APIRouter(prefix="/files")

    @router.get("/group-{group_id}.jsonl")
    def group_history(request: Request, group_id: int) -> Response:
        # Closed when the response has been read to its end.
        spool = tempfile.TemporaryFile(dir=settings.uploads_dir)  # noqa: SIM115
        try:
            text = io.TextIOWrapper(spool, encoding="utf-8", newline="\n", write_through=True)
            app.importing.export(account_in(request.scope), group_id, text)
            text.detach()
        except CopilotError as error:
            spool.close()
            return _refusal(request, error)
        return _download(spool, f"group-{group_id}.jsonl", "application/x-ndjson")

    @router.get("/knowledge-{community_id}.zip")
    def knowledge_folder(request: Request, community_id: int) -> Response:
        spool = tempfile.TemporaryFile(dir=settings.uploads_dir)  # noqa: SIM115
        try:
            with tempfile.TemporaryDirectory(dir=settings.uploads_dir) as folder:
                app.knowing.export_folder(account_in(request.scope), community_id, Path(folder))
                with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED) as archive:
                    for path in sorted(Path(folder).rglob("*")):
                        if path.is_file():
                            archive.write(path, path.relative_to(folder).as_posix())
        except CopilotError as error:
            spool.close()
            return _refusal(request, error)
        return _download(spool, f"knowledge-{community_id}.zip", "application/zip")

    @router.get("/faq-{language}.xlsx")
    def faq_template(language: str) -> Response:
        stream = io.BytesIO()
        _faq_template("en" if language == "en" else "zh").save(stream)
        name = "faq.xlsx" if language == "en" else "问答表.xlsx"
        return _download(stream, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

    return router


def _download(stream: BinaryIO, name: str, media_type: str) -> Response:
    stream.seek(0)

    def chunks() -> Iterator[bytes]:
        with stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk

    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return StreamingResponse(chunks(), media_type=media_type, headers=headers)


def _refusal(request: Request, error: CopilotError) -> Response:
    return PlainTextResponse(describe_error(texts_of(request), error) + "\n", status_code=403)


def _faq_template(language: str) -> Workbook:
    """An empty table with the columns that an import reads, and one row that shows how they are filled."""
    rows = {
        "zh": [
            ["问题", "答案", "其他问法", "标签", "有效期"],
            ["多久发货？", "付款后 48 小时内发货，周末顺延。", "什么时候发货 | 几天能发", "发货", "2027-12-31"],
        ],
        "en": [
            ["question", "answer", "variants", "tags", "expires_on"],
            [
                "When do orders ship?",
                "Within 48 hours; orders placed at the weekend ship on Monday.",
                "how long until it ships | shipping time",
                "shipping",
                "2027-12-31",
            ],
        ],
    }[language]
    book = Workbook()
    sheet = book.active
    if sheet is not None:
        sheet.title = "FAQ"
        for row in rows:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for cell in sheet[2]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for column, width in zip("ABCDE", (34, 60, 40, 16, 14), strict=True):
            sheet.column_dimensions[column].width = width
    return book
