"""What goes on in groups: how much, about what, by whom, who knows, what went unanswered, how a quarrel went.

Everything is counted in the store over one stretch of time, or read from a bounded number of threads; nothing reads a
group whole. Of a month of 7,000 messages each figure takes 10 to 200 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from copilot.analytics.activity import REGULAR, Activity, Speaker, activity
from copilot.analytics.answers import KNOWS_NOT, given, is_answered
from copilot.analytics.episode import HEATED, Episode, busiest, episode, heat, stretches
from copilot.analytics.experts import Expert, experts
from copilot.analytics.people import Arrival, Quiet, arrivals, quiet_span
from copilot.analytics.spoken import automatic, is_bot, says_something, told
from copilot.analytics.stretches import Stretch, covered_days
from copilot.analytics.topics import Talk, Topic, topics
from copilot.answering.question import Addressee, read_question
from copilot.records import Account, Message
from copilot.services.histories import History, read_history
from copilot.services.locating import Locating
from copilot.services.searching import Searching
from copilot.store import Connection, Store, figures, messages, threads
from copilot.store.figures import ThreadFigures

# So many of a stretch's fullest threads are read, and so many picked evenly among the others.
FULLEST = 45
FURTHER = 25
# A question may wait so long before it counts as unanswered.
PATIENCE = timedelta(hours=3)
_MOST_THREADS = 2000
_LONG = 400
_READ = 200
_MOST_ASKING = 300
_MOST_WAITING = 60
_ANSWERED_WITHIN = timedelta(days=7)
# Whatever asks without one of these asks too weakly to be counted.
_MARKS = ("?", "？", "吗", "么", "嘛", "请问", "求", "谁", "哪", "几", "多少", "怎", "什么", "有没有")
_MOST_NEWCOMERS = 60
_MOST_JOINING = 60
_EPISODES = 50
_EXPERT_THREADS = 40
# A question with its answer counts for a topic if together they hold this share of what it says.
_ABOUT_IT = 0.4
# In a few words nobody can tell what is asked, and a weak sign of asking is not enough to say that nobody answered.
_FEWEST_CHARACTERS = 8
_SURELY_ASKS = 0.7


def asks(text: str) -> bool:
    """Whether a text asks something that somebody could answer. A long one asks with a question mark, near its end or
    its beginning."""
    if len(text) > _LONG:
        head, tail = text[:_READ], text[-_READ:]
        return ("?" in head or "？" in head or "?" in tail or "？" in tail) and read_question(f"{head}\n{tail}").hit
    return read_question(text).hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Who is new in a stretch of time.

    Args:
        arrivals: those who wrote for the first time, or of whom the platform said that they joined, newest first.
        is_known: False where the history does not reach back far enough to know who wrote before.
    """

    arrivals: tuple[Arrival, ...]
    is_known: bool


