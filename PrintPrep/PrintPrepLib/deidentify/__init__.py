"""De-identification of one data set (PS3.15 Annex E)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

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

__getattr__ = hand_on(
    __name__,
    {
        "deidentifier": ["Deidentified", "Deidentifier"],
        "options": ["DeidentifyError", "Options", "PROFILES"],
    },
)
