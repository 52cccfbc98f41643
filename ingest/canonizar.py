"""From a batch of raw text under an office's headers to canonical columns, and what was wrong on the way.

The declaration of the source (`Fuente`) decides which header is which column; the kind of the column
(`observatorio.modelo.Tipo`) decides which normaliser reads it. Nothing here touches the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from ingest.contract import Capa, Fuente
from ingest.lectores.contract import FILA, LAT, LON, PARTE
from ingest.pareo import Emparejamiento
from ingest.trabajo import Canonizado, Trabajo, esquema, repetir
from observatorio import modelo
from observatorio.errors import ErrorArchivo
from observatorio.modelo import Tipo
from observatorio.normalizar.acteco import normalizar_acteco
from observatorio.normalizar.categoria import normalizar_categoria
from observatorio.normalizar.comuna import normalizar_comuna
from observatorio.normalizar.contacto import normalizar_correo, normalizar_telefono
from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.coordenada import ZonasComuna, normalizar_coordenada, separar_geopunto
from observatorio.normalizar.direccion import normalizar_direccion
from observatorio.normalizar.fecha import normalizar_fecha
from observatorio.normalizar.numero import normalizar_dinero, normalizar_entero, normalizar_numero
from observatorio.normalizar.rut import normalizar_rut
from observatorio.normalizar.texto import normalizar_texto
from observatorio.vocabulario import Describe, Destino, EstadoValor, Precision

ANIO_MINIMO, ANIO_MAXIMO = 1990, 2100

_ENTEROS_MAXIMOS: Mapping[str, int] = {"tramo_ventas": 13, "acteco_anio": ANIO_MAXIMO, "anio": ANIO_MAXIMO}
_TRABAJADORES_MAXIMO = 200_000
"""No employer of Chile has more people: a larger number is a misplaced column."""


class Canonizador:
    """Reads the batches of one file of one source.

    `anio` is the year of the whole file (None when the rows bring theirs), `cut` the comuna that a row without one
    is taken to speak of when its coordinates are judged.
    """

    def __init__(
        self, fuente: Fuente, pareo: Emparejamiento, comunas: ZonasComuna, *, anio: int | None, cut: str
    ) -> None:
        self._fuente = fuente
        self._pareo = pareo
        self._comunas = comunas
        self._anio = anio
        self._cut = cut
        self._campos = fuente.campos

    def canonizar(self, lote: pl.DataFrame) -> Canonizado:
        """Normalise one batch of a reader (`FILA`, the headers as text; `LON`, `LAT` for layers)."""
        leidas = lote[FILA].n_unique() if lote.height else 0
        lote = self._separar(self._pareo.unir(lote))
        trabajo = Trabajo(lote, self._pareo, self._campos)
        if self._fuente.destino is Destino.SERIE:
            return self._canonizar_serie(trabajo, leidas)
        self._normalizar_simples(trabajo)
        self._normalizar_rut(trabajo)
        self._normalizar_lugar(trabajo)
        self._completar(trabajo)
        return trabajo.cerrar(esquema(self._fuente.destino), leidas)

    def _separar(self, lote: pl.DataFrame) -> pl.DataFrame:
        """Give every member of a cell that holds several its own row; `parte` counts them from 0."""
        separados = {
            self._pareo.columnas[n]: c.separador
            for n, c in self._campos.items()
            if c.separador and n in self._pareo.columnas
        }
        if not separados:
            return lote.with_columns(pl.lit(0, pl.Int16).alias(PARTE))
        partes = lote.with_columns(
            pl.col(h).str.replace_all(patron, "\x1f").str.split("\x1f").alias(h) for h, patron in separados.items()
        )
        largo = pl.max_horizontal(pl.col(h).list.len().fill_null(1) for h in separados)
        partes = partes.with_columns(pl.int_ranges(0, largo, dtype=pl.Int16).alias(PARTE)).explode(PARTE)
        return partes.with_columns(
            pl.col(h).list.get(pl.col(PARTE), null_on_oob=True).str.strip_chars().alias(h) for h in separados
        ).filter((pl.col(PARTE) == 0) | pl.any_horizontal(pl.col(h).fill_null("") != "" for h in separados))

    def _canonizar_serie(self, trabajo: Trabajo, leidas: int) -> Canonizado:
        for nombre in ("territorio", "categoria"):
            # Here «Sin Información» is a row of the office's table and not a missing name.
            crudo = trabajo.crudo_exigido(nombre)
            trabajo.recibir(nombre, Normalizado({nombre: crudo}, crudo.clear(len(crudo))))
        self._fijar_anio(trabajo)
        base = trabajo.cerrar(esquema(Destino.SERIE), leidas)
        claves = base.filas.select("fila", "parte", "anio", "territorio", "categoria")
        largas = [self._medida(trabajo, *par) for par in self._pareo.medidas.items()]
        filas = (
            pl.concat(largas)
            .join(claves, on="fila", how="inner", maintain_order="left")
            .sort("fila", "parte", maintain_order=True)
            .select(list(esquema(Destino.SERIE)))
        )
        return Canonizado(filas, trabajo.rechazos(), leidas)

    def _medida(self, trabajo: Trabajo, medida: str, encabezado: str) -> pl.DataFrame:
        """One measure of an aggregate, a row each: what its office hid is `reservado`, and never zero."""
        crudo = trabajo.lote[encabezado]
        numero = normalizar_numero(crudo, "valor")
        reservado = (crudo == self._fuente.reservado).fill_null(False)
        trabajo.anotar("valor", encabezado, numero.regla.set(reservado, None))
        valor = numero.valores["valor"].set(reservado, None)
        return pl.DataFrame({"fila": trabajo.lote[FILA], "valor": valor, "reservado": reservado}).with_columns(
            medida=pl.lit(medida),
            estado=pl.when("reservado")
            .then(pl.lit(str(EstadoValor.RESERVADO)))
            .when(pl.col("valor").is_null())
            .then(pl.lit(str(EstadoValor.SIN_DATO)))
            .otherwise(pl.lit(str(EstadoValor.PUBLICADO))),
        )

    def _normalizar_simples(self, trabajo: Trabajo) -> None:
        """Every column whose value depends on its own cell alone."""
        propias = modelo.VINCULO if self._fuente.destino is Destino.VINCULO else modelo.REGISTRO
        for columna in propias:
            lector = self._lector(columna)
            if lector is not None and columna.nombre in self._pareo.columnas:
                trabajo.aplicar(columna.nombre, lector)

    def _lector(self, columna: modelo.Columna) -> Callable[[pl.Series], Normalizado] | None:
        nombre, tipo = columna.nombre, columna.tipo
        campo = self._campos.get(nombre)
        if campo is not None and (campo.equivalencias or tipo is Tipo.CATEGORIA):
            mapa, otros = campo.equivalencias, campo.otros
            return lambda s: normalizar_categoria(s, nombre, columna.valores, mapa, otros)
        if nombre == "anio":
            return lambda s: normalizar_entero(s, nombre, 0, 999_999)
        maximo = _ENTEROS_MAXIMOS.get(nombre, _TRABAJADORES_MAXIMO)
        lectores: dict[Tipo, Callable[[pl.Series], Normalizado]] = {
            Tipo.TEXTO: lambda s: normalizar_texto(s, nombre),
            Tipo.DIRECCION: lambda s: normalizar_texto(s, nombre),
            Tipo.ACTECO: normalizar_acteco,
            Tipo.COMUNA: lambda s: _renombrar(normalizar_comuna(s), "cut", nombre),
            Tipo.FECHA: lambda s: normalizar_fecha(s, nombre),
            Tipo.ENTERO: lambda s: normalizar_entero(s, nombre, 0, maximo),
            Tipo.NUMERO: lambda s: normalizar_numero(s, nombre, campo is not None and campo.punto_decimal),
            Tipo.DINERO: lambda s: normalizar_dinero(s, nombre),
            Tipo.TELEFONO: normalizar_telefono,
            Tipo.CORREO: normalizar_correo,
        }
        return lectores.get(tipo)

    def _normalizar_rut(self, trabajo: Trabajo) -> None:
        columnas = modelo.REGISTRO if self._fuente.destino is Destino.REGISTRO else modelo.VINCULO
        for columna in columnas:
            if columna.tipo is not Tipo.RUT or columna.nombre not in self._pareo.columnas:
                continue
            propio = columna.nombre == "rut"
            dv = trabajo.crudo("dv") if propio and "dv" in self._pareo.columnas else None
            resultado = normalizar_rut(trabajo.crudo_exigido(columna.nombre), dv)
            if not propio:
                resultado = Normalizado({columna.nombre: resultado.valores["rut"]}, resultado.regla)
            trabajo.recibir(columna.nombre, resultado)

    def _normalizar_lugar(self, trabajo: Trabajo) -> None:
        if self._fuente.describe is Describe.ESTABLECIMIENTO and "cut" not in self._pareo.columnas:
            # An office that names no comuna speaks of its own; one that has the column and leaves it empty does not.
            trabajo.poner({"cut": repetir(self._cut, trabajo.valor("cut"))})
        if "direccion_texto" in self._pareo.columnas and "calle" not in self._pareo.columnas:
            partes = normalizar_direccion(trabajo.crudo_exigido("direccion_texto"))
            trabajo.poner(partes.valores)
        lat, lon = self._coordenadas_crudas(trabajo)
        if lat is None or lon is None:
            return
        cut = trabajo.valor("cut")
        lugar = normalizar_coordenada(lat, lon, cut, self._comunas, self._cut)
        trabajo.poner({k: v for k, v in lugar.valores.items() if k != "precision"})
        trabajo.anotar("lat", self._pareo.columnas.get("lat"), lugar.regla, crudo=_juntos(lat, lon))
        if lugar.arreglo is not None:
            trabajo.guardar_crudo("coordenada", _juntos(lat, lon), lugar.arreglo)
        trabajo.guardar_crudo("coordenada", _juntos(lat, lon), lugar.regla)
        # A place that was lost says so, whatever precision the source claims for its points.
        perdida = lugar.valores.get("precision")
        if perdida is not None:
            declarada = trabajo.valor("precision")
            sin_punto = lugar.valores["lat"].is_null()
            constante = self._fuente.constantes.get("precision")
            if constante is not None:
                declarada = pl.Series([str(constante)] * len(declarada), dtype=pl.Utf8)
            trabajo.poner({"precision": declarada.set(sin_punto, str(Precision.SIN_UBICACION))})

    def _coordenadas_crudas(self, trabajo: Trabajo) -> tuple[pl.Series | None, pl.Series | None]:
        lat, lon = trabajo.crudo("lat"), trabajo.crudo("lon")
        if isinstance(self._fuente.lector, Capa) and LAT not in trabajo.lote.columns:
            raise ErrorArchivo("La capa no trae geometría.", "Expórtela con sus puntos o polígonos y repita la carga.")
        if lat is None and lon is None and LAT in trabajo.lote.columns:
            return trabajo.lote[LAT].cast(pl.Utf8), trabajo.lote[LON].cast(pl.Utf8)
        punto = trabajo.crudo("geopunto")
        if punto is not None:
            suelta_lat, suelta_lon = separar_geopunto(punto)
            lat = suelta_lat if lat is None else lat.zip_with(lat.is_not_null(), suelta_lat)
            lon = suelta_lon if lon is None else lon.zip_with(lon.is_not_null(), suelta_lon)
        return lat, lon

    def _completar(self, trabajo: Trabajo) -> None:
        self._fijar_anio(trabajo)
        for nombre, constante in self._fuente.constantes.items():
            valor = trabajo.valor(nombre)
            if nombre == "precision":
                con_punto = trabajo.valor("lat").is_not_null()
                valor = valor.zip_with(valor.is_not_null() | ~con_punto, repetir(constante, valor))
            else:
                valor = valor.zip_with(valor.is_not_null(), repetir(constante, valor))
            trabajo.poner({nombre: valor})
        if self._fuente.destino is not Destino.REGISTRO:
            return
        rut, persona = trabajo.valor("rut"), trabajo.valor("tipo_persona")
        inferida = pl.select(
            pl.when(rut.is_null())
            .then(None)
            .when(rut < 50_000_000)
            .then(pl.lit("natural"))
            .otherwise(pl.lit("juridica"))
        ).to_series()
        trabajo.poner({"tipo_persona": persona.zip_with(persona.is_not_null(), inferida)})

    def _fijar_anio(self, trabajo: Trabajo) -> None:
        if "anio" in self._pareo.columnas and "anio" not in trabajo.puestas:
            trabajo.aplicar("anio", lambda s: normalizar_entero(s, "anio", 0, 999_999))
        anio = trabajo.valor("anio")
        if self._anio is not None:
            anio = anio.zip_with(anio.is_not_null(), repetir(self._anio, anio))
        fuera = ~anio.is_between(ANIO_MINIMO, ANIO_MAXIMO).fill_null(False)
        trabajo.poner({"anio": anio.set(fuera, None)})
        trabajo.rechazar_filas("anio", fuera, "anio_rango")


def _juntos(lat: pl.Series, lon: pl.Series) -> pl.Series:
    marco = pl.DataFrame({"lat": lat, "lon": lon})
    return marco.select(pl.concat_str(["lat", "lon"], separator=" ; ", ignore_nulls=True)).to_series()


def _renombrar(resultado: Normalizado, de: str, a: str) -> Normalizado:
    return Normalizado({a: resultado.valores[de]}, resultado.regla, resultado.arreglo)
