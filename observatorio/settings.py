"""Settings, read from the environment (`OBS_*`) and, below it, from `observatorio.toml` in the working folder.

Another municipality changes that file, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from observatorio.errors import ErrorObservatorio, motivo

PROYECTO = Path(__file__).resolve().parent.parent
ARCHIVO = "observatorio.toml"


def _default_state_dir() -> Path:
    """A folder that belongs to this copy of the project, where an unprivileged PostgreSQL can enter.

    PostgreSQL refuses to run as root, and no other user may enter `/root`: so root keeps its state under `/var/lib`.
    """
    name = "observatorio-" + hashlib.sha256(str(PROYECTO).encode()).hexdigest()[:8]
    if os.geteuid() == 0:
        return Path("/var/lib") / name
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return Path(base) / name


class Settings(BaseSettings):
    """Everything that a deployment may change: the keys of the file and, with `OBS_`, of the environment."""

    model_config = SettingsConfigDict(env_prefix="OBS_", toml_file=ARCHIVO, extra="forbid")

    database_url: SecretStr | None = None
    """Another PostgreSQL >= 15 with PostGIS >= 3.3; empty means the private cluster."""
    state_dir: Path = Field(default_factory=_default_state_dir)
    """Where the private cluster, its socket's key file and the session secret live."""
    cut: str = Field(default="02201", pattern=r"^\d{5}$")
    """The comuna that is counted here; records of others are stored and not counted."""
    comuna: str = "Calama"
    centro_lat: float = -22.4624
    centro_lon: float = -68.9294
    sintetico: bool = False
    """Whether what is loaded comes from the synthetic city: every page says so."""
    geocodificador: Literal["ninguno", "nominatim", "photon"] = "ninguno"
    """Who is asked, by a command and never by itself, for addresses that the local gazetteer does not know."""
    geocodificador_url: str | None = None
    """A server of one's own; empty means the public one of that name."""
    geocodificador_pausa_s: float = Field(default=1.0, ge=0)
    reserva_conteo: int = Field(default=3, ge=3)
    """Fewest contributors behind a published count of firms that are legal persons."""
    reserva_reforzado: int = Field(default=5, ge=3)
    """The same where natural persons or informal establishments are among them."""
    reserva_dinero: int = Field(default=11, ge=3)
    """Fewest contributors behind a published sum of people or money."""
    reserva_p: int = Field(default=10, ge=1, le=100)
    """Nobody may come nearer than this percentage to what the greatest contributor of a sum has."""
    reserva_base: int = Field(default=5, ge=3)
    """Counts by hexagon are published as multiples of this."""
    sesion_horas: int = Field(default=12, ge=1)
    pool: int = Field(default=8, ge=1)
    consulta_ms: int = Field(default=15_000, ge=100)
    """Statement timeout of the requests that the API answers, in milliseconds."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, and the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def leer_ajustes() -> Settings:
    """The settings of this process. Raises `ErrorObservatorio` naming the file and the line, or each wrong setting."""
    archivo = Path(ARCHIVO).resolve()
    try:
        return Settings()
    except ValidationError as error:
        detalle = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ErrorObservatorio(
            f"Los ajustes no son válidos: {detalle}.", f"Revise {archivo} y las variables OBS_*."
        ) from None
    except tomllib.TOMLDecodeError as error:
        linea = re.search(r"at line (\d+)", str(error))
        donde = f"la línea {linea[1]}" if linea else "el final"
        raise ErrorObservatorio(f"{archivo} está mal escrito en {donde}.", f"Detalle: {error}.") from None
    except UnicodeDecodeError:
        raise ErrorObservatorio(f"{archivo} no está en UTF-8.", "Guárdelo de nuevo con esa codificación.") from None
    except OSError as error:
        raise ErrorObservatorio(f"No se puede leer {archivo}: {motivo(error)}.", "Revise sus permisos.") from None
