"""The line that says that somebody recalled a message, wherever an exporter puts it."""

from __future__ import annotations

import json

import pytest
from export_examples import messages_of, opened

from copilot.importers.placeholders import is_own_recall

SAID = {
    "chatlog-txt": "{name}(wxid_1) 2024-04-06 16:21:00\n{text}\n",
    "chatlog-csv": (
        'Time,SenderName,Sender,TalkerName,Talker,Content\n2024-04-06 16:21:00,{name},wxid_1,群,1@chatroom,"{quoted}"\n'
    ),
    "memotrace-txt": "2024-04-06 16:21:00 {name}\n{text}\n",
    "memotrace-csv": (
        '消息ID,类型,发送人,时间,内容,备注,昵称,更多信息\n1,文本,{name},2024-04-06 16:21:00,"{quoted}",,{name},x\n'
    ),
    "qq-txt": "消息对象:群\n\n2024-04-06 16:21:00 {name}(23333233)\n{text}\n",
}


@pytest.mark.parametrize("format", sorted(SAID))
@pytest.mark.parametrize(
    ("text", "recalled"),
    [
        ("小红撤回了一条消息", True),
        ('"小红" 撤回了一条消息', True),
        ('"小红（领队）" 撤回了一条消息', True),
        ("你撤回了一条消息", True),
        ("You recalled a message", True),
        ("小红撤回了成员小明的一条消息", True),
        ("他撤回了一条消息", False),
        ("小明撤回了一条消息", False),
        ("小红撤回了一条消息，我看到了，下次别再这样了，大家都等着你的答复呢", False),
        ("为什么撤回", False),
    ],
)
def test_it_is_a_recall_where_it_names_who_is_said_to_have_written_it(format: str, text: str, recalled: bool):
    export = opened(SAID[format].format(name="小红", text=text, quoted=text.replace('"', '""')))
    [message] = messages_of(export)
    assert export.format == format
    assert (message.kind.value, message.recalled, message.sender_name) == (
        ("system", True, "") if recalled else ("text", False, "小红")
    )
    assert message.text == text


def test_what_we_wrote_ourselves_is_not_interpreted():
    header = {"_type": "header", "chatlab": {"generator": "community-copilot"}, "meta": {}}
    message = {"_type": "message", "sender": "1", "accountName": "小红", "timestamp": 1712391660, "type": 0}
    lines = [header, message | {"content": "小红撤回了一条消息"}]
    [read] = messages_of(opened("\n".join(json.dumps(line) for line in lines)))
    assert (read.kind.value, read.recalled) == ("text", False)


def test_a_long_text_is_no_recall():
    assert not is_own_recall("撤回" * 1_000_000, "小红", None)
