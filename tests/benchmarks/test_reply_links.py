"""The benchmark of reply links reads logs as they are, and its figures are what they are called."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.reply_links import by_mention, by_place, count_words, fit, main, read_dialogues, read_folder, score
from copilot.records import MessageKind
from copilot.retrieval.links import Weights

TALK = [
    ("alice", "how do I mount an ntfs disk?"),
    ("bob", "anyone here with a radeon card?"),
    ("carol", "alice: use the mount command"),
    ("dave", "bob: yes, what about it"),
    ("alice", "carol: thanks, which options?"),
    ("bob", "dave: it shows a black screen"),
    ("carol", "alice: just -t ntfs"),
]
RIGHT = {0: 0, 1: 1, 2: 0, 3: 1, 4: 2, 5: 3, 6: 4}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two channels in which two conversations go on at once, over midnight."""
    for file in ("a", "b"):
        lines, links = ["=== eve has joined #ubuntu"], ["0 0 -"]
        for round_ in range(12):
            begin = len(lines)
            lines += [f"[{(23 + round_ // 6) % 24:02}:{10 * (round_ % 6):02}] <{who}> {text}" for who, text in TALK]
            links += [f"{begin + earlier} {begin + later} -" for later, earlier in RIGHT.items()]
        lines.append("[01:00]  * alice waves")
        (tmp_path / f"{file}.ascii.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (tmp_path / f"{file}.annotation.txt").write_text("\n".join(links) + "\n", encoding="utf-8")
    return tmp_path


def test_reads_logs(folder: Path) -> None:
    chat, _ = read_folder(folder)
    assert chat.messages[0].kind is MessageKind.SYSTEM
    assert (chat.messages[1].sender_name, chat.messages[1].text) == TALK[0]
    assert chat.messages[-2].sender_name == "alice"
    assert chat.messages[-2].sent_at - chat.messages[1].sent_at == timedelta(hours=2)
    assert chat.links[3] == [1]


def test_counts_as_the_annotation_does(folder: Path) -> None:
    chat, _ = read_folder(folder)
    perfect = {at: links[0] for at, links in chat.links.items()}
    assert score([chat], [perfect]) == {"f1": 1.0, "precision": 1.0, "recall": 1.0}
    assert score([chat], [{0: 0, 1: 7}]) == pytest.approx({"f1": 2 / 87, "precision": 1 / 2, "recall": 1 / 85})
    assert by_place(chat)[5] == 4
    assert by_mention(chat)[3] == 1


@pytest.mark.parametrize("fitting", [[], ["--fit", "same"], ["--fit", "other"]])
def test_gives_its_figures(folder: Path, fitting: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    other = folder / "." if fitting == ["--fit", "other"] else folder
    main([str(folder), *(["--fit", str(other)] if fitting else [])])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["f1"] > 0.65
    assert told["f1"] > told["previous_f1"] + 0.2
    assert told["mention_f1"] > 0.7
    assert 0 < told["precision"] <= 1
    assert 0 < told["recall"] <= 1
    assert ("f1_by_direction" in told) == bool(fitting)


def test_says_that_a_folder_is_empty(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"annotation\.txt"):
        main([str(tmp_path)])


def test_weights_survive_being_kept(folder: Path) -> None:
    chats = read_folder(folder)
    weights = fit(chats, count_words(chats))
    again = Weights.from_json(json.loads(json.dumps(weights.to_json())))
    assert again.pair.shape == weights.pair.shape
    assert abs(again.pair - weights.pair).max() < 1e-4
    assert (again.rarity.table == weights.rarity.table).all()


def test_dialogues_become_calm_groups(tmp_path: Path) -> None:
    said = [{"speaker": "a", "text": "who?"}, {"speaker": "b", "text": "me"}, {"speaker": "c", "text": "hm"}]
    path = tmp_path / "dialogues.json"
    dialogue = {"edus": said, "relations": [{"x": 0, "y": 1, "type": "QAP"}]}
    path.write_text(json.dumps([dialogue] * 3), encoding="utf-8")
    (chat,) = read_dialogues(path)
    assert chat.links == {0: [0], 1: [0], 3: [3], 4: [3], 6: [6], 7: [6]}
    assert chat.messages[3].sent_at - chat.messages[2].sent_at >= timedelta(hours=1)
