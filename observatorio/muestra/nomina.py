"""A list of legal persons of any size in the SII's layout, streamed in chunks: for load tests, not for the city.

Every row stands alone: there is no world behind it, and no dirt but the cut names that the SII itself publishes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from observatorio import referencia
from observatorio.muestra import ruts
from observatorio.muestra.archivos.sii import COLUMNAS
from observatorio.muestra.azar import Enteros, generador
from observatorio.muestra.empresas import TAMANOS
from observatorio.muestra.parametros import Parametros, parametros, tabla
from observatorio.muestra.sectores import sectores

_LOTE = 200_000


def generar_nomina(destino: Path, filas: int, semilla: int = 20231201, anio: int = 2024) -> Path:
    """Write one `PUB_EMPRESAS_PJ_<anio>.txt` of `filas` rows to the file `destino` and give back its path.

    Memory does not grow with `filas`. Half of the firms are of Calama, the rest of other comunas. Raises
    `ErrorObservatorio` when more rows are asked for than the synthetic block of RUTs has numbers (two million).
    """
    par = parametros()
    numeros = ruts.sortear(generador(semilla, "nomina_rut"), filas, par.empresas.rut_juridica)
    destino.parent.mkdir(parents=True, exist_ok=True)
    with destino.open("wb") as archivo:
        archivo.write(("\t".join(COLUMNAS) + "\n").encode())
        for lote, desde in enumerate(range(0, filas, _LOTE)):
            marco = _lote(generador(semilla, "nomina", lote), numeros[desde : desde + _LOTE], anio, par)
            marco.write_csv(archivo, separator="\t", include_header=False, quote_style="never")
    return destino


def _lote(rng: np.random.Generator, rut: Enteros, anio: int, par: Parametros) -> pl.DataFrame:
    n = len(rut)
    tramo, trabajadores = _tamanos(rng, n, par)
    inicio = np.datetime64("1993-01-01") + rng.integers(0, (anio - 1993) * 365, n).astype("timedelta64[D]")
    cierra = rng.random(n) < 0.03
    termino = np.datetime64(f"{anio}-01-01") + rng.integers(0, 360, n).astype("timedelta64[D]")
    vacia = pl.lit(None, pl.String)
    dv = pl.Series([*"0123456789", "K"])
    marco = pl.DataFrame(
        {
            "Año comercial": np.full(n, anio),
            "RUT": rut,
            "DV": dv.gather(pl.Series(ruts.resto_verificador(rut))),
            "Razón social": _nombres(rng, n, par),
            "Tramo según ventas": tramo,
            "Número de trabajadores dependie": trabajadores,
            "Fecha inicio de actividades vige": pl.Series(inicio).cast(pl.Date),
            "Fecha término de giro": pl.Series(np.where(cierra, termino, np.datetime64("NaT"))).cast(pl.Date),
            "Fecha primera inscripción de ac": pl.Series(inicio).cast(pl.Date),
            "Tramo capital propio positivo": np.clip(tramo - 1, 1, 9),
            **_rubros(rng, n),
            **_geografia(rng, n),
        }
    )
    return marco.with_columns(
        pl.lit("PERSONA JURIDICA COMERCIAL").alias("Tipo de contribuyente"),
        pl.when(pl.col("Fecha término de giro").is_not_null())
        .then(pl.lit("TERMINO DE GIRO"))
        .alias("Tipo término de giro"),
        pl.lit("SOC. POR ACCIONES (SPA)").alias("Subtipo de contribuyente"),
        vacia.alias("Tramo capital propio negativo"),
        pl.lit("N").alias("R_PRESUNTA"),
        pl.lit("14 D N3").alias("OTROS_REGIMENES"),
    ).select(COLUMNAS)


def _tamanos(rng: np.random.Generator, n: int, par: Parametros) -> tuple[Enteros, Enteros]:
    cuentas = np.array([par.tamano.empresas[t] for t in TAMANOS], dtype=float)
    tamano = rng.choice(len(TAMANOS), size=n, p=cuentas / cuentas.sum())
    tramo, trabajadores = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for k, nombre in enumerate(TAMANOS):
        suyas = np.flatnonzero(tamano == k)
        pesos = np.array(list(par.tamano.tramos[nombre].values()))
        tramo[suyas] = rng.choice([int(t) for t in par.tamano.tramos[nombre]], size=len(suyas), p=pesos / pesos.sum())
        clases = np.array(par.tamano.dependientes[nombre])
        clase = rng.choice(len(clases), size=len(suyas), p=clases / clases.sum())
        bajo, alto = np.array([0, 1, 10, 50, 250])[clase], np.array([0, 9, 49, 249, 900])[clase]
        trabajadores[suyas] = bajo + np.floor((alto - bajo + 1) * rng.random(len(suyas)) ** 2)
    return tramo, trabajadores


def _palabras(rng: np.random.Generator, lista: Sequence[str], n: int) -> pl.Series:
    return pl.Series(list(lista)).gather(pl.Series(rng.integers(len(lista), size=n)))


def _nombres(rng: np.random.Generator, n: int, par: Parametros) -> pl.Series:
    rubros = sorted({palabra for lista in sectores().palabras for palabra in lista})
    p = par.palabras
    partes = [_palabras(rng, lista, n) for lista in (rubros, p.propios, p.apellidos, p.cualidades, list(p.sufijos))]
    marco = pl.DataFrame({str(i): serie for i, serie in enumerate(partes)})
    unido = marco.select(pl.concat_str(pl.all(), separator=" ").str.slice(0, par.suciedad.corte_sii).alias("razon"))
    return unido["razon"]


def _rubros(rng: np.random.Generator, n: int) -> dict[str, pl.Series]:
    sec = sectores()
    secciones = {s.seccion: s.nombre for s in referencia.secciones()}
    cual = pl.Series(rng.choice(len(sec), size=n, p=sec.peso / sec.peso.sum()))
    textos = {
        "Rubro económico": [f"{x} - {secciones[x]}" for x in sec.seccion],
        "Subrubro económico": [f"{c[:3]} - {x.capitalize()}" for c, x in zip(sec.acteco, sec.subrubro, strict=True)],
        "Actividad económica": [f"{c} - {x}" for c, x in zip(sec.acteco, sec.nombre, strict=True)],
    }
    return {columna: pl.Series(valores).gather(cual) for columna, valores in textos.items()}


def _geografia(rng: np.random.Generator, n: int) -> dict[str, pl.Series]:
    filas = [("II REGION DE ANTOFAGASTA", "EL LOA", "CALAMA")]
    filas += [(f["region"], f["provincia"], f["comuna"]) for f in tabla("comunas_externas")]
    filas.append(("Sin Información",) * 3)
    pesos = np.array([0.5, *[0.496 / (len(filas) - 2)] * (len(filas) - 2), 0.004])
    cual = pl.Series(rng.choice(len(filas), size=n, p=pesos / pesos.sum()))
    return {
        columna: pl.Series([fila[i] for fila in filas]).gather(cual)
        for i, columna in enumerate(("Región", "Provincia", "Comuna"))
    }
