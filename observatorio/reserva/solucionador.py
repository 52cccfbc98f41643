"""The linear solver, HiGHS, as this house uses it: without a word, on one core, and always by the same steps."""

from __future__ import annotations

from typing import Any

import highspy


class Solucionador(highspy.Highs):
    """HiGHS (https://highs.dev, MIT) with the options given besides silence, one thread and a fixed seed."""

    def __init__(self, **opciones: Any) -> None:
        super().__init__()
        for opcion, valor in {"threads": 1, "random_seed": 0, **opciones}.items():
            self.setOptionValue(opcion, valor)

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is the library's
        """Be silent before the constructor's last step, which otherwise prints the solver's banner."""
        self.silent()
        super().enableCallbacks()
