"""Dialogues of accounts with the co-pilot, and their turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import NotFound
from copilot.records import Dialogue, Outcome, Step, Turn
from copilot.store import citations
from copilot.store.engine import inserted_id
from copilot.store.tables import dialogue, turn


def add(connection: Connection, one: Dialogue) -> Dialogue:
    """Begin a dialogue."""
    row = connection.execute(
        sa.insert(dialogue).values(
            account_id=one.account_id,
            community_id=one.community_id,
            group_id=one.group_id,
            title=one.title,
            summary=one.summary,
            summarised_id=one.summarised_id,
            created_at=one.created_at,
            changed_at=one.changed_at,
        )
    )
    return replace(one, id=inserted_id(row))


def get(connection: Connection, dialogue_id: int) -> Dialogue:
    """One dialogue.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(dialogue).where(dialogue.c.id == dialogue_id)).first()
    if row is None:
        raise NotFound(f"there is no dialogue {dialogue_id}; it may have been removed meanwhile, begin a new one")
    return _record(row)


def of_account(
    connection: Connection,
    account_id: int,
    *,
    community_id: int | None = None,
    group_id: int | None = None,
    limit: int = 50,
) -> list[Dialogue]:
    """An account's dialogues in which something was said, the latest first; of one community or group where named."""
    query = sa.select(dialogue).where(
        dialogue.c.account_id == account_id, sa.exists().where(turn.c.dialogue_id == dialogue.c.id)
    )
    if community_id is not None:
        query = query.where(dialogue.c.community_id == community_id)
    if group_id is not None:
        query = query.where(dialogue.c.group_id == group_id)
    rows = connection.execute(query.order_by(dialogue.c.changed_at.desc(), dialogue.c.id.desc()).limit(limit))
    return [_record(row) for row in rows]


def rename(connection: Connection, dialogue_id: int, title: str) -> None:
    """Give a dialogue another title."""
    connection.execute(sa.update(dialogue).where(dialogue.c.id == dialogue_id).values(title=title))


def remove(connection: Connection, dialogue_id: int) -> None:
    """Delete a dialogue with its turns."""
    connection.execute(sa.delete(dialogue).where(dialogue.c.id == dialogue_id))


def remove_empty(connection: Connection, account_id: int, before: datetime) -> None:
    """Delete an account's dialogues that were begun before some time and in which nothing was said."""
    connection.execute(
        sa.delete(dialogue).where(
            dialogue.c.account_id == account_id,
            dialogue.c.created_at < before,
            ~sa.exists().where(turn.c.dialogue_id == dialogue.c.id),
        )
    )


def add_turn(connection: Connection, one: Turn) -> Turn:
    """Write a turn behind those of its dialogue, which counts as changed then."""
    row = connection.execute(
        sa.insert(turn).values(
            dialogue_id=one.dialogue_id,
            at=one.at,
            asked=one.asked,
            said=one.said,
            outcome=one.outcome.value,
            details={
                "steps": [
                    {
                        "tool": step.tool,
                        "arguments": step.arguments,
                        "found": step.found,
                        "citations": citations.to_json(step.citations),
                    }
                    for step in one.steps
                ],
                "citations": citations.to_json(one.citations),
                "proposal_ids": list(one.proposal_ids),
                "choices": list(one.choices),
                "group_ids": None if one.group_ids is None else list(one.group_ids),
                "choices_act": one.choices_act,
            },
        )
    )
    connection.execute(sa.update(dialogue).where(dialogue.c.id == one.dialogue_id).values(changed_at=one.at))
    return replace(one, id=inserted_id(row))


def turns(connection: Connection, dialogue_id: int, *, after_id: int = 0, limit: int | None = None) -> list[Turn]:
    """A dialogue's turns after one with an id, in order; only the last `limit` of them where that is given."""
    query = sa.select(turn).where(turn.c.dialogue_id == dialogue_id, turn.c.id > after_id)
    rows = connection.execute(query.order_by(turn.c.id.desc()).limit(limit)).all()
    return [_turn(row) for row in reversed(rows)]


def save_summary(connection: Connection, dialogue_id: int, summary: str, summarised_id: int) -> bool:
    """Keep what stands for the turns up to one; False where another summary reaches as far already."""
    changed = connection.execute(
        sa.update(dialogue)
        .where(dialogue.c.id == dialogue_id, dialogue.c.summarised_id < summarised_id)
        .values(summary=summary, summarised_id=summarised_id)
    )
    return bool(changed.rowcount)


def _record(row: Row[tuple[object, ...]]) -> Dialogue:
    return Dialogue(
        id=row.id,
        account_id=row.account_id,
        community_id=row.community_id,
        group_id=row.group_id,
        title=row.title,
        summary=row.summary,
        summarised_id=row.summarised_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _turn(row: Row[tuple[object, ...]]) -> Turn:
    details = row.details
    return Turn(
        id=row.id,
        dialogue_id=row.dialogue_id,
        at=row.at,
        asked=row.asked,
        said=row.said,
        outcome=Outcome(row.outcome),
        steps=tuple(
            Step(
                tool=step["tool"],
                arguments=step["arguments"],
                found=step["found"],
                citations=citations.from_json(step["citations"]),
            )
            for step in details["steps"]
        ),
        citations=citations.from_json(details["citations"]),
        proposal_ids=tuple(details["proposal_ids"]),
        choices=tuple(details["choices"]),
        group_ids=None if details.get("group_ids") is None else tuple(details["group_ids"]),
        # Rows of earlier versions do not say.
        choices_act=details.get("choices_act", False),
    )
