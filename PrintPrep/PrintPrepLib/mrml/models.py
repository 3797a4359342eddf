"""Model nodes: made, found, kept in step with their segment, and what was exported of them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ..core.errors import ExportError
from ..core.files import staging
from ..core.jsonable import plain
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part
from ..job.model import Made
from ..mesh.io.common import ExportedFile
from ..mesh.io.export import export_model
from ..mesh.triangle_mesh import TriangleMesh, bounds, from_polydata, to_polydata
from ..qa.record import completed
from ..surface.edge_material import Blur
from ..surface.edges import EdgeSurface
from .belonging import VOLUME_ROLE, model_foreign, remember_volume
from .maps import EDGE_MARK, EDGE_MOVED, put_maps
from .scene import headless_scene
from .segments import segment_digest, segment_of
from .volumes import volume_from_node

EXPORTED = "PrintPrep.ExportedFile"
UNTOUCHED = "PrintPrep.UntouchedSurface"
SEGMENTATION_ROLE = "PrintPrep.Segmentation"
SEGMENT_ID = "PrintPrep.SegmentID"
OUTDATED = "PrintPrep.Outdated"
_BESIDE = "PrintPrep.Beside"
#: Digest of the segment's voxels that the model was made of.
_VOXELS = "PrintPrep.SegmentVoxels"
REFINEMENT = "PrintPrep.Refinement"
#: Where the surface lies, ``edge`` or ``threshold``; what an edge surface rests on; and whether
#: a segment without a range was left as it is.
SURFACE, EDGE, _AS_IT_IS = "PrintPrep.Surface", "PrintPrep.Edge", "PrintPrep.AsItIs"
#: The name that PrintPrep gave: it follows the segment's until the user gives another one.
_NAME = "PrintPrep.Name"
#: How thick the outline of a model is in the slice views.
_OUTLINE_PIXELS = 2


def add_model_node(mesh: TriangleMesh, name: str, scene: Any = None, shown: Any = None) -> Any:
    """Put a mesh (LPS) into the scene as a model (RAS), with normals for the display.

    :param name: made unique in the scene.
    :param shown: the mesh as ``for_display`` makes it, where that was done before.
    """
    scene = scene or headless_scene()
    return _model_node(for_display(mesh) if shown is None else shown, name, scene)


def _model_node(shown: vtk.vtkPolyData, name: str, scene: Any) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", scene.GenerateUniqueName(name))
    node.SetAndObservePolyData(shown)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    # Its outline on the images: whether it follows them is seen at once.
    display.SetVisibility2D(True)
    display.SetSliceIntersectionThickness(_OUTLINE_PIXELS)
    return node


def for_display(mesh: TriangleMesh, progress: Progress | None = None) -> vtk.vtkPolyData:
    """A mesh (LPS) as models hold it: in RAS, with a normal at each point.

    :raises Cancelled: progress asked for it.
    """
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputData(to_polydata(_mirrored(mesh)))
    normals.SplittingOff()
    normals.ConsistencyOff()
    meanwhile(progress, 0.0, _("Making the model"), normals.Update)
    return normals.GetOutput()


def mesh_from_model_node(node: Any) -> TriangleMesh:
    """A model's surface in LPS mm, transforms above the node applied.

    :raises ExportError: the model holds no surface.
    """
    polydata = node.GetPolyData()
    if polydata is None or not polydata.GetNumberOfPolys():
        raise ExportError(_("the model {model} holds no surface"), model=node.GetName())
    if node.GetParentTransformNode() is not None:
        to_world = vtk.vtkGeneralTransform()
        node.GetParentTransformNode().GetTransformToWorld(to_world)
        move = vtk.vtkTransformPolyDataFilter()
        move.SetInputData(polydata)
        move.SetTransform(to_world)
        move.Update()
        polydata = move.GetOutput()
    return _mirrored(from_polydata(polydata))


def _mirrored(mesh: TriangleMesh) -> TriangleMesh:
    """LPS ↔ RAS: a half turn about z, so triangles keep their outside."""
    return TriangleMesh(mesh.points * [-1.0, -1.0, 1.0], mesh.triangles)


# What the scene keeps of a model's making: the file written last, and whether it was changed.


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


def export_with_record(
    model_node: Any,
    path: str | os.PathLike[str],
    record: Mapping[str, Any],
    settings: Mapping[str, Any],
    progress: Progress | None = None,
) -> ExportedFile:
    """Write a model, its volume, its record and the record's page; all of them, or none.

    :param record: that was made of the model as it is (``qa.check``).
    :param settings: of ``export_model``: ``format``, ``scale``, ``center`` and ``unit``.
    :raises ExportError: the record is of another model, the volume is not there any more, or a
        file cannot be written.
    :raises Cancelled: progress asked for it; nothing was written.
    """
    from ..job.results import Results, free_suffix

    path, mesh = Path(path), mesh_from_model_node(model_node)
    volume_node = model_node.GetNodeReference(VOLUME_ROLE)
    if volume_node is None:
        raise ExportError(
            _("the volume that the model was made of is not in the scene any more"),
            remedy=_("Export without the record, or load the volume again"),
        )
    told = record["model"]
    if not (
        told["triangles"] == len(mesh.triangles)
        and np.allclose(told["bounds_mm"], np.transpose(bounds(mesh)), rtol=0, atol=1e-6)
    ):
        raise ExportError(
            _("the record was not made of this model"), remedy=_("Check the model again")
        )
    folder = path.parent
    suffix = free_suffix(folder, ["qa{}.json", "qa{}.html"])
    with staging(folder) as staged:
        exported = export_model(
            [(model_node.GetName(), mesh)],
            staged / path.name,
            **settings,
            progress=part(progress, 0.0, 0.6),
        )
        volume = volume_from_node(volume_node)
        results = Results(volume, staged, folder, progress=part(progress, 0.6, 0.8))
        reason = (record.get("exception") or {}).get("reason", "")
        more = refinement_of(model_node)
        made = completed(record, volume.provenance, [exported], more, reason)
        results.add(made, mesh, suffix, part(progress, 0.8, 1.0))
    return replace(exported, path=path)


# Where the surface lies, and what it rests on.


def remember_surface(model_node: Any, made: Made, follow: bool = True) -> None:
    """Keep with a model where its surface lies; with an edge surface what it rests on, too.

    How far each point was moved and its mark are left as point data.

    :param made: of which the model's own surface is the mesh.
    :param follow: False: a segment that no range made was left as it is.
    """
    edge = made.edge
    model_node.SetAttribute(SURFACE, made.surface)
    model_node.SetAttribute(_AS_IT_IS, None if follow or edge is not None else "1")
    if edge is None:
        model_node.SetAttribute(EDGE, None)
        return
    put_maps(model_node, {EDGE_MOVED: edge.moved_mm, EDGE_MARK: edge.marks})
    kept = {
        **edge.as_record(),
        "blur": None if edge.blur is None else vars(edge.blur),
        "reach_mm": edge.reach_mm,
    }
    model_node.SetAttribute(EDGE, json.dumps(plain(kept)))


def take_surface(model_node: Any, other: Any) -> None:
    """Keep with a model that has the surface of another one what that one kept of it."""
    for name in (SURFACE, EDGE, _AS_IT_IS):
        model_node.SetAttribute(name, other.GetAttribute(name))


def surface_of(model_node: Any) -> str:
    """Where a model's surface lies; those of earlier versions lie at the threshold."""
    return model_node.GetAttribute(SURFACE) or "threshold"


