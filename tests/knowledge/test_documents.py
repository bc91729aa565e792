"""Documents of every format, and files that are none."""

from __future__ import annotations

import json
import subprocess
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from copilot.errors import BadInput, BrokenFile, CopilotError, NotFound
from copilot.knowledge import conversion, documents
from copilot.knowledge.documents import read_document
from copilot.records import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def docx(body: str) -> bytes:
    """The smallest Word file that holds this body."""
    out = BytesIO()
    types = "".join(
        f'<Override PartName="/word/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>'
        for part, kind in (("document", "document.main"), ("styles", "styles"))
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{types}</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{RELATION}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        archive.writestr(
            "word/styles.xml",
            f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
            "</w:styles>",
        )
    return out.getvalue()


def flipped(content: bytes) -> bytes:
    """A Word file whose text does not unpack."""
    changed = bytearray(content)
    at = content.index(b"word/document.xml") + len("word/document.xml")
    changed[at : at + 9] = bytes(9)
    return bytes(changed)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convert without the child process, whose start takes most of a second."""

    def run(command: list[str], *, input: bytes, **_: object) -> subprocess.CompletedProcess[bytes]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            printed = json.dumps(conversion.convert(command[-1], input)).encode()
        return subprocess.CompletedProcess(command, 0, printed, b"")

    monkeypatch.setattr(documents.subprocess, "run", run)


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in cells)}</w:tr>"


def pdf(*lines: str, encrypted: bool = False, leading: int = 20) -> bytes:
    """A PDF of one page with these lines, in a Chinese font that readers know by name."""
    shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -{leading} Td " for line in lines)
    stream = f"BT /F1 12 Tf 50 700 Td {shown}ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 80 >>",
        b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <%s> /U <%s> >>" % (b"ab" * 32, b"cd" * 32),
    ]
    out = BytesIO(b"%PDF-1.4\n")
    out.seek(0, 2)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    lock = b" /Encrypt 8 0 R /ID [<00> <00>]" if encrypted else b""
    out.write(b"trailer << /Root 1 0 R /Size %d%s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, lock, start))
    return out.getvalue()


PAGE = """<!DOCTYPE html><html><head><title>x</title><meta charset="{}"><style>p {{}}</style></head><body>
<h1>借阅办法</h1><script>alert(1)</script><p>每次最多 8 本。<img src="data:image/png;base64,AAAA" alt="封面"></p>
<img src="http://127.0.0.1:9/x.png"><ul><li>还书</li></ul></body></html>"""
PAGE_TEXT = "# 借阅办法\n\n每次最多 8 本。封面\n\n* 还书"


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("办法.md", "\ufeff# 办法\r\n\r\n正文  \r\n一行".encode(), "# 办法\n\n正文  \n一行"),
        ("办法.txt", "第一行\n第二行".encode("gb18030"), "第一行\n第二行"),
        ("办法.txt", "第一行".encode("utf-16"), "第一行"),
        ("办法.html", PAGE.format("utf-8").encode(), PAGE_TEXT),
        ("办法.htm", PAGE.format("gb2312").encode("gb18030"), PAGE_TEXT),
        ("办法", PAGE.format("no-such").encode(), PAGE_TEXT),
        (
            "办法.docx",
            docx(
                paragraph("借阅办法", "Heading1")
                + paragraph("每次最多 8 本。")
                + f"<w:tbl>{row('卡', '价')}{row('年卡', '898')}</w:tbl>"
            ),
            "# 借阅办法\n\n每次最多 8 本。\n\n| 卡 | 价 |\n| --- | --- |\n| 年卡 | 898 |",
        ),
        ("办法.pdf", pdf("借阅办法", "每次最多 8 本"), "借阅办法\n\n每次最多 8 本"),
    ],
)
@pytest.mark.usefixtures("in_this_process")
def test_every_format_becomes_markdown(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert read_document(tmp_path / name) == Document(name="办法", text=text)


@pytest.mark.usefixtures("in_this_process")
def test_wrapped_lines_of_a_pdf_are_joined(tmp_path: Path) -> None:
    lines = ["借期二十一天，从借出的第二天算起，到期之前可以在小程序里续借一", "次，加十四天；有人预约的书不能续。"]
    (tmp_path / "a.pdf").write_bytes(pdf(*lines, leading=13))
    assert read_document(tmp_path / "a.pdf").text == "".join(lines)


def test_the_title_of_markdown_is_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: 借阅办法\n---\n正文", "utf-8")
    assert read_document(tmp_path / "a.md") == Document(name="借阅办法", text="正文")


def zipped(**parts: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.pdf", pdf(), BadInput, "a.pdf holds pictures and no text; run text recognition (OCR) over it"),
        ("a.pdf", pdf("密", encrypted=True), BadInput, "a.pdf is protected by a password; save it without one"),
        (
            "a.pdf",
            b"%PDF-1.4\n" + b"x" * 500,
            BrokenFile,
            "a.pdf is damaged; open it in the program that made it and sav",
        ),
        ("a.pdf", b"hello", BrokenFile, "a.pdf is damaged: it is no .pdf; save it again"),
        (
            "a.docx",
            docx(paragraph("x"))[:-40],
            BrokenFile,
            "a.docx is damaged; open it in a word processor and save it",
        ),
        (
            "a.docx",
            flipped(docx(paragraph("x"))),
            BrokenFile,
            "a.docx is damaged; open it in the program that made it and save it as .do",
        ),
        ("a.docx", docx(""), BadInput, "a.docx holds no text; write it or choose another file"),
        (
            "a.doc",
            b"\xd0\xcf\x11\xe0" + bytes(99),
            BadInput,
            "a.doc is an old .doc or protected by a password; save it",
        ),
        ("a.rtf", b"{\\rtf1 x}", BadInput, "a.rtf is rich text (.rtf); save it as .docx"),
        ("a.xlsx", zipped(xl__workbook="x"), BadInput, "a.xlsx is a spreadsheet; add it as a FAQ table, or save it as"),
        ("a.zip", zipped(other="x"), BadInput, "a.zip is not a document; add .md, .txt, .docx, .pdf or .html"),
        (
            "a.png",
            b"\x89PNG\r\n\x1a\n" + bytes(99),
            BadInput,
            "a.png is not a document; add .md, .txt, .docx, .pdf or .",
        ),
        ("a.md", b" \n", BadInput, "a.md holds no text; write it or choose another file"),
        ("a.md", b"x" * 1_000_001, BadInput, "a.md: text has 1,000,001 characters, more than 1,000,000; shorten it"),
    ],
)
@pytest.mark.usefixtures("in_this_process")
def test_what_cannot_be_read_is_told(
    tmp_path: Path, name: str, content: bytes, error: type[CopilotError], message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error) as raised:
        read_document(tmp_path / name)
    assert str(raised.value).startswith(message)


def test_limits_of_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx(paragraph("x")))
    monkeypatch.setattr(documents, "LONGEST_CONVERSION_SECONDS", 0.01)
    with pytest.raises(BadInput, match=r"a\.docx takes longer than 0\.01 seconds to read; split it"):
        read_document(path)
    monkeypatch.setattr(documents, "MOST_UNPACKED_BYTES", 100)
    with pytest.raises(BadInput, match=r"a\.docx unpacks to more than"):
        read_document(path)
    monkeypatch.setattr(documents, "MOST_DOCUMENT_BYTES", 10)
    with pytest.raises(BadInput, match=r"a\.docx is larger than"):
        read_document(path)
    with pytest.raises(NotFound, match=r"there is no file .*b\.md; check the name"):
        read_document(tmp_path / "b.md")


@pytest.mark.parametrize(("name", "content"), [("a.docx", docx(paragraph("文"))), ("a.pdf", pdf("文"))])
def test_conversion_runs_in_a_process_of_its_own(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert read_document(tmp_path / name) == Document(name="a", text="文")


def test_a_process_that_dies_is_told_as_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "dies.py"
    script.write_text("import os, sys\nsys.stdin.buffer.read()\nos.abort()\n")
    monkeypatch.setattr(documents.conversion, "__file__", str(script))
    (tmp_path / "a.docx").write_bytes(docx(paragraph("x")))
    with pytest.raises(BadInput, match="needs too much memory to read; split it"):
        read_document(tmp_path / "a.docx")


def test_the_process_gets_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "tells.py"
    script.write_text(
        "import json, os, sys\nsys.stdin.buffer.read()\nprint(json.dumps({'markdown': ' '.join(os.environ)}))"
    )
    monkeypatch.setattr(documents.conversion, "__file__", str(script))
    monkeypatch.setenv("COPILOT_SECRET", "x")
    (tmp_path / "a.docx").write_bytes(docx(paragraph("x")))
    assert "PATH" in (text := read_document(tmp_path / "a.docx").text)
    assert "COPILOT_SECRET" not in text
