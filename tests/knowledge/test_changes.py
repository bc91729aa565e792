"""What an import would change."""

from __future__ import annotations

from copilot.knowledge.changes import Change, ChangeKind, Part, compare
from copilot.records import Document, FaqEntry, Knowledge, Platform, Profile, Rule, Tone

OPEN = FaqEntry(
    question="几点开门?", answer="十点", variants=("营业时间",), tags=("时间",), id=5, community_id=1, version=3
)
CARD = FaqEntry(question="办卡多少钱?", answer="298", id=6, community_id=1)


def told(changes: tuple[Change, ...]) -> list[tuple[str | None, str, str, str]]:
    return [(change.group, change.part.value, change.kind.value, change.key) for change in changes]


def test_the_same_knowledge_changes_nothing_whatever_its_ids_and_order() -> None:
    old = Knowledge(
        faq=(OPEN, CARD), rules=(Rule(number=1, text="不", id=2),), documents=(Document(name="a", text="b"),)
    )
    new = Knowledge(
        faq=(
            FaqEntry(question="办卡多少钱?", answer="298"),
            FaqEntry(question="几点开门?", answer="十点", variants=("营业时间",), tags=("时间",)),
        ),
        rules=(Rule(number=1, text="不"),),
        documents=(Document(name="a", text="b"),),
    )
    changes = compare(old, new)
    assert changes.is_empty
    assert changes.unchanged == 4


def test_every_part_and_kind_is_told() -> None:
    old = Knowledge(
        profile=Profile(name="旧", theme="书", platform=Platform.WECHAT),
        rules=(Rule(number=1, text="甲", id=1), Rule(number=2, text="乙", id=2)),
        faq=(OPEN, CARD),
        documents=(Document(name="甲", text="x"), Document(name="乙", text="y")),
        groups={"一群": Knowledge(faq=(CARD,)), "空群": Knowledge()},
    )
    new = Knowledge(
        profile=Profile(name="新", theme="书", tone=Tone()),
        rules=(Rule(number=1, text="甲"), Rule(number=3, text="丙")),
        faq=(FaqEntry(question="几點開門", answer="九点"), FaqEntry(question="能停车吗?", answer="能")),
        documents=(Document(name="乙", text="z"), Document(name="丙", text="w")),
        groups={"新群": Knowledge(rules=(Rule(number=1, text="群规"),))},
    )
    changes = compare(old, new)
    assert told(changes.items) == [
        (None, "profile", "changed", "name"),
        (None, "profile", "removed", "platform"),
        (None, "profile", "added", "tone"),
        (None, "rule", "added", "3"),
        (None, "rule", "removed", "2"),
        (None, "faq", "changed", "几點開門"),
        (None, "faq", "added", "能停车吗?"),
        (None, "faq", "removed", "办卡多少钱?"),
        (None, "document", "changed", "乙"),
        (None, "document", "added", "丙"),
        (None, "document", "removed", "甲"),
        ("一群", "faq", "removed", "办卡多少钱?"),
        ("新群", "group", "added", "新群"),
        ("新群", "rule", "added", "1"),
    ]
    assert changes.unchanged == 1
    assert changes.counts == {ChangeKind.ADDED: 6, ChangeKind.CHANGED: 3, ChangeKind.REMOVED: 5}
    assert [change.key for change in changes.of(Part.FAQ, "一群")] == ["办卡多少钱?"]


def test_a_changed_record_can_be_saved_as_it_is() -> None:
    (change,) = compare(Knowledge(faq=(OPEN,)), Knowledge(faq=(FaqEntry(question="几点开门?", answer="九点"),))).items
    assert change.before == OPEN
    assert change.after == FaqEntry(question="几点开门?", answer="九点", id=5, community_id=1, version=3)
    assert change.fields == ("answer", "variants", "tags")
    assert change.before_text == "几点开门?\n≈ 营业时间\n# 时间\n十点"
    assert change.after_text == "几点开门?\n九点"


def test_a_question_that_is_put_differently_is_known_by_its_variants() -> None:
    new = FaqEntry(question="营业时间", answer="十点", variants=("几点开门?",), tags=("时间",))
    (change,) = compare(Knowledge(faq=(OPEN, CARD)), Knowledge(faq=(CARD, new))).items
    assert (change.kind, change.before, change.fields) == (ChangeKind.CHANGED, OPEN, ("question", "variants"))


def test_a_wording_that_moves_between_two_entries_matches_each_of_them_once() -> None:
    old = Knowledge(faq=(FaqEntry(question="a", answer="1", variants=("b",), id=1),))
    new = Knowledge(faq=(FaqEntry(question="b", answer="1"), FaqEntry(question="c", answer="1", variants=("a",))))
    changes = compare(old, new)
    assert changes.counts == {ChangeKind.CHANGED: 1, ChangeKind.ADDED: 1}


def test_a_table_adds_and_changes_and_leaves_the_rest() -> None:
    table = Knowledge(faq=(FaqEntry(question="几点开门?", answer="九点"), FaqEntry(question="能停车吗?", answer="能")))
    changes = compare(Knowledge(profile=Profile(name="馆"), faq=(OPEN, CARD)), table, mirror=False)
    assert told(changes.items) == [(None, "faq", "changed", "几点开门?"), (None, "faq", "added", "能停车吗?")]
    assert changes.items[0].fields == ("answer",)
    assert changes.items[0].after_text == "几点开门?\n≈ 营业时间\n# 时间\n九点"


def test_values_of_a_profile_are_shown_as_text() -> None:
    old = Knowledge(profile=Profile(goals=("甲", "乙"), platform=Platform.QQ))
    changes = compare(old, Knowledge(profile=Profile(tone=Tone(address="您"), goals=("甲",))))
    assert [(change.key, change.before_text, change.after_text) for change in changes.items] == [
        ("platform", "qq", ""),
        ("goals", "甲\n乙", "甲"),
        ("tone", "", "您, few, short"),
    ]
