"""Both OpenAPI documents against the service itself, by schemathesis with every check on, as each role and as none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aplicacion_servida import servir
from ciudad_chica import Ciudad
from observatorio.vocabulario import Rol

pytestmark = pytest.mark.aceptacion

AJUSTES = Path(__file__).with_name("schemathesis.toml")
CASOS = 25


@pytest.mark.parametrize("rol", [Rol.PUBLICO, Rol.SOCIO, Rol.PLANIFICADOR, Rol.MUNICIPAL])
@pytest.mark.parametrize("documento", ["/api/v1/openapi.json", "/ogc/api"])
def test_el_servicio_hace_lo_que_su_documento_dice(ciudad_comun: Ciudad, documento: str, rol: Rol) -> None:
    """No fault of ours, no status that the document does not name, no answer that is not of its schema."""
    # It tries wrong keys and asks without rest, and would be told to wait.
    sin_limite = {"peticiones_por_minuto": 6_000_000, "peticiones_rafaga": 1_000_000, "fallos_seguidos": 1_000_000}
    llave = [] if rol is Rol.PUBLICO else ["--header", f"X-API-Key: {ciudad_comun.claves[rol]}"]
    with servir(ciudad_comun.settings.model_copy(update=sin_limite)) as cliente:
        orden = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(AJUSTES)),
            *("run", f"{str(cliente.base_url).rstrip('/')}{documento}"),
            *("--max-examples", str(CASOS), "--no-color", *llave),
        ]
        hecho = subprocess.run(orden, capture_output=True, text=True, timeout=900, check=False)
    assert hecho.returncode == 0, hecho.stdout[-6_000:] + hecho.stderr[-1_000:]
