"""The closed lists of words that the whole house shares: in code, columns, API fields and on the screen."""

from __future__ import annotations

from enum import StrEnum


class Rol(StrEnum):
    """Who is asking; each is a PostgreSQL role `obs_<rol>`."""

    PUBLICO = "publico"
    SOCIO = "socio"
    PLANIFICADOR = "planificador"
    MUNICIPAL = "municipal"
    ADMIN = "admin"


class Actor(StrEnum):
    """Which kind of institution hands over a source."""

    SII = "sii"
    MUNICIPALIDAD = "municipalidad"
    NOTARIAS = "notarias"
    SALUD = "salud"
    EDUCACION = "educacion"
    GORE = "gore"
    BIENES_NACIONALES = "bienes_nacionales"
    GREMIO = "gremio"
    TRACTORA = "tractora"
    ACADEMIA = "academia"


class Describe(StrEnum):
    """What one row of a source speaks of, hence what it may prove to exist."""

    ESTABLECIMIENTO = "establecimiento"
    EMPRESA = "empresa"
    PREDIO = "predio"
    BENEFICIARIO = "beneficiario"
    DIRECCION = "direccion"


class Destino(StrEnum):
    """Which observation a source yields."""

    REGISTRO = "registro"
    VINCULO = "vinculo"
    SERIE = "serie"


class Cobertura(StrEnum):
    """A register counts everybody; a sample stands for others by its `factor_expansion`."""

    CENSO = "censo"
    MUESTRA = "muestra"


class EstadoCarga(StrEnum):
    """The states through which a load passes."""

    RECIBIDA = "recibida"
    VALIDANDO = "validando"
    CON_ERRORES = "con_errores"
    LISTA = "lista"
    CONFIRMADA = "confirmada"
    REEMPLAZADA = "reemplazada"
    REVERTIDA = "revertida"
    CANCELADA = "cancelada"
    FALLIDA = "fallida"


class Gravedad(StrEnum):
    """What a broken rule costs: the whole row, or only the value, which then stays empty."""

    FILA = "fila"
    VALOR = "valor"


class Senal(StrEnum):
    """A formality signal; what is not known is NULL, never `no`."""

    SI = "si"
    NO = "no"


class Formalidad(StrEnum):
    """Formality of an establishment in a year."""

    FORMAL = "formal"
    EN_PROCESO = "en_proceso"
    INFORMAL = "informal"
    INDETERMINADO = "indeterminado"
    INACTIVO = "inactivo"


class Tamano(StrEnum):
    """Size brackets of Ley 20.416; `sin_dato` is a category of its own and never micro."""

    MICRO = "micro"
    PEQUENA = "pequena"
    MEDIANA = "mediana"
    GRANDE = "grande"
    SIN_DATO = "sin_dato"


class TipoPersona(StrEnum):
    """Natural persons are those with a RUT under 50,000,000: their data are personal data."""

    NATURAL = "natural"
    JURIDICA = "juridica"


class TipoSitio(StrEnum):
    """What an address or a point stands for."""

    CASA_MATRIZ = "casa_matriz"
    SUCURSAL = "sucursal"
    FAENA = "faena"
    DOMICILIO = "domicilio"
    PREDIO = "predio"


class Precision(StrEnum):
    """How well a place is known, best first."""

    GPS = "gps"
    PUERTA = "puerta"
    TRAMO = "tramo"
    CALLE = "calle"
    SECTOR = "sector"
    CENTROIDE = "centroide"
    SIN_UBICACION = "sin_ubicacion"


class EstadoNegocio(StrEnum):
    """What a source says about a business being alive."""

    ACTIVO = "activo"
    CERRADO = "cerrado"
    RECESO = "receso"


class EstadoValor(StrEnum):
    """What a figure is."""

    PUBLICADO = "publicado"
    RESERVADO = "reservado"
    SIN_DATO = "sin_dato"
    EXACTO = "exacto"


class Suceso(StrEnum):
    """What happened to an establishment between one year and the next."""

    NACIMIENTO = "nacimiento"
    MUERTE = "muerte"
    REACTIVACION = "reactivacion"
    MUDANZA = "mudanza"
    LLEGADA = "llegada"
    SALIDA = "salida"


class Decision(StrEnum):
    """What a person says of two records that may speak of one establishment."""

    MISMA = "misma"
    DISTINTA = "distinta"
