"""The house itself: floors, doors, no side effects, docstrings, and no traces of any one machine."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "copilot").rglob("*.py"))
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCES
    # These two run when they are imported: that is what they are for.
    if path.name not in ("__main__.py", "env.py") and "versions" not in path.parts
)


def python(code: str, folder: Path, **environment: str) -> str:
    """Run code in a fresh process, in an empty folder; returns what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COPILOT_")}
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", code],
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_floors_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


LIGHT = [
    # what is imported, what must not be loaded by it
    (
        "copilot.cli",
        {"gradio", "fastapi", "sqlalchemy", "alembic", "tantivy", "numpy", "yaml", "markdown_it", "rich", "httpx"},
    ),
    ("copilot.settings", {"gradio", "fastapi", "sqlalchemy", "alembic", "tantivy", "numpy"}),
    (
        "copilot.bootstrap",
        {"gradio", "fastapi", "uvicorn", "alembic", "chromadb", "torch", "sentence_transformers", "openpyxl"}
        | {"markitdown", "markdown_it", "pandas", "rich"}
        | {"langchain", "langchain_core", "langchain_openai", "langgraph", "openai", "tiktoken", "jinja2", "httpx"},
    ),
]


@pytest.mark.parametrize(("module", "heavy"), LIGHT, ids=[module for module, _ in LIGHT])
def test_what_starts_often_loads_little(module: str, heavy: set[str], tmp_path: Path) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(python(code, tmp_path)))
    assert heavy & loaded == set()


@pytest.mark.slow
def test_importing_any_module_does_nothing(tmp_path: Path) -> None:
    home, cwd = tmp_path / "home", tmp_path / "cwd"
    home.mkdir()
    cwd.mkdir()
    code = f"""
import importlib, json, logging, sys, threading
ours = {MODULES!r}
# What libraries do when they are loaded is theirs; ours come after.
import gradio, fastapi, uvicorn, sqlalchemy, alembic, tantivy, numpy, openpyxl, pydantic_settings, langchain_openai
before = set(threading.enumerate())
handlers = list(logging.getLogger().handlers)
opened = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        opened.append(str(arguments[0]))
    elif event in ("socket.bind", "socket.connect", "subprocess.Popen", "os.mkdir", "sqlite3.connect"):
        opened.append(f"{{event}} {{arguments!r}}")
sys.addaudithook(hook)
for name in ours:
    importlib.import_module(name)
print(json.dumps([sorted(str(one) for one in set(threading.enumerate()) - before), opened,
                  len(logging.getLogger().handlers) - len(handlers), len(logging.getLogger("copilot").handlers)]))
"""
    threads, opened, handlers, ours = json.loads(python(code, cwd, HOME=str(home), TMPDIR=str(tmp_path)))
    assert (threads, opened, handlers, ours) == ([], [], 0, 0)
    assert list(cwd.iterdir()) == []


def public(tree: ast.Module) -> list[ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """A module and its public functions, classes and methods; what stands inside a function is private."""
    found: list[ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = [tree]
    places: list[ast.Module | ast.ClassDef] = [tree]
    while places:
        for node in places.pop().body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.append(node)
                places.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                found.append(node)
    return found


def test_everything_public_says_what_it_is() -> None:
    silent = []
    for path in SOURCES:
        if "versions" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in public(tree):
            # A member of a protocol says nothing but its type; the protocol says what it is for.
            is_stub = isinstance(node, ast.FunctionDef) and ast.unparse(node.body[0]) == "..."
            if not ast.get_docstring(node) and not is_stub:
                silent.append(f"{path.relative_to(ROOT)}: {getattr(node, 'name', 'the module')}")
    assert silent == []


def test_only_the_command_line_prints() -> None:
    printing = []
    for path in SOURCES:
        if "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("print", "breakpoint")
            ):
                printing.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert printing == []


def test_a_broad_except_stands_only_at_an_edge() -> None:
    edges = {
        "copilot/services/jobs.py",
        "copilot/services/indexing.py",
        # The edge of a thread, and of a request that streams.
        "copilot/services/variants.py",
        "copilot/console/page.py",
        "copilot/console/talking.py",
        # What a model makes of its tools, and of a reply, is foreseen nowhere: the reply without one stands in.
        "copilot/assistant/agent.py",
        "copilot/assistant/assistant.py",
        # What proxies and certificates of the environment raise when a client is opened.
        "copilot/models/wire.py",
        "copilot/models/remote.py",
        # A panic of tantivy can only be told by the name of its class; anything else is raised again.
        "copilot/retrieval/words.py",
        # Chroma raises what its layers meet, and its core panics; all of it means that the cache is made again.
        "copilot/retrieval/chroma.py",
        # A process of its own, in which the parsers of documents raise what they like.
        "copilot/knowledge/conversion.py",
    }
    broad = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
            ):
                broad.add(path.relative_to(ROOT).as_posix())
    assert broad <= edges


def test_no_module_grows_out_of_hand() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in SOURCES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 650
    }
    assert long == {}


# Written in pieces, so that this file does not hold what it looks for.
TRACES = [
    r"(^|[^A-Za-z0-9._/~-])/(wo" + r"rk|ro" + r"ot)/",
    r"/home/[a-z]+/",
    r"--(extra-)?index" + r"-url[ =]",
    r"--find" + r"-links[ =]",
    r"https?://[^ )\"']*(pypi|artifact|nexus|mirror)[^ )\"']*/simple",
    r"(ghp|sk|xox[bp])[-_][A-Za-z0-9]{16,}",
    r"BEGIN [A-Z ]*PRIVATE KEY",
]


@pytest.mark.parametrize("trace", TRACES)
def test_no_tracked_file_knows_a_machine_a_registry_or_a_secret(trace: str) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    done = subprocess.run(["git", "grep", "-nIE", "-e", trace], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_nothing_that_is_made_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = done.stdout.split("\0")
    made = re.compile(r"(\.pyc|\.sqlite3(-wal|-shm)?|\.whl|\.egg-info|/\.env|^\.env|^\.venv/|^build/|^dist/)")
    assert [one for one in files if made.search(one)] == []
