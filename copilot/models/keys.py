"""The keys of model services: in a file of their own beside the store, which is copied and handed on.

A key belongs to the address that it was entered for and is never shown to another one: a store that was put back, or a
setup that was edited, cannot send it elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from copilot.errors import BadInput, Busy, StorageFailed

log = logging.getLogger(__name__)

LONGEST_KEY = 500
_PATIENCE_SECONDS = 10


class Keys:
    """The keys of one data folder.

    Args:
        path: the file; made with mode 0600 when the first key is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Keys({str(self._path)!r})"

    def get(self, base_url: str) -> str | None:
        """The key that was entered for an address, or None.

        Args:
            base_url: any address of the service; its scheme, host and port count.
        """
        return self._read().get(place_of(base_url))

    def put(self, base_url: str, key: str) -> None:
        """Keep a key for an address.

        Raises:
            BadInput: the key cannot be one, or the address is none.
            StorageFailed: it cannot be written.
            Busy: another process keeps writing keys.
        """
        kept = checked_key(key)
        self._change(lambda keys: keys.update({place_of(base_url): kept}))

    def drop(self, base_url: str) -> None:
        """Forget the key of an address, if there is one.

        Raises:
            StorageFailed: it cannot be written.
            Busy: another process keeps writing keys.
        """
        if self.get(base_url) is not None:
            self._change(lambda keys: keys.pop(place_of(base_url), None))

    def bind(self, key: str, base_url: str) -> None:
        """Note for which address a key that is kept elsewhere is used; the first one stays. Of the key only a
        fingerprint is kept.

        Raises:
            BadInput: the address is none.
            StorageFailed: it cannot be written.
            Busy: another process keeps writing keys.
        """
        place = place_of(base_url)
        if self.bound(key) is None:
            self._change(lambda keys: keys.setdefault(_fingerprint(key), place))

    def bound(self, key: str) -> str | None:
        """Scheme, host and port that `bind` noted for a key; None where it was used nowhere yet."""
        return self._read().get(_fingerprint(key))

    def _read(self) -> dict[str, str]:
        try:
            mode = self._path.stat().st_mode & 0o777
            if mode & 0o077:
                self._path.chmod(0o600)
            found = json.loads(self._path.read_text(encoding="utf-8"))
            if isinstance(found, dict) and all(isinstance(one, str) for one in (*found, *found.values())):
                return found
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            # A message would quote what stands there.
            pass
        log.warning("the keys in %s cannot be read: enter them again", self._path.name)
        return {}

    def _change(self, change: Callable[[dict[str, str]], object]) -> None:
        partial = self._path.with_name(self._path.name + ".partial")
        try:
            with self._lock, FileLock(self._path.with_name(self._path.name + ".lock"), timeout=_PATIENCE_SECONDS):
                keys = self._read()
                change(keys)
                partial.unlink(missing_ok=True)
                # Made for nobody else to read from its first moment on.
                descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    json.dump(keys, stream)
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(self._path)
        except Timeout as error:
            raise Busy("another process is writing the keys of models; try again in a moment") from error
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise StorageFailed(
                f"the key cannot be kept ({error.strerror}); check the free space and the rights of the data folder"
            ) from error


def _fingerprint(key: str) -> str:
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def checked_key(key: str) -> str:
    """A key as it may be sent in a header, without blanks around it; no message quotes it.

    Raises:
        BadInput: it is empty, too long, or holds what no key does.
    """
    kept = key.strip()
    if not kept:
        raise BadInput("the key is empty; paste the one that the vendor shows")
    if len(kept) > LONGEST_KEY or not all("!" <= one <= "~" for one in kept):
        raise BadInput("the key has blanks, line ends or letters that no key has; paste only the key itself")
    return kept


def place_of(base_url: str) -> str:
    """Scheme, host and port of an address: what a key belongs to.

    Raises:
        BadInput: it is no http or https address.
    """
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https"):
        raise BadInput("the address of the model is none; write one such as https://api.example.com/v1")
    return f"{parts.scheme}://{host.lower()}:{port or (443 if parts.scheme == 'https' else 80)}"