class Figures:
    """The use cases around figures.

    Args:
        store: where messages and threads are.
        locating: finds groups and communities, and checks who may see them.
        searching: finds the threads about a topic.
        timezone: where no profile says one.
    """

    def __init__(self, store: Store, locating: Locating, searching: Searching, *, timezone: str) -> None:
        self._store = store
        self._locating = locating
        self._searching = searching
        self._timezone = timezone

    def history(self, account: Account, *, group_id: int | None = None, community_id: int | None = None) -> History:
        """The history of a place, with only the groups that the account may see; all figures are of one.

        Raises:
            BadInput: neither or both of group and community are named.
            NotFound: the group or community is gone.
            NotAllowed: the account may not see the group, or any group of the community.
        """
        place = self._locating.find(account, group_id=group_id, community_id=community_id)
        return read_history(self._store, place, self._timezone)

    def activity(self, history: History, stretch: Stretch) -> Activity:
        """How much was written, when and by whom. Two passes over the stretch's rows: 20 ms for 7,000 messages."""
        slots = []
        speakers: dict[int, Speaker] = {}
        with self._store.read() as connection:
            for group_id, part in history.covered(stretch):
                slots += figures.slots(connection, group_id, part.starts_at, part.ends_at)
                for one in figures.writers(connection, group_id, part.starts_at, part.ends_at):
                    before = speakers.get(one.member_id)
                    speakers[one.member_id] = Speaker(
                        member_id=one.member_id,
                        group_id=group_id,
                        name=one.name,
                        messages=one.messages + (before.messages if before else 0),
                        last_at=max(one.last_at, before.last_at) if before else one.last_at,
                    )
        return activity(slots, list(speakers.values()), history.zone, covered_days(history.reaches(stretch)))

    def topics(self, history: History, stretch: Stretch, *, most: int = 5) -> list[Topic]:
        """What people talked of. One pass over the stretch's placed messages, and at most 70 threads of 20 messages
        are read: 100 to 200 ms in a busy group."""
        with self._store.read() as connection:
            rows = self._threads(connection, history, stretch, least_people=2)
            talks = _talks(connection, [*rows[:FULLEST], *_evenly(rows[FULLEST:], FURTHER)])
        names = {one.sender_name for talk in talks for one in talk.messages}
        return topics(talks, self._searching.rarity(), asks, names=names, most=most)

    def newcomers(self, history: History, stretch: Stretch) -> Newcomers:
        """Who is new. Bounded by who wrote in the stretch; each of them costs one look at an index."""
        found: list[Arrival] = []
        is_known = bool(history.groups)
        with self._store.read() as connection:
            for group_id, part in history.covered(stretch):
                joined = figures.system_lines(connection, group_id, part.starts_at, part.ends_at, limit=_MOST_JOINING)
                writers = figures.writers(connection, group_id, part.starts_at, part.ends_at)
                spans = history.spans[group_id]
                # Everybody is new where a history begins; nobody can be told from those who were there before.
                reaches_back = spans[0][0] <= part.starts_at - timedelta(days=7)
                new = []
                if reaches_back:
                    old = figures.wrote_before(connection, [one.member_id for one in writers], part.starts_at)
                    new = [one for one in writers if one.member_id not in old and not is_bot(one.name)]
                else:
                    is_known = False
                first = figures.first_messages(connection, group_id, new[:_MOST_NEWCOMERS])
                counted = {one.member_id: one.messages for one in new}
                found += arrivals(group_id, first, counted, joined)
        found.sort(key=lambda one: one.at, reverse=True)
        return Newcomers(arrivals=tuple(found), is_known=is_known)

    def quiet(self, history: History) -> list[Quiet] | None:
        """Who used to write and has not for some time (久未发言): two passes over at most four months.

        Returns:
            Those who wrote most before, first; None where no history goes on for three weeks without a gap, so that
            nothing can be told.
        """
        found: list[Quiet] = []
        is_known = False
        with self._store.read() as connection:
            for group_id in history.group_ids:
                spans = quiet_span(history.last_run(group_id))
                if spans is None:
                    continue
                is_known = True
                before, recent = spans
                now = figures.writers(connection, group_id, recent.starts_at, recent.ends_at)
                then = figures.writers(connection, group_id, before.starts_at, before.ends_at)
                here = {one.member_id for one in now}
                gone = [one for one in then if one.member_id not in here and one.messages >= REGULAR]
                last = figures.last_messages(connection, group_id, gone[:_MOST_NEWCOMERS])
                found += [
                    Quiet(
                        name=one.name,
                        messages=one.messages,
                        last=last[one.member_id],
                        since=recent.starts_at,
                        looked_at=before,
                    )
                    for one in gone[:_MOST_NEWCOMERS]
                    if one.member_id in last and not is_bot(one.name)
                ]
        found.sort(key=lambda one: (-one.messages, one.last.id))
        return found if is_known else None

    def experts(self, history: History, topic: str, *, stretch: Stretch | None = None) -> list[Expert]:
        """Who answered questions about a topic. At most 40 threads of 20 messages are read."""
        found = self._searching.threads(history, topic, stretch=stretch, most=_EXPERT_THREADS)
        with self._store.read() as connection:
            placed = threads.places(connection, [one.id for talk in found for one in talk.messages])
        answers = {one.message_id: one.answers_id for one in placed.values() if one.answers_id is not None}
        about = self._searching.about(topic)
        rated = []
        for talk in found:
            said = [(about(f"{one.asked.text}\n{one.answer.text}"), one) for one in given(talk.messages, answers, asks)]
            rated.append((talk.thread_id, [(share, one) for share, one in said if share >= _ABOUT_IT]))
        return experts(rated)

    def unanswered(self, history: History, stretch: Stretch) -> list[Message]:
        """The questions to all that nobody answered within what is covered, newest first.

        One pass over the stretch's rows for its answers, one for its questions; of each group the 300 newest messages
        that look like questions are read, and the threads of those that nothing answers. A question counts only where
        the history goes on for three hours after it.
        """
        found: list[Message] = []
        with self._store.read() as connection:
            for group_id, part in history.covered(stretch):
                waiting = self._waiting(connection, history, group_id, part)
                if waiting:
                    found += _without_answer(connection, waiting)
        return sorted(found, key=lambda one: (one.sent_at, one.id), reverse=True)

    def _waiting(self, connection: Connection, history: History, group_id: int, part: Stretch) -> list[Message]:
        """The questions to all of a covered part that nothing is known to answer."""
        asking = figures.holding(connection, group_id, part.starts_at, part.ends_at, _MARKS, limit=_MOST_ASKING)
        if not asking:
            return []
        answered = figures.answered_by(connection, group_id, asking[0].sent_at, asking[-1].sent_at + _ANSWERED_WITHIN)
        noise = automatic(asking)
        reach = history.reaches(Stretch(starts_at=part.starts_at, ends_at=part.ends_at + PATIENCE))
        return [
            one
            for one in asking
            if not answered.get(one.id, frozenset()) - {one.member_id}
            and one.id not in noise
            and any(r.group_id == group_id and r.covers(one.sent_at, one.sent_at + PATIENCE) for r in reach)
            and _asks_all(one)
        ][-_MOST_WAITING:]

    def episode(self, history: History, stretch: Stretch, *, topic: str = "") -> Episode | None:
        """The most heated stretch of talk, or the fullest where none is heated; about a topic, if one is named.

        At most 50 threads of 20 messages are read.

        Returns:
            None where at no time two people talked with each other.
        """
        if topic:
            found = self._searching.threads(history, topic, stretch=stretch, most=_EPISODES)
            talks: list[Sequence[Message]] = [talk.messages for talk in found]
        else:
            with self._store.read() as connection:
                rows = self._threads(connection, history, stretch, least_people=2)[:_EPISODES]
                talks = [talk.messages for talk in _talks(connection, rows)]
        inside = [[one for one in talk if stretch.starts_at <= one.sent_at < stretch.ends_at] for talk in talks]
        by_group: dict[int, list[Sequence[Message]]] = {}
        for talk in inside:
            if talk:
                by_group.setdefault(talk[0].group_id, []).append(talk)
        joined = [run for some in by_group.values() for run in stretches(some) if len({m.member_id for m in run}) >= 2]
        return episode(busiest(joined)) if joined else None

    def heated(self, history: History, stretch: Stretch) -> bool:
        """Whether there was an argument."""
        found = self.episode(history, stretch)
        return found is not None and heat(found.talk).value >= HEATED

    def _threads(
        self, connection: Connection, history: History, stretch: Stretch, *, least_people: int
    ) -> list[ThreadFigures]:
        rows = [
            row
            for group_id, part in history.covered(stretch)
            for row in figures.threads_during(
                connection, group_id, part.starts_at, part.ends_at, least_people=least_people, limit=_MOST_THREADS
            )
        ]
        rows.sort(key=lambda row: (-row.people * row.messages, row.thread_id))
        return rows


