"""What the operating system refuses is said in Spanish, whoever reads it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ingest.pipeline import describir
from observatorio.db.respaldo import restaurar
from observatorio.errors import ErrorArchivo, motivo
from observatorio.settings import Settings

USUALES = (
    *("EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EISDIR"),
    *("EEXIST", "ENOSPC", "EDQUOT", "EIO", "ELOOP", "ENAMETOOLONG"),
)


@pytest.mark.parametrize("nombre", USUALES)
def test_los_motivos_usuales_no_se_dicen_en_ingles(nombre: str) -> None:
    numero = getattr(errno, nombre)
    assert motivo(OSError(numero, os.strerror(numero))) != os.strerror(numero)


def test_uno_raro_queda_como_lo_dice_el_sistema() -> None:
    assert motivo(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"


def test_un_archivo_que_no_se_puede_abrir_se_nombra_con_su_motivo(tmp_path: Path) -> None:
    for ruta, dice in ((tmp_path, "es una carpeta"), (tmp_path / "no_esta.csv", "no existe el archivo o su carpeta")):
        with pytest.raises(ErrorArchivo) as rechazo:
            describir(ruta)
        assert rechazo.value.mensaje == f"No se puede leer «{ruta}»: {dice}."


def test_un_respaldo_que_no_esta_se_nombra_con_su_motivo(tmp_path: Path) -> None:
    ausente = tmp_path / "catastro.dump"
    with pytest.raises(ErrorArchivo) as rechazo:
        restaurar(Settings(state_dir=tmp_path / "estado"), ausente)
    assert rechazo.value.mensaje == f"No se puede leer {ausente}: no existe el archivo o su carpeta."
