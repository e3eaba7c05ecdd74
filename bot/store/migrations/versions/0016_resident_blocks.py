"""resident_blocks: the block list 限制接待名单 (R45).

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "resident_blocks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("resident_id", _ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(length=60), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_resident_blocks_resident_id_residents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_blocks")),
    )
    with op.batch_alter_table("resident_blocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_blocks_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(
            "uq_resident_blocks_one_open",
            ["resident_id"],
            unique=True,
            sqlite_where=sa.text("lifted_at is null"),
            postgresql_where=sa.text("lifted_at is null"),
        )


def downgrade() -> None:
    with op.batch_alter_table("resident_blocks", schema=None) as batch_op:
        batch_op.drop_index("uq_resident_blocks_one_open")
        batch_op.drop_index(batch_op.f("ix_resident_blocks_resident_id"))

    op.drop_table("resident_blocks")
