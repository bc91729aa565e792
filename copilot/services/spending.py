"""What models may cost and what they did cost: reserved before a call, settled after it, added up for people."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from copilot.errors import BadInput, Busy, ModelFailed, NotFound, StorageFailed
from copilot.models.remote import QUESTION
from copilot.records import Account, Cap, ModelCall, Outcome, Purpose, Role
from copilot.records.model import MICRO
from copilot.services.rights import need
from copilot.store import Connection, Store, groups, model_calls, model_caps
from copilot.store.model_calls import CallSum, Spent

log = logging.getLogger(__name__)

DEFAULT_CAP = Cap(yuan=5.0, tokens=500_000)
"""What all groups together may use in a day where nobody said anything: more than a dozen busy groups need, and no sum
to be afraid of. Its tokens count only where the price is not known."""
BACKGROUND_SHARE = 0.5
"""What is prepared in the background (vectors of passages, further wordings) leaves this share of each cap to people
who wait for an answer."""
KEPT_DAYS = 400
"""Older records of calls are forgotten: a year can be compared with the one before to the month."""
MOST_YUAN = 1_000_000
MOST_TOKENS = 10**12
_PRUNED_AT_ONCE = 500
_BACKGROUND = (Purpose.EMBED, Purpose.VARIANTS)
_WENT_WELL = (Outcome.OK, Outcome.REPAIRED, Outcome.UNFINISHED)
_MOST_DAYS = KEPT_DAYS
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Some calls together.

    Args:
        unpriced_tokens: of those whose price is not known, which `yuan` leaves out.
        fallbacks: how many ended without a usable reply of the model, by how they ended, the most frequent first;
            those that only tried a model are left out, for they ask for what it may not be able to do.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    yuan: float = 0.0
    unpriced_tokens: int = 0
    fallbacks: tuple[tuple[Outcome, int], ...] = ()

    @property
    def share_of_fallbacks(self) -> float:
        """How many of the calls ended without a usable reply, 0 to 1."""
        return sum(many for _, many in self.fallbacks) / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What models did in some days.

    Args:
        first_day, last_day: in the installation's timezone, both included; the last one is today.
        names: of the groups that are still there.
    """

    first_day: date
    last_day: date
    rows: tuple[tuple[date, CallSum], ...] = ()
    names: dict[int, str] = field(default_factory=dict)

    def total(self, since: date | None = None) -> Sum:
        """All of it, or what was since a day."""
        return _added(row for day, row in self.rows if since is None or day >= since)

    def by_day(self) -> dict[date, Sum]:
        """Day by day, the latest first; days without a call are left out."""
        return dict(sorted(self._by(lambda day, _: day).items(), reverse=True))

    def by_purpose(self) -> dict[Purpose, Sum]:
        """By what it was for, the dearest first."""
        return _dearest_first(self._by(lambda _, row: row.purpose))

    def by_group(self) -> dict[int | None, Sum]:
        """By group, the dearest first; None is what was for no one group."""
        return _dearest_first(self._by(lambda _, row: row.group_id))

    def _by(self, key: Callable[[date, CallSum], T]) -> dict[T, Sum]:
        found: dict[T, list[CallSum]] = {}
        for day, row in self.rows:
            found.setdefault(key(day, row), []).append(row)
        return {name: _added(rows) for name, rows in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapUse:
    """A cap and how much of it today's calls have used or reserved.

    Args:
        name: the group's; "" for all together.
        is_default: whether nobody set it.
    """

    cap: Cap
    name: str = ""
    is_default: bool = False
    yuan: float = 0.0
    tokens: int = 0


class Spending:
    """Implements `models.chat.Ledger`.

    Args:
        store: where calls and caps are.
        timezone: in which a day begins at midnight (IANA name).
        clock: tells the time.
    """

    def __init__(
        self, store: Store, *, timezone: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._clock = clock
        self._pruned: date | None = None

    def reserve(self, call: ModelCall) -> int:
        """Set aside what a call may cost, before it is made; it counts in full until it is settled, for ever if never.

        Args:
            call: with as many tokens, and the cost, as it may come to at most.

        Returns:
            The number to settle it by.

        Raises:
            ModelFailed: a cap of today would be exceeded (`over_budget`), or the store cannot be written.
        """
        try:
            with self._store.write() as connection:
                refusal = self._refusal(connection, call)
                if refusal is None:
                    return model_calls.add(connection, call)
                if not _is_background(call):
                    # What was wanted and not had is part of the record too; background work asks again and again.
                    model_calls.add(connection, _ended(call, Outcome.OVER_BUDGET))
        except (Busy, StorageFailed) as error:
            raise ModelFailed(f"what the model costs cannot be noted: {error}", Outcome.UNREACHABLE.value) from error
        raise ModelFailed(refusal, Outcome.OVER_BUDGET.value)

    def settle(self, call_id: int, call: ModelCall) -> None:
        """Note what a call did and cost. Where that fails, the reservation stays and counts."""
        try:
            with self._store.write() as connection:
                model_calls.settle(connection, call_id, call)
            self._prune()
        except (Busy, StorageFailed) as error:
            log.warning("what model call %d did is not noted: %s", call_id, error)

    def usage(self, account: Account, days: int = 31) -> Usage:
        """What models did in the last days, today included.

        Raises:
            NotAllowed: the account is no owner.
            BadInput: `days` is not 1 to 400.
        """
        need(account, Role.OWNER)
        if not 1 <= days <= _MOST_DAYS:
            raise BadInput(f"{days} days cannot be shown; name 1 to {_MOST_DAYS}")
        today = self._today()
        rows: list[tuple[date, CallSum]] = []
        with self._store.read() as connection:
            for back in range(days):
                day = today - timedelta(days=back)
                found = model_calls.sums(connection, from_at=self._begins(day), before=self._begins(day, 1))
                rows += [(day, one) for one in found]
            names = {group.id: group.name for group in groups.all_of(connection)}
        return Usage(first_day=today - timedelta(days=days - 1), last_day=today, rows=tuple(rows), names=names)

    def calls(self, account: Account, limit: int = 50) -> list[ModelCall]:
        """The last calls, newest first, at most 1000.

        Raises:
            NotAllowed: the account is no owner.
        """
        need(account, Role.OWNER)
        with self._store.read() as connection:
            return model_calls.newest(connection, max(1, min(limit, 1000)))

    def caps(self, account: Account) -> list[CapUse]:
        """The cap of all groups together, and those of groups that have their own, with what today used of each.

        Raises:
            NotAllowed: the account is no owner.
        """
        need(account, Role.OWNER)
        with self._store.read() as connection:
            found = model_caps.all_of(connection)
            shown = found if found and found[0].group_id is None else [DEFAULT_CAP, *found]
            return [self._use(connection, cap, is_default=cap is DEFAULT_CAP) for cap in shown]

    def set_cap(self, account: Account, cap: Cap) -> None:
        """Set the cap of all groups together, or of one; a cap without yuan and tokens lifts every limit of that kind.

        Raises:
            NotAllowed: the account is no owner.
            BadInput: a figure is none that a cap can have.
            NotFound: there is no such group.
        """
        need(account, Role.OWNER)
        if cap.yuan is not None and not 0 <= cap.yuan <= MOST_YUAN:
            raise BadInput(f"a cap of {cap.yuan:g} yuan cannot be; write 0 to {MOST_YUAN}")
        if cap.tokens is not None and not 0 <= cap.tokens <= MOST_TOKENS:
            raise BadInput(f"a cap of {cap.tokens} pieces of text cannot be; write 0 to {MOST_TOKENS}")
        with self._store.write() as connection:
            if cap.group_id is not None:
                groups.get(connection, cap.group_id)
            model_caps.put(connection, cap)

    def clear_cap(self, account: Account, group_id: int | None = None) -> None:
        """Go back to the default for all together, or to no cap of its own for a group.

        Raises:
            NotAllowed: the account is no owner.
        """
        need(account, Role.OWNER)
        with self._store.write() as connection:
            model_caps.drop(connection, group_id)

    def resets_at(self) -> datetime:
        """When the next day begins in the installation's timezone, in UTC."""
        return self._begins(self._today(), 1)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def _begins(self, day: date, later: int = 0) -> datetime:
        return datetime.combine(day + timedelta(days=later), time(), self._zone).astimezone(UTC)

    def _refusal(self, connection: Connection, call: ModelCall) -> str | None:
        """Why a call may not be made now, as a sentence; None where it may."""
        since = self._begins(self._today())
        caps = [model_caps.get(connection) or DEFAULT_CAP]
        own = model_caps.get(connection, call.group_id) if call.group_id is not None else None
        if own is not None:
            caps.insert(0, own)
        for cap in caps:
            used = model_calls.spent(connection, from_at=since, group_id=cap.group_id)
            why = _over(cap, used, call)
            if why is None and _is_background(call):
                used = model_calls.spent(
                    connection, from_at=since, group_id=cap.group_id, purposes=_BACKGROUND, without=(QUESTION,)
                )
                why = _over(cap, used, call, BACKGROUND_SHARE)
            if why is not None:
                again = self._begins(self._today(), 1).astimezone(self._zone)
                until = f"it begins anew at {again:%Y-%m-%d %H:%M} ({self._timezone})"
                return f"{_whose(connection, cap)} {why}; {until}, or an owner raises it in the settings"
        return None

    def _use(self, connection: Connection, cap: Cap, *, is_default: bool) -> CapUse:
        used = model_calls.spent(connection, from_at=self._begins(self._today()), group_id=cap.group_id)
        name = "" if cap.group_id is None else groups.get(connection, cap.group_id).name
        tokens = used.unpriced_tokens if is_default else used.tokens
        return CapUse(cap=cap, name=name, is_default=is_default, yuan=used.cost / MICRO, tokens=tokens)

    def _prune(self) -> None:
        """Forget old calls, a bounded number at a time: once a day, and after each call while there are more."""
        today = self._today()
        if self._pruned == today:
            return
        with self._store.write() as connection:
            before = self._begins(today - timedelta(days=KEPT_DAYS))
            went = model_calls.prune(connection, before, _PRUNED_AT_ONCE)
        if went < _PRUNED_AT_ONCE:
            self._pruned = today


def _over(cap: Cap, used: Spent, call: ModelCall, share: float = 1.0) -> str | None:
    """Which limit of a cap a call would exceed, and by how much; None where it fits."""
    wanted = call.input_tokens + call.output_tokens
    part = "" if share == 1 else " for work in the background"
    if cap.yuan is not None and call.cost and used.cost + call.cost > share * cap.yuan * MICRO:
        return (
            f"{share * cap.yuan:g} yuan a day{part} is used up: {used.cost / MICRO:.2f} are spent or reserved "
            f"and this call may cost {call.cost / MICRO:.4f}"
        )
    tokens, spent = cap.tokens, used.tokens
    if tokens is None or cap is DEFAULT_CAP:
        # A sum of money does not bound what has no known price; only who lifts both limits goes without any.
        is_bounded = call.cost is None and cap.group_id is None and cap.yuan is not None
        tokens, spent = (DEFAULT_CAP.tokens if is_bounded else None), used.unpriced_tokens
    if tokens is not None and spent + wanted > share * tokens:
        return (
            f"{share * tokens:.0f} pieces of text a day{part} is used up: {spent} are read, written or reserved "
            f"and this call may need {wanted}"
        )
    return None


def _whose(connection: Connection, cap: Cap) -> str:
    if cap.group_id is None:
        return "The models' cap of"
    try:
        name = groups.get(connection, cap.group_id).name
    except NotFound:
        name = str(cap.group_id)
    return f"The cap of the group {name!r} of"


def _is_background(call: ModelCall) -> bool:
    return call.purpose in _BACKGROUND and call.prompt != QUESTION


def _ended(call: ModelCall, outcome: Outcome) -> ModelCall:
    """A call that was not made."""
    return replace(call, input_tokens=0, output_tokens=0, cost=0, outcome=outcome)


def _added(rows: Iterable[CallSum]) -> Sum:
    found = list(rows)
    failed: Counter[Outcome] = Counter()
    for row in found:
        if row.outcome not in _WENT_WELL and row.purpose is not Purpose.TEST:
            failed[row.outcome] += row.calls
    return Sum(
        calls=sum(row.calls for row in found),
        input_tokens=sum(row.input_tokens for row in found),
        output_tokens=sum(row.output_tokens for row in found),
        yuan=sum(row.cost for row in found) / MICRO,
        unpriced_tokens=sum(row.unpriced_tokens for row in found),
        fallbacks=tuple(failed.most_common()),
    )


def _dearest_first(sums: dict[T, Sum]) -> dict[T, Sum]:
    return dict(sorted(sums.items(), key=lambda one: (-one[1].yuan, -one[1].unpriced_tokens, -one[1].calls)))
