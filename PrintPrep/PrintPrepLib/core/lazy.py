"""Names that a package hands on from its modules when they are asked for (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def hand_on(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that imports nothing before it is needed.

    :param names: what each module of the package is asked for, such as
        ``{"io.read": ["read_model"]}``.
    """
    homes = {name: module for module, inside in names.items() for name in inside}

    def getter(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)

    return getter
