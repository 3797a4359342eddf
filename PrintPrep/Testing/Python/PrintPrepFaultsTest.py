"""What once went wrong in a scene, clicked through and called inside Slicer.

Two volumes in one scene, a volume changed by hand, a segment added in the embedded editor, an
export into a folder that holds other files: each could once put a wrong model into a file with a
record that called it sound.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import slicer.ScriptedLoadableModule as scripted
from PrintPrepLib.core.errors import Cancelled, ExportError, GeometryError, SegmentError
from PrintPrepLib.verify import verify

SIZE, SPACING_MM = 36, 0.8
LOW = 200.0


class PrintPrepFaultsTest(scripted.ScriptedLoadableModuleTest):
    """Each method begins with an empty scene."""

    def setUp(self) -> None:
        """Start from an empty scene, with the module's panel where there is one."""
        from PrintPrep import PrintPrepLogic

        slicer.mrmlScene.Clear()
        self.logic = PrintPrepLogic()

    # What is called from the console

    def test_segments_and_models_belong_to_their_volume(self) -> None:
        """The segment of one volume gives no model of another, nor a record."""
        first, second = self._ball("First", 9.0), self._ball("Second", 6.0)
        chosen = self.logic.segmentByThreshold(first, LOW)
        model = self.logic.createModel(first, *chosen)
        for call in (
            lambda: self.logic.createModel(second, *chosen),
            lambda: self.logic.checkGeometry(second, *chosen, model),
        ):
            self.assertRaises((GeometryError, SegmentError), call)

    def test_a_changed_volume_is_not_exported(self) -> None:
        """A spacing typed by hand makes another volume of it."""
        volume = self._ball("Typed", 9.0)
        model = self.logic.createModel(volume, *self.logic.segmentByThreshold(volume, LOW))
        volume.SetSpacing(SPACING_MM, SPACING_MM, 1.2 * SPACING_MM)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.stl")
            self.assertRaises(GeometryError, lambda: self.logic.exportModel(model, path))
            self.assertEqual(os.listdir(folder), [])

    def test_an_export_is_complete_or_not_there(self) -> None:
        """Model, volume and record appear together; cancelled, none of them."""
        volume = self._ball("Exported", 9.0)
        chosen = self.logic.segmentByThreshold(volume, LOW)
        model = self.logic.createModel(volume, *chosen)
        record = self.logic.checkGeometry(volume, *chosen, model)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.stl")
            self.assertRaises(
                Cancelled,
                lambda: self.logic.exportModel(
                    model, path, record=record, progress=lambda fraction, message: fraction > 0.5
                ),
            )
            wrong = os.path.join(folder, "model.vtp")
            self.assertRaises(ExportError, lambda: self.logic.exportModel(model, wrong))
            self.assertEqual(os.listdir(folder), [])
            self.logic.exportModel(model, path, record=record)
            names = ["model.stl", "qa.html", "qa.json", "volume.nrrd"]
            self.assertEqual(sorted(os.listdir(folder)), names)
            self.assertEqual(verify(folder).verdict, "unchanged")

    # What is clicked in the panel

    def test_two_volumes_in_the_panel(self) -> None:
        """Nothing that was made of one volume is offered for another."""
        panel = self._panel()
        if panel is None:
            return
        first, second = self._ball("First", 9.0), self._ball("Second", 6.0)
        self._model_of(panel, first)
        self.assertTrue(panel.ui.exportButton.enabled, panel.ui.exportState.text)
        self._choose(panel, second)
        self._wait(lambda: panel.model.node() is None)
        for button in (panel.ui.makeModelButton, panel.ui.exportButton):
            self.assertFalse(button.enabled, button.objectName)
        self._choose(panel, first)
        self._wait(lambda: panel.model.node() is not None)

    def test_a_changed_volume_in_the_panel(self) -> None:
        """After its spacing was typed by hand nothing can be made or exported of a volume."""
        panel = self._panel()
        if panel is None:
            return
        volume = self._ball("Typed", 9.0)
        self._model_of(panel, volume)
        self.assertTrue(panel.ui.exportButton.enabled, panel.ui.exportState.text)
        volume.SetSpacing(SPACING_MM, SPACING_MM, 1.2 * SPACING_MM)
        self._wait(lambda: not panel.ui.exportButton.enabled)
        self._wait(lambda: not panel.ui.makeModelButton.enabled)

    def test_a_segment_added_in_the_editor(self) -> None:
        """A threshold fills the segment that the editor shows, not the one before it."""
        panel = self._panel()
        if panel is None:
            return
        volume = self._ball("Segments", 9.0)
        self._model_of(panel, volume)
        node, first = panel.parameters.segmentation, panel.parameters.segmentID
        before = self._voxels(node, first)
        editor = panel.segment.editor
        slicer.util.findChild(editor, "AddSegmentButton").click()
        added = editor.currentSegmentID()
        self.assertNotEqual(added, first)
        self._threshold(panel)
        self.assertEqual(self._voxels(node, first), before)
        self.assertGreater(self._voxels(node, added), 0)
        self.assertEqual(panel.parameters.segmentID, added)

    def test_the_panels_export_replaces_no_other_file(self) -> None:
        """Files of another run stay; what is written can be verified as a whole."""
        panel = self._panel()
        if panel is None:
            return
        self._model_of(panel, self._ball("Exported", 9.0))
        with tempfile.TemporaryDirectory() as folder:
            theirs = Path(folder, "model.stl")
            theirs.write_bytes(b"of another run")
            panel.ui.exportFolder.currentPath = folder
            panel.refresh()
            panel.ui.exportButton.click()
            self.assertTrue(panel.parameters.exported, panel.ui.messageLabel.text)
            self.assertEqual(theirs.read_bytes(), b"of another run")
            record = json.loads(Path(folder, "qa.json").read_text(encoding="utf-8"))
            (file,) = record["model"]["files"]
            self.assertEqual(file["file"], "model-2.stl")
            self.assertTrue(Path(folder, file["file"]).is_file())
            self.assertEqual(verify(folder).verdict, "unchanged")

    # How it is done

    def _ball(self, name: str, radius_mm: float) -> Any:
        """A regular volume with a ball of 1,000 in air of −1,000, its edge blurred."""
        z, y, x = (SPACING_MM * (axis - (SIZE - 1) / 2) for axis in np.ogrid[:SIZE, :SIZE, :SIZE])
        away = np.sqrt(x * x + y * y + z * z) - radius_mm
        grey = (-1000 * np.tanh(away / SPACING_MM)).astype(np.int16)
        given = slicer.util.addVolumeFromArray(grey)
        given.SetSpacing(SPACING_MM, SPACING_MM, SPACING_MM)
        volume = self.logic.regularizeVolume(given)
        slicer.mrmlScene.RemoveNode(given)
        volume.SetName(name)
        return volume

    def _panel(self) -> Any:
        """The module's panel, entered; None where Slicer runs without widgets."""
        module = getattr(slicer.modules, "printprep", None)
        make = getattr(module, "widgetRepresentation", None)
        if make is not None and not hasattr(slicer.modules, "PrintPrepWidget"):
            make()
        widget = getattr(slicer.modules, "PrintPrepWidget", None)
        if widget is None:
            self.delayDisplay("There is no panel here: its test is left out")
            return None
        widget.panel.enter()
        return widget.panel

    def _choose(self, panel: Any, volume: Any) -> None:
        panel.parameters.volume = volume
        slicer.app.processEvents()
        panel.refresh()

    def _threshold(self, panel: Any) -> None:
        panel.ui.automaticButton.click()
        panel.ui.applyThresholdButton.click()

    def _model_of(self, panel: Any, volume: Any) -> None:
        """Choose a volume, segment it and make the model, by the panel's buttons; then it could
        be exported."""
        before = panel.ui.exportFolder.currentPath
        self.addCleanup(lambda: setattr(panel.ui.exportFolder, "currentPath", before))
        panel.ui.exportFolder.currentPath = tempfile.gettempdir()
        panel.parameters.reason = "A test inside Slicer, where nothing is printed"
        self._choose(panel, volume)
        self._threshold(panel)
        panel.ui.makeModelButton.click()
        panel.refresh()
        self.assertIsNotNone(panel.model.node(), panel.ui.messageLabel.text)

    def _voxels(self, segmentation: Any, segment: str) -> int:
        return int(
            np.count_nonzero(slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment))
        )

    def _wait(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Let the application work until something has come about."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            slicer.app.processEvents()
        self.assertTrue(condition())
