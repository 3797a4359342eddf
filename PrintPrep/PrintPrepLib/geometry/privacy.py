"""What headers say without naming the patient: kernels, models and findings of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..core.findings import from_entry
from ..core.persons import Persons
from ..dicom.header import SeriesInfo

#: Entries of a source that are copied from headers as they stand there.
_COPIED = (
    *("scanner_model", "told_apart", "compression", "lossy"),
    *("image_type", "image_types", "kernel"),
)


def persons_of(info: SeriesInfo) -> Persons:
    """The patient of a series."""
    persons = Persons()
    persons.add_name(info.patient_name)
    persons.add_number(info.patient_id)
    persons.add_date(info.patient_birth_date)
    return persons


def unnamed_source(source: Mapping[str, Any], persons: Persons) -> dict[str, Any]:
    """A source in which nothing that was copied from headers names the patient."""
    copied = {key: persons.left_out(source[key]) for key in _COPIED if key in source}
    return {**source, **copied}


def unnamed_entry(entry: Mapping[str, Any], persons: Persons) -> dict[str, Any]:
    """A finding of a record, whose values do not name the patient."""
    if not persons.stand_in(entry["message"]):
        return dict(entry)
    finding = from_entry(entry)
    return replace(finding, values=persons.left_out(finding.values)).as_entry()
