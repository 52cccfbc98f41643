"""An id that is gone leads to the one that took its place."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0004.sql`."""
    guiones.ejecutar(op.get_bind(), "esquema_0004")
