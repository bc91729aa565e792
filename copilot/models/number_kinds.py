"""What a number is: a phone's, an id of a messenger, an identity paper's, a bank card's, or a number like any other.

That is told by how many digits it has, how they are grouped, its check digits, and the words before and after.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from copilot.models.messengers import FIRST, MESSENGER, SAYING, SHORT
from copilot.models.spans import CARD, CHAT, ID, PHONE, word_set
from copilot.models.written_digits import SIGN_WORD

_FILLERS = (
    r"(?:[\s:=是为,的我他她你号码()「」“”\"'~\[\]/@#→➡👉☎📞📱-]|at|is|me|him|her|us|on|my|our|new|number|no\.?|\+)"
    r"{0,8}\Z"
)
_CUES = {
    PHONE: re.compile(
        r"(?:(?:电话|手机)号?码?|座机|固话|传真|热线|致电|拨打|打给|联系方式|来电|短信|尾号|(?<![单编账帐证卡车型密奖])号码"
        r"|call|tel|phone|mobile|cell|text|dial|(?<![a-z])ring|(?<![a-z])fax|(?<![a-z])hmu|whats ?app|(?<![a-z])sms"
        rf"|voicemail|(?:my|his|her|our) (?:new |us |uk )?number|☎|📞|📱){_FILLERS}"
    ),
    ID: re.compile(
        r"(?:身份证|(?<![a-z])sfz|证件|证号|id ?card|national id|identity|ssn|social security|护照|passport"
        rf"|户口|居民证){_FILLERS}"
    ),
    CHAT: re.compile(rf"{FIRST}(?:{MESSENGER}|{SHORT}|加我(?:好友)?){SAYING}\Z"),
    CARD: re.compile(
        r"(?:卡号|银行卡|储蓄卡|信用卡|工资卡|[工建农招中交]行|邮储|账号|帐号|账户|打卡吧?|打这张|转这张"
        rf"|card|account|acct|iban){_FILLERS}"
    ),
}
_WORDS = re.compile(r"[^\W\d_]|[🐧☎📞📱]")
_CHAT_AFTER = re.compile(
    rf"[\s,.。、~]{{0,3}}(?:(?:加|\+|➕)(?:我|v|q|微|薇|扣)|(?:这个?)?是?我的?{MESSENGER}|(?:这个?)?是我的?[vq薇微扣](?![a-z0-9])|\((?:{MESSENGER}|v|q)\))"
)
_PHONE_AFTER = re.compile(r"[\s,]{0,2}(?:(?:是|\()?我的?(?:电话|手机)|是(?:电话|手机)|打给我|致电|\((?:电话|手机))")
# Nearby, for numbers that have the shape already.
_PHONE_NEAR = re.compile(
    r"号码|电话|手机|联系|呼叫|拨|call|phone|cell|mobile|text|hmu|ring|reach|contact|number|whats|sms|dial|\badd\b"
)
_NO_PHONE_NEAR = re.compile(
    r"单号|订单|运单|快递|编号|账号|order|track|ticket|invoice|ref\b|account|serial|issue|\bpr\b"
)
_CARD_NEAR = re.compile(r"卡|账|帐|转|汇款|银行|[工农中建交招]行|邮储|bank|card|acct|account|transfer")
_AMOUNT_AFTER = re.compile(
    r"\s?(?:members|people|users|followers|fans|元|块|人|个|万|千|k\b|w\b|条|次|分|米|年|月|天|名|位|%|g\b|mb?\b|rmb|usd|版|期)"
)
# How mobile numbers are grouped when somebody reads them out; any other grouping may be a list of numbers.
_MOBILE_GROUPS = frozenset(
    {(11,), (1, 10), (3, 8), (4, 7), (5, 6), (6, 5), (7, 4), (8, 3), (3, 4, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5)}
    | {(3, 5, 3), (3, 2, 2, 4), (3, 4, 2, 2), (1, 2, 4, 4), (3, 2, 2, 2, 2), (1,) * 11}
)
_HOTLINE_GROUPS = frozenset({(10,), (3, 3, 4), (3, 4, 3), (3, 7), (4, 3, 3), (3, 2, 2, 3), (1,) * 10})
_LISTED_GROUPS = frozenset({(3, 4, 4), (4, 4, 4), (4, 4, 3), (3, 4, 3), (4, 6), (4, 7)})
# Signs that nobody puts between numbers of a list.
_TASTE = re.compile(
    rf"(?:[.()\[\]【】{{}}<>《》·•*_~@^|丨丶ˉ\\\u20e3\u2190-\u2bff\U0001f000-\U0001faff]|{SIGN_WORD}|是)+"
)
# Signs of lists and sums.
_LISTING = re.compile(r"[+=,、;:?!|\n]")
# Before the code of a country; after a number it is a sum's.
_PLUS = re.compile(r"(?<!\d)(?<!\d )\+[ (]?\Z")
_AREA = re.compile(r"0(?:10|2\d|[3-9]\d\d)")
_PROVINCES = word_set(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
_FORMER_ID_GROUPS = frozenset({(15,), (6, 6, 3), (3, 3, 6, 3), (6, 9), (12, 3), (5, 5, 5), (3,) * 5, (6, 2, 2, 2, 3)})
_BIRTH_YEARS = range(1900, 2036)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: the last digit of an ID card is the weighted sum of the others, modulo 11."""
_CARD_START = re.compile(r"62|4|5[1-5]|2[2-7]|3[47]|35|6011|65|60|9558")


