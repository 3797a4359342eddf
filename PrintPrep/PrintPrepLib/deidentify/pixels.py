"""Whether words may be burned into the pixels, which nobody here looks at."""

from __future__ import annotations

from pydicom.dataset import Dataset

from ..core.findings import Finding
from ..core.phrases import Phrase, _
from .elements import Found

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
#: Modalities whose pictures often carry the name, with or without a flag that says so.
_OFTEN_WRITTEN_ON = {"DOC", "ES", "GM", "OT", "SC", "US", "XC"}

_CONSEQUENCE = _(
    "what is in the pixels is not removed, so the header does not claim that the identity is"
)


def pixel_warnings(dataset: Dataset) -> tuple[tuple[Finding, ...], bool]:
    """What speaks against calling the pixels free of identity.

    :returns: the findings, and whether the header may claim that the identity is removed.
    """
    told: dict[str, str] = {}
    flag = _text(dataset, 0x00280301).upper()
    sop_class = _text(dataset, 0x00080016)
    modality = _text(dataset, 0x00080060).upper()
    if flag == "YES":
        told["burned_in"] = _("The header says that words are burned in; {consequence}.")
    elif sop_class == _SECONDARY_CAPTURE or sop_class.startswith(f"{_SECONDARY_CAPTURE}."):
        told["secondary_capture"] = _("It is a screen capture; {consequence}.")
    elif flag != "NO" and modality in _OFTEN_WRITTEN_ON:
        told["often_written_on"] = _(
            "Pictures of modality {modality} often carry names; {consequence}."
        )
    if _overlay_in_pixels(dataset):
        told["overlay_in_pixels"] = _(
            "An overlay stands in the unused bits of the pixels; {consequence}."
        )
    values = {"modality": modality, "consequence": Phrase(_CONSEQUENCE)}
    found = [Finding(id, "fail", template, values) for id, template in told.items()]
    if _text(dataset, 0x00280302).upper() == "YES":
        found.append(
            Finding(
                "recognizable_face",
                "warn",
                _(
                    "The header says that the patient can be recognised from the images; nothing "
                    "is done about that."
                ),
            )
        )
    return tuple(found), not told


def _overlay_in_pixels(dataset: Dataset) -> bool:
    """Old overlays name a bit of the pixels instead of bringing data of their own."""
    groups = {tag >> 16 for tag in map(int, dataset.keys()) if tag >> 24 == 0x60}
    return any(
        group << 16 | 0x0102 in dataset and group << 16 | 0x3000 not in dataset
        for group in groups
        if not group & 1
    )


def _text(dataset: Dataset, tag: int) -> str:
    return Found.at(dataset, tag).text if tag in dataset else ""
