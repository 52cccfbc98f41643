"""What is true, for the tests of later stages: never ingested. And the log of what each written row speaks of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from observatorio.muestra.azar import Enteros, Textos, textos
from observatorio.muestra.mundo import Mundo

_TAMANO_DE_TRAMO = ["", "sin_dato", *["micro"] * 3, *["pequena"] * 3, *["mediana"] * 2, *["grande"] * 4]


class Bitacora:
    """Collects, for each written row, the premises and firm that it truly speaks of and the faults put in it."""

    def __init__(self) -> None:
        self._partes: list[pl.DataFrame] = []

    def anotar(
        self, archivo: str, fila: Enteros, est: Enteros, emp: Enteros, falla: Textos, parte: Enteros | None = None
    ) -> None:
        """`archivo`: path inside the output folder; `fila`: as a person sees it, from 1; `est`, `emp`: -1 if none."""
        self._partes.append(
            pl.DataFrame(
                {
                    "archivo": pl.Series([archivo], dtype=pl.String).new_from_index(0, len(fila)),
                    "fila": np.asarray(fila, dtype=np.int64),
                    "parte": np.zeros(len(fila), dtype=np.int64) if parte is None else parte,
                    "id_establecimiento": _texto(identificar("L", est)),
                    "id_empresa": _texto(identificar("E", emp)),
                    "falla": _texto(falla),
                }
            )
        )

    def marco(self) -> pl.DataFrame:
        """All rows so far."""
        return pl.concat(self._partes)

    def escribir(self, ruta: Path) -> None:
        """Write `verdad/registros.csv`."""
        self.marco().write_csv(ruta)


def identificar(letra: str, indices: Enteros) -> Textos:
    """`L000012`; empty for -1."""
    return textos([f"{letra}{i:06d}" if i >= 0 else "" for i in indices.tolist()])


def establecimientos(m: Mundo) -> pl.DataFrame:
    """The real state of every premises in each year since it opened."""
    nacidos = np.logical_or.accumulate(m.sitio.activo, axis=1)
    est, k = np.nonzero(nacidos)
    orden = np.lexsort((est, k))
    est, k = est[orden], k[orden]
    emp = m.loc.empresa[est]
    lugares = m.lugares.tomar(m.sitio.lugar[est, k])
    tramo = m.dinero.tramo[emp, k]
    return pl.DataFrame(
        {
            "anio": np.array(m.anios)[k],
            "id_establecimiento": _texto(identificar("L", est)),
            "id_empresa": _texto(identificar("E", emp)),
            "rut": m.emp.rut[emp],
            "dv": _texto(m.emp.dv[emp]),
            "razon_social": _texto(m.emp.razon[emp]),
            "nombre_fantasia": _texto(m.loc.fantasia[est]),
            "tipo_persona": np.where(m.emp.juridica[emp], "juridica", "natural"),
            "seccion": _texto(m.sec.seccion[m.emp.sector[emp]]),
            "acteco": _texto(m.sec.acteco[m.emp.sector[emp]]),
            "cut": _texto(lugares.cut),
            "calle": _texto(lugares.calle),
            "numero": _texto(lugares.numero),
            "resto": _texto(lugares.resto),
            "lon": lugares.lon,
            "lat": lugares.lat,
            "tramo_ventas": tramo,
            "tamano": _texto(textos(_TAMANO_DE_TRAMO)[tramo]),
            "empleo_total": m.empleo.total[est, k],
            "empleo_local": m.empleo.local[est, k],
            "empleo_conmutante": m.empleo.conmutante[est, k],
            "extranjeros": m.empleo.extranjeros[est, k],
            "con_contrato": m.empleo.contrato[est, k],
            "turno": _texto(np.where(m.sitio.activo[est, k], m.empleo.turno[est], "")),
            "activo": m.sitio.activo[est, k].astype(np.int8),
            "tiene_sii": m.sii[est, k].astype(np.int8),
            "tiene_patente": m.patente[est, k].astype(np.int8),
            "tiene_sanitaria": m.sanitaria[est, k].astype(np.int8),
            "requiere_sanitaria": m.requiere[est].astype(np.int8),
            "formalidad": _texto(m.formalidad[est, k]),
        }
    )


def vinculos(m: Mundo) -> pl.DataFrame:
    """Every real link between firms, by year."""
    rut = m.emp.rut
    partes = [
        pl.DataFrame(
            {
                "anio": np.full(len(red.comprador), anio),
                "rut_comprador": rut[red.comprador],
                "rut_proveedor": rut[red.proveedor],
                "categoria": _texto(red.categoria),
                "monto_clp": red.monto,
            }
        )
        for anio, red in zip(m.anios, m.redes, strict=True)
    ]
    return pl.concat(partes)


def _texto(valores: Textos) -> pl.Series:
    return pl.Series(list(valores), dtype=pl.String)
