"""One DICOM header → one slice.

The same logic serves files (read with pydicom) and Slicer's DICOM database: both
hand over a function that gives a tag's text as it stands in the file, so that the
digits of a position can be counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .dicomtime import parse_date

#: ``text("0020,0032")`` gives the values as written, joined by backslashes, "" when absent.
TagText = Callable[[str], str]

IMAGE_TYPE = "0008,0008"
SOP_CLASS_UID = "0008,0016"
SOP_INSTANCE_UID = "0008,0018"
STUDY_DATE = "0008,0020"
SERIES_DATE = "0008,0021"
ACQUISITION_DATE = "0008,0022"
CONTENT_TIME = "0008,0033"
MODALITY = "0008,0060"
MANUFACTURER = "0008,0070"
SERIES_DESCRIPTION = "0008,103E"
MODEL_NAME = "0008,1090"
DERIVATION_DESCRIPTION = "0008,2111"
PATIENT_NAME = "0010,0010"
PATIENT_ID = "0010,0020"
SLICE_THICKNESS = "0018,0050"
ECHO_NUMBERS = "0018,0086"
SPACING_BETWEEN_SLICES = "0018,0088"
DEVICE_SERIAL_NUMBER = "0018,1000"
GANTRY_DETECTOR_TILT = "0018,1120"
CONVOLUTION_KERNEL = "0018,1210"
STUDY_INSTANCE_UID = "0020,000D"
SERIES_INSTANCE_UID = "0020,000E"
SERIES_NUMBER = "0020,0011"
ACQUISITION_NUMBER = "0020,0012"
INSTANCE_NUMBER = "0020,0013"
IMAGE_POSITION = "0020,0032"
IMAGE_ORIENTATION = "0020,0037"
TEMPORAL_POSITION = "0020,0100"
SLICE_LOCATION = "0020,1041"
PHOTOMETRIC = "0028,0004"
NUMBER_OF_FRAMES = "0028,0008"
ROWS = "0028,0010"
COLUMNS = "0028,0011"
PIXEL_SPACING = "0028,0030"
WINDOW_CENTER = "0028,1050"
WINDOW_WIDTH = "0028,1051"

#: What tells the reconstructions and acquisitions apart that a series may mix; ``slice_traits``
#: reads it of the files, a database is asked only where it decides something.
TRAITS = (
    ACQUISITION_NUMBER,
    CONVOLUTION_KERNEL,
    IMAGE_TYPE,
    ECHO_NUMBERS,
    TEMPORAL_POSITION,
    CONTENT_TIME,
)
#: What ``slice_header`` reads of every file.
SLICE_TAGS = (
    SOP_INSTANCE_UID,
    SOP_CLASS_UID,
    IMAGE_TYPE,
    NUMBER_OF_FRAMES,
    ROWS,
    COLUMNS,
    PIXEL_SPACING,
    IMAGE_POSITION,
    IMAGE_ORIENTATION,
    PHOTOMETRIC,
    INSTANCE_NUMBER,
    SLICE_THICKNESS,
    SLICE_LOCATION,
)
#: What ``series_info`` reads of one file of a series.
SERIES_TAGS = (
    SERIES_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    SERIES_NUMBER,
    SERIES_DESCRIPTION,
    MODALITY,
    MANUFACTURER,
    MODEL_NAME,
    DEVICE_SERIAL_NUMBER,
    SLICE_THICKNESS,
    SPACING_BETWEEN_SLICES,
    GANTRY_DETECTOR_TILT,
    CONVOLUTION_KERNEL,
    WINDOW_CENTER,
    WINDOW_WIDTH,
    PATIENT_NAME,
    PATIENT_ID,
    ACQUISITION_DATE,
    SERIES_DATE,
    STUDY_DATE,
    DERIVATION_DESCRIPTION,
)

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_ENHANCED = {
    "1.2.840.10008.5.1.4.1.1.2.1": "enhanced multi-frame CT",
    "1.2.840.10008.5.1.4.1.1.2.2": "legacy converted enhanced CT",
    "1.2.840.10008.5.1.4.1.1.4.1": "enhanced multi-frame MR",
    "1.2.840.10008.5.1.4.1.1.4.4": "legacy converted enhanced MR",
    "1.2.840.10008.5.1.4.1.1.128.1": "legacy converted enhanced PET",
    "1.2.840.10008.5.1.4.1.1.130": "enhanced PET",
}
_UNIT_TOLERANCE = 2e-3


class NotASlice(Exception):
    """A header that cannot be used as a slice; the text says why, for the user.

    ``series_uid`` names the series that the object belongs to, "" when unknown.
    """

    series_uid = ""


@dataclass(frozen=True)
class Loss:
    """A lossy compression that pixels went through; ``ratio`` 10 means ten to one."""

    ratio: float | None
    method: str | None


@dataclass(frozen=True)
class PixelLayout:
    """How a file stores its pixels (PS3.3 C.7.6.3) and maps them to values (C.11.1).

    ``offset`` and ``length`` delimit the little endian pixels in the file in bytes;
    ``offset`` is None where pydicom has to find or decode them. ``padding`` is the closed
    range of stored values that mean "no data here", or None. ``compression`` names a private
    compression of the pixels, which stand in the element ``element`` (None: PixelData).
    ``loss`` is None where nothing was lost to compression.
    """

    transfer_syntax: str
    bits_allocated: int
    bits_stored: int
    signed: bool
    slope: float
    intercept: float
    padding: tuple[int, int] | None
    offset: int | None
    length: int
    compression: str | None = None
    element: int | None = None
    loss: Loss | None = None


@dataclass(frozen=True)
class SliceHeader:
    """One slice as its header describes it.

    ``position`` is the centre of the first voxel (ImagePositionPatient) in LPS mm, the
    directions are orthonormal LPS vectors: ``row_direction`` runs along a row (towards
    higher columns), ``column_direction`` down a column. ``pixel_spacing`` is (row
    spacing, column spacing) in mm, in the order of PixelSpacing: the first is the
    distance between rows. ``position_decimals`` counts the decimals written.
    ``layout`` is None where the header came from a database. ``frame`` (from 0) is the
    frame of a file that holds ``frames`` of them. ``traits`` are texts in the order of
    ``TRAITS``, or () where nobody asked. ``slice_location`` is what SliceLocation says, in
    mm, for comparison only. ``entered`` tells that a person typed the geometry.
    """

    path: str
    sop_instance_uid: str
    sop_class_uid: str
    position: tuple[float, float, float]
    position_decimals: tuple[int, int, int]
    row_direction: tuple[float, float, float]
    column_direction: tuple[float, float, float]
    rows: int
    columns: int
    pixel_spacing: tuple[float, float]
    image_type: tuple[str, ...]
    instance_number: str
    layout: PixelLayout | None = None
    thickness_mm: float | None = None
    frame: int = 0
    frames: int = 1
    traits: tuple[str, ...] = ()
    slice_location: float | None = None
    entered: bool = False


@dataclass(frozen=True)
class SeriesInfo:
    """What one header says of the whole series; None or "" where it says nothing.

    ``scan_date`` is an ISO date, and patient data. ``derivation`` is free text that never
    enters a record.
    """

    uid: str
    study_uid: str
    number: str
    description: str
    modality: str
    manufacturer: str
    slice_thickness_mm: float | None
    spacing_between_slices_mm: float | None
    tilt_tag_deg: float | None
    kernel: str
    window: tuple[tuple[float, float], ...]
    patient_name: str
    patient_id: str
    model: str = ""
    device_serial: str = ""
    scan_date: str = ""
    derivation: str = ""


def slice_header(path: str, text: TagText) -> SliceHeader:
    """Read one slice's geometry (PS3.3 C.7.6.2, image plane module).

    :param text: gives the header's values as written.
    :raises NotASlice: the object is no slice, or its geometry is missing or impossible.
    """
    _refuse_other_objects(text)
    rows, columns = (_positive_integer(text, tag, name) for tag, name in _MATRIX)
    row_direction, column_direction = _orientation(text(IMAGE_ORIENTATION))
    position_text = _parts(text(IMAGE_POSITION))
    return SliceHeader(
        path=path,
        sop_instance_uid=text(SOP_INSTANCE_UID),
        sop_class_uid=text(SOP_CLASS_UID),
        position=_numbers(position_text, 3, "ImagePositionPatient"),
        position_decimals=tuple(written_decimals(part) for part in position_text),
        row_direction=row_direction,
        column_direction=column_direction,
        rows=rows,
        columns=columns,
        pixel_spacing=_pixel_spacing(text(PIXEL_SPACING)),
        image_type=tuple(_parts(text(IMAGE_TYPE))),
        instance_number=text(INSTANCE_NUMBER),
        thickness_mm=optional_number(text(SLICE_THICKNESS)),
        slice_location=optional_number(text(SLICE_LOCATION)),
    )


def slice_traits(text: TagText) -> tuple[str, ...]:
    """The values of ``TRAITS`` as written."""
    return tuple(text(tag) for tag in TRAITS)


def series_info(text: TagText) -> SeriesInfo:
    """Read what the series has in common from one of its headers."""
    return SeriesInfo(
        uid=text(SERIES_INSTANCE_UID),
        study_uid=text(STUDY_INSTANCE_UID),
        number=text(SERIES_NUMBER),
        description=text(SERIES_DESCRIPTION),
        modality=text(MODALITY),
        manufacturer=text(MANUFACTURER),
        slice_thickness_mm=optional_number(text(SLICE_THICKNESS)),
        spacing_between_slices_mm=optional_number(text(SPACING_BETWEEN_SLICES)),
        tilt_tag_deg=optional_number(text(GANTRY_DETECTOR_TILT)),
        kernel=text(CONVOLUTION_KERNEL),
        window=_windows(text(WINDOW_CENTER), text(WINDOW_WIDTH)),
        patient_name=text(PATIENT_NAME),
        patient_id=text(PATIENT_ID),
        model=text(MODEL_NAME),
        device_serial=text(DEVICE_SERIAL_NUMBER),
        scan_date=_scan_date(text),
        derivation=text(DERIVATION_DESCRIPTION),
    )


def written_decimals(text: str) -> int:
    """The decimals that a decimal string shows: 2 for "-1.85", 3 for "1.5e-2"."""
    mantissa, _, exponent = text.strip().lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return max(0, decimals - int(exponent or 0))


def optional_number(text: str) -> float | None:
    """The first value as a finite number, or None."""
    try:
        value = float(text.split("\\")[0])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _scan_date(text: TagText) -> str:
    """The day of the scan: a study or series may be dated by its booking."""
    for tag in (ACQUISITION_DATE, SERIES_DATE, STUDY_DATE):
        found = parse_date(text(tag))
        if found is not None:
            return found.date().isoformat()
    return ""


_MATRIX = ((ROWS, "Rows"), (COLUMNS, "Columns"))


def _refuse_other_objects(text: TagText) -> None:
    sop_class = text(SOP_CLASS_UID)
    image_type = [part.upper() for part in _parts(text(IMAGE_TYPE))]
    if sop_class in _ENHANCED:
        raise NotASlice(f"{_ENHANCED[sop_class]} object: not served by this version")
    if (optional_number(text(NUMBER_OF_FRAMES)) or 1) > 1:
        raise NotASlice("multi-frame object: not served by this version")
    if "LOCALIZER" in image_type:
        raise NotASlice("scout (localizer) image, not a slice")
    if sop_class.startswith(_SECONDARY_CAPTURE) and (
        "DERIVED" in image_type[:1] or not text(IMAGE_POSITION)
    ):
        raise NotASlice("secondary capture (dose report or screenshot), not a slice")
    photometric = text(PHOTOMETRIC)
    if photometric and not photometric.startswith("MONOCHROME"):
        raise NotASlice(f"colour image ({photometric}), not a slice")


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("\\")] if text.strip() else []


def _numbers(parts: list[str], count: int, name: str) -> tuple[float, ...]:
    if not parts:
        raise NotASlice(f"{name} is missing")
    try:
        values = tuple(float(part) for part in parts)
    except ValueError:
        raise NotASlice(f"{name} is not numeric") from None
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise NotASlice(f"{name} does not hold {count} finite numbers")
    return values


def _positive_integer(text: TagText, tag: str, name: str) -> int:
    value = optional_number(text(tag))
    if value is None:
        raise NotASlice("no image in this object" if name == "Rows" else f"{name} is missing")
    if value < 1 or value != int(value):
        raise NotASlice(f"{name} is {value:g}")
    return int(value)


def _pixel_spacing(text: str) -> tuple[float, float]:
    spacing = _numbers(_parts(text), 2, "PixelSpacing")
    if min(spacing) <= 0:
        raise NotASlice(f"PixelSpacing is {spacing[0]:g}, {spacing[1]:g}: not positive")
    return spacing


@lru_cache(maxsize=64)
def _orientation(
    text: str,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    values = np.array(_numbers(_parts(text), 6, "ImageOrientationPatient"))
    row, column = values[:3], values[3:]
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if max(abs(length - 1) for length in lengths) > _UNIT_TOLERANCE:
        raise NotASlice(
            "ImageOrientationPatient does not hold unit vectors "
            f"(lengths {lengths[0]:.4g} and {lengths[1]:.4g})"
        )
    row = row / lengths[0]
    if abs(row @ column) > _UNIT_TOLERANCE:
        raise NotASlice("the vectors of ImageOrientationPatient are not perpendicular")
    # Rounded cosines are not exactly perpendicular; every later formula needs them so.
    column = column - (column @ row) * row
    column = column / np.linalg.norm(column)
    return tuple(row.tolist()), tuple(column.tolist())


def _windows(centers: str, widths: str) -> tuple[tuple[float, float], ...]:
    pairs = []
    for center, width in zip(_parts(centers), _parts(widths), strict=False):
        pair = optional_number(center), optional_number(width)
        if None not in pair and pair[1] > 0:
            pairs.append(pair)
    return tuple(pairs)
