"""Settings, read from the environment (`OBS_*`) and, below it, from `observatorio.toml` in the working folder.

Another municipality changes that file, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from observatorio.errors import ErrorObservatorio, motivo
from observatorio.vocabulario import Rol

Algoritmo = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a public key. Those with a shared secret, and `none`, cannot be chosen."""
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
    peticion_s: float = Field(default=60.0, gt=0)
    """Seconds after which whoever asks is told to ask for less (504), if the answer has not begun by then."""
    peticiones_por_minuto: int = Field(default=12_000, ge=1)
    """Requests that a key, or an address without one, may make in the long run; all processes count together."""
    peticiones_rafaga: int = Field(default=10_000, ge=1)
    """Requests that it may make at once, beyond that pace: a map that opens asks for dozens."""
    fallos_por_minuto: int = Field(default=2, ge=1)
    """Wrong keys that an address may try, at an even pace; good ones of the same address are let in all the while."""
    fallos_seguidos: int = Field(default=10, ge=1)
    """Wrong keys that it may try at once, beyond that pace."""
    cors_origenes: tuple[str, ...] = ()
    """Pages of other sites that may read the API from a browser, such as `https://datos.example.cl`."""
    sello_s: int = Field(default=60, ge=1)
    """Seconds between two seals of the audit while the service runs."""
    oidc_emisor: str | None = None
    """The issuer of the tokens that are taken beside keys, as it calls itself. Without it nobody outside is asked."""
    oidc_audiencia: str | None = None
    """The name by which the issuer knows this service: a token for another is refused."""
    oidc_reclamo: str = "roles"
    """The claim that says what its bearer is, by its name or by a path such as `realm_access.roles`."""
    oidc_roles: dict[str, Rol] = Field(default_factory=dict)
    """Value of that claim -> role here; of several, the first in this order."""
    oidc_algoritmos: tuple[Algoritmo, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    """The signatures that are taken."""
    oidc_desfase_s: int = Field(default=60, ge=0, le=300)
    """Seconds by which the clocks of the issuer and of this service may differ."""

    @field_validator("cors_origenes")
    @classmethod
    def _origenes_con_nombre(cls, valor: tuple[str, ...]) -> tuple[str, ...]:
        """Each one a scheme and a host, as browsers send it: `*` would let any site in."""
        for origen in valor:
            partes = urlsplit(origen)
            if partes.scheme not in ("http", "https") or origen != f"{partes.scheme}://{partes.netloc}":
                raise ValueError(f"«{origen}» no es un origen: escriba por ejemplo https://datos.example.cl")
        return valor

    @model_validator(mode="after")
    def _emisor_completo(self) -> Self:
        """An issuer that is asked over an open network could be anybody; one without roles lets nobody in."""
        if self.oidc_emisor is None:
            return self
        partes = urlsplit(self.oidc_emisor)
        local = partes.hostname in ("127.0.0.1", "::1", "localhost")
        if partes.scheme != "https" and not (partes.scheme == "http" and local):
            raise ValueError("oidc_emisor debe empezar con https://")
        if not self.oidc_audiencia or not self.oidc_roles or not self.oidc_algoritmos:
            raise ValueError("con oidc_emisor hacen falta también oidc_audiencia, oidc_roles y oidc_algoritmos")
        if Rol.PUBLICO in self.oidc_roles.values():
            raise ValueError("oidc_roles no puede dar el rol publico, que no necesita identificarse")
        return self

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
