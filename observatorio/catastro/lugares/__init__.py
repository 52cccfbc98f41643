"""Where each record stands: old datums, centroids, and addresses read against what others know (see 0010)."""

from observatorio.catastro.lugares.ubicar import Ubicado, ubicar

__all__ = ["Ubicado", "ubicar"]
