"""What a search by name reads, folded and indexed by who may read it."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0008.sql`."""
    guiones.ejecutar(op.get_bind(), "esquema_0008")
