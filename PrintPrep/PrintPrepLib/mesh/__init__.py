"""Triangle meshes, and all that needs nothing but a mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    """What ``__all__`` names, imported when it is first asked for (PEP 562)."""
    if name in ("TriangleMesh", "measure"):
        from . import triangle_mesh

        return getattr(triangle_mesh, name)
    if name == "read_model":
        from .io import read

        return getattr(read, name)
    if name == "export_model":
        from .io import export

        return getattr(export, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
