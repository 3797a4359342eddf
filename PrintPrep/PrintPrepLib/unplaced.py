"""Series whose headers do not say where their slices lie: one refusal for all their files.

Cone-beam, industrial and pre-clinical scanners write such headers, and so do programs that
wrap photographs as DICOM.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .findings import Finding
from .headers import InvalidGeometry, SeriesInfo, geometry_faults, multi_frame, series_info

REMEDY = (
    "Where pixel size and slice distance are known from the scanner's own program, they can be "
    "entered by hand (--geometry ROWxCOLUMNxSTEP)"
)

_MOST_FAULTS = 4


@dataclass
class Unplaced:
    """Files of one series that were rejected for their geometry; filled file by file."""

    info: SeriesInfo | None = None
    files: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, error: InvalidGeometry) -> None:
        """Count one file."""
        if self.info is None and error.text is not None:
            self.info = series_info(error.text)
        self.files += 1
        # The frames of a multi-frame object are not described by its own tags.
        single = error.text is not None and not multi_frame(error.text)
        self.faults.update(geometry_faults(error.text) if single else (str(error),))

    @property
    def problem(self) -> str:
        """What is missing, and which lengths the headers do state, for a person to judge."""
        faults = "; ".join(fault for fault, _ in self.faults.most_common(_MOST_FAULTS))
        told = "" if self.info is None else _lengths(self.info)
        return f"the headers do not say where the slices lie ({self.files} files): {faults}{told}"

    @property
    def finding(self) -> Finding:
        """The refusal, with the way out."""
        problem = self.problem
        return Finding(
            "invalid_geometry",
            "fail",
            "{problem}. {remedy}.",
            {"problem": problem[0].upper() + problem[1:], "remedy": REMEDY},
            self.files,
        )

    def record(self) -> dict[str, Any]:
        """What ``inspect --json`` says of the series in place of its source."""
        info = self.info
        return {
            "kind": "dicom",
            "modality": "" if info is None else info.modality,
            "manufacturer": "" if info is None else info.manufacturer,
            "slices": self.files,
            "matrix": None,
        }


def _lengths(info: SeriesInfo) -> str:
    pairs = (
        ("PixelSpacing", info.pixel_spacing),
        ("ImagerPixelSpacing", info.imager_pixel_spacing),
        ("NominalScannedPixelSpacing", info.nominal_pixel_spacing),
    )
    singles = (
        ("SpacingBetweenSlices", info.spacing_between_slices_mm),
        ("SliceThickness", info.slice_thickness_mm),
    )
    told = [f"{name} {pair[0]:g} × {pair[1]:g} mm" for name, pair in pairs if pair]
    told += [f"{name} {value:g} mm" for name, value in singles if value]
    return f". They do state {', '.join(told)}" if told else ""
