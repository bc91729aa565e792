"""A question in, an answer with its sources or the reason for silence out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from copilot.answering.answer import FaqFound, Findings, answer_question
from copilot.answering.gate import Gate
from copilot.answering.replies import HistoryFound
from copilot.errors import BadInput, BrokenFile
from copilot.knowledge.profiles import effective
from copilot.records import (
    Account,
    Answer,
    Hit,
    Outcome,
    Profile,
    Role,
    Silence,
    SilenceReason,
    Source,
    Turn,
)
from copilot.retrieval.retriever import Retrieved, Retriever
from copilot.services.opening import Link, Opened, open_source
from copilot.services.rights import need, need_community
from copilot.services.wording import Chat, Task, Wording
from copilot.store import Store, communities, groups
from copilot.text.tokens import tokens

__all__ = ["LONGEST_QUESTION", "Asking", "Link", "Opened"]

LONGEST_QUESTION = 2000
# So many of what was found say which words they share with the question.
EXPLAINED = 5
# Of a very long text the beginning says which words it shares.
_TELLING = 20_000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a question is asked: the community, the group if it is one, and the groups whose words may answer."""

    community_id: int
    group_id: int | None
    visible: tuple[int, ...]
    profile: Profile


class Asking:
    """The use case of asking.

    Args:
        store: where everything is.
        retriever: finds what may answer.
        timezone: where no profile says one.
        clock: tells the time; entries expire by it.
        chat: words answers and reads what was found, where a model is chosen.
    """

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        *,
        timezone: str,
        clock: Callable[[], datetime] = _now,
        chat: Chat | None = None,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._timezone = timezone
        self._clock = clock
        self._wording = Wording(chat) if chat is not None else None

    def ask(
        self,
        account: Account,
        question: str,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        in_console: bool = True,
        before: Sequence[Turn] = (),
    ) -> Answer | Silence:
        """Answer a question from what a group, or a whole community, knows and has said.

        Args:
            account: who asks; only what they may see answers.
            question: as typed.
            group_id: the group in which it is asked: its own knowledge and history, and the community's knowledge.
            community_id: instead, a whole community: its knowledge and all of its groups that the account may see.
            in_console: False reads it as a message in the group, which may be no question at all.
            before: what was said before in this conversation, oldest first; it needs a model to count.

        Raises:
            BadInput: neither or both of group and community are named, or the question is too long.
            NotAllowed: the account may not see the group or any group of the community.
            Busy: the index is being built.
        """
        where = self._place(account, question, group_id, community_id)
        *_, result = self._answer(account, question, where, in_console=in_console, before=before, streaming=False)
        if isinstance(result, str):
            raise TypeError("an answer ends with its result")
        return result

    def ask_streaming(
        self,
        account: Account,
        question: str,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        before: Sequence[Turn] = (),
    ) -> Iterator[str | Answer | Silence]:
        """Answer an admin's question as `ask` does, line by line where a model words it.

        Returns:
            Lines of the answer as soon as each has been checked, and last the result, which counts: it may say
            something else where the model failed on the way. Closing the iterator ends the request to the model.

        Raises:
            BadInput, NotAllowed, Busy: as `ask`.
        """
        where = self._place(account, question, group_id, community_id)
        return self._answer(account, question, where, in_console=True, before=before, streaming=True)

    def _answer(
        self,
        account: Account,
        question: str,
        where: _Place,
        *,
        in_console: bool,
        before: Sequence[Turn],
        streaming: bool,
    ) -> Iterator[str | Answer | Silence]:
        if not question.strip():
            yield Silence(question=question, reason=SilenceReason.EMPTY)
            return
        found = self._find(question, where)
        findings = _findings(found)
        today = self._clock().astimezone(ZoneInfo(where.profile.timezone or self._timezone)).date()
        judged = self._gate.in_scope(question, found.evidence)

        def decide(words: str, findings: Findings) -> Answer | Silence:
            try:
                return answer_question(
                    words, findings, judged, today=today, profile=where.profile, in_console=in_console
                )
            except BrokenFile as error:
                # How rare a word is is looked up while answering.
                raise self._retriever.damaged() from error

        base = decide(question, findings)
        if self._wording is None or not self._wording.is_ready:
            result = replace(base, why=replace(base.why, outcome=Outcome.NO_MODEL.value))
            yield _explained(result, found, question)
            return
        task = Task(
            question=question,
            before=tuple(before),
            profile=where.profile,
            today=today,
            in_console=in_console,
            passed=judged.passed,
            community_id=where.community_id,
            group_id=where.group_id,
            account_id=account.id or None,
            findings=findings,
            base=base,
            find=lambda words: _findings(self._find(words, where)),
            decide=decide,
        )
        try:
            for one in self._wording.answer(task, streaming=streaming):
                yield one if isinstance(one, str) else _explained(one, found, question)
        except BrokenFile as error:
            raise self._retriever.damaged() from error

    def _find(self, words: str, where: _Place) -> Retrieved:
        language = where.profile.language or "zh"
        return self._retriever.retrieve(words, where.community_id, where.visible, language=language)

    @cached_property
    def _gate(self) -> Gate:
        # Loaded at the first question: an import or a backup does not need it.
        return Gate.load_default()

    def open_source(self, account: Account, source: Source, *, before: int = 10, after: int = 10) -> Opened:
        """Show a source where it stands.

        Raises:
            NotFound: it is gone.
            NotAllowed: the account may not see its group.
        """
        return open_source(self._store, account, source, before=before, after=after)

    def _place(self, account: Account, question: str, group_id: int | None, community_id: int | None) -> _Place:
        if len(question) > LONGEST_QUESTION:
            raise BadInput(f"the question has {len(question)} characters; shorten it to {LONGEST_QUESTION}")
        need(account, Role.VIEWER, group_id)
        if (group_id is None) == (community_id is None):
            raise BadInput("a question is asked in one group or in one community; name one of them")
        with self._store.read() as connection:
            if group_id is not None:
                group = groups.get(connection, group_id)
                community = communities.get(connection, group.community_id)
                return _Place(
                    community_id=community.id,
                    group_id=group_id,
                    visible=(group_id,),
                    profile=effective(community.profile, group.profile),
                )
            community = communities.get(connection, community_id or 0)
            need_community(connection, account, community.id)
            every = groups.all_of(connection, community.id)
        visible = tuple(group.id for group in every if account.sees(group.id))
        return _Place(community_id=community.id, group_id=None, visible=visible, profile=effective(community.profile))


def _findings(found: Retrieved) -> Findings:
    return Findings(
        faq=tuple(FaqFound(hit=hit, entry=entry) for hit, entry in found.faq),
        references=found.references,
        history=tuple(HistoryFound(hit=hit, messages=talk) for hit, talk in found.history),
        rarity=found.rarity,
    )


def _explained(said: Answer | Silence, found: Retrieved, question: str) -> Answer | Silence:
    """A result with the words that its hits share with the question, and how much vectors counted."""
    explaining = tuple(_with_words(hit, said.why.understood or question) for hit in said.why.hits[:EXPLAINED])
    why = replace(
        said.why,
        hits=(*explaining, *said.why.hits[EXPLAINED:]),
        meaning=found.meaning.value,
        meaning_why=found.meaning.why.value,
    )
    return replace(said, why=why)


def _with_words(hit: Hit, question: str) -> Hit:
    """A hit with the words that it shares with the question, longest first, no word inside a longer one."""
    there = set(tokens("\n".join(text[:_TELLING] for text in hit.passage.texts)))
    shared = sorted({term for term in tokens(question) if term in there}, key=len, reverse=True)
    return replace(hit, matched=tuple(term for term in shared if not any(term != o and term in o for o in shared)))
