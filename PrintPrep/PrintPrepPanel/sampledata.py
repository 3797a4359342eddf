"""The demonstration series among Slicer's sample data."""

from __future__ import annotations

from typing import Any


def register(logic_class: Any) -> None:
    """Offer the demonstration in the Sample Data module, where the application has it."""
    try:
        from SampleData import SampleDataLogic
    except ImportError:
        return
    SampleDataLogic.registerCustomSampleDataSource(
        category="PrintPrep",
        sampleName="PrintPrepDemonstration",
        # Nothing is downloaded, but the Sample Data module counts the addresses.
        uris="printprep:demonstration",
        fileNames="PrintPrepDemonstration",
        customDownloader=lambda source: logic_class().loadDemonstration(),
    )
