"""Writes our column types into a migration as plain SQLAlchemy types.

A migration must give the same table in ten years: it may not name a class of ours that changes.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext

from bot.store.columns import BigId, Exact, Json, UtcDateTime


def render_plain(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Alembic's `render_item`: the text for our own types, False for alembic's own way."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Exact):
        return "sa.BigInteger()"
    if isinstance(item, sa.JSON) and item._variant_mapping.keys() == Json._variant_mapping.keys():
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, sa.BigInteger) and item._variant_mapping.keys() == BigId._variant_mapping.keys():
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if isinstance(item, sa.Enum):
        members = ", ".join(repr(word) for word in item.enums)
        return f"sa.Enum({members}, native_enum=False, create_constraint=True, length=32, name={item.name!r})"
    return False
