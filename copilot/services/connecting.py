"""The chat model that an owner chooses: its setup and key, trying it, what it would cost, and doing without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from copilot.answering.gate import Gate
from copilot.errors import BadInput
from copilot.models.keys import Keys, checked_key, place_of
from copilot.models.providers import is_local_url, keeps_texts, provider
from copilot.records import Account, ModelSetup, Role
from copilot.retrieval.retriever import Retriever
from copilot.services.estimating import Estimate, estimate
from copilot.services.rights import need, need_community
from copilot.store import Store, facts, groups, model_setup

if TYPE_CHECKING:
    from copilot.models.chat import Probe

LONGEST_ADDRESS = 400
LONGEST_MODEL = 200
SMALLEST_CONTEXT, LARGEST_CONTEXT = 1000, 10_000_000
DEAREST = 100_000.0
"""Yuan for a million tokens; far above any price list."""


class Prober(Protocol):
    """Tries a model; see `models.chat.Chat.probe`."""

    def probe(self, setup: ModelSetup, key: str) -> Probe: ...


class Chosen:
    """Gives the model that is chosen with its key, to whoever asks models.

    Args:
        store: where the choice is.
        keys: the keys that were entered.
        given: the key of the settings. It is for the first address that an owner chooses with it, and for no other one
            ever after: neither a setup that is edited nor a store that is put back takes it elsewhere. Until then,
            where no model is chosen, it is for the service that embeds, which the settings name too.
    """

    def __init__(self, store: Store, keys: Keys, given: str | None = None) -> None:
        self._store = store
        self._keys = keys
        self._given = checked_key(given) if given else None

    def __call__(self) -> tuple[ModelSetup, str] | None:
        """The setup and its key, "" where there is none; None where no model is chosen."""
        setup = self.setup()
        return None if setup is None else (setup, self.key_of(setup.base_url, setup) or "")

    def setup(self) -> ModelSetup | None:
        """The setup alone."""
        with self._store.read() as connection:
            return model_setup.get(connection)

    def key_for_embedding(self, base_url: str) -> str | None:
        """The key for a service that embeds, or None."""
        return self.key_of(base_url, self.setup())

    def key_of(self, base_url: str, setup: ModelSetup | None) -> str | None:
        """The key for an address, or None.

        Args:
            setup: the model that is chosen.
        """
        entered = self._keys.get(base_url)
        if entered is not None or self._given is None:
            return entered
        bound = self._keys.bound(self._given)
        fits = bound == place_of(base_url) if bound is not None else setup is None
        return self._given if fits else None

    def offered(self, base_url: str) -> str | None:
        """The key that an owner has for an address that they try or choose, or None."""
        entered = self._keys.get(base_url)
        return entered if entered is not None or self.elsewhere(base_url) else self._given

    def elsewhere(self, base_url: str) -> str | None:
        """The other address that the key of the settings is for; None where it may be used for this one."""
        bound = self._keys.bound(self._given) if self._given else None
        return None if bound == place_of(base_url) else bound

    def bind(self, base_url: str) -> None:
        """Note that an owner chose an address: where none was entered, the key of the settings is for it."""
        if self._given is not None and self._keys.get(base_url) is None:
            self._keys.bind(self._given, base_url)


class Connecting:
    """The use case of choosing a model.

    Args:
        store: where the choice is kept.
        keys: where keys are kept.
        chosen: gives what is chosen.
        prober: tries a model.
        retriever: finds by words alone what members' questions are about, for the estimate.
        timezone: in which days are told.
        clock: tells the time.
    """

    def __init__(
        self,
        store: Store,
        keys: Keys,
        chosen: Chosen,
        prober: Prober,
        *,
        timezone: str,
        retriever: Retriever | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._keys = keys
        self._chosen = chosen
        self._prober = prober
        self._zone = ZoneInfo(timezone)
        self._retriever = retriever
        self._clock = clock

    def setup(self, account: Account) -> ModelSetup | None:
        """The model that is chosen, or None.

        Raises:
            NotAllowed: the account is no owner.
        """
        need(account, Role.OWNER)
        return self._chosen.setup()

    def has_key(self, base_url: str) -> bool:
        """Whether there is a key for an address."""
        try:
            return self._chosen.key_of(base_url, self._chosen.setup()) is not None
        except BadInput:
            return False

    def choose(self, account: Account, setup: ModelSetup, key: str | None = None) -> ModelSetup:
        """Choose a model.

        Args:
            account: an owner.
            setup: what was filled in; that it is local is believed only of an address that can be.
            key: as it was pasted; None keeps the one that was entered for this address before.

        Returns:
            The setup as it is kept.

        Raises:
            NotAllowed: the account is no owner.
            BadInput: something in it cannot be, or the vendor needs a key and there is none.
            NotFound: there is no such vendor.
        """
        need(account, Role.OWNER)
        kept = checked(setup)
        self._key(kept, key)
        if key is not None and key.strip():
            self._keys.put(kept.base_url, key)
        self._chosen.bind(kept.base_url)
        with self._store.write() as connection:
            return model_setup.save(connection, kept, self._clock())

    def keep_key(self, account: Account, base_url: str, key: str) -> None:
        """Keep a key for an address where no chat model need be, such as that of a service that embeds.

        Raises:
            NotAllowed: the account is no owner.
            BadInput: the key or the address cannot be one.
        """
        need(account, Role.OWNER)
        self._keys.put(base_url, key)

    def forget(self, account: Account) -> None:
        """Do without a model from now on, and delete its key.

        Raises:
            NotAllowed: the account is no owner.
        """
        need(account, Role.OWNER)
        setup = self._chosen.setup()
        with self._store.write() as connection:
            model_setup.drop(connection)
        if setup is not None:
            self._keys.drop(setup.base_url)

    def test(self, account: Account, setup: ModelSetup, key: str | None = None) -> Probe:
        """Try a model before it is chosen; nothing is kept.

        Args, Raises: as `choose`. What goes wrong at the model's own end is said in the result.
        """
        need(account, Role.OWNER)
        tried = checked(setup)
        return self._prober.probe(tried, self._key(tried, key))

    def estimate(
        self, account: Account, setup: ModelSetup, *, group_id: int | None = None, community_id: int | None = None
    ) -> Estimate:
        """Reckon what a model would cost a month at the traffic of a group, or of all groups of a community.

        Raises:
            NotAllowed: the account is no owner, or may not see it.
            BadInput: neither or both are named.
            NotFound: it does not exist.
        """
        need(account, Role.OWNER, group_id)
        if (group_id is None) == (community_id is None):
            raise BadInput("what a model costs is reckoned for one group or one community; name one of them")
        with self._store.read() as connection:
            if group_id is not None:
                rooms = [groups.get(connection, group_id)]
            else:
                need_community(connection, account, community_id or 0)
                rooms = [one for one in groups.all_of(connection, community_id) if account.sees(one.id)]
        return estimate(
            self._store,
            rooms,
            setup,
            now=self._clock(),
            zone=self._zone,
            retriever=self._retriever,
            gate=self._gate if self._retriever else None,
        )

    @cached_property
    def _gate(self) -> Gate:
        return Gate.load_default()

    def _key(self, setup: ModelSetup, key: str | None) -> str:
        """The key that goes with a setup, "" where it needs none."""
        if key is not None and key.strip():
            return checked_key(key)
        found = self._chosen.offered(setup.base_url)
        if found is None and not setup.is_local and provider(setup.vendor).key_url:
            elsewhere = self._chosen.elsewhere(setup.base_url)
            if elsewhere is not None:
                raise BadInput(
                    f"COPILOT_MODEL_KEY is for {elsewhere} and goes nowhere else; paste the key of this vendor"
                )
            raise BadInput("there is no key for this vendor yet; paste the one that its site shows")
        return found or ""


class Remembering:
    """Keeps short texts among the facts of the store, for what is asked of a service once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recall(self, name: str) -> str | None:
        """What is kept under a name."""
        with self._store.read() as connection:
            return facts.get(connection, name)

    def remember(self, name: str, value: str) -> None:
        """Keep a text under a name of at most 60 characters."""
        with self._store.write() as connection:
            facts.put(connection, name, value)


