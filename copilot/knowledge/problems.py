"""The problems of a file or folder, gathered so that a person can mend them all at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.errors import BadInput

MOST_SHOWN = 20


@dataclass(slots=True)
class Problems:
    """The problems of one reading: each says the place, what is wrong there, and the remedy."""

    found: list[str] = field(default_factory=list)

    def add(self, place: str, sentence: str, *, line: int | None = None) -> None:
        """Note one problem; `line` counts from 1."""
        at = f"{place} line {line}" if line is not None else place
        self.found.append(f"{at}: {sentence}")

    def raise_any(self, title: str) -> None:
        """Do nothing if there are none.

        Raises:
            BadInput: with the problem, or with a list of the first 20 under the title.
        """
        if not self.found:
            return
        if len(self.found) == 1:
            raise BadInput(self.found[0])
        more = len(self.found) - MOST_SHOWN
        lines = [f"{title} has {len(self.found)} problems:", *(f"- {one}" for one in self.found[:MOST_SHOWN])]
        raise BadInput("\n".join([*lines, f"… and {more} more."] if more > 0 else lines))
