"""MemoTrace (WeChatMsg): CSV of three generations, and TXT.

The first CSV has nine columns and one value more in each row than the header names, which is WeChat's id of the
message on its server; the second adds the sender; the third has Chinese headings. `localId` counts rows of one
database file on one device and is no id. The server's id is the same on every device: it stands under `wechat:`.
`Remark` (备注) is what the exporter privately calls a member, so the public nickname is preferred.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.formats.qq import IDS_SHARE
from copilot.importers.placeholders import kind_and_text, quote_and_text, recalled_by
from copilot.importers.reading.blocks import header_lines, is_spaced, read_blocks
from copilot.importers.reading.rows import Row, read_rows
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_epoch, from_iso, from_parts
from copilot.importers.wechat_kinds import QUOTE, SHARE, wechat_kind
from copilot.records import MessageKind, Platform, SourceMessage

_ENGLISH = ("localId", "TalkerId", "Type", "SubType", "IsSender", "CreateTime", "Status", "StrContent", "StrTime")
_CHINESE = ("消息ID", "类型", "发送人", "时间", "内容")
_NAMED_KINDS = {
    "文本": MessageKind.TEXT,
    "引用消息": MessageKind.TEXT,
    "图片": MessageKind.IMAGE,
    "语音": MessageKind.VOICE,
    "视频": MessageKind.VIDEO,
    "表情包": MessageKind.STICKER,
    "文件": MessageKind.FILE,
    "分享链接": MessageKind.LINK,
    "音乐分享": MessageKind.LINK,
    "视频号": MessageKind.LINK,
    "小程序": MessageKind.MINI_PROGRAM,
    "合并转发的聊天记录": MessageKind.FORWARD,
    "个人/公众号名片": MessageKind.CARD,
    "企业微信名片": MessageKind.CARD,
    "名片": MessageKind.CARD,
    "位置分享": MessageKind.LOCATION,
    "红包": MessageKind.RED_PACKET,
    "转账": MessageKind.TRANSFER,
    "群公告": MessageKind.NOTICE,
    "音视频通话": MessageKind.CALL,
    "系统消息": MessageKind.SYSTEM,
    "拍一拍": MessageKind.SYSTEM,
}
_HEADER = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2}) "
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?: (?P<name>.*))?"
)
_QQ_ID = re.compile(r".*(?:\(\d{4,12}\)|<[^<>\s]+@[^<>\s]+>)")
_QUOTE = re.compile(r"(?P<text>.*)\n引用[:：](?:未知|(?P<name>[^\n:：]{1,64})[:：] ?(?P<quoted>.*))", re.DOTALL)
_TAGGED = re.compile(r"\s*[\[【](?P<tag>[^\]】\n]{1,12})[\]】][:：]?(?P<rest>.*)", re.DOTALL)
_TAGS = _NAMED_KINDS | {"链接": MessageKind.LINK, "发起转账": MessageKind.TRANSFER, "已收款": MessageKind.TRANSFER}
_FILE = re.compile(r"(?P<name>.*?) \d+(?:\.\d+)? [KMG]B .*", re.DOTALL)
_FIELD = re.compile(
    r"^[ \t]*(?P<field>title|标题|描述|description|链接|url|昵称|名称|标签)[ \t]*[:：](?P<value>.*)$", re.MULTILINE
)
_WORTH = {
    MessageKind.LINK: (("title", "标题", "描述"), ("url", "链接")),
    MessageKind.CARD: (("昵称",),),
    MessageKind.LOCATION: (("名称",), ("标签",)),
}
_WORDLESS = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.CALL})
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>")
_SERVER_ID = re.compile(r"[1-9]\d{9,19}")


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    """The file is named after the chat; nothing inside is."""
    name = PurePath(source.name).stem.removesuffix("_utf8") if source.is_file else ""
    return (ChatFound(name=name, platform=Platform.WECHAT, key=name),)


def _sniff_csv(head: str) -> float:
    columns = _columns(head.partition("\n")[0])
    return 0.95 if columns[: len(_ENGLISH)] == _ENGLISH or columns[: len(_CHINESE)] == _CHINESE else 0.0


def _columns(line: str) -> tuple[str, ...]:
    return tuple(cell.strip('" \r\ufeff') for cell in line.split(",")[:20])


def _csv_items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    lines = stream.lines()
    columns = {name: index for index, name in enumerate(_columns(next(lines, "")))}
    read = _chinese_row if "消息ID" in columns else _english_row
    least = columns["内容" if "消息ID" in columns else "StrTime"] + 1
    for row in read_rows(lines, first_line=2):
        if row.problem:
            yield skipped(row.line, row.problem, row.text)
        elif len(row.cells) < least:
            yield skipped(row.line, f"the row has {len(row.cells)} values and not {len(columns)}", row.text)
        else:
            yield read(row, columns, reading)


def _cell(cells: Sequence[str], columns: dict[str, int], name: str) -> str:
    index = columns.get(name, len(cells))
    return cells[index] if index < len(cells) else ""


def _english_row(row: Row, columns: dict[str, int], reading: Reading) -> Item:
    def cell(name: str) -> str:
        return _cell(row.cells, columns, name)

    content = cell("StrContent")
    sent_at = from_epoch(cell("CreateTime")) or from_iso(cell("StrTime"), reading.timezone)
    if sent_at is None:
        return skipped(row.line, f"impossible time {(cell('CreateTime') or cell('StrTime'))[:40]!r}", content)
    number, sub = _number(cell("Type")), _number(cell("SubType"))
    kind = wechat_kind(number, sub)
    text, quoted_name, quoted_text = _row_text(content, kind, number, sub)
    mine = cell("IsSender") == "1"
    name = cell("NickName") or cell("Remark") or cell("Sender") or ("我" if mine else UNKNOWN_SENDER)
    extra = row.cells[len(columns)] if len(columns) == len(_ENGLISH) < len(row.cells) else ""
    system = kind is MessageKind.SYSTEM
    return SourceMessage(
        sent_at=sent_at,
        sender_name="" if system else name,
        text=text,
        kind=kind,
        sender_id=None if system else cell("Sender") or None,
        platform_id=_server_id(extra),
        quoted_name=quoted_name,
        quoted_text=quoted_text,
        recalled=system and recalled_by(text) is not None,
        line=row.line,
    )


def _row_text(content: str, kind: MessageKind, number: int, sub: int) -> tuple[str, str | None, str | None]:
    """The text of a row of the database, where anything but text and system lines is XML or empty."""
    if kind is MessageKind.SYSTEM:
        words = content.removeprefix("<![CDATA[").removesuffix("]]>")
        return _TAG.sub("", words).strip(), None, None
    if number != SHARE:
        if kind is not MessageKind.TEXT:
            return "", None, None
        quoted_name, quoted_text, text = quote_and_text(content)
        return text, quoted_name, quoted_text
    title, address = _between(content, "title") or "", _between(content, "url") or ""
    if sub == QUOTE:
        return title, _between(content, "displayname"), _between(content, "content")
    return "\n".join(word for word in (title, address) if word), None, None


def _between(xml: str, tag: str) -> str | None:
    """The words of the first element of a name. The XML is never parsed as such: members control it."""
    _, found, rest = xml.partition(f"<{tag}>")
    words, closed, _ = rest.partition(f"</{tag}>")
    if not found or not closed:
        return None
    return html.unescape(words.strip().removeprefix("<![CDATA[").removesuffix("]]>")).strip()


def _chinese_row(row: Row, columns: dict[str, int], reading: Reading) -> Item:
    def cell(name: str) -> str:
        return _cell(row.cells, columns, name)

    content = cell("内容")
    sent_at = from_iso(cell("时间"), reading.timezone)
    if sent_at is None:
        return skipped(row.line, f"impossible time {cell('时间')[:40]!r}", content)
    sender, remark = cell("发送人"), cell("备注")
    public = cell("昵称") if not sender or sender == remark else sender
    kind = _NAMED_KINDS.get(cell("类型"))
    return _said(
        sent_at,
        public or sender or UNKNOWN_SENDER,
        content,
        kind,
        platform_id=_server_id(cell("消息ID")),
        line=row.line,
    )


def _said(
    sent_at: datetime, name: str, content: str, kind: MessageKind | None, *, platform_id: str | None, line: int
) -> SourceMessage:
    """A message as the newer exporters word it: tags for what is no text, quotes below the text.

    Args:
        kind: where the export says it; otherwise the tag does.
    """
    quoted_name = quoted_text = None
    if kind is None or kind is MessageKind.TEXT:
        if quote := _QUOTE.fullmatch(content):
            content, quoted_name, quoted_text = quote["text"], quote["name"], quote["quoted"]
        else:
            quoted_name, quoted_text, content = quote_and_text(content)
    text = content
    tagged = _TAGGED.fullmatch(content)
    if tagged and tagged["tag"] in _TAGS and kind is not MessageKind.TEXT:
        kind = kind or _TAGS[tagged["tag"]]
        text = _worth(kind, tagged["rest"])
    elif kind is None:
        kind, text = kind_and_text(content)
    system = kind is MessageKind.SYSTEM
    return SourceMessage(
        sent_at=sent_at,
        sender_name="" if system else name,
        text=text.strip() if kind is not MessageKind.TEXT else text,
        kind=kind,
        platform_id=platform_id,
        quoted_name=quoted_name,
        quoted_text=quoted_text,
        recalled=system and recalled_by(text) is not None,
        line=line,
    )


def _worth(kind: MessageKind, rest: str) -> str:
    """What of a tagged message members can search for."""
    if kind in _WORDLESS or rest.strip() == "None":
        return ""
    if kind is MessageKind.FILE:
        match = _FILE.fullmatch(rest)
        return match["name"] if match else rest
    if kind not in _WORTH:
        return rest
    fields = {match["field"]: match["value"].strip() for match in reversed([*_FIELD.finditer(rest)])}
    found = (next((fields[name] for name in names if fields.get(name)), "") for names in _WORTH[kind])
    return "\n".join(word for word in found if word and word != "None") or ("" if fields else rest)


def _server_id(value: str) -> str | None:
    """WeChat's id of a message; None for 0 and for a number that a spreadsheet has rounded."""
    value = value.strip()
    return f"wechat:{value}" if _SERVER_ID.fullmatch(value) else None


