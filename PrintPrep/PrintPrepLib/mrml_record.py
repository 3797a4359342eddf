"""What the scene keeps of a model's making: the file written last, and whether it was changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from .export import ExportedFile
from .mesh import TriangleMesh
from .mrml_nodes import mesh_from_model_node
from .record import plain

EXPORTED = "PrintPrep.ExportedFile"
UNTOUCHED = "PrintPrep.UntouchedSurface"


def remember_export(model_node: Any, exported: ExportedFile) -> None:
    """Keep with a model what was written of it last: name, checksum, scale, but no folder."""
    surface = _digest(mesh_from_model_node(model_node))
    kept = {**vars(exported), "path": exported.path.name, "surface": surface}
    model_node.SetAttribute(EXPORTED, json.dumps(plain(kept)))


def exported_file(model_node: Any) -> ExportedFile | None:
    """What was written of a model last; None where nothing was, or the model changed since."""
    text = model_node.GetAttribute(EXPORTED)
    if not text:
        return None
    kept = json.loads(text)
    if kept.pop("surface", None) != _digest(mesh_from_model_node(model_node)):
        return None
    offset = tuple(kept["center_offset_mm"])
    return ExportedFile(**{**kept, "path": Path(kept["path"]), "center_offset_mm": offset})


def mark_untouched(model_node: Any) -> None:
    """Note that a model is the surface as it was made of its segment."""
    model_node.SetAttribute(UNTOUCHED, _digest(mesh_from_model_node(model_node)))


def is_untouched(model_node: Any, mesh: TriangleMesh) -> bool:
    """Whether a model still is the surface that was made of its segment.

    :param mesh: the model's, as ``mesh_from_model_node`` gives it.
    """
    return model_node.GetAttribute(UNTOUCHED) == _digest(mesh)


def _digest(mesh: TriangleMesh) -> str:
    digest = hashlib.sha256(mesh.points.tobytes())
    digest.update(mesh.triangles.astype("<i4").tobytes())
    return digest.hexdigest()
