"""One DICOM header → one slice.

The same logic serves files (read with pydicom) and Slicer's DICOM database: both
hand over a function that gives a tag's text as it stands in the file, so that the
digits of a position can be counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..core.phrases import Phrase
from .datetimes import parse_date
from .image_plane import (
    InvalidGeometry,
    NotASlice,
    TagText,
    image_position,
    optional_number,
    orientation,
    parts_of,
    pixel_spacing,
    written_decimals,
)
from .pixel_layout import PixelLayout
from .tags import (
    ACQUISITION_DATE,
    COLUMNS,
    CONVOLUTION_KERNEL,
    DERIVATION_DESCRIPTION,
    DEVICE_SERIAL_NUMBER,
    ENHANCED,
    GANTRY_DETECTOR_TILT,
    IMAGE_ORIENTATION,
    IMAGE_POSITION,
    IMAGE_TYPE,
    IMAGER_PIXEL_SPACING,
    INSTANCE_NUMBER,
    MANUFACTURER,
    MODALITY,
    MODEL_NAME,
    NOMINAL_PIXEL_SPACING,
    NUMBER_OF_FRAMES,
    PATIENT_ID,
    PATIENT_NAME,
    PHOTOMETRIC,
    PIXEL_SPACING,
    PIXEL_SPACING_CALIBRATION,
    ROWS,
    SECONDARY_CAPTURE,
    SERIES_DATE,
    SERIES_DESCRIPTION,
    SERIES_INSTANCE_UID,
    SERIES_NUMBER,
    SLICE_LOCATION,
    SLICE_THICKNESS,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    SPACING_BETWEEN_SLICES,
    STUDY_DATE,
    STUDY_INSTANCE_UID,
    TRAITS,
    WINDOW_CENTER,
    WINDOW_WIDTH,
)


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
    enters a record. The pixel spacings (row, column) in mm are claims: ``pixel_spacing`` of
    PixelSpacing, ``imager_pixel_spacing`` on the detector, ``nominal_pixel_spacing`` on film;
    ``pixel_spacing_calibration`` tells how the first was calibrated.
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
    pixel_spacing: tuple[float, float] | None = None
    imager_pixel_spacing: tuple[float, float] | None = None
    nominal_pixel_spacing: tuple[float, float] | None = None
    pixel_spacing_calibration: str = ""


def slice_header(path: str, text: TagText) -> SliceHeader:
    """Read one slice's geometry (PS3.3 C.7.6.2, image plane module).

    :param text: gives the header's values as written.
    :raises NotASlice: the object is no slice, or its geometry is missing or impossible.
    """
    if multi_frame(text):
        raise NotASlice("multi-frame object: only the file itself describes its frames")
    _refuse_captures(text)
    return plane_header(path, text)


def multi_frame(text: TagText) -> bool:
    """Whether functional groups describe the object's frames, be it one or many."""
    return text(SOP_CLASS_UID) in ENHANCED or (optional_number(text(NUMBER_OF_FRAMES)) or 1) > 1


def plane_header(path: str, text: TagText) -> SliceHeader:
    """The same for a frame of a multi-frame object too, whose tags ``text`` gives.

    :raises NotASlice: see ``slice_header``.
    """
    _refuse_other_objects(text)
    rows, columns = (_positive_integer(text, tag, name) for tag, name in _MATRIX)
    row_direction, column_direction = orientation(text(IMAGE_ORIENTATION))
    position_text = text(IMAGE_POSITION)
    return SliceHeader(
        path=path,
        sop_instance_uid=text(SOP_INSTANCE_UID),
        sop_class_uid=text(SOP_CLASS_UID),
        position=image_position(position_text),
        position_decimals=tuple(written_decimals(part) for part in parts_of(position_text)),
        row_direction=row_direction,
        column_direction=column_direction,
        rows=rows,
        columns=columns,
        pixel_spacing=pixel_spacing(text(PIXEL_SPACING)),
        image_type=tuple(parts_of(text(IMAGE_TYPE))),
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
        pixel_spacing=_claimed_spacing(text(PIXEL_SPACING)),
        imager_pixel_spacing=_claimed_spacing(text(IMAGER_PIXEL_SPACING)),
        nominal_pixel_spacing=_claimed_spacing(text(NOMINAL_PIXEL_SPACING)),
        pixel_spacing_calibration=text(PIXEL_SPACING_CALIBRATION),
    )


def geometry_faults(text: TagText) -> tuple[Phrase, ...]:
    """Everything that keeps a header from saying where its slice lies."""
    faults = []
    for read, tag in (
        (image_position, IMAGE_POSITION),
        (orientation, IMAGE_ORIENTATION),
        (pixel_spacing, PIXEL_SPACING),
    ):
        try:
            read(text(tag))
        except InvalidGeometry as error:
            faults.append(error.why)
    return tuple(faults)


def _scan_date(text: TagText) -> str:
    """The day of the scan: a study or series may be dated by its booking."""
    for tag in (ACQUISITION_DATE, SERIES_DATE, STUDY_DATE):
        found = parse_date(text(tag))
        if found is not None:
            return found.date().isoformat()
    return ""


_MATRIX = ((ROWS, "Rows"), (COLUMNS, "Columns"))


def _image_type(text: TagText) -> list[str]:
    return [part.upper() for part in parts_of(text(IMAGE_TYPE))]


def _refuse_captures(text: TagText) -> None:
    if text(SOP_CLASS_UID).startswith(SECONDARY_CAPTURE) and (
        "DERIVED" in _image_type(text)[:1] or not text(IMAGE_POSITION)
    ):
        raise NotASlice("secondary capture (dose report or screenshot), not a slice")


def _refuse_other_objects(text: TagText) -> None:
    if "LOCALIZER" in _image_type(text):
        raise NotASlice("scout (localizer) image, not a slice")
    photometric = text(PHOTOMETRIC)
    if photometric and not photometric.startswith("MONOCHROME"):
        raise NotASlice(f"colour image ({photometric}), not a slice")


def _positive_integer(text: TagText, tag: str, name: str) -> int:
    value = optional_number(text(tag))
    if value is None:
        raise NotASlice("no image in this object" if name == "Rows" else f"{name} is missing")
    if value < 1 or value != int(value):
        raise NotASlice(f"{name} is {value:g}")
    return int(value)


def _claimed_spacing(text: str) -> tuple[float, float] | None:
    values = [optional_number(part) for part in parts_of(text)]
    if len(values) != 2 or None in values or min(values) <= 0:
        return None
    return values[0], values[1]


def _windows(centers: str, widths: str) -> tuple[tuple[float, float], ...]:
    pairs = []
    for center, width in zip(parts_of(centers), parts_of(widths), strict=False):
        pair = optional_number(center), optional_number(width)
        if None not in pair and pair[1] > 0:
            pairs.append(pair)
    return tuple(pairs)


def series_id(uid: str) -> str:
    """A pseudonym of a UID: the same series gives the same one, and nothing leads back."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


def scanner_id(info: SeriesInfo) -> str | None:
    """A pseudonym of one scanner; None where the header does not tell it from its like."""
    serial = info.device_serial.strip()
    if not serial:
        return None
    told = "|".join([info.manufacturer.strip(), info.model.strip(), serial])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
