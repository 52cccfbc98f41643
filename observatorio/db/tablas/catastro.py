"""Schema `catastro`: who is who, what each premises is in each year and why, and what people decided about it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Computed, Date, Double, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from observatorio.db.tablas.base import columnas, geometria, llave, momento, numerada, si_no, tabla

empresa = tabla(
    "catastro.empresa",
    llave("rut", Integer),
    *columnas(Text, "dv razon_social grupo_empresarial cut_casa_matriz"),
    Column("tipo_persona", Text, nullable=False),
    *columnas(Date, "desde hasta"),
    Column("procedencia", JSONB, nullable=False),
)
_TRIGRAMAS = "gin_trgm_ops"
_razon = empresa.c.razon_social
Index("empresa_nombre", _razon, postgresql_using="gin", postgresql_ops={"razon_social": _TRIGRAMAS})
establecimiento = tabla(
    "catastro.establecimiento",
    llave("cut"),
    llave("id"),
    Column("rut", Integer),
    Column("clave_lugar", Text, nullable=False),
    *columnas(Integer, "primer_anio ultimo_anio", nullable=False),
)
Index("establecimiento_rut", establecimiento.c.rut)
# Written out as PostgreSQL gives them back, by which the declared columns are compared with those of a database.
_VISIBLE = "(publica OR (tipo_persona = 'juridica'::text))"
_NOMBRES = (
    "((((COALESCE(nombre, ''::text) || ' '::text) || COALESCE(razon_social, ''::text)) || ' '::text) || "
    "COALESCE(nombre_fantasia, ''::text))"
)
_VISIBLES = f"((CASE WHEN {_VISIBLE} THEN {_NOMBRES} ELSE ''::text END || ' '::text) || COALESCE(direccion, ''::text))"


def _plegado(texto: str) -> str:
    """An expression of texts without accents or capitals."""
    return f"catastro.plegar({texto})"


def _calculada(nombre: str, tipo: type[TypeEngine[Any]], expresion: str) -> Column[Any]:
    """A column that PostgreSQL works out from the others of its row when the row is written."""
    return Column(nombre, tipo, Computed(expresion, persisted=True))


establecimiento_anio = tabla(
    "catastro.establecimiento_anio",
    llave("cut"),
    llave("anio", Integer),
    llave("id"),
    *columnas(Text, "nombre razon_social nombre_fantasia tipo_persona tipo_sitio direccion acteco giro_texto"),
    *columnas(Text, "division seccion tamano_criterio turno telefono correo senal_sii senal_patente senal_sanitaria"),
    *columnas(Text, "precision tamano_ventas tamano_trabajadores tamano formalidad", nullable=False),
    *columnas(Integer, "rut tramo_ventas trabajadores empleo_total empleo_local empleo_conmutante empleo_sin_dato"),
    *columnas(Integer, "trabajadores_extranjeros trabajadores_con_contrato"),
    *columnas(Integer, "conmutante_intrarregional conmutante_interregional"),
    *columnas(Text, "encuesta_sii encuesta_patente encuesta_sanitaria indeterminado_por"),
    *columnas(Date, "senal_sii_fecha senal_patente_fecha senal_sanitaria_fecha"),
    Column("empleo_cuadra", Boolean),
    Column("acteco_puntaje", Double),
    *columnas(BigInteger, "impuestos_clp patente_clp capital_clp"),
    geometria("POINT"),
    si_no("sanitaria_exigida"),
    si_no("publica"),
    Column("procedencia", JSONB, nullable=False),
    _calculada("rut_visible", Integer, f"CASE WHEN {_VISIBLE} THEN rut ELSE NULL::integer END"),
    _calculada("busqueda", Text, _plegado(_VISIBLES)),
    _calculada("busqueda_reservada", Text, f"CASE WHEN {_VISIBLE} THEN NULL::text ELSE {_plegado(_NOMBRES)} END"),
    anual=True,
)
_ea = establecimiento_anio.c
Index("ea_geom", _ea.geom, postgresql_using="gist")
for _texto in ("busqueda", "busqueda_reservada"):
    Index(f"ea_{_texto}", _ea[_texto], postgresql_using="gin", postgresql_ops={_texto: _TRIGRAMAS})
Index("ea_rut", _ea.rut)
Index("ea_rut_visible", _ea.rut_visible)
Index("ea_sector", _ea.cut, _ea.seccion, _ea.tamano, _ea.formalidad)
Index("ea_sin_lugar", _ea.cut, _ea.anio, _ea.id, postgresql_where=_ea.geom.is_(None))
Index("ea_publica", _ea.cut, _ea.anio, _ea.id, postgresql_where=_ea.publica)
establecimiento_zona = tabla(
    "catastro.establecimiento_zona",
    llave("anio", Integer),
    llave("nivel"),
    llave("cut"),
    llave("id"),
    Column("zona", Text, nullable=False),
    anual=True,
)
Index("ez_zona", establecimiento_zona.c.nivel, establecimiento_zona.c.zona)
mosaico = tabla(
    "catastro.mosaico",
    Column("cut", Text, nullable=False),
    Column("anio", Integer, nullable=False),
    Column("zoom", SmallInteger, nullable=False),
    *columnas(BigInteger, "celda lugar", nullable=False),
    *columnas(Text, "id seccion", nullable=False),
    *columnas(Integer, "n formal en_proceso informal indeterminado", nullable=False),
    *columnas(Text, "tamano formalidad"),
)
_m = mosaico.c
Index("mosaico_celda", _m.cut, _m.anio, _m.zoom, _m.celda)
actividad = tabla(
    "catastro.actividad",
    llave("rut", Integer),
    llave("anio", Integer),
    llave("acteco"),
    Column("principal", Boolean, nullable=False),
    *columnas(BigInteger, "carga fila", nullable=False),
)
proveedor = tabla(
    "catastro.proveedor",
    llave("rut_comprador", Integer),
    llave("rut_proveedor", Integer),
    llave("anio", Integer),
    Column("categoria", Text, primary_key=True, server_default=text("''::text")),
    *columnas(Date, "desde hasta"),
    Column("monto_clp", BigInteger),
    Column("evidencia", Text),
    *columnas(BigInteger, "carga fila", nullable=False),
)
identidad = tabla(
    "catastro.identidad",
    llave("carga", BigInteger),
    llave("fila", BigInteger),
    llave("parte", SmallInteger),
    *columnas(Text, "cut id regla", nullable=False),
    Column("anio", Integer, nullable=False),
    Column("peso", Double),
)
Index("identidad_id", identidad.c.cut, identidad.c.id, identidad.c.anio)


def _registro_citado(lado: str) -> list[Column[Any]]:
    """A record as a person's decision names it: by the content of its file, never by its load."""
    return [
        *columnas(Text, f"fuente_{lado} sha256_{lado}", nullable=False),
        Column(f"fila_{lado}", BigInteger, nullable=False),
        Column(f"parte_{lado}", SmallInteger, nullable=False),
    ]


