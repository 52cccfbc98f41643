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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_VACIO = text("'{}'::jsonb")


def _tabla(nombre: str, *columnas: Column[Any] | UniqueConstraint, anual: bool = False) -> Table:
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
supresion = _tabla(
    "ingreso.supresion",
    _numerada("supresion"),
    *_columnas(Text, "clase huella motivo usuario", nullable=False),
    _momento("momento"),
    UniqueConstraint("clase", "huella"),
)


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
    *_columnas(Integer, "conmutante_intrarregional conmutante_interregional"),
    *_columnas(BigInteger, "impuestos_clp patente_clp capital_clp"),
    *_columnas(Date, "desde hasta"),
    *_columnas(Double, "lon lat factor_expansion"),
    _geometria("POINT"),
    Column("extra", JSON),
    _si_no("suprimida"),
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
    _si_no("suprimida"),
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
geocodificado = _tabla(
    "territorio.geocodificado",
    _clave("cut"),
    _clave("clave"),
    *_columnas(Text, "proveedor precision", nullable=False),
    *_columnas(Double, "lon lat"),
    _momento("momento"),
)

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
    *_columnas(Integer, "conmutante_intrarregional conmutante_interregional"),
    *_columnas(Text, "encuesta_sii encuesta_patente encuesta_sanitaria indeterminado_por"),
    *_columnas(Date, "senal_sii_fecha senal_patente_fecha senal_sanitaria_fecha"),
    Column("empleo_cuadra", Boolean),
    Column("acteco_puntaje", Double),
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
    _clave("carga", BigInteger),
    _clave("fila", BigInteger),
    _clave("parte", SmallInteger),
    *_columnas(Text, "cut id regla", nullable=False),
    Column("anio", Integer, nullable=False),
    Column("peso", Double),
)
Index("identidad_id", identidad.c.cut, identidad.c.id, identidad.c.anio)


def _registro_citado(lado: str) -> list[Column[Any]]:
    """A record as a person's decision names it: by the content of its file, never by its load."""
    return [
        *_columnas(Text, f"fuente_{lado} sha256_{lado}", nullable=False),
        Column(f"fila_{lado}", BigInteger, nullable=False),
        Column(f"parte_{lado}", SmallInteger, nullable=False),
    ]


decision = _tabla(
    "catastro.decision",
    _numerada("decision"),
    *_registro_citado("a"),
    *_registro_citado("b"),
    *_columnas(Text, "tomada usuario", nullable=False),
    _momento("momento"),
)
duda = _tabla(
    "catastro.duda",
    _clave("cut"),
    _clave("duda"),
    *_registro_citado("a"),
    *_registro_citado("b"),
    *_columnas(Text, "id_a id_b motivo", nullable=False),
    Column("peso", Double, nullable=False),
    Column("detalle", Text),
)
decision_giro = _tabla(
    "catastro.decision_giro",
    _numerada("decision"),
    *_columnas(Text, "giro usuario", nullable=False),
    Column("acteco", Text),
    _momento("momento"),
)
duda_giro = _tabla(
    "catastro.duda_giro",
    _clave("cut"),
    _clave("giro"),
    Column("acteco", Text, nullable=False),
    Column("puntaje", Double, nullable=False),
    Column("establecimientos", BigInteger, nullable=False),
)
par = _tabla(
    "catastro.par",
    _clave("cut"),
    _clave("huella_a"),
    _clave("huella_b"),
    Column("peso", Double, nullable=False),
    Column("detalle", Text),
)
perfil = _tabla("catastro.perfil", _clave("cut"), _clave("huella"), Column("modelo", Text, nullable=False))
corrimiento = _tabla(
    "catastro.corrimiento",
    _clave("cut"),
    _clave("carga", BigInteger),
    Column("datum", Text, nullable=False),
    *_columnas(Double, "este_m norte_m desviacion_m", nullable=False),
    Column("pares", BigInteger, nullable=False),
)
suceso = _tabla(
    "catastro.suceso",
    _clave("cut"),
    _clave("anio", Integer),
    _clave("id"),
    _clave("tipo"),
    Column("provisorio", Boolean, nullable=False),
)
Index("suceso_anio", suceso.c.cut, suceso.c.anio, suceso.c.tipo)
nivel_proveedor = _tabla(
    "catastro.nivel_proveedor",
    _clave("cut"),
    *(_clave(nombre, Integer) for nombre in ("anio", "tractora", "rut")),
    Column("nivel", Integer, nullable=False),
    *_columnas(Boolean, "n1 n2 n3 n4", nullable=False),
)
version = _tabla(
    "catastro.version",
    _clave("cut"),
    _clave("anio", Integer),
    *_columnas(BigInteger, "version establecimientos", nullable=False),
    Column("huella", Text, nullable=False),
)

# indicador
estimacion = _tabla(
    "indicador.estimacion",
    _clave("cut"),
    _clave("anio", Integer),
    *(_clave(nombre) for nombre in ("fuente", "medida", "dimension", "categoria")),
    *_columnas(Double, "estimado error_estandar"),
    Column("n", BigInteger, nullable=False),
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
