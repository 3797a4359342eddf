"""PrintPrep's library: from DICOM slices to a printable model of true size.

Everything here but ``mrml`` and the commands of ``cli`` that call it is plain
Python on numpy, vtk and pydicom, and never imports ``slicer``, ``qt`` or ``ctk``.
Coordinates are DICOM patient coordinates (LPS) in millimetres unless a name
says otherwise; voxel arrays are indexed ``[k, j, i]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core.errors import Cancelled, PrintPrepError
    from .core.findings import Finding
    from .geometry.analysis import analyse
    from .geometry.stack import SliceStack
    from .geometry.stack_geometry import StackGeometry
    from .series.reader import read_series
    from .volume.regular_volume import RegularVolume
    from .volume.regularize import load_stack

__version__ = "0.1.0"

__all__ = [
    "Cancelled",
    "Finding",
    "PrintPrepError",
    "RegularVolume",
    "SliceStack",
    "StackGeometry",
    "analyse",
    "load_stack",
    "read_series",
]


def __getattr__(name: str) -> Any:
    """What ``__all__`` names, imported when it is first asked for (PEP 562)."""
    if name in ("Cancelled", "PrintPrepError"):
        from .core import errors

        return getattr(errors, name)
    if name == "Finding":
        from .core import findings

        return getattr(findings, name)
    if name == "analyse":
        from .geometry import analysis

        return getattr(analysis, name)
    if name == "SliceStack":
        from .geometry import stack

        return getattr(stack, name)
    if name == "StackGeometry":
        from .geometry import stack_geometry

        return getattr(stack_geometry, name)
    if name == "read_series":
        from .series import reader

        return getattr(reader, name)
    if name == "RegularVolume":
        from .volume import regular_volume

        return getattr(regular_volume, name)
    if name == "load_stack":
        from .volume import regularize

        return getattr(regularize, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
