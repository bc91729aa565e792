"""One shelf of the word index: a tantivy index of the texts that are weighed together.

This module does not know what the shelves are for, nor which positions of the change log they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import tantivy

from copilot.records import SourceKind
from copilot.retrieval.checksums import verify

# The smallest heap that tantivy accepts for a writer with one thread is 15 MB; history arrives by the hundred thousand.
_HEAP_BYTES = 30_000_000
# A question of 300 Chinese characters has 600 tokens; the rarest of them find the same passages in a fraction of time.
_MOST_TERMS = 96

Result = TypeVar("Result")


class Shelf(StrEnum):
    """The kinds of text that are weighed apart."""

    QUESTIONS = "questions"
    REFERENCE = "reference"
    HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage that shares words with a question.

    Args:
        key: as it was added.
        score: BM25 of the passage's best wording, above 0; comparable within one shelf.
        shelf: where that wording stands.
    """

    key: str
    kind: SourceKind
    score: float
    shelf: Shelf


class Rack:
    """One shelf: a tantivy index with its writer, which is opened at the first addition."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self._folder = folder
        self._writes = writes
        self.shelf = Shelf(folder.name)
        self._schema = _schema()
        self._settled(self._open)
        self._writer: tantivy.IndexWriter | None = None
        self._uncommitted: set[tuple[str, str]] = set()

    @staticmethod
    def create(folder: Path) -> None:
        """Make an empty shelf."""
        folder.mkdir(parents=True)
        tantivy.Index(_schema(), path=str(folder))

    def _open(self) -> None:
        verify(self._folder)
        self._index = tantivy.Index(self._schema, path=str(self._folder))
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("words", analyzer)
        # By hand: a thread that watches the folder would show commits half a second late.
        self._index.config_reader(reload_policy="manual")
        self._seen = self._stamp()
        self._index.reload()

    def _settled(self, read: Callable[[], Result]) -> Result:
        """Read while another process may replace files: a file that is gone was merged away, so look again."""
        for _ in range(5):
            try:
                return read()
            except FileNotFoundError:
                continue
        return read()

    def _stamp(self) -> tuple[int, int, int]:
        try:
            stat = (self._folder / "meta.json").stat()
        except FileNotFoundError:
            return 0, 0, 0
        return stat.st_mtime_ns, stat.st_ino, stat.st_size

    def searcher(self) -> tantivy.Searcher:
        """A searcher over the last commit, of whichever process."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._index.reload()
            self._seen = stamp
        return self._index.searcher()

    def _opened(self) -> tantivy.IndexWriter:
        if not self._writes:
            raise RuntimeError("This index was opened for reading.")
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        return self._writer

    def add(self, key: str, kind: SourceKind, scope: str, words: str) -> None:
        """Add a text whose tokens are set apart by spaces."""
        document = tantivy.Document()
        item = item_of(key)
        document.add_text("key", key)
        document.add_text("item", item)
        document.add_text("kind", kind)
        document.add_text("scope", scope)
        document.add_text("words", words)
        self._opened().add_document(document)
        self._uncommitted.update((("item", item), ("scope", scope)))

    def remove(self, field: str, value: str) -> None:
        """Remove the texts whose `item` or `scope` has a value; nothing is opened for writing where there are none."""
        if (field, value) in self._uncommitted or self.searcher().doc_freq(field, value):
            self._opened().delete_documents_by_term(field, value)
            self._uncommitted.add((field, value))

    def commit(self) -> None:
        """Make what was added and removed lasting, if there is anything."""
        if self._uncommitted:
            self._opened().commit()
            self._uncommitted.clear()
            self.searcher()

    def close(self) -> None:
        """Drop what was not committed and wait for merges to end."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.rollback()
            writer.wait_merging_threads()
        self._uncommitted.clear()

    def search(
        self, terms: Sequence[str], kinds: Collection[SourceKind], scopes: Collection[str], limit: int
    ) -> Iterator[Found]:
        """The best passages for some terms, each by its best text."""
        searcher = self.searcher()
        wanted = self._rarest(searcher, terms)
        if not wanted:
            return
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        words = tantivy.Query.boolean_query([(should, self._term("words", term, "freq")) for term in wanted])
        parts = [(must, words), (must, self._any_of("scope", scopes))]
        if self.shelf is Shelf.REFERENCE:
            parts.append((must, self._any_of("kind", kinds)))
        query = tantivy.Query.boolean_query(parts)
        many = limit + 5
        while True:
            # A passage has several wordings: look further until there are enough passages.
            hits = searcher.search(query, limit=many, count=False).hits
            best: dict[str, Found] = {}
            for score, address in hits:
                document = searcher.doc(address)
                key = str(document["key"][0])
                if key not in best:
                    kind = SourceKind(document["kind"][0])
                    best[key] = Found(key=key, kind=kind, score=float(score), shelf=self.shelf)
            if len(best) >= limit or len(hits) < many:
                yield from best.values()
                return
            many *= 4

    def counting(self) -> tuple[int, Callable[[str], int]]:
        """The number of all texts, and what counts those that hold a term, deleted ones included until a merge."""
        searcher = self.searcher()
        total = searcher.num_docs
        return total, lambda term: min(total, searcher.doc_freq("words", term))

    def frequencies(self, terms: Sequence[str], scopes: Collection[str] | None) -> tuple[int, list[int]]:
        """The number of texts in some scopes (None: in all), and for each term the number of those that hold it."""
        searcher = self.searcher()
        total = searcher.num_docs
        if scopes is None:
            return total, [min(total, searcher.doc_freq("words", term)) for term in terms]
        scope = self._any_of("scope", scopes)
        within = _how_many(searcher, scope)
        if within == total:
            return self.frequencies(terms, None)
        total = within
        must = tantivy.Occur.Must
        return total, [
            _how_many(searcher, tantivy.Query.boolean_query([(must, scope), (must, self._term("words", term, "freq"))]))
            if searcher.doc_freq("words", term)
            else 0
            for term in terms
        ]

    def _rarest(self, searcher: tantivy.Searcher, terms: Sequence[str]) -> list[str]:
        known = {term: count for term in dict.fromkeys(terms) if (count := searcher.doc_freq("words", term))}
        return sorted(known, key=lambda term: known[term])[:_MOST_TERMS]

    def _term(self, field: str, value: str, index_option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, index_option=index_option)

    def _any_of(self, field: str, values: Collection[str]) -> tantivy.Query:
        """A condition that adds nothing to the score."""
        anyone = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._term(field, value)) for value in values])
        return tantivy.Query.const_score_query(anyone, 0.0)


def item_of(key: str) -> str:
    """What a passage is a part of: `document:5` of its section `document:5:3`; one without parts is itself."""
    return ":".join(key.split(":", 2)[:2])


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("item", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("scope", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="words", index_option="freq")
    return builder.build()


def _how_many(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return int(searcher.search(query, limit=1, count=True).count)  # type: ignore[attr-defined]
