"""Seals that chain the audit."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0006.sql`."""
    guiones.ejecutar(op.get_bind(), "esquema_0006")
