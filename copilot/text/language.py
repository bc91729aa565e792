"""Which of the two languages that the co-pilot speaks a text is written in."""

from __future__ import annotations

import re

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PARTICLE = re.compile("[吗嗎呢吧啊呀嘛么麼的了是怎]")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][a-z]+)?")
# Addresses, mentions and platform emotes say nothing about the language around them.
_ASIDE = re.compile(r"https?://[\x21-\x7e]+|www\.[\x21-\x7e]+|(?<!\S)[^\s@]++@[\w.]+|@[\w.-]+")


def language(text: str) -> str:
    """Tell Chinese from English.

    Chinese that is full of English terms is Chinese: one particle decides, and without one a Chinese character
    for every two Latin words.

    Args:
        text: raw text.

    Returns:
        "zh" or "en"; "zh" for a text without letters.
    """
    plain = _ASIDE.sub(" ", text)
    words = len(_WORD.findall(plain))
    if not words or _PARTICLE.search(plain):
        return "zh"
    return "en" if len(_HAN.findall(plain)) < words * 0.5 else "zh"
