"""PrintPrep: from a CT series to a printable model of true size.

The module class, the widget that holds the panel, the logic for the Python console, and the
self test. The work itself is done in PrintPrepLib, which is imported when it is first needed.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import slicer
from PrintPrepLib.mrml.console import QaConsole
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class PrintPrep(ScriptedLoadableModule):
    """What Slicer needs to know of the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("PrintPrep")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Printing")]
        parent.dependencies = ["Volumes", "Segmentations", "DICOM"]
        parent.contributors = ["The PrintPrep contributors"]
        parent.helpText = _(
            "Turns a CT series into a printable model whose size is true to life, in six steps "
            "from top to bottom: series, geometry, segment, model, checks, export. Series with a "
            "tilted gantry or uneven slices are straightened. What is not on the way of every case "
            "stands in the second tab, Lab. The record that is written beside "
            "the model proves its size. Press Demonstration to try everything without own data. "
            "Not for clinical use unless locally validated."
        )
        parent.acknowledgementText = _(
            "PrintPrep builds on 3D Slicer, VTK, NumPy, SciPy and pydicom, and thanks those who "
            "make them."
        )
        slicer.app.connect("startupCompleted()", self._offer_sample_data)

    def _offer_sample_data(self) -> None:
        from PrintPrepPanel.sampledata import register

        register(PrintPrepLogic)


