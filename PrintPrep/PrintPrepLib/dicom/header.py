"""One DICOM header → one slice.

The same logic serves files (read with pydicom) and Slicer's DICOM database: both
hand over a function that gives a tag's text as it stands in the file, so that the
digits of a position can be counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from ..core.phrases import Phrase, _
from . import tags
from .datetimes import parse_date
from .image_plane import (
    InvalidGeometry,
    NotASlice,
    TagText,
    image_position,
    oddly_written,
    optional_number,
    orientation,
    parts_of,
    pixel_spacing,
    small_number,
    written_decimals,
)
from .pixel_layout import PixelLayout

#: Why an object is no slice that no reader would miss.
NO_IMAGE = _("no image in this object")
#: Decimal strings that place a slice.
_PLACING = {
    tags.IMAGE_POSITION: "ImagePositionPatient",
    tags.IMAGE_ORIENTATION: "ImageOrientationPatient",
    tags.PIXEL_SPACING: "PixelSpacing",
}


#: What two bytes hold.
_LARGEST_MATRIX = 0xFFFF


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
    ``odd_numbers`` are keywords whose numbers are read, but not written as DICOM asks.
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
    odd_numbers: tuple[str, ...] = ()

    @property
    def pixels(self) -> PixelLayout:
        """The layout, for those who read the pixels.

        :raises ValueError: the header came from a database.
        """
        if self.layout is None:
            raise ValueError("the header was not read from its file")
        return self.layout


def _spacing(text: str) -> tuple[float, float] | None:
    parts = parts_of(text)
    values = [value for part in parts if (value := small_number(part) or 0.0) > 0]
    return (values[0], values[1]) if len(parts) == len(values) == 2 else None


def from_tag(tag: str, convert: Callable[[str], Any] = str) -> Any:
    """A field of a dataclass that ``read_fields`` reads; without the tag as of an empty text."""
    return field(default=convert(""), metadata={"tag": tag, "convert": convert})


def read_fields(kind: type[Any], text: TagText) -> dict[str, Any]:
    """The values of the fields that ``from_tag`` has made."""
    told = [(item.name, item.metadata) for item in fields(kind) if item.metadata]
    return {name: how["convert"](text(how["tag"])) for name, how in told}


@dataclass(frozen=True)
class SeriesInfo:
    """What one header says of the whole series; None or "" where it says nothing.

    ``scan_date`` is an ISO date, and patient data. ``derivation`` is free text that never
    enters a record. The pixel spacings (row, column) in mm are claims: ``pixel_spacing`` of
    PixelSpacing, ``imager_pixel_spacing`` on the detector, ``nominal_pixel_spacing`` on film;
    ``pixel_spacing_calibration`` tells how the first was calibrated. ``part`` numbers (from 1)
    series that state the same UID but are several, 0 where there is one.
    """

    uid: str = from_tag(tags.SERIES_INSTANCE_UID)
    study_uid: str = from_tag(tags.STUDY_INSTANCE_UID)
    number: str = from_tag(tags.SERIES_NUMBER)
    description: str = from_tag(tags.SERIES_DESCRIPTION)
    modality: str = from_tag(tags.MODALITY)
    manufacturer: str = from_tag("0008,0070")
    slice_thickness_mm: float | None = from_tag(tags.SLICE_THICKNESS, small_number)
    spacing_between_slices_mm: float | None = from_tag(tags.SPACING_BETWEEN_SLICES, small_number)
    tilt_tag_deg: float | None = from_tag(tags.GANTRY_DETECTOR_TILT, small_number)
    kernel: str = from_tag(tags.CONVOLUTION_KERNEL)
    window: tuple[tuple[float, float], ...] = ()
    patient_name: str = from_tag(tags.PATIENT_NAME)
    patient_id: str = from_tag(tags.PATIENT_ID)
    model: str = from_tag("0008,1090")
    device_serial: str = from_tag("0018,1000")
    scan_date: str = ""
    derivation: str = from_tag("0008,2111")
    pixel_spacing: tuple[float, float] | None = from_tag(tags.PIXEL_SPACING, _spacing)
    imager_pixel_spacing: tuple[float, float] | None = from_tag("0018,1164", _spacing)
    nominal_pixel_spacing: tuple[float, float] | None = from_tag("0018,2010", _spacing)
    pixel_spacing_calibration: str = from_tag("0028,0A02")
    patient_birth_date: str = from_tag("0010,0030")
    part: int = 0

    @property
    def id(self) -> str:
        """The pseudonym of the series (``series_id``), another one for each part of a UID."""
        return series_id(f"{self.uid}#{self.part}" if self.part else self.uid)


def slice_header(path: str, text: TagText) -> SliceHeader:
    """Read one slice's geometry (PS3.3 C.7.6.2, image plane module).

    :param text: gives the header's values as written.
    :raises NotASlice: the object is no slice, or its geometry is missing or impossible.
    """
    if multi_frame(text):
        raise NotASlice(_("multi-frame object: only the file itself describes its frames"))
    if text(tags.SOP_CLASS_UID).startswith(tags.SECONDARY_CAPTURE) and (
        "DERIVED" in _image_type(text)[:1] or not text(tags.IMAGE_POSITION)
    ):
        raise NotASlice(_("secondary capture (dose report or screenshot), not a slice"))
    return plane_header(path, text)


def multi_frame(text: TagText) -> bool:
    """Whether functional groups describe the object's frames, be it one or many."""
    frames = optional_number(text(tags.NUMBER_OF_FRAMES)) or 1
    return text(tags.SOP_CLASS_UID) in tags.ENHANCED or frames > 1


