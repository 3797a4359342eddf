"""Examining a long series in Slicer's DICOM database, against reading its headers once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pydicom
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.dicom.database import PIXEL_DATA, DatabaseText
from PrintPrepLib.dicom.header import SERIES_TAGS
from PrintPrepLib.dicom.tags import SLICE_TAGS, TRAITS
from PrintPrepLib.series.offers import PRIVATE_COMPRESSION, offers
from standin.database import DicomDatabase

from .table import Other, Row
from .timing import best_times

FILES = 5000
REPETITIONS = 3
#: A good part of reading the headers, which the database has done before.
BAR = 0.5
_KINDS = {
    "regular": {},
    "uneven": {"steps": tuple(0.4 + 0.1 * (index % 3) for index in range(FILES - 1))},
}


def examination() -> Iterator[Row]:
    """Milliseconds a file; the note says what a quarter of the files costs each."""
    for kind, changes in _KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            yield _row(kind, Path(folder), changes)


def _row(kind: str, folder: Path, changes: dict) -> Row:
    taken = Acquisition(rows=4, columns=4, slices=FILES, **{"steps": 0.5, **changes})
    truth = write_series(Scene([Ball((0.0, 0.0, 0.0), 1.0)]), taken, folder)
    database = DicomDatabase()
    database.tagsToPrecache = (*SLICE_TAGS, *TRAITS, *SERIES_TAGS, PRIVATE_COMPRESSION, PIXEL_DATA)
    database._import(folder)
    files = database.filesForSeries(truth.series_uid)
    times = best_times(
        {
            "PrintPrep": lambda: _examined(database, files),
            "a quarter": lambda: _examined(database, files[: FILES // 4]),
            "pydicom reads the headers once": lambda: _read(files),
        },
        REPETITIONS,
    )
    mine, quarter, read = (1000 * seconds / FILES for seconds in times.values())
    return Row(
        f"examine {FILES} files, {kind}: a file",
        mine,
        "ms",
        [Other("pydicom reads the headers once", read)],
        f"≤ {BAR:g} × the headers",
        mine <= BAR * read,
        f"{4 * quarter:.3f} ms a file where there are {FILES // 4}",
    )


def _examined(database: DicomDatabase, files: Sequence[str]) -> None:
    text = DatabaseText(database, files)
    offers(files, text.of_slice, text.of_series, text.has_pixel_data)


def _read(files: Sequence[str]) -> None:
    for path in files:
        pydicom.dcmread(path, stop_before_pixels=True)
