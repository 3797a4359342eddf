"""The exceptions of PrintPrep.

Their text is written for the person at the screen: what is wrong, where, and
what to do about it. Faces (panel, plugin, command line) show it as it is.
"""

from __future__ import annotations


class PrintPrepError(Exception):
    """Base of every error that PrintPrep raises on purpose.

    :param problem: one sentence without a full stop.
    :param file: the file concerned, or None.
    :param tag: the DICOM keyword concerned, or None.
    :param remedy: what the user can do, one sentence without a full stop.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        tag: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.tag = tag
        self.remedy = remedy
        super().__init__(self._text())

    def _text(self) -> str:
        place = ", ".join(part for part in (self.file, self.tag) if part)
        text = f"{place}: {self.problem}" if place else self.problem
        return f"{text}. {self.remedy}." if self.remedy else f"{text}."


class SeriesError(PrintPrepError):
    """The input holds no series that PrintPrep can use."""


class GeometryError(PrintPrepError):
    """The geometry of the slices is missing, impossible or not served yet."""


class PixelDataError(PrintPrepError):
    """The pixels of a file are missing, truncated or in an unknown form."""


class GridError(PrintPrepError):
    """The regular grid that was asked for cannot be made."""


class SegmentError(PrintPrepError):
    """There is nothing (or nothing usable) in the segment."""


class MeshError(PrintPrepError):
    """A surface cannot be smoothed or made smaller within its bounds."""


class CalibrationError(PrintPrepError):
    """An object of known size could not be measured, or a store of calibrations not be read."""


class ExportError(PrintPrepError):
    """A file could not be written, or did not read back as it was meant."""


class ProtocolError(PrintPrepError):
    """An acquisition protocol is unknown, cannot be read, or says what nobody can check."""


class DamagedFile(PrintPrepError):
    """A file whose data set is cut off or cannot be followed to its end."""


class NotServed(PrintPrepError):
    """A file that is left as it is, though nothing is wrong with it."""


class Cancelled(PrintPrepError):
    """The user cancelled; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Cancelled")
