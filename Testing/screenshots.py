"""Pictures of the panel's steps in the stand-in, to be looked at.

``python Testing/screenshots.py`` draws them anew. They show the layout, not Slicer: pictures
for users come from a real Slicer.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

TESTING = Path(__file__).resolve().parent
MODULE = TESTING.parent / "PrintPrep"
sys.path[:0] = [str(MODULE), str(TESTING.parent / "PrintPrepDICOMPlugin"), str(TESTING)]


_FIRST_GROUPS = ("settings", "review", "maps", "reference")
_LAST_GROUPS = ("calibration", "caliper", "plots", "verify")


def measure_more(ui: Any, steps: Any) -> None:
    """Use every group of the QA step."""
    import slicer
    from PrintPrepLib.demo import series as demonstration
    from PrintPrepLib.mrml.models import add_model_node, mesh_from_model_node
    from standin import user

    steps.show_step("qa")
    for name in (*_FIRST_GROUPS, *_LAST_GROUPS):
        getattr(ui, f"{name}Group").collapsed = False
    user.choose(ui.protocolCombo, ui.protocolCombo.itemText(1))
    user.click(ui.checkButton)
    steps.show_step("qa")
    user.click(next(iter(steps.qa.review._boxes.values())))
    user.enter(ui.reviewerEdit, "Dr. Example")
    add_model_node(mesh_from_model_node(steps.model.node()), "Planned bone")
    user.choose(ui.referenceSelector, "Planned bone")
    user.click(ui.referenceButton)
    x, y, z = demonstration.BALL_CENTER
    mode = slicer.vtkMRMLSliceNode.OffsetJumpSlice
    slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, -x, -y, z, mode)
    user.click(ui.centreButton)
    user.enter(ui.sizeSpinA, demonstration.BALL_DIAMETER_MM)
    user.click(ui.fitButton)
    user.enter(ui.readingsEdit, "9.98 10.02 10.01")
    user.click(ui.caliperButton)
    user.choose(ui.plotCombo, "distance from slice to slice")


def main() -> None:
    """Click through the demonstration and draw every step, light and dark."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import standin
    from standin import user
    from standin.panel import ModulePanel

    desktop = standin.install()
    panel = ModulePanel(desktop, "PrintPrep", MODULE / "PrintPrep.py")
    panel.enter()
    ui, steps = panel.ui, panel.widget.panel

    def draw(key: str, more: str = "", height: int = 900) -> None:
        steps.show_step(key)
        number = [step.key for step in steps.steps].index(key) + 1
        for style in ("light", "dark"):
            name = f"{number}-{key}{more}-{style}.png"
            panel.screenshot(TESTING / "screenshots" / name, height=height, style=style)

    draw("series")
    user.click(ui.demonstrationButton)
    draw("geometry")
    steps.show_step("segment")
    user.click(ui.preset_bone)
    user.click(ui.halfContrastButton)
    user.click(ui.preset_bone)
    draw("segment")
    user.click(ui.applyThresholdButton)
    steps.show_step("model")
    user.click(ui.makeModelButton)
    user.choose(ui.detailCombo, "medium: within 0.1 mm")
    user.click(ui.previewButton)
    draw("model")
    user.click(ui.acceptButton)
    steps.show_step("qa")
    user.click(ui.checkButton)
    draw("qa")
    measure_more(ui, steps)
    for names in (_FIRST_GROUPS, _LAST_GROUPS):
        for name in (*_FIRST_GROUPS, *_LAST_GROUPS):
            getattr(ui, f"{name}Group").collapsed = name not in names
        draw("qa", f"-{names[0]}", 1750)
    ui.settingsGroup.collapsed = False
    user.choose(ui.protocolCombo, "none")
    steps.show_step("export")
    with tempfile.TemporaryDirectory() as folder:
        user.click(ui.threemfCheck)
        user.enter(ui.exportFolder, folder)
        user.click(ui.exportButton)
        ui.exportFolder.currentPath = "prints"
        steps.refresh()
        draw("export")
    panel.exit()
    if desktop.mistakes:
        raise SystemExit("\n".join(desktop.mistakes))


if __name__ == "__main__":
    main()
