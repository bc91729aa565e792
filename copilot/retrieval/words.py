"""The word index: finds passages by the words that they share with a question (BM25, in tantivy).

There is one tantivy index, a shelf, for each kind of text, since BM25 weighs a word by how many texts of a shelf hold
it and a text by the shelf's average length: questions of the FAQ; reference texts (answers, rules, documents);
history. The index is a cache of the store: it may be thrown away and fed again from the change log.

This module does not know what a passage says: it keeps keys, not texts.
"""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from copilot.errors import BrokenFile, Busy, CopilotError, NotFound, StorageFailed
from copilot.records import SourceKind
from copilot.retrieval.shelf import Found, Rack, Shelf, item_of
from copilot.text.tokens import tokens

log = logging.getLogger(__name__)

# Raised when the fields or the tokens change, so that an index written by an older release is built again.
_VERSION = 3
_POSITION_FILE = "committed.json"

# How often a folder that is still written to is tried to be removed again.
_REMOVALS, _REMOVAL_PAUSE_SECONDS = 20, 0.05
_OTHER_TEXTS = 50
_SHELVES_OF = {
    SourceKind.FAQ: (Shelf.QUESTIONS, Shelf.REFERENCE),
    SourceKind.RULE: (Shelf.REFERENCE,),
    SourceKind.DOCUMENT: (Shelf.REFERENCE,),
    SourceKind.HISTORY: (Shelf.HISTORY,),
}


def erase(folder: Path) -> None:
    """Throw an index away, so that `WordIndex.open_writer` starts an empty one.

    Args:
        folder: the index's folder; it need not exist.

    Raises:
        StorageFailed: the folder cannot be removed.
    """
    for left in range(_REMOVALS, -1, -1):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            folder.unlink()
        except OSError as error:
            # A thread of tantivy may still be writing down which files a closed index has.
            if error.errno == errno.ENOTEMPTY and left:
                time.sleep(_REMOVAL_PAUSE_SECONDS)
                continue
            raise StorageFailed(f"{folder} cannot be removed ({error.strerror}): check its permissions.") from error
        return


class WordIndex:
    """Passages by their words. One writer at a time, any number of readers; a reader sees each commit at once."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        """Use `open_writer` or `open_reader`."""
        self._folder = folder
        self._writes = writes
        self._lock = threading.RLock()
        with _telling(folder):
            self._shelves = {shelf: Rack(folder / shelf, writes=writes) for shelf in Shelf}

    @classmethod
    def open_writer(cls, folder: Path) -> WordIndex:
        """Open an index for adding and searching; an empty one is made where there is none.

        Args:
            folder: the index's own folder.

        Raises:
            BrokenFile: the folder is damaged or was written by another release; `erase` it and feed it again.
            StorageFailed: the folder cannot be written.
        """
        if not (folder / _POSITION_FILE).exists():
            # Without a position nothing says what the shelves hold: a first feeding was cut short.
            erase(folder)
            with _telling(folder):
                for shelf in Shelf:
                    Rack.create(folder / shelf)
                _write_position(folder, "")
        _read_position(folder)
        return cls(folder, writes=True)

    @classmethod
    def open_reader(cls, folder: Path) -> WordIndex:
        """Open an index for searching, while this or another process may be writing to it.

        Args:
            folder: the index's own folder.

        Raises:
            NotFound: there is no index in the folder.
            BrokenFile: the folder is damaged or was written by another release.
        """
        _read_position(folder)
        return cls(folder, writes=False)

    @property
    def committed(self) -> str:
        """What was passed to the last `commit`, "" before the first: the change log's position up to which it holds.

        Raises:
            NotFound: the folder is gone.
            BrokenFile: the file that holds it is damaged.
        """
        return _read_position(self._folder)

    def add(self, key: str, kind: SourceKind, scope: str, text: str, *, answer: bool = False) -> None:
        """Add one wording of a passage; it is found after the next `commit`.

        What a crash cuts off is added again from the last position, so `remove` the key before adding its wordings.

        Args:
            key: names the passage, as `<kind>:<id>` or `<kind>:<id>:<part>`; a passage may have several wordings.
            kind: what the passage is.
            scope: where it answers, `c<community id>` or `g<group id>`.
            text: raw text.
            answer: of a FAQ entry, whether this is its answer rather than a question.

        Raises:
            Busy: another process is writing to this index.
            StorageFailed: the disk is full or unwritable.
        """
        questions = kind is SourceKind.FAQ and not answer
        shelf = Shelf.QUESTIONS if questions else _SHELVES_OF[kind][-1]
        with self._lock, _telling(self._folder):
            self._shelves[shelf].add(key, kind, scope, " ".join(tokens(text)))

    def remove(self, key: str) -> None:
        """Remove an item with all its parts and wordings, from the next `commit` on. An unknown key is no error.

        Args:
            key: of the item (`faq:7`, `document:5`) or of any part of it (`document:5:3`).

        Raises:
            Busy, StorageFailed: as in `add`.
        """
        with self._lock, _telling(self._folder):
            for rack in self._shelves.values():
                rack.remove("item", item_of(key))

    def remove_scope(self, scope: str) -> None:
        """Remove all passages of a scope, from the next `commit` on.

        Raises:
            Busy, StorageFailed: as in `add`.
        """
        with self._lock, _telling(self._folder):
            for rack in self._shelves.values():
                rack.remove("scope", scope)

    def commit(self, position: str) -> None:
        """Make what was added and removed lasting and findable.

        Args:
            position: any text; it is read back as `committed`.

        Raises:
            StorageFailed: the disk is full or unwritable; the index then holds what the last commit held, or more.
        """
        with self._lock, _telling(self._folder):
            for rack in self._shelves.values():
                rack.commit()
            _write_position(self._folder, position)

    def close(self) -> None:
        """Wait for tantivy's threads and let the folder go, damaged or not. What was not committed is lost."""
        with self._lock:
            for rack in self._shelves.values():
                # A damaged folder is closed in order to be thrown away: one broken shelf keeps no other one open.
                try:
                    with _telling(self._folder):
                        rack.close()
                except CopilotError as error:
                    log.warning("closing it all the same: %s", error)

    def __len__(self) -> int:
        """How many wordings are found, of all passages together."""
        return sum(self.count(shelf) for shelf in Shelf)

    def count(self, shelf: Shelf) -> int:
        """How many wordings stand on a shelf."""
        with _telling(self._folder):
            return int(self._shelves[shelf].searcher().num_docs)

    def search(
        self, question: str, kinds: Collection[SourceKind], scopes: Collection[str], limit: int = 10
    ) -> list[Found]:
        """Find the passages that share most words with a question.

        Args:
            question: raw text.
            kinds: the kinds of passages to look among.
            scopes: the scopes to look in; others are never shown.
            limit: the most passages to return.

        Returns:
            One entry a passage, by score, best first; ties in the order of their keys. Scores of different shelves
            stand side by side though each shelf weighs by itself: compare within one kind where it matters.

        Raises:
            BrokenFile: the index is damaged.
        """
        return self.search_terms(tokens(question), kinds, scopes, limit)

    def search_terms(
        self, terms: Sequence[str], kinds: Collection[SourceKind], scopes: Collection[str], limit: int = 10
    ) -> list[Found]:
        """`search` for a question that is in tokens already."""
        best: dict[str, Found] = {}
        with _telling(self._folder):
            for shelf in Shelf:
                wanted = [kind for kind in kinds if shelf in _SHELVES_OF[kind]]
                if wanted and scopes and limit > 0:
                    for found in self._shelves[shelf].search(terms, wanted, scopes, limit):
                        if found.key not in best or found.score > best[found.key].score:
                            best[found.key] = found
        return sorted(best.values(), key=lambda found: (-found.score, found.key))[:limit]

    def rarity(self) -> Callable[[str], float]:
        """How rare a term is in what is indexed now, whatever its scope: from 0 (in each text) to 1 (in none).

        It is the inverse document frequency of BM25 as a share of the highest, and the mean of knowledge and history
        where both are there: a term may be common in one and rare in the other.

        Raises:
            BrokenFile: the index is damaged; the function that is returned may raise it too.
        """
        with _telling(self._folder):
            counted = [self._shelves[shelf].counting() for shelf in Shelf]
        sides = [side for side in (counted[:-1], counted[-1:]) if sum(size for size, _ in side)]
        known: dict[str, float] = {}

        def rare(term: str) -> float:
            if term not in known:
                with _telling(self._folder):
                    shares = [_idf_share(sum(size for size, _ in s), sum(count(term) for _, count in s)) for s in sides]
                known[term] = sum(shares) / len(shares) if shares else 1.0
            return known[term]

        return rare

    def frequencies(self, shelf: Shelf, terms: Sequence[str], scopes: Collection[str] | None) -> tuple[int, list[int]]:
        """How common words are among the texts of some scopes.

        Args:
            terms: tokens, as `tokens` gives them.
            scopes: where to count; None counts everywhere, which is faster.

        Returns:
            The number of texts of the shelf in these scopes, and for each term the number of those that hold it.

        Raises:
            BrokenFile: the index is damaged.
        """
        with _telling(self._folder):
            return self._shelves[shelf].frequencies(terms, scopes)


