"""QGIS, headless, reads every collection of `/ogc` as each role: opens, counts, pages, filters by box and attribute.

Run by Debian's Python, which has QGIS and nothing of this project: `leer_capas.py FILE`, where FILE is the JSON that
`tests/integration/ogc/qgis_todas_las_capas.py` writes: the address, a box, and what SQL counts for each role.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 - QGIS only complains that there is none.

from qgis.core import Qgis, QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer


def abrir(url: str, clave: str | None, coleccion: str) -> QgsVectorLayer:
    """A collection as a layer; a key goes in the address, because this provider sends no headers of its own."""
    direccion = f"{url}?api_key={clave}" if clave else url
    return QgsVectorLayer(f"url='{direccion}' typename='{coleccion}' pageSize='7'", coleccion, "OAPIF")


def contar(capa: QgsVectorLayer, pedido: QgsFeatureRequest | None = None) -> int:
    """How many features a request brings, each once."""
    ids = [rasgo["id"] for rasgo in capa.getFeatures(pedido or QgsFeatureRequest())]
    assert len(ids) == len(set(ids)), capa.name()
    return len(ids)


def revisar(url: str, caso: dict, caja: QgsRectangle) -> None:
    """One role: what it sees counts as in SQL, and what it does not see cannot be opened."""
    for nombre, espera in caso["colecciones"].items():
        capa = abrir(url, caso["clave"], nombre)
        assert capa.isValid(), f"{nombre}: {capa.error().message()}"
        assert capa.featureCount() == espera["todos"], nombre
        assert contar(capa) == espera["todos"], nombre
        assert contar(capa, QgsFeatureRequest().setFilterRect(caja)) == espera["en_caja"], nombre
        pedido = QgsFeatureRequest().setFilterExpression(espera["filtro"])
        assert contar(capa, pedido) == espera["con_filtro"], nombre
        assert capa.setSubsetString(espera["filtro"]), nombre
        assert contar(capa) == espera["con_filtro"], nombre
        print(f"{caso['rol']:13} {nombre:24} {espera}")
    for nombre in caso["ajenas"]:
        assert not abrir(url, caso["clave"], nombre).isValid(), nombre


def main(archivo: str) -> None:
    """Check every role of the file."""
    aplicacion = QgsApplication([], False)
    aplicacion.initQgis()
    try:
        datos = json.loads(Path(archivo).read_text(encoding="utf-8"))
        for caso in datos["roles"]:
            revisar(datos["url"], caso, QgsRectangle(*datos["caja"]))
        print(f"QGIS {Qgis.QGIS_VERSION}: todo coincide con SQL.")
    finally:
        aplicacion.exitQgis()


if __name__ == "__main__":
    main(sys.argv[1])
