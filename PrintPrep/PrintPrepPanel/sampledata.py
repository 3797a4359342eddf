"""The demonstration series among Slicer's sample data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

#: Drawn from the demonstration itself.
THUMBNAIL = Path(__file__).parents[1] / "Resources" / "Icons" / "PrintPrepDemonstration.png"


def register(logic_class: Any) -> None:
    """Offer the demonstration in the Sample Data module, where the application has it."""
    try:
        from SampleData import SampleDataLogic
    except ImportError:
        return
    SampleDataLogic.registerCustomSampleDataSource(
        category="PrintPrep",
        sampleName=_("Demonstration: tilted CT, uneven slices"),
        # Nothing is downloaded, but the Sample Data module counts the addresses.
        uris="printprep:demonstration",
        fileNames="PrintPrepDemonstration",
        nodeNames="Demonstration",
        thumbnailFileName=str(THUMBNAIL),
        customDownloader=lambda source: _load(logic_class()),
    )


def _load(logic: Any) -> Any:
    """Load the demonstration and show it: the Sample Data module shows its own samples only."""
    import slicer

    node = logic.loadDemonstration()
    slicer.app.applicationLogic().GetSelectionNode().SetActiveVolumeID(node.GetID())
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=node, fit=True)
    return node
