"""second factor, endings of chats, quality checks.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("recovery", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_second_factors_agent_id_agents")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "verified_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_verified_sessions_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_verified_sessions")),
    )
    with op.batch_alter_table("verified_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verified_sessions_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "chat_endings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_chat_endings_agent_id_agents")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_chat_endings_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_endings")),
    )
    with op.batch_alter_table("chat_endings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_endings_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_endings_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_chat_endings_conversation_id"), ["conversation_id"], unique=False
        )

    op.create_table(
        "quality_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ending_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["agents.id"], name=op.f("fk_quality_checks_by_id_agents")),
        sa.ForeignKeyConstraint(
            ["ending_id"], ["chat_endings.id"], name=op.f("fk_quality_checks_ending_id_chat_endings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_checks")),
        sa.UniqueConstraint("ending_id", name=op.f("uq_quality_checks_ending_id")),
    )


def downgrade() -> None:
    op.drop_table("quality_checks")
    with op.batch_alter_table("chat_endings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_endings_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_chat_endings_at"))
        batch_op.drop_index(batch_op.f("ix_chat_endings_agent_id"))

    op.drop_table("chat_endings")
    with op.batch_alter_table("verified_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verified_sessions_agent_id"))

    op.drop_table("verified_sessions")
    op.drop_table("second_factors")
