"""Pictures of the panel's steps in the stand-in, to be looked at.

``python Testing/screenshots.py`` draws them anew. They show the layout, not Slicer: pictures
for users come from a real Slicer.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

TESTING = Path(__file__).resolve().parent
MODULE = TESTING.parent / "PrintPrep"
sys.path[:0] = [str(MODULE), str(TESTING.parent / "PrintPrepDICOMPlugin"), str(TESTING)]


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

    def draw(key: str) -> None:
        steps.show_step(key)
        number = [step.key for step in steps.steps].index(key) + 1
        for style in ("light", "dark"):
            panel.screenshot(TESTING / "screenshots" / f"{number}-{key}-{style}.png", style=style)

    draw("series")
    user.click(ui.demonstrationButton)
    draw("geometry")
    steps.show_step("segment")
    user.click(ui.preset_bone)
    user.click(ui.halfContrastButton)
    user.click(ui.preset_bone)
    draw("segment")
    user.click(ui.applyThresholdButton)
    user.click(ui.makeModelButton)
    steps.show_step("model")
    user.choose(ui.detailCombo, "medium: within 0.1 mm")
    user.click(ui.previewButton)
    draw("model")
    user.click(ui.acceptButton)
    user.click(ui.checkButton)
    draw("qa")
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
