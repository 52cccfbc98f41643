"""The tables as SQLAlchemy Core objects. The database is made by the migrations; a test proves that both agree.

A module-level name is the table's own; `auditoria_registro` has its schema before it because `registro` is taken.
"""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_VACIO = text("'{}'::jsonb")


def _tabla(nombre: str, *columnas: Column[Any], anual: bool = False) -> Table:
    """The table `schema.name`; `anual` ones have a partition for each year."""
    esquema, tabla = nombre.split(".")
    particion = "LIST (anio)" if anual else None
    return Table(tabla, metadata, *columnas, schema=esquema, postgresql_partition_by=particion)


def _columnas(tipo: type[TypeEngine[Any]], nombres: str, **kw: Any) -> list[Column[Any]]:
    """Columns of one kind, by their names with blanks between."""
    return [Column(nombre, tipo, **kw) for nombre in nombres.split()]


def _clave(nombre: str, tipo: type[TypeEngine[Any]] = Text, *extra: Any) -> Column[Any]:
    return Column(nombre, tipo, *extra, primary_key=True, autoincrement=False)


def _numerada(nombre: str) -> Column[Any]:
    return Column(nombre, BigInteger, Identity(always=True), primary_key=True)


def _parte(nombre: str, **kw: Any) -> Column[Any]:
    return Column(nombre, SmallInteger, nullable=False, server_default=text("0"), **kw)


def _momento(nombre: str, reloj: str = "clock_timestamp") -> Column[Any]:
    return Column(nombre, DateTime(timezone=True), nullable=False, server_default=text(f"{reloj}()"))


def _geometria(tipo: str, **kw: Any) -> Column[Any]:
    # The GiST indexes are declared below by name, as the migration creates them.
    return Column("geom", Geometry(tipo, 4326, spatial_index=False), **kw)


def _si_no(nombre: str) -> Column[Any]:
    return Column(nombre, Boolean, nullable=False, server_default=text("false"))


# ref
seccion = _tabla("ref.seccion", _clave("seccion"), Column("nombre", Text, nullable=False))
division = _tabla(
    "ref.division",
    _clave("division"),
    Column("seccion", Text, ForeignKey("ref.seccion.seccion"), nullable=False),
    Column("nombre", Text, nullable=False),
)
tramo_ventas = _tabla(
    "ref.tramo_ventas",
    _clave("tramo", Integer),
    Column("tamano", Text, nullable=False),
    *_columnas(Numeric, "uf_desde uf_hasta"),
    Column("fuente", Text, nullable=False),
)
tramo_trabajadores = _tabla(
    "ref.tramo_trabajadores",
    _clave("tamano"),
    Column("desde", Integer, nullable=False),
    Column("hasta", Integer),
    Column("fuente", Text, nullable=False),
)
unidad = _tabla(
    "ref.unidad",
    _clave("unidad"),
    _clave("fecha", Date),
    Column("pesos", Numeric),
    Column("fuente", Text, nullable=False),
)
poblacion = _tabla(
    "ref.poblacion",
    _clave("territorio"),
    _clave("anio", Integer),
    Column("personas", Integer),
    Column("fuente", Text, nullable=False),
)
comuna = _tabla(
    "ref.comuna",
    _clave("cut"),
    *_columnas(Text, "nombre provincia region", nullable=False),
    _geometria("MULTIPOLYGON", nullable=False),
)
Index("comuna_geom", comuna.c.geom, postgresql_using="gist")
aplicado = _tabla(
    "ref.aplicado",
    _clave("parte"),
    Column("huella", Text, nullable=False),
    _momento("momento"),
)

