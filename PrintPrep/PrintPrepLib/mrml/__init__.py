"""The edge to Slicer: all that the library does with the nodes of a MRML scene.

This package alone may import ``slicer``. No Qt: it runs in Slicer and on slicer-core alike. Its
names are imported when they are asked for, because Slicer reads ``console`` when it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .belonging import remember_volume, require_model, require_segment
    from .models import (
        add_model_node,
        exported_file,
        mark_untouched,
        mesh_from_model_node,
        remember_export,
        remember_surface,
    )
    from .qa import check
    from .regularize import regularize_volume_node
    from .scene import headless_scene
    from .segments import (
        keep_islands_above,
        keep_largest_island,
        made_surface,
        segment_by_threshold,
        segment_mask,
        segment_surface,
        threshold_of,
    )
    from .volumes import (
        add_volume_node,
        place_under_study,
        provenance_of,
        save_volume,
        volume_from_node,
    )

__all__ = [
    "add_model_node",
    "add_volume_node",
    "check",
    "exported_file",
    "headless_scene",
    "keep_islands_above",
    "keep_largest_island",
    "made_surface",
    "mark_untouched",
    "mesh_from_model_node",
    "place_under_study",
    "provenance_of",
    "regularize_volume_node",
    "remember_export",
    "remember_surface",
    "remember_volume",
    "require_model",
    "require_segment",
    "save_volume",
    "segment_by_threshold",
    "segment_mask",
    "segment_surface",
    "threshold_of",
    "volume_from_node",
]

__getattr__ = hand_on(
    __name__,
    {
        "belonging": ["remember_volume", "require_model", "require_segment"],
        "models": [
            "add_model_node",
            "exported_file",
            "mark_untouched",
            "mesh_from_model_node",
            "remember_export",
            "remember_surface",
        ],
        "qa": ["check"],
        "regularize": ["regularize_volume_node"],
        "scene": ["headless_scene"],
        "segments": [
            "keep_islands_above",
            "keep_largest_island",
            "made_surface",
            "segment_by_threshold",
            "segment_mask",
            "segment_surface",
            "threshold_of",
        ],
        "volumes": [
            "add_volume_node",
            "place_under_study",
            "provenance_of",
            "save_volume",
            "volume_from_node",
        ],
    },
)
