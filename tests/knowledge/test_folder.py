"""A knowledge folder as a table: what stands in its files, and what is said about it."""

from __future__ import annotations

import os
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest
import yaml

from copilot.errors import BadInput, BrokenFile, NotFound, StorageFailed
from copilot.knowledge import yaml_text
from copilot.knowledge.folder import read_folder
from copilot.records import Document, FaqEntry, Platform, Profile, Rule, Tone

GOOD_ENTRY = "- question: 几点开门?\n  answer: 十点\n"


def lay(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


COMPLETE: dict[str, str | bytes] = {
    "profile.yaml": """\
name: 暖暖 绘本馆   # 馆名
platform: WeChat
theme: |
  绘本借阅
  亲子共读
goals: [当天有答复, "每周有人分享"]
audience:
quiet_hours: 22:30 - 8:00
language: zh
timezone: Asia/Shanghai
tone: {address: 您}
""",
    "rules.yaml": "- number: 1\n  text: 不发广告\n- {number: '2', text: no}\n",
    "faq.yaml": """\
- question: 几点开门?
  variants: [营业时间, 营业时间?, ""]
  answer: 22:30
  tags: [no, 007]
  expires_on: 2026-05-01
- question: 2026-05-01
  answer: |
    第一行
      第二行

    第三行 # 不是注释
  expires_on: 长期有效
""",
    "documents/办法.md": "\ufeff# 办法\r\n\r\n到馆借。\r\n",
    "documents/b.md": '---\ntitle: "A/B: 说明"\nauthor: x\n---\n\n正文\n',
    "documents/rule.md": "---\n\n一条横线\n",
    "groups/one/profile.yaml": "name: 一群\nplatform: qq\ntone: {length: long}\n",
    "groups/one/faq.yaml": "- question: 几点开门?\n  answer: 一群九点\n",
    "groups/one/chat.jsonl": "{not read}",
    "groups/二群/rules.yaml": "",
    "sample.yaml": "last_day: 2026-05-02\n",
    "README.txt": "hello",
    ".git/config.yaml": "x",
}


@pytest.mark.parametrize("packed", ["folder", "zip", "zip with a top folder"])
def test_every_file_becomes_records(tmp_path: Path, packed: str) -> None:
    if packed == "folder":
        path = lay(tmp_path / "k", COMPLETE)
    else:
        top = "export/" if packed == "zip with a top folder" else ""
        path = pack(tmp_path / "k.zip", {top + name: content for name, content in COMPLETE.items()})
    knowledge = read_folder(path)
    assert knowledge.profile == Profile(
        name="暖暖 绘本馆",
        platform=Platform.WECHAT,
        theme="绘本借阅\n亲子共读",
        goals=("当天有答复", "每周有人分享"),
        quiet_hours="22:30-08:00",
        language="zh",
        timezone="Asia/Shanghai",
        tone=Tone(address="您"),
    )
    assert knowledge.rules == (Rule(number=1, text="不发广告"), Rule(number=2, text="no"))
    assert knowledge.faq == (
        FaqEntry(
            question="几点开门?",
            answer="22:30",
            variants=("营业时间",),
            tags=("no", "007"),
            expires_on=date(2026, 5, 1),
        ),
        FaqEntry(question="2026-05-01", answer="第一行\n  第二行\n\n第三行 # 不是注释"),
    )
    assert set(knowledge.documents) == {
        Document(name="A/B: 说明", text="正文"),
        Document(name="rule", text="---\n\n一条横线"),
        Document(name="办法", text="# 办法\n\n到馆借。"),
    }
    assert list(knowledge.groups) == ["一群", "二群"]
    one = knowledge.groups["一群"]
    assert one.profile == Profile(platform=Platform.QQ, tone=Tone(address="您", length="long"))
    assert [entry.answer for entry in one.faq] == ["一群九点"]
    assert knowledge.groups["二群"].rules == ()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"faq.yaml": "- question: 问\n  anwser: 答\n  answer: 答"},
            "faq.yaml line 2: unknown key 'anwser'; did you mean 'answer'?",
        ),
        ({"profile.yaml": "colour: red"}, "profile.yaml line 1: unknown key 'colour'; use one of name, platform,"),
        ({"faq.yaml": "- question: 问"}, "faq.yaml line 1: the answer to '问' is missing; write it"),
        ({"faq.yaml": "- question: 问\n  answer: ~"}, "faq.yaml line 1: the answer to '问' is missing"),
        ({"faq.yaml": "\n- answer: 答"}, "faq.yaml line 2: the question is missing; write how members ask it"),
        (
            {"faq.yaml": "- question: 问\n  answer: 一\n  answer: 二"},
            "faq.yaml line 3: the key 'answer' stands here tw",
        ),
        (
            {"faq.yaml": GOOD_ENTRY + "- question: 几點 开门？\n  answer: 九点"},
            "faq.yaml line 3: '几點 开门？' is asked by the entry '几点开门?' too; keep it in one of them (line 1)",
        ),
        (
            {"faq.yaml": GOOD_ENTRY + "- question: 别的\n  answer: 九点\n  variants:\n  - 又\n  - 几点开门"},
            "faq.yaml line 7: '几点开门' is asked by the entry",
        ),
        ({"faq.yaml": "question: 问\nanswer: 答"}, "faq.yaml line 1: faq.yaml is a list; put '- ' before each item"),
        ({"faq.yaml": "- 问"}, "faq.yaml line 1: an entry is written as lines of 'key: value'"),
        ({"faq.yaml": "- question: [问]\n  answer: 答"}, "faq.yaml line 1: 'question' is a text, not a list"),
        ({"faq.yaml": GOOD_ENTRY + "  variants: 又"}, "faq.yaml line 3: 'variants' is a list; put '- ' before each"),
        ({"faq.yaml": GOOD_ENTRY + "  expires_on: 明年"}, "faq.yaml line 3: expires_on '明年' is not a day; write it"),
        (
            {"faq.yaml": GOOD_ENTRY + "  expires_on: 2026-02-30"},
            "faq.yaml line 3: expires_on '2026-02-30' is not a day",
        ),
        (
            {"faq.yaml": "- question: 问\n  answer: 见 #话题 里"},
            "faq.yaml line 2: '#话题 里' would be lost as a comment",
        ),
        (
            {"faq.yaml": "- question: 问\n  answer: 注意: 这里"},
            "faq.yaml line 2: 'answer: 注意: 这里' cannot be read as",
        ),
        (
            {"faq.yaml": "- question：问\n  answer: 答"},
            "faq.yaml line 2: '- question：问' cannot be read as YAML; write the key, a half-width ':' and a space",
        ),
        ({"faq.yaml": "- question: 问\n\tanswer: 答"}, "faq.yaml line 2: 'answer: 答' cannot be read as YAML; indent"),
        ({"faq.yaml": "- question: @所有人\n  answer: 答"}, "faq.yaml line 1: '- question: @所有人' cannot be read as"),
        ({"faq.yaml": "- question: '问\n  answer: 答"}, "faq.yaml line"),
        (
            {"faq.yaml": GOOD_ENTRY + "---\n" + GOOD_ENTRY},
            "faq.yaml line 3: '---' cannot be read as YAML; a file holds",
        ),
        (
            {"faq.yaml": "- question: !!python/name:os.system ''\n  answer: 答"},
            "faq.yaml line 1: tags (!) are not used",
        ),
        ({"faq.yaml": "- &a {question: 问, answer: 答}\n- *a"}, "faq.yaml line 1: anchors and aliases (& and *)"),
        ({"faq.yaml": "[" * 100_000}, "faq.yaml line 1: lists are nested more than 20 deep; flatten them"),
        (
            {"faq.yaml": "- question: 问\n  answer: \x07答"},
            "faq.yaml line 2: the invisible character U+0007 stands here",
        ),
        (
            {"faq.yaml": "- question: 问\n  answer: 答".encode("gb18030")},
            "faq.yaml line 1: this is not UTF-8 text; save",
        ),
        (
            {"faq.yaml": "- question: 问\n  answer: " + "长" * 5001},
            "faq.yaml line 2: answer has 5,001 characters, more",
        ),
        (
            {"faq.yaml": GOOD_ENTRY + "  variants:\n  - 一\n  - " + "长" * 301},
            "faq.yaml line 5: variants has 301 charac",
        ),
        (
            {"rules.yaml": "- text: 不发广告"},
            "rules.yaml line 1: the number of this rule is missing; write 'number: 1'",
        ),
        (
            {"rules.yaml": "- number: 一\n  text: 不"},
            "rules.yaml line 1: 'number' is a whole number, not '一'; write it",
        ),
        ({"rules.yaml": "- number: 0\n  text: 不"}, "rules.yaml line 1: the rule number 0 is not between 1 and 999"),
        ({"rules.yaml": "- number: 1"}, "rules.yaml line 1: the text of rule 1 is missing; write it"),
        (
            {"rules.yaml": "- {number: 1, text: a}\n- {number: 1, text: b}"},
            "rules.yaml line 2: rule 1 stands in line 1",
        ),
        (
            {"profile.yaml": "- name"},
            "profile.yaml line 1: a profile is written as lines of 'key: value'; the keys are",
        ),
        (
            {"profile.yaml": "timezone: Asia/Shangai"},
            "profile.yaml line 1: timezone 'Asia/Shangai' is not known; write",
        ),
        (
            {"profile.yaml": "timezone: ../../etc/passwd"},
            "profile.yaml line 1: timezone '../../etc/passwd' is not known",
        ),
        (
            {"profile.yaml": "name: x\nquiet_hours: 22:30"},
            "profile.yaml line 2: quiet_hours '22:30' is not a span of ho",
        ),
        ({"profile.yaml": "quiet_hours: 22:00-25:00"}, "profile.yaml line 1: quiet_hours '22:00-25:00' is not a span"),
        ({"profile.yaml": "quiet_hours: 8:00-08:00"}, "profile.yaml line 1: quiet_hours '08:00-08:00' ends when it st"),
        ({"profile.yaml": "language: cn"}, "profile.yaml line 1: language 'cn' is not known; use one of zh, en"),
        (
            {"profile.yaml": "platform: wechta"},
            "profile.yaml line 1: the platform 'wechta' is not known; did you mean 'w",
        ),
        ({"profile.yaml": "tone:\n  emoji: no"}, "profile.yaml line 2: emoji 'no' is not known; did you mean 'none'?"),
        (
            {"profile.yaml": "tone:\n  address: 你\n  loud: x"},
            "profile.yaml line 3: unknown key 'loud'; use one of addre",
        ),
        (
            {"faqs.yaml": GOOD_ENTRY},
            "faqs.yaml: a knowledge folder has no file of this name in this place; did you mean",
        ),
        (
            {"faq.yml": GOOD_ENTRY},
            "faq.yml: a knowledge folder has no file of this name in this place; did you mean 'faq",
        ),
        ({"group/a/faq.yaml": GOOD_ENTRY}, "group/a/faq.yaml: a knowledge folder has no file of this name in this pla"),
        ({"documents/a.docx": "x"}, "documents/a.docx: only .md files are read from documents/; save it as Markdown"),
        ({"documents/a/b.md": "x"}, "documents/a/b.md: documents/ has no folders of its own; move the file up"),
        ({"documents/a.md": "\n \n"}, "documents/a.md: the document 'a' is empty; write it or remove it"),
        ({"documents/a.md": b"x\n\xff"}, "documents/a.md line 2: this is not UTF-8 text"),
        (
            {"documents/a.md": "x", "documents/b.md": "---\ntitle: a\n---\ny"},
            "documents/b.md: there is a document 'a' al",
        ),
        ({"groups/a/faq.yaml": "- x: y"}, "groups/a/faq.yaml line 1: unknown key 'x'"),
        ({"groups/a/profile.yaml": "name: b", "groups/b/faq.yaml": ""}, "groups/b: there is a group 'b' already"),
        ({"notes.txt": "x"}, "k: this is not a knowledge folder; it holds none of profile.yaml, rules.yaml, faq.yaml"),
    ],
)
def test_a_problem_names_file_line_and_remedy(tmp_path: Path, files: dict[str, str | bytes], message: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_folder(lay(tmp_path / "k", files))
    told = str(raised.value).split("\n- ")
    first = told[1] if len(told) > 1 else told[0]
    assert first.startswith(message), str(raised.value)


def test_yaml_reads_alike_without_the_compiled_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The parser in Python takes a `?` in a list in brackets for a key.
    folder = lay(tmp_path / "k", COMPLETE | {"faq.yaml": str(COMPLETE["faq.yaml"]).replace("时间?,", "时间，,")})
    compiled = read_folder(folder)
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert read_folder(folder) == compiled


def test_all_problems_are_told_at_once_up_to_twenty(tmp_path: Path) -> None:
    folder = lay(tmp_path / "k", {"faq.yaml": "- {}\n" * 12, "profile.yaml": "language: xx"})
    with pytest.raises(BadInput) as raised:
        read_folder(folder)
    lines = str(raised.value).split("\n")
    assert lines[0] == "k has 25 problems:"
    assert len(lines) == 22
    assert lines[1].startswith("- profile.yaml line 1: language 'xx'")
    assert lines[-1] == "… and 5 more."


def test_a_yaml_file_of_aliases_that_grow_is_refused_without_growing(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"k{n}: &k{n} [*a, *a]\n" for n in range(30))
    with pytest.raises(BadInput, match="anchors and aliases"):
        read_folder(lay(tmp_path / "k", {"profile.yaml": bomb}))


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"faq\.yaml is larger than 10 MB; split it or shorten it"):
        read_folder(lay(tmp_path / "k", {"faq.yaml": b" " * 10_000_001}))


