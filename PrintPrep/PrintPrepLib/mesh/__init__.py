"""Triangle meshes, and all that needs nothing but a mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .io.export import export_model
    from .io.read import read_model
    from .triangle_mesh import TriangleMesh, measure

__all__ = [
    "TriangleMesh",
    "export_model",
    "measure",
    "read_model",
]

__getattr__ = hand_on(
    __name__,
    {
        "io.export": ["export_model"],
        "io.read": ["read_model"],
        "triangle_mesh": ["TriangleMesh", "measure"],
    },
)
