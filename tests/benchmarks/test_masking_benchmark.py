"""The masking benchmark runs with and without ordinary messages, and its figures are what they are called."""

import json
from pathlib import Path

import pytest

from benchmarks import generated_contacts, held_out_contacts
from benchmarks.generated_contacts import Contact, members
from benchmarks.masking import SECRET, ham, is_masked, main
from copilot.models.masking import Masker


def test_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path), "--contacts", "60"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["masked"] > 0.9
    assert "false_masks" not in told
    path = tmp_path / "moderation" / "chat_spam_eval.csv"
    path.parent.mkdir()
    path.write_text("target,input\n0,几点开门\n接着说, 好\n1,加V abc_123\n0,打 13800138000\n", encoding="utf-8")
    assert ham(path) == ["几点开门\n接着说, 好", "打 13800138000\n"]
    main([str(tmp_path), "--contacts", "60"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["ordinary_messages"], told["false_masks"]) == (2, 0.5)


@pytest.mark.parametrize(
    ("text", "value", "kind", "masked"),
    [
        ("打 13800138000 吧", "13800138000", "mobile", True),
        ("第 13800 名", "13800", "mobile", False),
        ("邮箱 13800138000abc", "13800138000abc", "e-mail", False),
        ("在文三路12号", "文三路12号", "address", True),
        ("在文三路", "文三路", "address", False),
    ],
)
def test_what_counts_as_masked(text: str, value: str, kind: str, masked: bool) -> None:
    assert is_masked(Masker((), SECRET), Contact(text, value, kind, "zh")) is masked


def test_a_seed_makes_the_same_contacts_and_what_is_held_out_is_other() -> None:
    first, other = list(generated_contacts.contacts(1, 200)), list(held_out_contacts.contacts(1, 200))
    assert first == list(generated_contacts.contacts(1, 200))
    # A number alone is written alike in both.
    assert len({one.text for one in first} & {one.text for one in other}) < 20
    assert all(one.value in one.text for one in first + other)
    assert members(1, 50) == members(1, 50)