def test_nothing_at_the_path_and_another_file_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no folder .*gone; check the name"):
        read_folder(tmp_path / "gone")
    (tmp_path / "x.zip").write_text("hello")
    with pytest.raises(BadInput, match=r"x\.zip is neither a folder nor a \.zip"):
        read_folder(tmp_path / "x.zip")


class TestArchives:
    @pytest.mark.parametrize(
        "name", ["../faq.yaml", "/etc/faq.yaml", "a/../../faq.yaml", "C:/faq.yaml", "..\\faq.yaml"]
    )
    def test_entries_outside_the_folder_are_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(BrokenFile, match="outside its folder"):
            read_folder(pack(tmp_path / "k.zip", {name: GOOD_ENTRY}))

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        path = pack(tmp_path / "k.zip", {"documents/a.md": b"a" * 101_000_000})
        with pytest.raises(BadInput, match="100 MB unpacked"):
            read_folder(path)

    def test_an_entry_that_lies_about_its_size_is_damaged(self, tmp_path: Path) -> None:
        path = pack(tmp_path / "k.zip", {"faq.yaml": GOOD_ENTRY * 1000})
        raw = bytearray(path.read_bytes())
        size = struct.pack("<L", len((GOOD_ENTRY * 1000).encode()))
        at = raw.rindex(size)
        raw[at : at + 4] = struct.pack("<L", 10)
        path.write_bytes(raw)
        with pytest.raises(BadInput, match=r"faq\.yaml in the archive is damaged"):
            read_folder(path)

    def test_a_truncated_archive_is_named(self, tmp_path: Path) -> None:
        path = pack(tmp_path / "k.zip", {"faq.yaml": GOOD_ENTRY})
        path.write_bytes(path.read_bytes()[:-30])
        with pytest.raises(BadInput, match=r"k\.zip"):
            read_folder(path)

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_chinese_names_of_unmarked_entries(self, tmp_path: Path, encoding: str) -> None:
        stand_in = "x" * len("办法".encode(encoding))
        path = pack(tmp_path / "k.zip", {f"documents/{stand_in}.md": "正文"})
        path.write_bytes(path.read_bytes().replace(stand_in.encode(), "办法".encode(encoding)))
        assert [document.name for document in read_folder(path).documents] == ["办法"]

    def test_a_password_is_told(self, tmp_path: Path) -> None:
        path = pack(tmp_path / "k.zip", {"faq.yaml": GOOD_ENTRY})
        raw = bytearray(path.read_bytes())
        raw[raw.index(b"PK\x03\x04") + 6] |= 1
        raw[raw.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(raw)
        with pytest.raises(BadInput, match="protected by a password; pack it without one"):
            read_folder(path)


def test_a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lay(tmp_path / "k", {"faq.yaml": GOOD_ENTRY, "documents/a.md": "x"})
    real = os.scandir

    def refuses_documents(path: str) -> object:
        if str(path).endswith("documents"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuses_documents)
    with pytest.raises(StorageFailed, match=r"documents cannot be read \(Permission denied\); check its rights"):
        read_folder(folder)


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_and_pipes_are_no_files(tmp_path: Path, kind: str) -> None:
    (tmp_path / "k" / "documents").mkdir(parents=True)
    (tmp_path / "k" / "profile.yaml").write_text("name: x\n", encoding="utf-8")
    secret = tmp_path / "secret.md"
    secret.write_text("x", encoding="utf-8")
    odd = tmp_path / "k" / "documents" / "odd.md"
    odd.symlink_to(secret) if kind == "link" else os.mkfifo(odd)
    with pytest.raises(BadInput, match="link or no plain file"):
        read_folder(tmp_path / "k")
