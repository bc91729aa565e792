"""The chat model, its budget and its calls; dialogues with the assistant; proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the new tables."""
    op.create_table(
        "model_call",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("community_id", KEY, nullable=True),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("prompt", sa.String(length=60), nullable=False),
        sa.Column("prompt_hash", sa.String(length=12), nullable=False),
        sa.Column("vendor", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("is_estimate", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("first_token_ms", sa.Integer(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_call")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_model_call_at"), "model_call", ["at"], unique=False)
    op.create_index(op.f("ix_model_call_group_id_at"), "model_call", ["group_id", "at"], unique=False)
    op.create_table(
        "model_setup",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("vendor", sa.String(length=40), nullable=False),
        sa.Column("base_url", sa.String(length=400), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("context_tokens", sa.Integer(), nullable=False),
        sa.Column("input_price", sa.Float(), nullable=True),
        sa.Column("output_price", sa.Float(), nullable=True),
        sa.Column("is_local", sa.Boolean(), nullable=False),
        sa.Column("abilities", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_setup")),
    )
    op.create_table(
        "dialogue",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("community_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summarised_id", KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_dialogue_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_dialogue_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dialogue_account_id_changed_at"), "dialogue", ["account_id", "changed_at"], unique=False)
    op.create_index(op.f("ix_dialogue_community_id"), "dialogue", ["community_id"], unique=False)
    op.create_index(op.f("ix_dialogue_group_id"), "dialogue", ["group_id"], unique=False)
    op.create_table(
        "model_cap",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("yuan", sa.Float(), nullable=True),
        sa.Column("tokens", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_model_cap_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_model_cap")),
    )
    op.create_index(op.f("ix_model_cap_group_id"), "model_cap", ["group_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("community_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_proposal_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_proposal_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_proposal_community_id"), "proposal", ["community_id"], unique=False)
    op.create_index(op.f("ix_proposal_group_id"), "proposal", ["group_id"], unique=False)
    op.create_index(op.f("ix_proposal_state"), "proposal", ["state"], unique=False)
    op.create_table(
        "faq_wording",
        sa.Column("id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("question_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entry.id"], name=op.f("fk_faq_wording_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_wording")),
    )
    op.create_index(op.f("ix_faq_wording_entry_id"), "faq_wording", ["entry_id"], unique=False)
    op.create_table(
        "turn",
        sa.Column("id", KEY, nullable=False),
        sa.Column("dialogue_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_turn_dialogue_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_turn_dialogue_id"), "turn", ["dialogue_id"], unique=False)
    # ### end Alembic commands ###
