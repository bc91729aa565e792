"""What the co-pilot wants to do, and what people decide on it. Nothing is sent: a person copies the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from copilot.errors import BadInput, Conflict
from copilot.records import Account, Citation, Proposal, ProposalKind, ProposalState, Role
from copilot.services.rights import need, need_community
from copilot.store import Connection, Store, groups, proposals

LONGEST_TEXT = 4000
LONGEST_REASON = 600


def _now() -> datetime:
    return datetime.now(UTC)


class Proposing:
    """The use cases around proposals.

    Args:
        store: where they are kept.
        clock: tells the time.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._clock = clock

    def propose(
        self,
        account: Account,
        kind: ProposalKind,
        group_id: int,
        text: str,
        *,
        reason: str,
        evidence: Iterable[Citation] = (),
    ) -> Proposal:
        """Leave a text for a group, for a person to decide on. The same text waits only once: then that one is given.

        Args:
            account: in whose name.
            kind: what would be done with it.
            group_id: the group that would read it.
            text: plain text, as members would read it.
            reason: why, in a sentence.
            evidence: what it rests on; what belongs to another group is left out, since other people decide here.

        Raises:
            BadInput: the text is empty or too long.
            NotFound: the group is gone.
            NotAllowed: the account may not decide in the group.
        """
        need(account, Role.MODERATOR, group_id)
        kept = _text(text)
        with self._store.write() as connection:
            group = groups.get(connection, group_id)
            own = [
                one
                for one in evidence
                if one.source.community_id == group.community_id and one.source.group_id in (None, group_id)
            ]
            return proposals.waiting(connection, kind, group_id, kept) or proposals.add(
                connection,
                Proposal(
                    kind=kind,
                    community_id=group.community_id,
                    group_id=group_id,
                    text=kept,
                    reason=_shortened(reason),
                    evidence=tuple(own),
                    account_id=account.id or None,
                    created_at=self._clock(),
                ),
            )

    def all_of(
        self,
        account: Account,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        state: ProposalState | None = None,
        limit: int = 100,
    ) -> list[Proposal]:
        """The proposals for the groups that the account may see, the latest first.

        Args:
            group_id: only for this group. `community_id`: only for this community's groups.
            state: only in this state.
        """
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            wanted = _visible(connection, account, group_id, community_id)
            return proposals.of_groups(connection, wanted, state=state, limit=limit)

    def pending(self, account: Account, *, group_id: int | None = None, community_id: int | None = None) -> int:
        """How many proposals wait for a person, of those that `all_of` would give."""
        need(account, Role.VIEWER, group_id)
        with self._store.read() as connection:
            wanted = _visible(connection, account, group_id, community_id)
            return proposals.count(connection, wanted, ProposalState.PENDING)

    def get(self, account: Account, proposal_id: int) -> Proposal:
        """One proposal.

        Raises:
            NotFound: it is gone.
            NotAllowed: the account may not see its group.
        """
        with self._store.read() as connection:
            found = proposals.get(connection, proposal_id)
        need(account, Role.VIEWER, found.group_id)
        return found

    def edit(self, account: Account, proposal_id: int, text: str, version: int) -> Proposal:
        """Change the text of a proposal that waits.

        Args:
            version: the version that was seen.

        Raises:
            BadInput: the text is empty or too long.
            Conflict: it was changed or decided meanwhile.
        """
        kept = _text(text)
        with self._store.write() as connection:
            found = _waiting(connection, account, proposal_id, version)
            changed = replace(found, text=kept, version=found.version + 1)
            proposals.save(connection, changed)
        return changed

    def hand_off(self, account: Account, proposal_id: int, version: int) -> Proposal:
        """Note that a person has sent the text themselves.

        Raises:
            Conflict: it was changed or decided meanwhile.
        """
        return self._decide(account, proposal_id, version, ProposalState.HANDED_OFF)

    def reject(self, account: Account, proposal_id: int, version: int) -> Proposal:
        """Note that the text is not wanted.

        Raises:
            Conflict: it was changed or decided meanwhile.
        """
        return self._decide(account, proposal_id, version, ProposalState.REJECTED)

    def take_back(self, account: Account, proposal_id: int, version: int) -> Proposal:
        """Let a proposal wait again that was noted as sent or not wanted by mistake.

        Raises:
            Conflict: it waits already, or was changed meanwhile.
        """
        with self._store.write() as connection:
            found = proposals.get(connection, proposal_id)
            need(account, Role.MODERATOR, found.group_id)
            if found.state is ProposalState.PENDING or found.version != version:
                raise Conflict(f"proposal {proposal_id} was changed meanwhile; load the list again")
            changed = replace(
                found, state=ProposalState.PENDING, decided_by=None, decided_at=None, version=found.version + 1
            )
            proposals.save(connection, changed)
        return changed

    def _decide(self, account: Account, proposal_id: int, version: int, state: ProposalState) -> Proposal:
        with self._store.write() as connection:
            found = _waiting(connection, account, proposal_id, version)
            changed = replace(
                found,
                state=state,
                decided_by=account.id or None,
                decided_at=self._clock(),
                version=found.version + 1,
            )
            proposals.save(connection, changed)
        return changed


def _visible(connection: Connection, account: Account, group_id: int | None, community_id: int | None) -> list[int]:
    if group_id is not None:
        return [groups.get(connection, group_id).id]
    if community_id is not None:
        need_community(connection, account, community_id)
    return [group.id for group in groups.all_of(connection, community_id) if account.sees(group.id)]


def _waiting(connection: Connection, account: Account, proposal_id: int, version: int) -> Proposal:
    """A proposal on which the account may decide, if it is still as it was seen."""
    found = proposals.get(connection, proposal_id)
    need(account, Role.MODERATOR, found.group_id)
    if found.state is not ProposalState.PENDING:
        raise Conflict(f"proposal {proposal_id} was decided meanwhile; load the list again")
    if found.version != version:
        raise Conflict(f"proposal {proposal_id} was changed meanwhile; load the list again and look at it once more")
    return found


def _text(text: str) -> str:
    kept = text.replace("\0", "").strip()
    if not 0 < len(kept) <= LONGEST_TEXT:
        raise BadInput(f"the text for the group has {len(kept)} characters; it takes 1 to {LONGEST_TEXT}")
    return kept


def _shortened(reason: str) -> str:
    kept = " ".join(reason.replace("\0", "").split())
    return kept if len(kept) <= LONGEST_REASON else f"{kept[: LONGEST_REASON - 1]}…"
