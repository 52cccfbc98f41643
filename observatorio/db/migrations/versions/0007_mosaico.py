"""What the map tiles are made of: the located establishments in the order of the map, and their counts by cell."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0007.sql`."""
    guiones.ejecutar(op.get_bind(), "esquema_0007")
