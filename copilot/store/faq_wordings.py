"""Further wordings of FAQ entries that a model thought of. They belong to a question as it stands: when that changes,
they count no more, and new ones are due."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.records import FaqEntry
from copilot.store import changes, knowledge
from copilot.store.changes import ChangeKind
from copilot.store.tables import community, faq_entry, faq_wording
from copilot.text.fold import folded

# A query takes some ten thousand values at most.
_AT_ONCE = 5000


def save(connection: Connection, entry: FaqEntry, wordings: Sequence[str]) -> None:
    """Keep what was thought of for an entry's question, and have the indexes look at it; none is kept as such too, so
    that nobody asks again."""
    connection.execute(sa.delete(faq_wording).where(faq_wording.c.entry_id == entry.id))
    key = _key(entry.question)
    connection.execute(
        sa.insert(faq_wording),
        [{"entry_id": entry.id, "question_hash": key, "text": text} for text in (wordings or ("",))],
    )
    if wordings:
        changes.log(
            connection,
            ChangeKind.FAQ,
            community_id=entry.community_id,
            group_id=entry.group_id,
            item_id=entry.id,
        )


def wordings(connection: Connection, entry_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The wordings of entries' questions as they stand, by the entries' ids."""
    wanted = list(entry_ids)
    found: dict[int, list[str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(
            sa.select(faq_wording.c.entry_id, faq_wording.c.question_hash, faq_wording.c.text, faq_entry.c.question)
            .join(faq_entry, faq_entry.c.id == faq_wording.c.entry_id)
            .where(faq_wording.c.entry_id.in_(wanted[start : start + _AT_ONCE]), faq_wording.c.text != "")
            .order_by(faq_wording.c.id)
        )
        for row in rows:
            if row.question_hash == _key(row.question):
                found.setdefault(row.entry_id, []).append(row.text)
    return {entry_id: tuple(texts) for entry_id, texts in found.items()}


def due(connection: Connection, *, limit: int) -> list[FaqEntry]:
    """Entries for whose question nothing was thought of yet, the newest first; those of samples never are."""
    latest = (
        sa.select(faq_wording.c.entry_id, sa.func.max(faq_wording.c.question_hash).label("question_hash"))
        .group_by(faq_wording.c.entry_id)
        .subquery()
    )
    rows = connection.execute(
        sa.select(faq_entry.c.id, faq_entry.c.question, latest.c.question_hash)
        .join(community, community.c.id == faq_entry.c.community_id)
        .outerjoin(latest, latest.c.entry_id == faq_entry.c.id)
        .where(community.c.is_sample.is_(False))
        .order_by(faq_entry.c.id.desc())
    )
    ids: list[int] = []
    for row in rows:
        if row.question_hash != _key(row.question):
            ids.append(row.id)
            if len(ids) == limit:
                break
    found = knowledge.some(connection, FaqEntry, ids)
    return [found[entry_id] for entry_id in ids]


def _key(question: str) -> str:
    return hashlib.sha256(" ".join(folded(question).split()).encode(errors="surrogatepass")).hexdigest()
