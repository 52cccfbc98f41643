"""The first schema: extensions, schemas, tables, partition functions."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build everything of `sql/esquema_0001.sql` in an empty database."""
    guiones.ejecutar(op.get_bind(), "esquema_0001")
