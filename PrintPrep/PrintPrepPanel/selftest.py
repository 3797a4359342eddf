"""The module's self test clicks through the panel: demonstration series → files and record."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import slicer
from PrintPrepLib.demo import series as demonstration
from PrintPrepLib.mesh.io.stl import read_stl
from PrintPrepLib.mrml import maps as mrml_maps
from PrintPrepLib.mrml.models import mesh_from_model_node
from PrintPrepLib.report.record_page import page

from .print_record import save_pdf
from .states.choices import MapOf


def click_through(test: Any, widget: Any) -> Any:
    """Do the main job by the panel's widgets.

    :param test: the running test case.
    :param widget: the module's widget.
    :returns: the corners (N, 3) of the STL file that was written, LPS mm.
    """
    ui, panel = widget.ui, widget.panel
    panel.enter()
    test.delayDisplay("Making the demonstration series")
    ui.demonstrationButton.click()
    test.assertIsNotNone(panel.parameters.volume, ui.messageLabel.text)
    panel.segment.presets["bone"].click()
    test.delayDisplay("The preview of the threshold is in the slice views")
    ui.applyThresholdButton.click()
    ui.makeModelButton.click()
    test.assertIsNotNone(panel.model.node(), ui.messageLabel.text)
    test.assertIsNotNone(panel.qa.record(), ui.messageLabel.text)
    test.delayDisplay("The model is made, and checked shortly")
    ui.checkButton.click()
    test.assertTrue(panel.qa.complete(), ui.messageLabel.text)
    look_closer(test, widget)
    before = ui.exportFolder.currentPath
    with tempfile.TemporaryDirectory() as folder:
        ui.exportFolder.currentPath = folder
        panel.refresh()
        ui.exportButton.click()
        ui.exportFolder.currentPath = before
        test.assertTrue(panel.parameters.exported, ui.messageLabel.text)
        corners = read_stl(os.path.join(folder, "model.stl"))
        with open(os.path.join(folder, "qa.json"), encoding="utf-8") as file:
            record = json.load(file)
    test.assertEqual(record["segment"]["threshold_hu"], [200, None])
    return corners.reshape(-1, 3)


def look_closer(test: Any, widget: Any) -> None:
    """Use what the QA step has beside the checks: colours, an object of known size, plot, page.

    :param test: the running test case.
    :param widget: the module's widget, with a model that was checked.
    """
    ui, panel = widget.ui, widget.panel
    panel.parameters.map = MapOf.WALL
    panel.refresh()
    display = panel.model.node().GetDisplayNode()
    test.assertEqual(display.GetActiveScalarName(), mrml_maps.MAPS["wall"].array)
    test.delayDisplay("The model is coloured by the thickness of its walls")
    panel.parameters.map = MapOf.NONE
    panel.refresh()
    test.assertFalse(display.GetScalarVisibility())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "qa.pdf")
        html, _why = page(panel.qa.record(), mesh_from_model_node(panel.model.node()))
        save_pdf(html, path, folder)
        test.assertEqual(path.read_bytes()[:5], b"%PDF-")
    if slicer.app.layoutManager() is None:
        test.delayDisplay("There are no views: what needs them is left out")
        return
    x, y, z = demonstration.BALL_CENTER
    mode = slicer.vtkMRMLSliceNode.OffsetJumpSlice
    slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, -x, -y, z, mode)
    ui.centreButton.click()
    panel.parameters.sizeA = demonstration.BALL_DIAMETER_MM
    ui.fitButton.click()
    (fit,) = panel.lab.calibration.fits()
    test.assertAlmostEqual(fit["measured_mm"][0], demonstration.BALL_DIAMETER_MM, delta=0.1)
    before = slicer.app.layoutManager().layout
    ui.plotCombo.setCurrentIndex(1)
    ui.plotCombo.activated.emit(1)
    test.assertIn("plot", ui.plotHint.text)
    test.delayDisplay("The steps from slice to slice are plotted")
    panel.qa.exit()
    test.assertEqual(slicer.app.layoutManager().layout, before)
