"""sealed_secret: room for a second factor's secret as it is kept, sealed.

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("second_factors", schema=None) as batch_op:
        batch_op.alter_column("secret", existing_type=sa.String(length=64), type_=sa.String(length=120))


def downgrade() -> None:
    with op.batch_alter_table("second_factors", schema=None) as batch_op:
        batch_op.alter_column("secret", existing_type=sa.String(length=120), type_=sa.String(length=64))
