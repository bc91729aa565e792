"""The tables. Times are microseconds since 1970 in UTC: they sort, compare and travel between databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(at: datetime) -> int:
    """An aware time as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Microseconds since 1970 as aware UTC."""
    return _EPOCH + timedelta(microseconds=value)


class At(sa.types.TypeDecorator[datetime]):
    """An aware UTC time, kept as an integer."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """What the database keeps of a time."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """The time that the database kept."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# SQLite only numbers rows by itself in a column that is exactly INTEGER.
_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _refers(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, ondelete="CASCADE")


community = sa.Table(
    "community",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("slug", sa.String(120), nullable=False, unique=True),
    sa.Column("is_sample", sa.Boolean, nullable=False, default=False),
    sa.Column("profile", sa.JSON, nullable=False),
    sa.Column("created_at", At, nullable=False),
)

chat_group = sa.Table(
    "chat_group",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("platform", sa.String(20), nullable=False),
    sa.Column("profile", sa.JSON, nullable=False),
    sa.Column("created_at", At, nullable=False),
    sa.UniqueConstraint("community_id", "name"),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
)

# Under which platform ids and names a member has been seen. An id belongs to one member, a name to any number.
member_alias = sa.Table(
    "member_alias",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False),
    sa.Column("member_id", _Key, _refers("member.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(4), nullable=False),  # id | name
    sa.Column("value", sa.String(400), nullable=False),
    sa.UniqueConstraint("group_id", "kind", "value", "member_id"),
)

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False),
    sa.Column("platform_id", sa.String(200), nullable=False),
    sa.Column("member_id", _Key, _refers("member.id"), index=True),
    sa.Column("sender_name", sa.String(200), nullable=False),
    sa.Column("sent_at", At, nullable=False),
    sa.Column("to_the_minute", sa.Boolean, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("reply_to", sa.String(200)),  # the platform id that the source names, kept for when it arrives later
    sa.Column("reply_to_id", _Key),
    sa.Column("quoted_name", sa.String(200)),
    sa.Column("quoted_text", sa.Text),
    sa.Column("recalled_at", At),
    sa.Column("job_id", _Key, index=True),  # the import that brought it; None: it came live
    sa.UniqueConstraint("group_id", "platform_id"),
    sa.Index(None, "group_id", "sent_at", "id"),
    # Few messages answer another by name, so an index of those costs an import next to nothing.
    sa.Index(
        "ix_message_reply_to_id",
        "reply_to_id",
        sqlite_where=sa.text("reply_to_id IS NOT NULL"),
        postgresql_where=sa.text("reply_to_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

# Other platform ids of a message that two sources number differently.
message_alias = sa.Table(
    "message_alias",
    metadata,
    sa.Column("group_id", _Key, _refers("chat_group.id"), primary_key=True),
    sa.Column("platform_id", sa.String(200), primary_key=True),
    sa.Column("message_id", _Key, _refers("message.id"), nullable=False, index=True),
)

# Further imports that hold a message which an earlier one brought: undoing the earlier one must not take it away.
message_origin = sa.Table(
    "message_origin",
    metadata,
    sa.Column("message_id", _Key, _refers("message.id"), primary_key=True),
    sa.Column("job_id", _Key, primary_key=True, index=True),
)

covered_span = sa.Table(
    "covered_span",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False, index=True),
    sa.Column("starts_at", At, nullable=False),
    sa.Column("ends_at", At, nullable=False),
    sa.Column("job_id", _Key),
)

faq_entry = sa.Table(
    "faq_entry",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("variants", sa.JSON, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

rule = sa.Table(
    "rule",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

# What the indexes have to follow. A row says where to look again; what stands there now is in the other tables.
change = sa.Table(
    "change",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),  # messages | faq | rule | document | group | community
    sa.Column("community_id", _Key),
    sa.Column("group_id", _Key),
    sa.Column("item_id", _Key),
    sa.Column("from_at", At),
    sa.Column("to_at", At),
    sqlite_autoincrement=True,
)

# How history is cut: a thread is named by the message that opens it. What of a thread has changed waits, by these
# marks, for the indexes to follow; one that holds nothing any more waits to be dropped from them and is then deleted.
thread = sa.Table(
    "thread",
    metadata,
    sa.Column("id", _Key, primary_key=True, autoincrement=False),  # the opening message's id
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False),
    sa.Column("first_at", At, nullable=False),
    sa.Column("last_at", At, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("words_due", sa.Boolean, nullable=False),
    sa.Column("vector_due", sa.Boolean, nullable=False),
    sa.Index(None, "group_id", "last_at"),
    sa.Index(
        "ix_thread_words_due", "group_id", sqlite_where=sa.text("words_due"), postgresql_where=sa.text("words_due")
    ),
    sa.Index(
        "ix_thread_vector_due", "group_id", sqlite_where=sa.text("vector_due"), postgresql_where=sa.text("vector_due")
    ),
)

# Which thread a message is in, which message it answers, and why that is thought. The time is the message's own: rows
# outlive messages that are removed, until the group is cut again.
thread_message = sa.Table(
    "thread_message",
    metadata,
    sa.Column("message_id", _Key, primary_key=True, autoincrement=False),
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False),
    sa.Column("thread_id", _Key, nullable=False, index=True),
    sa.Column("sent_at", At, nullable=False),
    sa.Column("answers_id", _Key),
    sa.Column("why", sa.String(10), nullable=False),
    sa.Index(None, "group_id", "sent_at", "message_id"),
)

# What people said of answers: that a source answers a question, or that it does not. Retrieval learns from it.
confirmation = sa.Table(
    "confirmation",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("question_key", sa.String(64), nullable=False),  # a hash of the folded question
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("item_id", _Key, nullable=False),
    sa.Column("section", sa.Integer, nullable=False),
    sa.Column("is_right", sa.Boolean, nullable=False),
    sa.Column("account_id", _Key),
    sa.Column("at", At, nullable=False),
    sa.UniqueConstraint("community_id", "question_key", "kind", "item_id", "section"),
    sqlite_autoincrement=True,
)

# What retrieval has learned from a community's confirmations, and whether it helps there.
refit = sa.Table(
    "refit",
    metadata,
    sa.Column("community_id", _Key, _refers("community.id"), primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("embedder", sa.String(120), nullable=False),
    sa.Column("pairs", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    sa.Column("made_at", At, nullable=False),
)

# The vectors of passages, by the scope that finds them. A changed vector is a new row: the rows after an id are the
# feed of what changed.
vector = sa.Table(
    "vector",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("scope", sa.String(40), nullable=False),  # g<group id> | c<community id>
    sa.Column("key", sa.String(60), nullable=False),  # history:<thread> | faq:<id>:<n> | document:<id>:<n> | rule:<id>
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("stamp", sa.String(64), nullable=False),  # of the text, so that a changed passage is seen as stale
    sa.Column("embedder", sa.String(120), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # float16, one value a dimension
    sa.UniqueConstraint("scope", "key"),
    sa.Index(None, "scope", "id"),
    sqlite_autoincrement=True,
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("password", sa.String(300), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("group_ids", sa.JSON),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", At, nullable=False),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("account_id", _Key, _refers("account.id"), nullable=False, index=True),
    sa.Column("created_at", At, nullable=False),
    sa.Column("expires_at", At, nullable=False),
)

login_attempt = sa.Table(
    "login_attempt",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("at", At, nullable=False),
    sa.Index(None, "subject", "at"),
)

# Single values that several processes share, such as the hash of the one-time link.
fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("title", sa.String(400), nullable=False),
    sa.Column("group_id", _Key, sa.ForeignKey("chat_group.id", ondelete="SET NULL"), index=True),
    sa.Column("account_id", _Key),
    sa.Column("step", sa.String(40), nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("cancel", sa.Boolean, nullable=False),
    sa.Column("created_at", At, nullable=False),
    sa.Column("finished_at", At),
    sqlite_autoincrement=True,
)

# The chat model that an owner chose: one row. Its key is kept outside the store, which is copied and handed on.
model_setup = sa.Table(
    "model_setup",
    metadata,
    sa.Column("id", _Key, primary_key=True, autoincrement=False),
    sa.Column("vendor", sa.String(40), nullable=False),
    sa.Column("base_url", sa.String(400), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("context_tokens", sa.Integer, nullable=False),
    sa.Column("input_price", sa.Float),
    sa.Column("output_price", sa.Float),
    sa.Column("is_local", sa.Boolean, nullable=False),
    sa.Column("abilities", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", At, nullable=False),
)

# What models may use in a day: one row for all together (`scope` "all") and one for each group that has its own ("g7").
model_cap = sa.Table(
    "model_cap",
    metadata,
    sa.Column("scope", sa.String(40), primary_key=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("yuan", sa.Float),
    sa.Column("tokens", sa.BigInteger),
)

# Each call is first a reservation of what it may cost, then a record of what it did.
model_call = sa.Table(
    "model_call",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("at", At, nullable=False, index=True),
    sa.Column("community_id", _Key),
    sa.Column("group_id", _Key),
    sa.Column("account_id", _Key),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("prompt", sa.String(60), nullable=False),
    sa.Column("prompt_hash", sa.String(12), nullable=False),
    sa.Column("vendor", sa.String(40), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("input_tokens", sa.Integer, nullable=False),
    sa.Column("output_tokens", sa.Integer, nullable=False),
    sa.Column("is_estimate", sa.Boolean, nullable=False),
    sa.Column("cost", sa.BigInteger),
    sa.Column("first_token_ms", sa.Integer, nullable=False),
    sa.Column("latency_ms", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Index(None, "group_id", "at"),
    sqlite_autoincrement=True,
)

# Further wordings of an entry's question that a model thought of; people edit the entry's own.
faq_wording = sa.Table(
    "faq_wording",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("entry_id", _Key, _refers("faq_entry.id"), nullable=False, index=True),
    sa.Column("question_hash", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

dialogue = sa.Table(
    "dialogue",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("account_id", _Key, nullable=False),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), index=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("summarised_id", _Key, nullable=False),
    sa.Column("created_at", At, nullable=False),
    sa.Column("changed_at", At, nullable=False),
    sa.Index(None, "account_id", "changed_at"),
    sqlite_autoincrement=True,
)

turn = sa.Table(
    "turn",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("dialogue_id", _Key, _refers("dialogue.id"), nullable=False, index=True),
    sa.Column("at", At, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    # Steps, citations, proposals and choices, as plain JSON.
    sa.Column("details", sa.JSON, nullable=False),
    sqlite_autoincrement=True,
)

proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("id", _Key, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("community_id", _Key, _refers("community.id"), nullable=False, index=True),
    sa.Column("group_id", _Key, _refers("chat_group.id"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("account_id", _Key),
    sa.Column("decided_by", _Key),
    sa.Column("decided_at", At),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", At, nullable=False),
    sqlite_autoincrement=True,
)

# An import in the making: invisible to everything else until it is published in one transaction.
staged_sender = sa.Table(
    "staged_sender",
    metadata,
    sa.Column("job_id", _Key, _refers("job.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(200)),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("member_id", _Key),
)

staged_message = sa.Table(
    "staged_message",
    metadata,
    sa.Column("job_id", _Key, _refers("job.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("sender", sa.Integer, nullable=False),
    sa.Column("platform_id", sa.String(200)),
    sa.Column("sent_at", At, nullable=False),
    sa.Column("to_the_minute", sa.Boolean, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("reply_to", sa.String(200)),
    sa.Column("quoted_name", sa.String(200)),
    sa.Column("quoted_text", sa.Text),
    sa.Column("recalled", sa.Boolean, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("known_id", _Key),  # the message that is there already
    sa.Column("repeats", sa.Boolean, nullable=False),  # the same platform id stood earlier in this import
)
