"""Which RUTs are believed: wrong ones in a gremio's list, accountants' addresses, lost check digits."""

from __future__ import annotations

from typing import Any

import polars as pl

from observaciones_hechas import RUT, observaciones
from observatorio.catastro.enlace.ruts import DE_MUCHOS, TORRE, rut_confiable, rut_releido

OTRO, PERSONA = 77_100_200, 12_345_678


def de_firma(*filas: dict[str, Any]) -> pl.DataFrame:
    """Records of one RUT, unless they say another."""
    return observaciones(*filas, rut=RUT, dv="1")


def creidos(*filas: dict[str, Any]) -> list[bool]:
    return rut_confiable(de_firma(*filas)).to_list()


def oficial(
    nombre: str | None = "PANADERIA EL TRIGAL LTDA", calle: str | None = "RAMIREZ", **otros: Any
) -> dict[str, Any]:
    propia = {"fuente": "patentes", "actor": "municipalidad", "razon_social": nombre, "calle": calle}
    return propia | {"numero": "1950" if calle else None} | otros


def socio(nombre: str | None, calle: str | None = "LATORRE", **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "gremio", "actor": "gremio", "razon_social": nombre, "calle": calle}
    return propia | {"numero": "810" if calle else None} | otros


def test_lo_oficial_se_cree_y_sin_rut_no_hay_que_creer() -> None:
    assert creidos(oficial(), oficial(rut=None), oficial(rut=OTRO)) == [True, False, True]


def test_un_gremio_se_cree_si_algo_coincide() -> None:
    assert creidos(oficial(), socio("Ferretería Austral"))[1] is False
    assert creidos(oficial(), socio("El Trigal Panaderia"))[1] is True, "the name, in another order"
    assert creidos(oficial(), socio("La Espiga", "Ramírez", numero="1950"))[1] is True, "the address"
    assert creidos(oficial(), socio("La Espiga", "RAMIRES", numero="1950"))[1] is True, "the address, misspelt"
    con_fono = oficial(fuente="sii_nomina", actor="sii", telefono="+56552123456")
    assert creidos(con_fono, socio("La Espiga", telefono="(055) 212 3456"))[1] is True, "the phone"


def test_un_punto_cercano_coincide() -> None:
    aqui: dict[str, Any] = {"lon": -68.92, "lat": -22.45}
    lejos: dict[str, Any] = {"lon": -68.92, "lat": -22.47}
    encuesta = {"fuente": "encuesta", "actor": "academia"}
    assert creidos(oficial(**aqui), socio("La Espiga") | encuesta | aqui)[1] is True
    assert creidos(oficial(**aqui), socio("La Espiga") | encuesta | lejos)[1] is False


def test_el_mismo_gremio_no_se_confirma_a_si_mismo() -> None:
    repetido = [socio("Ferretería Austral", observado=a) for a in (2022, 2023)]
    assert creidos(oficial(), *repetido) == [True, False, False]


def test_una_fila_creida_avala_a_las_de_su_lista() -> None:
    por_nombre = socio("El Trigal", observado=2022, telefono="552123456")
    otra = socio("Don Pepe", "VARGAS", observado=2023, telefono="552123456")
    assert creidos(oficial(), por_nombre, otra) == [True, True, True]


def test_nadie_mas_conoce_ese_rut() -> None:
    assert creidos(socio("Ferretería Austral")) == [True]
    assert creidos(oficial(rut=OTRO), socio("Panadería El Trigal"))[1] is False, "the name is plainly another firm's"
    assert creidos(socio("Ferretería Austral SpA", rut=PERSONA)) == [False], "a person is no company"


def test_las_personas_comparten_nombre() -> None:
    tocayo = oficial("JUAN PEREZ SOTO", rut=PERSONA)
    assert creidos(tocayo, socio("Juan Pérez Soto", rut=PERSONA + 1))[1] is True
    assert creidos(tocayo, socio("Juan Pérez Soto", "RAMIREZ", numero="1950", rut=PERSONA + 1))[1] is False


def test_la_oficina_de_un_contador_no_prueba_nada() -> None:
    sii = {"fuente": "sii_direcciones", "actor": "sii", "tipo_sitio": "domicilio", "calle": "SUCRE", "numero": "220"}
    firma = oficial(fuente="sii_nomina", actor="sii", calle=None)
    clientes = [sii | {"rut": RUT + n} for n in range(DE_MUCHOS)]
    mentido = socio("Ferretería Austral", "SUCRE", numero="220")
    assert creidos(mentido, firma, *clientes)[0] is False
    assert creidos(mentido, firma, clientes[0])[0] is True


def test_en_una_torre_hace_falta_la_oficina() -> None:
    torre = [oficial("VECINO", "SOTOMAYOR", rut=OTRO + n, resto=f"OFICINA {n}") for n in range(1, TORRE)]
    propia = oficial(calle="SOTOMAYOR", resto="OFICINA 99")
    assert creidos(socio("La Espiga", "SOTOMAYOR", numero="1950"), propia, *torre)[0] is False
    assert creidos(socio("La Espiga", "SOTOMAYOR", numero="1950", resto="OF 99"), propia, *torre)[0] is True


def test_sin_digito_verificador_lo_oficial_se_contrasta_por_el_nombre() -> None:
    nomina = oficial(fuente="sii_nomina", actor="sii", calle=None)
    assert creidos(nomina, oficial("FERRETERIA AUSTRAL", dv=None)) == [True, False]
    assert creidos(nomina, oficial(dv=None)) == [True, True]
    assert creidos(nomina, oficial(None, "VARGAS", dv=None)) == [True, True], "firms have many addresses"


def test_un_digito_perdido_que_calza_por_azar() -> None:
    """12.345.670-K without its digit reads as 1.234.567-0."""
    cortado: dict[str, Any] = {"rut": 1_234_567, "dv": "0"}
    entero = oficial(rut=12_345_670, dv="K", id_fuente="2-1")

    def leido(*filas: dict[str, Any]) -> int:
        return int(rut_releido(de_firma(*filas))[0])

    assert leido(oficial(**cortado), entero) == 12_345_670
    assert leido(oficial("OTRO NOMBRE", "VARGAS", id_fuente="2-1", **cortado), entero) == 12_345_670
    assert leido(oficial("OTRO NOMBRE", "VARGAS", id_fuente="2-7", **cortado), entero) == 1_234_567
    assert leido(oficial(**cortado), oficial()) == 1_234_567, "nobody has the longer one"


def test_el_orden_de_las_filas_no_importa() -> None:
    filas = [oficial(), socio("Ferretería Austral"), socio("El Trigal"), oficial("AUSTRAL", rut=OTRO), oficial(dv=None)]
    marco = de_firma(*filas)
    derecho = marco.with_columns(rut_confiable(marco)).sort("fila")
    reves = marco.reverse()
    assert derecho.equals(reves.with_columns(rut_confiable(reves)).sort("fila"))
