"""Who is who: which observation speaks of which establishment (see docs/decisiones/0009-enlace.md)."""

from observatorio.catastro.enlace.enlazar import Enlace, enlazar

__all__ = ["Enlace", "enlazar"]
