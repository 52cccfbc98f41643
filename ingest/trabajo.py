"""One batch while it is normalised: values so far, notes on cells, rows that fall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from ingest.contract import Campo
from ingest.lectores.contract import FILA, PARTE
from ingest.pareo import Emparejamiento
from observatorio import modelo
from observatorio.modelo import Tipo
from observatorio.normalizar.contract import REGLAS, Normalizado
from observatorio.vocabulario import Destino, Gravedad

TipoPolars = pl.DataType | type[pl.DataType]

CRUDOS = "__crudo__"
"""Key of `extra` under which the raw text of repaired and emptied values is kept, by canonical column."""

MAX_VALOR = 200
"""Characters of a faulty cell that a rejection quotes."""

ESQUEMA_RECHAZO: dict[str, TipoPolars] = {
    "fila": pl.Int64,
    "columna": pl.Utf8,
    "letra": pl.Utf8,
    "campo": pl.Utf8,
    "valor": pl.Utf8,
    "regla": pl.Utf8,
    "gravedad": pl.Utf8,
    "consejo": pl.Utf8,
}

IDENTIDAD = ("rut", "rut_comprador", "rut_proveedor", "id_fuente")
"""The canonical columns that tell of whom a row speaks."""

_POLARS: Mapping[Tipo, TipoPolars] = {
    Tipo.RUT: pl.Int32,
    Tipo.FECHA: pl.Date,
    Tipo.ENTERO: pl.Int32,
    Tipo.NUMERO: pl.Float64,
    Tipo.DINERO: pl.Int64,
    Tipo.LATITUD: pl.Float64,
    Tipo.LONGITUD: pl.Float64,
}


def esquema(destino: Destino) -> dict[str, TipoPolars]:
    """Column -> polars type of what a destination may hold, `fila` and `parte` first."""
    columnas = {
        Destino.REGISTRO: modelo.REGISTRO,
        Destino.VINCULO: modelo.VINCULO,
        Destino.SERIE: modelo.SERIE,
    }
    propias: dict[str, TipoPolars] = {"fila": pl.Int64, "parte": pl.Int16}
    propias |= {c.nombre: _POLARS.get(c.tipo, pl.Utf8) for c in columnas[destino]}
    if destino is Destino.SERIE:
        return propias | {"medida": pl.Utf8, "valor": pl.Float64, "estado": pl.Utf8}
    return propias | {"extra": pl.Utf8, "suprimida": pl.Boolean}


@dataclass(frozen=True)
class Canonizado:
    """A batch after normalising: accepted rows, rejections (`ESQUEMA_RECHAZO`), rows read.

    `filas` has those columns of `esquema(destino)` that this source may fill, the same in every batch of a file.
    `caidas` says of the rows that fell what tells whose they were: `fila`, `parte` and those of `IDENTIDAD` read.
    """

    filas: pl.DataFrame
    rechazos: pl.DataFrame
    leidas: int
    caidas: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"fila": pl.Int64, "parte": pl.Int16}))


class Trabajo:
    """The state of one batch while it is normalised: values so far, notes on cells, rows that fall."""

    def __init__(self, lote: pl.DataFrame, pareo: Emparejamiento, campos: Mapping[str, Campo]) -> None:
        self.lote = lote
        self._pareo = pareo
        self._campos = campos
        self.puestas: dict[str, pl.Series] = {}
        self._notas: list[pl.DataFrame] = []
        self._crudos: dict[str, pl.Series] = {}
        self._caidas = pl.Series([False]).new_from_index(0, lote.height)

    def crudo(self, nombre: str) -> pl.Series | None:
        """The raw text of a canonical column, None when the file has no such column."""
        encabezado = self._pareo.columnas.get(nombre)
        return None if encabezado is None else self.lote[encabezado]

    def crudo_exigido(self, nombre: str) -> pl.Series:
        """The raw text of a canonical column that is known to be in the file."""
        return self.lote[self._pareo.columnas[nombre]]

    def valor(self, nombre: str) -> pl.Series:
        """The canonical values so far; all null when nothing has set them."""
        if nombre in self.puestas:
            return self.puestas[nombre]
        tipo = {c.nombre: c.tipo for c in (*modelo.REGISTRO, *modelo.VINCULO, *modelo.SERIE)}[nombre]
        return pl.Series(nombre, [None], dtype=_POLARS.get(tipo, pl.Utf8)).new_from_index(0, self.lote.height)

    def poner(self, valores: Mapping[str, pl.Series]) -> None:
        """Set canonical values."""
        self.puestas |= {nombre: serie.alias(nombre) for nombre, serie in valores.items()}

    def aplicar(self, nombre: str, lector: Callable[[pl.Series], Normalizado]) -> None:
        """Normalise one column of the file, if it has it."""
        crudo = self.crudo(nombre)
        if crudo is not None:
            self.recibir(nombre, lector(crudo))

    def recibir(self, nombre: str, resultado: Normalizado) -> None:
        """Take the outcome of a normaliser for a canonical column: values, notes, rows that fall, raw texts kept."""
        self.poner(resultado.valores)
        campo = self._campos[nombre]
        encabezado = self._pareo.columnas[nombre]
        crudo = self.lote[encabezado]
        vacio = resultado.valores[nombre].is_null()
        if campo.no_vacio:
            regla = resultado.regla.zip_with(
                resultado.regla.is_not_null() | ~vacio, repetir("requerido", resultado.regla)
            )
            self._caidas = self._caidas | vacio
            self.anotar(nombre, encabezado, regla, crudo, caen=vacio)
        else:
            self.anotar(nombre, encabezado, resultado.regla, crudo)
        self.guardar_crudo(nombre, crudo, resultado.regla.set(~vacio, None))

    def anotar(
        self,
        campo: str,
        encabezado: str | None,
        regla: pl.Series,
        crudo: pl.Series | None = None,
        *,
        caen: pl.Series | None = None,
    ) -> None:
        """Note the cells in which a rule was broken; `caen` marks those that cost the whole row."""
        rotas = regla.is_not_null()
        if not rotas.any():
            return
        if crudo is None:
            crudo = self.lote[encabezado] if encabezado else regla.set(rotas, None)
        marco = pl.DataFrame({"fila": self.lote[FILA], "valor": crudo, "regla": regla}).filter(rotas)
        leves = {r.id: str(r.gravedad) for r in REGLAS.values()}
        gravedad = pl.col("regla").replace_strict(leves, default=str(Gravedad.VALOR))
        if caen is not None:
            marco = marco.with_columns(cae=caen.filter(rotas))
            gravedad = pl.when("cae").then(pl.lit(str(Gravedad.FILA))).otherwise(gravedad)
        graves = [r.id for r in REGLAS.values() if r.gravedad is Gravedad.FILA]
        self._caidas = self._caidas | regla.is_in(graves).fill_null(False)
        self._notas.append(
            marco.with_columns(
                columna=pl.lit(encabezado, pl.Utf8),
                letra=pl.lit(self._pareo.letras.get(encabezado or ""), pl.Utf8),
                campo=pl.lit(campo),
                gravedad=gravedad,
                valor=pl.col("valor").str.slice(0, MAX_VALOR),
                consejo=pl.col("regla").replace_strict(
                    {r.id: f"{r.mensaje} {r.consejo}" for r in REGLAS.values()}, return_dtype=pl.Utf8
                ),
            ).select(list(ESQUEMA_RECHAZO))
        )

    def rechazar_filas(self, campo: str, malas: pl.Series, regla: str) -> None:
        """Reject whole rows by a rule that is not a normaliser's."""
        if malas.any():
            marcas = pl.Series([None], dtype=pl.Utf8).new_from_index(0, len(malas)).set(malas, regla)
            self.anotar(campo, self._pareo.columnas.get(campo), marcas, caen=malas)
            self._caidas = self._caidas | malas

    def guardar_crudo(self, nombre: str, crudo: pl.Series, donde: pl.Series) -> None:
        """Keep the raw text, in `extra`, of cells whose value was repaired or emptied."""
        marcadas = donde.is_not_null()
        if not marcadas.any():
            return
        solo = crudo.set(~marcadas, None)
        antes = self._crudos.get(nombre)
        self._crudos[nombre] = solo if antes is None else antes.zip_with(antes.is_not_null(), solo)

    def rechazos(self) -> pl.DataFrame:
        """All notes of the batch, in the order of the rows."""
        if not self._notas:
            return pl.DataFrame(schema=ESQUEMA_RECHAZO)
        return pl.concat(self._notas).sort("fila", maintain_order=True)

    def cerrar(self, columnas: Mapping[str, TipoPolars], leidas: int) -> Canonizado:
        """The accepted rows under the canonical columns, the rest of their cells as JSON in `extra`."""
        marco = pl.DataFrame(
            [self.lote[FILA].alias("fila"), self.lote[PARTE].alias("parte"), *self.puestas.values()]
        ).with_columns(self._extra().alias("extra"))
        presentes = {nombre: tipo for nombre, tipo in columnas.items() if nombre in marco.columns}
        filas = marco.filter(~self._caidas).select(pl.col(n).cast(tipo) for n, tipo in presentes.items())
        caidas = marco.filter(self._caidas).select(
            pl.col(n).cast(tipo) for n, tipo in presentes.items() if n in ("fila", "parte", *IDENTIDAD)
        )
        return Canonizado(filas, self.rechazos(), leidas, caidas)

    def _extra(self) -> pl.Series:
        nombres = [c for c in self._pareo.sobrantes if c in self.lote.columns]
        partes = [self.lote[c] for c in nombres]
        if self._crudos:
            crudos = pl.DataFrame([s.alias(n) for n, s in self._crudos.items()])
            partes.append(crudos.select(pl.struct(pl.all())).to_series().alias(CRUDOS))
        if not partes:
            return pl.Series("extra", [None], dtype=pl.Utf8).new_from_index(0, self.lote.height)
        return pl.DataFrame(partes).select(pl.struct(pl.all()).struct.json_encode()).to_series().alias("extra")


def repetir(valor: str | int, como: pl.Series) -> pl.Series:
    """One value, as long and of the same kind as another series."""
    return pl.Series([valor]).cast(como.dtype).new_from_index(0, len(como))
