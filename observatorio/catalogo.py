"""The one discoverer of definitions: sources, indicators and maps are found by ordinary import."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Protocol, TypeVar

from observatorio.errors import ErrorCatalogo


class ConId(Protocol):
    """Anything that a catalogue holds: it has an `id`."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=ConId)


def discover(package: ModuleType, type_: type[T]) -> dict[str, T]:
    """Return every definition of `type_` in the modules of `package`, keyed and sorted by id.

    Each module must hold exactly one object of the type, whose id equals the module's name.

    Raises `ErrorCatalogo`, naming the module, when that does not hold or when an id is repeated.
    """
    found: dict[str, T] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        objects = list({id(o): o for o in vars(module).values() if isinstance(o, type_)}.values())
        if len(objects) != 1:
            raise ErrorCatalogo(
                f"{module.__name__} define {len(objects)} objetos {type_.__name__}; debe definir exactamente uno."
            )
        definition = objects[0]
        if definition.id in found:
            raise ErrorCatalogo(f"El id «{definition.id}» está repetido en {package.__name__}.")
        if definition.id != info.name:
            raise ErrorCatalogo(
                f"{module.__name__} declara el id «{definition.id}»; debe ser el nombre de su archivo, «{info.name}»."
            )
        found[definition.id] = definition
    return found
