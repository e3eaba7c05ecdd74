"""Alembic's entry: runs on the connection that `bot/store/migrate.py` hands over.

For a new revision: `python -m bot.store.new_revision "what it does"` (needs no database of yours).
"""

from alembic import context

from bot.store.plain_types import render_plain
from bot.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    render_item=render_plain,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
