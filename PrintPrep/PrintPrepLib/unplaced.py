"""Series whose headers do not say where their slices lie: one refusal for all their files.

Cone-beam, industrial and pre-clinical scanners write such headers, and so do programs that
wrap photographs as DICOM.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .findings import Finding
from .headers import InvalidGeometry, SeriesInfo, geometry_faults, series_info

REMEDY = (
    "Where pixel size and slice distance are known from the scanner's own program, they can be "
    "entered by hand (--geometry ROWxCOLUMNxSTEP)"
)


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
        self.faults.update(geometry_faults(error.text) if error.text else (str(error),))

    @property
    def finding(self) -> Finding:
        """What is missing, what the headers hold instead, and the way out."""
        return Finding(
            "invalid_geometry",
            "fail",
            "The headers do not say where the slices lie ({count} files): {faults}.{hints} "
            + REMEDY
            + ".",
            {
                "count": self.files,
                "faults": "; ".join(fault for fault, _ in self.faults.most_common(4)),
                "hints": _hints(self.info),
            },
            self.files,
        )


def _hints(info: SeriesInfo | None) -> str:
    """Lengths that the header does state, for a person to judge."""
    if info is None:
        return ""
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
    return f" They do state {', '.join(told)}." if told else ""
