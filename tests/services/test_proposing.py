"""Proposals wait for people: rights, versions, and what others may see of their evidence."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from copilot.bootstrap import App
from copilot.errors import BadInput, Conflict, CopilotError, NotAllowed, NotFound
from copilot.records import Account, Citation, Proposal, ProposalKind, ProposalState, Role, Source, SourceKind
from copilot.services.proposing import LONGEST_REASON, LONGEST_TEXT, Proposing
from copilot.services.rights import SYSTEM
from tests.conftest import NOW
from tests.services.conftest import Room

MING = Account(id=1, name="小明", role=Role.MODERATOR)
GUEST = Account(id=3, name="访客", role=Role.VIEWER)


@pytest.fixture
def proposing(app: App) -> Proposing:
    return Proposing(app.store, clock=lambda: NOW)


@pytest.fixture
def waiting(room: Room, proposing: Proposing) -> Proposal:
    return proposing.propose(MING, ProposalKind.ANNOUNCE, room.group_id, " 周六两点 ", reason="小明请我写的")


def cited(community_id: int, group_id: int | None) -> Citation:
    kind = SourceKind.FAQ if group_id is None else SourceKind.HISTORY
    source = Source(kind=kind, id=1, community_id=community_id, group_id=group_id)
    return Citation(source=source, title="出处", words="两点", sent_at=NOW)


def test_a_proposal_comes_back_as_it_was(proposing: Proposing, waiting: Proposal) -> None:
    assert proposing.get(MING, waiting.id) == waiting
    assert (waiting.text, waiting.reason, waiting.created_at) == ("周六两点", "小明请我写的", NOW)
    assert (waiting.kind, waiting.state, waiting.version) == (ProposalKind.ANNOUNCE, ProposalState.PENDING, 1)
    assert waiting.account_id == MING.id
    assert proposing.pending(MING) == 1


def test_evidence_of_other_groups_is_left_out(proposing: Proposing, room: Room, waiting: Proposal) -> None:
    here, other = waiting.community_id, room.group_id + 1
    given = [cited(here, None), cited(here, room.group_id), cited(here, other), cited(here + 1, None)]
    made = proposing.propose(MING, ProposalKind.SEND_MESSAGE, room.group_id, "好", reason="", evidence=given)
    assert proposing.get(MING, made.id).evidence == tuple(given[:2])


def test_the_same_text_waits_once(proposing: Proposing, room: Room, waiting: Proposal) -> None:
    def again(kind: ProposalKind = ProposalKind.ANNOUNCE, text: str = waiting.text) -> Proposal:
        return proposing.propose(MING, kind, room.group_id, text, reason="又说了一次")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: again(), range(8))) == [waiting] * 8
        made = set(pool.map(lambda _: again(text="周日两点").id, range(8)))
    assert len(made) == 1
    assert again(kind=ProposalKind.SEND_MESSAGE).id not in {waiting.id, *made}
    proposing.reject(MING, waiting.id, waiting.version)
    assert again().id != waiting.id


def test_an_edit_names_the_version_that_it_saw(proposing: Proposing, waiting: Proposal) -> None:
    edited = proposing.edit(MING, waiting.id, "周六三点", waiting.version)
    assert (edited.text, edited.version) == ("周六三点", 2)
    with pytest.raises(Conflict, match="changed meanwhile"):
        proposing.edit(MING, waiting.id, "周六四点", waiting.version)
    with pytest.raises(Conflict, match="changed meanwhile"):
        proposing.hand_off(MING, waiting.id, waiting.version)
    assert proposing.get(MING, waiting.id) == edited


@pytest.mark.parametrize("verb", ["hand_off", "reject"])
def test_a_decision_stands(proposing: Proposing, waiting: Proposal, verb: str) -> None:
    decided = getattr(proposing, verb)(MING, waiting.id, 1)
    state = {"hand_off": ProposalState.HANDED_OFF, "reject": ProposalState.REJECTED}[verb]
    assert (decided.state, decided.decided_by, decided.decided_at) == (state, MING.id, NOW)
    assert proposing.get(MING, waiting.id) == decided
    assert proposing.all_of(MING, state=ProposalState.PENDING) == []
    assert proposing.all_of(MING, state=state) == [decided]
    assert proposing.pending(MING) == 0
    for again in (
        lambda: proposing.hand_off(MING, waiting.id, 2),
        lambda: proposing.reject(MING, waiting.id, 2),
        lambda: proposing.edit(MING, waiting.id, "周日", 2),
    ):
        with pytest.raises(Conflict, match="decided meanwhile"):
            again()


@pytest.mark.parametrize("verb", ["hand_off", "reject"])
def test_a_decision_by_mistake_is_taken_back(proposing: Proposing, waiting: Proposal, verb: str) -> None:
    decided = getattr(proposing, verb)(MING, waiting.id, waiting.version)
    with pytest.raises(Conflict, match="changed meanwhile"):
        proposing.take_back(MING, waiting.id, waiting.version)
    again = proposing.take_back(MING, waiting.id, decided.version)
    assert again == replace(waiting, version=3)
    assert proposing.get(MING, waiting.id) == again
    with pytest.raises(Conflict, match="changed meanwhile"):
        proposing.take_back(MING, waiting.id, again.version)


def test_whoever_may_only_read_decides_nothing(proposing: Proposing, room: Room, waiting: Proposal) -> None:
    assert proposing.all_of(GUEST, group_id=room.group_id) == [waiting]
    for refused in (
        lambda: proposing.propose(GUEST, ProposalKind.ANNOUNCE, room.group_id, "好", reason=""),
        lambda: proposing.edit(GUEST, waiting.id, "好", 1),
        lambda: proposing.hand_off(GUEST, waiting.id, 1),
        lambda: proposing.reject(GUEST, waiting.id, 1),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_other_groups_stay_out_of_sight(
    proposing: Proposing, room: Room, waiting: Proposal, make_room: Callable[[str], Room]
) -> None:
    other = make_room("别的群")
    limited = replace(MING, group_ids=frozenset({other.group_id}))
    assert proposing.all_of(limited) == []
    assert proposing.pending(limited) == 0
    for refused in (
        lambda: proposing.get(limited, waiting.id),
        lambda: proposing.all_of(limited, group_id=room.group_id),
        lambda: proposing.all_of(limited, community_id=waiting.community_id),
        lambda: proposing.reject(limited, waiting.id, 1),
        lambda: proposing.propose(limited, ProposalKind.ANNOUNCE, room.group_id, "好", reason=""),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert proposing.all_of(MING, community_id=waiting.community_id) == [waiting]


@pytest.mark.parametrize(
    ("text", "error"), [("", BadInput), (" \0\n", BadInput), ("字" * (LONGEST_TEXT + 1), BadInput)]
)
def test_a_text_has_a_length(
    proposing: Proposing, waiting: Proposal, room: Room, text: str, error: type[CopilotError]
) -> None:
    with pytest.raises(error, match="characters"):
        proposing.propose(MING, ProposalKind.ANNOUNCE, room.group_id, text, reason="")
    with pytest.raises(error, match="characters"):
        proposing.edit(MING, waiting.id, text, 1)
    assert proposing.all_of(MING) == [waiting]


def test_a_long_reason_is_shortened(proposing: Proposing, room: Room) -> None:
    made = proposing.propose(MING, ProposalKind.ANNOUNCE, room.group_id, "好", reason="因为" * 900)
    assert len(made.reason) == LONGEST_REASON


def test_a_removed_group_takes_its_proposals_along(proposing: Proposing, room: Room, waiting: Proposal) -> None:
    room.app.groups.delete_group(SYSTEM, room.group_id)
    with pytest.raises(NotFound, match="its group may have been removed"):
        proposing.get(MING, waiting.id)
    with pytest.raises(NotFound):
        proposing.propose(MING, ProposalKind.ANNOUNCE, room.group_id, "好", reason="")
