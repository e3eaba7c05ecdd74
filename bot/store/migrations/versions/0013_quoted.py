"""the words a reply at Telegram quotes.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("telegram_messages", sa.Column("quoted", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("telegram_messages", "quoted")
