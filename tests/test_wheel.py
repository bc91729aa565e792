"""The wheel, installed elsewhere: what ships is enough to run, away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot import __version__

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow

INSTALL_SAMPLES = """
import json, sys
from copilot.bootstrap import build, shipped
from copilot.services.rights import SYSTEM
from copilot.settings import load_settings
app = build(load_settings())
names = [one.profile.name for one in app.samples.install(SYSTEM)]
app.indexing.bring_up()
app.indexer.release()
app.store.close()
ours = sorted(m.__file__ for n, m in sys.modules.items() if n.startswith("copilot.") and m.__file__)
print(json.dumps({"names": names, "ours": ours, "prompts": str(shipped("prompts")), "path": sys.path}))
"""


def run(*command: object, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command; returns what it printed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COPILOT_", "PYTHON")) and k != "VIRTUAL_ENV"}
    done = subprocess.run(
        [str(one) for one in command],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """An environment of its own with the wheel in it; runs its commands in an empty folder.

    The libraries are those of this environment, reached by a path file; what makes the checkout importable is not.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(own)
    # A plain path file: the path files of that folder, the editable install among them, are not read.
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (own / "libraries.pth").write_text("\n".join(sorted(libraries)), encoding="utf-8")
    cwd = folder / "cwd"
    cwd.mkdir()
    python = folder / "venv" / "bin" / "python"

    def at(*arguments: object) -> str:
        return run(python, *arguments, cwd=cwd, COPILOT_DATA_DIR=str(folder / "data"), HOME=str(folder / "home"))

    return at


def test_prompts_knowledge_and_what_the_program_reads_are_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    shipped = "copilot/_shipped"
    tracked = run("git", "ls-files", "-z", "--", "prompts", "knowledge").split("\0")[:-1]
    assert len(tracked) > 10
    assert {f"{shipped}/{name}" for name in tracked} <= inside
    for path in (ROOT / "copilot").rglob("*"):
        if path.is_file() and path.suffix not in (".pyc",):
            assert path.relative_to(ROOT).as_posix() in inside
    assert not [name for name in inside if name.startswith(("tests/", "benchmarks/", "docs/")) or name.endswith(".pyc")]
    (entry,) = [name for name in inside if name.endswith("entry_points.txt")]
    with zipfile.ZipFile(wheel) as archive:
        assert "copilot = copilot.cli:main" in archive.read(entry).decode()
        (license_file,) = [name for name in inside if name.endswith("licenses/LICENSE")]
        assert b"Apache License" in archive.read(license_file)


def test_it_runs_away_from_the_checkout(elsewhere: Callable[..., str]) -> None:
    assert elsewhere("-m", "copilot", "version").strip() == __version__
    told = json.loads(elsewhere("-c", INSTALL_SAMPLES))
    assert sorted(told["names"]) == ["Crema Corner", "暖暖绘本馆"]
    assert told["ours"]
    assert not [path for path in [*told["ours"], told["prompts"], *told["path"]] if Path(path) == ROOT]
    assert not [path for path in [*told["ours"], told["prompts"]] if str(path).startswith(str(ROOT / "copilot"))]
    assert Path(told["prompts"]).is_dir()
    health = {one["name"]: one for one in json.loads(elsewhere("-m", "copilot", "doctor", "--json"))}
    assert [one for one in health.values() if one["health"] == "bad"] == []
    assert health["word index"]["health"] == "good"
    said = json.loads(elsewhere("-m", "copilot", "ask", "会员卡可以退吗？", "--json"))
    assert said["citations"][0]["kind"] == "faq"
    assert "退" in said["answer"]
    said = json.loads(elsewhere("-m", "copilot", "ask", "What are your opening hours?", "--json"))
    assert said["answer"]
