"""The private server on the real thing: started, raced for, killed, and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from observatorio.db import proceso
from observatorio.db.ajustes import ajustes, memoria_total, texto
from observatorio.db.binarios import buscar_binarios
from observatorio.db.cluster import Cluster, asegurar_carpeta
from observatorio.db.engine import crear_engine
from observatorio.errors import ErrorBase
from observatorio.settings import Settings

RAPIDO = {"fsync": "off", "shared_buffers": "32MB"}
RAIZ = os.geteuid() == 0
# A caller in a process of its own: prints a line when it begins and another when the server is up.
LLAMADOR = """
import sys, time
from pathlib import Path
from observatorio.db.cluster import Cluster
print("empieza", flush=True)
Cluster(Path(sys.argv[1]), ajustes={"fsync": "off", "shared_buffers": "32MB"}).asegurar()
print("lista", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def carpeta() -> Iterator[Path]:
    """A state folder that the server's unprivileged user can enter; its server is stopped at the end."""
    ruta = Path(tempfile.mkdtemp(prefix="obs-cluster-"))
    ruta.chmod(0o711)
    yield ruta / "estado"
    Cluster(ruta / "estado").detener()
    shutil.rmtree(ruta)


def _preguntar(cluster: Cluster, consulta: str, login: str = "observatorio") -> object:
    engine = create_engine(cluster.url(login))
    try:
        with engine.begin() as conn:
            return conn.scalar(text(consulta))
    finally:
        engine.dispose()


def _hacer(cluster: Cluster, *ordenes: str) -> None:
    engine = create_engine(cluster.url())
    with engine.begin() as conn:
        for orden in ordenes:
            conn.execute(text(orden))
    engine.dispose()


def _llamar(carpeta: Path, espera: float = 0) -> subprocess.Popen[str]:
    orden = [sys.executable, "-c", LLAMADOR, str(carpeta), str(espera)]
    return subprocess.Popen(orden, stdout=subprocess.PIPE, text=True)


def _pid(cluster: Cluster) -> int:
    pid = proceso.postmaster(cluster.datos)
    assert pid is not None
    return pid


def _uid(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_nace_se_detiene_y_conserva_lo_guardado(carpeta: Path) -> None:
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    assert not cluster.existe()
    assert cluster.estado().startswith("sin crear")
    cluster.detener()

    url = cluster.asegurar()
    assert cluster.asegurar() == url
    assert cluster.existe()
    assert cluster.estado().startswith("en marcha (PostgreSQL")
    assert (
        _preguntar(
            cluster,
            "SELECT pg_encoding_to_char(encoding) || datcollate FROM pg_database WHERE datname = current_database()",
        )
        == "UTF8C.UTF-8"
    )
    _hacer(cluster, "CREATE TABLE prueba AS SELECT 7 AS n")
    assert _preguntar(cluster, "SELECT default_version IS NOT NULL FROM pg_available_extensions WHERE name = 'postgis'")

    pid = _pid(cluster)
    cluster.detener()
    cluster.detener()
    assert cluster.estado().startswith("detenida")
    assert not Path(f"/proc/{pid}/cmdline").exists() or Path(f"/proc/{pid}/cmdline").read_bytes() == b""
    assert "database system is shut down" in cluster.log.read_text(encoding="utf-8")

    cluster.asegurar()
    assert _preguntar(cluster, "SELECT n FROM prueba") == 7


def test_no_corre_como_root_no_abre_puertos_y_su_puerta_es_privada(carpeta: Path) -> None:
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    cluster.asegurar()
    pid = _pid(cluster)
    assert _uid(pid) != 0
    assert os.getsid(pid) != os.getsid(0)
    assert _preguntar(cluster, "SHOW listen_addresses") == ""
    assert _puertos(pid) == []
    assert cluster.socket.stat().st_mode & 0o077 == 0
    assert cluster.datos.stat().st_mode & 0o077 == 0
    assert len(os.fsencode(cluster.socket / ".s.PGSQL.5432")) <= 107


def _puertos(pid: int) -> list[str]:
    """The inodes of listening TCP sockets that the process holds."""
    propios = (
        {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()} if RAIZ or _uid(pid) == os.geteuid() else set()
    )
    filas = [
        linea.split()
        for archivo in ("tcp", "tcp6")
        for linea in Path(f"/proc/{pid}/net/{archivo}").read_text(encoding="ascii").splitlines()[1:]
    ]
    return [fila[1] for fila in filas if fila[3] == "0A" and f"socket:[{fila[9]}]" in propios]


@pytest.mark.skipif(not RAIZ, reason="solo root puede probar que otro usuario no entra")
def test_otro_usuario_de_la_maquina_no_entra(carpeta: Path) -> None:
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    cluster.asegurar()
    psql = ["/usr/bin/psql", "-h", str(cluster.socket), "-U", "observatorio", "-c", "SELECT 1", "observatorio"]
    negado = subprocess.run(psql, user="nobody", extra_groups=[], capture_output=True, text=True, cwd="/", check=False)
    assert negado.returncode != 0
    assert "Permission denied" in negado.stderr
    # Even where the folder were open, the server asks the kernel who is calling.
    for abierta in (cluster.socket, cluster.socket.parent):
        abierta.chmod(0o755)
    (cluster.socket / ".s.PGSQL.5432").chmod(0o777)
    negado = subprocess.run(psql, user="nobody", extra_groups=[], capture_output=True, text=True, cwd="/", check=False)
    assert "Peer authentication failed" in negado.stderr


def test_dos_que_llaman_a_la_vez_obtienen_un_solo_servidor(carpeta: Path) -> None:
    procesos = [_llamar(carpeta) for _ in range(3)]
    salidas = [p.communicate(timeout=60)[0] for p in procesos]
    assert [p.returncode for p in procesos] == [0, 0, 0]
    assert all("lista" in salida for salida in salidas)
    cluster = Cluster(carpeta)
    assert cluster.log.read_text(encoding="utf-8").count("starting PostgreSQL") == 1
    assert [x.name for x in cluster.datos.parent.glob("nueva-*")] == []


@pytest.mark.parametrize("demora", [0.05, 0.4, 0.8])
def test_matar_a_quien_lo_crea_no_deja_nada_a_medias(carpeta: Path, demora: float) -> None:
    llamador = _llamar(carpeta)
    assert llamador.stdout is not None
    assert llamador.stdout.readline() == "empieza\n"
    time.sleep(demora)
    llamador.kill()
    llamador.communicate()
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    cluster.asegurar()
    assert _preguntar(cluster, "SELECT 1") == 1
    assert [x.name for x in cluster.datos.parent.glob("nueva-*")] == []


def test_matar_a_quien_lo_usa_no_lo_detiene(carpeta: Path) -> None:
    llamador = _llamar(carpeta, espera=60)
    assert llamador.stdout is not None
    assert [llamador.stdout.readline() for _ in range(2)] == ["empieza\n", "lista\n"]
    cluster = Cluster(carpeta)
    pid = _pid(cluster)
    llamador.kill()
    llamador.communicate()
    cluster.asegurar()
    assert _pid(cluster) == pid
    assert _preguntar(cluster, "SELECT 1") == 1


def test_matar_al_servidor_y_asegurar_otra_vez(carpeta: Path) -> None:
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    cluster.asegurar()
    _hacer(cluster, "SET synchronous_commit = on", "CREATE TABLE prueba AS SELECT 7 AS n")
    pid = _pid(cluster)
    os.kill(pid, signal.SIGKILL)
    limite = time.monotonic() + 10
    while proceso.postmaster(cluster.datos) is not None and time.monotonic() < limite:
        time.sleep(0.005)
    assert cluster.estado().startswith("detenida")
    cluster.asegurar()
    assert _pid(cluster) != pid
    assert _preguntar(cluster, "SELECT n FROM prueba") == 7


def test_un_archivo_de_proceso_que_ya_es_de_otro_no_estorba(carpeta: Path) -> None:
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    cluster.asegurar()
    archivo = cluster.datos / "postmaster.pid"
    lineas = archivo.read_text(encoding="ascii").splitlines()
    cluster.detener()
    # As after a power cut: the number now belongs to a stranger of the same user.
    usuario = cluster.datos.owner()
    ajeno = subprocess.Popen(["/bin/sleep", "60"], user=usuario if RAIZ else None)
    try:
        archivo.write_text("\n".join([str(ajeno.pid), *lineas[1:]]) + "\n", encoding="ascii")
        shutil.chown(archivo, usuario)
        assert cluster.estado().startswith("detenida")
        cluster.asegurar()
        assert _preguntar(cluster, "SELECT 1") == 1
    finally:
        ajeno.kill()
        ajeno.wait()


def test_un_arranque_fallido_muestra_el_final_del_registro(carpeta: Path) -> None:
    with pytest.raises(ErrorBase, match="no arrancó") as error:
        Cluster(carpeta, ajustes={**RAPIDO, "shared_preload_libraries": "no_existe"}).asegurar()
    assert "no_existe" in error.value.consejo
    Cluster(carpeta, ajustes=RAPIDO).asegurar()


def test_sin_postgresql_dice_como_instalarlo(tmp_path: Path) -> None:
    with pytest.raises(ErrorBase) as error:
        Cluster(tmp_path / "estado", raiz=tmp_path).asegurar()
    assert "No se encontró PostgreSQL" in error.value.mensaje
    assert "apt-get install -y postgresql-15-postgis-3" in error.value.consejo
    assert error.value.consejo.startswith("Instálelos con: sudo") is not RAIZ
    assert not (tmp_path / "estado").exists()


def test_con_postgresql_sin_postgis_dice_como_instalarlo(tmp_path: Path) -> None:
    with pytest.raises(ErrorBase, match="falta la extensión PostGIS") as error:
        buscar_binarios(compartido=tmp_path)
    assert "-postgis-3" in error.value.consejo


def test_datos_de_otra_version_se_nombran(carpeta: Path) -> None:
    cluster = Cluster(carpeta, ajustes=RAPIDO)
    cluster.asegurar()
    cluster.detener()
    version = cluster.datos / "PG_VERSION"
    antes = version.read_text(encoding="ascii")
    version.write_text("99\n", encoding="ascii")
    with pytest.raises(ErrorBase, match="PostgreSQL 99"):
        cluster.asegurar()
    version.write_text(antes, encoding="ascii")


def test_una_ruta_larga_lleva_el_socket_a_tmp(carpeta: Path) -> None:
    cluster = Cluster(carpeta / ("x" * 90), ajustes=RAPIDO)
    assert cluster.socket.parent == Path(tempfile.gettempdir())
    try:
        cluster.asegurar()
        assert _preguntar(cluster, "SELECT 1") == 1
    finally:
        cluster.detener()
        shutil.rmtree(cluster.socket)


def test_una_carpeta_de_socket_que_otro_preparo_se_rechaza(tmp_path: Path) -> None:
    yo, otro = pwd.getpwuid(os.geteuid()), pwd.getpwnam("daemon")
    asegurar_carpeta(tmp_path / "propia", yo)
    asegurar_carpeta(tmp_path / "propia", yo)
    (tmp_path / "abierta").mkdir(mode=0o777)
    (tmp_path / "abierta").chmod(0o777)
    (tmp_path / "enlace").symlink_to(tmp_path / "propia")
    for nombre, usuario in (("abierta", yo), ("enlace", yo), ("propia", otro)):
        with pytest.raises(ErrorBase, match="no es una carpeta privada"):
            asegurar_carpeta(tmp_path / nombre, usuario)


@pytest.mark.skipif(not RAIZ, reason="solo root corre la base como otro usuario")
def test_una_carpeta_que_el_usuario_de_la_base_no_atraviesa_se_explica(carpeta: Path) -> None:
    carpeta.mkdir(mode=0o700)
    with pytest.raises(ErrorBase, match="no puede entrar"):
        Cluster(carpeta / "estado", ajustes=RAPIDO).asegurar()


@pytest.mark.skipif(not RAIZ, reason="solo root puede hacerse pasar por otro usuario")
def test_a_otro_usuario_se_le_dice_de_quien_es_la_base(carpeta: Path) -> None:
    Cluster(carpeta, ajustes=RAPIDO).asegurar()
    os.seteuid(pwd.getpwnam("daemon").pw_uid)
    try:
        for orden in (Cluster(carpeta).asegurar, Cluster(carpeta).estado, Cluster(carpeta).detener):
            with pytest.raises(ErrorBase, match="pertenece a otro usuario"):
                orden()
    finally:
        os.seteuid(0)


def test_el_engine_arranca_la_base_privada_y_entra_como_cada_quien(carpeta: Path) -> None:
    Cluster(carpeta, ajustes=RAPIDO).asegurar()
    settings = Settings(state_dir=carpeta, database_url=None, pool=2)
    propietario = crear_engine(settings, "propietario")
    with propietario.begin() as conn:
        conn.execute(text("CREATE ROLE obs_api LOGIN NOINHERIT"))
    api = crear_engine(settings, "api")
    with api.connect() as conn:
        fila = conn.execute(text("SELECT session_user, current_setting('application_name')")).one()
    assert tuple(fila) == ("obs_api", "observatorio-api")
    for engine in (propietario, api):
        engine.dispose()


def test_los_ajustes_caben_en_la_maquina(tmp_path: Path) -> None:
    valores = ajustes(tmp_path, {"jit": "on"})
    assert int(valores["shared_buffers"].removesuffix("MB")) * 2**20 <= memoria_total() // 2
    assert valores["jit"] == "on"
    assert texto({"a": "l'agua"}) == "a = 'l''agua'\n"
    (tmp_path / "memory.max").write_text("1073741824\n")
    assert memoria_total(cgroup=tmp_path) == 2**30
    (tmp_path / "memory.max").write_text("max\n")
    assert memoria_total(cgroup=tmp_path) > 2**28
