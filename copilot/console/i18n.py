"""Chinese and English for everything that the console says: one mechanism, `t(zh, en)`.

The console is built once for each language, so a `Texts` is bound when a page is built and needs no request.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from copilot import errors
from copilot.console.sentences import in_chinese

LANGUAGES = ("zh", "en")
COOKIE = "copilot_language"

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# The hour from which each part of the day is named so in Chinese.
_DAY_PARTS_ZH = ((18, "晚上"), (13, "下午"), (11, "中午"), (6, "上午"), (0, "凌晨"))


class Texts:
    """Picks the wording of one language, and writes dates and numbers in it."""

    def __init__(self, language: str) -> None:
        """Bind to `language`, one of `LANGUAGES`."""
        self.language = language

    def __call__(self, zh: str, en: str) -> str:
        """The wording in this language."""
        return zh if self.language == "zh" else en

    def count(self, number: int) -> str:
        """A number with thousands separated."""
        return f"{number:,}"

    def counted(self, number: int, zh: str, one: str, many: str = "") -> str:
        """A number of things: `zh` is the measure and the thing, `one` the English word, `many` its plural if odd."""
        return f"{number:,} " + self(zh, one if number == 1 else many or f"{one}s")

    def size(self, size_bytes: int) -> str:
        """A file's size in KB or MB, for people."""
        if size_bytes < 1_000_000:
            return f"{max(1, round(size_bytes / 1000)):,} KB"
        return f"{size_bytes / 1_000_000:,.1f} MB"

    def moment(self, at: datetime | None, timezone: str = "Asia/Shanghai", *, now: datetime | None = None) -> str:
        """A point in time as people say it: date, weekday, and 上午/晚上 with the hour.

        Args:
            at: aware UTC; None gives "".
            timezone: the IANA name in which it is told.
            now: what "today" means; the year is left out within the same year.
        """
        if at is None:
            return ""
        zone = ZoneInfo(timezone)
        local = at.astimezone(zone)
        today = (now or datetime.now(zone)).astimezone(zone)
        return f"{self._day(local, today)}{' ' if self.language == 'en' else ''}{self._hour(local)}"

    def day(self, at: datetime | None, timezone: str = "Asia/Shanghai", *, now: datetime | None = None) -> str:
        """The date alone, with its weekday."""
        if at is None:
            return ""
        zone = ZoneInfo(timezone)
        return self._day(at.astimezone(zone), (now or datetime.now(zone)).astimezone(zone))

    def clock(self, at: datetime, timezone: str = "Asia/Shanghai") -> str:
        """The time of the day alone, with 上午/晚上."""
        return self._hour(at.astimezone(ZoneInfo(timezone))).strip()

    def span(self, first: datetime | None, last: datetime | None, timezone: str = "Asia/Shanghai") -> str:
        """From the first day to the last."""
        if first is None or last is None:
            return ""
        days = (self.day(first, timezone), self.day(last, timezone))
        return days[0] if days[0] == days[1] else f"{days[0]} – {days[1]}"

    def _day(self, local: datetime, today: datetime) -> str:
        if local.date() == today.date():
            return self("今天", "Today")
        if local.date() == (today - timedelta(days=1)).date():
            return self("昨天", "Yesterday")
        same_year = local.year == today.year
        if self.language == "zh":
            year = "" if same_year else f"{local.year}年"
            return f"{year}{local.month}月{local.day}日 周{_WEEKDAYS_ZH[local.weekday()]}"
        year = "" if same_year else f" {local.year}"
        return f"{_WEEKDAYS_EN[local.weekday()]} {local.day} {local:%b}{year}"

    def _hour(self, local: datetime) -> str:
        if self.language == "en":
            return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
        part = next(name for hour, name in _DAY_PARTS_ZH if local.hour >= hour)
        hour = local.hour - 12 if local.hour > 12 else local.hour
        return f" {part}{hour}:{local:%M}"


def choose_language(cookie: str | None, accept_language: str, otherwise: str = "zh") -> str:
    """The language to show: what the person chose, else the browser's first wish that we speak, else the setting.

    Args:
        cookie: the value of the language cookie, if there is one.
        accept_language: the `Accept-Language` header, with or without weights.
        otherwise: the language where neither says one that we speak.
    """
    if cookie in LANGUAGES:
        return str(cookie)
    wishes: list[tuple[float, int, str]] = []
    for place, item in enumerate(accept_language.split(",")):
        name, _, weight = item.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), place, name.lower()))
        except ValueError:
            continue
    for _, _, name in sorted(wishes):
        for language in LANGUAGES:
            if name == language or name.startswith(f"{language}-"):
                return language
    return otherwise


def explained(t: Texts, words: str) -> str:
    """A sentence of the floors below (why something was skipped, what ended a job) in the person's language."""
    return words if t.language == "en" else in_chinese(words) or words


def describe_error(t: Texts, error: Exception) -> str:
    """An error as one sentence in the person's language. English keeps the error's own words, which name the value
    and the remedy; Chinese says the same, or where it does not know the words what kind of trouble it is.
    """
    words = str(error)
    if t.language == "en" and words:
        return words
    known = in_chinese(words) if isinstance(error, errors.CopilotError) else None
    if known is not None:
        return f"{known}。"
    match error:
        case errors.NotAllowed():
            return t("您的账号不能做这件事；需要的话请找负责人开通。", "Your account may not do this; ask the owner.")
        case errors.Conflict():
            return t("这条内容刚刚被别人改过，请重新打开后再改。", "Someone has just changed this; open it again.")
        case errors.Cancelled():
            return t("已经停下来了。", "This was stopped.")
        case errors.UnknownFormat():
            # The error's own words list every format; the page that shows this does so in Chinese.
            return "认不出这个文件的格式，请对照「怎么导出聊天记录」重新导一份。"
        case errors.BrokenFile():
            lead = "这个文件不完整或已损坏，请重新导出一份"
        case errors.NotFound():
            lead = "找不到它了，可能刚被删除，请刷新页面"
        case errors.Busy():
            lead = "正在被另一个程序占用，请稍后再试"
        case errors.ModelFailed():
            lead = "大模型这次没有用上，请稍后再试，或请负责人在「设置」里看看"
        case errors.StorageFailed():
            lead = "磁盘写不进去了，请检查剩余空间"
        case errors.BadInput():
            lead = "这里的内容还不能用，请检查后再试"
        case _:
            return t("出了点问题，已经记录下来，请再试一次。", "Something went wrong and was logged; please try again.")
    return f"{lead}（{words}）" if words else f"{lead}。"