def _evenly(rows: Sequence[ThreadFigures], number: int) -> list[ThreadFigures]:
    return list(rows[:: max(1, len(rows) // number)][:number])


def _talks(connection: Connection, rows: Iterable[ThreadFigures]) -> list[Talk]:
    """Threads with their messages, and the full threads that they go on with."""
    ids = [row.thread_id for row in rows]
    talks = threads.talks(connection, ids)
    opened = threads.places(connection, ids)
    answered = threads.places(connection, [one.answers_id for one in opened.values() if one.answers_id is not None])
    found = []
    for one in ids:
        if one not in talks:
            continue
        first = opened.get(one)
        before = answered.get(first.answers_id) if first is not None and first.answers_id is not None else None
        found.append(
            Talk(thread_id=one, messages=talks[one], follows_id=before.thread_id if before is not None else None)
        )
    return found


def _without_answer(connection: Connection, waiting: Sequence[Message]) -> list[Message]:
    """Those of some questions that nobody answers in their threads, or by name."""
    placed = threads.places(connection, [one.id for one in waiting])
    talks = threads.talks(connection, {one.thread_id for one in placed.values()})
    links = threads.places(connection, [one.id for talk in talks.values() for one in talk])
    answers = {one.message_id: one.answers_id for one in links.values() if one.answers_id is not None}
    replies: dict[int, list[Message]] = {}
    for reply in messages.replies_to(connection, [one.id for one in waiting], limit=500):
        replies.setdefault(reply.reply_to_id or 0, []).append(reply)
    found = []
    for one in waiting:
        talk = talks.get(placed[one.id].thread_id, ()) if one.id in placed else ()
        if not is_answered([*talk, *replies.get(one.id, [])], one, answers, _knows_not):
            found.append(one)
    return found


def _asks_all(one: Message) -> bool:
    """Whether a message surely asks something, and everybody."""
    if one.reply_to_id is not None or not says_something(one) or len(told(one)) < _FEWEST_CHARACTERS:
        return False
    read = read_question(one.text)
    surely = read.score >= _SURELY_ASKS or "?" in one.text or "？" in one.text
    return read.hit and surely and read.to is Addressee.EVERYONE


def _knows_not(plain: str) -> bool:
    return KNOWS_NOT.search(plain) is not None
