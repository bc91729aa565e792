"""The documentation says what is true of the code: tables are current, nothing is left out, links lead somewhere."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from copilot.importers import known_formats
from copilot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_RUN = re.compile(r"<!-- run -->\n```console\n(.*?)```", re.DOTALL)
_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_generated_parts_are_current(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert GENERATOR.renewed(text) == text, f"{page.name} is stale; run `make docs`"


def test_every_generated_part_is_used() -> None:
    used = {name for page in PAGES for name in re.findall(r"<!-- generated: ([\w-]+) -->", page.read_text("utf-8"))}
    assert used == set(GENERATOR.PARTS)


def test_every_setting_is_mentioned() -> None:
    text = _text("docs/settings.md")
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in text] == []


def test_no_setting_is_mentioned_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for page in PAGES:
        named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= known, page.name


def test_every_command_is_mentioned() -> None:
    text = _text("docs/cli.md")
    commands = [" ".join(("copilot", *path)) for path in GENERATOR.commands()]
    assert len(commands) > 10
    assert [command for command in commands if f"### {command}\n" not in text] == []


def test_no_command_is_shown_that_does_not_exist() -> None:
    known = {path[0] for path in GENERATOR.commands()}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = set(re.findall(r"^\$ (?:\S*/)?copilot ([a-z]+)", text, re.MULTILINE))
        assert shown | set(re.findall(r"`(?:\S*/)?copilot ([a-z]+)", text)) <= known, page.name


@pytest.mark.parametrize(
    ("page", "languages"),
    [
        ("README.md", "zh en"),
        ("docs/formats.md", "zh en"),
        ("docs/user-guide.md", "en"),
        ("docs/user-guide.zh.md", "zh"),
    ],
)
def test_every_format_is_mentioned(page: str, languages: str) -> None:
    text = _text(page)
    for its in known_formats():
        for language in languages.split():
            assert getattr(its.title, language) in text
            assert getattr(its.how, language) in text


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_and_images_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = unquote(target).partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name}: {target}"
        assert found.is_relative_to(ROOT), f"{page.name}: {target} leaves the project"
        assert not anchor or anchor in _anchors(found), f"{page.name}: {target}"


def test_readme_speaks_both_languages_on_the_first_screen() -> None:
    top = "\n".join(_text("README.md").splitlines()[:12])
    assert "docs/user-guide.zh.md" in top
    assert "docs/user-guide.md" in top
    assert re.search(r"[\u4e00-\u9fff]{20}", re.sub(r"\W", "", top))


def test_readme_tree_names_every_folder_of_the_program_and_no_other() -> None:
    tree = re.search(r"<!-- tree -->\n```text\n(.*?)```\n<!-- /tree -->", _text("README.md"), re.DOTALL)
    assert tree is not None
    path: list[str] = []
    named, files = set(), set()
    for line in tree[1].splitlines():
        name, note = line.split(maxsplit=1)
        assert note, line
        path[(len(line) - len(line.lstrip())) // 2 :] = [name]
        (named if name.endswith("/") else files).add("".join(path))
    folders = {
        f"{folder.relative_to(ROOT).as_posix()}/"
        for folder in [ROOT / "copilot", *(ROOT / "copilot").rglob("*")]
        if folder.is_dir() and any(one.is_file() and "__pycache__" not in one.parts for one in folder.rglob("*"))
    }
    folders = {folder for folder in folders if "__pycache__" not in folder and "_shipped" not in folder}
    assert {folder for folder in named if folder.startswith("copilot/")} == folders
    assert [name for name in named | files if not (ROOT / name).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    makefile = _text("Makefile")
    for page in [*PAGES, ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"(?:`|\$ )make ([a-z][a-z-]*)", page.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page.name}: make {target}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _PYTHON.search(page.read_text("utf-8"))], ids=lambda p: p.name
)
def test_python_examples_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for example in _PYTHON.findall(page.read_text(encoding="utf-8")):
        exec(compile(example, str(page), "exec"), {})


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if _RUN.search(page.read_text("utf-8"))], ids=lambda p: p.name)
def test_console_examples_say_what_they_show(page: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "COPILOT_DATA_DIR": str(tmp_path / "data"), "PYTHONUTF8": "1"}
    for block in _RUN.findall(page.read_text(encoding="utf-8")):
        for step in re.split(r"^\$ copilot ", block, flags=re.MULTILINE)[1:]:
            command, *shown = step.splitlines()
            done = subprocess.run(
                [sys.executable, "-m", "copilot", *command.split()],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            assert done.returncode == 0, done.stderr
            pattern = re.escape("\n".join(shown)).replace("…", ".*")
            assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), f"{command}\n{done.stdout}"