def _number(value: str) -> int:
    value = value.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1


@dataclass(frozen=True, slots=True)
class _Post:
    match: re.Match[str]


def _post(line: str) -> _Post | None:
    match = _HEADER.fullmatch(line)
    return _Post(match) if match else None


def _sniff_txt(head: str) -> float:
    lines = header_lines(head)
    first = next((line for line in lines if line.strip()), "")
    if not _HEADER.fullmatch(first):
        return 0.0
    names = [match["name"] or "" for line in lines if (match := _HEADER.fullmatch(line))]
    return 0.5 if sum(_QQ_ID.fullmatch(name) is not None for name in names) <= len(names) * IDS_SHARE else 0.1


def _txt_items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    spaced = is_spaced(source.head, lambda line: _HEADER.fullmatch(line) is not None)
    for block in read_blocks(stream.lines(), _post, spaced=spaced):
        if block.header is None:
            yield skipped(block.line, "text before the first message", block.text)
            continue
        match = block.header.match
        parts = (int(match[part]) for part in ("year", "month", "day", "hour", "minute", "second"))
        sent_at = from_parts(reading.timezone, *parts)
        name = match["name"] or ""
        if sent_at is None:
            yield skipped(block.line, f"impossible time {match.group()[:19]!r}", block.text or name)
        elif not block.text or not name:
            # A system line stands behind the time, or below a time without a name.
            yield _said(sent_at, "", block.text or name, MessageKind.SYSTEM, platform_id=None, line=block.line)
        else:
            yield _said(sent_at, name, block.text, None, platform_id=None, line=block.line)


FORMATS = (
    Format(
        name="memotrace-csv",
        title=Words("留痕 MemoTrace（WeChatMsg）的 CSV", "CSV from MemoTrace (WeChatMsg)"),
        how=Words(
            "在留痕（MemoTrace）里选中群聊 → 导出 → CSV。",
            "In MemoTrace: choose the group, Export, CSV.",
        ),
        sniff=_sniff_csv,
        chats=_chats,
        items=_csv_items,
        words_recalls=True,
    ),
    Format(
        name="memotrace-txt",
        title=Words("留痕 MemoTrace（WeChatMsg）的 TXT", "TXT from MemoTrace (WeChatMsg)"),
        how=Words(
            "在留痕（MemoTrace）里选中群聊 → 导出 → TXT；CSV 更完整。",
            "In MemoTrace: choose the group, Export, TXT; CSV carries more.",
        ),
        sniff=_sniff_txt,
        chats=_chats,
        items=_txt_items,
        words_recalls=True,
    ),
)
