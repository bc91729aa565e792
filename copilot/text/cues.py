"""What a line of chat does, by its words alone: it asks, it answers, it thanks, it greets all.

These cues are weak and cheap: they weigh in when it is guessed who answers whom, for every message of a long history.
Whether a message is a question that could be answered is another matter: `copilot.answering.question` reads closely.
"""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"[?？](?!\S*=)|[吗呢嘛么](?=$|[\s,.!~。，！…])|什么|怎[么样]|咋|如何|为啥|为何|哪[里儿个些位天种家]|谁[有能会知]|多少|多久|几[点号天个]"
    r"|有没有|能不能|可不可以|是不是|会不会|要不要|请问|求助|求问"
    r"|^\W*(?:\S+[:,] )?(?:how|what|why|where|when|which|who|whats|hows|is there|are there|is it|can i|can you|can any"
    r"|could|does|do you|did you|anyone|anybody|any1|has any|have you|is any|would)\b"
    r"|\b(?:how (?:do|can|to)|does anyone|anyone know|any idea|help me)\b"
)
_ANSWERS = re.compile(
    r"^\W*(?:\S+[:,] )?(?:yes|yeah|yep|yup|ya|no|nope|nah|sure|try|use|you (?:can|need|could|have|should|might|want)"
    r"|it's|its|because|then|that's|thats|just|i (?:think|believe|guess)|probably|maybe|not|right|correct|run|type|look"
    r"|check|see|install|well|dunno|exactly)\b"
    r"|^\W*(?:\S+[:,：，] ?)?(?:是|对|嗯|恩|有|没|可以|不[是行能用会要]|能|行|应该|好像"
    r"|因为|试试|你[可要得先去看用]|直接|用|看|在|得|要)"
)
_THANKS = re.compile(
    r"\b(?:thanks?|thx|thankyou|ty|tnx|cheers|great|awesome|cool|ok|okay|k|got it|i see|ah+|oh+|lol|haha+|nice"
    r"|worked)\b"
    r"|谢|多谢|感谢|好的|好滴|好嘞|收到|明白|懂了|了解|知道了|原来|哈哈|厉害|^\W*[好哦噢嗯行]+\W*$"
)
_GREETS = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|morning|good (?:morning|evening|afternoon)|evening|yo|greetings)\b(?!,? ?@)"
    r"|\b(?:all|everyone|everybody|anyone|anybody|folks|guys|someone)\b"
    r"|大家|各位|有没有人|有人|谁(?:有|知道|能|会)|群友|早上好|晚上好|下午好|早安|晚安"
)


def asks(folded: str) -> bool:
    """Whether a text asks something.

    Args:
        folded: a text after `copilot.text.fold.folded`, as in all functions here.
    """
    return _ASKS.search(folded) is not None


def answers(folded: str) -> bool:
    """Whether a text begins like an answer or an advice."""
    return _ANSWERS.match(folded) is not None


def thanks(folded: str) -> bool:
    """Whether a text takes an answer: it thanks, agrees, or sees."""
    return _THANKS.search(folded) is not None


def greets(folded: str) -> bool:
    """Whether a text speaks to all."""
    return _GREETS.search(folded) is not None
