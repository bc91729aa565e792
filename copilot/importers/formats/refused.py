"""Files that are recognised and cannot be read, each with what to export instead."""

from __future__ import annotations

import re

from copilot.importers.export import Format, Refusal

_TRAINING = re.compile(
    r'"(?:conversations|messages)"\s*:\s*\[\s*\{\s*"(?:role|content|from)"\s*:\s*"[^"]*"\s*,\s*"(?:role|content|value)"'
)
# A chat that quotes such a file begins otherwise: `[06/04/2024, 16:21:05] name:`.
_JSON = re.compile(r"\s*(?:\[\s*)?\{")
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_QQ_MHT = re.compile(r"\s*From:\s*<?Save by Tencent MsgMgr", re.IGNORECASE)

FORMATS: tuple[Format, ...] = ()
REFUSALS = (
    Refusal(
        sniff=lambda head: _JSON.match(head) is not None and _TRAINING.search(head[:4_000]) is not None,
        remedy="is shuffled JSON for training models, without senders and times; export the chat as CSV or TXT",
    ),
    Refusal(
        sniff=lambda head: _QQ_MHT.match(head) is not None,
        remedy="is QQ's MHT export; choose text (*.txt) as the file type in QQ's message manager",
    ),
    Refusal(
        sniff=lambda head: _PAGE.match(head) is not None,
        remedy="is a web page; export the chat as JSON (in Telegram: machine-readable JSON), CSV or text",
    ),
)
