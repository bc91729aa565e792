"""The lines of a model's answer taken apart: what is claimed, what is quoted, and whether it says it knows nothing.

Models write their quotations in many ways: `[1: …]`, `【材料1：“…”】`, `（1：…）`, `[1] “…”`, or a bare `[1]`.
"""

from __future__ import annotations

import re

_LONGEST = 1200
_SQUARE = {"[": "]", "【": "】", "［": "］"}
_ROUND = {"(": ")", "（": "）"}
_LABEL = r"\s*[#^\[【]?\s*(?:材料|资料|来源|excerpt|passage|source)?\s*[#^]?\s*"
_NUMBERED = re.compile(
    rf"{_LABEL}(\d{{1,3}})(?:\s*[:：,，;；]\s*|\s+|(?=[\"“”'「]))(?!\d{{1,3}}\s*[\]】］])", re.IGNORECASE
)
# In round brackets a time, as (10:00–19:00), is no quotation.
_IN_ROUND = re.compile(rf"{_LABEL}(\d{{1,3}})\s*[:：]\s*(?!\d{{2}}(?![\d:：]))", re.IGNORECASE)
_BARE = re.compile(
    rf"{_LABEL}(\d{{1,3}}(?:\s*[,，、]\s*\d{{1,3}})*)\s*[\]】］]\s*"
    rf"(?:[“\"「]([^”\"」]+)[”\"」])?",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•·>]+|\d{1,2}[.)、](?!\d))\s*")
_MARKUP = re.compile(r"\*\*|__|`+|^#+\s*")
# What a line begins with before it says anything: it is neither a claim nor against one.
_LEADING = re.compile(
    r"^(?:(?:根据|依据|按照?)(?:以上|上述|现有|群里的?)?(?:资料|材料|记录|信息|内容)(?:显示|来看|可知)?[，,:：]\s*"
    r"|(?:according to|based on) the (?:excerpts?|passages?|sources?|materials?)[,:]\s*)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\W*(?:(?:根据|依据|按照?|参考)[^。!?]{0,20}|以下[^。!?]{0,20}|回答如下|答案?|answer"
    r"|(?:according to|based on|here (?:is|are)|from)\b[^.!?]{0,60})\W*[:：]\W*",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\W*(?:(?:答案?|回答|answer)\W+)?(?:"
    r"none(?:\W*|\W*[(（:：,，.。;；\-–—].*| of the (?:excerpts|passages|materials|sources)\b.*)"
    r"|无\W*|没有(?:找到|提到)?(?:相关|任何)?的?(?:资料|材料|信息|内容|回答|答案)\W*"
    r"|(?:提供的)?(?:资料|材料)(?:里|中)?(?:都|并)?(?:没有?|未|无)(?:提到|提及|说明|回答|相关|涉及)[^,，。]*\W*"
    r"|the (?:excerpts|passages) do(?: not|n['’]t) (?:answer|say|mention)\b[^.]*\W*)",
    re.IGNORECASE,
)


def says_none(line: str) -> bool:
    """Whether a model's line says that the excerpts do not answer."""
    return _NONE.fullmatch(line.strip()) is not None and not any(quote for _, quote in read_line(line)[1])


def leads_in(line: str) -> bool:
    """Whether a line only announces those that follow."""
    return not any(char.isalnum() for char in line) or _LEAD.fullmatch(line) is not None


def read_line(line: str) -> tuple[str, list[tuple[int, str]]]:
    """Take a line apart.

    Returns:
        The claim, and its quotations with the numbers of their sources; a bare number has an empty quotation.
    """
    line = line[:_LONGEST]
    kept, quotes, at = "", list[tuple[int, str]](), 0
    while at < len(line):
        closes = _SQUARE.get(line[at]) or _ROUND.get(line[at])
        bare = _BARE.match(line, at + 1) if line[at] in _SQUARE else None
        if bare is not None:
            quotes += [(int(number), bare[2] or "") for number in re.findall(r"\d+", bare[1])]
            at = bare.end()
            # A doubled bracket closes twice.
            at += line[at : at + 1] in ("]", "】")
            continue
        pattern = _NUMBERED if line[at] in _SQUARE else _IN_ROUND
        numbered = pattern.match(line, at + 1) if closes else None
        if numbered is None:
            kept += line[at]
            at += 1
            continue
        # A quotation may hold brackets of its own, such as [图片].
        kinds = _SQUARE if line[at] in _SQUARE else _ROUND
        opens, ends = tuple(kinds), tuple(kinds.values())
        end, depth = numbered.end(), 1 + any(char in kinds for char in line[at + 1 : numbered.start(1)])
        while end < len(line) and depth:
            depth += (line[end] in opens) - (line[end] in ends)
            end += 1
        quotes.append((int(numbered[1]), line[numbered.end() : end - 1 if depth == 0 else end]))
        at = end
    text = _LEADING.sub("", _MARKUP.sub("", _BULLET.sub("", kept)))
    return " ".join(re.sub(r"\s+([。！？；，,.!?;])", r"\1", text).split()), quotes