class PrintPrepWidget(ScriptedLoadableModuleWidget):
    """The panel: its widgets come from PrintPrep.ui, its steps from PrintPrepPanel."""

    def __init__(self, parent: Any = None) -> None:
        self.panel: Any = None
        ScriptedLoadableModuleWidget.__init__(self, parent)

    def setup(self) -> None:
        """Lay out the panel."""
        ScriptedLoadableModuleWidget.setup(self)
        from PrintPrepPanel.panel import Panel

        widget = slicer.util.loadUI(self.resourcePath("UI/PrintPrep.ui"))
        self.layout.addWidget(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.ui = slicer.util.childWidgetVariables(widget)
        self.panel = Panel(self.ui, PrintPrepLogic(), self._is_entered)
        self.layout.addStretch(1)
        self.panel.connect_parameters()
        self.panel.refresh()
        if self._is_entered():  # after a reload nobody calls enter()
            self.panel.enter()

    def _is_entered(self) -> bool:
        # A panel outside the main window has a plain parent, and is shown when it is there.
        return bool(getattr(self.parent, "isEntered", False))

    def enter(self) -> None:
        """The module is shown."""
        if self.panel is not None:
            self.panel.enter()

    def exit(self) -> None:
        """Another module is shown."""
        if self.panel is not None:
            self.panel.exit()

    def cleanup(self) -> None:
        """The module is about to be unloaded or reloaded."""
        if self.panel is not None:
            self.panel.clean_up()
            self.panel = None

    def onReload(self) -> None:
        """Reload library and panel too, else developers would run yesterday's code."""
        own = ("PrintPrepLib", "PrintPrepPanel")
        for name in [name for name in sys.modules if name.partition(".")[0] in own]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class PrintPrepLogic(QaConsole, ScriptedLoadableModuleLogic):
    """PrintPrep from the Python console; every step runs without a window.

    A whole run::

        from PrintPrep import PrintPrepLogic
        logic = PrintPrepLogic()
        volume = logic.loadSeries(["/folder/of/the/series"])[0]
        segmentation, segment = logic.segmentByThreshold(volume, 200)
        logic.keepLargestIsland(volume, segmentation, segment)
        model = logic.createModel(volume, segmentation, segment)
        logic.exportModel(model, "/folder/model.stl")

    What goes wrong raises a ``PrintPrepLib.PrintPrepError`` whose text says what to do.
    ``progress`` is a function ``progress(fraction, message)``; it cancels by returning True.
    """

    #: What the last ``loadSeries`` left out of its volumes, as sentences.
    leftOut: Sequence[str] = ()

    def loadSeries(
        self,
        paths: Sequence[str],
        spacing: str | float = "native",
        progress: Callable[[float, str], object] | None = None,
        sections: str = "split",
        stack: int | None = None,
        geometry: str | Sequence[Any] | None = None,
        applyTilt: float | bool = False,
    ) -> list[Any]:
        """Load DICOM files or folders as regular volumes: one for each series, stack and section.

        Tilted and unevenly spaced series are straightened, regular ones keep their voxels. What
        cannot be used is named in the log and in ``leftOut``.

        :param spacing: distance of the planes: "native", "isotropic" or millimetres.
        :param sections: parts of a series with wide gaps between them: "split" into a volume
            each, or "merged" into one with background in the gaps.
        :param stack: only this one (from 1) of series that mix orientations, rasters or
            reconstructions; None for all.
        :param geometry: where headers do not say where slices lie: (row, column, step) in mm,
            a fourth one "coronal" or "sagittal"; or as text, "0.2x0.2x0.25:coronal".
        :param applyTilt: put a gantry tilt back that was lost: degrees, or True for those that
            the headers state.
        :returns: the new volume nodes, by series number.
        :raises SeriesError: nothing in there can be used; the text says why.
        :raises GeometryError: the geometry given by hand is impossible.
        :raises Cancelled: progress returned True; the scene is unchanged.
        """
        from PrintPrepLib import mrml
        from PrintPrepLib.core.errors import SeriesError
        from PrintPrepLib.core.phrases import _
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.geometry.manual import EnteredGeometry
        from PrintPrepLib.series.by_hand import read_series_by_hand
        from PrintPrepLib.series.reader import read_series
        from PrintPrepLib.volume.loading import load_volumes

        if sections not in ("split", "merged"):
            raise ValueError(f"sections is 'split' or 'merged', not {sections!r}")
        reading = part(progress, 0.0, 0.2)
        if geometry is None:
            collection = read_series(paths, reading)
        else:
            if isinstance(geometry, str):
                entered = EnteredGeometry.from_text(geometry)
            else:
                entered = EnteredGeometry(*geometry)
            collection = read_series_by_hand(paths, entered, reading)
        as_one, rest = sections == "merged", part(progress, 0.2, 1.0)
        loaded, left_out = load_volumes(collection, spacing, as_one, stack, applyTilt, rest)
        if not loaded:
            remedy = _("Give geometry=(row, column, step) in mm, where they are known")
            raise SeriesError(
                _("there is no series that PrintPrep can use: {why}"),
                file=", ".join(map(str, paths)),
                remedy=remedy if collection.unplaced else None,
                why=_reasons(left_out),
            )
        for sentence in left_out:
            logging.warning("PrintPrep left out %s", sentence)
        self.leftOut = left_out
        nodes = []
        for item in loaded:
            words = [phrase.said for phrase in item.words]
            name = ", ".join([_series_name(item.stack.info), *words])
            nodes.append(mrml.add_volume_node(item.volume, name))
            mrml.place_under_study(nodes[-1], item.stack.info)
        return nodes

    def findSeries(
        self,
        paths: Sequence[str],
        progress: Callable[[float, str], object] | None = None,
    ) -> list[Any]:
        """Look which series stand in files or folders, and load nothing.

        :returns: ``SliceStack`` objects that a volume can be made of, by series number;
            ``loadSeries([item.path for item in stack.slices])`` loads one.
        :raises SeriesError: there is none; the text says why.
        """
        from PrintPrepLib.core.errors import SeriesError
        from PrintPrepLib.core.phrases import _
        from PrintPrepLib.geometry.analysis import analyse
        from PrintPrepLib.series.reader import read_series

        collection = read_series(paths, progress)
        reasons = [item.reason for item in collection.rejected]
        stacks = []
        for stack in (stack for series in collection.series for stack in series.stacks):
            refusal = analyse(stack).refusal
            if refusal is None:
                stacks.append(stack)
            else:
                reasons.append(refusal.rstrip("."))
        if not stacks:
            raise SeriesError(
                _("there is no series that PrintPrep can use: {why}"),
                file=", ".join(map(str, paths)),
                why=_reasons(reasons),
            )
        return stacks

    def loadDemonstration(self, progress: Callable[[float, str], object] | None = None) -> Any:
        """Generate a tilted, unevenly spaced scan with objects of known size, and load it.

        :returns: the volume node.
        """
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.demo.series import write_demonstration

        with tempfile.TemporaryDirectory(prefix="printprep-") as folder:
            write_demonstration(folder, part(progress, 0.0, 0.6))
            (node,) = self.loadSeries([folder], progress=part(progress, 0.6, 1.0))
        node.SetName(slicer.mrmlScene.GenerateUniqueName("Demonstration"))
        return node

    def regularizeVolume(
        self,
        volumeNode: Any,
        spacing: str | float = "native",
        progress: Callable[[float, str], object] | None = None,
    ) -> Any:
        """Make a regular volume of one that is in the scene already.

        The volume may be sheared (as Slicer loads tilted series), left-handed, or under a linear
        transform or Slicer's acquisition transform. It is left as it is.

        :param spacing: distance of the planes: "native", "isotropic" or millimetres.
        :returns: a new volume node beside it; the same voxels where it is regular already.
        :raises GeometryError: its slices are bent or skewed; the text says what to do.
        """
        from PrintPrepLib.mrml import regularize_volume_node

        return regularize_volume_node(volumeNode, spacing, progress)

    def segmentByThreshold(
        self,
        volumeNode: Any,
        lower: float,
        upper: float | None = None,
        name: str = "Bone",
    ) -> tuple[Any, str]:
        """Make a segment of all voxels with lower ≤ value ≤ upper (HU in CT).

        :param upper: None for no upper bound.
        :returns: (segmentation node, segment ID).
        :raises SegmentError: no voxel lies in the range.
        """
        from PrintPrepLib.mrml import segment_by_threshold

        return segment_by_threshold(volumeNode, lower, upper, name)

    def keepLargestIsland(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        segmentID: str,
    ) -> None:
        """Remove everything from a segment that does not hang together with its largest part.

        :raises SegmentError: the segment is empty or does not exist.
        """
        from PrintPrepLib.mrml import keep_largest_island

        keep_largest_island(segmentationNode, segmentID, volumeNode)

    def createModel(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        segmentID: str,
        surface: str | None = None,
        progress: Callable[[float, str], object] | None = None,
        follow: bool = True,
    ) -> Any:
        """Make a model of a segment: its surface where the anatomy ends, or at the threshold.

        :param surface: "edge": where the anatomy ends; "threshold": where the grey values cross
            the range that made the segment. None: the threshold where a person gave it, such as
            in segmentByThreshold, else the edge.
        :param follow: False: the surface of a segment that no threshold made stays where the
            segment has it.
        :returns: the model node, named and coloured as the segment, under the volume's transform.
        :raises SegmentError: the segment is empty or does not exist, or was made of another
            volume, or of this one before its spacing, place or size was changed.
        :raises Cancelled: progress returned True; the scene is unchanged.
        """
        from PrintPrepLib import mrml

        mrml.require_segment(volumeNode, segmentationNode, segmentID)
        chosen = volumeNode, segmentationNode, segmentID, surface, follow, progress
        made = mrml.made_surface(*chosen)
        segment = segmentationNode.GetSegmentation().GetSegment(segmentID)
        modelNode = mrml.add_model_node(made.mesh, segment.GetName())
        modelNode.GetDisplayNode().SetColor(segment.GetColor())
        modelNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
        mrml.mark_untouched(modelNode)
        mrml.remember_surface(modelNode, made, follow)
        mrml.remember_volume(modelNode, volumeNode)
        return modelNode

    def exportModel(
        self,
        modelNode: Any,
        path: str,
        scale: float = 1.0,
        center: bool = False,
        unit: str = "mm",
        record: dict[str, Any] | None = None,
        progress: Callable[[float, str], object] | None = None,
    ) -> str:
        """Write a model, read it back and compare.

        :param path: its ending chooses the format: .stl, .3mf, .obj or .ply.
        :param scale: size of the print ÷ size of the patient.
        :param center: move the middle of the model to the origin.
        :param unit: what the file counts in: "mm", "m" or "inch".
        :param record: what checkGeometry said of the model: completed with the file and written
            beside it as qa.json and qa.html, with volume.nrrd, so that it can be verified.
        :returns: the path written.
        :raises ExportError: the ending is no format, or the file could not be written; a
            previous one is untouched.
        :raises GeometryError: the volume was changed after the model was made of it.
        :raises Cancelled: progress returned True; nothing was written.
        """
        from PrintPrepLib import mrml
        from PrintPrepLib.core.errors import ExportError
        from PrintPrepLib.core.phrases import _
        from PrintPrepLib.mesh.io.export import FORMATS, export_model
        from PrintPrepLib.mrml.models import export_with_record

        mrml.require_model(modelNode)
        kinds = {item.suffix: item.name for item in FORMATS.values()}
        kind = kinds.get(os.path.splitext(path)[1].lower())
        if kind is None:
            raise ExportError(
                _("the ending of this name is none of a model file"),
                file=str(path),
                remedy=_("Choose one of {endings}"),
                endings=", ".join(kinds),
            )
        part = (modelNode.GetName(), mrml.mesh_from_model_node(modelNode))
        if record is None:
            exported = export_model([part], path, kind, scale, center, unit, progress=progress)
        else:
            settings = {"format": kind, "scale": scale, "center": center, "unit": unit}
            exported = export_with_record(modelNode, path, record, settings, progress)
        mrml.remember_export(modelNode, exported)
        return str(exported.path)


def _reasons(reasons: Sequence[str]) -> Any:
    """Why nothing can be used: each reason once, or that there was nothing."""
    from PrintPrepLib.core.phrases import Phrase, _

    return "; ".join(dict.fromkeys(reasons)) or Phrase(_("no slice was found"))


def _series_name(info: Any) -> str:
    """As Slicer names a series: "2: Head"."""
    description = info.description or "Unnamed Series"
    return f"{info.number}: {description}" if info.number else description


class PrintPrepTest(ScriptedLoadableModuleTest):
    """The main job on the generated demonstration series, whose sizes are known."""

    def setUp(self) -> None:
        """Start from an empty scene."""
        slicer.mrmlScene.Clear()

    def test_series_to_stl(self) -> None:
        """Tilted, uneven series → regular volume → segment → model → STL of true size."""
        from PrintPrepLib.demo import series as demonstration
        from PrintPrepLib.demo.series import write_demonstration
        from PrintPrepLib.mrml import mesh_from_model_node

        logic = PrintPrepLogic()
        with tempfile.TemporaryDirectory() as folder:
            truth = write_demonstration(os.path.join(folder, "series"))
            self.delayDisplay("Loading a tilted series with uneven steps")
            (volume,) = logic.loadSeries([os.path.join(folder, "series")])
            segmentation, segment = logic.segmentByThreshold(volume, truth.half_contrast_hu)
            model = logic.createModel(volume, segmentation, segment)
            path = logic.exportModel(model, os.path.join(folder, "model.stl"))
            self.assertGreater(os.path.getsize(path), 84)
        half_contrast = demonstration.ball_half_contrast_diameter()
        self._check_ball(mesh_from_model_node(model).points, half_contrast)

    def test_panel(self) -> None:
        """The same through the panel's widgets, where the application shows them."""
        widget = self._module_widget()
        if widget is None:
            logging.info("There is no panel here: its test is left out")
            return
        from PrintPrepLib.demo import series as demonstration
        from PrintPrepPanel.selftest import click_through

        true_size = demonstration.BALL_DIAMETER_MM
        self._check_ball(click_through(self, widget), true_size)
        self.delayDisplay("The ball in the file has the size that it should have")

    def _check_ball(self, points: Any, diameter: float) -> None:
        """The demonstration's ball has its diameter, mm."""
        import numpy as np
        from PrintPrepLib.demo import series as demonstration

        center = demonstration.BALL_CENTER
        radii = np.linalg.norm(points - np.array(center), axis=1)
        ball = radii[radii < 0.6 * demonstration.BALL_DIAMETER_MM]
        self.assertAlmostEqual(2 * ball.mean(), diameter, delta=0.05)

    def _module_widget(self) -> Any:
        """The module's panel, made where it was not shown yet; None without widgets."""
        module = getattr(slicer.modules, "printprep", None)
        make = getattr(module, "widgetRepresentation", None)
        if make is not None and not hasattr(slicer.modules, "PrintPrepWidget"):
            make()
        return getattr(slicer.modules, "PrintPrepWidget", None)
