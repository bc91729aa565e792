"""Does what was asked for, once it is understood: one request in, a reply with its sources out.

Everything is read through services, which check what an account may see; the only thing that is written is a proposal.
A model is asked only to word or judge where code has settled what about; it is never given tools here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from copilot.assistant.checking import Checking
from copilot.assistant.drafting import Drafting
from copilot.assistant.handing import Target, hand_over
from copilot.assistant.help_words import help_with
from copilot.assistant.replies_ask import answered, proposals_waiting
from copilot.assistant.replies_group import activity, compare, members, topics
from copilot.assistant.replies_talk import experts, quarrel, read, search, unanswered
from copilot.assistant.request import Found, Request, Scope, Tool
from copilot.assistant.speech import Speech
from copilot.models.chat import Chat
from copilot.records import Account, Answer, ProposalKind, ProposalState, Silence
from copilot.services.consulting import Consulting
from copilot.services.figures import Figures
from copilot.services.histories import History
from copilot.services.proposing import Proposing
from copilot.services.searching import Searching

# Words that name no days.
_LATELY = frozenset({"最近", "近来", "近期", "这阵子", "这段时间", "lately", "recently", "of late", "these days"})


class Asking(Protocol):
    """Answers questions."""

    def ask(
        self, account: Account, question: str, *, group_id: int | None = None, community_id: int | None = None
    ) -> Answer | Silence: ...


class Tools:
    """Everything that the assistant can do.

    Args:
        asking: answers questions.
        figures: counts what goes on; it also says where an account may look.
        searching: looks through history.
        consulting: knows rules and facts.
        proposing: keeps proposals.
        chat: words and judges, where a model is chosen.
    """

    def __init__(
        self,
        *,
        asking: Asking,
        figures: Figures,
        searching: Searching,
        consulting: Consulting,
        proposing: Proposing,
        chat: Chat,
    ) -> None:
        self._asking = asking
        self._figures = figures
        self._searching = searching
        self._proposing = proposing
        self._chat = chat
        self._drafting = Drafting(consulting, chat)
        self._checking = Checking(consulting)

    def run(self, request: Request, scope: Scope, *, is_read_by_model: bool = False) -> Found:
        """Do what was asked for.

        Args:
            request: what. One with `choices` is in doubt and is asked back by whoever read it, not done here.
            scope: who asks, about what place, when.
            is_read_by_model: whether a model reads the material and words the reply, so that no other one need.

        Raises:
            BadInput: the question or text is too long.
            NotFound: the place, or the conversation to read, is gone.
            NotAllowed: the account may not see the place, or may not propose in it.
            Busy: the index is being built.
        """
        where = None if scope.group_id is not None else scope.community_id
        history = self._figures.history(scope.account, group_id=scope.group_id, community_id=where)
        speech = Speech.of(scope, history.zone)
        if request.period is not None and request.period.words.strip().lower() in _LATELY:
            # "Lately" is the end of the history, however long ago that is.
            request = replace(request, period=None)
        chat = None if is_read_by_model else self._chat
        doing: dict[Tool, Callable[[], Found]] = {
            Tool.ASK: lambda: self._ask(speech, request, scope),
            Tool.SEARCH: lambda: self._search(speech, request, history),
            Tool.READ: lambda: self._read(speech, request, history),
            Tool.TOPICS: lambda: topics(speech, self._figures, history, request),
            Tool.ACTIVITY: lambda: activity(speech, self._figures, history, request),
            Tool.MEMBERS: lambda: self._members(speech, request, history),
            Tool.EXPERTS: lambda: experts(speech, self._figures, self._searching, history, request),
            Tool.COMPARE: lambda: compare(speech, self._figures, history, request),
            Tool.UNANSWERED: lambda: unanswered(speech, self._figures, history, request),
            Tool.EPISODE: lambda: quarrel(speech, self._figures, history, request, scope, chat),
            Tool.RULES: lambda: self._checking.check(speech, history, request, scope, chat),
            Tool.PROPOSALS: lambda: self._proposals(speech, scope),
            Tool.DRAFT: lambda: self._drafting.draft(speech, history, request, scope),
            Tool.REWRITE: lambda: self._drafting.rewrite(speech, history, request, scope),
            Tool.PROPOSE: lambda: self._propose(speech, request, scope, history),
            Tool.HELP: lambda: help_with(speech, history, has_model=self._chat.is_ready),
        }
        return doing[request.tool]()

    def _ask(self, speech: Speech, request: Request, scope: Scope) -> Found:
        question = request.topic or request.text
        where = None if scope.group_id is not None else scope.community_id
        said = self._asking.ask(scope.account, question, group_id=scope.group_id, community_id=where)
        return answered(speech, said)

    def _search(self, speech: Speech, request: Request, history: History) -> Found:
        if not request.topic and not request.member:
            return Found(
                text=speech("想找什么？比如“群里说过停车费吗”。", 'Look for what? Say "did anybody mention parking".')
            )
        return search(speech, self._searching, history, request)

    def _read(self, speech: Speech, request: Request, history: History) -> Found:
        if request.thread_id is None:
            return self._search(speech, request, history)
        return read(speech, self._searching, history, request.thread_id)

    def _members(self, speech: Speech, request: Request, history: History) -> Found:
        if request.member:
            return search(speech, self._searching, history, request)
        if request.topic and request.aspect is None:
            return experts(speech, self._figures, self._searching, history, request)
        return members(speech, self._figures, history, request)

    def _proposals(self, speech: Speech, scope: Scope) -> Found:
        where = None if scope.group_id is not None else scope.community_id
        waiting = self._proposing.all_of(
            scope.account, group_id=scope.group_id, community_id=where, state=ProposalState.PENDING, limit=50
        )
        return proposals_waiting(speech, waiting)

    def _propose(self, speech: Speech, request: Request, scope: Scope, history: History) -> Found:
        text = request.text.strip()
        if not text:
            return Found(text=speech("要放进待办的内容是什么？贴上来就行。", "What is to be proposed? Paste it."))
        groups = history.groups
        if len(groups) != 1:
            return Found(
                text=speech(
                    "发到哪个群？先在上面选一个群，再说一次。", "For which group? Choose one above and say it again."
                )
            )
        target = Target(kind=request.kind or ProposalKind.SEND_MESSAGE, group=groups[0])
        return hand_over(self._proposing, scope, target, text, words=text)
