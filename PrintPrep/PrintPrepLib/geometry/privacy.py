"""What headers say without naming the patient: kernels, models and findings of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..core.findings import from_entry
from ..core.persons import Persons
from ..core.phrases import Phrase
from ..dicom.header import SeriesInfo

#: Entries of a source that are copied from headers as they stand there.
_COPIED = (
    *("modality", "manufacturer", "scanner_model", "told_apart", "compression", "lossy"),
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
    copied = {key: _unnamed(source[key], persons) for key in _COPIED if key in source}
    return {**source, **copied}


def unnamed_entry(entry: Mapping[str, Any], persons: Persons) -> dict[str, Any]:
    """A finding of a record, whose values do not name the patient."""
    if not persons.stand_in(entry["message"]):
        return dict(entry)
    finding = from_entry(entry)
    values = {key: _unnamed(value, persons) for key, value in finding.values.items()}
    return replace(finding, values=values).as_entry()


def _unnamed(value: Any, persons: Persons) -> Any:
    if isinstance(value, str):
        parts = value.split("\\")
        kept = [part for part in parts if not persons.stand_in(part)]
        rest = "\\".join(kept)
        return "" if persons.stand_in(rest) else rest
    if isinstance(value, Phrase):
        inner = {key: _unnamed(item, persons) for key, item in value.values.items()}
        return Phrase(value.template, inner)
    if isinstance(value, Mapping):
        return {key: _unnamed(item, persons) for key, item in value.items()}
    if isinstance(value, list | tuple):
        kept = [item for item in value if not isinstance(item, str) or _unnamed(item, persons)]
        return [_unnamed(item, persons) for item in kept]
    return value
