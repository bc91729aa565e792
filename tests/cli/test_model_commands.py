"""The chat model at the command line: chosen, tried, capped, forgotten; its key stands nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.bootstrap import build
from copilot.records import ModelCall, Outcome, Purpose
from copilot.services.rights import SYSTEM
from copilot.settings import Settings
from tests.cli.conftest import Run
from tests.models.scripted_server import Asked, Reply, ScriptedServer

KEY = "sk-0123-abcd"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A model on this machine that greets."""

    def script(asked: Asked) -> Reply:
        if asked.path.endswith("/embeddings"):
            rows = [{"index": i, "embedding": [1.0, float(i)]} for i in range(len(asked.body["input"]))]
            return Reply(body=json.dumps({"data": rows}).encode())
        return Reply('{"greeting": "你好", "politeness": 2}' if asked.format else "你好")

    with ScriptedServer(script) as made:
        yield made


def test_a_model_is_chosen_tried_capped_and_forgotten(copilot: Run, server: ScriptedServer, data: Path) -> None:
    said = copilot("model", "show")
    assert (said.code, "No chat model is chosen" in said.out, "5 yuan a day (0.0000 used)" in said.out) == (
        0,
        True,
        True,
    )
    said = copilot("model", "test")
    assert (said.code, "copilot model set VENDOR" in said.err) == (2, True)

    said = copilot("model", "set", "compatible", "--url", server.url, "--model", "m", stdin=f"{KEY}\n")
    assert said.code == 0, said.err
    assert "It replies (" in said.out
    assert f"Chosen: compatible m at {server.url}, with a key, ? / ? yuan" in said.out
    assert "names and contacts are masked" in said.out
    said = copilot("model", "set", "compatible", "--url", server.url, "--model", "m", "--stays-here", stdin="\n")
    assert f"Chosen: compatible m at {server.url}, with a key, 0 / 0 yuan" in said.out
    assert "texts stay here" in said.out
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    shown = json.loads(copilot("model", "show", "--json").out)
    assert (shown["setup"]["model"], shown["setup"]["is_local"], shown["has_key"]) == ("m", True, True)
    assert shown["setup"]["abilities"]["streaming"] is True
    assert shown["today"]["calls"] >= 1

    said = copilot("model", "test")
    assert (said.code, "It replies (" in said.out) == (0, True)
    said = copilot("model", "usage", "--calls", "3")
    assert (said.code, "By what for:" in said.out, "test hello m" in said.out) == (0, True, True)
    found = json.loads(copilot("model", "usage", "--json").out)
    assert found["by_purpose"]["test"]["calls"] == found["total"]["calls"] == len(server.asked)

    said = copilot("model", "cap", "--yuan", "2.5", "--tokens", "9000")
    assert (said.code, "2.5 yuan a day" in said.out, "9000 tokens a day" in said.out) == (0, True, True)
    assert "none" in copilot("model", "cap", "--unlimited").out
    assert "5 yuan a day" in copilot("model", "cap", "--clear").out
    assert copilot("model", "cap").code == copilot("model", "cap", "--clear", "--yuan", "1").code == 2

    path = data / "keys.json"
    assert (KEY in path.read_text(), path.stat().st_mode & 0o777) == (True, 0o600)
    said = copilot("model", "forget", "--yes")
    assert (said.code, KEY in path.read_text()) == (0, False)
    assert "No chat model is chosen" in copilot("model", "show").out
    assert copilot("model").out == copilot("model", "show").out


def test_no_line_of_the_list_of_commands_is_cut(copilot: Run) -> None:
    said = copilot("model", "--help")
    assert (said.code, "estimate" in said.out, "..." in said.out.split("Commands:")[1]) == (0, True, False)


def test_a_model_that_does_not_work_is_not_chosen(copilot: Run) -> None:
    with ScriptedServer(lambda _: Reply(status=401)) as refusing:
        said = copilot("model", "set", "compatible", "--url", refusing.url, "--model", "m", stdin=KEY)
        assert (said.code, "it was not chosen" in said.err, "key" in said.out) == (2, True, True)
        assert "No chat model" in copilot("model", "show").out
        said = copilot("model", "set", "compatible", "--url", refusing.url, "--model", "m", "--no-test", stdin=KEY)
        assert said.code == 0, said.err
        assert copilot("model", "test").code == 1
    assert KEY not in said.out + said.err


