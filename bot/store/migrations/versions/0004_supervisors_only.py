"""complaints about people of the desk: cases and turns that only supervisors and admins may read.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("cases", "turns")


def upgrade() -> None:
    for table in TABLES:
        column: sa.Column[bool] = sa.Column(
            "supervisors_only", sa.Boolean(), server_default=sa.false(), nullable=False
        )
        op.add_column(table, column)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "supervisors_only")
