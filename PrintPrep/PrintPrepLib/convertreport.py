"""What a de-identifying conversion did to the headers, over all of its files."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from typing import Any

from .convertplan import Source
from .convertwork import Done
from .deidentify import Deidentifier, Options, pet_warnings, tally


class HeaderReport:
    """Collects what was done; it never holds a value of a patient."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._changes: Counter[tuple[str, str, str, str]] = Counter()
        self._notices: Counter[tuple[str, str]] = Counter()
        self._files = self._unclaimed = 0

    def add(self, done: Done) -> None:
        """Take in one file."""
        if done.changes is None:
            return
        self._files += 1
        self._unclaimed += done.unclaimed
        self._changes.update(done.changes)
        self._notices.update(done.notices)

    @property
    def treatment(self) -> dict[str, Any]:
        """The options, with what stands for a list of pseudonyms."""
        pseudonyms = repr(sorted(self._options.pseudonyms.items()))
        digest = hashlib.sha256(pseudonyms.encode("utf-8", "surrogateescape")).hexdigest()
        return {**self._options.as_dict(), "pseudonyms": digest}

    def record(self) -> dict[str, Any]:
        """The report of all files, as ``deidentify.tally`` would make it."""
        names = ("tag", "keyword", "action", "reason")
        return {
            **tally(self._options, ()),
            "files": self._files,
            "not_claimed": self._unclaimed,
            "warnings": [
                {"id": key, "message": text, "count": count}
                for (key, text), count in sorted(self._notices.items())
            ],
            "changes": [
                {**dict(zip(names, key, strict=True)), "count": count}
                for key, count in sorted(self._changes.items())
            ],
        }

    def option_warnings(self) -> list[str]:
        """Which options break PET quantification."""
        return pet_warnings(self._options)


def pseudonym_texts(source: Source, deidentifier: Deidentifier) -> tuple[str, str, str]:
    """What the folders of a de-identified series may be called: the patient's new number."""
    from pydicom import dcmread

    number = series = ""
    with contextlib.suppress(Exception):  # what is wrong is told when the file is converted
        dataset = dcmread(source.path, stop_before_pixels=True, force=True)
        series = str(dataset.get("SeriesNumber") or "")
        for change in deidentifier.preview(dataset):
            if change.tag == "(0010,0020)" and not change.path:
                number = change.after
    return number, "study", f"series {series}"