def is_followed(model_node: Any) -> bool:
    """Whether grey values had a say in a model's surface."""
    return model_node.GetAttribute(_AS_IT_IS) is None


def edge_told(model_node: Any) -> dict[str, Any] | None:
    """What was kept of an edge surface, as ``EdgeSurface.as_record`` tells it; None for others."""
    text = model_node.GetAttribute(EDGE)
    return json.loads(text) if text else None


def edge_of(model_node: Any, mesh: TriangleMesh) -> EdgeSurface | None:
    """What the surface of a model rests on; None where it is none at the edges, or its points
    are others now.

    :param mesh: the model's, as ``mesh_from_model_node`` gives it.
    """
    kept, data = edge_told(model_node), model_node.GetPolyData().GetPointData()
    moved, marks = (data.GetArray(name) for name in (EDGE_MOVED, EDGE_MARK))
    if kept is None or moved is None or marks is None:
        return None
    blur = kept["blur"]
    return EdgeSurface(
        mesh,
        np.rint(vtk_to_numpy(marks)).astype(np.uint8),
        vtk_to_numpy(moved).astype(float),
        None if blur is None else Blur(**{**blur, "normal": np.array(blur["normal"])}),
        [(one["value"], one["share"]) for one in kept["materials"]],
        kept["reach_mm"],
    )


# The models of segments: kept in step with them, refined, and shown beside each other.


