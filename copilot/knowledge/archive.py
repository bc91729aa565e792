"""The files of a knowledge folder, from a directory or from a .zip of it, which is read in place and never unpacked."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from copilot.errors import BadInput, BrokenFile, NotFound, StorageFailed

MOST_FILES: Final = 5_000
MOST_ZIP_BYTES: Final = 100_000_000
# A folder's own files stand at most at groups/<name>/documents/<file>, in an archive one folder deeper.
_DEEPEST: Final = 5
_OWN_FOLDERS: Final = frozenset(("documents", "groups"))
_SYSTEM_NAMES: Final = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini", "__pycache__"))


class Files(Protocol):
    """Named bytes: what reading a knowledge folder needs of a directory or archive."""

    def names(self) -> list[str]:
        """The relative names of all files, `/` between folders, sorted; hidden and system files left out."""

    def read(self, name: str, longest: int) -> bytes:
        """The bytes of one file.

        Raises:
            BadInput: if there are more than `longest`.
        """


def _is_foreign(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part in _SYSTEM_NAMES for part in parts)


def _too_big(name: str, longest: int) -> BadInput:
    return BadInput(f"{name} is larger than {longest / 1e6:g} MB; split it or shorten it")


def _unread(error: OSError, path: object) -> StorageFailed:
    return StorageFailed(f"{path} cannot be read ({error.strerror}); check its rights")


def _unreadable(error: OSError) -> None:
    raise _unread(error, error.filename) from error


class _Directory:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        found: list[str] = []
        # A folder that cannot be listed must not look like one that is empty. Links are not followed: they lead in
        # circles, and out of the folder that was meant.
        for folder, folders, files in os.walk(self._path, onerror=_unreadable):
            inside = Path(folder).relative_to(self._path).parts
            folders[:] = sorted(name for name in folders if not _is_foreign((name,)) and len(inside) < _DEEPEST)
            found += ["/".join((*inside, name)) for name in files if not _is_foreign((name,))]
            if len(found) > MOST_FILES:
                raise BadInput(
                    f"{self._path} holds more than {MOST_FILES:,} files; name the knowledge folder itself, "
                    "the one that holds profile.yaml and faq.yaml"
                )
        return sorted(found)

    def read(self, name: str, longest: int) -> bytes:
        if not stat.S_ISREG((self._path / name).lstat().st_mode):
            raise BadInput(f"{name} is a link or no plain file; put the file itself in its place")
        try:
            with (self._path / name).open("rb") as stream:
                content = stream.read(longest + 1)
        except OSError as error:
            raise _unread(error, self._path / name) from error
        if len(content) > longest:
            raise _too_big(name, longest)
        return content


class _Zip:
    """A .zip whose entries either stand at the top or all lie in one folder."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        entries = {}
        infos = archive.infolist()
        if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_ZIP_BYTES:
            raise BadInput(
                f"{path.name} holds more than {MOST_FILES:,} files or {MOST_ZIP_BYTES / 1e6:g} MB unpacked; "
                "pack only the knowledge folder"
            )
        for info in infos:
            name = _entry_name(info)
            parts = PurePosixPath(name).parts
            if name.startswith("/") or ".." in parts or ":" in name.split("/")[0]:
                raise BrokenFile(f"{path.name} holds an entry '{name}' outside its folder; pack the folder anew")
            if info.is_dir() or _is_foreign(parts):
                continue
            if info.flag_bits & 1:
                raise BadInput(f"{path.name} is protected by a password; pack it without one")
            entries[parts] = info
        tops = {parts[0] for parts in entries}
        if len(tops) == 1 and not tops & _OWN_FOLDERS and all(len(parts) > 1 for parts in entries):
            entries = {parts[1:]: info for parts, info in entries.items()}
        self._entries = {"/".join(parts): info for parts, info in entries.items()}

    def names(self) -> list[str]:
        return sorted(self._entries)

    def read(self, name: str, longest: int) -> bytes:
        # An entry is read no further than the limit, whatever size it claims.
        try:
            with self._archive.open(self._entries[name]) as stream:
                content = stream.read(longest + 1)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as error:
            raise BrokenFile(f"{name} in the archive is damaged; pack the folder anew") from error
        if len(content) > longest:
            raise _too_big(name, longest)
        return content


def _entry_name(info: zipfile.ZipInfo) -> str:
    """An entry's name; one that is not marked as UTF-8 is UTF-8 from macOS or GB18030 from a Chinese Windows."""
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


@contextmanager
def open_files(path: Path) -> Iterator[Files]:
    """Open a directory or a .zip for reading.

    Raises:
        NotFound: if there is nothing at the path.
        BadInput: if it is another kind of file, protected or too large; BrokenFile if it is damaged.
    """
    if path.is_dir():
        yield _Directory(path)
        return
    if not path.is_file():
        raise NotFound(f"there is no folder {path}; check the name")
    if not zipfile.is_zipfile(path):
        raise BadInput(f"{path.name} is neither a folder nor a .zip; choose a knowledge folder or a .zip of one")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BrokenFile(f"{path.name} is a damaged .zip; pack the folder anew") from error
    with archive:
        yield _Zip(path, archive)
