"""Rewrite the generated parts of the documentation: `python docs/generate.py` (or `make docs`).

A generated part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`, and comes from the code: the
settings, the formats, the help of every command. With `--check` nothing is written, and what is stale is named.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from copilot.cli import app
from copilot.importers import known_formats
from copilot.settings import settings_table

ROOT = Path(__file__).resolve().parents[1]
_PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
# Help is wrapped at the terminal's width; this is the widest that Typer's plain help gets.
_WIDTH = {"COLUMNS": "80", "TERMINAL_WIDTH": "80"}


def formats_table(language: str) -> str:
    """Every format with how such an export is made, in `zh`, `en`, or `both`."""
    heads = {
        "zh": ("格式", "怎么导出"),
        "en": ("format", "how to make the export"),
        "both": ("format · 格式", "how to make the export · 怎么导出"),
    }
    lines = [f"| {' | '.join(heads[language])} |", "|---|---|"]
    for its in known_formats():
        if language == "both":
            cells = (f"{its.title.en}<br>{its.title.zh}", f"{its.how.en}<br>{its.how.zh}")
        else:
            cells = (getattr(its.title, language), getattr(its.how, language))
        lines.append(f"| {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def format_names() -> str:
    """The short names by which reports call the formats."""
    lines = ["| name in reports | format |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{its.name}` | {its.title.en} |" for its in known_formats())]) + "\n"


def commands() -> Iterator[tuple[str, ...]]:
    """The path of every command, groups of commands before their own."""

    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, sub in getattr(command, "commands", {}).items():
            yield (*path, name)
            yield from below(sub, (*path, name))

    yield from below(get_command(app), ())


def cli_help() -> str:
    """The help of every command, as it is printed."""
    runner, parts = CliRunner(), []
    for path in ((), *commands()):
        printed = runner.invoke(app, [*path, "--help"], prog_name="copilot", env=_WIDTH).output.strip()
        parts.append(f"### {' '.join(('copilot', *path))}\n\n```text\n{printed}\n```\n")
    return "\n".join(parts)


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "formats-zh": lambda: formats_table("zh"),
    "formats-en": lambda: formats_table("en"),
    "formats-both": lambda: formats_table("both"),
    "format-names": format_names,
    "cli-help": cli_help,
}


def pages() -> list[Path]:
    """The documents that people read."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(text: str) -> str:
    """A document with its generated parts made anew."""
    return _PART.sub(lambda match: f"{match[1]}{PARTS[match['name']]().strip()}\n{match[3]}", text)


def main() -> int:
    """Write what is stale, or only name it."""
    parser = argparse.ArgumentParser(description="Rewrite the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if something is stale")
    check = parser.parse_args().check
    stale = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            stale.append(path)
            if not check:
                path.write_text(new, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale; run `make docs`' if check else 'rewritten'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
