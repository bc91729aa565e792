"""What an admin asks for, in the light of the turns before: the router's reading, and what it needs of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace

from copilot.assistant.exchange import last_text
from copilot.assistant.handing import without_group
from copilot.assistant.offered import ACTING, may_act
from copilot.assistant.ports import Router
from copilot.assistant.request import Request, Scope, Tool
from copilot.assistant.steps import request_of
from copilot.records import Outcome, Turn

# So many questions back, or turns of a model, are read again to understand a follow-up.
_READ_AGAIN = 3
_KEPT = 500
_WORDED = frozenset({Outcome.OK, Outcome.REPAIRED})


class Understanding:
    """Reads what is asked for, and remembers for a while what was.

    Args:
        router: reads words.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._lock = threading.Lock()
        self._read: OrderedDict[int, Request] = OrderedDict()

    def read(
        self, words: str, scope: Scope, turns: Sequence[Turn], names: Collection[str], *, is_choice: bool = False
    ) -> Request:
        """What is asked for.

        Args:
            words: as typed.
            turns: the last ones of the dialogue, in order.
            names: of the members that can be meant.
            is_choice: whether it was a click.

        Returns:
            The request; where it speaks of the text that was written last, with that text.
        """
        before = self._before(scope, turns, names)
        acts = may_act(words, turns, is_choice=is_choice)
        # A group that is named in front says where a text goes, and is nothing of it.
        bare = without_group(words)
        request = self._router.read(bare, scope, names=names, before=before, may_act=acts)
        if bare != words and request.tool not in ACTING:
            request = self._router.read(words, scope, names=names, before=before, may_act=acts)
        if request.tool in (Tool.REWRITE, Tool.PROPOSE) and not request.text and not request.choices:
            text, kind = last_text(turns)
            request = replace(request, text=text, kind=request.kind or kind)
        return request

    def keep(self, turn: Turn, request: Request) -> None:
        """Remember what a turn asked for, so that the next one need not read it again."""
        with self._lock:
            self._read[turn.id] = request
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)

    def _before(self, scope: Scope, turns: Sequence[Turn], names: Collection[str]) -> Request | None:
        """What was asked for before. What a model looked up does not count for it: the admin's words are read again."""
        before: Request | None = None
        again: list[Turn] = []
        for turn in reversed(turns[-_READ_AGAIN:]):
            before = self._known(turn)
            if before is None:
                again.insert(0, turn)
            elif before.tool is not Tool.HELP:
                break
            # A thank-you between two requests changes neither.
            before = None
        for turn in again:
            acts = may_act(turn.asked, [one for one in turns if one.id < turn.id])
            now = replace(scope, now=turn.at)
            before = self._router.read(turn.asked, now, names=names, before=before, may_act=acts)
        return before

    def _known(self, turn: Turn) -> Request | None:
        with self._lock:
            kept = self._read.get(turn.id)
        if kept is None and turn.steps and turn.outcome not in _WORDED:
            return request_of(turn.steps[-1])
        return kept
