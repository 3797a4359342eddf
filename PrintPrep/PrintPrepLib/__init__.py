"""PrintPrep's library: from DICOM slices to a printable model of true size.

Everything here but ``mrml`` and the commands of ``cli`` that call it is plain
Python on numpy, vtk and pydicom, and never imports ``slicer``, ``qt`` or ``ctk``.
Coordinates are DICOM patient coordinates (LPS) in millimetres unless a name
says otherwise; voxel arrays are indexed ``[k, j, i]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .core.lazy import hand_on

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

__getattr__ = hand_on(
    __name__,
    {
        "core.errors": ["Cancelled", "PrintPrepError"],
        "core.findings": ["Finding"],
        "geometry.analysis": ["analyse"],
        "geometry.stack": ["SliceStack"],
        "geometry.stack_geometry": ["StackGeometry"],
        "series.reader": ["read_series"],
        "volume.regular_volume": ["RegularVolume"],
        "volume.regularize": ["load_stack"],
    },
)
