"""The exceptions of PrintPrep.

Their text is written for the person at the screen: what is wrong, where, and
what to do about it. Faces (panel, plugin, command line) show it as it is.
"""

from __future__ import annotations

from typing import Any

from .phrases import Phrase, _, filled


class PrintPrepError(Exception):
    """Base of every error that PrintPrep raises on purpose.

    ``str(error)`` is the whole text in the language in use.

    :param problem: one marked sentence with ``{placeholders}``; without a full stop, or that
        of a finding.
    :param file: the file concerned, or None.
    :param tag: the DICOM keyword concerned, or None.
    :param remedy: what the user can do, one marked sentence without a full stop.
    :param values: what fills the placeholders of both; phrases among them.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        tag: str | None = None,
        remedy: str | None = None,
        **values: Any,
    ) -> None:
        self.template, self.remedy_template, self.values = problem, remedy, values
        self.file = None if file is None else str(file)
        self.tag = tag
        super().__init__(problem)

    @property
    def problem(self) -> str:
        """The English sentence on what is wrong."""
        return filled(self.template, self.values).rstrip(".")

    @property
    def remedy(self) -> str | None:
        """The English sentence on what to do, or None."""
        return self.remedy_template and filled(self.remedy_template, self.values)

    @property
    def told(self) -> Phrase:
        """The whole text: where, what is wrong, and what to do."""
        place = ", ".join(part for part in (self.file, self.tag) if part)
        problem = Phrase(self.template, self.values)
        parts: dict[str, Any] = {"place": place, "problem": problem}
        template = "{place}: {problem}" if place else "{problem}"
        # The sentence of a finding that is raised ends with a full stop already.
        template += "" if problem.text.endswith(".") else "."
        if self.remedy_template:
            template += " {remedy}."
            parts["remedy"] = Phrase(self.remedy_template, self.values)
        return Phrase(template, parts)

    def __str__(self) -> str:
        return self.told.said

    def __reduce__(self) -> Any:
        """Errors come back whole from worker processes, their keywords included."""
        return _again, (type(self), self.__dict__, self.args)


def _again(kind: type[PrintPrepError], state: dict[str, Any], args: tuple[Any, ...]) -> Any:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class Explained(Exception):
    """What a function found out, for its caller to tell: ``why`` is a phrase, the text English.

    :param template: marked words without a full stop, with ``{placeholders}`` for ``values``.
    """

    def __init__(self, template: str, **values: Any) -> None:
        self.why = Phrase(template, values)
        super().__init__(self.why.text)


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
        super().__init__(_("Cancelled"))
