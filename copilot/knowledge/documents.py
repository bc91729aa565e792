"""Reading a document as Markdown: .md, .txt, .docx, .pdf, .html."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from copilot.errors import BadInput, BrokenFile, NotFound, StorageFailed
from copilot.knowledge import conversion
from copilot.knowledge.decoding import decoded
from copilot.knowledge.folder import split_front
from copilot.knowledge.validation import validate_document
from copilot.records import Document

MOST_DOCUMENT_BYTES: Final = 20_000_000
MOST_UNPACKED_BYTES: Final = 200_000_000
LONGEST_CONVERSION_SECONDS: Final = 120.0

_HTML_START: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S
)
_HTML_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_IMAGE: Final = re.compile(r"!\[([^\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_EMPTY_LINK: Final = re.compile(r"(?<!!)\[\s*\]\([^()\n]*\)")
# A PDF holds lines, not paragraphs: a long one that ends in the middle of a Chinese sentence goes on in the next.
_WRAPPED: Final = re.compile(r"^([^|\n].{18,}[\u4e00-\u9fff，、；])\n(?=[\u4e00-\u9fff])", re.MULTILINE)
# Word does not mark the first row of a table as its head; in Markdown it gets an empty one above.
_EMPTY_HEAD: Final = re.compile(r"^\|(?: *\|)+\n(\|(?: *-+ *\|)+)\n(\|.*\|)$", re.MULTILINE)
_SUFFIXES: Final = ".md, .txt, .docx, .pdf or .html"


def read_document(path: Path) -> Document:
    """Read one document; its name is the file's without the suffix, or the `title` in the front matter of Markdown.

    The format is told from the content. Conversion runs in a process of its own, within bounds on its memory and time;
    images are left out.

    Raises:
        BadInput: for another format, a password, a scan without text, too large a file; BrokenFile for a damaged one.
        NotFound: if there is no such file.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_DOCUMENT_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}; check the name") from None
    except OSError as error:
        raise StorageFailed(f"{path} cannot be read ({error.strerror}); check its rights") from error
    if len(content) > MOST_DOCUMENT_BYTES:
        raise BadInput(f"{path.name} is larger than {MOST_DOCUMENT_BYTES / 1e6:g} MB; split it into several documents")
    kind = _kind(path, content)
    name: str | None = None
    if kind == "text":
        name, text = split_front(_decoded(path.name, content).replace("\r\n", "\n"))
    else:
        if kind == "html":
            content = _html_decoded(path.name, content).encode("utf-8")
        text = _tidy(_converted(path.name, kind, content))
        text = _WRAPPED.sub(r"\1", text) if kind == "pdf" else text
    if not text.strip():
        if kind == "pdf":
            raise BadInput(
                f"{path.name} holds pictures and no text; run text recognition (OCR) over it and add the result"
            )
        raise BadInput(f"{path.name} holds no text; write it or choose another file")
    try:
        return validate_document(Document(name=name or path.stem, text=text))
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}") from None


def _kind(path: Path, content: bytes) -> str:
    """The format by what the file holds: "pdf", "docx", "html" or "text"."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(path.name, content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(f"{path.name} is an old .doc or protected by a password; save it as .docx without one")
    if content.startswith(b"{\\rtf"):
        raise BadInput(f"{path.name} is rich text (.rtf); save it as .docx")
    if _HTML_START.match(content[:4096].removeprefix(b"\xef\xbb\xbf")) or path.suffix.lower() in (".html", ".htm"):
        return "html"
    if path.suffix.lower() in (".docx", ".pdf"):
        raise BrokenFile(f"{path.name} is damaged: it is no {path.suffix}; save it again")
    return "text"


def _office_kind(name: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = {info.filename: info.file_size for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BrokenFile(f"{name} is damaged; open it in a word processor and save it as .docx again") from error
    if sum(parts.values()) > MOST_UNPACKED_BYTES:
        raise BadInput(f"{name} unpacks to more than {MOST_UNPACKED_BYTES / 1e6:g} MB; split it into several documents")
    if "word/document.xml" in parts:
        return "docx"
    if any(part.startswith("xl/") for part in parts):
        raise BadInput(f"{name} is a spreadsheet; add it as a FAQ table, or save it as .pdf")
    raise BadInput(f"{name} is not a document; add {_SUFFIXES}")


def _decoded(name: str, content: bytes) -> str:
    """Text of a document in one of the encodings that are known."""
    text = decoded(content)
    if text is None:
        raise BadInput(f"{name} is not a document; add {_SUFFIXES}, text in the encoding UTF-8")
    return text


def _html_decoded(name: str, content: bytes) -> str:
    """A page in the encoding that it names, if it is one that is known and fits."""
    named = _HTML_CHARSET.search(content[:4096])
    if named and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What pages call gb2312 or gbk is read as GB18030, which holds both.
        encoding = named[1].decode("ascii").lower()
        try:
            return content.decode("gb18030" if encoding.startswith("gb") else encoding)
        except (LookupError, UnicodeDecodeError):
            pass
    return _decoded(name, content)


def _converted(name: str, kind: str, content: bytes) -> str:
    """The Markdown that the converting process makes of a file."""
    # -P: the folder of the script holds modules that must not shadow others.
    command = [sys.executable, "-P", str(Path(conversion.__file__)), kind]
    # Settings, which hold secrets, stay here; threads of number libraries would each claim a share of the memory.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COPILOT_")}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=LONGEST_CONVERSION_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadInput(
            f"{name} takes longer than {LONGEST_CONVERSION_SECONDS:g} seconds to read; split it into several documents"
        ) from None
    outcome = _outcome(done.stdout)
    match outcome.get("error"):
        case None if isinstance(outcome.get("markdown"), str):
            return str(outcome["markdown"])
        case "password":
            raise BadInput(f"{name} is protected by a password; save it without one")
        case "damaged":
            raise BrokenFile(f"{name} is damaged; open it in the program that made it and save it as .{kind} again")
        case _:
            raise BadInput(f"{name} needs too much memory to read; split it into several documents")


def _outcome(printed: bytes) -> dict[str, object]:
    """What the process printed; nothing where the system ended it."""
    try:
        outcome = json.loads(printed)
    except ValueError:
        return {}
    return outcome if isinstance(outcome, dict) else {}


def _tidy(markdown: str) -> str:
    """Converted Markdown without images, page breaks, empty heads of tables and runs of empty lines."""
    text = markdown.replace("\f", "\n\n").replace("\r\n", "\n").replace("\xa0", " ")
    text = _EMPTY_LINK.sub("", _IMAGE.sub(r"\1", text))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    text = _EMPTY_HEAD.sub(r"\2\n\1", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
