"""emergencies: alarms, their voices, questions, pages.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("building", sa.String(length=20), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("repeated_false", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "raised",
                "acknowledged",
                "on_the_spot",
                "over",
                "false",
                "merged",
                native_enum=False,
                create_constraint=True,
                length=32,
                name="alarmstate",
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=60), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("neighbours_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("afterwards", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_alarms_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["alarms.id"], name=op.f("fk_alarms_merged_into_id_alarms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("case_id", name=op.f("uq_alarms_case_id")),
    )
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.create_index("ix_alarms_state_next_at", ["state", "next_at"], unique=False)

    op.create_table(
        "alarm_voices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_alarm_voices_alarm_id_alarms")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_alarm_voices_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_alarm_voices_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_voices")),
        sa.UniqueConstraint("message_id", name=op.f("uq_alarm_voices_message_id")),
    )
    with op.batch_alter_table("alarm_voices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_voices_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alarm_voices_conversation_id"), ["conversation_id"], unique=False
        )

    op.create_table(
        "emergency_questions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarms.id"], name=op.f("fk_emergency_questions_alarm_id_alarms")
        ),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["messages.id"], name=op.f("fk_emergency_questions_answer_id_messages")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_emergency_questions_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_emergency_questions_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_questions")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_emergency_questions_answer_id")),
        sa.UniqueConstraint("message_id", "what", name=op.f("uq_emergency_questions_message_id_what")),
    )
    with op.batch_alter_table("emergency_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_questions_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_emergency_questions_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index("ix_emergency_questions_due_at", ["due_at"], unique=False)

    op.create_table(
        "pages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                "cancelled",
                native_enum=False,
                create_constraint=True,
                length=32,
                name="pagestate",
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("desk", sa.String(length=60), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_pages_alarm_id_alarms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint(
            "alarm_id",
            "step",
            "round",
            "device",
            "address",
            name=op.f("uq_pages_alarm_id_step_round_device_address"),
        ),
    )
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pages_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index("ix_pages_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.drop_index("ix_pages_state_due_at")
        batch_op.drop_index(batch_op.f("ix_pages_alarm_id"))

    op.drop_table("pages")
    with op.batch_alter_table("emergency_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_emergency_questions_due_at")
        batch_op.drop_index(batch_op.f("ix_emergency_questions_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_emergency_questions_alarm_id"))

    op.drop_table("emergency_questions")
    with op.batch_alter_table("alarm_voices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm_voices_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_alarm_voices_alarm_id"))

    op.drop_table("alarm_voices")
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.drop_index("ix_alarms_state_next_at")

    op.drop_table("alarms")
