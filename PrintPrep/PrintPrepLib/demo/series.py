"""A generated acquisition to try PrintPrep on: a head-like phantom with known sizes.

A ball and a block of bone stand beside a skull, in air, so that each becomes a
part of its own. The scan has what makes real series difficult: a tilted gantry and
steps of three sizes. Ball and block are blurred by a Gaussian in closed form, so
their size in the images is known to a micrometre; the skull only has to look like one.

``python -m PrintPrepLib.demo.series FOLDER`` writes it.
"""

from __future__ import annotations

import hashlib
import math
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from ..core.errors import ExportError
from ..core.phrases import _
from ..core.progress import Progress, report
from .head import head_hu

MATRIX = 256
PIXEL_MM = 0.9
TILT_DEG = 15.5
#: (number of steps, mm along the normal): fine at the base of the skull, coarse at its top.
SECTIONS = ((70, 1.0), (50, 1.4), (24, 2.0))
STEPS_MM = tuple(mm for count, mm in SECTIONS for step in range(count))
SIGMA_MM = 0.8
NOISE_HU = 5.0
AIR_HU = -1000.0
#: In air, half the contrast of ball and block is then 200 HU: the preset ``bone``.
SOLID_HU = 1400.0
BALL_DIAMETER_MM = 30.0
BALL_CENTER = (-95.0, -8.0, 2.0)
BLOCK_EDGES_MM = (20.0, 30.0, 40.0)
BLOCK_CENTER = (96.0, 6.0, -4.0)

_REACH = 6.5  # sigmas; beyond it nothing is left of a blurred edge


@dataclass(frozen=True)
class DemonstrationTruth:
    """What is known of the acquisition. Lengths in mm, points in LPS.

    :param files: in the order of the stack.
    :param steps_mm: every step, along the slices' normal.
    :param ball_half_contrast_diameter_mm: true blur moves the half-contrast surface of a
        ball inwards; this is what a threshold of ``half_contrast_hu`` finds when it is
        exact. The faces of the block do not move.
    """

    files: tuple[Path, ...]
    matrix: int = MATRIX
    pixel_mm: float = PIXEL_MM
    tilt_deg: float = TILT_DEG
    steps_mm: tuple[float, ...] = STEPS_MM
    blur_sigma_mm: float = SIGMA_MM
    half_contrast_hu: float = 0.5 * (AIR_HU + SOLID_HU)
    ball_diameter_mm: float = BALL_DIAMETER_MM
    ball_half_contrast_diameter_mm: float = field(
        default_factory=lambda: ball_half_contrast_diameter()
    )
    ball_center_lps: tuple[float, float, float] = BALL_CENTER
    block_edges_mm: tuple[float, float, float] = BLOCK_EDGES_MM
    block_center_lps: tuple[float, float, float] = BLOCK_CENTER

    @property
    def slices(self) -> int:
        return len(self.files)


def write_demonstration(folder: str | Path, progress: Progress | None = None) -> DemonstrationTruth:
    """Write the series as CT DICOM files into ``folder``, which is made if need be.

    The same bytes every time; files of the same names are replaced, others are left.

    :raises ExportError: a file cannot be written; what was written is taken away again.
    :raises Cancelled: ``progress`` asked for it; the same.
    """
    folder = Path(folder)
    row, column, positions = _geometry()
    header = _header(row, column)
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for k, position in enumerate(positions):
            report(progress, k / len(positions), _("Making the demonstration series"))
            path = folder / f"IM{k + 1:04d}.dcm"
            header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = _uid("slice", k)
            header.InstanceNumber = str(k + 1)
            header.ImagePositionPatient = [_decimal(v) for v in position]
            header.SliceLocation = _decimal(position[2])
            header.PixelData = _slice(position, row, column, k).astype("<i2").tobytes()
            written.append(path)
            header.save_as(str(path))
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ExportError(
                _("the demonstration series cannot be written ({reason})"),
                reason=error.strerror or str(error),
                file=str(folder),
                remedy=_("Choose a folder that can be written to and has 25 MB to spare"),
            ) from error
        raise
    report(progress, 1.0, _("Making the demonstration series"))
    return DemonstrationTruth(tuple(written))


def ball_half_contrast_diameter() -> float:
    """The diameter (mm) at which a threshold halfway between ball and air finds the ball."""
    radius = BALL_DIAMETER_MM / 2
    low, high = radius - SIGMA_MM, radius + SIGMA_MM
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if _ball_profile(middle) > 0.5:
            low = middle
        else:
            high = middle
    return low + high


