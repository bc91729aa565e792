"""What is wrong with a form, field by field, in the person's language."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console.i18n import Texts
from copilot.console.sentences import in_chinese
from copilot.console.wordings import FIELDS
from copilot.knowledge.validation import Fault

_ENGLISH = {"variants": "Other wordings", "expires_on": "Valid until"}


def field_name(t: Texts, field: str) -> str:
    """A field of a profile, rule, entry or document as its label says it."""
    english = field.replace("_", " ").capitalize() if field in FIELDS else field
    return t(FIELDS.get(field, field), _ENGLISH.get(field, english))


def said(t: Texts, fault: Fault) -> str:
    """One fault as a sentence. English keeps the fault's own words."""
    words = fault.sentence
    if t.language == "en":
        return words[:1].upper() + words[1:] + "."
    return f"{in_chinese(words) or words}。"


def problems(t: Texts, faults: Sequence[Fault]) -> str:
    """All faults as one block; "" for none."""
    return problem(" ".join(said(t, fault) for fault in faults)) if faults else ""


def problem(words: str) -> str:
    """One sentence as a block that stands in its form."""
    return str(Markup('<p class="problem" role="alert">{}</p>').format(words)) if words else ""
