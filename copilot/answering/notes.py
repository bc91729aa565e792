"""The reasons that explain an answer or a silence, as codes, and the sentences that people read."""

from __future__ import annotations

from enum import StrEnum

from copilot.records import Outcome, SilenceReason


class Note(StrEnum):
    """One reason."""

    FAQ_CLEAR = "faq_clear"
    FAQ_LIKELY = "faq_likely"
    MEANS_THE_SAME = "means_the_same"
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
    EMPTY = "empty"
    IN_CONSOLE = "in_console"
    NO_CUE = "no_cue"
    TOO_SHORT = "too_short"
    RHETORICAL = "rhetorical"
    INDEFINITE_WORD = "indefinite_word"
    ASKS_OPENLY = "asks_openly"
    QUESTION_WORD = "question_word"
    A_NOT_A = "a_not_a"
    PARTICLE = "particle"
    SOFT_PARTICLE = "soft_particle"
    INVERTED = "inverted"
    TAG = "tag"
    QUESTION_MARK = "question_mark"
    MENTIONS_COPILOT = "mentions_copilot"
    REPLIES_TO_COPILOT = "replies_to_copilot"
    NAMES_COPILOT = "names_copilot"
    MENTIONS_EVERYONE = "mentions_everyone"
    MENTIONS_MEMBER = "mentions_member"
    REPLIES_TO_MEMBER = "replies_to_member"
    NAMES_MEMBER = "names_member"
    SAYS_YOU = "says_you"
    WORDED = "worded"
    UNDERSTOOD = "understood"
    ASKED_IN_OTHER_WORDS = "asked_in_other_words"
    CLAIMS_DROPPED = "claims_dropped"
    NOTHING_HELD = "nothing_held"
    SEEN_NO_ANSWER = "seen_no_answer"
    MODEL_OVER_BUDGET = "model_over_budget"
    MODEL_TOO_LONG = "model_too_long"
    MODEL_SLOW = "model_slow"
    MODEL_AWAY = "model_away"
    MODEL_BUSY = "model_busy"
    MODEL_FAULTY = "model_faulty"
    MODEL_REFUSED = "model_refused"
    MODEL_RESTING = "model_resting"
    MODEL_CUT_OFF = "model_cut_off"
    MODEL_BAD_OUTPUT = "model_bad_output"