def _idf_share(size: int, count: int) -> float:
    # As if so many texts more were there: among a handful each word stands in a large share of them.
    size += _OTHER_TEXTS
    return math.log1p(max(0.0, size - count + 0.5) / (count + 0.5)) / math.log1p((size + 0.5) / 0.5)


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """Turn what tantivy raises into errors for a person."""
    try:
        yield
    except FileNotFoundError as error:
        raise _broken(folder, "a file is missing") from error
    except OSError as error:
        raise StorageFailed(
            f"{folder} cannot be read or written ({error.strerror}): check space and permissions."
        ) from error
    except ValueError as error:
        words = str(error)
        if "LockBusy" in words:
            raise Busy(f"{folder} is being written by another process: stop that one first.") from error
        if "NotFound" in words or "No such file" in words:
            raise _broken(folder, "a file is missing") from error
        if "No space left" in words or "Permission denied" in words or "IoError" in words:
            raise StorageFailed(f"{folder} cannot be written: check space and permissions.") from error
        raise _broken(folder, words.splitlines()[0][:120]) from error
    except BaseException as error:
        # A panic inside tantivy derives from BaseException, and its class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise _broken(folder, "its content makes no sense") from error
        raise


def _broken(folder: Path, why: str) -> BrokenFile:
    return BrokenFile(f"The word index in {folder} is damaged ({why}): run `copilot reindex` to build it again.")


def _read_position(folder: Path) -> str:
    try:
        saved = json.loads((folder / _POSITION_FILE).read_text(encoding="utf-8"))
        version, position = saved["version"], saved["position"]
    except FileNotFoundError as error:
        raise NotFound(f"There is no word index in {folder}: run `copilot reindex` to build it.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(folder, f"{_POSITION_FILE} is unreadable") from error
    if version != _VERSION or not isinstance(position, str):
        raise _broken(folder, f"it has version {version}, and {_VERSION} is needed")
    return position


def _write_position(folder: Path, position: str) -> None:
    draft = folder / f"{_POSITION_FILE}.new"
    with draft.open("w", encoding="utf-8") as stream:
        json.dump({"version": _VERSION, "position": position}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(folder / _POSITION_FILE)
