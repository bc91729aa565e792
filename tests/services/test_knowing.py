"""Knowledge: edited, imported after a look at what would change, written to files, and who may do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import App
from copilot.errors import BadInput, Conflict, NotAllowed, NotFound
from copilot.records import Account, Document, FaqEntry, Platform, Profile, Role, Rule, Tone
from copilot.services.rights import SYSTEM
from tests.services.conftest import Room

FOLDER = {
    "profile.yaml": "name: 绘本馆\nplatform: wechat\ntheme: 亲子阅读\nlanguage: zh\ntimezone: Asia/Shanghai\n",
    "rules.yaml": "- number: 1\n  text: 不发广告\n- number: 2\n  text: 不吵架\n",
    "faq.yaml": "- question: 几点开门？\n  variants: [开门时间]\n  answer: 九点\n"
    "- question: 押金多少？\n  answer: 一百元\n",
    "documents/借阅办法.md": "# 借阅办法\n\n每次五本。\n",
    "groups/群/profile.yaml": "theme: 共读打卡\n",
    "groups/群/faq.yaml": "- question: 打卡几点截止？\n  answer: 晚上十点\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def said(app: App, folder: Path) -> list[str]:
    """What an import would change, one line each."""
    return [
        f"{one.kind.value} {one.part.value} {one.key}" + (f" in {one.group}" if one.group else "")
        for one in app.knowing.preview_folder(SYSTEM, 1, folder).items
    ]


@pytest.fixture
def full(room: Room) -> Room:
    """A community that has learned the folder."""
    room.app.knowing.apply_folder(SYSTEM, 1, write(room.folder / "k", FOLDER))
    return room


def test_a_folder_is_looked_at_and_then_learned(room: Room) -> None:
    app, folder = room.app, write(room.folder / "k", FOLDER)
    expected = [
        "changed profile name",
        "added profile platform",
        "added profile theme",
        "added rule 1",
        "added rule 2",
        "added faq 几点开门？",
        "added faq 押金多少？",
        "added document 借阅办法",
        "added profile theme in 群",
        "added faq 打卡几点截止？ in 群",
    ]
    assert said(app, folder) == expected
    assert app.knowing.knowledge(SYSTEM, 1).faq == ()
    assert len(app.knowing.apply_folder(SYSTEM, 1, folder).items) == len(expected)
    assert said(app, folder) == []
    whole = app.knowing.knowledge(SYSTEM, 1)
    assert [one.answer for one in whole.faq] == ["九点", "一百元"]
    assert [one.text for one in whole.rules] == ["不发广告", "不吵架"]
    own = app.knowing.knowledge(SYSTEM, 1, room.group_id)
    assert [one.answer for one in own.faq] == ["晚上十点"]
    assert (own.rules, own.documents) == ((), ())


def test_a_folder_is_a_mirror_and_changes_keep_their_ids(full: Room) -> None:
    app = full.app
    before = {one.question: one for one in app.knowing.knowledge(SYSTEM, 1).faq}
    files = FOLDER | {
        "faq.yaml": "- question: 几点开门？\n  answer: 十点\n",
        "rules.yaml": "- number: 2\n  text: 不吵架\n",
        "profile.yaml": "name: 绘本馆\nplatform: wechat\nlanguage: zh\ntimezone: Asia/Shanghai\n",
    }
    for gone in ("documents/借阅办法.md", "groups/群/faq.yaml"):
        del files[gone]
    folder = write(full.folder / "k2", files)
    assert said(app, folder) == [
        "removed profile theme",
        "removed rule 1",
        "changed faq 几点开门？",
        "removed faq 押金多少？",
        "removed document 借阅办法",
        "removed faq 打卡几点截止？ in 群",
    ]
    app.knowing.apply_folder(SYSTEM, 1, folder)
    assert said(app, folder) == []
    (entry,) = app.knowing.knowledge(SYSTEM, 1).faq
    assert (entry.id, entry.version, entry.variants) == (before["几点开门？"].id, 2, ())
    assert app.knowing.knowledge(SYSTEM, 1).profile.theme is None
    assert app.knowing.effective_profile(SYSTEM, 1, full.group_id).theme == "共读打卡"


def test_a_folder_with_a_mistake_changes_nothing(full: Room) -> None:
    app = full.app
    before = app.knowing.knowledge(SYSTEM, 1)
    files = FOLDER | {
        "faq.yaml": "- question: 几点开门？\n  answer: 十一点\n- frage: x\n",
        "rules.yaml": "- number: x\n",
    }
    folder = write(full.folder / "k3", files)
    for look in (app.knowing.preview_folder, app.knowing.apply_folder):
        with pytest.raises(BadInput) as caught:
            look(SYSTEM, 1, folder)
        assert "faq.yaml" in str(caught.value)
        assert "rules.yaml" in str(caught.value)
    assert app.knowing.knowledge(SYSTEM, 1) == before


def test_what_is_written_reads_back_without_changes(full: Room) -> None:
    app = full.app
    entry = FaqEntry(
        question="寒假几点开门？", answer="第一行\n\n  第二行 #不是标签", variants=("寒假: 开吗",),
        tags=("时间", "寒假"), expires_on=date(2027, 2, 28), community_id=1,
    )  # fmt: skip
    app.knowing.save_faq(SYSTEM, entry)
    app.knowing.save_document(
        SYSTEM, Document(name="a/b: ?", text="# t\n\n- x\n", community_id=1, group_id=full.group_id)
    )
    profile = app.knowing.knowledge(SYSTEM, 1).profile
    tone = Tone(address="您", emoji="none", length="long")
    app.knowing.save_profile(
        SYSTEM, 1, None, replace(profile, tone=tone, goals=("读", "写"), quiet_hours="22:00-07:30")
    )
    folder = full.folder / "out"
    written = app.knowing.export_folder(SYSTEM, 1, folder)
    assert written
    assert all(path.is_file() for path in written)
    assert said(app, folder) == []
    # And elsewhere it gives the same.
    other = app.groups.create_community(SYSTEM, "别处", "en", "UTC")
    app.knowing.apply_folder(SYSTEM, other.id, folder)
    for group in (None, "群"):
        ids = [None, None] if group is None else [
            one.group.id for c in (1, other.id) for one in app.groups.groups(SYSTEM, c) if one.group.name == group
        ]  # fmt: skip
        ours, theirs = (app.knowing.knowledge(SYSTEM, c, g) for c, g in zip((1, other.id), ids, strict=True))
        assert theirs.profile == ours.profile
        assert [(e.question, e.variants, e.answer, e.tags, e.expires_on) for e in theirs.faq] == [
            (e.question, e.variants, e.answer, e.tags, e.expires_on) for e in ours.faq
        ]
        assert [(r.number, r.text) for r in theirs.rules] == [(r.number, r.text) for r in ours.rules]
        assert [(d.name, d.text) for d in theirs.documents] == [(d.name, d.text) for d in ours.documents]


@pytest.mark.parametrize(
    ("community", "group", "platform_after"),
    [
        (None, None, Platform.WECHAT),  # nothing is said: the group stays where it is
        ("qq", None, Platform.WECHAT),
        ("qq", "wechat", Platform.WECHAT),
        ("wechat", "matrix", Platform.MATRIX),
    ],
)
def test_where_a_group_lives_is_settled_in_one_step(
    room: Room, community: str | None, group: str | None, platform_after: Platform
) -> None:
    app = room.app
    line = f"platform: {community}\n" if community else ""
    files = {"profile.yaml": f"name: 绘本馆\nlanguage: zh\ntimezone: Asia/Shanghai\n{line}"}
    if group:
        files["groups/群/profile.yaml"] = f"platform: {group}\n"
    folder = write(room.folder / "k", files)
    app.knowing.apply_folder(SYSTEM, 1, folder)
    assert said(app, folder) == []
    assert app.groups.groups(SYSTEM)[0].group.platform is platform_after


def test_a_group_that_only_the_folder_knows_is_made(room: Room) -> None:
    app = room.app
    folder = write(room.folder / "k", FOLDER | {"groups/新群/rules.yaml": "- number: 1\n  text: 只说早安\n"})
    assert "added group 新群 in 新群" in said(app, folder)
    app.knowing.apply_folder(SYSTEM, 1, folder)
    made = next(one.group for one in app.groups.groups(SYSTEM) if one.group.name == "新群")
    assert made.platform is Platform.WECHAT
    assert [one.text for one in app.knowing.knowledge(SYSTEM, 1, made.id).rules] == ["只说早安"]


def test_a_table_adds_and_changes_and_never_removes(full: Room) -> None:
    app = full.app
    path = full.folder / "faq.csv"
    path.write_text("question,answer\n几点开门？,十点\n在哪里？,东门\n", encoding="utf-8")
    changes = app.knowing.preview_faq_table(SYSTEM, 1, None, path)
    assert [(one.kind.value, one.key) for one in changes.items] == [("changed", "几点开门？"), ("added", "在哪里？")]
    app.knowing.apply_faq_table(SYSTEM, 1, None, path)
    found = {one.question: (one.answer, one.variants) for one in app.knowing.knowledge(SYSTEM, 1).faq}
    assert found == {"几点开门？": ("十点", ("开门时间",)), "押金多少？": ("一百元", ()), "在哪里？": ("东门", ())}
    app.knowing.apply_faq_table(SYSTEM, 1, full.group_id, path)
    own = [one.question for one in app.knowing.knowledge(SYSTEM, 1, full.group_id).faq]
    assert own == ["打卡几点截止？", "几点开门？", "在哪里？"]
    assert app.knowing.preview_faq_table(SYSTEM, 1, full.group_id, path).is_empty


ITEMS: list[tuple[str, Any, str, Any]] = [
    ("faq", FaqEntry(question="停车？", answer="北门"), "answer", "南门"),
    ("rule", Rule(number=7, text="不刷屏"), "text", "少刷屏"),
    ("document", Document(name="办法", text="# 办法\n\n一条。"), "text", "# 办法\n\n两条。"),
]


@pytest.mark.parametrize(("name", "item", "field", "value"), ITEMS, ids=[name for name, *_ in ITEMS])
@pytest.mark.parametrize("level", ["community", "group"])
def test_an_item_is_saved_changed_removed_and_put_back(
    room: Room, name: str, item: Any, field: str, value: str, level: str
) -> None:
    knowing = room.app.knowing
    save, delete = getattr(knowing, f"save_{name}"), getattr(knowing, f"delete_{name}")
    group_id = room.group_id if level == "group" else None

    def there() -> tuple[Any, ...]:
        found = knowing.knowledge(SYSTEM, 1, group_id)
        return {"faq": found.faq, "rule": found.rules, "document": found.documents}[name]

    first = save(SYSTEM, replace(item, community_id=1, group_id=group_id))
    assert first.id > 0
    assert first.version == 1
    second = save(SYSTEM, replace(first, **{field: value}))
    assert (second.id, second.version) == (first.id, 2)
    assert there() == (second,)
    with pytest.raises(Conflict, match="somebody else"):
        save(SYSTEM, replace(first, **{field: "x"}))
    with pytest.raises(BadInput):
        save(SYSTEM, replace(second, id=0))  # the same question, number or name twice
    with pytest.raises(BadInput, match="moved"):
        save(SYSTEM, replace(second, group_id=None if group_id else room.group_id))
    gone = delete(SYSTEM, first.id)
    assert gone == second
    assert there() == ()
    for again in (lambda: delete(SYSTEM, first.id), lambda: save(SYSTEM, second)):
        with pytest.raises(NotFound):
            again()
    back = save(SYSTEM, replace(gone, id=0))
    assert there() == (back,)
    assert getattr(back, field) == value


def test_a_groups_level_must_be_of_the_community(room: Room, make_room: Callable[[str], Room]) -> None:
    other = make_room("别处")
    knowing = room.app.knowing
    calls: list[Callable[[], object]] = [
        lambda: knowing.save_faq(SYSTEM, FaqEntry(question="q", answer="a", community_id=1, group_id=other.group_id)),
        lambda: knowing.save_profile(SYSTEM, 1, other.group_id, Profile(theme="x")),
        lambda: knowing.knowledge(SYSTEM, 1, other.group_id),
        lambda: knowing.effective_profile(SYSTEM, 1, other.group_id),
        lambda: knowing.preview_faq_table(SYSTEM, 1, other.group_id, room.folder / "faq.csv"),
    ]
    (room.folder / "faq.csv").write_text("question,answer\nq,a\n", encoding="utf-8")
    for call in calls:
        with pytest.raises(BadInput, match=f"group {other.group_id} is not of community 1"):
            call()
    with pytest.raises(NotFound, match="99"):
        knowing.save_profile(SYSTEM, 1, 99, Profile(theme="x"))
    with pytest.raises(NotFound, match="99"):
        knowing.save_faq(SYSTEM, FaqEntry(question="q", answer="a", community_id=99))


def test_a_groups_profile_overrides_single_fields(full: Room) -> None:
    knowing = full.app.knowing
    knowing.save_profile(SYSTEM, 1, full.group_id, Profile(theme="打卡", quiet_hours="23:00-06:00", name="x"))
    own = knowing.effective_profile(SYSTEM, 1, full.group_id)
    assert (own.name, own.theme, own.quiet_hours, own.language) == ("绘本馆", "打卡", "23:00-06:00", "zh")
    knowing.save_profile(SYSTEM, 1, full.group_id, Profile())
    assert knowing.effective_profile(SYSTEM, 1, full.group_id).theme == "亲子阅读"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"timezone": "Mars/Base"}, "Mars/Base"),
        ({"language": "fr"}, "fr"),
        ({"quiet_hours": "25:00-7"}, "25:00-7"),
        ({"tone": Tone(emoji="lots")}, "lots"),
    ],
)
def test_a_wrong_profile_is_named_and_not_saved(full: Room, changed: dict[str, Any], named: str) -> None:
    knowing = full.app.knowing
    before = knowing.knowledge(SYSTEM, 1).profile
    with pytest.raises(BadInput, match=named):
        knowing.save_profile(SYSTEM, 1, None, replace(before, **changed))
    assert knowing.knowledge(SYSTEM, 1).profile == before


def test_a_document_from_a_file_replaces_the_one_of_its_name(room: Room) -> None:
    path = room.folder / "办法.md"
    for version, text in ((1, "# 办法\n\n一。\n"), (2, "# 办法\n\n二。\n")):
        path.write_text(text, encoding="utf-8")
        saved = room.app.knowing.read_document(SYSTEM, 1, None, path)
        assert saved.version == version
    (found,) = room.app.knowing.knowledge(SYSTEM, 1).documents
    assert "二。" in found.text
    own = room.app.knowing.read_document(SYSTEM, 1, room.group_id, path)
    assert own.id != found.id


def test_who_may_not_does_not(full: Room, make_room: Callable[[str], Room]) -> None:
    other = make_room("别处")
    knowing = full.app.knowing
    entry = knowing.knowledge(SYSTEM, 1).faq[0]
    own = knowing.knowledge(SYSTEM, 1, full.group_id).faq[0]
    folder = full.folder / "k"
    moderator = Account(id=7, name="小值", role=Role.MODERATOR)
    admin = Account(id=8, name="小管", role=Role.ADMIN, group_ids=frozenset({full.group_id}))
    stranger = Account(id=9, name="外人", role=Role.ADMIN, group_ids=frozenset({other.group_id}))
    for account in (moderator, admin, stranger):
        for call in (
            lambda who: knowing.save_profile(who, 1, None, Profile(name="x")),
            lambda who: knowing.save_faq(who, replace(entry, answer="x")),
            lambda who: knowing.delete_faq(who, entry.id),
            lambda who: knowing.preview_folder(who, 1, folder),
            lambda who: knowing.apply_folder(who, 1, folder),
            lambda who: knowing.export_folder(who, 1, full.folder / "out"),
        ):
            with pytest.raises(NotAllowed):
                call(account)
    # One's own group is one's own; another's is not, and neither is what an item of another level is made to be.
    assert knowing.save_faq(admin, replace(own, answer="晚上十一点")).version == 2
    with pytest.raises(NotAllowed):
        knowing.save_faq(admin, replace(entry, group_id=full.group_id))
    with pytest.raises(NotAllowed):
        knowing.delete_faq(stranger, own.id)
    # Who sees no group of a community does not read what it knows.
    assert knowing.knowledge(admin, 1).faq
    for read in (knowing.knowledge, knowing.effective_profile):
        with pytest.raises(NotAllowed):
            read(stranger, 1)
    assert not (full.folder / "out").exists()
