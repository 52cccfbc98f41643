"""The name of a file as each of its loads gave it."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0003.sql`: loads that are in already take the name that their file came with first."""
    guiones.ejecutar(op.get_bind(), "esquema_0003")
