"""What became of every file of a conversion: summary.json and summary.csv."""

from __future__ import annotations

import csv
import io
import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.files import write_bytes
from ..core.outward import csv_cell, json_text
from ..core.phrases import Phrase, _

SCHEMA = "printprep-convert/1"

#: The fates of a file, best first.
FATES = ("converted", "copied", "skipped", "refused", "failed", "not reached")
CONVERTED, COPIED, SKIPPED, REFUSED, FAILED, NOT_REACHED = FATES
#: Reasons that are given in several places.
DONE_BEFORE = _("done by an earlier run")
DAMAGED = _("the data set is damaged: {reason}")
UNREADABLE = _("cannot be read ({reason})")
COLUMNS = ("file", "fate", "reason", "output", "compression", "series_id", "bytes")


def unreadable(error: OSError) -> Phrase:
    """Why a file was not read."""
    return Phrase(UNREADABLE, {"reason": error.strerror or type(error).__name__})


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one file.

    :param file: its name relative to the input, or what stands for it.
    :param why: None where nothing has to be said.
    :param output: the new file relative to the folder of the results, or empty.
    :param compression: what the pixels were compressed with, or empty.
    :param bytes: size of the new file.
    """

    file: str
    fate: str
    why: Phrase | None = None
    output: str = ""
    compression: str = ""
    series_id: str = ""
    bytes: int = 0

    @property
    def reason(self) -> str:
        """Why, in English; empty where nothing has to be said."""
        return "" if self.why is None else self.why.text

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in COLUMNS}


@dataclass(frozen=True)
class Summary:
    """The result of one run.

    :param fates: one for each input file, in the order of their names.
    :param part: which share of the series this was, (number, of how many), or None.
    :param stopped: why the run ended early, in English, or empty.
    :param deidentification: the report of what was done to the headers, or None.
    """

    out: Path
    fates: tuple[Fate, ...]
    options: Mapping[str, Any]
    series: int
    seconds: float
    source_bytes: int
    part: tuple[int, int] | None = None
    stopped: str = ""
    deidentification: Mapping[str, Any] | None = None
    warnings: Sequence[Phrase] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many files met which fate; every fate is named."""
        found = Counter(fate.fate for fate in self.fates)
        return {fate: found[fate] for fate in FATES}

    @property
    def written(self) -> int:
        return self.counts[CONVERTED] + self.counts[COPIED]

    @property
    def done_before(self) -> int:
        return sum(fate.reason == DONE_BEFORE for fate in self.fates)

    def to_json(self) -> str:
        """The record as text, one line a file, in plain ASCII: names can hold anything."""
        import numpy as np

        about = {
            "schema": SCHEMA,
            "software": {
                "printprep": __version__,
                "numpy": np.__version__,
                "python": platform.python_version(),
            },
            "created": datetime.now().astimezone().isoformat(timespec="seconds"),
            "options": dict(self.options),
            "part": None if self.part is None else f"{self.part[0]}/{self.part[1]}",
            "stopped": self.stopped or None,
            "seconds": round(self.seconds, 3),
            "source_bytes": self.source_bytes,
            "series": self.series,
            "counts": self.counts,
            "warnings": [warning.text for warning in self.warnings],
        }
        head = json.dumps(about, indent=2)[:-2]
        rows = ",\n    ".join(json.dumps(fate.as_dict()) for fate in self.fates)
        return json_text(f'{head},\n  "files": [\n    {rows}\n  ]\n}}\n')

    def to_csv(self) -> str:
        """One line a file under a line of names."""
        out = io.StringIO()
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        for fate in self.fates:
            table.writerow({name: csv_cell(value) for name, value in fate.as_dict().items()})
        return out.getvalue()

    @property
    def names(self) -> tuple[str, ...]:
        """The files that ``write`` makes in the folder of the results."""
        ending = "" if self.part is None else "-part-{}-of-{}".format(*self.part)
        report = () if self.deidentification is None else (f"deidentification{ending}.json",)
        return f"summary{ending}.csv", f"summary{ending}.json", *report

    def write(self) -> None:
        """Write the files into the folder of the results.

        :raises ExportError: they cannot be written.
        """
        contents = [
            # Names that are no text at all are written as escapes.
            self.to_csv().encode("utf-8", "backslashreplace"),
            self.to_json().encode("ascii"),
        ]
        if self.deidentification is not None:
            contents.append((json.dumps(self.deidentification, indent=2) + "\n").encode("ascii"))
        for name, data in zip(self.names, contents, strict=True):
            write_bytes(self.out / name, data)