def said_before(before: str) -> frozenset[str]:
    """What the words before a number call it: of PHONE, ID, CARD and CHAT those that they name."""
    if not _WORDS.search(before):
        return frozenset()
    return frozenset(kind for kind, cue in _CUES.items() if cue.search(before))


class Number(NamedTuple):
    """Some groups of digits that stand together, and what is around them.

    Args:
        signs: what stands between the groups, joined.
        said: what the words before call it, as `said_before` tells.
        ends_with_x: whether an x follows, as at the end of an ID card's number.
        goes_on: whether single digits that are set apart alike stand beside these.
        is_odd: whether some of the digits are written as other characters.
    """

    digits: str
    sizes: tuple[int, ...]
    signs: str
    said: frozenset[str]
    before: str
    after: str
    ends_with_x: bool
    goes_on: bool
    is_odd: bool
    is_in_url: bool


def kind_of(number: Number) -> tuple[str, int]:
    """What a number is.

    Returns:
        A kind, "" for a number like any other, and how much speaks for it: of two readings that overlap the one with
        the higher value holds.
    """
    if not number.goes_on or ID in number.said or PHONE in number.said:
        if _is_id(number):
            return ID, 3
        if _is_mobile(number):
            return PHONE, 3
    if number.is_in_url:
        return "", 0
    if not number.goes_on and _is_card(number):
        return CARD, 3
    if not number.goes_on and _is_phone(number):
        return PHONE, 1
    size = len(number.digits)
    if 5 <= size <= 12 and not _AMOUNT_AFTER.match(number.after):
        if CHAT in number.said or (size > 5 and _CHAT_AFTER.match(number.after)):
            return CHAT, 1
        is_whole = min(number.sizes) > 2 or set(number.sizes) == {1} or number.is_odd
        if size >= 7 and is_whole and (PHONE in number.said or _PHONE_AFTER.match(number.after)):
            return PHONE, 1
    return "", 0


def _is_mobile(number: Number) -> bool:
    digits, sizes = number.digits, number.sizes
    # The code of the country, after which some write the 0 of calls within it.
    for prefix in ("0086", "860", "86"):
        if digits.startswith(prefix) and len(digits) == 11 + len(prefix):
            digits = digits[len(prefix) :]
            sizes = _without(sizes, len(prefix))
            break
    if len(digits) == 12 and digits[0] == "0" and sizes == (12,):
        digits, sizes = digits[1:], (11,)
    if len(digits) != 11 or digits[0] != "1" or digits[1] < "3":
        return False
    told = number.is_odd or PHONE in number.said or CHAT in number.said
    if told or sizes == (11,) or _PHONE_AFTER.match(number.after):
        return True
    # Such signs stand between numbers that have nothing to do with each other.
    if re.search("[/,、;:。?]", number.signs):
        return sizes in ((3, 4, 4), (1,) * 11)
    return sizes in _MOBILE_GROUPS or _is_taste(number)


def _is_taste(number: Number) -> bool:
    """Whether between all groups there are signs that nobody puts between numbers of a list."""
    signs = number.signs.replace(" ", "")
    return len(signs) >= len(number.sizes) - 1 > 0 and _TASTE.fullmatch(signs) is not None


def _without(sizes: tuple[int, ...], many: int) -> tuple[int, ...]:
    """The sizes of groups without so many first digits."""
    while many >= sizes[0]:
        many, sizes = many - sizes[0], sizes[1:]
    return (sizes[0] - many, *sizes[1:])


