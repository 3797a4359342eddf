"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib import metadata


def description() -> str:
    """One line: processors and versions. Names no machine."""
    versions = ", ".join(
        f"{name} {metadata.version(name)}"
        for name in ("slicer-core", "vtk", "numpy", "pydicom", "dcm2niix")
    )
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, {versions}"
    )
