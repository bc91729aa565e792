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
from copilot.records.dialogue import Dialogue, Step, Turn
from copilot.records.evidence import Evidence, Side
from copilot.records.knowledge import Document, FaqEntry, Knowledge, Rule
from copilot.records.learning import Confirmation, Learned
from copilot.records.model import Abilities, Cap, ModelCall, ModelSetup, Outcome, Purpose
from copilot.records.proposal import Proposal, ProposalKind, ProposalState
from copilot.records.work import ImportReport, Job, JobState

__all__ = [
    "Abilities",
    "Account",
    "Answer",
    "Cap",
    "Citation",
    "Community",
    "Confirmation",
    "CoveredSpan",
    "Dialogue",
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
    "ModelCall",
    "ModelSetup",
    "Outcome",
    "Passage",
    "Platform",
    "Profile",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "Purpose",
    "Role",
    "Rule",
    "Side",
    "Silence",
    "SilenceReason",
    "Skipped",
    "Source",
    "SourceKind",
    "SourceMessage",
    "Step",
    "Tone",
    "Turn",
]
