"""Header values from Slicer's DICOM database, as the examination asks for them.

The database gives text as it stands in the files, and has cached what plugins announced
before the import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

PIXEL_DATA = "7FE0,0010"
_UIDS_PER_QUERY = 500


class DatabaseText:
    """Header values of some files, a tag of all of them at a time where the database can.

    :param database: a ``ctkDICOMDatabase``.
    """

    def __init__(self, database: Any, files: Sequence[str]) -> None:
        self._database = database
        self._uids = {file: database.instanceForFile(file) for file in files}
        self._bulk = getattr(database, "instanceValues", None)  # Slicer 5.12 and later
        self._of_all = cache(self._fetch)

    def of_slice(self, file: str) -> Callable[[str], str]:
        """For tags that are asked of every file."""
        return lambda tag: self._of_all(tag)[file]

    def of_series(self, file: str) -> Callable[[str], str]:
        """For tags that are asked of this file only."""
        return lambda tag: self._database.fileValue(file, tag)

    def has_pixel_data(self, file: str) -> bool:
        """Whether the file holds standard PixelData."""
        return bool(self._database.fileValueExists(file, PIXEL_DATA))

    def _fetch(self, tag: str) -> dict[str, str]:
        uids = [uid for uid in self._uids.values() if uid]
        found: dict[str, str] = {}
        if self._bulk is not None:
            try:
                for start in range(0, len(uids), _UIDS_PER_QUERY):
                    found.update(self._bulk(uids[start : start + _UIDS_PER_QUERY], tag))
            except (TypeError, ValueError):
                # A QMap of strings, which not every PythonQt can hand to Python.
                self._bulk = None

        def one(file: str, uid: str) -> str:
            # By instance costs one query, by file two.
            if uid:
                return self._database.instanceValue(uid, tag)
            return self._database.fileValue(file, tag)

        return {file: found.get(uid) or one(file, uid) for file, uid in self._uids.items()}
