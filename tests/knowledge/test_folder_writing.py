"""What is written is read back; nothing else in the folder is touched."""

from __future__ import annotations

import tempfile
from datetime import date
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from copilot.errors import BadInput, Conflict, StorageFailed
from copilot.knowledge import folder_writing
from copilot.knowledge.folder import read_folder
from copilot.knowledge.folder_writing import checked, write_folder
from copilot.knowledge.validation import clean_line, clean_name, question_key
from copilot.records import Document, FaqEntry, Knowledge, Platform, Profile, Rule, Tone

ENTRY = FaqEntry(question="几点开门?", answer="十点")

# Texts that YAML takes for something else, that its emitter has stumbled over, or that carry odd characters.
TRAPS = st.sampled_from(
    [
        *(
            "no",
            "~",
            "null",
            "22:30",
            "2026-05-01",
            "0x1F",
            "1_000",
            "1e3",
            "=",
            "<<",
            "---",
            "...",
            "|",
            ">",
            "%",
            "`",
        ),
        *("- a", "a: b", "#话题#", "a #b", "@所有人", "*", "&a", "!x", "{a}", "[a]", "'", '"', "? a", "a\\nb", "a：b"),
        *(
            " 行首\n空格",
            "\t制表\n  符",
            "尾部 \n空格",
            "\n\n一\n\n\n二\n",
            "# 标题\n\n- 一\n- 二",
            "---\ntitle: x\n---\n文",
        ),
        *(
            "a\x85b",
            "a\u2028b",
            "\ufeff头",
            "\x07铃",
            "\ud800x",
            "👨\u200d👩\u200d👧",
            "e\u0301",
            "🎉",
            "\u3000\u3000一\n\u3000\u3000二",
        ),
        *("CON", "..", "a/b", "..\\x", "x.", ".hidden", "长" * 200, "long words " * 40),
    ]
)
TEXTS = st.one_of(TRAPS, st.text(max_size=60), st.text(alphabet=" \n\t#:-'\"|>a书\r", max_size=30))
FILLED = TEXTS.map(lambda text: text[:100]).filter(clean_line)
OPTIONAL = st.one_of(st.none(), TEXTS)
PROFILES = st.builds(
    Profile,
    name=OPTIONAL.map(lambda text: text and text[:100]),
    platform=st.one_of(st.none(), st.sampled_from(Platform)),
    theme=OPTIONAL,
    goals=st.one_of(st.none(), st.lists(TEXTS, max_size=3).map(lambda goals: tuple(goal[:200] for goal in goals))),
    quiet_hours=st.sampled_from([None, "22:30-08:00", "1:00-2:00"]),
    language=st.sampled_from([None, "zh", "en"]),
    timezone=st.sampled_from([None, "Asia/Shanghai", "Europe/Berlin"]),
    tone=st.one_of(
        st.none(), st.builds(Tone, address=st.sampled_from("你您"), emoji=st.sampled_from(["none", "many"]))
    ),
)
ENTRIES = st.builds(
    FaqEntry,
    question=FILLED,
    answer=FILLED,
    variants=st.lists(TEXTS.map(lambda text: text[:250]), max_size=3).map(tuple),
    tags=st.lists(TEXTS.map(lambda text: text[:30]), max_size=3).map(tuple),
    expires_on=st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2100, 12, 31))),
)
LEVELS = st.builds(
    Knowledge,
    profile=PROFILES,
    rules=st.lists(
        st.builds(Rule, number=st.integers(1, 999), text=FILLED), max_size=3, unique_by=attrgetter("number")
    ).map(tuple),
    faq=st.lists(ENTRIES, max_size=3, unique_by=lambda entry: question_key(entry.question)).map(tuple),
    documents=st.lists(
        st.builds(Document, name=FILLED, text=FILLED), max_size=3, unique_by=lambda document: clean_name(document.name)
    ).map(tuple),
)


def written_and_read(knowledge: Knowledge, folder: Path) -> Knowledge:
    write_folder(folder, knowledge)
    return read_folder(folder)


