"""The methodology as a document, written from the definitions: `python -m observatorio.indicadores.metodologia`.

It replaces `docs/metodologia.md`; a test fails while that file says anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from observatorio.indicadores.contract import Definicion, Indicador
from observatorio.indicadores.derivado import Derivado
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.medicion import Medicion

ARCHIVO: Final = Path(__file__).resolve().parents[2] / "docs" / "metodologia.md"

_INICIO: Final = """# Metodología de los indicadores

Este documento se escribe solo, a partir de las definiciones con que se calculan las cifras
(`python -m observatorio.indicadores.metodologia`). No lo edite: cambie la definición.

## Cómo leer una cifra

- Todas son de los establecimientos **activos** en el año: los que no terminaron ni se vieron cerrados.
- `n` es el número de establecimientos de los que de verdad se sabe lo que la cifra cuenta, y la **cobertura**, qué
  parte son de los activos; en las que comparan con un total (proporciones, cocientes), la de ese total. Una cifra de
  cobertura baja describe a quienes se conoce, no a todos.
- El **estado** dice qué es la cifra: `exacto` (calculada, de uso interno), `publicado`, `reservado` (existe y no se
  muestra) o `sin_dato` (no se sabe). Cero es un número: se miró y no hay.
- Los años no se suman. La variación es contra el año anterior y en la misma unidad de la cifra.
- Cuando falta una referencia (la región, la población, el año anterior), la respuesta dice cuál y cómo cargarla.
- Los resultados de una muestra van al lado del registro, con su error estándar, y nunca se suman a él.
"""


_DE_USO_INTERNO: Final = """Estas no se publican: son exactas y para quien tiene clave. Se piden con
`observatorio indicadores ID --anio AÑO`, por la API y en el portal; las columnas que acompañan a la cifra vienen en las
descargas.
"""


def metodologia() -> str:
    """The whole document: name, formula, sources, dimensions, and how to read it, of every indicator."""
    todas = definiciones().values()
    contadas = [d for d in todas if isinstance(d, Indicador)]
    hechas = [d for d in todas if isinstance(d, Derivado)]
    medidas = [d for d in todas if isinstance(d, Medicion)]
    partes = [
        _INICIO,
        _parte("Cifras que se cuentan o se suman", contadas),
        _parte("Cifras hechas con otras", hechas),
        _parte("Historia, proveedores y territorio", medidas, _DE_USO_INTERNO),
    ]
    return "\n".join(partes)


def _parte(titulo: str, definiciones_: Iterable[Definicion], entrada: str = "") -> str:
    inicio = [f"## {titulo}\n", entrada] if entrada else [f"## {titulo}\n"]
    return "\n".join([*inicio, *(_ficha(d) for d in sorted(definiciones_, key=lambda d: d.nombre))])


def _ficha(definicion: Definicion) -> str:
    """One indicator."""
    dimensiones = [f"`{d}`" for d in (*DIMENSIONES, "anio") if d == "anio" or d in definicion.dimensiones]
    lineas = [
        f"### {definicion.nombre}\n",
        f"`{definicion.id}` · {definicion.unidad}\n",
        f"{definicion.descripcion}\n",
        f"**Fórmula.** {definicion.formula}\n",
        f"**Fuentes.** {definicion.fuentes}\n",
        f"**Se puede pedir por** {', '.join(dimensiones)}.{_exige(definicion)}\n",
    ]
    if definicion.componentes:
        partes = "; ".join(f"`{c}`, {nombre}" for c, nombre in definicion.componentes.items())
        lineas.append(f"**Componentes.** {partes}.\n")
    columnas = {**definicion.propias, **definicion.detalles}
    if columnas:
        lineas.append(f"**Otras columnas.** {'; '.join(f'`{c}`, {nombre}' for c, nombre in columnas.items())}.\n")
    if definicion.restringidas:
        lineas.append("**Restringido.** Se calcula solo con una clave municipal: está hecho de datos protegidos.\n")
    lineas.append("**Cómo leerlo.**\n")
    lineas += [f"- {nota}" for nota in definicion.notas]
    return "\n".join([*lineas, ""])


def _exige(definicion: Definicion) -> str:
    return (
        f" Siempre hay que pedirlo por {', '.join(f'`{d}`' for d in sorted(definicion.exige))}."
        if definicion.exige
        else ""
    )


if __name__ == "__main__":
    ARCHIVO.write_text(metodologia(), encoding="utf-8")