SENTENCES: dict[Note, dict[str, str]] = {
    Note.FAQ_CLEAR: {"zh": "问法和常见问题里的一条几乎一样。", "en": "An FAQ entry asks almost the same."},
    Note.FAQ_LIKELY: {"zh": "常见问题里有一条很接近。", "en": "An FAQ entry comes close."},
    Note.MEANS_THE_SAME: {
        "zh": "用词不一样，意思很接近。",
        "en": "The words differ; the meaning is close.",
    },
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
    Note.EMPTY: {"zh": "没有文字。", "en": "There are no words."},
    Note.IN_CONSOLE: {"zh": "在控制台里问的，都当作问题。", "en": "Whatever is asked in the console is a question."},
    Note.NO_CUE: {"zh": "没有疑问的说法。", "en": "Nothing in it asks."},
    Note.TOO_SHORT: {"zh": "太短了，看不出在问什么。", "en": "Too short to tell what is asked."},
    Note.RHETORICAL: {"zh": "像是反问，不是真的在问。", "en": "It sounds rhetorical."},
    Note.INDEFINITE_WORD: {"zh": "疑问词在这里不表示提问。", "en": "The question word does not ask here."},
    Note.ASKS_OPENLY: {"zh": "明说了是在请教。", "en": "It asks openly."},
    Note.QUESTION_WORD: {"zh": "有疑问词。", "en": "It has a question word."},
    Note.A_NOT_A: {"zh": "有“是不是”“能不能”这样的问法。", "en": "It asks whether or not."},
    Note.PARTICLE: {"zh": "以“吗”“么”结尾。", "en": "It ends with a question particle."},
    Note.SOFT_PARTICLE: {"zh": "以“呢”“吧”结尾，可能在问。", "en": "It ends with a particle that may ask."},
    Note.INVERTED: {"zh": "用的是疑问语序。", "en": "Its word order asks."},
    Note.TAG: {"zh": "带了附加问。", "en": "It has a question tag."},
    Note.QUESTION_MARK: {"zh": "有问号。", "en": "It has a question mark."},
    Note.MENTIONS_COPILOT: {"zh": "点名问的是小助手。", "en": "It mentions the co-pilot."},
    Note.REPLIES_TO_COPILOT: {"zh": "回复的是小助手。", "en": "It replies to the co-pilot."},
    Note.NAMES_COPILOT: {"zh": "开头叫的是小助手。", "en": "It begins with the co-pilot's name."},
    Note.MENTIONS_EVERYONE: {"zh": "是对所有人说的。", "en": "It mentions everyone."},
    Note.MENTIONS_MEMBER: {"zh": "点名问的是某位成员。", "en": "It mentions a member."},
    Note.REPLIES_TO_MEMBER: {"zh": "回复的是某位成员。", "en": "It replies to a member."},
    Note.NAMES_MEMBER: {"zh": "开头叫的是某位成员。", "en": "It begins with a member's name."},
    Note.SAYS_YOU: {
        "zh": "问的是“你”，应当是在问刚才说话的人。",
        "en": "It says “you”, so it is for the one who spoke before.",
    },
    Note.WORDED: {
        "zh": "由大模型组织语言，每一句都和出处核对过。",
        "en": "A model worded it; each sentence was checked against its source.",
    },
    Note.UNDERSTOOD: {
        "zh": "大模型结合前面的对话理解了这个问题。",
        "en": "A model understood the question from what was said before.",
    },
    Note.ASKED_IN_OTHER_WORDS: {
        "zh": "大模型换了几种说法（包括另一种语言）一起找。",
        "en": "It was looked for in other words too, which a model thought of, and in the other language.",
    },
    Note.CLAIMS_DROPPED: {
        "zh": "大模型还有些话在出处里核对不上，已经去掉。",
        "en": "Some of what the model said did not match its sources and was left out.",
    },
    Note.NOTHING_HELD: {
        "zh": "大模型的话在出处里都核对不上，没有采用。",
        "en": "Nothing that the model said matched its sources, so none of it is used.",
    },
    Note.SEEN_NO_ANSWER: {
        "zh": "大模型看了找到的内容，认为都没有回答这个问题。",
        "en": "A model read what was found and saw no answer in it.",
    },
    Note.MODEL_OVER_BUDGET: {
        "zh": "今天给大模型的额度用完了，这次没有用它。",
        "en": "Today's limit for the model is reached; it was not used.",
    },
    Note.MODEL_TOO_LONG: {
        "zh": "内容太长，大模型一次读不完，这次没有用它。",
        "en": "This is too long for the model; it was not used.",
    },
    Note.MODEL_SLOW: {
        "zh": "大模型太久没有回应，这次没有用它。",
        "en": "The model took too long; it was not used.",
    },
    Note.MODEL_AWAY: {"zh": "连不上大模型，这次没有用它。", "en": "The model cannot be reached; it was not used."},
    Note.MODEL_BUSY: {"zh": "大模型那边太忙，这次没有用它。", "en": "The model's vendor is busy; it was not used."},
    Note.MODEL_FAULTY: {
        "zh": "大模型那边出了故障，这次没有用它。",
        "en": "The model's vendor has a fault; it was not used.",
    },
    Note.MODEL_REFUSED: {
        "zh": "大模型没有接受请求（密钥、余额或模型名），这次没有用它。",
        "en": "The model refused (key, balance or model name); it was not used.",
    },
    Note.MODEL_RESTING: {
        "zh": "大模型刚才连着出错，先歇一会儿，这次没有用它。",
        "en": "The model failed several times and is left alone for a while.",
    },
    Note.MODEL_CUT_OFF: {
        "zh": "大模型说到一半断了，没有采用。",
        "en": "The model broke off; what it said is not used.",
    },
    Note.MODEL_BAD_OUTPUT: {
        "zh": "大模型的回复不合格式，没有采用。",
        "en": "The model's reply could not be read; it is not used.",
    },
}

WITHOUT_MODEL: dict[Outcome, Note] = {
    Outcome.OVER_BUDGET: Note.MODEL_OVER_BUDGET,
    Outcome.TOO_LONG: Note.MODEL_TOO_LONG,
    Outcome.TIMEOUT: Note.MODEL_SLOW,
    Outcome.UNREACHABLE: Note.MODEL_AWAY,
    Outcome.RATE_LIMITED: Note.MODEL_BUSY,
    Outcome.SERVER_ERROR: Note.MODEL_FAULTY,
    Outcome.REFUSED: Note.MODEL_REFUSED,
    Outcome.RESTING: Note.MODEL_RESTING,
    Outcome.CUT_OFF: Note.MODEL_CUT_OFF,
    Outcome.BAD_OUTPUT: Note.MODEL_BAD_OUTPUT,
}
"""What is said of a model that could not be asked, or whose reply could not be used."""

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
        "zh": ("还没有相关的内容", "问答、群规、文档和聊天记录里都没有找到能回答的话。"),
        "en": ("Nothing is known about this yet", "No entry, rule, document or chat was found that answers it."),
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
