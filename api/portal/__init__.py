"""The pages of the portal: templates, their filters, and `pagina`, which renders one."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.portal import estaticos
from maps.escritura import VACIO, con_unidad, numero, palabra, porcentaje, redondeado
from maps.familias import color

_ACTORES: Final = {
    "sii": "SII",
    "municipalidad": "Municipalidad",
    "notarias": "Notarías",
    "salud": "Salud",
    "educacion": "Educación",
    "gore": "Gobierno Regional",
    "bienes_nacionales": "Bienes Nacionales",
    "gremio": "Gremios",
    "tractora": "Empresas tractoras",
    "academia": "Academia",
}
_ESTADOS_FUENTE: Final = {"al_dia": "Al día", "atrasada": "Atrasada", "sin_carga": "Sin cargas"}


def _signo(valor: float, decimales: int = 0) -> str:
    """A change with its sign, also when it is a rise."""
    texto = numero(valor, decimales)
    return texto if texto.startswith("−") or not float(f"{valor:.{decimales}f}") else f"+{texto}"


def _fecha(valor: date | datetime | str | None) -> str:
    """A day as it is written in Chile."""
    if isinstance(valor, str):
        valor = datetime.fromisoformat(valor)
    return valor.strftime("%d-%m-%Y") if valor else VACIO


def _entorno() -> Environment:
    entorno = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    entorno.filters |= {
        "numero": numero,
        "con_unidad": con_unidad,
        "porcentaje": porcentaje,
        "redondeado": redondeado,
        "palabra": palabra,
        "color_seccion": color,
        "signo": _signo,
        "fecha": _fecha,
        "actor": lambda a: _ACTORES.get(str(a), str(a)),
        "estado_fuente": lambda e: _ESTADOS_FUENTE.get(e, e),
    }
    entorno.globals["recurso"] = estaticos.direccion
    return entorno


_ENTORNO: Final = _entorno()
_NEUTROS: Final[dict[str, Any]] = {"identidad": None, "error": "", "consejo": ""}


def pagina(request: Request, template: str, *, status: int = 200, **ctx: Any) -> HTMLResponse:
    """Render `template` for this request with `ctx`; `settings`, `identidad`, `request` and `ingresar`, the address of
    the form that comes back here, are always there.

    Everything is escaped. The answer is not kept by any cache, for what it shows may depend on a key.
    """
    contexto = {
        **_NEUTROS,
        "request": request,
        "settings": request.app.state.origen.settings,
        "identidad": getattr(request.state, "identidad", None),
        "ingresar": _ingresar(request),
        **ctx,
    }
    html = _ENTORNO.get_template(template).render(contexto)
    # What a key shows is kept nowhere: not even in the history, where "back" would find it after signing out.
    con_clave = contexto["identidad"] is not None and not contexto["identidad"].anonima
    cache = "private, no-store" if con_clave else "private, no-cache"
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": cache})


def _ingresar(request: Request) -> str:
    """The address of the sign-in form from which one comes back to exactly this page."""
    aqui = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    # The form's own address may carry a key, and what was sent cannot be asked for again.
    if request.method != "GET" or aqui == "/" or request.url.path in ("/ingresar", "/salir"):
        return "/ingresar"
    return f"/ingresar?{urlencode({'siguiente': aqui})}"
