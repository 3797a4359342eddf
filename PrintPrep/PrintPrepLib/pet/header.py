"""What one PET instance's header says about its values: all that SUV needs of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydicom.dataset import Dataset

from ..dicom.header import from_tag, read_fields
from ..dicom.reader import dataset_text

PHILIPS_CREATOR = "Philips PET Private Group"
#: Who reserves the private blocks that are read, by their group.
_CREATORS = {"0009": "GEMS_PETD_01", "7053": PHILIPS_CREATOR}
_RADIOPHARMACEUTICALS = 0x00540016
#: What stands in an item of that sequence.
_OF_DOSE = {"0018,1072", "0018,1074", "0018,1075", "0018,1078"}


def _words(text: str) -> tuple[str, ...]:
    words = (word.strip().upper() for word in text.split("\\"))
    return tuple(word for word in words if word)


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return math.nan


@dataclass(frozen=True)
class PetHeader:
    """One instance's values as they are written (PS3.3 C.8.9, C.7.2.2 and private elements).

    Texts are "" and numbers None where the element is absent or empty; a number is NaN where
    the element holds something that is no number. Dates and times are DICOM's texts.
    ``radiopharmaceuticals`` counts the items of the sequence that the dose is read from.
    """

    units: str = from_tag("0054,1001", str.upper)
    suv_type: str = from_tag("0054,1006", str.upper)
    corrected_image: tuple[str, ...] = from_tag("0028,0051", _words)
    decay_correction: str = from_tag("0054,1102", str.upper)
    weight_kg: float | None = from_tag("0010,1030", _number)
    dose_bq: float | None = from_tag("0018,1074", _number)
    half_life_s: float | None = from_tag("0018,1075", _number)
    radiopharmaceuticals: int = 1
    start_datetime: str = from_tag("0018,1078")
    start_time: str = from_tag("0018,1072")
    series_date: str = from_tag("0008,0021")
    series_time: str = from_tag("0008,0031")
    acquisition_date: str = from_tag("0008,0022")
    acquisition_time: str = from_tag("0008,0032")
    timezone: str = from_tag("0008,0201")
    frame_reference_ms: float | None = from_tag("0054,1300", _number)
    frame_duration_ms: float | None = from_tag("0018,1242", _number)
    ge_scan_datetime: str = from_tag("0009,xx0D")
    philips_suv_scale: float | None = from_tag("7053,xx00", _number)
    philips_activity_scale: float | None = from_tag("7053,xx09", _number)

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> PetHeader:
        """Read one instance; its pixels are not needed, its private elements are."""
        present = dataset.keys()
        sequence = _RADIOPHARMACEUTICALS in present
        items = list(dataset[_RADIOPHARMACEUTICALS].value or ()) if sequence else []
        text = dataset_text(dataset)
        of_dose = dataset_text(items[0] if items else Dataset())

        def value(tag: str) -> str:
            group, element = tag.split(",")
            if not element.startswith("xx"):
                return (of_dose if tag in _OF_DOSE else text)(tag).strip(" \0")
            # A private element, in whichever block its creator has reserved.
            first = int(group, 16) << 16 | 0x10
            blocks = (f"{key & 0xFF:02X}" for key in sorted(present) if 0 <= key - first < 0xF0)
            own = (block for block in blocks if value(f"{group},00{block}") == _CREATORS[group])
            return next(filter(None, (value(f"{group},{b}{element[2:]}") for b in own)), "")

        return cls(radiopharmaceuticals=len(items), **read_fields(cls, value))
