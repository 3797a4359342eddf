"""The geometry QA as the Python console has it: part of PrintPrep's logic.

Nothing else is imported before it is needed: Slicer reads this file when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class QaConsole:
    """Methods of ``PrintPrepLogic`` that check, compare and calibrate."""

    def checkGeometry(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        segmentID: str,
        modelNode: Any = None,
        progress: Callable[[float, str], object] | None = None,
        protocol: str = "",
        surgeryDate: str = "",
        printer: str = "",
        calibrations: str = "",
        quick: bool = False,
    ) -> dict[str, Any]:
        """Check whether volume, segment and model are fit for printing; the geometry record.

        What was measured at every point of the model stays with it as point data
        (``WallThicknessMm``, ``DistanceToGreyValuesMm``).

        :param modelNode: None for the model that createModel would make. What exportModel wrote
            of it last is part of the record.
        :param protocol: name of an acquisition protocol, or path of one's own.
        :param surgeryDate: day of the operation, YYYY-MM-DD.
        :param printer: name of a printer, or its build room such as "200 x 200 x 180" (mm).
        :param calibrations: file that keepCalibration wrote.
        :param quick: leave out what takes long on large models; the record names it.
        :returns: what the command line writes as qa.json: figures, "checks" and "verdict".
        :raises GeometryError: the volume stands under a transform, or comes from elsewhere:
            regularizeVolume makes one that can be checked.
        """
        import slicer

        from . import qa as mrml_qa

        return mrml_qa.check(
            volumeNode,
            segmentationNode,
            segmentID,
            modelNode,
            protocol=protocol,
            surgery_date=surgeryDate,
            printer=printer,
            calibrations=calibrations,
            quick=quick,
            slicer_version=slicer.app.applicationVersion if hasattr(slicer, "app") else None,
            progress=progress,
        )

    def compareModels(
        self,
        modelNode: Any,
        reference: Any,
        align: bool = False,
        progress: Callable[[float, str], object] | None = None,
    ) -> dict[str, Any]:
        """Measure a model against another one; the distances stay with its points.

        :param reference: a model node, or the path of an STL, OBJ, PLY or 3MF file.
        :param align: turn and move the model onto the reference first; it is never scaled.
        :returns: what ``printprep compare --json`` prints.
        """
        from . import qa as mrml_qa

        return mrml_qa.compare(modelNode, reference, align, progress)

    def fitObject(
        self,
        volumeNode: Any,
        kind: str,
        nominal: Sequence[float],
        place: Sequence[float],
        progress: Callable[[float, str], object] | None = None,
    ) -> dict[str, Any]:
        """Measure an object of known size in the grey values.

        :param kind: "ball", "block" or "cylinder".
        :param nominal: known size in mm: (diameter,), three edges, or (diameter, length).
        :param place: a point inside it, RAS mm.
        :returns: the size with its uncertainty, and the scale along the patient's axes.
        :raises CalibrationError: there is no such object; the text says why.
        """
        from . import qa as mrml_qa

        x, y, z = place
        return mrml_qa.fit_object(volumeNode, kind, tuple(nominal), (x, y, z), progress)

    def keepCalibration(self, volumeNode: Any, fits: Sequence[dict[str, Any]], path: str) -> None:
        """Keep what fitObject measured, for later checks of scans from the same scanner.

        :param path: the file of calibrations; it is made where it is missing.
        """
        from . import qa as mrml_qa

        mrml_qa.keep_calibration(volumeNode, list(fits), path)