def by_name(knowledge: Knowledge) -> Knowledge:
    """Documents and groups in the order of their names: a folder has no other."""
    documents = tuple(sorted(knowledge.documents, key=lambda document: document.name))
    groups = {name: by_name(knowledge.groups[name]) for name in sorted(knowledge.groups)}
    return Knowledge(
        profile=knowledge.profile, rules=knowledge.rules, faq=knowledge.faq, documents=documents, groups=groups
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(community=LEVELS, groups=st.dictionaries(FILLED, LEVELS, max_size=2))
def test_what_is_written_is_read_back(community: Knowledge, groups: dict[str, Knowledge]) -> None:
    knowledge = Knowledge(
        profile=community.profile,
        rules=community.rules,
        faq=community.faq,
        documents=community.documents,
        groups=groups,
    )
    try:
        expected = checked(knowledge)
    except BadInput:
        reject()
    with tempfile.TemporaryDirectory() as folder:
        assert by_name(written_and_read(knowledge, Path(folder))) == by_name(expected)


@pytest.mark.parametrize(
    ("knowledge", "message"),
    [
        (Knowledge(faq=(FaqEntry(question=" ", answer="答"),)), "faq: the question is missing"),
        (Knowledge(faq=(ENTRY, ENTRY)), "faq: '几点开门\\?' is asked by the entry"),
        (Knowledge(rules=(Rule(number=1, text="a"), Rule(number=1, text="b"))), "rules: there are two rules 1; number"),
        (Knowledge(documents=(Document(name="a", text=""),)), "documents: the document 'a' is empty"),
        (
            Knowledge(groups={"一群": Knowledge(profile=Profile(language="xx"))}),
            "一群: profile: language 'xx' is not kn",
        ),
        (Knowledge(groups={"a": Knowledge(), "a ": Knowledge()}), "group 'a': a group needs a name of its own"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, knowledge: Knowledge, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        write_folder(tmp_path / "k", knowledge)
    assert list(tmp_path.iterdir()) == []


def test_people_can_read_the_files(tmp_path: Path) -> None:
    answer = "第一步：打开小程序。\n第二步：点“续借”，" + "很长" * 60 + "。\n\n  缩进 # 不是注释"
    entry = FaqEntry(
        question="怎么续借?", variants=("能延期吗",), answer=answer, tags=("借书",), expires_on=date(2026, 5, 1)
    )
    write_folder(tmp_path / "k", Knowledge(profile=Profile(name="绘本馆", goals=("当天答复",)), faq=(entry,)))
    assert (tmp_path / "k/faq.yaml").read_text("utf-8") == (
        "- question: 怎么续借?\n"
        "  variants:\n"
        "    - 能延期吗\n"
        "  answer: |-\n"
        "    第一步：打开小程序。\n"
        f"    第二步：点“续借”，{'很长' * 60}。\n"
        "\n"
        "      缩进 # 不是注释\n"
        "  tags:\n"
        "    - 借书\n"
        "  expires_on: 2026-05-01\n"
    )
    assert (tmp_path / "k/profile.yaml").read_text("utf-8") == "name: 绘本馆\ngoals:\n  - 当天答复\n"


def test_names_become_safe_and_come_back(tmp_path: Path) -> None:
    names = ["a/b", "A_b", "a_b", "../x", "CON", "长" * 100, "..", "x."]
    knowledge = Knowledge(
        documents=tuple(Document(name=name, text="文") for name in names),
        groups={name: Knowledge(rules=(Rule(number=1, text=name),)) for name in names},
    )
    read = written_and_read(knowledge, tmp_path / "k")
    assert {document.name for document in read.documents} == set(names)
    assert {name: group.rules[0].text for name, group in read.groups.items()} == {name: name for name in names}
    files = [file.name for file in (tmp_path / "k/documents").iterdir()]
    assert len({name.casefold() for name in files}) == len(names)
    assert all(len(name.encode()) < 200 and not set(name) & set('<>:"/\\|?*') for name in files)
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_ids_stay_behind(tmp_path: Path) -> None:
    saved = FaqEntry(question="问", answer="答", id=7, community_id=3, group_id=2, version=9)
    read = written_and_read(Knowledge(faq=(saved,)), tmp_path)
    assert read.faq == (FaqEntry(question="问", answer="答"),)


class TestAFolderThatHoldsSomething:
    def test_files_of_others_stay_and_own_files_are_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "README.txt").write_text("mine")
        (tmp_path / "groups/一群").mkdir(parents=True)
        (tmp_path / "groups/一群/chat.jsonl").write_text("chat")
        first = Knowledge(faq=(ENTRY,), groups={"一群": Knowledge()})
        write_folder(tmp_path, first)
        second = Knowledge(profile=Profile(name="新"), groups={"一群": Knowledge()})
        assert written_and_read(second, tmp_path) == second
        assert (tmp_path / "README.txt").read_text() == "mine"
        assert (tmp_path / "groups/一群/chat.jsonl").read_text() == "chat"

    def test_a_document_that_is_gone_is_named_and_pruned_on_wish(self, tmp_path: Path) -> None:
        old = Knowledge(documents=(Document(name="旧", text="文"),), groups={"g": Knowledge(faq=(ENTRY,))})
        write_folder(tmp_path, old)
        with pytest.raises(Conflict, match=r"documents/旧\.md', which the knowledge no longer has; export into an"):
            write_folder(tmp_path, Knowledge(faq=(ENTRY,)))
        assert read_folder(tmp_path) == old
        write_folder(tmp_path, Knowledge(faq=(ENTRY,)), prune=True)
        assert read_folder(tmp_path) == Knowledge(faq=(ENTRY,))

    def test_a_full_disk_leaves_it_as_it_was(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        old = Knowledge(faq=(ENTRY,))
        write_folder(tmp_path, old)
        real = folder_writing.tempfile.NamedTemporaryFile
        calls = []

        def fails_at_the_third(**options: object) -> object:
            calls.append(options)
            if len(calls) == 3:
                raise OSError(28, "No space left on device")
            return real(**options)  # type: ignore[call-overload]

        monkeypatch.setattr(folder_writing.tempfile, "NamedTemporaryFile", fails_at_the_third)
        with pytest.raises(StorageFailed, match="No space left on device"):
            write_folder(tmp_path, Knowledge(profile=Profile(name="新")))
        assert read_folder(tmp_path) == old
        assert sorted(file.name for file in tmp_path.iterdir()) == ["faq.yaml", "profile.yaml", "rules.yaml"]
