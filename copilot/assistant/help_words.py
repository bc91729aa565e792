"""What the assistant can do here, with examples that fit what there is."""

from __future__ import annotations

from datetime import timedelta

from copilot.analytics.stretches import Stretch
from copilot.assistant.request import Found
from copilot.assistant.speech import Speech, as_of
from copilot.services.histories import History


def help_with(speech: Speech, history: History, *, has_model: bool) -> Found:
    """What can be asked. Without history only knowledge and texts can be worked with, and it says how to get some."""
    lines = [speech("可以这样问我：", "You can ask me such as:")]
    examples: list[str] = []
    last, first = history.last_at, history.first_at
    if last is not None and first is not None:
        # Where the history ended long ago, "this week" holds nothing.
        is_recent = speech.now - last < timedelta(days=7)
        examples = [
            speech(f"{'这周' if is_recent else ''}大家最关心什么？", "What do people care about most?"),
            speech("有哪些问题没人回答？", "Which questions did nobody answer?"),
            speech("最近谁不说话了？", "Who has gone quiet lately?"),
            speech("最近那场争论是怎么回事？", "What was the last argument about?"),
        ]
        lines += [
            speech(f"· 群里的动静：{examples[0]}本月和上月比怎么样？", f"· What goes on: {examples[0]}"),
            speech(
                "· 人：谁最懂某件事？新人有哪些？最近谁不说话了？",
                "· People: who knows about something, who is new, who went quiet?",
            ),
            speech(
                "· 说过的话：群里说过停车费吗？某人最近说了什么？昨晚那场争论是怎么回事？",
                "· What was said: did anybody mention parking, what did somebody say, what was the argument about?",
            ),
            speech(f"· 漏掉的：{examples[1]}", f"· What was missed: {examples[1]}"),
        ]
    else:
        lines.append(
            speech(
                "· 这里还没有聊天记录。先在“群”页导入，就能问群里的话题、成员和说过的话。",
                "· There is no chat history here yet. Import one on the Groups page to ask about talk and members.",
            )
        )
    lines += [
        speech("· 资料：直接问，比如“周末开门吗”。", '· What is known: just ask, such as "open on Sunday?".'),
        speech(
            "· 文字：写个周六活动的公告；把这条公告改得更亲切；这条公告违反群规吗？",
            "· Texts: announce Saturday's meeting, make this warmer, does this break a rule?",
        ),
    ]
    examples.append(speech("写个周六活动的公告", "Write an announcement about Saturday's event"))
    if not has_model:
        lines.append(
            speech(
                "现在没有接模型：统计、查找和核对都能做，改写语气和自由聊天要先在“设置”里选一个模型。",
                "No model is chosen: counting, searching and checking work; rewriting and free talk need one.",
            )
        )
    if last is not None and first is not None:
        lines.append(as_of(speech, history, Stretch(starts_at=first, ends_at=last)))
    return Found(text="\n".join(line for line in lines if line), choices=tuple(examples[-5:]))