# ingreso
fuente = _tabla(
    "ingreso.fuente",
    _clave("fuente"),
    *_columnas(Text, "nombre actor describe destino cobertura licencia periodicidad", nullable=False),
    _si_no("publica"),
    _si_no("historica"),
    Column("visibilidad", JSONB, nullable=False, server_default=_VACIO),
)
archivo = _tabla(
    "ingreso.archivo",
    _clave("sha256"),
    Column("nombre", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("formato", Text),
)
carga = _tabla(
    "ingreso.carga",
    _numerada("carga"),
    Column("fuente", Text, ForeignKey("ingreso.fuente.fuente"), nullable=False),
    Column("sha256", Text, ForeignKey("ingreso.archivo.sha256"), nullable=False),
    Column("anio", Integer),
    Column("anios", ARRAY(Integer), nullable=False, server_default=text("'{}'::integer[]")),
    *_columnas(Text, "estado licencia", nullable=False),
    *_columnas(
        BigInteger,
        "filas_leidas filas_aceptadas filas_rechazadas valores_rechazados",
        nullable=False,
        server_default=text("0"),
    ),
    Column("veredicto", Text),
    Column("mapeo", JSONB, nullable=False, server_default=_VACIO),
    Column("conjunto", BigInteger),
    Column("sintetica", Boolean, nullable=False, server_default=text("false")),
    Column("usuario", Text, nullable=False, server_default=text("'cli'::text")),
    _momento("inicio", "now"),
    Column("fin", DateTime(timezone=True)),
)
Index("carga_archivo", carga.c.fuente, carga.c.sha256)
Index("carga_fuente", carga.c.fuente, carga.c.estado, carga.c.carga)
vigencia = _tabla(
    "ingreso.vigencia",
    _clave("conjunto", BigInteger),
    _clave("anio", Integer),
    Column("fuente", Text, ForeignKey("ingreso.fuente.fuente"), nullable=False),
    Column("filas", BigInteger, nullable=False),
    Column("reemplazada_por", BigInteger),
)
Index("vigencia_fuente", vigencia.c.fuente, vigencia.c.anio)
rechazo = _tabla(
    "ingreso.rechazo",
    Column("carga", BigInteger, ForeignKey("ingreso.carga.carga", ondelete="CASCADE"), nullable=False),
    Column("fila", BigInteger, nullable=False),
    *_columnas(Text, "columna letra campo valor"),
    *_columnas(Text, "regla gravedad consejo", nullable=False),
)
Index("rechazo_carga", rechazo.c.carga, rechazo.c.fila)


# observacion
def _origen() -> list[Column[Any]]:
    """Where an observation stands: the load, the row, and the part of the row when one cell held several."""
    return [
        _clave("anio", Integer),
        _clave("carga", BigInteger),
        _clave("fila", BigInteger),
        _parte("parte", primary_key=True),
        Column("fuente", Text, nullable=False),
    ]


registro = _tabla(
    "observacion.registro",
    *_origen(),
    *_columnas(Text, "id_fuente dv razon_social nombre_fantasia tipo_persona grupo_empresarial telefono correo"),
    *_columnas(Text, "acteco giro_texto tipo_sitio direccion_texto calle numero resto cut precision turno estado ola"),
    *_columnas(Text, "senal_sii senal_patente senal_sanitaria"),
    *_columnas(Integer, "rut acteco_anio tramo_ventas trabajadores trabajadores_extranjeros"),
    *_columnas(Integer, "trabajadores_con_contrato empleo_total empleo_local empleo_conmutante"),
    *_columnas(BigInteger, "impuestos_clp patente_clp capital_clp"),
    *_columnas(Date, "desde hasta"),
    *_columnas(Double, "lon lat factor_expansion"),
    _geometria("POINT"),
    Column("extra", JSON),
    anual=True,
)
Index("registro_geom", registro.c.geom, postgresql_using="gist", postgresql_where=registro.c.geom.is_not(None))
vinculo = _tabla(
    "observacion.vinculo",
    *_origen(),
    *_columnas(Integer, "rut_comprador rut_proveedor"),
    *_columnas(Text, "razon_social_proveedor cut_proveedor categoria evidencia"),
    *_columnas(Date, "desde hasta"),
    Column("monto_clp", BigInteger),
    Column("extra", JSON),
    anual=True,
)
Index("vinculo_proveedor", vinculo.c.rut_proveedor)
serie = _tabla(
    "observacion.serie",
    *_origen(),
    *_columnas(Text, "territorio categoria"),
    _clave("medida"),
    Column("valor", Double),
    Column("estado", Text, nullable=False),
    anual=True,
)

# territorio
nivel = _tabla(
    "territorio.nivel",
    _clave("nivel"),
    *_columnas(Text, "nombre origen", nullable=False),
    _si_no("incorporado"),
    _momento("cargado", "now"),
)
zona = _tabla(
    "territorio.zona",
    _clave("nivel", Text, ForeignKey("territorio.nivel.nivel", ondelete="CASCADE")),
    _clave("zona"),
    *_columnas(Text, "nombre cut"),
    _geometria("MULTIPOLYGON"),
    *_columnas(Double, "poblacion area_km2"),
    Column("poblacion_anio", Integer),
    _si_no("poblacion_estimada"),
)
Index("zona_geom", zona.c.geom, postgresql_using="gist")

# catastro
empresa = _tabla(
    "catastro.empresa",
    _clave("rut", Integer),
    *_columnas(Text, "dv razon_social grupo_empresarial cut_casa_matriz"),
    Column("tipo_persona", Text, nullable=False),
    *_columnas(Date, "desde hasta"),
    Column("procedencia", JSONB, nullable=False),
)
_TRIGRAMAS = "gin_trgm_ops"
_razon = empresa.c.razon_social
Index("empresa_nombre", _razon, postgresql_using="gin", postgresql_ops={"razon_social": _TRIGRAMAS})
establecimiento = _tabla(
    "catastro.establecimiento",
    _clave("cut"),
    _clave("id"),
    Column("rut", Integer),
    Column("clave_lugar", Text, nullable=False),
    *_columnas(Integer, "primer_anio ultimo_anio", nullable=False),
)
Index("establecimiento_rut", establecimiento.c.rut)
establecimiento_anio = _tabla(
    "catastro.establecimiento_anio",
    _clave("cut"),
    _clave("anio", Integer),
    _clave("id"),
    *_columnas(Text, "nombre razon_social nombre_fantasia tipo_persona tipo_sitio direccion acteco giro_texto"),
    *_columnas(Text, "division seccion tamano_criterio turno telefono correo senal_sii senal_patente senal_sanitaria"),
    *_columnas(Text, "precision tamano_ventas tamano_trabajadores tamano formalidad", nullable=False),
    *_columnas(Integer, "rut tramo_ventas trabajadores empleo_total empleo_local empleo_conmutante empleo_sin_dato"),
    *_columnas(Integer, "trabajadores_extranjeros trabajadores_con_contrato"),
    *_columnas(BigInteger, "impuestos_clp patente_clp capital_clp"),
    _geometria("POINT"),
    _si_no("sanitaria_exigida"),
    _si_no("publica"),
    Column("procedencia", JSONB, nullable=False),
    anual=True,
)
_ea = establecimiento_anio.c
Index("ea_geom", _ea.geom, postgresql_using="gist")
Index("ea_nombre", _ea.nombre, postgresql_using="gin", postgresql_ops={"nombre": _TRIGRAMAS})
Index("ea_sector", _ea.cut, _ea.seccion, _ea.tamano, _ea.formalidad)
establecimiento_zona = _tabla(
    "catastro.establecimiento_zona",
    _clave("anio", Integer),
    _clave("nivel"),
    _clave("cut"),
    _clave("id"),
    Column("zona", Text, nullable=False),
    anual=True,
)
Index("ez_zona", establecimiento_zona.c.nivel, establecimiento_zona.c.zona)
actividad = _tabla(
    "catastro.actividad",
    _clave("rut", Integer),
    _clave("anio", Integer),
    _clave("acteco"),
    Column("principal", Boolean, nullable=False),
    *_columnas(BigInteger, "carga fila", nullable=False),
)
proveedor = _tabla(
    "catastro.proveedor",
    _clave("rut_comprador", Integer),
    _clave("rut_proveedor", Integer),
    _clave("anio", Integer),
    Column("categoria", Text, primary_key=True, server_default=text("''::text")),
    *_columnas(Date, "desde hasta"),
    Column("monto_clp", BigInteger),
    Column("evidencia", Text),
    *_columnas(BigInteger, "carga fila", nullable=False),
)
identidad = _tabla(
    "catastro.identidad",
    _clave("anio", Integer),
    _clave("carga", BigInteger),
    _clave("fila", BigInteger),
    _clave("parte", SmallInteger),
    *_columnas(Text, "cut id regla", nullable=False),
)
Index("identidad_id", identidad.c.cut, identidad.c.id, identidad.c.anio)
decision = _tabla(
    "catastro.decision",
    _numerada("decision"),
    *_columnas(BigInteger, "carga_a fila_a carga_b fila_b", nullable=False),
    _parte("parte_a"),
    _parte("parte_b"),
    *_columnas(Text, "decision_tomada usuario"),
    Column("peso", Double),
    _momento("momento", "now"),
)
version = _tabla(
    "catastro.version",
    _numerada("version"),
    Column("anio", Integer, nullable=False),
    _momento("momento"),
    Column("establecimientos", BigInteger, nullable=False),
)

# publicacion
publicacion = _tabla(
    "publicacion.publicacion",
    _numerada("publicacion"),
    Column("anio", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("regla", Text, nullable=False),
    _momento("momento"),
)
celda = _tabla(
    "publicacion.celda",
    Column(
        "publicacion",
        BigInteger,
        ForeignKey("publicacion.publicacion.publicacion", ondelete="CASCADE"),
        nullable=False,
    ),
    _clave("indicador"),
    _clave("anio", Integer),
    _clave("por"),
    Column("nivel", Text, primary_key=True, server_default=text("''::text")),
    _clave("dimensiones", JSONB),
    *_columnas(Double, "valor cobertura"),
    Column("n", BigInteger),
    Column("estado", Text, nullable=False),
)

# auditoria
clave = _tabla(
    "auditoria.clave",
    _numerada("clave"),
    Column("prefijo", Text, nullable=False, unique=True),
    Column("resumen", LargeBinary, nullable=False),
    *_columnas(Text, "rol nombre", nullable=False),
    _momento("creada", "now"),
    *(Column(nombre, DateTime(timezone=True)) for nombre in ("expira", "revocada")),
)
auditoria_registro = _tabla(
    "auditoria.registro",
    _numerada("registro"),
    _momento("momento"),
    Column("rol", Text, nullable=False),
    Column("clave", BigInteger),
    Column("accion", Text, nullable=False),
    Column("detalle", JSONB, nullable=False, server_default=_VACIO),
)
