"""Other wordings of FAQ questions, which a model thinks of once, in the background, when an entry was saved."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from copilot.answering.rewording import fitting, print_of
from copilot.errors import CopilotError
from copilot.models.calls import Call
from copilot.records import FaqEntry, Outcome, Purpose
from copilot.services.indexing import Indexing
from copilot.services.wording import Chat
from copilot.store import Connection, Store, changes, facts, faq_wordings, knowledge
from copilot.store.changes import ChangeKind
from copilot.text.language import language

log = logging.getLogger(__name__)

MOST_A_DAY = 200
"""So many entries a day, so that a large table that is imported does not use up what answers need."""
LOOK_SECONDS = 2.0
# A model that failed is left alone for this time; entries wait.
_PAUSE = timedelta(minutes=15)
_FACT = "variants.day"
_BATCH = 20
_LONGEST_ANSWER = 600
_MOST_KNOWN = 10
_DONE = (Outcome.OK, Outcome.REPAIRED, Outcome.BAD_OUTPUT)


def _now() -> datetime:
    return datetime.now(UTC)


class Wordings(BaseModel):
    """Other wordings of a question."""

    wordings: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=16)


class Variants:
    """Has wordings made of what was saved, by this process or another: the store says what is due.

    Args:
        store: where entries and wordings are.
        chat: the door to the model; nothing happens while none is chosen.
        indexing: woken, so that the wordings are found.
        timezone: in which a day is counted.
        clock: tells the time.
    """

    def __init__(
        self, store: Store, chat: Chat, indexing: Indexing, *, timezone: str, clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._chat = chat
        self._indexing = indexing
        self._zone = ZoneInfo(timezone)
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = 0
        self._is_done = False
        self._not_before: datetime | None = None

    def start(self) -> None:
        """Follow what is saved until `close`."""
        self._thread = threading.Thread(target=self._run, name="variants", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the entry that is being worked on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=60)

    def follow(self) -> int:
        """Work off what is due, as far as the model and the day's limit allow.

        Returns:
            How many entries were thought about.
        """
        if not self._chat.is_ready or not self._is_due():
            return 0
        worked = 0
        while not self._stop.is_set():
            with self._store.read() as connection:
                newest = changes.newest(connection)
                due = faq_wordings.due(connection, limit=_BATCH)
            if not due:
                self._seen, self._is_done = newest, True
                break
            for entry in due:
                if self._stop.is_set() or not self._take_one():
                    return worked
                if not self._think(entry):
                    self._not_before = self._clock() + _PAUSE
                    return worked
                worked += 1
        return worked

    def _is_due(self) -> bool:
        if self._not_before is not None and self._clock() < self._not_before:
            return False
        if not self._is_done:
            return True
        with self._store.read() as connection:
            if not changes.communities_of(connection, (ChangeKind.FAQ,), after=self._seen):
                return False
        self._is_done = False
        return True

    def _take_one(self) -> bool:
        """Count one more entry of today; False where there were enough."""
        today = self._clock().astimezone(self._zone).date().isoformat()
        with self._store.write() as connection:
            day, _, number = (facts.get(connection, _FACT) or "").partition(" ")
            done = int(number) if day == today and number.isdigit() else 0
            if done >= MOST_A_DAY:
                self._not_before = self._clock() + _PAUSE
                return False
            facts.put(connection, _FACT, f"{today} {done + 1}")
        return True

    def _think(self, entry: FaqEntry) -> bool:
        """Have wordings of one entry made; False where the model failed."""
        spoken = language(entry.question)
        judged = self._chat.judge(
            Call(
                prompt="variants",
                variables={
                    "question": entry.question,
                    "answer": entry.answer[:_LONGEST_ANSWER],
                    "known": list(entry.variants[:_MOST_KNOWN]),
                    "other": "英文" if spoken == "zh" else "Chinese",
                },
                language=spoken,
                purpose=Purpose.VARIANTS,
                community_id=entry.community_id,
                group_id=entry.group_id,
            ),
            Wordings,
        )
        if judged.outcome not in _DONE:
            log.info("wordings of FAQ entry %d wait: the model's call ended as %s", entry.id, judged.outcome.value)
            return False
        with self._store.write() as connection:
            now = knowledge.some(connection, FaqEntry, [entry.id]).get(entry.id)
            # Whoever changed the question meanwhile has made it due again.
            if now is not None and now.question == entry.question:
                faq_wordings.save(connection, now, fitting(now, judged.value.wordings, _others(connection, now)))
        self._indexing.wake()
        return True

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.follow()
            except CopilotError as error:
                log.warning("wordings are thought of later: %s", error)
                self._not_before = self._clock() + _PAUSE
            except Exception:
                # The edge of a thread: one entry's fault must not end the following of all later ones.
                log.exception("thinking of wordings failed and is tried again")
                self._not_before = self._clock() + _PAUSE


def _others(connection: Connection, entry: FaqEntry) -> set[str]:
    """The prints of what other entries of the community ask, which a wording must not take from them."""
    levels = {None, entry.group_id}
    entries = [
        one
        for group_id in levels
        for one in knowledge.own(connection, FaqEntry, entry.community_id, group_id)
        if one.id != entry.id
    ]
    return {print_of(words) for one in entries for words in (one.question, *one.variants)}
