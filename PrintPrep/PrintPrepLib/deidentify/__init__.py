"""De-identification of one data set (PS3.15 Annex E)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .deidentifier import Deidentified, Deidentifier
    from .options import PROFILES, DeidentifyError, Options

__all__ = [
    "PROFILES",
    "Deidentified",
    "Deidentifier",
    "DeidentifyError",
    "Options",
]


def __getattr__(name: str) -> Any:
    """What ``__all__`` names, imported when it is first asked for (PEP 562)."""
    if name in ("Deidentified", "Deidentifier"):
        from . import deidentifier

        return getattr(deidentifier, name)
    if name in ("DeidentifyError", "Options", "PROFILES"):
        from . import options

        return getattr(options, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
