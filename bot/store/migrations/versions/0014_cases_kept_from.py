"""cases_kept_from: the supervisor a case complains of does not see it.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cases_kept_from",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", _ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_cases_kept_from_case_id_cases")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_cases_kept_from_agent_id_agents")),
        sa.PrimaryKeyConstraint("case_id", "agent_id", name=op.f("pk_cases_kept_from")),
    )
    with op.batch_alter_table("cases_kept_from", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_kept_from_agent_id"), ["agent_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("cases_kept_from", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_kept_from_agent_id"))

    op.drop_table("cases_kept_from")
