"""The private PostGIS: a PostgreSQL server of the project's own, started on demand and reached by a socket only.

Below the state folder lie `pg/` (data, socket, log: the server's user's, closed to others), `pg-conf/` (the
configuration, written by the caller at every start) and `pg.candado` (the lock that callers take in turn).
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from observatorio.db import ajustes as configuracion
from observatorio.db import proceso
from observatorio.db.binarios import Binarios, buscar_binarios
from observatorio.errors import ErrorBase, motivo

BASE = "observatorio"
_CREAR_BASE = "CREATE DATABASE observatorio;\n"
PROPIETARIO = "observatorio"
LOGINS = (PROPIETARIO, "obs_ingesta", "obs_api")
_LARGO_SOCKET = 107 - len("/.s.PGSQL.5432")
"""A socket's whole path must fit into the 108 bytes of `sun_path`, the last of which is a zero."""
_ESPERA_CANDADO = 180.0
_ESPERA_ARRANQUE = 300
_ESPERA_RESTOS = 20.0
_LOG_MAXIMO = 5_000_000


class Cluster:
    """The private server of one state folder.

    `ajustes` overrides server parameters (tests switch `fsync` off); `raiz` is where PostgreSQL's programs are sought.
    """

    def __init__(
        self,
        state_dir: Path,
        ajustes: Mapping[str, str] | None = None,
        raiz: Path = Path("/usr/lib/postgresql"),
    ) -> None:
        self.state_dir = Path(os.path.realpath(state_dir))
        self.datos = self.state_dir / "pg" / "datos"
        self.log = self.state_dir / "pg" / "registro.log"
        self._conf = self.state_dir / "pg-conf"
        self._ajustes = dict(ajustes or {})
        self._raiz = raiz

    def asegurar(self) -> URL:
        """Start the server, creating it first if there is none, and return the URL of its owner.

        Safe to call at any time and from several processes at once. Raises `ErrorBase` when PostgreSQL or PostGIS
        is missing, when the folder belongs to somebody else or cannot be written, or when the server does not start.
        """
        with _en_palabras(self.state_dir):
            version = self._version_datos()
            if not self._lista():
                binarios = buscar_binarios(version, self._raiz)
                with self._candado() as candado:
                    self._preparar_carpetas()
                    if not self.existe():
                        self._crear(binarios, candado)
                    if not self._lista():
                        self._arrancar(binarios)
        return self.url()

    def detener(self) -> None:
        """Stop the server cleanly, disconnecting whoever is in. Nothing happens when it is not running."""
        if not self.existe():
            return
        with _en_palabras(self.state_dir), self._candado():
            if proceso.postmaster(self.datos) is None:
                return
            binarios = buscar_binarios(self._version_datos(), self._raiz)
            orden = [
                binarios.programa("pg_ctl"),
                "stop",
                "-D",
                str(self.datos),
                "-m",
                "fast",
                "-w",
                "-t",
                "120",
            ]
            salida = self._ejecutar(orden)
            if salida.returncode != 0:
                raise ErrorBase("La base no se detuvo en dos minutos.", f"Revise {self.log}: {self._cola()}")

    def estado(self) -> str:
        """Say in one Spanish line how the server is."""
        if not self.existe():
            return f"sin crear ({self.state_dir})"
        pid = proceso.postmaster(self.datos)
        if pid is None:
            return f"detenida (PostgreSQL {self._version_datos()}, datos en {self.datos})"
        situacion = "en marcha" if self._lista() else "arrancando o deteniéndose"
        return f"{situacion} (PostgreSQL {self._version_datos()}, proceso {pid}, socket en {self.socket})"

    def existe(self) -> bool:
        """Whether the data folder has been created. Raises `ErrorBase` when it belongs to another user."""
        return self._version_datos() is not None

    def url(self, login: str = PROPIETARIO) -> URL:
        """The address of the database for one of `LOGINS`; nothing is started."""
        return URL.create(
            "postgresql+psycopg",
            username=login,
            database=BASE,
            query={"host": str(self.socket), "port": "5432"},
        )

    @property
    def socket(self) -> Path:
        """The folder of the socket: beside the data, or under /tmp when that path would be too long."""
        propia = self.state_dir / "pg" / "socket"
        if len(os.fsencode(propia)) <= _LARGO_SOCKET:
            return propia
        return Path("/tmp") / f"obs-{self._servidor().pw_uid}-{proceso.huella(self.state_dir)}"  # noqa: S108

    def _lista(self) -> bool:
        return proceso.postmaster(self.datos) is not None and proceso.situacion(self.datos) == "ready"

    def _version_datos(self) -> int | None:
        try:
            return int((self.datos / "PG_VERSION").read_text(encoding="ascii"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise ErrorBase(
                f"La carpeta de la base, {self.datos}, pertenece a otro usuario.",
                "Use la cuenta que la creó, o defina OBS_STATE_DIR con una carpeta propia.",
            ) from error

    def _servidor(self) -> pwd.struct_passwd:
        """The user who runs the server: the caller, and when that is root the data's owner or `postgres`."""
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        if self.datos.is_dir() and (uid := self.datos.stat().st_uid) != 0:
            return pwd.getpwuid(uid)
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    @contextmanager
    def _candado(self) -> Iterator[int]:
        """Hold the lock that makes callers take turns; yields its descriptor."""
        self.state_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        ruta = self.state_dir / "pg.candado"
        candado = os.open(ruta, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            limite = time.monotonic() + _ESPERA_CANDADO
            while not _tomar(candado):
                if time.monotonic() > limite:
                    raise ErrorBase("Otra orden lleva minutos arrancando o deteniendo la base.", f"Revise {ruta}.")
                time.sleep(0.05)
            yield candado
        finally:
            os.close(candado)

    def _preparar_carpetas(self) -> None:
        usuario = self._servidor()
        for carpeta in (self.datos.parent, self.socket):
            asegurar_carpeta(carpeta, usuario)
        if os.geteuid() == 0 and self._ejecutar(["/usr/bin/test", "-x", str(self.datos.parent)]).returncode != 0:
            raise ErrorBase(
                f"El usuario {usuario.pw_name}, que corre la base, no puede entrar en {self.state_dir}.",
                "Defina OBS_STATE_DIR con una carpeta que todos puedan atravesar, por ejemplo bajo /var/lib.",
            )

    def _crear(self, binarios: Binarios, candado: int) -> None:
        """Make the data folder under another name and rename it, so that a kill leaves none half made."""
        for resto in self.datos.parent.glob("nueva-*"):
            shutil.rmtree(resto)
        nueva = self.datos.parent / f"nueva-{secrets.token_hex(4)}"
        orden = [binarios.programa("initdb"), "-D", str(nueva), "-U", PROPIETARIO, "-E", "UTF8"]
        orden += ["--locale=C.UTF-8", "--auth=peer", "--data-checksums", "--no-instructions"]
        if self._ajustes.get("fsync") == "off":
            orden.append("--no-sync")
        # The children inherit the lock: if we are killed, nobody enters before they have ended too.
        self._exigir(self._ejecutar(orden, candado=candado))
        sola = [binarios.programa("postgres"), "--single", "-D", str(nueva), "-j", "postgres"]
        self._exigir(self._ejecutar(sola, entrada=_CREAR_BASE, candado=candado))
        nueva.rename(self.datos)

    def _exigir(self, salida: subprocess.CompletedProcess[str]) -> None:
        if salida.returncode != 0:
            cola = "\n".join((salida.stdout + salida.stderr).splitlines()[-15:])
            raise ErrorBase("No se pudo crear la base privada.", f"PostgreSQL dijo:\n{cola}")

    def _arrancar(self, binarios: Binarios) -> None:
        # One that is starting (its caller was killed) will serve; one that is stopping must be gone first.
        if self._esperar():
            return
        proceso.limpiar_restos(self.datos, self.socket, _ESPERA_RESTOS)
        self._escribir_conf()
        if self.log.exists() and self.log.stat().st_size > _LOG_MAXIMO:
            self.log.rename(self.log.with_suffix(".log.1"))
        orden = [binarios.programa("pg_ctl"), "start", "-D", str(self.datos), "-l", str(self.log), "-w"]
        orden += [
            "-t",
            str(_ESPERA_ARRANQUE),
            "-o",
            f"-c config_file={shlex.quote(str(self._conf / 'servidor.conf'))}",
        ]
        salida = self._ejecutar(orden)
        # A killed caller's start that was not yet visible may have won the race against ours: then that one serves.
        if not self._esperar():
            raise ErrorBase("La base privada no arrancó.", f"{salida.stderr.strip()}\n{self.log}:\n{self._cola()}")

    def _esperar(self) -> bool:
        """Wait while a live server is neither ready nor gone; say whether it is ready."""
        limite = time.monotonic() + _ESPERA_ARRANQUE
        while not (lista := self._lista()) and proceso.postmaster(self.datos) and time.monotonic() < limite:
            time.sleep(0.02)
        return lista

    def _escribir_conf(self) -> None:
        """Write the three files outside the data folder: root never writes where the server's user could lay a link."""
        self._conf.mkdir(exist_ok=True)
        usuarios = {"root", self._servidor().pw_name}
        mapa = "".join(f'obs "{usuario}" {login}\n' for usuario in sorted(usuarios) for login in LOGINS)
        parametros = configuracion.ajustes(self.socket, self._ajustes)
        parametros["hba_file"] = str(self._conf / "accesos.conf")
        parametros["ident_file"] = str(self._conf / "usuarios.conf")
        textos = {
            "accesos.conf": "local all all peer map=obs\n",
            "usuarios.conf": mapa,
            "servidor.conf": configuracion.texto(parametros),
        }
        for nombre, texto in textos.items():
            (self._conf / nombre).write_text(texto, encoding="utf-8")
            (self._conf / nombre).chmod(0o644)
        self._conf.chmod(0o755)

    def _ejecutar(
        self, orden: Sequence[str], entrada: str = "", candado: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as the server's user, in a session of its own so that Ctrl-C does not reach it."""
        usuario = self._servidor()
        raiz = os.geteuid() == 0
        return subprocess.run(
            orden,
            input=entrada,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            pass_fds=() if candado is None else (candado,),
            user=usuario.pw_uid if raiz else None,
            group=usuario.pw_gid if raiz else None,
            extra_groups=[] if raiz else None,
            check=False,
        )

    def _cola(self) -> str:
        if not self.log.exists():
            return "(sin registro)"
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def asegurar_carpeta(carpeta: Path, usuario: pwd.struct_passwd) -> None:
    """Make a folder that only `usuario` may enter, or refuse the one that is there if it is anything else.

    Raises `ErrorBase` for a link, another owner, or a folder open to others: under /tmp anybody could have laid it.
    """
    try:
        carpeta.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(carpeta, usuario.pw_uid, usuario.pw_gid, follow_symlinks=False)
    except FileExistsError:
        pass
    datos = carpeta.lstat()
    if not stat.S_ISDIR(datos.st_mode) or datos.st_uid != usuario.pw_uid or datos.st_mode & 0o077:
        raise ErrorBase(
            f"{carpeta} ya existe y no es una carpeta privada del usuario {usuario.pw_name}.",
            "Bórrela o muévala; no se usará una carpeta que otro pudo preparar.",
        )


@contextmanager
def _en_palabras(carpeta: Path) -> Iterator[None]:
    """What the system objects to while the state folder is made or written, as an `ErrorBase` that names it."""
    try:
        yield
    except OSError as error:
        donde = f" ({error.filename})" if error.filename not in (None, str(carpeta)) else ""
        raise ErrorBase(
            f"No se puede crear o escribir la carpeta de la base, {carpeta}{donde}: {motivo(error)}.",
            "Defina OBS_STATE_DIR con una carpeta propia y con espacio.",
        ) from error


def _tomar(candado: int) -> bool:
    try:
        fcntl.flock(candado, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
