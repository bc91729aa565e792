"""Numbers, prices, times and dates in a text, in a form in which Chinese and English ones can be compared.

九点 and 9:00, 一百元 and ¥100, 周末 and Saturday, 九五折 and 5 % off come to the same. What is not understood is a
plain number, which matches any other of the same value. It does no sums: what two numbers amount to is in neither.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from copilot.answering.amounts import read_amounts
from copilot.answering.moments import read_moments
from copilot.answering.scanning import Kind, Quantity, Scan

__all__ = ["Kind", "Quantity", "covers", "quantities"]

# "一点" is a bit, "一块" is together, "千万" is by all means: no numbers.
_IDIOMS = re.compile(
    r"千万(?=[别不要记请勿])|万一|一一|十分(?!钟|之)|[早晚多少快慢有差]一点|一点[儿也都]|一块(?!钱|[一二三四五六七八九\d])|"
    r"三[思番]|七七八八|一般|一定|一直|一起|一样|一下|一些|一共|一边|统一|唯一|第一时间"
    r"|\bone of\b|\bno one\b|\beveryone\b"
)
_ASIDE = re.compile(r"https?://[^\s<>，。；）]+|www\.[^\s<>，。；）]+|[\w.+-]+@[\w-]+\.[\w.]+")


def quantities(text: str, on: date | None = None) -> list[Quantity]:
    """Read the numbers of a text.

    Args:
        text: raw text.
        on: the day on which it was written, by which "明天" is a date; None where that is not known.

    Returns:
        The numbers in their order.
    """
    scan = Scan(text, on)
    for pattern in (_ASIDE, _IDIOMS):
        scan.take(pattern, lambda match: None)
    read_moments(scan)
    read_amounts(scan)
    return sorted(scan.found, key=lambda one: one.at)


def covers(there: Sequence[Quantity], one: Quantity) -> bool:
    """Whether a number stands among others, in whatever language or form."""
    return one.implied or any(_agree(one, other) for other in there)


def _agree(one: Quantity, other: Quantity) -> bool:
    if one.kind is other.kind:
        return bool(one.values & other.values)
    match (one.kind, other.kind):
        case (Kind.PLAIN, _):
            return bool(one.values & (other.raw | other.values))
        case (_, Kind.PLAIN):
            return bool((one.raw | one.values) & other.values)
        case (Kind.AGE, Kind.MONTHS) | (Kind.MONTHS, Kind.AGE):
            return bool(one.raw & other.raw)
        case (Kind.DAY, Kind.DATE):
            return any(value in {date_ % 100 for date_ in other.values} for value in one.values)
        case (Kind.MONTH, Kind.DATE):
            return any(value in {date_ // 100 for date_ in other.values} for value in one.values)
    return False
