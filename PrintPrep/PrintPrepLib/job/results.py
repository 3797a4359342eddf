"""What is written beside the model files: the volume, and a record with its page for each model."""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.files import write_text
from ..core.jsonable import to_json
from ..core.phrases import Phrase, _
from ..core.progress import Progress, meanwhile, part, report
from ..image_io.nrrd import write_nrrd
from ..mesh.triangle_mesh import TriangleMesh
from ..qa.record import naming_volume
from ..report.record_page import page
from ..volume.regular_volume import RegularVolume


class Results:
    """Writes one volume when it is made, then a record for each model of it.

    With the volume beside it a record can be verified as a whole. The record names its file, so
    several records of one folder may share it.

    :param volume: that the models were made of.
    :param folder: where the files are written.
    :param target: where they will stand, when that is another folder: no file there is replaced.
        The same volume from an earlier export is taken as it is.
    :param suffix: behind "volume" in the file's name, where a folder holds several.
    :param note: is told why a page has no picture.
    :raises ExportError: the volume cannot be written.
    :raises Cancelled: progress asked for it.
    """

    def __init__(
        self,
        volume: RegularVolume,
        folder: Path,
        target: Path | None = None,
        suffix: str = "",
        note: Callable[[str], None] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._folder, self._note = folder, note
        path = folder / f"volume{suffix}.nrrd"
        write_nrrd(path, volume.voxels, volume.ijk_to_lps, progress=part(progress, 0.0, 0.8))
        message = _("Writing the volume")
        placed = (
            path
            if target is None
            else meanwhile(progress, 0.8, message, lambda: _beside_others(path, target))
        )
        self.volume_name = placed.name
        #: All files that were written, the volume first where it was not there already.
        self.written = [placed] if placed.parent == folder else []

    def add(
        self,
        record: Mapping[str, Any],
        mesh: TriangleMesh,
        suffix: str = "",
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Write a model's qa.json and qa.html; the record as it was written.

        :param suffix: behind "qa" in their names.
        :raises ExportError: a file cannot be written.
        :raises Cancelled: progress asked for it.
        """
        report(progress, 0.0, _("Drawing the pictures"))
        made = naming_volume(record, self.volume_name)
        text, without = page(made, mesh, progress)
        if without is not None and self._note is not None:
            self._note(Phrase(_("No picture of the model: {reason}"), {"reason": without}).said)
        files = self._folder / f"qa{suffix}.json", self._folder / f"qa{suffix}.html"
        write_text(files[0], to_json(made))
        write_text(files[1], text)
        self.written += files
        return made


def free_suffix(folder: Path, names: Sequence[str]) -> str:
    """ "" or -2, -3 …: the first behind which none of the names is a file of the folder.

    :param names: such as ``qa{}.json``.
    """
    number = 1
    while any((folder / name.format(_suffix(number))).exists() for name in names):
        number += 1
    return _suffix(number)


def _suffix(number: int) -> str:
    return "" if number == 1 else f"-{number}"


def _beside_others(path: Path, target: Path) -> Path:
    """Where a volume stands, or will stand: the same one in ``target``, or under a free name."""
    number = 1
    while True:
        name = f"{path.stem}{_suffix(number)}{path.suffix}"
        there = target / name
        if there.is_file() and filecmp.cmp(path, there, shallow=False):
            path.unlink()
            return there
        if not there.exists():
            return path.rename(path.with_name(name))
        number += 1
