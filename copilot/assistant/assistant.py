"""The co-pilot in conversation: an admin's words in, a reply out, with what it looked up and what it proposes.

The router always reads the words first: what is asked for is decided by code. Without a model its request is done and
that is the reply. With one, an agent looks things up and words the reply; whatever befalls it, the router's reply
stands in. It knows no pages and no platform.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from copilot.answering.question import rests_on_before
from copilot.assistant.events import Began, Event, Finished, Looked, Said, Withdrew
from copilot.assistant.exchange import Exchange, Handover, Reply
from copilot.assistant.handing import checked, hand_over, is_usable, may_hand_over, target_of, which_group
from copilot.assistant.memory import Memory
from copilot.assistant.offered import ACTING
from copilot.assistant.orders import keeps_to_themselves
from copilot.assistant.phrases import WRITING, openers, pleasantry, span, tone, where, which
from copilot.assistant.ports import Asking, Prompts, Router, Tools
from copilot.assistant.replies_ask import answered
from copilot.assistant.request import Found, Request, Scope, Tool
from copilot.assistant.speech import Speech
from copilot.assistant.steps import step_of
from copilot.assistant.understanding import Understanding
from copilot.errors import BadInput, CopilotError, ModelFailed, NotFound
from copilot.models.chat import Chat
from copilot.models.prompts import Rendered
from copilot.records import Account, Answer, Outcome, ProposalKind, Role, Turn
from copilot.services.asking import LONGEST_QUESTION
from copilot.services.dialogues import Dialogues
from copilot.services.locating import Locating, Location
from copilot.services.proposing import Proposing
from copilot.services.rights import need
from copilot.text.marks import marked, retold

log = logging.getLogger(__name__)

LONGEST_WORDS = 6000
_WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})


def _now() -> datetime:
    return datetime.now(UTC)


class Assistant:
    """Talks with admins.

    Args:
        asking: answers questions of which the FAQ is sure.
        tools: does what the router or the agent asks for.
        router: reads what is asked for.
        chat: the model, where one is chosen.
        prompts: holds the system text.
        dialogues, proposing, locating: where conversations and proposals are kept, and where they take place.
        clock: tells the time.
    """

    def __init__(
        self,
        *,
        asking: Asking,
        tools: Tools,
        router: Router,
        chat: Chat,
        prompts: Prompts,
        dialogues: Dialogues,
        proposing: Proposing,
        locating: Locating,
        clock: Callable[[], datetime] = _now,
        timezone: str = "Asia/Shanghai",
    ) -> None:
        self._asking = asking
        self._tools = tools
        self._understanding = Understanding(router)
        self._chat = chat
        self._prompts = prompts
        self._dialogues = dialogues
        self._proposing = proposing
        self._locating = locating
        self._clock = clock
        self._timezone = timezone
        self._memory = Memory(dialogues, chat)

    def warm(self) -> None:
        """Load what the first conversation with a model needs, which takes seconds, without asking anything."""
        if self._chat.is_ready:
            self._chat.warm()
            import_module("copilot.assistant.agent")

    def talk(
        self,
        account: Account,
        words: str,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        dialogue_id: int | None = None,
        language: str = "zh",
        is_choice: bool = False,
    ) -> Generator[Event, None, None]:
        """Reply to an admin's words.

        Args:
            account: who speaks; nothing that they may not see is looked up.
            words: as typed.
            group_id: the group that is talked about, or `community_id`: a whole community.
            dialogue_id: the conversation that goes on, in its own place; None begins a new one.
            language: of the reply, "zh" or "en".
            is_choice: whether the words were clicked. Unless they are made of the admin's own, they only look up.

        Yields:
            `Began`, what was looked up, the reply in pieces, and `Finished` once the turn is saved. Closing the
            iterator is a stop: it takes effect between two events, and what was said so far is saved as cancelled.

        Raises:
            BadInput: there are no words, or too many.
            NotFound: the dialogue or its place is gone, also where it was deleted meanwhile; then nothing is saved.
            NotAllowed: the account may not see the place, or may not leave proposals.
        """
        said = words.replace("\0", "").strip()
        if not 0 < len(said) <= LONGEST_WORDS:
            raise BadInput(f"what you wrote has {len(said)} characters; write 1 to {LONGEST_WORDS}")
        exchange = self._begin(account, said, group_id, community_id, dialogue_id, language, is_choice)
        is_saved = False
        try:
            yield Began(dialogue_id=exchange.dialogue_id)
            with closing(self._replying(exchange)) as events:
                for event in events:
                    yield exchange.reply.hear(event)
            # From here on nothing is told before all is done: a stop finds either none of it or the whole.
            late = self._hand_over(exchange)
            turn = self._save(exchange)
            is_saved = True
        except GeneratorExit:
            if not is_saved:
                exchange.reply.outcome = Outcome.CANCELLED
                self._save_stopped(exchange)
            raise
        finally:
            if not is_saved:
                self._dialogues.delete_if_empty(account, exchange.dialogue_id)
        yield from late
        yield Finished(turn=turn, result=exchange.reply.result)
        if turn.outcome in _WORDED:
            self._condense(exchange)

    def starters(
        self,
        account: Account,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        language: str = "zh",
    ) -> list[str]:
        """Questions to begin with, as full sentences, that fit what there is to talk about.

        Raises:
            NotFound: the place is gone.
            NotAllowed: the account may not see it.
        """
        place = self._locating.find(account, group_id=group_id, community_id=community_id)
        return openers(self._locating.standing(place), self._scope(account, place, language))

    def _begin(
        self,
        account: Account,
        words: str,
        group_id: int | None,
        community_id: int | None,
        dialogue_id: int | None,
        language: str,
        is_choice: bool,
    ) -> Exchange:
        if dialogue_id is None:
            dialogue = self._dialogues.begin(account, words, group_id=group_id, community_id=community_id)
        else:
            dialogue = self._dialogues.last_turns(account, dialogue_id, 1).dialogue
        whole = dialogue.community_id if dialogue.group_id is None else None
        place = self._locating.find(account, group_id=dialogue.group_id, community_id=whole)
        scope = self._scope(account, place, language)
        recalled = self._memory.recall(scope, dialogue.id)
        names = self._locating.names(place)
        request = self._understanding.read(words, scope, recalled.turns, names, is_choice=is_choice)
        return Exchange(
            words=words,
            place=place,
            scope=scope,
            dialogue_id=dialogue.id,
            recalled=recalled,
            request=request,
            # Where a model is there and none is needed, nothing went wrong either.
            reply=Reply(outcome=Outcome.OK if self._chat.is_ready else Outcome.NO_MODEL),
        )

    def _scope(self, account: Account, place: Location, language: str) -> Scope:
        return Scope(
            account=account,
            community_id=place.community.id,
            group_id=place.group.id if place.group else None,
            language=language if language in ("zh", "en") else "zh",
            timezone=place.profile.timezone or self._timezone,
            now=self._clock(),
        )

    def _replying(self, exchange: Exchange) -> Generator[Event, None, None]:
        request = exchange.request
        # What hands a text over is settled by the admin's words alone: doubt about them is asked back in any case.
        if request.choices and (request.tool in ACTING or not self._chat.is_ready):
            yield from _told(exchange, which(request, exchange.scope.language))
        elif request.tool is Tool.HELP and (said := self._pleasantry(exchange)):
            yield from _told(exchange, said)
        elif request.hands_over and target_of(request, exchange.place, exchange.words) is None:
            yield from _told(exchange, which_group(exchange.place, exchange.words, exchange.scope.language))
        elif request.tool is Tool.PROPOSE and request.text:
            yield from self._handing(exchange, request.text)
        elif not self._chat.is_ready or request.tool is Tool.HELP or (request.tool is Tool.REWRITE and request.text):
            # A text that is there is all that it takes.
            yield from self._plainly(exchange)
        else:
            try:
                yield from self._by_model(exchange)
                return
            except ModelFailed as error:
                failed = Outcome(error.reason)
            except CopilotError:
                raise
            except Exception:
                # Whatever befalls the model's road, the other one is there.
                log.exception("a reply with a model failed")
                failed = Outcome.CUT_OFF
            if exchange.reply.said:
                yield Withdrew()
            yield from self._plainly(exchange, failed)

    def _plainly(self, exchange: Exchange, failed: Outcome | None = None) -> Generator[Event, None, None]:
        """The reply that the router's request gives; `failed` is how a model did that was to give one."""
        request, scope = exchange.request, exchange.scope
        if request.choices:
            found = which(request, scope.language)
        else:
            found = self._tools.run(request, scope)
            found = checked(found, scope.language, words=exchange.words, before=exchange.asked_before)
            yield Looked(step=step_of(request, found))
        if failed is not None:
            exchange.reply.outcome = failed
        elif found.outcome is not Outcome.NO_MODEL:
            exchange.reply.outcome = found.outcome
        target = target_of(request, exchange.place, exchange.words) if request.hands_over and found.draft else None
        if target is None or not may_hand_over(scope, target.group):
            yield from _told(exchange, found)
            return
        # It goes among the proposals with this turn, so that need not be offered.
        yield from _told(exchange, replace(found, text=f"{found.text}\n\n", choices=found.choices[1:]))
        exchange.reply.handover = Handover(target=target, text=found.draft, citations=found.citations, is_reply=True)

    def _pleasantry(self, exchange: Exchange) -> Found | None:
        """The line that answers a greeting or a thank-you; None where they ask what can be done."""
        place, scope = exchange.place, exchange.scope
        examples = () if exchange.recalled.turns else openers(self._locating.standing(place), scope)
        return pleasantry(exchange.words, examples, scope.language)

    def _handing(self, exchange: Exchange, text: str) -> Generator[Event, None, None]:
        """Leave a text that is there already, in the admin's words or above, among the proposals."""
        scope, request = exchange.scope, exchange.request
        target = target_of(request, exchange.place, exchange.words)
        if target is None:
            yield from _told(exchange, which_group(exchange.place, exchange.words, scope.language))
            return
        need(scope.account, Role.MODERATOR, target.group.id)
        exchange.reply.handover = Handover(target=target, text=text, is_reply=True)

    def _hand_over(self, exchange: Exchange) -> list[Event]:
        """Leave the turn's text, if it has one, among the proposals; returns what is to be told of it."""
        reply, handover, scope = exchange.reply, exchange.reply.handover, exchange.scope
        if handover is None:
            return []
        # A dialogue that was deleted meanwhile leaves no proposal behind.
        self._dialogues.last_turns(scope.account, exchange.dialogue_id, 1)
        found = hand_over(
            self._proposing,
            scope,
            handover.target,
            handover.text,
            words=exchange.words,
            before=exchange.asked_before,
            citations=handover.citations,
        )
        request = Request(tool=Tool.PROPOSE, text=handover.text, kind=handover.target.kind)
        told: list[Event] = [Looked(step=step_of(request, found))]
        if handover.is_reply:
            told.append(Said(text=found.text))
        for event in told:
            reply.hear(event)
        reply.proposal_ids = found.proposal_ids
        return told

    def _by_model(self, exchange: Exchange) -> Generator[Event, None, None]:
        request, turns = exchange.request, exchange.recalled.turns
        if request.tool is Tool.ASK and len(exchange.words) <= LONGEST_QUESTION:
            found = self._tools.run(request, exchange.scope)
            goes_on = _asked_last(turns) and rests_on_before(exchange.words)
            if isinstance(found.result, Answer) or goes_on:
                yield Looked(step=step_of(request, found))
                yield from self._answering(exchange)
                return
        if self._chat.takes_tools:
            yield from self._working(exchange)
        else:
            # A model that cannot look anything up would only guess.
            yield from self._plainly(exchange)

    def _answering(self, exchange: Exchange) -> Generator[Event, None, None]:
        """A question to the knowledge: each line is checked against its sources before it is said."""
        scope, reply = exchange.scope, exchange.reply
        where = None if scope.group_id is not None else scope.community_id
        # A generator: closing it ends the request to the model.
        lines: Any = self._asking.ask_streaming(
            scope.account,
            exchange.words,
            group_id=scope.group_id,
            community_id=where,
            before=exchange.recalled.turns,
        )
        with closing(lines):
            for line in lines:
                if isinstance(line, str):
                    yield Said(text=line if not reply.said else f"\n{line}")
                    continue
                found = answered(Speech.of(scope), line)
                reply.outcome = Outcome(line.why.outcome or Outcome.NO_MODEL)
                if found.text.split() == reply.said.split():
                    reply.take(found)
                    continue
                if reply.said:
                    yield Withdrew()
                yield from _told(exchange, found)

    def _working(self, exchange: Exchange) -> Generator[Event, None, None]:
        # LangChain's agent takes a second to load, and only conversations with a model need it.
        from copilot.assistant.agent import Task, work

        scope, request = exchange.scope, exchange.request
        asks_for_text = request.tool in (Tool.DRAFT, Tool.PROPOSE)
        target = target_of(request, exchange.place, exchange.words) if asks_for_text else None
        if request.tool is Tool.PROPOSE:
            if target is None:
                yield from _told(exchange, which_group(exchange.place, exchange.words, scope.language))
                return
            need(scope.account, Role.MODERATOR, target.group.id)
        takes_text = (
            target is not None
            and may_hand_over(scope, target.group)
            and (request.tool is Tool.PROPOSE or not keeps_to_themselves(exchange.words))
        )
        worked = yield from work(
            self._chat,
            Task(
                scope=scope,
                prompt=self._prompt(exchange, target.kind if target and takes_text else None),
                words=_with_name(exchange.words, request.member),
                named=request.period,
                recalled=exchange.recalled,
                run=lambda wanted: self._tools.run(wanted, scope, is_read_by_model=True),
                takes_text=takes_text,
            ),
        )
        reply = exchange.reply
        reply.outcome = Outcome.OK
        reply.citations = worked.citations
        if worked.text is None or target is None:
            return
        if not is_usable(worked.text, words=exchange.words, before=exchange.asked_before):
            raise ModelFailed("the model came to no reply; try again", Outcome.BAD_OUTPUT)
        reply.handover = Handover(target=target, text=worked.text, citations=worked.citations)

    def _prompt(self, exchange: Exchange, kind: ProposalKind | None) -> Rendered:
        scope, place = exchange.scope, exchange.place
        return self._prompts.render(
            "assistant",
            {
                "today": scope.now.astimezone(ZoneInfo(scope.timezone)),
                "place": where(place, self._locating.standing(place), scope),
                "summary": retold(exchange.recalled.summary),
                "named": span(exchange.request.period, scope),
                "proposing": WRITING[scope.language][kind] if kind else "",
                "tone": tone(place, scope.language) if kind else "",
            },
            scope.language,
        )

    def _save(self, exchange: Exchange) -> Turn:
        turn = self._dialogues.add_turn(exchange.scope.account, exchange.turn(self._clock()))
        self._understanding.keep(turn, exchange.request)
        return turn

    def _save_stopped(self, exchange: Exchange) -> None:
        try:
            self._save(exchange)
        except NotFound:
            # Deleted meanwhile: there is nothing to keep it in, and nobody who waits to be told.
            return

    def _condense(self, exchange: Exchange) -> None:
        try:
            self._memory.condense(exchange.scope, exchange.dialogue_id)
        except NotFound:
            # Deleted as soon as it was read.
            return


def _asked_last(turns: Sequence[Turn]) -> bool:
    """Whether the turn before was a question to the knowledge, of which the next words may leave something out."""
    return bool(turns and turns[-1].steps and turns[-1].steps[-1].tool == Tool.ASK.value)


def _with_name(words: str, name: str) -> str:
    """What the admin typed, with the name that was understood in it marked as one."""
    return words.replace(name, marked(name)) if name else words


def _told(exchange: Exchange, found: Found) -> Generator[Event, None, None]:
    """Say what came of a request as it stands."""
    exchange.reply.take(found)
    yield Said(text=found.text)
