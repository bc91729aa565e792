"""Whether a message asks something, what kind of thing it asks for, and to whom it speaks.

Every decision is a list of named cues. It does not know whether anything can answer: the gate judges that. It takes no
note of irony, and of the messages before this one it sees only whom it replies to.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from copilot.text.fold import Folded, fold, folded


class Addressee(StrEnum):
    """To whom a message speaks."""

    COPILOT = "copilot"
    EVERYONE = "everyone"
    SOMEONE_ELSE = "someone_else"


class Asks(StrEnum):
    """What kind of thing would answer a question; `something` where the words do not tell."""

    WHEN = "when"
    WHERE = "where"
    WHO = "who"
    HOW_MUCH = "how_much"
    HOW = "how"
    WHY = "why"
    YES_NO = "yes_no"
    SOMETHING = "something"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCheck:
    """What was read out of a message.

    Args:
        hit: whether it asks something that somebody could answer from what is written.
        score: 0 to 1; a hit from 0.5 on.
        asks: the kind of thing that would answer.
        to: to whom it speaks.
        span: the sentence that asks, as places in the raw text; the whole text where no sentence does.
        details: the cues for and against, in the order in which they were seen.
    """

    hit: bool
    score: float
    asks: Asks
    to: Addressee
    span: tuple[int, int]
    details: tuple[str, ...] = ()


_THRESHOLD = 0.5

# What is taken out before reading: code, addresses (their ? asks nothing), quoted lines, emotes like [捂脸] or :smile:.
_ASIDE = re.compile(r"```.*?```|`[^`\n]*`|https?://\S+|^>.*$|\[[^\[\]\s?]{1,8}\]|:[a-z_]{2,30}:", re.S | re.M)
_MENTION = re.compile(r"@\s?([^\s@,:;，。!?]{1,32})")
# A comma after 吗 ends a question as well: "可以退吗，我买错了".
_SENTENCE = re.compile(r"[^。!?;\n~]*?(?:[。!?;\n~]+|\.(?=\s|$)|(?<=[吗嘛])[,\s]+|$)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NON_WORD = re.compile(r"[\W_]+")

# Openings that greet or address and tell nothing of what follows.
_OPENING = re.compile(
    r"^[\s,.、…]*(?:"
    r"(?:大家|各位|群友们?|群里的?|亲们?|宝子们?|大佬们?|佬们?|老师们?|群主|管理员?|家人们?|姐妹们?|朋友们?"
    r"|小伙伴们?|hello|哈喽|hi|嗨)?"
    r"(?:早上好|上午好|中午好|下午好|晚上好|你们好|您好|你好|早安|早|好(?=[\s,!呀啊]|$)|大家|各位|群友们?|大佬们?"
    r"|佬们|老师|亲)"
    r"|话说|那个|那么|那|对了|另外|还有|然后|顺便|弱弱|想|咨询一下|问一下|so|and|but|also|ok(?:ay)?|well|hi|hey"
    r"|hello|yo"
    r"|all|everyone|everybody|folks|guys|good (?:morning|afternoon|evening)|thanks|btw|by the way|quick question"
    r"|(?:one |another )?question|sorry|oh|hmm+|um+|actually|then)(?=[\s,.:、!呀啊]|[\u4e00-\u9fff]|$)[\s,.:、!呀啊]*"
)

_ASKED_FOR = re.compile(
    r"请问|请教|求助|求问|想问|问一下|问下|问个|咨询一?下|求(?:推荐|链接|地址|教程|分享|资源|一份|个|解答|指点)"
    r"|(?:有|有没有)(?:人|谁|哪位|大佬|佬|群友|老师|朋友|小伙伴|懂的|妈妈|家长|同学).{0,24}"
    r"(?:知道|了解|用过|试过|会|懂|遇到|买过|去过|做过|见过|能|推荐|吗|么|嘛|没)"
    r"|(?:谁|哪位)(?:知道|有|能|会|用过|了解|去过|买过|懂|可以|帮|在)"
)
_WH = re.compile(
    r"什么|啥|怎么|怎样|怎(?=[么样办弄回])|咋|如何|为何|哪(?!怕)"
    r"|几(?=[点号天个位岁月楼次人本级周块元集分种层款年名路折])|多少|多久|多大|多长|多远"
    r"|多高|多贵|多重|多快|谁|何时|何处|第几|何地"
)
_A_NOT_A = re.compile(
    r"有没有|能不能|可不可以|是不是|要不要|会不会|行不行|好不好|有无|能否|可否|是否"
    r"|(?<!不)([\u4e00-\u9fff])[不没]\1(?!不)|可以不(?=[ ,]|$)|该不该"
    r"|是.{1,24}还是.{1,24}|干嘛的|干啥的"
)
_PARTICLE = re.compile(r"(?:吗|(?<![什这那怎多要])么|嘛)[\s.…)呢啊呀]*$")
_SOFT_PARTICLE = re.compile(r"(?:呢|吧|没有?|了不|的不|吗.{1,6})[\s.…)]*$")
_STILL = re.compile(r"(?:还|着|早|才|都|可|正|在|远).{0,8}呢[\s.…)]*$|还没有?[\s.…)]*$|[也都就]没有?[\s.…)]*$")

# Question words that ask nothing: "anything", "whatever", "not much", exclamations, reports of knowing.
_INDEFINITE = re.compile(
    r"什么的(?![?时])|没(?:有)?(?:什么|啥)|没(?:有)?多少|不(?:是|算)?(?:什么|啥)|(?:什么|啥|谁|哪里|哪儿|怎么|哪个"
    r"|哪|几)[^?]{0,6}(?:都|也)(?!可以吗|行吗)"
    r"|随便(?:什么|啥|怎么|哪)?|不管.{0,12}|无论.{0,12}|不论.{0,12}|多少(?:有点|有些|会|还)|不怎么|没怎么|怎么说呢"
    r"|不咋|这么|那么|怎么(?:这么|那么|这样|可能|会这)"
    r"|好几|几乎|十几|几十|几百|几千|几万|[这那前后近]几|几个?(?:小时|分钟|月|星期)?(?:前|后|了|以后)|一些什么"
    r"|点什么|点啥|什么(?:鬼|玩意|东西啊)"
    r"|(?:什么|啥).{1,6}(?:什么|啥)|谁.{1,6}谁|怎么.{1,6}怎么|哪里.{1,6}哪里|谁知道(?!.)|想(?:怎么|什么|啥)"
    r"|有(?:什么|啥)(?:事|问题|需要|疑问|情况|想法|不懂|不明白)"
    r".{0,12}(?:可以|随时|都|就|请|记得|欢迎|找|联系|私|问我|说)|(?:看|试|教|告诉|说明|介绍|讲|分享|研究|学|学习"
    r"|记录|了解)(?:看|下|一下|你|你们|大家|了|会)?"
    r"(?:怎么|如何)|(?:不|没)(?:知道|清楚|明白|懂|晓得|记得).{0,12}(?:怎么|什么|啥|谁|哪|多少|几|如何|为什么|为啥"
    r"|咋).{0,10}$"
)
_RHETORICAL = re.compile(
    r"难道|凭什么|凭啥|何必|何苦|岂|怎么可能|谁还不|哪有|有(?:什么|啥)(?:用|意思|关系|好.{1,3}的)|关我(?:什么|啥)事"
    r"|你说呢|不香吗|谁(?:敢|受得了|信|稀罕)"
    r"|什么鬼|什么玩意|搞什么|算什么|多(?:好|棒|可爱|难得)[啊呀]|不(?:好|行|可以)(?:吗|么)$"
)
_SMALL_TALK = re.compile(
    r"^(?:真的|是吗|是么|对吧|是吧|好吗|行吗|可以吗|真的吗|真的假的|什么|啥|怎么了|咋了|干嘛|在吗|在么|有人吗"
    r"|吃了吗|为什么|为啥|怎么办|咋办|咋整"
    r"|然后呢|所以呢|你呢|他呢|谁|哪里|哪个|哪有|不是吗|不会吧|不是吧|明白吗|懂吗|知道吗|你好吗|最近好吗|啊|嗯|哈"
    r"|咦|诶|哦|何出此言|几个意思|什么情况|什么意思|啥意思|咋回事|怎么回事"
    r"|what|why|how|who|huh|really|right|ok|yes|no|eh|oh|sure|is it|are you sure|how are you|what's up|whats up|sup"
    r"|who knows"
    r"|anyone there|anybody there|anyone|you there|which one|how so|how come|why not|so what|and then|you know"
    r"|isn't it|no\?*)$"
)

_EN_WH = r"(?:what(?:'s|s)?|how(?:'s|s)?|where(?:'s|s)?|when(?:'s|s)?|who(?:'s|s)?|whom|whose|why|which)"
_EN_AUX = (
    r"(?:is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|might|has|have|had|isn't|aren't|don't"
    r"|doesn't"
    r"|didn't|can't|couldn't|won't|wouldn't|shouldn't|hasn't|haven't|must)"
)
_EN_ONE = r"(?:anyone|anybody|someone|somebody|any of you)"
_EN_ASKED_FOR = re.compile(
    rf"\b(?:{_EN_AUX}\s+{_EN_ONE}|{_EN_ONE} (?:know|have|here|got|tried|used|seen|able|can|remember)|(?:can"
    rf"|could|would) you (?:please|tell|help|explain|show)"
    r"|(?:i'm|i am|im|i was|was|just)? ?wondering (?:if|how|whether|what|why|where|when|who)|i wonder (?:if|how"
    r"|whether|what|why|where|when|who)"
    r"|(?:i'd|i would|would) (?:like|love) to know|(?:please )?(?:tell|let) me know (?:if|how|whether|what|why|where"
    r"|when)|any (?:idea|ideas|clue|advice|suggestions?|tips|recommendations?|pointers|chance|way|news|update)s?\b"
    r"|is there (?:a|an|any|some)\b|are there (?:any|some)\b|how (?:do|can|should|would|could) (?:i|we|you|one"
    r"|people)|what(?:'s| is| are) the|how to\b)"
)
_EN_INVERTED = re.compile(
    rf"^(?:{_EN_WH}(?:\s+\w+){{0,3}}?\s+(?:{_EN_AUX})\b|(?:what|how|where|when|who)'s\b|(?:how|what) about\b"
    rf"|how (?:to|much|many|long|often|far|late|early|old|big)\b"
    rf"|{_EN_AUX}\s+(?:i|we|you|he|she|it|they|there|this|that|these|those|the|a|an|my|our|your|its|anyone|someone"
    rf"|people|all|any)\b)"
)
_EN_WH_ONLY = re.compile(rf"\b{_EN_WH}\b")
# Reports and subordinate clauses: "I don't know how", "that is why", "when I do this, …".
_EN_REPORT = re.compile(
    rf"\b(?:know|knew|see|saw|understand|explains?|shows?|showed|tells?|told|said|that's|this is|that is|is|was"
    rf"|depends on|remember|sure|learn(?:ed|ing)?|figured?(?: out)?)\s+(?:exactly )?{_EN_WH}\b"
    r"|^(?:when|while|if|since|because|what i|what you|what we|how i|where i)\s+(?!is\b|are\b|do\b|does\b|did\b|was\b"
    r"|were\b|will\b|can\b|should\b)"
)
_EN_TAG = re.compile(
    r"(?:,\s*(?:right|no|huh|eh|yes|ok|correct|you know)|\b(?:isn't|aren't|doesn't|don't|won't|didn't) (?:it|they|you"
    r"|he|she|that))\W*$"
)
_EN_RHETORICAL = re.compile(
    r"\b(?:who cares|why bother|what the (?:hell|heck|fuck)|how dare|who knows|guess what|why not just)\b"
)

_YOU = re.compile(
    r"你(?!们|好)|您(?!好)|\b(?:did|have|are|were|do|would|what do|why do) you (?!guys|all|know\b|have any\b)|\byour?\b"
)
_ALL_OF_YOU = re.compile(
    r"大家|各位|群友|你们|有人|有没有人|有谁|谁|哪位|大佬|佬们|老师们|群里|请问|请教|求|家人们|宝子们"
    r"|姐妹们|伙伴|everyone|everybody|folks|guys|you all"
    r"|anyone|anybody|someone|somebody|hi all|any of you|how (?:do|can|would|could|should) you|(?:can|could|if|when"
    r"|where|should|let|lets|unless) you|you (?:can|could|need|have to|get|use)"
)
_EVERYBODY = frozenset({"所有人", "全体成员", "all", "everyone", "here", "channel", "room"})

_FOLLOWS = re.compile(
    r"^\W*(?:那|还有|另外|然后|所以|但|可是|如果|要是)|呢\W*$|它|[这那]个|[这那]样|[这那]种|[这那]里|那边|刚才|上面|前面|同样|后者|前者"
    r"|也[可能行要是有会]|[他她]们?"
    r"|^\W*(?:and|but|so|or|then|what about|how about|what if|why not|also|ok(?:ay)?|for)\b"
    r"|\b(?:it|its|that|this|those|these|they|them|their|there|same|instead|too|else|one|ones|he|she|his|her)\b"
)
# Shorter questions ("多少钱？") mostly leave out what they are about.
_SHORTEST_WHOLE = 4

_KINDS: tuple[tuple[Asks, re.Pattern[str]], ...] = (
    (
        Asks.WHEN,
        re.compile(
            r"什么时[候间]|啥时候?|何时|几点|几号|几月|哪[一]?(?:天|日|周|年|个?月|个?星期)|周几|星期几|礼拜几"
            r"|什么日子|多会儿|时间是|截止(?:到|时间)"
            r"|\bwhen\b|\bwhat (?:time|day|date|month|year)\b|\bhow (?:soon|late|early)\b|\bwhich (?:day|date|month"
            r"|year|week)\b|\bdeadline\b"
        ),
    ),
    (
        Asks.WHERE,
        re.compile(
            r"哪里|哪儿|在哪|去哪|到哪|何处|何地|什么地[方点]|啥地[方点]|哪个(?:地方|地点|城市|店|校区|公园|地铁站)"
            r"|地[址点](?:是|在)|定在哪|\bwhere\b"
            r"|\bwhat (?:place|address|location|venue)\b"
        ),
    ),
    (
        Asks.HOW_MUCH,
        re.compile(
            r"多少|多久|多长|多大|多远|多高|多重|多贵|几(?=[个天位岁次人本级周块元集分种层款年名折])|怎么卖"
            r"|怎么收费|贵不贵|价格|费用是"
            r"|\bhow (?:much|many|long|often|far|old|big|large|fast|high)\b|\bwhat(?:'s| is) the (?:price|cost|fee"
            r"|limit|maximum|minimum|size)\b"
        ),
    ),
    (Asks.WHO, re.compile(r"谁|哪位|哪个人|什么人|找哪个|\bwho(?:m|se|'s)?\b")),
    (
        Asks.WHY,
        re.compile(
            r"为什么|为啥|为何|怎么(?:会|就|还|总|老|又|突然|回事|不)"
            r"|咋回事|什么原因|\bwhy\b|\bhow come\b|\bwhat(?:'s| is) (?:the reason|wrong)\b"
        ),
    ),
    (
        Asks.HOW,
        re.compile(
            r"怎么|怎样|怎(?=[样办弄])|如何|咋|\bhow\b"
            r"|什么(?:办法|方法|流程|步骤)|\bwhat(?:'s| is) the (?:way|process|procedure|steps?)\b"
        ),
    ),
    (Asks.SOMETHING, re.compile(r"什么|啥|哪|\bwhat\b|\bwhich\b|\bany (?:idea|recommendation|suggestion|tip|advice)")),
    (
        Asks.YES_NO,
        re.compile(
            rf"(?:吗|(?<![什这那怎多要])么|嘛)\W*$|{_A_NOT_A.pattern}"
            rf"|^\W*{_EN_AUX}\b|\bwhether\b|\b{_EN_AUX} (?:i|we|you|it"
            rf"|there|anyone)\b"
        ),
    ),
)


def read_question(
    text: str,
    *,
    in_console: bool = False,
    copilot_names: Collection[str] = (),
    member_names: Collection[str] = (),
    replies_to_copilot: bool = False,
    replies_to_member: bool = False,
) -> QuestionCheck:
    """Read whether a text asks something, for what, and whom.

    Args:
        text: the raw text of one message, or what was typed into the console.
        in_console: whatever an admin types there is a question to the co-pilot, a bare topic included ("退款").
        copilot_names: names under which members speak to the co-pilot.
        member_names: names of the group's members; they matter where a message begins with one ("小林，几点？").
        replies_to_copilot, replies_to_member: whose message this one explicitly answers, if any.

    Returns:
        The check, with cues for a hit and for a miss.
    """
    whole = fold(text)
    if not _NON_WORD.sub("", whole.text):
        return QuestionCheck(
            hit=False, score=0.0, asks=Asks.SOMETHING, to=Addressee.EVERYONE, span=(0, len(text)), details=("empty",)
        )
    plain = _ASIDE.sub(_blank, whole.text)
    if in_console:
        return QuestionCheck(
            hit=True,
            score=1.0,
            asks=kind_asked(plain),
            to=Addressee.COPILOT,
            span=(0, len(text)),
            details=("in_console",),
        )
    to, to_cue = _addressee(plain, copilot_names, member_names, replies_to_copilot, replies_to_member)
    score, (start, end), cues = _best_sentence(_MENTION.sub(_blank, plain))
    hit = score >= _THRESHOLD
    asking = plain[start:end] if hit else plain
    if to is Addressee.EVERYONE and _YOU.search(asking) and not _ALL_OF_YOU.search(plain):
        to, to_cue = Addressee.SOMEONE_ELSE, "says_you"
    return QuestionCheck(
        hit=hit,
        score=score,
        asks=kind_asked(asking),
        to=to,
        span=_raw_span(whole, start, end) if hit else (0, len(text)),
        details=(*cues, to_cue) if to_cue else cues,
    )


def kind_asked(text: str) -> Asks:
    """Tell what kind of thing would answer a question.

    Args:
        text: a question, raw or folded.

    Returns:
        The kind; `Asks.SOMETHING` for a bare topic.
    """
    plain = folded(text)
    for kind, pattern in _KINDS:
        if pattern.search(plain):
            return kind
    return Asks.SOMETHING


def rests_on_before(text: str) -> bool:
    """Whether a question is understood only from what was said before it, such as "那周末呢？" or "and on Sundays?".

    It rather says so once too often: what points back at nothing stays as it is.
    """
    plain = folded(text)
    return bool(_FOLLOWS.search(plain)) or len(_NON_WORD.sub("", plain)) <= _SHORTEST_WHOLE


def _blank(match: re.Match[str]) -> str:
    """Keeps the length, so that places stay valid."""
    return " " * len(match.group())


def _raw_span(whole: Folded, start: int, end: int) -> tuple[int, int]:
    while start < end and whole.text[start].isspace():
        start += 1
    while end > start and whole.text[end - 1].isspace():
        end -= 1
    return whole.raw_span(start, end)


def _addressee(
    plain: str,
    copilot_names: Collection[str],
    member_names: Collection[str],
    replies_to_copilot: bool,
    replies_to_member: bool,
) -> tuple[Addressee, str]:
    copilot = {folded(name) for name in copilot_names}
    mentioned = _MENTION.findall(plain)
    if any(name in copilot for name in mentioned) or any(f"@{name}" in plain for name in copilot):
        return Addressee.COPILOT, "mentions_copilot"
    if replies_to_copilot:
        return Addressee.COPILOT, "replies_to_copilot"
    opening = plain.lstrip()
    if any(_opens_with(opening, name) for name in copilot):
        return Addressee.COPILOT, "names_copilot"
    if any(name in _EVERYBODY for name in mentioned):
        return Addressee.EVERYONE, "mentions_everyone"
    if mentioned:
        return Addressee.SOMEONE_ELSE, "mentions_member"
    if replies_to_member:
        return Addressee.SOMEONE_ELSE, "replies_to_member"
    if any(_opens_with(opening, folded(name)) for name in member_names):
        return Addressee.SOMEONE_ELSE, "names_member"
    return Addressee.EVERYONE, ""


def _opens_with(opening: str, name: str) -> bool:
    """Whether a text begins with a name and a pause."""
    return len(name) > 1 and opening.startswith(name) and opening[len(name) : len(name) + 1] in tuple(",:、 !")


def _best_sentence(plain: str) -> tuple[float, tuple[int, int], tuple[str, ...]]:
    """The sentence that asks most plainly; of equals the last, for people explain first and then ask."""
    best: tuple[float, tuple[int, int], tuple[str, ...]] = (0.0, (0, len(plain)), ("no_cue",))
    for match in _SENTENCE.finditer(plain):
        if not match.group().strip():
            continue
        score, cues = _judge(match.group().strip())
        if score and score >= best[0]:
            best = (score, match.span(), cues)
    return best


def _judge(sentence: str) -> tuple[float, tuple[str, ...]]:
    """Score one folded sentence, with its end mark, as a question."""
    marked = "?" in sentence
    body = sentence.strip(" \t\r\n。!?;~.,…()")
    while (opening := _OPENING.match(body)) and opening.end():
        body = body[opening.end() :]
    if len(_NON_WORD.sub("", body)) < 2 or _SMALL_TALK.match(body):
        return (0.1, ("too_short",)) if marked else (0.0, ("too_short",))
    cues: list[str] = []
    score = 0.0
    han = bool(_HAN.search(body))
    for cue, weight in (_zh_cues(body, marked) if han else ()) + _en_cues(body, marked):
        cues.append(cue)
        score = max(score, weight) if weight > 0 else score
    if marked:
        cues.append("question_mark")
        score = 0.6 if not score else min(1.0, score + 0.25)
    if _RHETORICAL.search(body) or _EN_RHETORICAL.search(body):
        cues.append("rhetorical")
        score *= 0.5
    return round(score, 2), tuple(cues) or ("no_cue",)


def _zh_cues(body: str, marked: bool) -> tuple[tuple[str, float], ...]:
    cues = []
    open_words = _INDEFINITE.sub(_blank, body)
    if _ASKED_FOR.search(body) and not re.search(r"(?:没|不用|别|没有)(?:人)?问", body):
        cues.append(("asks_openly", 0.8))
    if _WH.search(open_words):
        # A long clause after the question word is more often a statement that embeds the question.
        tail = len(open_words) - max(match.end() for match in _WH.finditer(open_words))
        cues.append(("question_word", 0.65 if tail <= 12 else 0.5))
    elif _WH.search(body):
        cues.append(("indefinite_word", 0.0))
    if _A_NOT_A.search(body):
        cues.append(("a_not_a", 0.65))
    if _PARTICLE.search(body):
        cues.append(("particle", 0.75))
    elif _SOFT_PARTICLE.search(body) and not _STILL.search(body):
        cues.append(("soft_particle", 0.5 if body.endswith("呢") and len(body) <= 12 else 0.3))
    return tuple(cues)


def _en_cues(body: str, marked: bool) -> tuple[tuple[str, float], ...]:
    cues = []
    report = _EN_REPORT.search(body)
    if _EN_ASKED_FOR.search(body) and not (report and not marked):
        cues.append(("asks_openly", 0.75))
    if _EN_INVERTED.match(body) and not (report and report.start() == 0 and not marked):
        cues.append(("inverted", 0.7))
    elif marked and _EN_WH_ONLY.search(body):
        cues.append(("question_word", 0.6))
    if _EN_TAG.search(body):
        cues.append(("tag", 0.0))
    return tuple(cues)