WRONG = [
    (("set", "nobody"), "there is no vendor of models 'nobody'"),
    (("set", "compatible"), "give it with --url"),
    (("set", "compatible", "--url", "http://127.0.0.1:1/v1"), "name one with --model"),
    (("set", "deepseek"), "there is no key for this vendor yet"),
    (("set", "deepseek", "--url", "http://far.example/v1"), "without encryption"),
    (("key", "compatible"), "give the address in its place"),
    (("key", "ftp://x"), "the address of the model is none"),
    (("estimate",), "no chat model is chosen"),
    (("estimate", "--group", "a", "--community", "b"), "name one of them"),
    (("cap", "--yuan", "-1"), "a cap of -1 yuan cannot be"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_what_is_wrong_is_one_sentence(copilot: Run, arguments: tuple[str, ...], sentence: str) -> None:
    said = copilot("model", *arguments)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_the_key_of_the_environment_is_used_and_kept_nowhere(
    copilot: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPILOT_MODEL_KEY", KEY)
    said = copilot("model", "set", "deepseek", "--no-test")
    assert (said.code, "with a key" in said.out) == (0, True)
    assert not [path for path in data.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    monkeypatch.delenv("COPILOT_MODEL_KEY")
    assert "without a key" in copilot("model", "show").out


def test_vendors_and_what_they_would_cost_are_shown(copilot: Run, share: Path) -> None:
    said = copilot("model", "vendors")
    assert (said.code, "deepseek: DeepSeek" in said.out, "BAAI/bge-m3 (search by meaning): 0" in said.out) == (
        0,
        True,
        True,
    )
    copilot("import", share)
    said = copilot("model", "estimate", "deepseek")
    assert (said.code, "yuan a month, for" in said.out, "3 messages from 2026-04-06" in said.out) == (0, True, True)
    whole = json.loads(copilot("model", "estimate", "deepseek", "--community", "我的社群", "--json").out)
    assert whole["yuan"] > 0


def test_the_doctor_says_how_models_are_and_asks_none(
    copilot: Run, data: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> dict[str, dict[str, str]]:
        return {one["name"]: one for one in json.loads(copilot("doctor", "--json").out)}

    found = told()
    assert found["chat model"]["health"] == found["models today"]["health"] == "good"
    assert "last calls" not in found
    monkeypatch.setenv("COPILOT_EMBEDDER", "siliconflow:BAAI/bge-m3")
    found = told()
    assert (found["embedder"]["health"], "no key" in found["embedder"]["found"]) == ("bad", True)
    assert "copilot model key https://api.siliconflow.cn/v1" in found["embedder"]["remedy"]
    assert copilot("model", "key", "siliconflow", stdin=KEY).code == 0
    found = told()
    assert (found["embedder"]["health"], "masked" in found["embedder"]["found"]) == ("good", True)
    monkeypatch.setenv("COPILOT_EMBEDDER", f"{server.url}#m")
    assert "texts stay here" in told()["embedder"]["found"]
    monkeypatch.setenv("COPILOT_EMBEDDER", "nobody:m")
    assert told()["embedder"]["health"] == "bad"
    monkeypatch.setenv("COPILOT_EMBEDDER", "static")

    copilot("model", "set", "deepseek", "--no-test", stdin=KEY)
    assert "deepseek-flash" in told()["chat model"]["found"]
    (data / "keys.json").unlink()
    found = told()
    assert (found["chat model"]["health"], "copilot model set deepseek" in found["chat model"]["remedy"]) == (
        "bad",
        True,
    )

    built = build(Settings(data_dir=data))
    for outcome in (Outcome.OK, Outcome.TIMEOUT, Outcome.TIMEOUT, Outcome.BAD_OUTPUT):
        call = ModelCall(
            # What a model cannot do when it is tried is no failure.
            purpose=Purpose.TEST if outcome is Outcome.BAD_OUTPUT else Purpose.ANSWER,
            prompt="p",
            prompt_hash="h",
            vendor="v",
            model="m",
            input_tokens=1,
            output_tokens=1,
            at=built.spending.resets_at(),
            cost=0 if outcome is Outcome.BAD_OUTPUT else 1_640_000,
            outcome=outcome,
        )
        built.spending.settle(built.spending.reserve(call), call)
    built.store.close()
    found = told()
    assert (found["last calls"]["health"], "1 of 3 went well (timeout 2)" in found["last calls"]["found"]) == (
        "warning",
        True,
    )
    assert found["models today"]["health"] == "warning"
    assert "4.9200 of 5 yuan" in found["models today"]["found"]
    assert server.asked == []


def test_a_service_that_embeds_is_tried_by_name(copilot: Run, server: ScriptedServer, data: Path) -> None:
    found = json.loads(copilot("embedder", f"{server.url}#m", "--json").out)
    assert found["dimensions"] == 2
    assert found["identity"].endswith(":m:2")
    assert all(asked.body["model"] == "m" for asked in server.asked)
    built = build(Settings(data_dir=data))
    assert {call.purpose for call in built.spending.calls(SYSTEM)} == {Purpose.EMBED}
    built.store.close()
    said = copilot("embedder", "siliconflow:BAAI/bge-m3")
    assert (said.code, "there is no key for api.siliconflow.cn" in said.err) == (2, True)
