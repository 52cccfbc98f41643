"""One identity over all years, review, signals with dates, events, tiers of suppliers, estimates, erasures."""

from __future__ import annotations

from alembic import op

from observatorio.db import guiones

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run `sql/esquema_0002.sql`. The catastro itself is derived: the next consolidation fills what it drops."""
    guiones.ejecutar(op.get_bind(), "esquema_0002")
