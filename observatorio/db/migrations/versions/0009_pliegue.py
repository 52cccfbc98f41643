"""Texts are folded for searching at a quarter of the cost."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0009.sql`."""
    guiones.ejecutar(op.get_bind(), "esquema_0009")
