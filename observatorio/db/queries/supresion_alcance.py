"""Which rows an erasure would empty: they are pointed at in a table of the transaction, so that they can be counted
before anybody decides, and emptied by `supresion.vaciar`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    SmallInteger,
    Table,
    Text,
    column,
    func,
    select,
    table,
    text,
    tuple_,
)

from observatorio.db import tablas as t
from observatorio.db.huellas import Huellas
from observatorio.errors import ErrorCarga, ErrorConsulta
from observatorio.normalizar.mencion import PRIMERA_MENCIONABLE, patron_de

CLASE_RUT, CLASE_REGISTRO = "rut", "registro"

BLANCO = table(
    "blanco",
    column("que", Text),
    column("anio", Integer),
    column("carga", BigInteger),
    column("fila", BigInteger),
    column("parte", SmallInteger),
    schema="pg_temp",
)
"""What is pointed at. `que`: a row of `registro` or `vinculo`, the `extra_…` of another, a `comun_registro` that shares
its row with one, or the `rechazo` of a row."""

_CREAR = text(
    """
    CREATE TEMP TABLE blanco (que text, anio integer, carga bigint, fila bigint, parte smallint) ON COMMIT DROP
    """
)
# The raw text of a RUT whose check digit was wrong names the same person: nobody else's number is so near by chance.
_POR_RUT = text(
    """
    INSERT INTO pg_temp.blanco
    SELECT 'registro', anio, carga, fila, parte FROM observacion.registro
     WHERE NOT suprimida AND (rut = :rut OR extra -> '__crudo__' ->> 'rut' ~ :patron)
     UNION ALL
    SELECT 'vinculo', anio, carga, fila, parte FROM observacion.vinculo
     WHERE NOT suprimida AND :rut IN (rut_comprador, rut_proveedor)
    """
)
# Who shares a row shares its cells: the telephone in it may be the one's or the other's.
_COMUNES = text(
    """
    INSERT INTO pg_temp.blanco
    SELECT DISTINCT 'comun_registro', r.anio, r.carga, r.fila, r.parte
      FROM observacion.registro r
      JOIN pg_temp.blanco b ON b.que = 'registro' AND b.anio = r.anio AND b.carga = r.carga AND b.fila = r.fila
     WHERE NOT r.suprimida
       AND NOT EXISTS (SELECT FROM pg_temp.blanco p WHERE p.que = 'registro' AND p.carga = r.carga
                          AND p.fila = r.fila AND p.parte = r.parte)
    """
)
# The expression takes ten seconds for a million rows, and the plain search before it half a one.
_MENCIONES = text(
    """
    INSERT INTO pg_temp.blanco
    SELECT 'extra_registro', r.anio, r.carga, r.fila, r.parte FROM observacion.registro r
     WHERE NOT r.suprimida
       AND CASE WHEN replace(r.extra::text, '.', '') LIKE :cifras THEN r.extra::text ~ :patron END
       AND NOT EXISTS (SELECT FROM pg_temp.blanco b
                        WHERE b.que <> 'vinculo' AND b.carga = r.carga AND b.fila = r.fila AND b.parte = r.parte)
     UNION ALL
    SELECT 'extra_vinculo', v.anio, v.carga, v.fila, v.parte FROM observacion.vinculo v
     WHERE NOT v.suprimida
       AND CASE WHEN replace(v.extra::text, '.', '') LIKE :cifras THEN v.extra::text ~ :patron END
       AND NOT EXISTS (SELECT FROM pg_temp.blanco b
                        WHERE b.que = 'vinculo' AND b.carga = v.carga AND b.fila = v.fila AND b.parte = v.parte)
    """
)
_POR_REGISTRO = text(
    """
    INSERT INTO pg_temp.blanco
    SELECT 'registro', r.anio, r.carga, r.fila, r.parte
      FROM observacion.registro r JOIN ingreso.carga c USING (carga)
     WHERE NOT r.suprimida AND r.fuente = :fuente
       AND ((c.sha256 = :sha256 AND r.fila = :fila AND r.parte = ANY (:partes)) OR r.id_fuente = ANY (:ids))
       AND NOT EXISTS (SELECT FROM pg_temp.blanco b WHERE b.que = 'registro' AND b.anio = r.anio
                          AND b.carga = r.carga AND b.fila = r.fila AND b.parte = r.parte)
     UNION ALL
    SELECT 'vinculo', v.anio, v.carga, v.fila, v.parte
      FROM observacion.vinculo v JOIN ingreso.carga c USING (carga)
     WHERE NOT v.suprimida AND v.fuente = :fuente AND c.sha256 = :sha256 AND v.fila = :fila
       AND v.parte = ANY (:partes)
       AND NOT EXISTS (SELECT FROM pg_temp.blanco b WHERE b.que = 'vinculo' AND b.anio = v.anio
                          AND b.carga = v.carga AND b.fila = v.fila AND b.parte = v.parte)
    """
)
# What the linkage believes to be of the same premises, and bears no RUT by which it would be erased.
_ENLAZADOS = text(
    """
    SELECT DISTINCT r.fuente, r.carga, r.fila, r.parte
      FROM catastro.identidad i
      JOIN observacion.registro r ON r.anio = i.anio AND r.carga = i.carga AND r.fila = i.fila AND r.parte = i.parte
     WHERE r.rut IS NULL AND NOT r.suprimida
       AND (i.cut, i.id) IN (SELECT s.cut, s.id FROM catastro.identidad s
                               JOIN pg_temp.blanco b ON b.que = 'registro' AND b.carga = s.carga
                                AND b.fila = s.fila AND b.parte = s.parte)
       AND NOT EXISTS (SELECT FROM pg_temp.blanco b
                        WHERE b.que = 'registro' AND b.carga = r.carga AND b.fila = r.fila AND b.parte = r.parte)
     ORDER BY r.fuente, r.carga, r.fila, r.parte
    """
)
_RECHAZOS = text(
    """
    INSERT INTO pg_temp.blanco
    SELECT DISTINCT 'rechazo', 0, r.carga, r.fila, 0
      FROM ingreso.rechazo r JOIN ingreso.carga c USING (carga)
     WHERE r.valor IS NOT NULL
       AND (CASE WHEN replace(r.valor, '.', '') LIKE :cifras THEN r.valor ~ :patron END
            OR (c.fuente = :fuente AND c.sha256 = :sha256 AND r.fila = :fila)
            OR (r.carga, r.fila) IN (SELECT b.carga, b.fila FROM pg_temp.blanco b
                                      WHERE b.que IN ('registro', 'vinculo')))
    """
)
_PARTES = text(
    """
    SELECT parte, id_fuente,
           (SELECT count(DISTINCT o.fila) FROM observacion.registro o
             WHERE o.carga = r.carga AND o.anio = r.anio AND o.id_fuente = r.id_fuente) = 1 AS unico
      FROM observacion.registro r
     WHERE carga = :carga AND fila = :fila AND (CAST(:parte AS smallint) IS NULL OR parte = :parte)
     UNION ALL
    SELECT parte, NULL, false FROM observacion.vinculo
     WHERE carga = :carga AND fila = :fila AND (CAST(:parte AS smallint) IS NULL OR parte = :parte)
     ORDER BY parte
    """
)


class Enlazado(NamedTuple):
    """A row without a RUT that is linked to the premises of rows to be emptied."""

    fuente: str
    carga: int
    fila: int
    parte: int


@dataclass(frozen=True)
class Alcance:
    """What an erasure would empty, and what it would keep.

    `filas`: rows, all of them and by source; `menciones`: other rows with cells that name the person or are shared with
    them; `rechazos`: rows of which a rejection quotes something; the loads and years of all that. `huellas`: the
    fingerprints, by class. `enlazados`: rows without a RUT, of the same premises, that would stay as they are.
    """

    filas: int
    menciones: int
    rechazos: int
    por_fuente: Mapping[str, int]
    cargas: tuple[int, ...]
    anios: tuple[int, ...]
    huellas: Mapping[str, tuple[str, ...]] = field(repr=False)
    enlazados: tuple[Enlazado, ...] = ()

    @property
    def vacio(self) -> bool:
        """Whether there is nothing to empty."""
        return not (self.filas or self.menciones or self.rechazos)


def apuntar_rut(conn: Connection, huellas: Huellas, rut: int, con_enlazados: bool = False) -> Alcance:
    """Point at every row of a RUT, and at what other rows and rejections say of it.

    `con_enlazados`: also at the rows without a RUT that are linked to the premises of those, as `apuntar_registro`
    would; without it they are only named.
    """
    conn.execute(_CREAR)
    nombrado: dict[str, str | None] = dict.fromkeys(("patron", "cifras"))
    if rut >= PRIMERA_MENCIONABLE:
        nombrado = {"patron": patron_de(rut), "cifras": f"%{rut}%"}
    conn.execute(_POR_RUT, {"rut": rut, "patron": nombrado["patron"]})
    enlazados = tuple(Enlazado(*fila) for fila in conn.execute(_ENLAZADOS))
    suyas: dict[str, tuple[str, ...]] = {CLASE_RUT: (huellas.de_rut(rut),)}
    if con_enlazados and enlazados:
        firmadas = [_apuntar_fila(conn, huellas, e.carga, e.fila, e.parte) for e in enlazados]
        suyas[CLASE_REGISTRO] = tuple(dict.fromkeys(huella for propias in firmadas for huella in propias))
        enlazados = ()
    conn.execute(_COMUNES)
    conn.execute(_MENCIONES, nombrado)
    conn.execute(_RECHAZOS, {**nombrado, "fuente": None, "sha256": None, "fila": None})
    return replace(_alcance(conn, suyas), enlazados=enlazados)


def apuntar_registro(conn: Connection, huellas: Huellas, carga: int, fila: int, parte: int | None = None) -> Alcance:
    """Point at a row of a load, in every load of that file, and at the same record of its source in other files.

    `parte` None means all the parts of the row. Raises `ErrorCarga` when there is no such load, `ErrorConsulta` when
    the load never spoke of that row.
    """
    conn.execute(_CREAR)
    propias = _apuntar_fila(conn, huellas, carga, fila, parte)
    conn.execute(_COMUNES)
    origen = _origen(conn, carga)
    citada = {"fuente": origen.fuente, "sha256": origen.sha256, "fila": fila}
    conn.execute(_RECHAZOS, {**citada, "patron": None, "cifras": None})
    return _alcance(conn, {CLASE_REGISTRO: propias})


def _apuntar_fila(conn: Connection, huellas: Huellas, carga: int, fila: int, parte: int | None) -> tuple[str, ...]:
    """Point at a row wherever it stands, and return its fingerprints."""
    origen = _origen(conn, carga)
    filas = conn.execute(_PARTES, {"carga": carga, "fila": fila, "parte": parte}).all()
    if not filas and not _citada(conn, carga, fila):
        raise ErrorConsulta(
            f"La carga {carga} no tiene nada de la fila {fila}{'' if parte is None else f', parte {parte}'}.",
            "La fila es la del archivo; «observatorio procedencia» la dice para cada campo de un establecimiento.",
        )
    partes = [f.parte for f in filas] or [parte or 0]
    # An identifier that several rows of one file share would take others with it.
    ids = sorted({f.id_fuente for f in filas if f.id_fuente is not None and f.unico})
    datos = {"fuente": origen.fuente, "sha256": origen.sha256, "fila": fila}
    conn.execute(_POR_REGISTRO, {**datos, "partes": partes, "ids": ids})
    propias = (huellas.de_registro(origen.fuente, origen.sha256, fila, p) for p in partes)
    return (*propias, *(huellas.de_identificador(origen.fuente, i) for i in ids))


def _origen(conn: Connection, carga: int) -> Any:
    """The source of a load and the SHA-256 of its file. Raises `ErrorCarga` when there is no such load."""
    origen = conn.execute(select(t.carga.c.fuente, t.carga.c.sha256).where(t.carga.c.carga == carga)).one_or_none()
    if origen is None:
        raise ErrorCarga(f"No existe la carga {carga}.", "Vea las que hay con «observatorio cargas list».")
    return origen


def _citada(conn: Connection, carga: int, fila: int) -> bool:
    cita = select(t.rechazo.c.fila).where(t.rechazo.c.carga == carga, t.rechazo.c.fila == fila).limit(1)
    return conn.execute(cita).first() is not None


def _alcance(conn: Connection, huellas: Mapping[str, tuple[str, ...]]) -> Alcance:
    filas = conn.execute(
        select(BLANCO.c.que, BLANCO.c.anio, BLANCO.c.carga, t.carga.c.fuente, func.count().label("n"))
        .join(t.carga, t.carga.c.carga == BLANCO.c.carga)
        .group_by(BLANCO.c.que, BLANCO.c.anio, BLANCO.c.carga, t.carga.c.fuente)
    ).all()
    propias = [f for f in filas if f.que in ("registro", "vinculo")]
    por_fuente: dict[str, int] = {}
    for f in sorted(propias, key=lambda f: f.fuente):
        por_fuente[f.fuente] = por_fuente.get(f.fuente, 0) + f.n
    return Alcance(
        filas=sum(f.n for f in propias),
        menciones=sum(f.n for f in filas if f.que.startswith(("extra_", "comun_"))),
        rechazos=sum(f.n for f in filas if f.que == "rechazo"),
        por_fuente=por_fuente,
        cargas=tuple(sorted({f.carga for f in filas})),
        anios=tuple(sorted({f.anio for f in filas if f.que != "rechazo"})),
        huellas=huellas,
    )


def nombres_apuntados(conn: Connection) -> list[str]:
    """Every name that the rows pointed at hold, ascending: none of them may be told in the reason that is kept."""
    r, v = t.registro.c, t.vinculo.c
    nombres = (
        select(r.razon_social.label("nombre"))
        .where(apuntada(t.registro, "registro"))
        .union(
            select(r.nombre_fantasia).where(apuntada(t.registro, "registro")),
            select(v.razon_social_proveedor).where(apuntada(t.vinculo, "vinculo")),
        )
    )
    return sorted(nombre for nombre in conn.execute(nombres).scalars() if nombre)


def apuntada(tabla: Table, que: str) -> ColumnElement[bool]:
    """Whether a row of an observation table was pointed at as `que`."""
    columnas = ("anio", "carga", "fila", "parte")
    puestas = select(*(BLANCO.c[c] for c in columnas)).where(BLANCO.c.que == que)
    return tuple_(*(tabla.c[c] for c in columnas)).in_(puestas)
