"""The chat model, what it is used for and what that comes to, in people's words."""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import Markup

from copilot.console.i18n import Texts
from copilot.console.page import Ui
from copilot.models.providers import PROVIDERS, provider
from copilot.records import Account, ModelSetup, Purpose, Role
from copilot.services.spending import CapUse

# A word of English is about four thirds of what vendors count.
_WORDS_A_TOKEN = 0.75
# A call is refused when what it may cost at most no longer fits, so a cap is never used to its last fen.
_NEARLY = 0.97


def model_line(ui: Ui, account: Account) -> Markup:
    """One line under the greeting where the co-pilot talks without a model; "" where it has one."""
    t = ui.t
    is_owner = account.role is Role.OWNER
    if not ui.app.chat.is_ready:
        words = t(
            "还没有接入大模型：常见的问法它都会答，只是说得没那么自然。",
            "No chat model is connected: the usual questions are answered, in plainer words.",
        )
        go = t("去接入", "Connect one")
    elif is_owner and is_used_up(ui.app.spending.caps(account)[0]):
        words = t(
            "今天给大模型的额度用完了，明天继续；这期间照常能问，只是说得没那么自然。",
            "Today's limit for the chat model is reached; until tomorrow replies come in plainer words.",
        )
        go = t("调整额度", "Change the limit")
    else:
        return Markup("")
    link = Markup('<a href="/{}/settings">{}</a>').format(t.language, go) if is_owner else ""
    return Markup('<p class="aside">{} {}</p>').format(words, link)


def is_used_up(use: CapUse) -> bool:
    """Whether so little is left of a cap that calls are refused or soon will be."""
    yuan, tokens = use.cap.yuan, use.cap.tokens
    return (yuan is not None and use.yuan >= _NEARLY * yuan) or (tokens is not None and use.tokens >= _NEARLY * tokens)


def vendor_name(t: Texts, name: str) -> str:
    """A vendor as people call it."""
    return next((t(one.title_zh, one.title_en) for one in PROVIDERS if one.name == name), name)


def setup_name(t: Texts, setup: ModelSetup) -> str:
    """Vendor and model; where the vendor is none that we know, the host in its place."""
    known = provider(setup.vendor).base_url if setup.vendor in {one.name for one in PROVIDERS} else ""
    whose = vendor_name(t, setup.vendor) if known else urlsplit(setup.base_url).netloc
    return f"{whose} · {setup.model}"


def purpose_name(t: Texts, purpose: Purpose) -> str:
    """What a model is called for."""
    return {
        Purpose.ANSWER: t("回答问题", "Answering questions"),
        Purpose.UNDERSTAND: t("看懂问题", "Understanding questions"),
        Purpose.VARIANTS: t("给问答想别的问法", "Thinking of other wordings"),
        Purpose.ASSISTANT: t("对话", "Conversations"),
        Purpose.DRAFT: t("起草和改写", "Drafting and rewording"),
        Purpose.SUMMARY: t("概括对话", "Summing up conversations"),
        Purpose.JUDGE: t("判断", "Judging"),
        Purpose.TEST: t("试一试", "Testing"),
        Purpose.EMBED: t("按意思整理内容", "Preparing search by meaning"),
    }[purpose]


def amount(t: Texts, tokens: int) -> str:
    """How much text was read and written, roughly: characters in Chinese, words in English."""
    if t.language == "en":
        words = round(tokens * _WORDS_A_TOKEN)
        return f"about {words:,} words" if words < 10_000 else f"about {round(words, -3):,} words"
    return f"约 {tokens:,} 字" if tokens < 10_000 else f"约 {tokens / 10_000:.1f} 万字"


def tokens_of(t: Texts, amount: float) -> int:
    """What vendors would count for an amount of text, in 万字 or in thousands of English words."""
    return round(amount * (10_000 if t.language == "zh" else 1000 / _WORDS_A_TOKEN))


def money(t: Texts, yuan: float) -> str:
    """A sum of money; what is less than a fen is said so."""
    if 0 < yuan < 0.01:
        return t("不到 1 分", "under ¥0.01")
    return t(f"{yuan:,.2f} 元", f"¥{yuan:,.2f}")
