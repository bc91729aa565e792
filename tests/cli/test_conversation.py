"""The command line from the first import to the last backup, as somebody types it."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copilot import __version__
from copilot.bootstrap import build
from copilot.importers.chatlab import write_chatlab
from copilot.records import Platform, SourceMessage
from copilot.services.rights import SYSTEM
from copilot.settings import Settings
from tests.cli.conftest import MORE, SHARE, Refusals, Run

KNOWLEDGE = {
    "profile.yaml": "name: 绘本馆\nlanguage: zh\ntimezone: Asia/Shanghai\n",
    "faq.yaml": "- question: 押金多少钱？\n  answer: 押金一百元，退卡时退还。\n",
    "rules.yaml": "- number: 1\n  text: 群内不发广告和砍价链接\n",
    "groups/读书群/rules.yaml": "- number: 1\n  text: 只聊书\n",
}


def knowledge(folder: Path, **more: str) -> Path:
    for name, text in (KNOWLEDGE | more).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_import_ask_import_again_undo_and_export(copilot: Run, share: Path, more: Path, tmp_path: Path) -> None:
    said = copilot("groups")
    assert (said.code, "There is no group yet" in said.out) == (0, True)

    said = copilot("import", share)
    assert said.code == 0, said.err
    assert "wechat-share" in said.out
    assert "into the group '聊天'" in said.out
    assert "read 3: new 3, there already 0, recalled 0" in said.out
    assert "skipped 0" in said.out
    number = re.search(r"copilot undo (\d+)", said.out)
    assert number is not None

    assert "聊天 (我的社群): 3 messages, 3 members, until 2026-04-06" in copilot("groups").out
    (listed,) = json.loads(copilot("groups", "--json").out)
    assert (listed["name"], listed["messages"], listed["platform"], listed["sample"]) == ("聊天", 3, "wechat", False)
    assert listed["last_sent_at"].startswith("2026-04-06T08:22")

    said = copilot("ask", "周六几点集合？", "--group", "聊天")
    assert said.code == 0
    assert "东门" in said.out
    assert "[history] 老王, 2026-04-06 16:22," in said.out
    found = json.loads(copilot("ask", "周六几点集合？", "--json").out)
    assert "东门" in found["answer"]
    assert found["silence"] is None
    cited = found["citations"][0]
    assert (cited["kind"], cited["sender_name"], cited["group_id"]) == ("history", "老王", listed["id"])
    assert 0 < found["confidence"] <= 1

    # The same again adds nothing; a later part adds what is new, in one JSON object if asked.
    assert "new 0, there already 3" in copilot("import", share).out
    report = json.loads(copilot("import", more, "--group", listed["id"], "--json").out)
    assert (report["read"], report["new"], report["known"], report["group_name"]) == (3, 2, 1, "聊天")
    assert "要带伞" in copilot("ask", "周六要带伞吗？").out

    said = copilot("undo", report["import_id"])
    assert (said.code, said.out) == (
        0,
        f"Import {report['import_id']} is undone: 2 messages went. 1 stay: other imports brought them too.\n",
    )
    assert "3 messages" in copilot("groups").out
    found = json.loads(copilot("ask", "周六要带伞吗？", "--json").out)
    assert "预报有雨" not in json.dumps(found, ensure_ascii=False)

    target = tmp_path / "out.jsonl"
    said = copilot("export", "chat", target)
    assert (said.code, said.out, said.err) == (0, "", "3 messages of '聊天' written.\n")
    piped = copilot("export", "chat", "-", "--group", "聊天")
    # The header says when it was written.
    assert piped.out.splitlines()[1:] == target.read_text(encoding="utf-8").splitlines()[1:]
    assert len(target.read_text(encoding="utf-8").splitlines()) > 3
    assert "new 0, there already 3" in copilot("import", target, "--group", "聊天").out


def test_ask_in_english_and_say_why_there_is_no_answer(copilot: Run, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"

    talk = [("Ann", "What time does the picnic start?"), ("Bob", "The picnic starts at ten, at the east gate.")]
    with path.open("w", encoding="utf-8") as stream:
        write_chatlab(
            stream,
            [
                SourceMessage(sent_at=datetime(2026, 4, 6, 8, n, tzinfo=UTC), sender_name=who, text=text)
                for n, (who, text) in enumerate(talk)
            ],
            chat_name="Picnic",
            platform=Platform.WHATSAPP,
        )
    assert copilot("import", path).code == 0
    assert "east gate" in copilot("ask", "What time does the picnic start?").out
    silent = copilot("ask", "How do I reset my router?")
    assert silent.code == 0
    assert re.match(r"\[(nothing_known|out_of_scope|not_sure)\] ", silent.out)
    found = json.loads(copilot("ask", "How do I reset my router?", "--json").out)
    assert found["answer"] is None
    assert found["silence"] in ("nothing_known", "out_of_scope", "not_sure")
    assert json.loads(copilot("ask", "  ", "--json").out)["silence"] == "empty"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_pasted_text_in_any_encoding(copilot: Run, encoding: str) -> None:
    pasted = "小红 2026/4/6 16:21:05\n周六几点集合？\n老王 2026/4/6 16:21:40\n早上九点\n"
    said = copilot("import", "-", "--new-group", "贴来的", stdin=pasted.encode(encoding))
    assert said.code == 0, said.err
    assert "into the group '贴来的'" in said.out
    assert "read 2: new 2" in said.out


def test_what_could_not_be_read_is_listed(copilot: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    header = {"_type": "header", "chatlab": {"version": "0.0.1"}, "meta": {"name": "群", "platform": "wechat"}}
    row = {"_type": "message", "sender": "u", "accountName": "甲", "timestamp": 1775463663, "type": 0, "content": "好"}
    bad = row | {"timestamp": "gestern"}
    lines = [json.dumps(one, ensure_ascii=False) for one in (header, row, *[bad] * 25)]
    path.write_text("\n".join(lines), encoding="utf-8")
    said = copilot("import", path)
    assert said.code == 0, said.err
    assert "skipped 25" in said.out
    assert "    line 3: " in said.out
    assert "    and 5 more" in said.out


def test_knowledge_is_shown_learned_asked_and_written_back(copilot: Run, share: Path, tmp_path: Path) -> None:
    copilot("import", share, "--new-group", "读书群")
    folder = knowledge(tmp_path / "k")
    said = copilot("learn", folder, stdin="n\n")
    assert said.code == 2
    assert "added    faq       押金多少钱？" in said.out
    assert "added    rule      1 in 读书群" in said.out
    assert said.err.endswith("copilot: stopped\n")
    assert "Nothing would change" not in copilot("learn", folder, stdin="n\n").out

    said = copilot("learn", folder, stdin="y\n")
    assert (said.code, "4 changes made." in said.out) == (0, True), said
    said = copilot("learn", folder, "--yes")
    assert said.out.startswith("Nothing would change; ")
    said = copilot("ask", "押金要多少钱")
    assert said.out.startswith("押金一百元")
    assert "  [faq] 押金多少钱？: 押金一百元" in said.out

    out = tmp_path / "out"
    said = copilot("export", "knowledge", out)
    assert said.code == 0
    assert re.fullmatch(rf"\d+ files written to {re.escape(str(out))}.\n", said.out)
    assert copilot("learn", out, "--yes").out.startswith("Nothing would change")
    changed = knowledge(out, **{"faq.yaml": "- question: 押金多少钱？\n  answer: 押金两百元。\n"})
    assert "1 changes made." in copilot("learn", changed, "--yes").out
    assert copilot("ask", "押金要多少钱").out.startswith("押金两百元")


def test_backup_change_restore(copilot: Run, share: Path, more: Path, data: Path, tmp_path: Path) -> None:
    copilot("import", share)
    target = tmp_path / "b.sqlite3"
    assert copilot("backup", target).out == f"Backup written: {target}\n"
    assert target.stat().st_mode & 0o777 == 0o600
    twice = [copilot("backup").out.removeprefix("Backup written: ").strip() for _ in range(2)]
    assert len({*twice}) == 2
    assert all(Path(one).is_file() for one in twice)

    copilot("import", more, "--group", "聊天")
    assert "要带伞" in copilot("ask", "周六要带伞吗？").out
    said = copilot("restore", target, stdin="n\n")
    assert (said.code, "stopped" in said.err) == (2, True)
    assert "5 messages" in copilot("groups").out
    said = copilot("restore", target, "--yes")
    assert said.code == 0, said.err
    aside = said.out.removeprefix("Restored. What was there is kept as ").strip().removesuffix(".")
    assert Path(aside).is_file()
    assert "3 messages" in copilot("groups").out
    assert "预报有雨" not in copilot("ask", "周六要带伞吗？").out
    assert "东门" in copilot("ask", "周六几点集合？").out


def test_restore_in_the_place_of_a_damaged_store(copilot: Run, share: Path, data: Path, tmp_path: Path) -> None:
    copilot("import", share)
    target = tmp_path / "b.sqlite3"
    copilot("backup", target)
    (data / "copilot.sqlite3").write_bytes(b"\0garbage" * 4096)
    said = copilot("restore", target, "--yes")
    assert said.code == 0, said.err
    assert "东门" in copilot("ask", "周六几点集合？").out


def test_accounts(copilot: Run, share: Path, refused: Refusals) -> None:
    copilot("import", share)
    assert "There is no account yet" in copilot("accounts", "list").out
    said = copilot("accounts", "add", "馆长", "--role", "owner", stdin="correct horse\n")
    assert said.out == "Account '馆长' added as owner.\n"
    said = copilot("accounts", "add", "小助手", "--group", "聊天", stdin="correct horse\n")
    assert said.out == "Account '小助手' added as viewer.\n"
    listed = copilot("accounts", "list").out.splitlines()
    assert [line.split(maxsplit=1)[1] for line in listed] == ["馆长: owner, all groups", "小助手: viewer, groups [1]"]
    assert copilot("accounts", "role", "小助手", "moderator").code == 0
    assert copilot("accounts", "disable", "小助手").code == 0
    assert "小助手: moderator, groups [1], disabled" in copilot("accounts", "list").out
    assert copilot("accounts", "enable", "小助手").code == 0
    assert "disabled" not in copilot("accounts", "list").out
    said = copilot("accounts", "password", "小助手", stdin="another horse\r\n")
    assert said.out == "The password of '小助手' is set; its sessions have ended.\n"

    refused(copilot("accounts", "add", "馆长", stdin="correct horse\n"), "馆长")
    refused(copilot("accounts", "add", "新人", "--role", "king", stdin="correct horse\n"), "'king'", "viewer")
    refused(copilot("accounts", "add", "新人", stdin="short\n"), "5 characters", "8")
    refused(copilot("accounts", "add", "新人", stdin=""), "0 characters")
    refused(copilot("accounts", "add", " ", stdin="correct horse\n"), "name")
    refused(copilot("accounts", "add", "新人", "--group", "别处", stdin="correct horse\n"), "'别处'", "1 聊天")
    refused(copilot("accounts", "password", "谁", stdin="correct horse\n"), "'谁' is no account", "馆长")
    refused(copilot("accounts", "role", "馆长", "viewer"), "last owner")
    refused(copilot("accounts", "disable", "馆长"), "last owner")
    refused(copilot("accounts", "role", "馆长", "boss"), "'boss'")
    assert len(copilot("accounts", "list").out.splitlines()) == 2


def test_a_password_is_taken_as_it_is_typed(copilot: Run, data: Path) -> None:

    copilot("accounts", "add", "馆长", "--role", "owner", stdin="  正确 马 电池 \r\n")
    app = build(Settings(data_dir=data))
    assert app.accounts.login("馆长", "  正确 马 电池 ", remote="::1")
    app.store.close()


def test_doctor(copilot: Run, share: Path, data: Path) -> None:
    said = copilot("doctor")
    assert said.code == 0, said.out
    assert "ok   word index: not made yet" in said.out
    assert "look communities: " in said.out
    assert "copilot import FILE" in said.out
    copilot("import", share)
    found = {one["name"]: one for one in json.loads(copilot("doctor", "--json").out)}
    assert {"python", "sqlalchemy", "store", "word index", "data folder", "console", "formats"} <= set(found)
    assert found["communities"]["health"] == "good"
    assert "wechat-share" in found["formats"]["found"]
    assert [one["name"] for one in found.values() if one["health"] == "bad"] == []
    assert all(one["remedy"] for one in found.values() if one["health"] != "good")


def test_doctor_finds_a_damaged_index_and_reindex_mends_it(copilot: Run, share: Path, data: Path) -> None:
    copilot("import", share)
    for path in (data / "index" / "words").rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage")
    said = copilot("doctor")
    assert said.code == 1
    assert re.search(r"^BAD  word index: .* -> run `copilot reindex`$", said.out, re.MULTILINE)
    said = copilot("reindex")
    assert said.code == 0, said.err
    assert said.out.startswith("The index is up to date (")
    assert copilot("doctor").code == 0
    assert "东门" in copilot("ask", "周六几点集合？").out


def test_doctor_says_how_far_behind_the_index_is(copilot: Run, share: Path, data: Path) -> None:

    copilot("import", share)
    connection = sqlite3.connect(data / "copilot.sqlite3")
    connection.execute("INSERT INTO change (kind, community_id, item_id) VALUES ('faq', 1, 1)")
    connection.commit()
    connection.close()
    said = copilot("doctor")
    assert (said.code, "1 changes behind -> " in said.out) == (0, True), said.out
    assert copilot("reindex", "--update").code == 0
    assert "behind" not in copilot("doctor").out


def test_a_folder_that_others_can_read_is_closed(copilot: Run, data: Path) -> None:
    data.chmod(0o755)
    assert "data folder: " in copilot("doctor").out
    assert data.stat().st_mode & 0o777 == 0o700


def test_doctor_speaks_even_where_the_store_is_damaged(copilot: Run, data: Path) -> None:
    (data / "copilot.sqlite3").write_bytes(b"\0garbage" * 4096)
    said = copilot("doctor")
    assert said.code == 1
    assert "ok   python: " in said.out
    assert re.search(r"^BAD  store: .*copilot restore FILE", said.out, re.MULTILINE)


def test_two_communities_are_told_apart(
    copilot: Run, share: Path, tmp_path: Path, data: Path, refused: Refusals
) -> None:

    copilot("import", share)
    app = build(Settings(data_dir=data))
    for name, language in (("Café", "en"), ("茶馆", "zh")):
        app.groups.create_community(SYSTEM, name, language, "UTC")
    app.groups.create_group(SYSTEM, 2, "1", Platform.MANUAL)
    app.store.close()
    # A question goes to the only community of its language; where that is not clear, it is asked.
    assert copilot("ask", "When do you open?").code == 0
    refused(copilot("ask", "几点开门？"), "--community", "1 我的社群", "3 茶馆")
    assert "东门" in copilot("ask", "周六几点集合？", "--community", "我的社群").out
    assert "东门" in copilot("ask", "周六几点集合？", "--community", "1").out
    refused(copilot("ask", "几点？", "--community", "别处"), "'别处' is no community", "2 Café")
    refused(copilot("ask", "几点？", "--community", "1", "--group", "1"), "--group or --community")
    refused(copilot("export", "chat", "-"), "more than one group", "1 聊天", "2 1")
    refused(copilot("export", "knowledge", tmp_path / "k"), "--community")
    refused(copilot("import", share, "--new-group", "新"), "'新'")
    # A number is a number before it is a name.
    assert "东门" in copilot("ask", "周六几点集合？", "--group", "1").out
    # Where a name stands for one group only, an import finds it.
    assert "new 0, there already 3" in copilot("import", share).out
    assert "new 3" in copilot("import", share, "--community", "Café").out
    refused(copilot("export", "chat", "-", "--group", "聊天"), "several groups", "3 聊天")


def test_a_file_without_a_name_goes_into_the_only_group(copilot: Run, share: Path, tmp_path: Path) -> None:
    copilot("import", share)
    (tmp_path / "again.txt").write_bytes(share.read_bytes())
    assert "new 0, there already 3" in copilot("import", tmp_path / "again.txt").out
    assert "1 groups, 3 messages" in copilot("groups").out


def test_version_and_help(copilot: Run) -> None:
    assert copilot("version").out == f"{__version__}\n"
    said = copilot("--help")
    assert said.code == 0
    for command in ("serve", "import", "export", "groups", "ask", "reindex", "backup", "restore", "accounts", "doctor"):
        assert re.search(rf"^  {command}\b", said.out, re.MULTILINE), command


def test_share_texts_are_what_they_look_like() -> None:
    # The other tests count on these: the later one begins with what ends the first.
    assert SHARE.count("16:2") == 3
    assert MORE.startswith("—————  2026-04-06  —————\n小明  16:22\n收到\n")
