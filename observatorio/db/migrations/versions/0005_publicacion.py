"""Releases with their proof, kept one after the other."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0005.sql`."""
    guiones.ejecutar(op.get_bind(), "esquema_0005")