def checked(setup: ModelSetup) -> ModelSetup:
    """A setup as it may be kept.

    Raises:
        BadInput: something in it cannot be.
        NotFound: there is no such vendor.
    """
    provider(setup.vendor)
    base_url, model = _address(setup.base_url), setup.model.strip()
    place_of(base_url)
    parts = urlsplit(base_url)
    is_local = keeps_texts(replace(setup, base_url=base_url, model=model))
    if parts.username or parts.password or parts.query or parts.fragment or len(base_url) > LONGEST_ADDRESS:
        raise BadInput("the address holds more than one; write it up to /v1, without a name, a password or a ?")
    if parts.scheme == "http" and not is_local_url(base_url):
        raise BadInput(
            f"{parts.hostname} would be asked without encryption, and everyone on the way could read it; write https://"
        )
    if not model or len(model) > LONGEST_MODEL or not model.isprintable():
        raise BadInput("the model has no name, or one that cannot be; write it as its vendor does")
    if not SMALLEST_CONTEXT <= setup.context_tokens <= LARGEST_CONTEXT:
        raise BadInput(
            f"a model cannot read {setup.context_tokens} pieces of text at once; "
            f"write {SMALLEST_CONTEXT} to {LARGEST_CONTEXT}"
        )
    prices = (setup.input_price, setup.output_price)
    for price in prices:
        if price is not None and not (isfinite(price) and 0 <= price <= DEAREST):
            raise BadInput(f"a price of {price:g} yuan cannot be; write 0 to {DEAREST:.0f}, or leave it empty")
    # What runs here costs nothing, where nobody says otherwise.
    input_price, output_price = (0.0 if price is None and is_local else price for price in prices)
    return replace(
        setup,
        base_url=base_url,
        model=model,
        is_local=is_local,
        input_price=input_price,
        output_price=output_price,
    )


def _address(pasted: str) -> str:
    """An address as it is asked, from one as it is pasted: with its scheme, and up to /v1 or the like."""
    address = pasted.strip()
    if address and "://" not in address:
        # Servers on this machine and in its network have no certificate.
        address = f"http://{address}" if is_local_url(f"http://{address}") else f"https://{address}"
    return address.rstrip("/").removesuffix("/chat/completions").rstrip("/")
