"""paces: how full the bucket of each writer is, for desks that share a store.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_paces")),
    )
    op.create_index(op.f("ix_paces_full_at"), "paces", ["full_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_paces_full_at"), table_name="paces")
    op.drop_table("paces")
