"""The services' signatures over plain lists, for fast tests of the console's own behaviour."""

from __future__ import annotations

import itertools
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from copilot.errors import BadInput, NotAllowed, NotFound
from copilot.records import (
    Account,
    Answer,
    Citation,
    Community,
    Document,
    Explanation,
    FaqEntry,
    Group,
    Hit,
    ImportReport,
    Job,
    JobState,
    Knowledge,
    Member,
    Message,
    Passage,
    Platform,
    Profile,
    Role,
    Rule,
    Silence,
    SilenceReason,
    Source,
    SourceKind,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ODD = "<img src=x onerror=\"document.title='broken'\">**粗** ${document.title='broken'} {{this}}"


@dataclass(frozen=True)
class GroupSummary:
    group: Group
    community: Community
    messages: int
    members: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None


@dataclass(frozen=True)
class Inspection:
    format: str
    encoding: str
    size_bytes: int
    chats: tuple[Any, ...]
    suggested_name: str
    platform: str


@dataclass(frozen=True)
class Opened:
    title: str
    messages: tuple[Message, ...] = ()
    text: str = ""
    focus_id: int | None = None


class FakeAccounts:
    def __init__(self) -> None:
        self.token: str | None = "first"
        self.people: dict[int, Account] = {}
        self.passwords: dict[int, str] = {}
        self.sessions: dict[str, int] = {}
        self.wrong = 0

    def setup_token(self) -> str | None:
        return self.token

    def needs_owner(self) -> bool:
        return self.token is not None

    def create_owner(self, token: str, name: str, password: str) -> Account:
        if token != self.token:
            raise NotAllowed("the link is not valid any more; take the one that the program printed last")
        self.token = None
        return self._add(name, password, Role.OWNER, None)

    def _add(self, name: str, password: str, role: Role, group_ids: Any) -> Account:
        account = Account(id=len(self.people) + 1, name=name, role=role, group_ids=group_ids, created_at=NOW)
        self.people[account.id] = account
        self.passwords[account.id] = password
        return account

    def login(self, name: str, password: str, *, remote: str) -> str:
        if self.wrong >= 5:
            raise NotAllowed("Too many wrong passwords; wait 10 min and try again")
        for account in self.people.values():
            if account.name == name and self.passwords[account.id] == password and not account.disabled:
                session = secrets.token_urlsafe()
                self.sessions[session] = account.id
                return session
        self.wrong += 1
        raise NotAllowed("The name or the password is wrong; try again.")

    def account_of(self, session: str) -> Account | None:
        return self.people.get(self.sessions.get(session, 0))

    def logout(self, session: str) -> None:
        self.sessions.pop(session, None)

    def list(self) -> list[Account]:
        return list(self.people.values())

    def create(self, by: Account, name: str, password: str, role: Role, group_ids: Any = None) -> Account:
        if by.role is not Role.OWNER:
            raise NotAllowed("Only an owner may add accounts.")
        return self._add(name, password, role, group_ids)

    def change(self, by: Account, account_id: int, **changes: Any) -> Account:
        self.people[account_id] = replace(self.people[account_id], **changes)
        return self.people[account_id]

    def set_password(self, by: Account, account_id: int, password: str) -> None:
        self.passwords[account_id] = password


def _message(number: int, name: str, text: str, hours: int, group_id: int = 1) -> Message:
    return Message(
        id=number,
        group_id=group_id,
        platform_id=f"f:{number}",
        member_id=number % 3 + 1,
        sender_name=name,
        sent_at=NOW - timedelta(hours=hours),
        text=text,
    )


class FakeApp:
    """All services in one object, so that `fake.groups is fake`-style tricks are not needed in tests."""

    def __init__(self) -> None:
        self.accounts = FakeAccounts()
        self.groups = FakeGroups()
        self.importing = FakeImporting(self.groups)
        self.jobs = self.importing
        self.knowing = FakeKnowing()
        self.asking = FakeAsking(self.knowing, self.groups)
        self.samples = FakeSamples(self.groups)


class FakeGroups:
    def __init__(self) -> None:
        self.all_communities = [
            Community(
                id=1,
                slug="huiben",
                is_sample=True,
                profile=Profile(
                    name="暖暖绘本馆",
                    platform=Platform.WECHAT,
                    theme="亲子共读",
                    language="zh",
                    timezone="Asia/Shanghai",
                ),
            ),
            Community(id=2, slug="mine", profile=Profile(name="My club", language="en", timezone="Europe/Berlin")),
        ]
        self.all_groups = [
            Group(id=1, community_id=1, name="绘本馆一群", platform=Platform.WECHAT, is_sample=True),
            Group(id=2, community_id=1, name="绘本馆二群", platform=Platform.WECHAT, is_sample=True),
        ]
        talk = [
            ("小雨妈", "请问这周六的故事会几点开始呀？"),
            ("馆长阿暖", "周六上午十点，二楼大厅，记得提前十分钟来签到～"),
            ("乐乐爸", "要带垫子吗？"),
            ("馆长阿暖", "不用，我们有软垫。"),
            (ODD, ODD),
            ("豆豆妈", "上次线下活动定在哪天？"),
            ("馆长阿暖", "11月28日周六，还是老地方。"),
        ]
        self.all_messages = [_message(n + 1, name, text, 60 - n) for n, (name, text) in enumerate(talk)]
        self.all_members = [
            Member(id=1, group_id=1, name="馆长阿暖", names=("馆长阿暖", "阿暖"), message_count=3, last_sent_at=NOW),
            Member(id=2, group_id=1, name="小雨妈", names=("小雨妈",), message_count=1, last_sent_at=NOW),
            Member(id=3, group_id=1, name=ODD, names=(ODD,), message_count=1, last_sent_at=NOW),
        ]

    def communities(self, account: Account) -> list[Community]:
        return list(self.all_communities)

    def groups(self, account: Account, community_id: int | None = None) -> list[GroupSummary]:
        found = []
        for group in self.all_groups:
            if community_id not in (None, group.community_id) or not account.sees(group.id):
                continue
            messages = [message for message in self.all_messages if message.group_id == group.id]
            found.append(
                GroupSummary(
                    group=group,
                    community=next(c for c in self.all_communities if c.id == group.community_id),
                    messages=len(messages),
                    members=len({message.sender_name for message in messages}),
                    first_sent_at=messages[0].sent_at if messages else None,
                    last_sent_at=messages[-1].sent_at if messages else None,
                )
            )
        return found

    def create_community(self, account: Account, name: str, language: str, timezone: str) -> Community:
        if not name.strip():
            raise BadInput("The name is empty; write one.")
        community = Community(
            id=len(self.all_communities) + 1,
            slug=name,
            profile=Profile(name=name, language=language, timezone=timezone),
        )
        self.all_communities.append(community)
        return community

    def create_group(self, account: Account, community_id: int, name: str, platform: Platform) -> Group:
        group = Group(id=len(self.all_groups) + 1, community_id=community_id, name=name, platform=platform)
        self.all_groups.append(group)
        return group

    def rename_group(self, account: Account, group_id: int, name: str) -> Group:
        self.all_groups = [replace(g, name=name) if g.id == group_id else g for g in self.all_groups]
        return next(g for g in self.all_groups if g.id == group_id)

    def delete_group(self, account: Account, group_id: int) -> None:
        self.all_groups = [g for g in self.all_groups if g.id != group_id]

    def members(self, account: Account, group_id: int, search: str = "") -> list[Member]:
        return [m for m in self.all_members if m.group_id == group_id and search in m.name]

    def merge_members(self, account: Account, keep_id: int, other_id: int) -> None:
        self.all_members = [m for m in self.all_members if m.id != other_id]

    def split_member(self, account: Account, member_id: int, name: str) -> Member:
        return self.all_members[0]

    def rename_member(self, account: Account, member_id: int, name: str) -> None:
        self.all_members = [replace(m, name=name) if m.id == member_id else m for m in self.all_members]

    def messages(
        self, account: Account, group_id: int, *, around: int, before: int = 10, after: int = 10
    ) -> list[Message]:
        return [m for m in self.all_messages if m.group_id == group_id and around - before <= m.id <= around + after]


class FakeImporting:
    """An import moves on by a third each time it is looked at."""

    def __init__(self, groups: FakeGroups) -> None:
        self._groups = groups
        self._jobs: dict[int, Job] = {}
        self._numbers = itertools.count(1)

    def inspect(self, path: Path, timezone: str | None) -> Inspection:
        if "broken" in Path(path).name:
            raise BadInput(f"{Path(path).name} is in no format that is known; export it again.")
        return Inspection("chatlab", "utf-8", Path(path).stat().st_size, (), Path(path).stem, "wechat")

    def start_file(self, account: Account, path: Path, *, group_id: int | None = None,
                   new_group_name: str | None = None,
                   community_id: int | None = None, chat: str | None = None, timezone: str | None = None,
                   keep_file: bool = True) -> Job:  # fmt: skip
        if group_id is None:
            group_id = self._groups.create_group(account, community_id or 1, new_group_name or "?", Platform.WECHAT).id
        job = Job(
            id=next(self._numbers), kind="import", state=JobState.RUNNING, title=Path(path).name, group_id=group_id,
            total=3_000_000, created_at=NOW,
        )  # fmt: skip
        self._jobs[job.id] = job
        return job

    def start_text(self, account: Account, text: str, *, group_id: int | None = None, **more: Any) -> Job:
        if not text.strip():
            raise BadInput("The text is empty; paste one.")
        return self.start_file(account, Path("pasted"), group_id=group_id, new_group_name=more.get("new_group_name"))

    def cancel(self, account: Account, job_id: int) -> None:
        self._jobs[job_id] = replace(self._jobs[job_id], state=JobState.CANCELLED)

    def undo(self, account: Account, job_id: int) -> Job:
        self._jobs[job_id] = replace(self._jobs[job_id], state=JobState.UNDONE)
        return self._jobs[job_id]

    def report(self, job_id: int) -> ImportReport | None:
        job = self._jobs.get(job_id)
        if job is None or job.state is not JobState.DONE:
            return None
        return ImportReport(
            import_id=job_id, group_id=job.group_id or 0, group_name="绘本馆一群", format="chatlab", encoding="utf-8",
            read=120, new=100, known=18, recalled=2, skipped=1, skips=((7, "no time on this line", ODD),),
            first_sent_at=NOW - timedelta(days=30), last_sent_at=NOW,
        )  # fmt: skip

    def export(self, account: Account, group_id: int, stream: TextIO) -> None:
        if not account.sees(group_id):
            raise NotAllowed("This account does not see the group.")
        stream.write(json.dumps({"_type": "header"}) + "\n")

    def get(self, job_id: int) -> Job:
        return self._jobs[job_id]

    def recent(self, account: Account, kind: str | None = None, limit: int = 20) -> list[Job]:
        for job in list(self._jobs.values()):
            if job.state is JobState.RUNNING:
                done = job.done + 1_000_000
                state = JobState.DONE if done >= job.total else JobState.RUNNING
                self._jobs[job.id] = replace(job, done=done, state=state)
        return sorted(self._jobs.values(), key=lambda job: -job.id)[:limit]


@dataclass
class FakeKnowing:
    faq: dict[int, FaqEntry] = field(default_factory=dict)
    rules: dict[int, Rule] = field(default_factory=dict)
    documents: dict[int, Document] = field(default_factory=dict)
    profiles: dict[tuple[int, int | None], Profile] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        for question, answer in (
            ("故事会几点开始？", "每周六上午 10 点，地点在二楼大厅，请提前十分钟签到。"),
            ("怎么办借阅卡？", "到前台登记，押金 100 元，一次可借 8 本，借期 21 天。"),
            ("书弄破了怎么办？", "轻微破损不用赔，带回来我们会修补；缺页按定价赔偿。"),
            ("可以续借吗？", "可以，在群里说一声书名和卡号即可续借一次，延长 14 天。"),
            (ODD, ODD),
        ):
            self.save_faq(
                None, FaqEntry(question=question, answer=answer, variants=("几点",), tags=("活动",), community_id=1)
            )
        for number, text in ((1, "群里不发广告，转发请先问群主。"), (2, "有话好好说，不吵架。"), (3, ODD)):
            self.save_rule(None, Rule(number=number, text=text, community_id=1))
        self.save_document(
            None, Document(name="借阅须知", text="# 借阅须知\n\n每卡 8 本。\n\n## 逾期\n\n每天 1 角。", community_id=1)
        )
        self.profiles[1, None] = Profile(name="暖暖绘本馆", theme="亲子共读", language="zh", timezone="Asia/Shanghai")

    def knowledge(self, account: Account, community_id: int, group_id: int | None = None) -> Knowledge:
        def mine(item: Any) -> bool:
            return bool(item.community_id == community_id and item.group_id == group_id)

        return Knowledge(
            profile=self.profiles.get((community_id, group_id), Profile()),
            rules=tuple(sorted(filter(mine, self.rules.values()), key=lambda rule: rule.number)),
            faq=tuple(filter(mine, self.faq.values())),
            documents=tuple(filter(mine, self.documents.values())),
        )

    def save_profile(self, account: Any, community_id: int, group_id: int | None, profile: Profile) -> None:
        self.profiles[community_id, group_id] = profile

    def _save(self, shelf: dict[int, Any], item: Any) -> Any:
        if not item.id:
            self.number += 1
            item = replace(item, id=self.number)
        shelf[item.id] = item
        return item

    def save_faq(self, account: Any, entry: FaqEntry) -> Any:
        if not entry.question.strip():
            raise BadInput("The question is empty; write one.")
        return self._save(self.faq, entry)

    def delete_faq(self, account: Any, entry_id: int) -> None:
        del self.faq[entry_id]

    def save_rule(self, account: Any, rule: Rule) -> Any:
        return self._save(self.rules, rule)

    def delete_rule(self, account: Any, rule_id: int) -> None:
        del self.rules[rule_id]

    def save_document(self, account: Any, document: Document) -> Any:
        return self._save(self.documents, document)

    def delete_document(self, account: Any, document_id: int) -> None:
        del self.documents[document_id]

    def export_folder(self, account: Any, community_id: int, path: Path) -> None:
        (path / "profile.yaml").write_text("name: x\n", encoding="utf-8")


class FakeAsking:
    def __init__(self, knowing: FakeKnowing, groups: FakeGroups) -> None:
        self._knowing = knowing
        self._groups = groups

    def ask(
        self, account: Account, question: str, *, group_id: int | None = None, community_id: int | None = None
    ) -> Any:
        entry = next((e for e in self._knowing.faq.values() if set(question) & set("借押时几故") and e.id == 1), None)
        message = self._groups.all_messages[6]
        spoken = Citation(
            source=Source(kind=SourceKind.HISTORY, id=7, community_id=1, group_id=1),
            title="绘本馆一群", words=message.text, sender_name=message.sender_name, sent_at=message.sent_at,
        )  # fmt: skip
        odd = Citation(
            source=Source(kind=SourceKind.HISTORY, id=5, community_id=1, group_id=1),
            title=ODD, words=ODD, sender_name=ODD, sent_at=NOW,
        )  # fmt: skip
        why = Explanation(probability=0.91, threshold=0.62, notes=("question mark",), hits=(
            Hit(passage=Passage(source=spoken.source, title="绘本馆一群", texts=(message.text,)), score=7.2,
                matched=("活动", "哪天"), coverage=0.6),))  # fmt: skip
        if entry and "活动" not in question:
            faq = Citation(
                source=Source(kind=SourceKind.FAQ, id=entry.id, community_id=1),
                title=entry.question,
                words=entry.answer,
            )
            return Answer(question=question, text=entry.answer, citations=(faq, odd), confidence=0.91, why=why)
        if "活动" in question:
            return Answer(
                question=question,
                text=f"{message.sender_name}：{message.text}",
                citations=(spoken, odd),
                confidence=0.7,
                why=why,
            )
        return Silence(question=question, reason=SilenceReason.NOTHING_KNOWN, near=(odd,), why=why)

    def open_source(self, account: Account, source: Source) -> Opened:
        if source.kind is SourceKind.HISTORY:
            return Opened(title="绘本馆一群", messages=tuple(self._groups.all_messages), focus_id=source.id)
        entry = self._knowing.faq.get(source.id)
        if entry is None:
            raise NotFound("The entry is gone.")
        return Opened(title=entry.question, text=entry.answer)


class FakeSamples:
    def __init__(self, groups: FakeGroups) -> None:
        self._groups = groups

    def installed(self) -> list[Community]:
        return [community for community in self._groups.all_communities if community.is_sample]

    def remove(self, account: Account, community_id: int) -> None:
        self._groups.all_communities = [c for c in self._groups.all_communities if c.id != community_id]
        self._groups.all_groups = [g for g in self._groups.all_groups if g.community_id != community_id]

    def install(self, account: Account) -> list[Community]:
        return []