decision = tabla(
    "catastro.decision",
    numerada("decision"),
    *_registro_citado("a"),
    *_registro_citado("b"),
    *columnas(Text, "tomada usuario", nullable=False),
    momento("momento"),
)
duda = tabla(
    "catastro.duda",
    llave("cut"),
    llave("duda"),
    *_registro_citado("a"),
    *_registro_citado("b"),
    *columnas(Text, "id_a id_b motivo", nullable=False),
    Column("peso", Double, nullable=False),
    Column("detalle", Text),
)
decision_giro = tabla(
    "catastro.decision_giro",
    numerada("decision"),
    *columnas(Text, "giro usuario", nullable=False),
    Column("acteco", Text),
    momento("momento"),
)
duda_giro = tabla(
    "catastro.duda_giro",
    llave("cut"),
    llave("giro"),
    Column("acteco", Text, nullable=False),
    Column("puntaje", Double, nullable=False),
    Column("establecimientos", BigInteger, nullable=False),
)
par = tabla(
    "catastro.par",
    llave("cut"),
    llave("huella_a"),
    llave("huella_b"),
    Column("peso", Double, nullable=False),
    Column("detalle", Text),
)
perfil = tabla("catastro.perfil", llave("cut"), llave("huella"), Column("modelo", Text, nullable=False))
corrimiento = tabla(
    "catastro.corrimiento",
    llave("cut"),
    llave("carga", BigInteger),
    Column("datum", Text, nullable=False),
    *columnas(Double, "este_m norte_m desviacion_m", nullable=False),
    Column("pares", BigInteger, nullable=False),
)
suceso = tabla(
    "catastro.suceso",
    llave("cut"),
    llave("anio", Integer),
    llave("id"),
    llave("tipo"),
    Column("provisorio", Boolean, nullable=False),
)
Index("suceso_anio", suceso.c.cut, suceso.c.anio, suceso.c.tipo)
nivel_proveedor = tabla(
    "catastro.nivel_proveedor",
    llave("cut"),
    *(llave(nombre, Integer) for nombre in ("anio", "tractora", "rut")),
    Column("nivel", Integer, nullable=False),
    *columnas(Boolean, "n1 n2 n3 n4", nullable=False),
)
version = tabla(
    "catastro.version",
    llave("cut"),
    llave("anio", Integer),
    *columnas(BigInteger, "version establecimientos", nullable=False),
    Column("huella", Text, nullable=False),
)
