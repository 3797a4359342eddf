"""Pictures of the panel in the stand-in, to be looked at, and those of docs/panel.md.

``python Testing/screenshots.py`` draws them anew, as wide as Slicer makes a module. They show
the layout, not Slicer: pictures for users come from a real Slicer.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

TESTING = Path(__file__).resolve().parent
MODULE = TESTING.parent / "PrintPrep"
DOCS = TESTING.parent / "docs" / "panel"
sys.path[:0] = [str(MODULE), str(TESTING.parent / "PrintPrepDICOMPlugin"), str(TESTING)]

WIDTH, HEIGHT = 340, 1000
STYLES = ("light", "dark")
LAB = ("settings", "reference", "caliper", "calibration", "verify", "convert")


def measure_more(ui: Any, steps: Any) -> None:
    """Use every group of the Lab."""
    import slicer
    from PrintPrepLib.demo import series as demonstration
    from PrintPrepLib.mrml.models import add_model_node, mesh_from_model_node
    from standin import user

    ui.tabs.currentIndex = 1
    for name in LAB:
        getattr(ui, f"{name}Group").collapsed = False
    user.choose(ui.protocolCombo, ui.protocolCombo.itemText(1))
    steps.qa.check()
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


def main() -> None:
    """Click through the demonstration and draw what there is, light and dark."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import standin
    from standin import user
    from standin.panel import ModulePanel

    desktop = standin.install()
    panel = ModulePanel(desktop, "PrintPrep", MODULE / "PrintPrep.py")
    panel.enter()
    ui, steps = panel.ui, panel.widget.panel

    def draw(name: str, height: int = HEIGHT, place: Path = TESTING / "screenshots") -> None:
        for style in STYLES:
            path = place / f"{name}-{style}.png"
            panel.screenshot(path, WIDTH, height, style=style, panel_width=WIDTH)

    def draw_more(number: int, key: str, height: int = HEIGHT) -> None:
        steps.show_step(key)
        user.click(getattr(ui, f"{key}More"))
        draw(f"{number}-{key}-more", height)
        user.click(getattr(ui, f"{key}More"))
        for step in steps.steps:
            step.button.collapsed = False

    shutil.rmtree(TESTING / "screenshots", ignore_errors=True)
    # No folder of this computer in the pictures.
    os.chdir(tempfile.mkdtemp(prefix="printprep-"))
    os.mkdir("prints")
    ui.exportFolder.currentPath = "prints"
    steps.refresh()
    draw("1-case-empty")
    user.click(ui.demonstrationButton)
    user.click(ui.preset_bone)
    draw("2-case-tissue")
    draw_more(3, "geometry")
    draw_more(4, "segment")
    user.click(ui.applyThresholdButton)
    user.choose(ui.keepCombo, "the largest part")
    user.click(ui.makeModelButton)
    draw("5-case-made")
    ui.smoothCheck.checked = True
    steps.model._try()
    draw_more(6, "model")
    steps.model.discard()
    ui.smoothCheck.checked = False
    user.click(ui.threemfCheck)
    user.click(ui.exportButton)
    draw("7-case-exported")
    draw("one-case", place=DOCS)
    draw_more(9, "export")
    draw_more(8, "qa", 2600)
    ui.tabs.currentIndex = 1
    for name in LAB:
        getattr(ui, f"{name}Group").collapsed = True
    draw("lab", place=DOCS)
    measure_more(ui, steps)
    draw("10-lab", 1300)
    panel.exit()
    if desktop.mistakes:
        raise SystemExit("\n".join(desktop.mistakes))


if __name__ == "__main__":
    main()
