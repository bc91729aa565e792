"""A child process that turns a .docx, .pdf or .html into Markdown, so that a file made to do harm costs only itself.

It is run by path: `python conversion.py docx|pdf|html` reads the file from standard input and writes one JSON object to
standard output, `{"markdown": …}` or `{"error": "password" | "memory" | "damaged"}`. It reads no other file, opens no
connection and loads no plug-in of markitdown.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from typing import Final

# Enough for the largest file that is let in, and less than a bomb asks for.
MOST_MEMORY_BYTES: Final = 4_000_000_000


def _limit_memory() -> None:
    """Bound the memory of this process, where the system has a way to."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


def convert(kind: str, content: bytes) -> dict[str, str]:
    """Convert one file.

    Args:
        kind: "docx", "pdf" or "html"; html is UTF-8.
        content: the file.

    Returns:
        The object that goes to standard output.
    """
    # markitdown takes a second to import, and it is this process that should pay.
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter, HtmlConverter, PdfConverter
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFTextExtractionNotAllowed
    from pdfminer.pdfparser import PDFParser

    converter = {"docx": DocxConverter, "html": HtmlConverter, "pdf": PdfConverter}[kind]()
    try:
        if kind == "pdf":
            PDFDocument(PDFParser(io.BytesIO(content)))
        result = converter.convert(io.BytesIO(content), StreamInfo(extension=f".{kind}", charset="utf-8"))
    except (PDFEncryptionError, PDFTextExtractionNotAllowed):
        return {"error": "password"}
    except MemoryError:
        return {"error": "memory"}
    # The parsers beneath raise whatever a damaged file makes them raise; each of these says the same to a person.
    except Exception as error:
        return {"error": "damaged", "details": f"{type(error).__name__}: {error}"[:500]}
    return {"markdown": result.markdown}


if __name__ == "__main__":
    _limit_memory()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    outcome = convert(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(outcome))
