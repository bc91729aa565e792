"""Who may come in: the one-time link of the first start, logins and their throttling, accounts and their rights."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from copilot.errors import BadInput, NotAllowed
from copilot.records import Account, Role
from copilot.services.rights import need
from copilot.store import Connection, Store, accounts, facts

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
LONGEST_NAME = 60
# After so many wrong passwords for one name or one address, each further try waits this long.
THROTTLE = timedelta(minutes=10)
_SETUP = "setup_token_hash"
# scrypt's cost: 16 MiB and some 50 ms a try, as OWASP's password storage advice has it (N=2^14, r=8, p=5).
_N, _R, _P = 2**14, 8, 5


def _now() -> datetime:
    return datetime.now(UTC)


class Accounts:
    """The use cases around accounts.

    Args:
        store: where they are.
        session_days: how long a login lasts.
        attempts: wrong passwords before a name or address must wait.
        clock: tells the time.
    """

    def __init__(self, store: Store, *, session_days: int, attempts: int, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._session = timedelta(days=session_days)
        self._attempts = attempts
        self._clock = clock

    def setup_token(self) -> str | None:
        """A new one-time token for making the owner; None where there is one. Only its hash is kept."""
        with self._store.write() as connection:
            if _owned(connection):
                return None
            token = secrets.token_urlsafe(24)
            facts.put(connection, _SETUP, _hash(token))
        return token

    def needs_owner(self) -> bool:
        """Whether nobody has an account yet."""
        with self._store.read() as connection:
            return not _owned(connection)

    def create_owner(self, token: str, name: str, password: str) -> Account:
        """Make the owner with the one-time token, which is used up.

        Raises:
            NotAllowed: the token is wrong or was used.
            BadInput: name or password will not do.
        """
        name, password = _checked_name(name), _checked_password(password)
        hashed = _hash_password(password)
        with self._store.write() as connection:
            wanted = facts.get(connection, _SETUP)
            if wanted is None or _owned(connection) or not hmac.compare_digest(wanted, _hash(token)):
                raise NotAllowed("the link is not valid any more; take the one that the program printed last")
            facts.drop(connection, _SETUP)
            return accounts.add(connection, name, hashed, Role.OWNER, None, self._clock())

    def login(self, name: str, password: str, *, remote: str) -> str:
        """Check a password and open a session.

        Args:
            name: the account's name.
            password: as typed.
            remote: the address it comes from, which is throttled as the name is.

        Returns:
            The session token, of which only the hash is kept.

        Raises:
            NotAllowed: it is wrong, the account is disabled, or there were too many tries.
        """
        now, name = self._clock(), name.strip()
        subjects = (f"name:{name[:LONGEST_NAME]}", f"from:{remote}")
        with self._store.write() as connection:
            for subject in subjects:
                self._check_throttle(connection, subject, now)
            # Counted before the password is looked at, so that many tries at once are no more than many in a row.
            for subject in subjects:
                accounts.add_attempt(connection, subject, now)
            found = accounts.by_name(connection, name)
        # An unknown name costs the same time as a wrong password, so that names cannot be probed.
        right = _verify(password[:LONGEST_PASSWORD], found[1] if found else _nobody())
        if found is None or not right or found[0].disabled:
            raise NotAllowed("name or password is wrong; an owner can set a new password")
        token = secrets.token_urlsafe(32)
        with self._store.write() as connection:
            accounts.clear_attempts(connection, subjects[0], now - THROTTLE)
            accounts.forget_attempt(connection, subjects[1], now)
            accounts.open_session(connection, _hash(token), found[0].id, now, now + self._session)
        return token

    def account_of(self, session_token: str | None) -> Account | None:
        """The account behind a session token; None where it ran out or never was."""
        if not session_token:
            return None
        with self._store.read() as connection:
            return accounts.of_session(connection, _hash(session_token), self._clock())

    def logout(self, session_token: str) -> None:
        """End a session."""
        with self._store.write() as connection:
            accounts.end_session(connection, _hash(session_token))

    def end_sessions(self, by: Account, account_id: int) -> None:
        """End every session of an account, on all devices: anybody their own, an owner everybody's.

        Raises:
            NotAllowed: it is somebody else's and `by` is no owner.
            NotFound: there is no such account.
        """
        if by.id != account_id:
            need(by, Role.OWNER)
        with self._store.write() as connection:
            accounts.get(connection, account_id)
            accounts.end_sessions(connection, account_id)

    def list(self) -> list[Account]:
        """Every account."""
        with self._store.read() as connection:
            return accounts.all_of(connection)

    def create(
        self, by: Account, name: str, password: str, role: Role, group_ids: frozenset[int] | None = None
    ) -> Account:
        """Make an account.

        Raises:
            NotAllowed: `by` is no owner.
            BadInput: name or password will not do.
        """
        need(by, Role.OWNER)
        name, password = _checked_name(name), _checked_password(password)
        if role is Role.OWNER and group_ids is not None:
            raise BadInput("an owner sees every group; leave the groups open or choose another role")
        hashed = _hash_password(password)
        with self._store.write() as connection:
            return accounts.add(connection, name, hashed, role, group_ids, self._clock())

    def change(
        self,
        by: Account,
        account_id: int,
        *,
        role: Role | None = None,
        group_ids: frozenset[int] | object | None = ...,
        disabled: bool | None = None,
    ) -> Account:
        """Change an account's role, groups (None: all) or whether it is disabled; what is not given stays.

        Raises:
            NotAllowed: `by` is no owner.
            BadInput: no owner would be left.
        """
        need(by, Role.OWNER)
        with self._store.write() as connection:
            account = accounts.get(connection, account_id)
            changed = replace(
                account,
                role=role or account.role,
                disabled=account.disabled if disabled is None else disabled,
                group_ids=account.group_ids if group_ids is ... else group_ids,  # type: ignore[arg-type]
            )
            if changed.role is Role.OWNER and changed.group_ids is not None:
                raise BadInput("an owner sees every group; leave the groups open or choose another role")
            accounts.save(connection, changed)
            owners = [one for one in accounts.all_of(connection) if one.role is Role.OWNER and not one.disabled]
            if not owners:
                raise BadInput(f"{account.name} is the last owner; make somebody else owner first")
            if changed.disabled:
                accounts.end_sessions(connection, account_id)
        return changed

    def set_password(self, by: Account, account_id: int, password: str) -> None:
        """Set an account's password and end its sessions: anybody their own, an owner everybody's.

        Raises:
            NotAllowed: it is somebody else's and `by` is no owner.
            BadInput: the password will not do.
        """
        if by.id != account_id:
            need(by, Role.OWNER)
        hashed = _hash_password(_checked_password(password))
        with self._store.write() as connection:
            account = accounts.get(connection, account_id)
            accounts.set_password(connection, account_id, hashed)
            accounts.clear_attempts(connection, f"name:{account.name}", self._clock() - THROTTLE)

    def _check_throttle(self, connection: Connection, subject: str, now: datetime) -> None:
        tries = accounts.attempts(connection, subject, now - THROTTLE)
        if len(tries) >= self._attempts:
            wait = tries[-self._attempts] + THROTTLE - now
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise NotAllowed(f"too many wrong passwords; wait {minutes} min and try again")


def _owned(connection: Connection) -> bool:
    return any(one.role is Role.OWNER for one in accounts.all_of(connection))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"the name has {len(name)} characters; use 1 to {LONGEST_NAME}")
    return name


def _checked_password(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(f"the password has {len(password)} characters; use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}")
    return password


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=_N, r=_R, p=_P, maxmem=64 * 2**20, dklen=32
    )


def _hash_password(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def _verify(password: str, hashed: str) -> bool:
    _, salt, digest = hashed.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)


def _nobody() -> str:
    return f"scrypt${'00' * 16}${'00' * 32}"
