"""A generated chat is the same for the same seed and has the statistics of a chat."""

import gzip
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest

from benchmarks.generate_chat import generate, write
from copilot.importers import open_export
from copilot.records import SourceMessage
from copilot.text.language import language as language_of

LANGUAGES = ["zh", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_seed_decides_the_chat_and_a_short_chat_begins_a_long_one(language: str) -> None:
    chat = list(generate(3_000, language, 1))
    assert len(chat) == 3_000
    assert list(generate(3_000, language, 1)) == chat
    assert list(generate(700, language, 1)) == chat[:700]
    assert list(generate(700, language, 2)) != chat[:700]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_like_a_chat_in_its_language(language: str) -> None:
    chat = list(generate(20_000, language, 1))
    places = {message.platform_id: place for place, message in enumerate(chat)}
    replies = [message for message in chat if message.reply_to]
    by_member = Counter(message.sender_id for message in chat)
    gaps = [(later.sent_at - earlier.sent_at).total_seconds() for earlier, later in pairwise(chat)]
    long = [message for message in chat if len(message.text) >= 15]
    assert len(places) == len(chat)
    assert min(gaps) > 0
    assert sum(gap < 120 for gap in gaps) > len(gaps) / 2
    assert sum(gap > 3_600 for gap in gaps) > 100
    assert 0.05 < len(replies) / len(chat) < 0.4
    assert all(places[message.reply_to] < places[message.platform_id] for message in replies)
    assert len(by_member) > 200
    assert sum(count for _, count in by_member.most_common(20)) > len(chat) / 5
    assert sum(message.text.endswith(("?", "？", "吗", "啊")) for message in chat) > 200
    assert sum(language_of(message.text) == language for message in long) == len(long)


@pytest.mark.parametrize(("language", "least"), [("zh", 8_000), ("en", 3_000)], ids=LANGUAGES)
def test_words_have_a_long_tail(language: str, least: int) -> None:
    chat = generate(20_000, language, 1)
    if language == "en":
        words = Counter(word for message in chat for word in message.text.split())
    else:
        words = Counter(message.text[at : at + 2] for message in chat for at in range(len(message.text) - 1))
    assert len(words) > least
    assert sum(count == 1 for count in words.values()) > len(words) / 5


@pytest.mark.parametrize("name", ["chat.jsonl", "chat.jsonl.gz"])
def test_what_is_written_reads_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    figures = write(path, 500, "zh", 7)
    assert figures["messages"] == 500
    if path.suffix == ".gz":
        packed = path.read_bytes()
        write(path, 500, "zh", 7)
        assert path.read_bytes() == packed
        path = path.with_suffix("")
        path.write_bytes(gzip.decompress(packed))
    read = [item for item in open_export(path, timezone="Asia/Shanghai").items() if isinstance(item, SourceMessage)]
    wanted = list(generate(500, "zh", 7))
    assert [(item.text, item.sent_at, item.sender_id, item.reply_to) for item in read] == [
        (message.text, message.sent_at, message.sender_id, message.reply_to) for message in wanted
    ]


def test_no_messages_are_an_empty_chat() -> None:
    assert list(islice(generate(0, "zh", 1), 1)) == []
