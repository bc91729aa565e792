"""An assistant that says what a script says, for tests of the pages around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from copilot.assistant.events import Began, Event, Finished, Said
from copilot.records import Account, Turn
from copilot.services.dialogues import Dialogues

Script = Callable[[str], Iterable[Event]]


class ScriptedAssistant:
    """Keeps the dialogue as the assistant does; `script` gives the events between `Began` and the end.

    `closed` tells that a talk was closed before its end, `ended` that one came there; `afterwards` is done after the
    last event; `asked` keeps what was said to it.
    """

    def __init__(self, dialogues: Dialogues, script: Script | None = None, starters: Iterable[str] = ()) -> None:
        self.script: Script = script or (lambda words: [Said(text=f"您说：{words}")])
        self.asked: list[dict[str, object]] = []
        self.closed, self.ended = threading.Event(), threading.Event()
        self.afterwards: Callable[[], object] = lambda: None
        self._dialogues = dialogues
        self._starters = list(starters)

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
        """Play the script."""
        where = {"group_id": group_id, "community_id": community_id, "is_choice": is_choice}
        self.asked.append({"words": words, "dialogue_id": dialogue_id, "language": language, **where})
        if dialogue_id is None:
            dialogue_id = self._dialogues.begin(account, words, group_id=group_id, community_id=community_id).id
        said, last = "", None
        try:
            yield Began(dialogue_id=dialogue_id)
            for event in self.script(words):
                if isinstance(event, Finished):
                    last = event
                    break
                if isinstance(event, Said):
                    said += event.text
                yield event
        except GeneratorExit:
            self.closed.set()
            raise
        turn = last.turn if last else Turn(asked=words, said=said, at=datetime.now(UTC))
        kept = self._dialogues.add_turn(account, replace(turn, asked=words, dialogue_id=dialogue_id))
        try:
            yield Finished(turn=kept, result=last.result if last else None)
            self.afterwards()
        except GeneratorExit:
            self.closed.set()
            raise
        self.ended.set()

    def starters(
        self,
        account: Account,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        language: str = "zh",
    ) -> list[str]:
        """What the script begins with."""
        return list(self._starters)
