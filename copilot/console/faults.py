"""What is wrong with a form, field by field, in the person's language."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console.i18n import Texts
from copilot.knowledge.validation import Fault


def field_name(t: Texts, field: str) -> str:
    """A field of a profile, rule, entry or document as its label says it."""
    names = {
        "question": t("问题", "Question"),
        "answer": t("答案", "Answer"),
        "variants": t("其他问法", "Other wordings"),
        "tags": t("标签", "Tags"),
        "expires_on": t("有效期", "Valid until"),
        "number": t("条号", "Number"),
        "text": t("内容", "Text"),
        "name": t("名字", "Name"),
        "platform": t("平台", "Platform"),
        "theme": t("主题", "Theme"),
        "positioning": t("定位", "Positioning"),
        "goals": t("目标", "Goals"),
        "audience": t("面向谁", "Audience"),
        "quiet_hours": t("安静时段", "Quiet hours"),
        "language": t("语言", "Language"),
        "timezone": t("时区", "Timezone"),
        "tone": t("语气", "Tone"),
    }
    return names.get(field, field)


def said(t: Texts, fault: Fault) -> str:
    """One fault as a sentence. English keeps the fault's own words."""
    words = fault.sentence
    if t.language == "en":
        return words[:1].upper() + words[1:] + "."
    name = field_name(t, fault.field)
    if "missing" in words or "has no name" in words or "is empty" in words:
        return f"「{name}」还没有写。"
    if "more than" in words:
        return f"「{name}」太长或太多了，请精简一些。"
    if "is asked by" in words:
        return "这个问法别的问答里已经有了，只留一处就好。"
    if "already" in words:
        return f"这个{name}已经有了，请换一个。"
    if fault.field == "quiet_hours":
        return "「安静时段」请写成 22:30-08:00 这样。"
    if fault.field == "expires_on":
        return "「有效期」请写成 2026-12-31 这样，长期有效就留空。"
    return f"「{name}」不对，请检查。（{words}）"


def problems(t: Texts, faults: Sequence[Fault]) -> str:
    """All faults as one block; "" for none."""
    return problem(" ".join(said(t, fault) for fault in faults)) if faults else ""


def problem(words: str) -> str:
    """One sentence as a block that stands in its form."""
    return str(Markup('<p class="problem" role="alert">{}</p>').format(words)) if words else ""
