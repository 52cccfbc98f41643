"""The vector tiles under `/ogc`, where the application looks for its routes."""

from __future__ import annotations

from api.ogc.teselas import router

__all__ = ["router"]
