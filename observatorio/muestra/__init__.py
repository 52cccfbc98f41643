"""The synthetic city: writes each actor's files, and the truth, from `data/muestra`. It writes files only."""

from __future__ import annotations

from observatorio.muestra.generar import ANIOS, PERFILES, Progreso, Resumen, generar
from observatorio.muestra.nomina import generar_nomina

__all__ = ["ANIOS", "PERFILES", "Progreso", "Resumen", "generar", "generar_nomina"]
