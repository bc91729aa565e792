"""Accounts of the console, their sessions, and the attempts at logging in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import BadInput, NotFound
from copilot.records import Account, Role
from copilot.store.engine import inserted_id
from copilot.store.tables import account, login_attempt, session


def add(
    connection: Connection,
    name: str,
    password: str,
    role: Role,
    group_ids: frozenset[int] | None,
    created_at: datetime,
) -> Account:
    """Make an account; `password` is the salted hash.

    Raises:
        BadInput: the name is taken.
    """
    if by_name(connection, name) is not None:
        raise BadInput(f"there is an account named {name!r} already; choose another name")
    row = connection.execute(
        sa.insert(account).values(
            name=name,
            password=password,
            role=role.value,
            group_ids=None if group_ids is None else sorted(group_ids),
            disabled=False,
            created_at=created_at,
        )
    )
    return get(connection, inserted_id(row))


def get(connection: Connection, account_id: int) -> Account:
    """One account.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(account).where(account.c.id == account_id)).first()
    if row is None:
        raise NotFound(f"there is no account {account_id}; it may have been removed meanwhile")
    return _record(row)


def by_name(connection: Connection, name: str) -> tuple[Account, str] | None:
    """An account with its salted hash, by its name."""
    row = connection.execute(sa.select(account).where(account.c.name == name)).first()
    return None if row is None else (_record(row), row.password)


def all_of(connection: Connection) -> list[Account]:
    """Every account, the oldest first."""
    return [_record(row) for row in connection.execute(sa.select(account).order_by(account.c.id))]


def save(connection: Connection, changed: Account) -> None:
    """Write an account's role, groups and whether it is disabled."""
    connection.execute(
        sa.update(account)
        .where(account.c.id == changed.id)
        .values(
            role=changed.role.value,
            group_ids=None if changed.group_ids is None else sorted(changed.group_ids),
            disabled=changed.disabled,
        )
    )


def set_password(connection: Connection, account_id: int, password: str) -> None:
    """Replace the salted hash and end every session of the account."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(password=password))
    end_sessions(connection, account_id)


def open_session(
    connection: Connection, token_hash: str, account_id: int, created_at: datetime, expires_at: datetime
) -> None:
    """Remember a login, and forget those that have run out."""
    connection.execute(sa.delete(session).where(session.c.expires_at <= created_at))
    connection.execute(
        sa.insert(session).values(
            token_hash=token_hash, account_id=account_id, created_at=created_at, expires_at=expires_at
        )
    )


def of_session(connection: Connection, token_hash: str, now: datetime) -> Account | None:
    """The account that a session belongs to; None if it ran out, ended, or the account is disabled."""
    row = connection.execute(
        sa.select(account)
        .join_from(account, session, session.c.account_id == account.c.id)
        .where(session.c.token_hash == token_hash, session.c.expires_at > now, account.c.disabled.is_(False))
    ).first()
    return None if row is None else _record(row)


def end_session(connection: Connection, token_hash: str) -> None:
    """Forget one login."""
    connection.execute(sa.delete(session).where(session.c.token_hash == token_hash))


def end_sessions(connection: Connection, account_id: int) -> None:
    """Forget every login of an account."""
    connection.execute(sa.delete(session).where(session.c.account_id == account_id))


def add_attempt(connection: Connection, subject: str, at: datetime) -> None:
    """Remember a wrong password for a name or an address."""
    connection.execute(sa.insert(login_attempt).values(subject=subject, at=at))


def attempts(connection: Connection, subject: str, since: datetime) -> list[datetime]:
    """When wrong passwords were given for a name or an address, the oldest first."""
    return list(
        connection.execute(
            sa.select(login_attempt.c.at)
            .where(login_attempt.c.subject == subject, login_attempt.c.at > since)
            .order_by(login_attempt.c.at)
        ).scalars()
    )


def clear_attempts(connection: Connection, subject: str, before: datetime) -> None:
    """Forget the wrong passwords of one subject, and everyone's from before a time."""
    connection.execute(
        sa.delete(login_attempt).where((login_attempt.c.subject == subject) | (login_attempt.c.at < before))
    )


def forget_attempt(connection: Connection, subject: str, at: datetime) -> None:
    """Forget the tries of one subject at one moment."""
    connection.execute(sa.delete(login_attempt).where(login_attempt.c.subject == subject, login_attempt.c.at == at))


def _record(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        group_ids=None if row.group_ids is None else frozenset(row.group_ids),
        disabled=row.disabled,
        created_at=row.created_at,
    )
