"""Settings: each from the environment and from `.env`; what is wrong is named with its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from copilot.errors import BadSettings
from copilot.settings import SECRETS, Settings, is_loopback, load_settings, settings_table

# name, as it is written, what it becomes
EVERY = [
    ("data_dir", "/tmp/somewhere", Path("/tmp/somewhere")),
    ("host", " ::1 ", "::1"),
    ("port", "0", 0),
    ("allowed_hosts", '["copilot.example.org", "b"]', ("copilot.example.org", "b")),
    ("https", "true", True),
    ("open_browser", "no", False),
    ("sample", "0", False),
    ("language", "en", "en"),
    ("timezone", "Europe/Berlin", "Europe/Berlin"),
    ("embedder", "BAAI/bge-m3", "BAAI/bge-m3"),
    ("model_key", " sk-123 ", SecretStr("sk-123")),
    ("session_days", "365", 365),
    ("login_attempts", "1", 1),
    ("max_upload_mb", "65536", 65536),
    ("backups_kept", "1000", 1000),
    ("log_level", "debug", "debug"),
]

# name, a wrong value, what the message says of the remedy
WRONG = [
    ("host", "  ", "write an address such as 127.0.0.1"),
    ("port", "70000", "less than or equal to 65535"),
    ("port", "-1", "greater than or equal to 0"),
    ("port", "http", "valid integer"),
    ("https", "perhaps", "valid boolean"),
    ("sample", "", "valid boolean"),
    ("language", "fr", "'zh' or 'en'"),
    ("timezone", "Mars/Base", "write one such as Asia/Shanghai"),
    ("timezone", "", "write one such as Asia/Shanghai"),
    ("timezone", "../../etc/passwd", "write one such as Asia/Shanghai"),
    ("embedder", " ", "write static, off or the name of a model"),
    ("embedder", "siliconflow:", "write it like siliconflow:BAAI/bge-m3"),
    ("embedder", "https://host/v1", "write it like http://127.0.0.1:8080/v1#bge-m3"),
    ("session_days", "0", "greater than or equal to 1"),
    ("session_days", "1.5", "valid integer"),
    ("login_attempts", "0", "greater than or equal to 1"),
    ("max_upload_mb", "99999", "less than or equal to 65536"),
    ("backups_kept", "0", "greater than or equal to 1"),
    ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
]


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COPILOT_DATA_DIR")


def test_the_table_of_tests_is_whole() -> None:
    assert [name for name, _, _ in EVERY] == list(Settings.model_fields)


@pytest.mark.parametrize(("name", "written", "expected"), EVERY)
def test_a_setting_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, expected: object
) -> None:
    assert getattr(load_settings(), name) != expected
    monkeypatch.setenv(f"COPILOT_{name.upper()}", written)
    assert getattr(load_settings(), name) == expected


@pytest.mark.parametrize(("name", "written", "expected"), EVERY)
def test_a_setting_comes_from_the_env_file(tmp_path: Path, name: str, written: str, expected: object) -> None:
    (tmp_path / ".env").write_text(f"# 设置\nOTHER=1\nCOPILOT_{name.upper()}='{written}'\n", encoding="utf-8")
    assert getattr(load_settings(), name) == expected


def test_what_is_given_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("COPILOT_PORT=1\n", encoding="utf-8")
    assert load_settings().port == 1
    monkeypatch.setenv("COPILOT_PORT", "2")
    assert load_settings().port == 2
    assert load_settings(port=3).port == 3
    assert load_settings(port=None).port == 2


@pytest.mark.parametrize(("name", "written", "remedy"), WRONG)
def test_a_wrong_value_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, remedy: str
) -> None:
    monkeypatch.setenv(f"COPILOT_{name.upper()}", written)
    with pytest.raises(BadSettings) as caught:
        load_settings()
    said = str(caught.value)
    assert f"COPILOT_{name.upper()}={written!r}: " in said
    assert remedy in said
    assert "\n" not in said


def test_all_mistakes_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, written in (("PORT", "x"), ("LANGUAGE", "fr"), ("PROT", "1")):
        monkeypatch.setenv(f"COPILOT_{name}", written)
    with pytest.raises(BadSettings, match=r"COPILOT_PROT is no setting.*COPILOT_PORT='x'.*COPILOT_LANGUAGE='fr'"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("COPILOT_PROT", "did you mean COPILOT_PORT?"),
        ("COPILOT_SAMPLES", "did you mean COPILOT_SAMPLE?"),
        ("COPILOT_ALLOWED_HOST", "did you mean COPILOT_ALLOWED_HOSTS?"),
        ("COPILOT_XYZZYXYZZYXYZZY", "see docs/settings.md"),
    ],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_an_unknown_name_gets_a_suggestion(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, hint: str, place: str
) -> None:
    if place == "file":
        (tmp_path / ".env").write_text(f"{name.lower()}=1\n", encoding="utf-8")
    else:
        monkeypatch.setenv(name, "1")
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert f"{name} is no setting; {hint}" in str(caught.value)


@pytest.mark.parametrize("written", ["copilot.example.org", "[copilot.example.org]", '{"a": 1}', '"a"', "[1"])
def test_a_list_that_is_no_json_list_says_how_to_write_one(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("COPILOT_ALLOWED_HOSTS", written)
    with pytest.raises(BadSettings, match=r'COPILOT_ALLOWED_HOSTS=.*\["a", "b"\]'):
        load_settings()


@pytest.mark.parametrize(
    ("host", "allowed", "fine"),
    [
        ("127.0.0.1", (), True),
        ("127.8.9.1", (), True),
        ("localhost", (), True),
        ("::1", (), True),
        ("0.0.0.0", (), False),
        ("::", (), False),
        ("192.168.1.7", (), False),
        ("copilot.example.org", (), False),
        ("0.0.0.0", ("copilot.example.org",), True),
    ],
)
def test_an_address_that_others_reach_needs_the_names_it_has(host: str, allowed: tuple[str, ...], fine: bool) -> None:
    assert is_loopback(host) == (fine and not allowed)
    if fine:
        assert load_settings(host=host, allowed_hosts=allowed).host == host
        return
    with pytest.raises(BadSettings, match="COPILOT_ALLOWED_HOSTS") as caught:
        load_settings(host=host, allowed_hosts=allowed)
    assert repr(host) in str(caught.value)


@pytest.mark.parametrize("content", [b"COPILOT_HOST=\xc4\xe3\n", b"\xff\xfeC\x00"])
def test_an_env_file_that_is_no_utf8_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(BadSettings, match=r"\.env.*UTF-8"):
        load_settings()


def test_an_env_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\ufeffCOPILOT_PORT=5\n", encoding="utf-8")
    assert load_settings().port == 5


def test_a_home_folder_is_written_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings().data_dir == tmp_path / ".community-copilot"
    monkeypatch.setenv("COPILOT_DATA_DIR", "here")
    assert load_settings().data_dir == tmp_path / "here"
    assert not (tmp_path / "here").exists()


def test_everything_is_kept_below_the_data_folder() -> None:
    chosen = load_settings(data_dir=Path("/d"))
    places = (chosen.database_path, chosen.index_dir, chosen.uploads_dir, chosen.backups_dir)
    assert len(set(places)) == 4
    assert all(path.parent == Path("/d") for path in places)


def test_what_is_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    # A message about a wrong value quotes it, and the table is printed: neither may hold a password or a key.
    fields: dict[str, Any] = Settings.model_fields
    named = {name for name in fields if any(word in name for word in ("password", "secret", "token", "key"))}
    assert named == SECRETS == {"model_key"}
    monkeypatch.setenv("COPILOT_MODEL_KEY", "sk-right")
    settings = load_settings()
    assert settings.model_key is not None
    assert settings.model_key.get_secret_value() == "sk-right"
    shown = [repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json(), settings_table()]
    monkeypatch.setenv("COPILOT_MODEL_KEY", "sk-right 密钥")
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert "COPILOT_MODEL_KEY=…: it holds blanks" in str(caught.value)
    shown += [str(caught.value), repr(caught.value)]
    assert not [one for one in shown if "sk-right" in one]
    monkeypatch.setenv("COPILOT_MODEL_KEY", " ")
    assert load_settings().model_key is None


def test_every_setting_is_described() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"| `COPILOT_{name.upper()}` |" in table
