"""Threads in the place of blocks; vectors, confirmations and what retrieval learns from them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the new tables; what blocks held is cut again from the messages."""
    op.create_table(
        "thread",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("words_due", sa.Boolean(), nullable=False),
        sa.Column("vector_due", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_thread_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )
    op.create_index(op.f("ix_thread_group_id_last_at"), "thread", ["group_id", "last_at"], unique=False)
    for name in ("words_due", "vector_due"):
        op.create_index(
            f"ix_thread_{name}",
            "thread",
            ["group_id"],
            unique=False,
            sqlite_where=sa.text(name),
            postgresql_where=sa.text(name),
        )
    op.create_table(
        "thread_message",
        sa.Column("message_id", KEY, autoincrement=False, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("thread_id", KEY, nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("answers_id", KEY, nullable=True),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_thread_message_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_thread_message")),
    )
    op.create_index(
        op.f("ix_thread_message_group_id_sent_at_message_id"),
        "thread_message",
        ["group_id", "sent_at", "message_id"],
        unique=False,
    )
    op.create_index(op.f("ix_thread_message_thread_id"), "thread_message", ["thread_id"], unique=False)
    op.create_table(
        "vector",
        sa.Column("id", KEY, nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("community_id", KEY, nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("embedder", sa.String(length=120), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_vector_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_vector_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector")),
        sa.UniqueConstraint("scope", "key", name=op.f("uq_vector_scope_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_vector_community_id"), "vector", ["community_id"], unique=False)
    op.create_index(op.f("ix_vector_group_id"), "vector", ["group_id"], unique=False)
    op.create_index(op.f("ix_vector_scope_id"), "vector", ["scope", "id"], unique=False)
    op.create_table(
        "confirmation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("community_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_confirmation_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_confirmation_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint(
            "community_id",
            "question_key",
            "kind",
            "item_id",
            "section",
            name=op.f("uq_confirmation_community_id_question_key_kind_item_id_section"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_confirmation_community_id"), "confirmation", ["community_id"], unique=False)
    op.create_index(op.f("ix_confirmation_group_id"), "confirmation", ["group_id"], unique=False)
    op.create_table(
        "refit",
        sa.Column("community_id", KEY, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("embedder", sa.String(length=120), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_refit_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_refit")),
    )
    op.drop_index(op.f("ix_block_group_id_last_at"), table_name="block")
    op.drop_table("block")