def put_model(
    mesh: TriangleMesh,
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    refinement: dict[str, Any] | None = None,
    shown: Any = None,
) -> Any:
    """The model node of a segment with a new surface, made where it is missing.

    :param refinement: what was done to the surface since, for the record.
    :param shown: the mesh as ``for_display`` makes it, where that was done before.
    """
    segment = segment_of(segmentation_node, segment_id)
    node = model_of(segmentation_node, segment_id)
    if node is None:
        node = add_model_node(mesh, segment.GetName(), volume_node.GetScene(), shown)
        node.GetDisplayNode().SetColor(segment.GetColor())
        node.SetNodeReferenceID(SEGMENTATION_ROLE, segmentation_node.GetID())
        node.SetAttribute(SEGMENT_ID, segment_id)
        node.SetAttribute(_NAME, node.GetName())
        node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    else:
        node.SetAndObservePolyData(for_display(mesh) if shown is None else shown)
        if node.GetName() == node.GetAttribute(_NAME):
            node.SetName(_free_name(node, segment.GetName()))
            node.SetAttribute(_NAME, node.GetName())
    remember_volume(node, volume_node)
    node.SetAttribute(OUTDATED, None)
    node.SetAttribute(_VOXELS, segment_digest(segmentation_node, segment_id))
    node.SetAttribute(REFINEMENT, None if refinement is None else json.dumps(plain(refinement)))
    if refinement is None:
        mark_untouched(node)
    node.SetDisplayVisibility(True)
    return node


def _free_name(node: Any, wanted: str) -> str:
    """A name that is unique in the scene, a node's own one among them."""
    if node.GetName() == wanted:
        return wanted
    return str(node.GetScene().GenerateUniqueName(wanted))


def refinement_of(model_node: Any) -> dict[str, Any] | None:
    """What smoothing and thinning did to a model; None for nothing."""
    text = model_node.GetAttribute(REFINEMENT)
    return json.loads(text) if text else None


def models_of(segmentation_node: Any, volume_node: Any = None) -> list[Any]:
    """The models that PrintPrep made of a segmentation, in the order of its segments.

    :param volume_node: only those that belong to it as it stands now.
    """
    if segmentation_node is None:
        return []
    ids = segmentation_node.GetSegmentation().GetSegmentIDs()
    found = (model_of(segmentation_node, segment_id) for segment_id in ids)
    nodes = [node for node in found if node is not None]
    if volume_node is None:
        return nodes
    return [node for node in nodes if model_foreign(node, volume_node) is None]


def model_of(segmentation_node: Any, segment_id: str) -> Any:
    """The model that PrintPrep made of a segment, or None."""
    if segment_of(segmentation_node, segment_id) is None:
        return None
    for node in slicer.util.getNodesByClass("vtkMRMLModelNode"):
        if (
            node.GetAttribute(SEGMENT_ID) == segment_id
            and node.GetNodeReference(SEGMENTATION_ROLE) is segmentation_node
            and node.GetPolyData() is not None
        ):
            return node
    return None


def mark_outdated(segmentation_node: Any, segment_id: str | None) -> None:
    """Note that a segment changed since its model was made.

    :param segment_id: None where it is not known which one: those with the same voxels stay.
    """
    for node in models_of(segmentation_node):
        own = node.GetAttribute(SEGMENT_ID)
        if segment_id:
            changed = own == segment_id
        else:
            changed = node.GetAttribute(_VOXELS) != segment_digest(segmentation_node, own)
        if changed:
            node.SetAttribute(OUTDATED, "1")


def side_model(
    shown: vtk.vtkPolyData, name: str, color: tuple[float, float, float], like: Any
) -> Any:
    """A model to look at beside another one, under its transform.

    :param shown: its surface as ``for_display`` makes it.
    """
    node = _model_node(shown, name, like.GetScene())
    node.GetDisplayNode().SetColor(*color)
    node.SetAndObserveTransformNodeID(like.GetTransformNodeID())
    node.SetNodeReferenceID(_BESIDE, like.GetID())
    return node


def beside(side_node: Any) -> Any:
    """The model that a side model stands beside, or None."""
    return None if side_node is None else side_node.GetNodeReference(_BESIDE)


def beside_another(side_node: Any, model_node: Any) -> bool:
    """Whether a side model, where there is one, stands beside another model than this."""
    return side_node is not None and beside(side_node) not in (None, model_node)


def remove(node: Any) -> None:
    """Take a node with its display and storage nodes out of the scene."""
    if node is None or node.GetScene() is None:
        return
    scene = node.GetScene()
    for index in reversed(range(node.GetNumberOfDisplayNodes())):
        scene.RemoveNode(node.GetNthDisplayNode(index))
    if node.GetStorageNode() is not None:
        scene.RemoveNode(node.GetStorageNode())
    scene.RemoveNode(node)


def refinement(
    found: Any, smoothing_mm: float | None, reduction: float | None, bound_mm: float
) -> dict[str, Any]:
    """What was done to a surface, as the record's ``model`` part holds it.

    :param found: the deviation from the exact surface.
    :param bound_mm: what it was not to go beyond.
    """
    return {
        "deviation": asdict(found),
        "smoothing_mm": smoothing_mm,
        "reduction": reduction,
        "bound_mm": bound_mm,
    }


def set_refinement(model_node: Any, done: dict[str, Any]) -> None:
    """Keep with a model what was done to its surface."""
    model_node.SetAttribute(REFINEMENT, json.dumps(plain(done)))
