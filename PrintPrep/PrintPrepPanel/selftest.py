"""The module's self test clicks through the panel: demonstration series → files and record."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

from PrintPrepLib.export import read_stl


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
    test.delayDisplay("The model is made")
    ui.checkButton.click()
    test.assertGreater(ui.checksTable.rowCount, 10, ui.messageLabel.text)
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
