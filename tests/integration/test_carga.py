"""One load, on real PostGIS: all or nothing, twice is once, a new vintage takes the place of the old one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from archivos_de_oficinas import FUENTES
from ingest.contract import Fuente, Tolerancia
from ingest.pipeline import cargar
from ingest.resultado import Resultado
from observatorio.db.queries import cargas
from observatorio.errors import ErrorArchivo, ErrorCarga
from observatorio.vocabulario import EstadoCarga

GORE = FUENTES["gore"]
ENCABEZADO = "AÑO;PROGRAMA;RUT BENEFICIARIO;NOMBRE BENEFICIARIO;COMUNA;ACTIVIDAD;MONTO ($);FECHA RESOLUCIÓN"


def subir(engine: Engine, fuente: Fuente, *rutas: Path, **opciones: object) -> list[Resultado]:
    return cargar(engine, fuente, rutas, cut="02201", **opciones)  # type: ignore[arg-type]


def gore(carpeta: Path, nombre: str, *filas: str) -> Path:
    ruta = carpeta / nombre
    ruta.write_bytes("\n".join([ENCABEZADO, *filas, ""]).encode("latin-1"))
    return ruta


def fila(rut: str = "76.286.053-8", anio: int = 2024, nombre: str = "TALLER ÑANDÚ LTDA") -> str:
    return f"{anio};Semilla;{rut};{nombre};CALAMA;Taller;1.250.000;15/03/{anio}"


def contar(engine: Engine, tabla: str = "registro") -> int:
    consultas = {
        "registro": "SELECT count(*) FROM observacion.registro",
        "vivos": """SELECT count(*) FROM observacion.registro JOIN ingreso.carga USING (carga)
                     WHERE carga.estado = 'confirmada'""",
        "rechazo": "SELECT count(*) FROM ingreso.rechazo",
        "serie": "SELECT count(*) FROM observacion.serie",
    }
    with engine.connect() as conn:
        return conn.execute(text(consultas[tabla])).scalar_one()


def estados(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return [c.estado for c in reversed(cargas.listar(conn))]


def test_una_carga_guarda_lo_que_dice_cada_fila(ingesta: Engine, tmp_path: Path) -> None:
    [resultado] = subir(ingesta, GORE, gore(tmp_path, "gore.csv", fila()))
    assert (resultado.estado, resultado.leidas, resultado.aceptadas) == (EstadoCarga.CONFIRMADA, 1, 1)
    with ingesta.connect() as conn:
        hecho = conn.execute(text("SELECT * FROM observacion.registro")).mappings().one()
    assert (hecho["rut"], hecho["dv"], hecho["razon_social"]) == (76286053, "8", "TALLER ÑANDÚ LTDA")
    assert (hecho["anio"], hecho["cut"], hecho["fila"], hecho["fuente"]) == (2024, "02201", 2, "gore")
    assert hecho["extra"]["PROGRAMA"] == "Semilla"


def test_el_mismo_archivo_dos_veces_no_cambia_nada(ingesta: Engine, tmp_path: Path) -> None:
    ruta = gore(tmp_path, "gore.csv", fila())
    [primera] = subir(ingesta, GORE, ruta)
    copia = tmp_path / "otro_nombre.csv"
    copia.write_bytes(ruta.read_bytes())
    [segunda] = subir(ingesta, GORE, copia)
    assert segunda.sin_cambios
    assert segunda.carga == primera.carga
    assert contar(ingesta) == 1
    assert estados(ingesta) == ["confirmada"]


def test_sobre_la_tolerancia_no_entra_ninguna_fila_y_el_intento_queda_listado(ingesta: Engine, tmp_path: Path) -> None:
    ruta = gore(tmp_path, "gore.csv", fila(), fila("76.286.053-1"), fila(""))
    with pytest.raises(ErrorCarga, match="Filas rechazadas: 2 de 3"):
        subir(ingesta, exigente(GORE), ruta)
    assert contar(ingesta) == 0
    assert estados(ingesta) == ["fallida"]
    assert contar(ingesta, "rechazo") >= 1


def exigente(fuente: Fuente) -> Fuente:
    """The same source, demanding a valid RUT in every row."""
    campos = dict(fuente.columnas)
    campos["rut"] = replace(fuente.campos["rut"], requerido=True, no_vacio=True)
    return replace(fuente, columnas=campos, tolerancia=Tolerancia(rechazo=0.02))


def test_dentro_de_la_tolerancia_la_fila_mala_queda_afuera_con_su_consejo(ingesta: Engine, tmp_path: Path) -> None:
    holgada = replace(exigente(GORE), tolerancia=Tolerancia(rechazo=0.5))
    [resultado] = subir(ingesta, holgada, gore(tmp_path, "gore.csv", fila(), fila("76.286.053-1"), fila()))
    assert (resultado.aceptadas, resultado.rechazadas) == (2, 1)
    with ingesta.connect() as conn:
        [rechazo] = cargas.rechazos(conn, resultado.carga or 0)
    assert (rechazo["fila"], rechazo["letra"], rechazo["valor"]) == (3, "C", "76.286.053-1")
    assert (rechazo["regla"], rechazo["gravedad"]) == ("rut_digito", "fila")
    assert "dígito" in rechazo["consejo"]


def test_una_version_nueva_reemplaza_y_revertirla_devuelve_la_anterior(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, GORE, gore(tmp_path, "a.csv", fila(), fila(nombre="UNO")))
    [nueva] = subir(ingesta, GORE, gore(tmp_path, "b.csv", fila(), fila(nombre="DOS")))
    assert estados(ingesta) == ["reemplazada", "confirmada"]
    assert contar(ingesta, "vivos") == 2
    with ingesta.begin() as conn:
        assert cargas.revertir(conn, nueva.carga or 0) == [2024]
    assert estados(ingesta) == ["confirmada", "revertida"]
    assert contar(ingesta, "vivos") == 2


def test_otro_anio_no_reemplaza(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, GORE, gore(tmp_path, "a.csv", fila(anio=2023)))
    subir(ingesta, GORE, gore(tmp_path, "b.csv", fila(anio=2024)))
    assert estados(ingesta) == ["confirmada", "confirmada"]


def test_dos_archivos_juntos_entran_o_ninguno(ingesta: Engine, tmp_path: Path) -> None:
    bueno, malo = gore(tmp_path, "a.csv", fila()), tmp_path / "b.csv"
    malo.write_bytes(b"")
    with pytest.raises(ErrorArchivo):
        subir(ingesta, GORE, bueno, malo)
    assert contar(ingesta) == 0


def test_un_archivo_que_pierde_la_mitad_de_sus_filas_se_rechaza(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, GORE, gore(tmp_path, "a.csv", *(fila(nombre=f"N{i}") for i in range(100))))
    with pytest.raises(ErrorCarga, match="cambio de 50 %"):
        subir(ingesta, GORE, gore(tmp_path, "b.csv", *(fila(nombre=f"N{i}") for i in range(50))))
    assert contar(ingesta, "vivos") == 100


def test_una_lista_corta_puede_variar(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, GORE, gore(tmp_path, "a.csv", *(fila(nombre=f"N{i}") for i in range(20))))
    [nueva] = subir(ingesta, GORE, gore(tmp_path, "b.csv", *(fila(nombre=f"N{i}") for i in range(13))))
    assert nueva.estado is EstadoCarga.CONFIRMADA


def test_el_simulacro_revisa_todo_y_no_guarda_nada(ingesta: Engine, tmp_path: Path) -> None:
    [resultado] = subir(ingesta, GORE, gore(tmp_path, "a.csv", fila()), simulacro=True)
    assert (resultado.estado, resultado.aceptadas, resultado.carga) == (EstadoCarga.LISTA, 1, None)
    assert contar(ingesta) == 0
    assert estados(ingesta) == []


def test_falta_una_columna_obligatoria(ingesta: Engine, tmp_path: Path) -> None:
    ruta = tmp_path / "gore.csv"
    ruta.write_text("A;B;C\n1;2;3\n", encoding="utf-8")
    with pytest.raises(ErrorArchivo):
        subir(ingesta, GORE, ruta)
    assert contar(ingesta) == 0


REALES: list[tuple[str, str, int, int | None]] = [
    ("res", "res/res_constituciones_2013_antofagasta_y_muestra.csv", 3155, None),
    ("salud", "equipamiento/establecimientos_salud_antofagasta.json", 166, 2024),
    ("educacion", "equipamiento/establecimientos_educacionales_antofagasta.json", 250, 2024),
    ("sercotec", "sercotec/sercotec_beneficiarios_antofagasta.xlsx", 552, None),
]
"""Source, file, rows, and the year that the file itself does not state."""


@pytest.mark.parametrize(("fuente", "archivo", "filas", "anio"), REALES, ids=[r[0] for r in REALES])
def test_los_archivos_reales_entran_enteros(
    ingesta: Engine, datos_reales: Path, fuente: str, archivo: str, filas: int, anio: int | None
) -> None:
    [resultado] = subir(ingesta, FUENTES[fuente], datos_reales / archivo, anio=anio)
    assert resultado.leidas == filas
    assert resultado.aceptadas + resultado.rechazadas == filas
    assert resultado.rechazadas == 0
    assert contar(ingesta) == filas
    assert subir(ingesta, FUENTES[fuente], datos_reales / archivo, anio=anio)[0].sin_cambios


def test_las_comunas_abreviadas_del_res_se_reconocen(ingesta: Engine, datos_reales: Path) -> None:
    subir(ingesta, FUENTES["res"], datos_reales / REALES[0][1])
    with ingesta.connect() as conn:
        sin_comuna = conn.execute(text("SELECT count(*) FROM observacion.registro WHERE cut IS NULL")).scalar_one()
        calama = conn.execute(text("SELECT count(*) FROM observacion.registro WHERE cut = '02201'")).scalar_one()
        central = conn.execute(text("SELECT count(*) FROM observacion.registro WHERE cut = '13106'")).scalar_one()
    assert sin_comuna == 0
    assert calama == 120
    assert central > 0


def test_las_series_del_sii_guardan_el_secreto_como_reservado(ingesta: Engine, datos_reales: Path) -> None:
    rutas = [datos_reales / "sii" / n for n in ("PUB_TRAM5_REG.csv", "PUB_REG_TRTRAB.csv")]
    resultados = subir(ingesta, FUENTES["sii_estadisticas"], *rutas)
    assert all(r.rechazadas == 0 for r in resultados)
    crudas = sum(ruta.read_text(encoding="utf-8").count(",*") for ruta in rutas)
    with ingesta.connect() as conn:
        reservadas = conn.execute(
            text("SELECT count(*), count(valor) FROM observacion.serie WHERE estado = 'reservado'")
        ).one()
        empresas = conn.execute(
            text("""SELECT sum(valor) FROM observacion.serie
                     WHERE medida = 'empresas' AND anio = 2024 AND territorio LIKE '%Antofagasta'
                       AND categoria NOT LIKE '%trabajadores'""")
        ).scalar_one()
    assert tuple(reservadas) == (crudas, 0)
    assert empresas > 26_633


def test_un_punto_sin_coordenadas_queda_sin_ubicacion(ingesta: Engine, datos_reales: Path) -> None:
    subir(ingesta, FUENTES["salud"], datos_reales / REALES[1][1], anio=2024)
    with ingesta.connect() as conn:
        nulos = conn.execute(
            text("SELECT count(*), min(precision), max(precision) FROM observacion.registro WHERE geom IS NULL")
        ).one()
    assert tuple(nulos) == (8, "sin_ubicacion", "sin_ubicacion")


def test_una_fila_de_otro_anio_no_retira_ese_anio(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, GORE, gore(tmp_path, "a.csv", *(fila(anio=2023, nombre=f"N{i}") for i in range(200))))
    mezcla = [fila(nombre=f"N{i}") for i in range(300)] + [fila(anio=2023)]
    with pytest.raises(ErrorCarga, match="válidas para 2023"):
        subir(ingesta, GORE, gore(tmp_path, "b.csv", *mezcla))
    assert contar(ingesta, "vivos") == 200


def test_un_cambio_real_se_acepta_diciendolo(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, GORE, gore(tmp_path, "a.csv", *(fila(nombre=f"N{i}") for i in range(100))))
    mitad = gore(tmp_path, "b.csv", *(fila(nombre=f"N{i}") for i in range(50)))
    [nueva] = subir(ingesta, GORE, mitad, acepta_cambio=True)
    assert nueva.estado is EstadoCarga.CONFIRMADA
    assert contar(ingesta, "vivos") == 50


def test_el_anio_indicado_no_contradice_a_las_filas(ingesta: Engine, tmp_path: Path) -> None:
    with pytest.raises(ErrorCarga, match="Se indicó el año 2024"):
        subir(ingesta, GORE, gore(tmp_path, "a.csv", fila(anio=2019)), anio=2024)
    assert contar(ingesta) == 0


def test_el_mismo_archivo_dos_veces_en_una_orden_entra_una_vez(ingesta: Engine, tmp_path: Path) -> None:
    ruta = gore(tmp_path, "a.csv", fila())
    resultados = subir(ingesta, GORE, ruta, ruta)
    assert [r.sin_cambios for r in resultados] == [False, True]
    assert contar(ingesta) == 1


def vivas(engine: Engine) -> set[tuple[str, int]]:
    """Which file speaks for which year."""
    with engine.connect() as conn:
        filas = conn.execute(
            text("SELECT a.nombre, v.anio FROM ingreso.v_viva v JOIN ingreso.archivo a USING (sha256)")
        ).all()
    return {(nombre, anio) for nombre, anio in filas}


def carga_de(resultados: list[Resultado]) -> int:
    assert resultados[0].carga is not None
    return resultados[0].carga


def revertir(engine: Engine, carga: int) -> list[int]:
    with engine.begin() as conn:
        return cargas.revertir(conn, carga)


def test_reemplazos_y_reversiones_en_cualquier_orden(ingesta: Engine, tmp_path: Path) -> None:
    def archivo(nombre: str, anio: int) -> Path:
        return gore(tmp_path, f"{nombre}.csv", fila(anio=anio, nombre=f"SOLO {nombre}"))

    a, b = archivo("a", 2023), archivo("b", 2024)
    c, d = archivo("c", 2023), archivo("d", 2024)
    e = archivo("e", 2024)
    primero = carga_de(subir(ingesta, GORE, a, b))
    segundo = carga_de(subir(ingesta, GORE, c, d))
    tercero = carga_de(subir(ingesta, GORE, e))
    assert vivas(ingesta) == {("c.csv", 2023), ("e.csv", 2024)}
    assert revertir(ingesta, segundo) == [2023, 2024]
    assert vivas(ingesta) == {("a.csv", 2023), ("e.csv", 2024)}
    assert revertir(ingesta, primero) == [2023, 2024]
    assert vivas(ingesta) == {("e.csv", 2024)}
    assert revertir(ingesta, tercero) == [2024]
    assert vivas(ingesta) == set()
    assert set(estados(ingesta)) == {"revertida"}


def test_volver_a_la_version_anterior_cargandola_otra_vez(ingesta: Engine, tmp_path: Path) -> None:
    a, b = gore(tmp_path, "a.csv", fila(nombre="UNO")), gore(tmp_path, "b.csv", fila(nombre="DOS"))
    for ruta in (a, b, a):
        assert not subir(ingesta, GORE, ruta)[0].sin_cambios
    assert vivas(ingesta) == {("a.csv", 2024)}
    assert contar(ingesta, "vivos") == 1


def test_una_oficina_sin_columna_de_comuna_habla_de_la_suya(ingesta: Engine, tmp_path: Path) -> None:
    socios = tmp_path / "socios.csv"
    socios.write_text("Socio;RUT;Rubro;Direccion\nUno Ltda.;;Taller;Ramirez 1\n", encoding="utf-8")
    subir(ingesta, FUENTES["gremio"], socios, anio=2024)
    sin_comuna = gore(tmp_path, "gore.csv", fila().replace("CALAMA", "Sin Información"))
    subir(ingesta, GORE, sin_comuna)
    with ingesta.connect() as conn:
        cuts = {f.fuente: f.cut for f in conn.execute(text("SELECT fuente, cut FROM observacion.registro"))}
    assert cuts == {"gremio": "02201", "gore": None}
