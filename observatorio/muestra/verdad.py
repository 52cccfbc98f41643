"""What is true, for the tests of later stages: never ingested. And the log of what each written row speaks of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from observatorio.muestra.azar import Enteros, Textos, textos
from observatorio.muestra.lugares import Lugares
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
    """The real state of every premises in each year since it opened, those of public bodies last in each year."""
    return pl.concat([_de_empresas(m), _de_organismos(m)]).sort("anio", maintain_order=True)


def _de_organismos(m: Mundo) -> pl.DataFrame:
    """Public schools and health establishments, open before the first year. The law exempts them from the patente:
    that counts as having it."""
    p = m.servicios.publicos
    k, est = (a.ravel() for a in np.indices(p.activo.T.shape))
    clases = [m.servicios.clases[c] for c in p.clase[est]]
    activo, lugares = p.activo[est, k], p.lugares.tomar(est)
    de_salud = np.array([clase["lista"] == "salud" for clase in clases])
    bandera = activo.astype(np.int8)
    return pl.DataFrame(
        {
            "anio": np.array(m.anios)[k],
            "id_establecimiento": _texto(identificar("L", len(m.loc) + est)),
            "id_empresa": _texto(identificar("E", len(m.emp) + p.organismo[est])),
            "rut": p.rut[p.organismo[est]],
            "dv": _texto(p.dv[p.organismo[est]]),
            "razon_social": _texto(p.organismos[p.organismo[est]]),
            "nombre_fantasia": _texto(p.nombre[est]),
            "tipo_persona": np.full(len(est), "juridica"),
            "seccion": _texto(textos(list(np.where(de_salud, "Q", "P")))),
            "acteco": _texto(textos([clase["acteco"] for clase in clases])),
            **_columnas_de_lugar(lugares),
            "tramo_ventas": np.ones(len(est), dtype=np.int64),
            "tamano": np.full(len(est), "sin_dato"),
            "empleo_total": p.total[est, k],
            "empleo_local": p.total[est, k] - p.conmutante[est, k],
            "empleo_conmutante": p.conmutante[est, k],
            "conmutante_intrarregional": (p.conmutante - p.interregional)[est, k],
            "conmutante_interregional": p.interregional[est, k],
            "extranjeros": p.extranjeros[est, k],
            "con_contrato": p.total[est, k],
            "turno": _texto(textos([""] * len(est))),
            "activo": bandera,
            "tiene_sii": bandera,
            "tiene_patente": bandera,
            "tiene_sanitaria": bandera * de_salud,
            "requiere_sanitaria": de_salud.astype(np.int8),
            "formalidad": _texto(textos(list(np.where(activo, "formal", "inactivo")))),
        }
    )


def _columnas_de_lugar(lugares: Lugares) -> dict[str, Any]:
    """Where each premises truly is."""
    return {
        "cut": _texto(lugares.cut),
        "calle": _texto(lugares.calle),
        "numero": _texto(lugares.numero),
        "resto": _texto(lugares.resto),
        "lon": lugares.lon,
        "lat": lugares.lat,
    }


def _de_empresas(m: Mundo) -> pl.DataFrame:
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
            **_columnas_de_lugar(lugares),
            "tramo_ventas": tramo,
            "tamano": _texto(textos(_TAMANO_DE_TRAMO)[tramo]),
            "empleo_total": m.empleo.total[est, k],
            "empleo_local": m.empleo.local[est, k],
            "empleo_conmutante": m.empleo.conmutante[est, k],
            "conmutante_intrarregional": (m.empleo.conmutante - m.empleo.interregional)[est, k],
            "conmutante_interregional": m.empleo.interregional[est, k],
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
