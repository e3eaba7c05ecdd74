"""readings: what a message really meant.

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrected_readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "agent",
                "resident",
                native_enum=False,
                create_constraint=True,
                length=32,
                name="reading_source",
            ),
            nullable=False,
        ),
        sa.Column("read_intent", sa.String(length=40), nullable=True),
        sa.Column("read_category", sa.String(length=40), nullable=True),
        sa.Column("intent", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", sa.String(length=60), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_corrected_readings_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrected_readings")),
        sa.UniqueConstraint("message_id", "source", name=op.f("uq_corrected_readings_message_id_source")),
    )
    with op.batch_alter_table("corrected_readings", schema=None) as batch_op:
        batch_op.create_index("ix_corrected_readings_exported_at", ["exported_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("corrected_readings", schema=None) as batch_op:
        batch_op.drop_index("ix_corrected_readings_exported_at")

    op.drop_table("corrected_readings")