def _geometry() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row and column direction (3,), and the positions (slices, 3) of pixel (0, 0)."""
    angle = math.radians(TILT_DEG)
    row = np.array([1.0, 0.0, 0.0])
    column = np.array([0.0, math.cos(angle), math.sin(angle)])
    # The gantry tips over and the table stays level: it runs along z.
    table = np.concatenate([[0.0], np.cumsum(STEPS_MM)]) / math.cos(angle)
    start = -0.5 * (MATRIX - 1) * PIXEL_MM * (row + column)
    along = table - 0.5 * table[-1] - 2.0
    return row, column, start + along[:, None] * np.array([0.0, 0.0, 1.0])


def _slice(position: np.ndarray, row: np.ndarray, column: np.ndarray, k: int) -> np.ndarray:
    """One slice in HU, rounded, shape (rows, columns)."""
    pixel = np.arange(MATRIX) * PIXEL_MM
    # x changes along the rows only, y and z along the columns only (axial slices, tipped).
    x = position[0] + pixel * row[0]
    y = position[1] + pixel * column[1]
    z = position[2] + pixel * column[2]
    image = head_hu(x, y, z)
    solid = _ball(x, y, z) + _block(x, y, z)
    image += (SOLID_HU - AIR_HU) * solid
    random = np.random.default_rng([155, k])
    image += NOISE_HU * random.standard_normal(image.shape, dtype=np.float32)
    return np.rint(image)


def _ball(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    offset = (x[None, :] - BALL_CENTER[0]) ** 2 + (
        (y - BALL_CENTER[1]) ** 2 + (z - BALL_CENTER[2]) ** 2
    )[:, None]
    return np.interp(np.sqrt(offset), *_ball_table())


def _block(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    along_x, along_y, along_z = (
        _slab(values - center, edge)
        for values, center, edge in zip((x, y, z), BLOCK_CENTER, BLOCK_EDGES_MM, strict=True)
    )
    return along_x[None, :] * (along_y * along_z)[:, None]


def _slab(offset: np.ndarray, thickness: float) -> np.ndarray:
    """A slab convolved with a Gaussian, at offsets (mm) from its middle plane."""
    scale = math.sqrt(2) * SIGMA_MM
    return np.array(
        [
            0.5 * (math.erf((t + thickness / 2) / scale) - math.erf((t - thickness / 2) / scale))
            for t in offset
        ]
    )


def _ball_profile(r: float) -> float:
    """The ball convolved with a 3-D Gaussian, at the distance r > 0 (mm) from its centre."""
    radius, sigma = BALL_DIAMETER_MM / 2, SIGMA_MM
    scale = math.sqrt(2) * sigma
    edges = math.erf((radius - r) / scale) + math.erf((radius + r) / scale)
    curvature = math.exp(-(((radius - r) / scale) ** 2)) - math.exp(-(((radius + r) / scale) ** 2))
    return 0.5 * edges - sigma / (r * math.sqrt(2 * math.pi)) * curvature


@cache
def _ball_table() -> tuple[np.ndarray, np.ndarray]:
    """Distances and profile of the ball, so dense that linear interpolation is good to 1e-6."""
    radius = BALL_DIAMETER_MM / 2
    reach = _REACH * SIGMA_MM
    distances = np.linspace(radius - reach, radius + reach, 8001)
    profile = np.array([_ball_profile(r) for r in distances])
    profile[0], profile[-1] = 1.0, 0.0
    return distances, profile


def _uid(*parts: object) -> UID:
    digest = hashlib.sha256("/".join(("PrintPrep demonstration", *map(str, parts))).encode())
    return UID(f"2.25.{int.from_bytes(digest.digest()[:15], 'big')}")


def _header(row: np.ndarray, column: np.ndarray) -> FileDataset:
    """What all slices share. The constructor and save_as as pydicom 2.4 and 3.0 both have them."""
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # pydicom puts the length in
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = _uid("instance")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _uid("implementation")
    ds = FileDataset(
        "",
        Dataset(),
        preamble=b"\0" * 128,
        file_meta=meta,
        is_implicit_VR=False,
        is_little_endian=True,
    )
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = CTImageStorage
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20200101"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = "120000"
    ds.Modality = "CT"
    ds.Manufacturer = "PrintPrep"
    ds.ManufacturerModelName = "Demonstration"
    ds.StudyDescription = "PrintPrep demonstration"
    ds.SeriesDescription = "Generated head, tilted, uneven steps"
    ds.PatientName = "PrintPrep^Demonstration"
    ds.PatientID = "PRINTPREP-DEMO"
    ds.AccessionNumber = ds.ReferringPhysicianName = ds.PatientBirthDate = ds.PatientSex = ""
    ds.SliceThickness = f"{max(STEPS_MM):g}"
    ds.KVP = "120"
    ds.GantryDetectorTilt = f"{TILT_DEG:g}"
    ds.ConvolutionKernel = "GAUSSIAN"
    ds.PatientPosition = "HFS"
    ds.StudyInstanceUID = _uid("study")
    ds.SeriesInstanceUID = _uid("series")
    ds.SeriesNumber = "2"
    ds.StudyID = ds.AcquisitionNumber = "1"
    ds.ImageOrientationPatient = [_decimal(v) for v in (*row, *column)]
    ds.FrameOfReferenceUID = _uid("frame")
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = MATRIX
    ds.PixelSpacing = [f"{PIXEL_MM:g}", f"{PIXEL_MM:g}"]
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 1
    ds.WindowCenter, ds.WindowWidth = "400", "2000"
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "HU"
    return ds


def _decimal(value: float) -> str:
    """A DICOM decimal string (at most 16 characters)."""
    return f"{value:.8f}".rstrip("0").rstrip(".")


def main(arguments: list[str]) -> int:
    """``python -m PrintPrepLib.demo.series FOLDER``."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m PrintPrepLib.demo.series FOLDER", file=sys.stderr)
        return 2
    try:
        truth = write_demonstration(arguments[0])
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{truth.slices} slices, tilt {truth.tilt_deg:g}°, written to {arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
