"""The real acquisitions, which are no part of the project: absent on a user's machine."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"
SKULL_UPRIGHT = FOLDER / "ct_skull_phantom_tilt_0"
SKULL_TILTED = FOLDER / "ct_skull_phantom_tilt_minus18"


class Absent(Exception):
    """A real acquisition is not on this machine."""


def series(folder: Path) -> Path:
    """``folder``, if it is there.

    :raises Absent: it is not.
    """
    if not folder.is_dir():
        raise Absent(f"the real acquisition {folder.name} is not on this machine (../shared/data)")
    return folder


def sorted_files(folder: Path) -> list[Path]:
    """The files of a series along row × column, read with pydicom alone."""
    import numpy as np
    import pydicom

    def place(path: Path) -> float:
        header = pydicom.dcmread(path, stop_before_pixels=True)
        orientation = np.array(header.ImageOrientationPatient, float)
        normal = np.cross(orientation[:3], orientation[3:])
        return float(normal @ np.array(header.ImagePositionPatient, float))

    return sorted(series(folder).iterdir(), key=place)
