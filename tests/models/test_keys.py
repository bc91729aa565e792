"""Keys: kept for one address each, in a file that nobody else can read, and shown nowhere."""

from __future__ import annotations

import json
import logging
import pickle
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from copilot.errors import BadInput, Busy, StorageFailed
from copilot.models import keys as room
from copilot.models.keys import LONGEST_KEY, Keys, checked_key, place_of

SECRET = "sk-0123-abcd"
DEEPSEEK = "https://api.deepseek.com/v1"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.json")


def test_a_key_belongs_to_its_address(keys: Keys, tmp_path: Path) -> None:
    assert keys.get(DEEPSEEK) is None
    keys.put(DEEPSEEK, f"  {SECRET}\n")
    keys.put("http://127.0.0.1:8080/v1", "local")
    assert keys.get("https://API.deepseek.com:443/anything") == SECRET
    for other in ("http://api.deepseek.com/v1", "https://api.deepseek.com:8443", "https://deepseek.com", "http://x"):
        assert keys.get(other) is None
    again = Keys(tmp_path / "keys.json")
    assert (again.get(DEEPSEEK), again.get("http://127.0.0.1:8080/")) == (SECRET, "local")
    again.drop(DEEPSEEK)
    again.drop(DEEPSEEK)
    assert (keys.get(DEEPSEEK), keys.get("http://127.0.0.1:8080/")) == (None, "local")


def test_nobody_else_can_read_the_file(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    (tmp_path / "keys.json.partial").write_text("left by a crash")
    (tmp_path / "keys.json.partial").chmod(0o644)
    keys.put(DEEPSEEK, SECRET)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert keys.get(DEEPSEEK) == SECRET
    assert path.stat().st_mode & 0o777 == 0o600
    assert {one.name for one in tmp_path.iterdir()} <= {"keys.json", "keys.json.lock"}


def test_no_key_is_shown(keys: Keys, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    keys.put(DEEPSEEK, SECRET)
    path = tmp_path / "keys.json"
    path.write_text(path.read_text()[:-4])
    assert keys.get(DEEPSEEK) is None
    assert "enter them again" in caplog.text
    shown = [repr(keys), str(keys), str(vars(keys)), caplog.text]
    for wrong in (f"{SECRET} {SECRET}", f"{SECRET}密", SECRET + "x" * LONGEST_KEY, f"{SECRET}\nX-Other: 1", " "):
        with pytest.raises(BadInput) as caught:
            keys.put(DEEPSEEK, wrong)
        shown.append(repr(caught.value))
    assert not [one for one in shown if SECRET[:8] in one]
    with pytest.raises(TypeError):
        pickle.dumps(keys)


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "\0", '"text"'])
def test_a_damaged_file_is_written_anew(keys: Keys, tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    assert keys.get(DEEPSEEK) is None
    keys.put(DEEPSEEK, SECRET)
    assert list(json.loads((tmp_path / "keys.json").read_text()).values()) == [SECRET]


def test_keys_that_are_entered_at_once_are_all_kept(keys: Keys, tmp_path: Path) -> None:
    begin = threading.Barrier(4)

    def enter(number: int) -> None:
        mine = Keys(tmp_path / "keys.json")
        begin.wait()
        for one in range(5):
            mine.put(f"https://host{number}-{one}", f"k{number}-{one}")

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [keys.get(f"https://host{n}-{m}") for n in range(4) for m in range(5)] == [
        f"k{n}-{m}" for n in range(4) for m in range(5)
    ]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys.json.partial").mkdir()
    with pytest.raises(StorageFailed, match="check the free space") as caught:
        Keys(tmp_path / "keys.json").put(DEEPSEEK, SECRET)
    assert SECRET not in str(caught.value)
    monkeypatch.setattr(room, "_PATIENCE_SECONDS", 0)
    with FileLock(tmp_path / "other.json.lock"), pytest.raises(Busy):
        Keys(tmp_path / "other.json").put(DEEPSEEK, SECRET)


@pytest.mark.parametrize("key", ["sk-abc", "a.b_c=", "x" * LONGEST_KEY])
def test_keys_as_vendors_make_them_are_taken(key: str) -> None:
    assert checked_key(f"\t{key} ") == key


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://api.example.com/v1", "https://api.example.com:443"),
        ("HTTP://Example.com", "http://example.com:80"),
        ("http://[::1]:8000/v1", "http://::1:8000"),
        ("https://user:pass@host/v1", "https://host:443"),
    ],
)
def test_an_address_is_scheme_host_and_port(address: str, place: str) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize("address", ["", "api.example.com", "ftp://x", "http://", "http://x:y", "file:///etc/passwd"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        place_of(address)