def _is_phone(number: Number) -> bool:
    """Whether a number is a landline, a hotline or a number abroad, by its shape."""
    digits, sizes = number.digits, number.sizes
    size = len(digits)
    if _PLUS.search(number.before) and 8 <= size <= 15 and digits[0] != "0":
        return True
    if digits.startswith(("0086", "86")) and size in (12, 13, 14, 15) and sizes[0] in (2, 4):
        digits, sizes = "0" + digits[sizes[0] :].lstrip("0"), (sizes[1] + (digits[sizes[0]] != "0"), *sizes[2:])
        size = len(digits)
    is_taste, told = _is_taste(number), PHONE in number.said
    if number.signs == "..." and not told and all(size < 4 for size in sizes):
        return False
    if _LISTING.search(number.signs) and not told and (len(set(number.signs)) > 1 or sizes not in _LISTED_GROUPS):
        return False
    if area := _AREA.match(digits):
        rest = size - area.end()
        is_even = (number.is_odd or is_taste) and min(sizes) > 1
        is_grouped = sizes in ((11,), (12,), (1,) * size) or sizes[0] == area.end() or is_even or told
        is_extended = len(sizes) > 2 or (len(sizes) == 2 and sizes[0] > 9)
        extension = sizes[-1] if is_extended and number.signs[-1:] in ("-", " ", "(", "x", "#") else 0
        if is_grouped and (rest in (7, 8) or (extension in range(1, 6) and rest - extension in (7, 8))):
            return size > 10 or len(sizes) > 1 or told
    if digits.startswith(("400", "800")) and size == 10:
        return sizes in _HOTLINE_GROUPS or is_taste or told or number.is_odd
    if _is_abroad(number):
        return True
    # In North America neither the area nor the exchange begins with 0 or 1.
    shape = sizes[1:] if sizes[0] == 1 and digits[0] == "1" and len(sizes) > 1 else sizes
    is_american = len(digits) in (10, 11) and digits[-10] > "1" and digits[-7] > "1"
    is_dashed = number.before.endswith("(") or not re.search(r"[^-.() ]|^ +$", number.signs)
    if shape == (3, 3, 4) and digits[-10] > "1" and "\n" not in number.signs:
        return is_american or is_dashed
    if size == 10 and is_american and (sizes == (10,) or sizes[0] == 3 or number.is_odd or told):
        near = number.before[-24:]
        if _PHONE_NEAR.search(near) and not _NO_PHONE_NEAR.search(near):
            return True
    return size == 10 and is_american and set(sizes) == {1} and set(number.signs) <= set("-.*_")


def _is_abroad(number: Number) -> bool:
    """Whether a number is one of another country as people there write it, or has the code of one."""
    digits, sizes, size = number.digits, number.sizes, len(number.digits)
    if digits.startswith("00") and digits[2:3] > "0" and 11 <= size <= 15:
        return sizes[0] in (4, 5) if len(sizes) > 1 else PHONE in number.said
    # The United Kingdom and Japan have 11 digits, Taiwan, Australia and France 10.
    if size == 11 and digits[0] == "0":
        return sizes in ((5, 6), (5, 3, 3), (4, 3, 4), (3, 4, 4)) and digits[1] in "123789"
    if size == 10 and digits.startswith(("09", "04")):
        return sizes in ((4, 3, 3), (4, 6)) or PHONE in number.said
    is_french = size == 10 and digits.startswith(("06", "07")) and sizes == (2,) * 5
    return is_french and (PHONE in number.said or "." in number.signs)


def _is_id(number: Number) -> bool:
    """Whether a number is an ID card's, of 18 or formerly 15 digits, or is called one; or a passport's."""
    digits = number.digits + "x" * number.ends_with_x
    told = ID in number.said
    if len(digits) == 18:
        # A place and a day of birth are no accident, however the digits are grouped.
        has_birthday = digits[:2] in _PROVINCES and _is_day(digits[6:14])
        return has_birthday or told or (len(number.sizes) == 1 and _checks(digits))
    if len(digits) == 15 and not number.ends_with_x and not number.is_in_url:
        is_grouped = number.sizes in _FORMER_ID_GROUPS or set(number.sizes) == {1} or number.is_odd
        return told or (is_grouped and digits[:2] in _PROVINCES and _is_day("19" + digits[6:12]))
    if number.sizes == (3, 2, 4) and number.signs == "--" and digits[:3] not in ("000", "666") and digits[0] != "9":
        return True
    return 7 <= len(digits) <= 9 and told


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day on which somebody who chats may be born."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year in _BIRTH_YEARS
    except ValueError:
        return False


def _checks(digits: str) -> bool:
    """Whether the last of 18 digits fits the others, though the birthday does not."""
    if digits[:2] not in _PROVINCES:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:17], strict=True))
    return "10x98765432"[total % 11] == digits[17] and digits[6:8] in ("19", "20")


def _is_card(number: Number) -> bool:
    digits, sizes = number.digits, number.sizes
    if CARD in number.said and 12 <= len(digits) <= 19:
        return True
    if not 15 <= len(digits) <= 19 or not _CARD_START.match(digits):
        return False
    is_grouped = len(sizes) == 1 or all(size == 4 for size in sizes[:-1]) or sizes in ((6, 13), (6, 10), (4, 6, 5))
    is_grouped = (
        is_grouped or set(sizes) == {1} or (min(sizes) > 2 and sizes[0] in (4, 6, 8) and "," not in number.signs)
    )
    is_near = _CARD_NEAR.search(number.before[-16:]) or _CARD_NEAR.search(number.after)
    return is_grouped and (_luhn(digits) or (digits.startswith("62") and is_near is not None))


def spoken_kind(digits: str, said: frozenset[str]) -> str:
    """What digits are of which some are written as words.

    Args:
        digits: five at least.
        said: what the words before call them.

    Returns:
        A kind, "" for a number like any other.
    """
    if len(digits) == 18 or (ID in said and len(digits) == 15):
        return ID
    if CARD in said or len(digits) > 15:
        return CARD if 12 <= len(digits) <= 19 else ""
    if CHAT in said:
        return CHAT
    return PHONE if 10 <= len(digits) <= 15 or (PHONE in said and len(digits) >= 7) else ""


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right is doubled, and the sum of all digits ends in 0."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0
