"""Coming in: the one-time link, logins, throttling, rights."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from copilot.errors import BadInput, NotAllowed, NotFound
from copilot.records import Account, Role
from copilot.services.accounts import THROTTLE, Accounts
from copilot.services.rights import SYSTEM
from copilot.store import Store
from tests.conftest import NOW


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(app: object, clock: Clock) -> Accounts:
    store: Store = app.store  # type: ignore[attr-defined]
    return Accounts(store, session_days=14, attempts=3, clock=clock)


@pytest.fixture
def owner(people: Accounts) -> Account:
    token = people.setup_token()
    assert token is not None
    return people.create_owner(token, "馆长", "correct horse")


def test_the_link_works_once(people: Accounts) -> None:
    first, second = people.setup_token(), people.setup_token()
    assert first is not None
    assert second is not None
    with pytest.raises(NotAllowed, match="not valid any more"):
        people.create_owner(first, "馆长", "correct horse")
    assert people.create_owner(second, " 馆长 ", "correct horse").name == "馆长"
    with pytest.raises(NotAllowed):
        people.create_owner(second, "别人", "correct horse")
    assert people.setup_token() is None


@pytest.mark.parametrize(
    ("name", "password"), [("", "correct horse"), ("x" * 61, "correct horse"), ("馆长", "short"), ("馆长", "x" * 201)]
)
def test_names_and_passwords_are_checked(people: Accounts, name: str, password: str) -> None:
    token = people.setup_token()
    assert token is not None
    with pytest.raises(BadInput, match="characters"):
        people.create_owner(token, name, password)
    assert people.create_owner(token, "馆长", "correct horse")


def test_a_session_lasts_and_ends(people: Accounts, owner: Account, clock: Clock) -> None:
    token = people.login("馆长", "correct horse", remote="127.0.0.1")
    assert people.account_of(token) == owner
    assert people.account_of("made up") is None
    assert people.account_of(None) is None
    clock.now += timedelta(days=13)
    assert people.account_of(token) == owner
    clock.now += timedelta(days=2)
    assert people.account_of(token) is None
    again = people.login("馆长", "correct horse", remote="127.0.0.1")
    people.logout(again)
    assert people.account_of(again) is None


def test_wrong_passwords_make_a_name_and_an_address_wait(people: Accounts, owner: Account, clock: Clock) -> None:
    for _ in range(3):
        with pytest.raises(NotAllowed, match="wrong"):
            people.login("馆长", "guess guess", remote="10.0.0.1")
    with pytest.raises(NotAllowed, match="wait 10 min"):
        people.login("馆长", "correct horse", remote="10.0.0.2")
    with pytest.raises(NotAllowed, match="wait"):
        people.login("nobody", "x", remote="10.0.0.1")
    clock.now += THROTTLE + timedelta(seconds=1)
    assert people.login("馆长", "correct horse", remote="10.0.0.1")


def test_many_tries_at_once_are_no_more_than_many_in_a_row(people: Accounts, owner: Account) -> None:
    def guess(number: int) -> str:
        try:
            people.login("馆长", f"guess {number}", remote="10.0.0.1")
        except NotAllowed as error:
            return "wait" if "wait" in str(error) else "wrong"
        return "in"

    with ThreadPoolExecutor(12) as pool:
        said = Counter(pool.map(guess, range(24)))
    assert said == {"wrong": 3, "wait": 21}


def test_passwords_and_tokens_are_not_kept(people: Accounts, owner: Account) -> None:
    token = people.login("馆长", "correct horse", remote="127.0.0.1")
    dump = "\n".join(
        str(row)
        for table in ("account", "session", "fact")
        for row in people._store.engine.connect().exec_driver_sql(f"SELECT * FROM {table}").fetchall()
    )
    assert "correct horse" not in dump
    assert token not in dump


def test_rights(people: Accounts, owner: Account) -> None:
    helper = people.create(owner, "小助手", "password1", Role.MODERATOR, frozenset({1}))
    assert helper.sees(1)
    assert not helper.sees(2)
    with pytest.raises(NotAllowed, match="takes owner"):
        people.create(helper, "x", "password1", Role.VIEWER)
    with pytest.raises(NotAllowed):
        people.set_password(helper, owner.id, "password2")
    people.set_password(helper, helper.id, "password2")
    with pytest.raises(BadInput, match="last owner"):
        people.change(owner, owner.id, role=Role.VIEWER)
    with pytest.raises(BadInput, match="already"):
        people.create(owner, "小助手", "password1", Role.VIEWER)
    token = people.login("小助手", "password2", remote="r")
    people.change(owner, helper.id, disabled=True)
    assert people.account_of(token) is None
    with pytest.raises(NotAllowed, match="wrong"):
        people.login("小助手", "password2", remote="r")
    assert people.change(owner, helper.id, disabled=False, group_ids=None).group_ids is None


def test_a_new_password_ends_sessions(people: Accounts, owner: Account) -> None:
    token = people.login("馆长", "correct horse", remote="r")
    people.set_password(owner, owner.id, "another one")
    assert people.account_of(token) is None
    assert people.login("馆长", "another one", remote="r")


def test_logging_out_everywhere_ends_all_sessions_of_one_account(people: Accounts, owner: Account) -> None:
    helper = people.create(owner, "小助手", "password1", Role.ADMIN)
    phone, desk = (people.login("小助手", "password1", remote=remote) for remote in ("phone", "desk"))
    mine = people.login("馆长", "correct horse", remote="r")
    with pytest.raises(NotAllowed, match="takes owner"):
        people.end_sessions(helper, owner.id)
    assert people.account_of(mine) == owner
    people.end_sessions(helper, helper.id)
    assert people.account_of(phone) is None
    assert people.account_of(desk) is None
    assert people.account_of(mine) == owner

    again = people.login("小助手", "password1", remote="phone")
    people.end_sessions(owner, helper.id)
    assert people.account_of(again) is None
    assert people.login("小助手", "password1", remote="phone")
    with pytest.raises(NotFound):
        people.end_sessions(owner, 999)


def test_an_account_made_before_the_owner_leaves_the_link_open(people: Accounts) -> None:
    people.create(SYSTEM, "小助手", "password1", Role.VIEWER)
    token = people.setup_token()
    assert token is not None
    assert people.create_owner(token, "馆长", "correct horse").role is Role.OWNER
    assert people.setup_token() is None
