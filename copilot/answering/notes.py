"""The reasons that explain an answer or a silence, as codes, and the sentences that people read."""

from __future__ import annotations

from enum import StrEnum

from copilot.records import SilenceReason


class Note(StrEnum):
    """One reason."""

    FAQ_CLEAR = "faq_clear"
    FAQ_LIKELY = "faq_likely"
    REFERENCE_COVERS = "reference_covers"
    REPLIED_BEFORE = "replied_before"
    SAID_OUTRIGHT = "said_outright"
    EXPLICIT_REPLY = "explicit_reply"
    GROUP_NOTICE = "group_notice"
    SAID_BY_HOST = "said_by_host"
    SAYS_CHANGED = "says_changed"
    THANKED = "thanked"
    LATEST_PREFERRED = "latest_preferred"
    HISTORY_AGREES = "history_agrees"
    FACT_MISSING = "fact_missing"
    EXPIRED_ENTRY = "expired_entry"
    GATE_CLOSED = "gate_closed"
    WEAK_EVIDENCE = "weak_evidence"
    NOTHING_FOUND = "nothing_found"


SENTENCES: dict[Note, dict[str, str]] = {
    Note.FAQ_CLEAR: {"zh": "问法和常见问题里的一条几乎一样。", "en": "An FAQ entry asks almost the same."},
    Note.FAQ_LIKELY: {"zh": "常见问题里有一条很接近。", "en": "An FAQ entry comes close."},
    Note.REFERENCE_COVERS: {"zh": "群规或资料里写到了这件事。", "en": "A rule or a document speaks of it."},
    Note.REPLIED_BEFORE: {
        "zh": "以前有人问过类似的问题，有成员回复。",
        "en": "Somebody asked this before and got a reply.",
    },
    Note.SAID_OUTRIGHT: {"zh": "聊天记录里有人直接说过。", "en": "A message in the history says it outright."},
    Note.EXPLICIT_REPLY: {
        "zh": "引用的话是对那个问题的直接回复。",
        "en": "The quoted words reply directly to that question.",
    },
    Note.GROUP_NOTICE: {"zh": "出自群公告。", "en": "It comes from a group notice."},
    Note.SAID_BY_HOST: {"zh": "说这话的是群主或管理员。", "en": "It was said by somebody who runs the group."},
    Note.SAYS_CHANGED: {"zh": "这条消息说的是改动后的安排。", "en": "The message tells of a change of plan."},
    Note.THANKED: {"zh": "当时提问的人表示明白了。", "en": "The one who had asked was content with it."},
    Note.LATEST_PREFERRED: {
        "zh": "有几处说法相近，取了最近的一处。",
        "en": "Of several like it, the latest was taken.",
    },
    Note.HISTORY_AGREES: {"zh": "聊天记录里的说法也一致。", "en": "The group's history agrees."},
    Note.FACT_MISSING: {
        "zh": "找到的内容里没有所问的时间、地点、数目或人。",
        "en": "What was found lacks the time, place, number or person asked for.",
    },
    Note.EXPIRED_ENTRY: {"zh": "对得上的常见问题已经过期。", "en": "The FAQ entry that fits has expired."},
    Note.GATE_CLOSED: {
        "zh": "这个问题不像是这个社群资料里会有的。",
        "en": "The question does not look like one that this community's sources cover.",
    },
    Note.WEAK_EVIDENCE: {
        "zh": "找到的内容和问题不够贴近。",
        "en": "What was found is not close enough to the question.",
    },
    Note.NOTHING_FOUND: {"zh": "没有找到相关的内容。", "en": "Nothing related was found."},
}

SILENCES: dict[SilenceReason, dict[str, tuple[str, str]]] = {
    SilenceReason.EMPTY: {
        "zh": ("没有看到问题", "写下想问的话再试。"),
        "en": ("There is no question", "Write one and try again."),
    },
    SilenceReason.NOT_A_QUESTION: {
        "zh": ("这不像一个问题", "群里的闲聊、感叹和通知，它不会插嘴。换成问句再试试。"),
        "en": (
            "This does not look like a question",
            "It does not join in small talk or notices. Put it as a question and try again.",
        ),
    },
    SilenceReason.TO_SOMEONE_ELSE: {
        "zh": ("这是在问别人", "话里点了某个人的名，它会把话留给那个人。"),
        "en": ("This is for someone else", "The words address a certain person, so it leaves the answer to them."),
    },
    SilenceReason.NOTHING_KNOWN: {
        "zh": ("还没有相关的内容", "问答、群规、文档和聊天记录里都没有提到。"),
        "en": ("Nothing is known about this yet", "No entry, rule, document or chat mentions it."),
    },
    SilenceReason.OUT_OF_SCOPE: {
        "zh": ("像是这个社群以外的事", "找到的内容和问题对不上，所以不乱答。"),
        "en": (
            "This seems to lie outside the community",
            "What was found does not fit the question, so it does not guess.",
        ),
    },
    SilenceReason.NOT_SURE: {
        "zh": ("有一些线索，但拿不准", "下面这些可能有用，由您来判断。"),
        "en": ("There are hints, but it is not sure", "What follows may help; you decide."),
    },
    SilenceReason.EXPIRED: {
        "zh": ("答案已经过期", "有一条问答讲这件事，但过了有效期。更新后就能再用。"),
        "en": ("The answer has expired", "An entry covers this but has expired. Update it and it answers again."),
    },
}
"""Why nothing is answered and what helps: a heading and a sentence."""
