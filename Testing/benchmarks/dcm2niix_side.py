"""dcm2niix: run it, and read what it writes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_TYPES = {2: np.uint8, 4: np.int16, 8: np.int32, 16: np.float32, 64: np.float64, 512: np.uint16}


@dataclass(frozen=True)
class Nifti:
    """Voxels [k, j, i] and their affine to LPS mm."""

    voxels: np.ndarray
    ijk_to_lps: np.ndarray


def convert(series: Path, folder: Path) -> list[Path]:
    """Convert a series without compression; the images written, plain one first.

    :raises RuntimeError: dcm2niix failed.
    """
    import dcm2niix

    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["-z", "n", "-b", "n", "-f", "out", "-o", str(folder), str(series)]
    done = subprocess.run([dcm2niix.bin, *arguments], capture_output=True, text=True)
    images = sorted(folder.glob("*.nii"), key=lambda p: len(p.name))
    if done.returncode != 0 or not images:
        raise RuntimeError(f"dcm2niix: {done.stdout}{done.stderr}")
    return images


def corrected(images: list[Path]) -> Path:
    """The image that dcm2niix corrected for tilt or uneven steps, else the plain one."""
    return max(images, key=lambda p: len(p.name))


def read_nifti(path: Path) -> Nifti:
    """A NIfTI-1 file of one volume, by its sform.

    :raises ValueError: no NIfTI-1, or none with an sform.
    """
    data = path.read_bytes()
    if data[344:347] != b"n+1" or int.from_bytes(data[:4], "little") != 348:
        raise ValueError(f"{path} is no little-endian NIfTI-1 file")
    i, j, k = np.frombuffer(data, "<i2", 3, 42)
    kind = _TYPES[int(np.frombuffer(data, "<i2", 1, 70)[0])]
    offset, slope, intercept = np.frombuffer(data, "<f4", 3, 108)
    if np.frombuffer(data, "<i2", 1, 254)[0] <= 0:
        raise ValueError(f"{path} has no sform")
    voxels = np.frombuffer(data, kind, int(i) * int(j) * int(k), int(offset)).reshape(k, j, i)
    if slope not in (0, 1) or intercept != 0:
        voxels = voxels * np.float32(slope or 1) + np.float32(intercept)
    matrix = np.eye(4)
    matrix[:3] = np.frombuffer(data, "<f4", 12, 280).reshape(3, 4)
    return Nifti(voxels, np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix)
