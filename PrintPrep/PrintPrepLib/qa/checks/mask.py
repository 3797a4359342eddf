"""Whether the images bear out the mask that a model was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Finding, graded
from ...core.phrases import Phrase, _

#: With more of a label's surface at the end of the reach, the mask means something else than the
#: images show there.
AT_BOUND_PASS_PERCENT = 5.0


def mask_checks(segment: Mapping[str, Any]) -> list[Finding]:
    """The checks of a record's ``segment``; none where it was made of no mask, or followed none."""
    mask = segment.get("mask")
    if not mask or not mask.get("follow_mm"):
        return []
    worst = max(mask["labels"], key=lambda label: label["at_bound"])
    percent, moved = 100 * worst["at_bound"], worst["moved_mm"]["p95"]
    status, limit = graded(percent, AT_BOUND_PASS_PERCENT, 100.0)
    named = _("{value} ({name})") if worst["name"] else "{value}"
    label = Phrase(named, {"value": worst["value"], "name": worst["name"]})
    values = {"percent": percent, "label": label, "reach": mask["follow_mm"], "moved": moved or 0.0}
    template = (
        _(
            "The surface follows the images from the mask: 95 % of the label {label} moved by at "
            "most {moved:.2f} mm, {percent:.1f} % by all of the {reach:g} mm that were allowed."
        )
        if status == "pass"
        else _(
            "{percent:.1f} % of the label {label} lie {reach:g} mm from the mask, as far as was "
            "allowed: compare mask and images there."
        )
    )
    title = _("Mask against the images")
    return [Finding("mask_followed", status, template, values, percent, "%", limit, title)]
