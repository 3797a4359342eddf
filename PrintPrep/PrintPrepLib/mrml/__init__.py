"""The edge to Slicer: all that the library does with the nodes of a MRML scene.

This is what to import; the work is in the ``mrml_*`` files beside it, which together are the
only ones of the library that touch nodes. No Qt: they run in Slicer and on slicer-core alike.
"""

from .mrml_nodes import (
    add_model_node,
    add_volume_node,
    headless_scene,
    mesh_from_model_node,
    place_under_study,
    provenance_of,
    save_volume,
    volume_from_node,
)
from .mrml_qa import check
from .mrml_record import exported_file, mark_untouched, remember_export
from .mrml_regularize import regularize_volume_node
from .mrml_segments import (
    keep_islands_above,
    keep_largest_island,
    segment_by_threshold,
    segment_mask,
    segment_surface,
    threshold_of,
)

__all__ = [
    "add_model_node",
    "add_volume_node",
    "check",
    "exported_file",
    "headless_scene",
    "keep_islands_above",
    "keep_largest_island",
    "mark_untouched",
    "mesh_from_model_node",
    "place_under_study",
    "provenance_of",
    "regularize_volume_node",
    "remember_export",
    "save_volume",
    "segment_by_threshold",
    "segment_mask",
    "segment_surface",
    "threshold_of",
    "volume_from_node",
]
