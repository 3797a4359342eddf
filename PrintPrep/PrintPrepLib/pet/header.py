"""What one PET instance's header says about its values: all that SUV needs of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

_GE_CREATOR = "GEMS_PETD_01"
PHILIPS_CREATOR = "Philips PET Private Group"

_RADIOPHARMACEUTICALS = 0x00540016
#: VRs whose bytes are text; implicit VR files and unknown private elements name none.
_TEXT_VRS = {None, "", "UN", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "SH", "ST", "TM", "UT"}


@dataclass(frozen=True)
class PetHeader:
    """One instance's values as they are written (PS3.3 C.8.9, C.7.2.2 and private elements).

    Texts are "" and numbers None where the element is absent or empty; a number is NaN where
    the element holds something that is no number. Dates and times are DICOM's texts.
    ``radiopharmaceuticals`` counts the items of the sequence that the dose is read from.
    """

    units: str = ""
    suv_type: str = ""
    corrected_image: tuple[str, ...] = ()
    decay_correction: str = ""
    weight_kg: float | None = None
    dose_bq: float | None = None
    half_life_s: float | None = None
    radiopharmaceuticals: int = 1
    start_datetime: str = ""
    start_time: str = ""
    series_date: str = ""
    series_time: str = ""
    acquisition_date: str = ""
    acquisition_time: str = ""
    timezone: str = ""
    frame_reference_ms: float | None = None
    frame_duration_ms: float | None = None
    ge_scan_datetime: str = ""
    philips_suv_scale: float | None = None
    philips_activity_scale: float | None = None

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> PetHeader:
        """Read one instance; its pixels are not needed, its private elements are."""
        items = _items(dataset)
        dose = items[0] if items else Dataset()
        return cls(
            units=_text(dataset, 0x00541001).upper(),
            suv_type=_text(dataset, 0x00541006).upper(),
            corrected_image=_words(dataset, 0x00280051),
            decay_correction=_text(dataset, 0x00541102).upper(),
            weight_kg=_number(_text(dataset, 0x00101030)),
            dose_bq=_number(_text(dose, 0x00181074)),
            half_life_s=_number(_text(dose, 0x00181075)),
            radiopharmaceuticals=len(items),
            start_datetime=_text(dose, 0x00181078),
            start_time=_text(dose, 0x00181072),
            series_date=_text(dataset, 0x00080021),
            series_time=_text(dataset, 0x00080031),
            acquisition_date=_text(dataset, 0x00080022),
            acquisition_time=_text(dataset, 0x00080032),
            timezone=_text(dataset, 0x00080201),
            frame_reference_ms=_number(_text(dataset, 0x00541300)),
            frame_duration_ms=_number(_text(dataset, 0x00181242)),
            ge_scan_datetime=_private_text(dataset, 0x0009, _GE_CREATOR, 0x0D),
            philips_suv_scale=_number(_private_text(dataset, 0x7053, PHILIPS_CREATOR, 0x00)),
            philips_activity_scale=_number(_private_text(dataset, 0x7053, PHILIPS_CREATOR, 0x09)),
        )


def _items(dataset: Dataset) -> list[Dataset]:
    if _RADIOPHARMACEUTICALS not in dataset:
        return []
    return list(dataset[_RADIOPHARMACEUTICALS].value or ())


def _text(dataset: Dataset, tag: int) -> str:
    """The values as written, joined by backslashes; "" where there is none."""
    if tag not in dataset:
        return ""
    element: object = dataset.get_item(tag)
    # As bytes: pydicom raises on a decimal string that is none, we want to name it.
    if isinstance(element, RawDataElement) and element.VR in _TEXT_VRS:
        return (element.value or b"").decode("latin-1").strip(" \0")
    value = dataset[tag].value
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    elif isinstance(value, MultiValue | list | tuple):
        value = "\\".join(str(part) for part in value)
    return "" if value is None else str(value).strip(" \0")


def _words(dataset: Dataset, tag: int) -> tuple[str, ...]:
    words = (word.strip().upper() for word in _text(dataset, tag).split("\\"))
    return tuple(word for word in words if word)


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return math.nan


def _private_text(dataset: Dataset, group: int, creator: str, element: int) -> str:
    """A private element, in whichever block its creator has reserved."""
    first, last = group << 16 | 0x10, group << 16 | 0xFF
    tags = sorted(dataset.keys())
    for block in (tag & 0xFF for tag in tags if first <= tag <= last):
        if _text(dataset, group << 16 | block) == creator:
            text = _text(dataset, group << 16 | block << 8 | element)
            if text:
                return text
    return ""
