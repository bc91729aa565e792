"""What things are: frozen, typed, with no behaviour beyond derived values."""

from copilot.records.account import Account, Role
from copilot.records.answer import (
    Answer,
    Citation,
    Explanation,
    Hit,
    Passage,
    Silence,
    SilenceReason,
    Source,
    SourceKind,
)
from copilot.records.chat import CoveredSpan, Message, MessageKind, Skipped, SourceMessage
from copilot.records.community import Community, Group, Member, Platform, Profile, Tone
from copilot.records.evidence import Evidence, Side
from copilot.records.knowledge import Document, FaqEntry, Knowledge, Rule
from copilot.records.learning import Confirmation, Learned
from copilot.records.work import ImportReport, Job, JobState

__all__ = [
    "Account",
    "Answer",
    "Citation",
    "Community",
    "Confirmation",
    "CoveredSpan",
    "Document",
    "Evidence",
    "Explanation",
    "FaqEntry",
    "Group",
    "Hit",
    "ImportReport",
    "Job",
    "JobState",
    "Knowledge",
    "Learned",
    "Member",
    "Message",
    "MessageKind",
    "Passage",
    "Platform",
    "Profile",
    "Role",
    "Rule",
    "Side",
    "Silence",
    "SilenceReason",
    "Skipped",
    "Source",
    "SourceKind",
    "SourceMessage",
    "Tone",
]
