"""OGC API - Features, under `/ogc`: see `api.ogc`."""

from __future__ import annotations

from api.ogc.rutas import router

__all__ = ["router"]