def plane_header(path: str, text: TagText) -> SliceHeader:
    """The same for a frame of a multi-frame object too, whose tags ``text`` gives.

    :raises NotASlice: see ``slice_header``.
    """
    if "LOCALIZER" in _image_type(text):
        raise NotASlice(_("scout (localizer) image, not a slice"))
    photometric = text(tags.PHOTOMETRIC)
    if photometric and not photometric.startswith("MONOCHROME"):
        raise NotASlice(_("colour image ({photometric}), not a slice"), photometric=photometric)
    rows = _matrix_size(text, tags.ROWS, "Rows")
    columns = _matrix_size(text, tags.COLUMNS, "Columns")
    row_direction, column_direction = orientation(text(tags.IMAGE_ORIENTATION))
    position_text = text(tags.IMAGE_POSITION)
    position = image_position(position_text)
    odd = (name for tag, name in _PLACING.items() if oddly_written(text(tag)))
    x, y, z = map(written_decimals, parts_of(position_text))
    return SliceHeader(
        path=path,
        sop_instance_uid=text(tags.SOP_INSTANCE_UID),
        sop_class_uid=text(tags.SOP_CLASS_UID),
        position=position,
        position_decimals=(x, y, z),
        row_direction=row_direction,
        column_direction=column_direction,
        rows=rows,
        columns=columns,
        pixel_spacing=pixel_spacing(text(tags.PIXEL_SPACING)),
        image_type=tuple(parts_of(text(tags.IMAGE_TYPE))),
        instance_number=text(tags.INSTANCE_NUMBER),
        thickness_mm=small_number(text(tags.SLICE_THICKNESS)),
        slice_location=optional_number(text(tags.SLICE_LOCATION)),
        odd_numbers=tuple(odd),
    )


def slice_traits(text: TagText) -> tuple[str, ...]:
    """The values of ``TRAITS`` as written."""
    return tuple(text(tag) for tag in tags.TRAITS)


def series_info(text: TagText) -> SeriesInfo:
    """Read what the series has in common from one of its headers."""
    read = [
        [optional_number(part) for part in parts_of(text(tag))]
        for tag in (tags.WINDOW_CENTER, tags.WINDOW_WIDTH)
    ]
    window = tuple(
        (center, width)
        for center, width in zip(*read, strict=False)
        if center is not None and width is not None and width > 0
    )
    # The day of the scan: a study or series may be dated by its booking.
    dates = (parse_date(text(tag)) for tag in ("0008,0022", "0008,0021", "0008,0020"))
    day = next(filter(None, dates), None)
    scan_date = "" if day is None else day.date().isoformat()
    return SeriesInfo(window=window, scan_date=scan_date, **read_fields(SeriesInfo, text))


def geometry_faults(text: TagText) -> tuple[Phrase, ...]:
    """Everything that keeps a header from saying where its slice lies."""
    faults = []
    for read, tag in (
        (image_position, tags.IMAGE_POSITION),
        (orientation, tags.IMAGE_ORIENTATION),
        (pixel_spacing, tags.PIXEL_SPACING),
    ):
        try:
            read(text(tag))
        except InvalidGeometry as error:
            faults.append(error.why)
    return tuple(faults)


def _image_type(text: TagText) -> list[str]:
    return [part.upper() for part in parts_of(text(tags.IMAGE_TYPE))]


def _matrix_size(text: TagText, tag: str, keyword: str) -> int:
    value = optional_number(text(tag))
    if value is None:
        missing = NO_IMAGE if tag == tags.ROWS else _("{keyword} is missing")
        raise NotASlice(missing, keyword=keyword)
    if not 1 <= value <= _LARGEST_MATRIX or value != int(value):
        raise NotASlice(_("{keyword} is {value:g}"), keyword=keyword, value=value)
    return int(value)


def series_id(uid: str) -> str:
    """A pseudonym of a UID: the same series gives the same one, and nothing leads back."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


def scanner_id(info: SeriesInfo) -> str | None:
    """A pseudonym of one scanner; None where the header does not tell it from its like."""
    serial = info.device_serial.strip()
    told = "|".join([info.manufacturer.strip(), info.model.strip(), serial])
    return series_id(told) if serial else None


_asked: dict[str, str] = {}
series_info(lambda tag: _asked.setdefault(tag, ""))
#: What ``series_info`` reads of one file of a series.
SERIES_TAGS = tuple(_asked)
