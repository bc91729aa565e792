"""One `Settings`, read from COPILOT_* and `.env`, and checked whole at the start."""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from copilot.errors import BadSettings

PREFIX = "COPILOT_"


class Settings(BaseSettings):
    """All that can be set from outside. Every field is `COPILOT_<NAME>` in the environment or in `.env`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore")

    data_dir: Path = Field(
        default=Path("~/.community-copilot"),
        description="Folder of the store, the indexes, uploads and backups; made with mode 0700.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the console listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port of the console; 0 picks a free one.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Further host names under which browsers may reach the console, as a JSON list; "
        "loopback names always may. Needed when the address is not loopback.",
    )
    https: bool = Field(
        default=False, description="The console stands behind a proxy that speaks HTTPS: cookies are marked secure."
    )
    open_browser: bool = Field(default=True, description="Open the browser when the console starts.")
    sample: bool = Field(default=True, description="Put the sample communities (示例) into a new store.")
    language: Literal["zh", "en"] = Field(
        default="zh", description="Language where neither the browser nor the community says one."
    )
    timezone: str = Field(default="Asia/Shanghai", description="Timezone (IANA name) of communities that set none.")
    embedder: str = Field(
        default="static",
        description="What finds by meaning: `static` (built in), `off`, a sentence-transformers model by name or "
        "folder, such as `BAAI/bge-small-zh-v1.5` (Chinese) or `BAAI/bge-m3` (Chinese and English), or a service: "
        "`VENDOR:MODEL`, such as `siliconflow:BAAI/bge-m3`, `dashscope:text-embedding-v4` or `ollama:bge-m3`, or the "
        "address of any other with its model, such as `http://127.0.0.1:8080/v1#bge-m3`. A sentence-transformers "
        "model needs `make local`, and `copilot embedder NAME` to fetch it; a service needs a key (`copilot model "
        "key`), costs what its vendor says, and is sent texts with names and contacts masked.",
    )
    model_key: SecretStr | None = Field(
        default=None,
        description="Key of the chat model, where none was entered for its address; never shown. It is for the first "
        "address that is chosen with it and goes to no other; until then it is the key of the service that embeds.",
    )
    session_days: int = Field(default=14, ge=1, le=365, description="Days until a login must be repeated.")
    login_attempts: int = Field(
        default=5, ge=1, le=100, description="Wrong passwords for one name or address before it must wait."
    )
    max_upload_mb: int = Field(default=2048, ge=1, le=65536, description="Largest file that the console takes, in MiB.")
    backups_kept: int = Field(
        default=5, ge=1, le=1000, description="Automatic backups that are kept; the oldest goes first."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged; members' words and passwords never are."
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _read_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if not isinstance(found, list):
            raise ValueError('it is no list; write a JSON list, such as ["a", "b"]')  # noqa: TRY004  (pydantic's way)
        return found

    @field_validator("data_dir")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        if not value.name:
            raise ValueError("it names no folder of its own; write one such as ~/.community-copilot")
        return value.expanduser().absolute()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no IANA timezone; write one such as Asia/Shanghai") from error
        return value

    @field_validator("embedder")
    @classmethod
    def _named(cls, value: str) -> str:
        name = value.strip()
        if not name:
            raise ValueError("it is empty; write static, off or the name of a model")
        if name.startswith(("http://", "https://")) and not name.partition("#")[2]:
            raise ValueError("it names no model at this address; write it like http://127.0.0.1:8080/v1#bge-m3")
        if name.endswith(":"):
            raise ValueError("it names no model of this vendor; write it like siliconflow:BAAI/bge-m3")
        return name

    @field_validator("model_key")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        if not all("!" <= one <= "~" for one in key):
            raise ValueError("it holds blanks or letters that no key has; write only the key itself")
        return SecretStr(key) if key else None

    @field_validator("host")
    @classmethod
    def _stripped(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is empty; write an address such as 127.0.0.1")
        return value.strip()

    @model_validator(mode="after")
    def _reachable_by_name(self) -> Settings:
        if not is_loopback(self.host) and not self.allowed_hosts:
            raise ValueError(
                f"host {self.host!r} is not loopback and allowed_hosts is empty; "
                f'set {PREFIX}ALLOWED_HOSTS to the names that browsers use, such as ["copilot.example.org"]'
            )
        return self

    @property
    def database_path(self) -> Path:
        """The SQLite file of the store."""
        return self.data_dir / "copilot.sqlite3"

    @property
    def index_dir(self) -> Path:
        """The folder of the indexes, which can be thrown away and rebuilt."""
        return self.data_dir / "index"

    @property
    def uploads_dir(self) -> Path:
        """Where files wait while they are imported."""
        return self.data_dir / "uploads"

    @property
    def backups_dir(self) -> Path:
        """Where backups are kept."""
        return self.data_dir / "backups"


def is_loopback(host: str) -> bool:
    """Whether an address or name only reaches this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load_settings(**overrides: object) -> Settings:
    """Read and check all settings.

    Args:
        overrides: values that win over the environment, by field name; None is "not given".

    Returns:
        The checked settings.

    Raises:
        BadSettings: a value is wrong or a COPILOT_ name is unknown; the message names each with its remedy.
    """
    try:
        given = _given_names()
    except UnicodeDecodeError as error:
        raise BadSettings(f"{Path('.env').absolute()} is not written in UTF-8; save it as UTF-8") from error
    problems = [_unknown(name) for name in given if name.removeprefix(PREFIX).lower() not in Settings.model_fields]
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [_sentence(item["loc"], item["msg"], item.get("input")) for item in error.errors()]
        raise BadSettings("; ".join(problems)) from error
    if problems:
        raise BadSettings("; ".join(problems))
    return settings


def settings_table() -> str:
    """The settings as a Markdown table, for the documentation."""
    rows = ["| setting | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "`[]`" if default == () else f"`{default}`".lower() if isinstance(default, bool) else f"`{default}`"
        shown = "none" if default is None else shown
        rows.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def _given_names() -> list[str]:
    names = {name for name in os.environ if name.startswith(PREFIX)}
    names |= {name for name in dotenv_values(".env") if name.upper().startswith(PREFIX)}
    return sorted(name.upper() for name in names)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [PREFIX + field.upper() for field in Settings.model_fields], n=1)
    hint = f"did you mean {near[0]}?" if near else "see docs/settings.md for those that exist"
    return f"{name} is no setting; {hint}"


def _sentence(location: tuple[int | str, ...], message: str, value: object) -> str:
    message = message.removeprefix("Value error, ")
    if not location:
        return message
    name = str(location[0])
    # What is secret is not quoted, however wrong it is.
    shown = "…" if name in SECRETS else repr(value)
    return f"{PREFIX}{name.upper()}={shown}: {message}"


SECRETS = frozenset(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))
"""The settings that are shown nowhere."""
