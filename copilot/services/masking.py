"""Whose names leave this machine only as placeholders: the members of the community that a model is asked about."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection
from typing import Generic, TypeVar

from copilot.store import Store, facts, members

Masker = TypeVar("Masker")

_SECRET = "masking_secret"  # noqa: S105  (the name under which the secret is kept)
_SECRET_BYTES = 32


class Maskers(Generic[Masker]):
    """Makes the masker of each community, and makes it anew when somebody joins or is renamed.

    Args:
        store: where the members are, and the secret by which the same value gets the same placeholder each time.
        make: makes a masker of names and the secret.
    """

    def __init__(self, store: Store, make: Callable[[Collection[str], bytes], Masker]) -> None:
        self._store = store
        self._make = make
        self._lock = threading.Lock()
        self._secret = b""
        self._made: dict[int | None, tuple[tuple[int, ...], Masker]] = {}

    def of(self, community_id: int | None, _group_id: int | None = None) -> Masker:
        """The masker for what is said in a community: people of one group are spoken of in the others.

        Args:
            community_id: None where no community is concerned, as where a connection is tested.

        The cost of a call grows with the number of members only where their names have changed since the last.
        """
        with self._store.read() as connection:
            stamp = members.names_stamp(connection, community_id) if community_id is not None else ()
            known = self._made.get(community_id)
            if known is not None and known[0] == stamp:
                return known[1]
            names = members.names(connection, community_id) if community_id is not None else set()
        made = self._make(names, self._kept_secret())
        with self._lock:
            self._made[community_id] = (stamp, made)
        return made

    def _kept_secret(self) -> bytes:
        with self._lock:
            if not self._secret:
                self._secret = bytes.fromhex(self._found() or self._founded())
            return self._secret

    def _found(self) -> str | None:
        with self._store.read() as connection:
            return facts.get(connection, _SECRET)

    def _founded(self) -> str:
        with self._store.write() as connection:
            # Another process may have been first.
            kept = facts.get(connection, _SECRET)
            if kept is None:
                kept = secrets.token_hex(_SECRET_BYTES)
                facts.put(connection, _SECRET, kept)
            return kept
