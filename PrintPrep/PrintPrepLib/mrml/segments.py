"""Segments of a MRML scene: made by threshold, cleaned, read back, turned into a surface.

Writing goes through Slicer's own segment editor logic, so that a segment is what the
Segment Editor would have made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ..core.errors import SegmentError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..job.model import SURFACES, Made, segment_mesh
from ..job.model import segment_surface as volume_surface
from ..mesh.triangle_mesh import TriangleMesh, from_polydata
from ..surface.islands import bounding_box, islands_above, islands_by_size, largest_island
from ..surface.threshold import range_mask
from .scene import ijk_to_ras, vtk_matrix
from .volumes import remember_scan, value_range, volume_from_node, voxels_of

THRESHOLD_TAG = "PrintPrep.ThresholdHU"
#: Who gave the range: ``user``, or nobody (a preset, an automatic threshold).
THRESHOLD_BY_TAG, _USER = "PrintPrep.ThresholdBy", "user"
#: Slicer's own colour for bone.
BONE_COLOR = (0.945, 0.839, 0.569)
#: How far (in voxels) a labelmap may lie beside a volume's grid and still be on it.
_ON_GRID = 1e-3


def segment_by_threshold(
    volume_node: Any,
    lower: float,
    upper: float | None = None,
    name: str = "Bone",
    segmentation_node: Any = None,
) -> tuple[Any, str]:
    """Make a segment of all voxels with lower ≤ value ≤ upper.

    The range travels with the segment as its tag ``PrintPrep.ThresholdHU`` ("low;high"), and that
    a person gave it as ``PrintPrep.ThresholdBy`` ("user").

    :param upper: None for no upper bound.
    :param segmentation_node: where to add the segment; None for a new segmentation.
    :returns: the segmentation node and the segment's ID.
    :raises SegmentError: the range is impossible, or no voxel lies in it.
    """
    if upper is not None and upper < lower:
        raise SegmentError(
            _("the range {lower:g} to {upper:g} holds no value"), lower=lower, upper=upper
        )
    mask = range_mask(voxels_of(volume_node), lower, upper)
    box = bounding_box(mask)
    assert box is not None  # range_mask refuses an empty one
    mask = mask[box]
    node = segmentation_node or new_segmentation(volume_node)
    start = [side.start for side in box[::-1]]
    labels = _oriented_image(_grid_in(node, volume_node), start, mask)
    with _editor(node, volume_node) as editor:
        segment_id = editor.AddEmptySegment()
        segment = node.GetSegmentation().GetSegment(segment_id)
        segment.SetName(name)
        segment.SetColor(*BONE_COLOR)
        segment.SetTag(THRESHOLD_TAG, threshold_text(lower, upper))
        segment.SetTag(THRESHOLD_BY_TAG, _USER)
        # Set, with the masks bypassed: other segments are left alone.
        mode = editor.ModificationModeSet
        editor.ModifySegmentByLabelmap(node, segment_id, labels, mode, False, True)
    return node, segment_id


def threshold_text(lower: float, upper: float | None) -> str:
    """The range as the tag holds it: "200;1500", or "200;" without an upper bound."""
    return f"{lower:.10g};" + ("" if upper is None else f"{upper:.10g}")


def threshold_of(segmentation_node: Any, segment_id: str) -> tuple[float, float | None] | None:
    """The range that made a segment, or None where its tag does not say."""
    text = vtk.reference("")
    if not _segment(segmentation_node, segment_id).GetTag(THRESHOLD_TAG, text):
        return None
    lower, _, upper = str(text).partition(";")
    try:
        return float(lower), float(upper) if upper else None
    except ValueError:
        return None


def surface_taken(segmentation_node: Any, segment_id: str) -> str:
    """Where the surface of a segment lies if nobody says: at a person's number, else the edge.

    :returns: a name in ``job.model.SURFACES``.
    :raises SegmentError: there is no such segment.
    """
    by = vtk.reference("")
    _segment(segmentation_node, segment_id).GetTag(THRESHOLD_BY_TAG, by)
    named = str(by) == _USER and threshold_of(segmentation_node, segment_id) is not None
    return "threshold" if named else "edge"


def segment_mask(segmentation_node: Any, segment_id: str, volume_node: Any) -> np.ndarray:
    """A segment as a boolean array [k, j, i] on a volume's grid.

    A segment on another grid, or under another transform, takes the nearest voxel's value.

    :raises SegmentError: there is no such segment, or it has no voxels.
    """
    segment = _segment(segmentation_node, segment_id)
    labels = _labelmap(segmentation_node, segment_id, volume_node)
    mask = np.zeros(volume_node.GetImageData().GetDimensions()[::-1], bool)
    if labels is None:
        return mask
    value = segment.GetLabelValue()
    start = _place_on_grid(labels, volume_node, segmentation_node)
    if start is not None:
        _copy_overlap(_array(labels) == value, start, mask)
        return mask
    return _resampled(labels, value, segmentation_node, volume_node)


def keep_largest_island(
    segmentation_node: Any, segment_id: str, volume_node: Any, progress: Progress | None = None
) -> None:
    """Remove all but the largest group of voxels that hang together by their faces.

    :param volume_node: gives the grid where the segmentation has none (imported surfaces).
    :raises SegmentError: there is no such segment, or it is empty.
    :raises Cancelled: progress asked for it; the segment is as it was.
    """
    _keep(
        *(segmentation_node, segment_id, volume_node),
        lambda mask, voxel: (largest_island(mask), 1, 0),
        progress,
    )


def keep_islands_above(
    segmentation_node: Any,
    segment_id: str,
    volume_node: Any,
    smallest_mm3: float,
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Remove the groups of voxels, hanging together by their faces, below a size.

    :param volume_node: gives the grid where the segmentation has none (imported surfaces).
    :return: how many islands were kept and removed.
    :raises SegmentError: there is no such segment, it is empty, or nothing would be left of
        it; it is then unchanged.
    """

    def above(mask: np.ndarray, voxel_mm3: float) -> tuple[np.ndarray, int, int]:
        kept, stay, go = islands_by_size(mask, smallest_mm3, voxel_mm3)
        if not stay:
            raise SegmentError(
                _("no part of the segment measures {smallest:g} mm³"),
                smallest=smallest_mm3,
                remedy=_("Choose a smaller size"),
            )
        return kept, stay, go

    return _keep(segmentation_node, segment_id, volume_node, above, progress)


def _keep(
    segmentation_node: Any,
    segment_id: str,
    volume_node: Any,
    choose: Callable[[np.ndarray, float], tuple[np.ndarray, int, int]],
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Leave of a segment what ``choose`` returns for its mask and the volume of a voxel.

    :return: the two numbers that ``choose`` returns beside it.
    """
    segment = _segment(segmentation_node, segment_id)
    labels = _labelmap(segmentation_node, segment_id, volume_node)
    # On the segment's own grid, whatever the volume's: nothing else is to change.
    inside = np.zeros((0, 0, 0), bool)
    if labels is not None:
        inside = _array(labels) == segment.GetLabelValue()
    box = bounding_box(inside)
    if box is None:
        raise SegmentError(_("The segment is empty"))
    voxel = abs(float(np.linalg.det(_matrix(labels)[:3, :3])))
    chosen = partial(choose, inside[box], voxel)
    kept, stay, go = meanwhile(progress, 0.0, _("Cleaning the segment"), chosen)
    start = [
        first + side.start for first, side in zip(labels.GetExtent()[::2], box[::-1], strict=True)
    ]
    image = _oriented_image(_matrix(labels), start, kept)
    del inside, kept, chosen  # Slicer is about to take copies of its own
    segmentation_node.SetSourceRepresentationToBinaryLabelmap()
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    # What the segment editor ends in; from there its mode "set" takes fifteen times as long.
    if not logic.SetBinaryLabelmapToSegment(
        image, segmentation_node, segment_id, logic.MODE_REPLACE
    ):
        raise SegmentError(_("the segment {segment} cannot be changed"), segment=segment.GetName())
    return stay, go


def segment_surface(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    progress: Progress | None = None,
    clean: Callable[[np.ndarray], np.ndarray] | None = None,
) -> TriangleMesh:
    """The grey-value surface of a segment, LPS mm in the volume's own coordinates.

    The range comes from the segment's tag; without one half contrast is measured at the
    segment's edge, and where that shows no contrast the surface runs half-way between voxels.

    :param clean: takes the mask and returns what of it the surface is to enclose.
    :raises SegmentError: there is no such segment, or it is empty.
    :raises Cancelled: progress asked for it.
    """
    volume = volume_from_node(volume_node)
    report(progress, 0.0, _("Reading the segment"))
    mask = segment_mask(segmentation_node, segment_id, volume_node)
    if clean is not None:
        mask = clean(mask)
    known = threshold_of(segmentation_node, segment_id)
    return segment_mesh(volume, mask, known, part(progress, 0.1, 1.0))


def made_surface(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    surface: str | None = None,
    follow: bool = True,
    progress: Progress | None = None,
    clean: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Made:
    """The surface of a segment, LPS mm in the volume's own coordinates, and what it rests on.

    :param surface: ``edge`` or ``threshold``; None: as ``surface_taken`` says.
    :param follow: False: the surface of a segment that no range made stays half-way between its
        voxels and what is about them, whatever the grey values say.
    :param clean: takes the mask and returns what of it the surface is to enclose.
    :raises SegmentError: there is no such segment or surface, or the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if surface not in (None, *SURFACES):
        raise SegmentError(
            _("there is no surface {surface}"),
            surface=surface,
            remedy=_("Choose one of {known}"),
            known=", ".join(SURFACES),
        )
    known = threshold_of(segmentation_node, segment_id)
    taken = surface or surface_taken(segmentation_node, segment_id)
    as_it_is = known is None and not follow
    volume = volume_from_node(volume_node)
    report(progress, 0.0, _("Reading the segment"))
    mask = segment_mask(segmentation_node, segment_id, volume_node)
    if clean is not None:
        mask = clean(mask)
    return volume_surface(
        volume,
        mask,
        (None, None) if as_it_is else known,
        "threshold" if as_it_is else taken,
        part(progress, 0.1, 1.0),
    )


def new_segmentation(volume_node: Any) -> Any:
    """An empty segmentation on a volume's grid and under its transform."""
    scene = volume_node.GetScene()
    name = scene.GenerateUniqueName(f"{volume_node.GetName()} segmentation")
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    # Under the same transform, so that segment and volume share their coordinates.
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    remember_scan(node, volume_node)
    return node


@contextmanager
def _editor(segmentation_node: Any, volume_node: Any) -> Iterator[Any]:
    """Slicer's segment editor logic with a parameter node of its own, gone afterwards."""
    scene = segmentation_node.GetScene()
    parameters = scene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
    parameters.UnRegister(None)
    parameters.SetHideFromEditors(True)
    scene.AddNode(parameters)
    logic = slicer.vtkSlicerSegmentEditorLogic()
    try:
        logic.SetMRMLScene(scene)
        logic.SetSegmentEditorNode(parameters)
        logic.SetSegmentationNode(segmentation_node)
        logic.SetSourceVolumeNode(volume_node)
        if not logic.SetSourceRepresentationToBinaryLabelMap():
            raise _not_voxels(segmentation_node)
        yield logic
    finally:
        logic.SetSegmentEditorNode(None)
        scene.RemoveNode(parameters)


def _oriented_image(ijk_to_node: np.ndarray, start: Sequence[int], mask: np.ndarray) -> Any:
    """A mask as an image whose first voxel is voxel ``start`` (i, j, k) of a grid."""
    image = slicer.vtkOrientedImageData()
    ends = (first + size - 1 for first, size in zip(start, mask.shape[::-1], strict=True))
    image.SetExtent(*(bound for pair in zip(start, ends, strict=True) for bound in pair))
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    _array(image)[...] = mask
    image.SetGeometryFromImageToWorldMatrix(vtk_matrix(ijk_to_node))
    return image


def _grid_in(node: Any, volume_node: Any) -> np.ndarray:
    """The volume's IJK-to-RAS matrix in the coordinates of another node."""
    transform, linear = between(volume_node, node), vtk.vtkTransform()
    if transform is None:
        return ijk_to_ras(volume_node)
    if not slicer.vtkMRMLTransformNode.IsGeneralTransformLinear(transform, linear):
        raise SegmentError(
            _("{volume} and {segmentation} stand under different transforms"),
            volume=volume_node.GetName(),
            segmentation=node.GetName(),
            remedy=_("Put both under the same transform"),
        )
    return slicer.util.arrayFromVTKMatrix(linear.GetMatrix()) @ ijk_to_ras(volume_node)


def _segment(node: Any, segment_id: str) -> Any:
    segment = node.GetSegmentation().GetSegment(segment_id)
    if segment is None:
        raise SegmentError(
            _("the segmentation {segmentation} has no segment {segment}"),
            segmentation=node.GetName(),
            segment=segment_id,
        )
    return segment


def _labelmap(node: Any, segment_id: str, volume_node: Any) -> Any:
    """The (shared, cropped) labelmap of a segment, or None when it is empty."""
    converter, segmentation = slicer.vtkSegmentationConverter, node.GetSegmentation()
    name = converter.GetSegmentationBinaryLabelmapRepresentationName()
    geometry = converter.GetReferenceImageGeometryParameterName()
    if not segmentation.ContainsRepresentation(name):
        if not segmentation.GetConversionParameter(geometry):
            node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
        if not segmentation.CreateRepresentation(name):
            raise _not_voxels(node)
    labels = node.GetBinaryLabelmapInternalRepresentation(segment_id)
    return None if labels is None or labels.IsEmpty() else labels


def _not_voxels(node: Any) -> SegmentError:
    return SegmentError(
        _("the segmentation {segmentation} cannot be turned into voxels"),
        segmentation=node.GetName(),
    )


def _array(image: Any) -> np.ndarray:
    """A view [k, j, i] of an image's voxels."""
    scalars = vtk_to_numpy(image.GetPointData().GetScalars())
    return scalars.reshape(image.GetDimensions()[::-1])


def _matrix(image: Any) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def grid_offset(matrix: np.ndarray, grid: np.ndarray) -> np.ndarray | None:
    """Whole voxels (i, j, k) from ``grid``'s origin to ``matrix``'s, None on another grid."""
    relative = np.linalg.solve(grid, matrix)
    whole = np.rint(relative[:3, 3])
    difference = np.abs(relative - np.eye(4))
    difference[:3, 3] = np.abs(relative[:3, 3] - whole)
    # Directions count over the length of a volume.
    difference[:3, :3] *= 1000
    return whole.astype(int) if difference.max() < _ON_GRID else None


def _place_on_grid(labels: Any, volume_node: Any, node: Any) -> np.ndarray | None:
    """Voxel (i, j, k) of the volume where the labelmap starts, None on another grid."""
    if between(node, volume_node) is not None:
        return None
    offset = grid_offset(_matrix(labels), ijk_to_ras(volume_node))
    return None if offset is None else offset + np.array(labels.GetExtent()[::2])


def _copy_overlap(inside: np.ndarray, start: np.ndarray, mask: np.ndarray) -> None:
    here, there = [], []
    for begin, size, limit in zip(start[::-1], inside.shape, mask.shape, strict=True):
        low, high = max(0, begin), min(limit, begin + size)
        if low >= high:
            return
        here.append(slice(low, high))
        there.append(slice(low - begin, high - begin))
    mask[tuple(here)] = inside[tuple(there)]


def _resampled(labels: Any, value: int, node: Any, volume_node: Any) -> np.ndarray:
    """A labelmap on another grid, nearest voxel, as a mask on the volume's."""
    binary = slicer.vtkOrientedImageData()
    binary.DeepCopy(labels)
    inside = _array(binary)
    inside[...] = inside == value
    size = volume_node.GetImageData().GetDimensions()
    reference = slicer.vtkOrientedImageData()
    reference.SetDimensions(*size)
    reference.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    reference.SetGeometryFromImageToWorldMatrix(vtk_matrix(ijk_to_ras(volume_node)))
    result = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        binary, reference, result, False, False, between(node, volume_node)
    )
    return _array(result) != 0


def between(source: Any, target: Any) -> vtk.vtkGeneralTransform | None:
    """The transform from one node's coordinates to another's, None where they are the same."""
    above = source.GetParentTransformNode(), target.GetParentTransformNode()
    if above[0] is above[1]:
        return None
    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(*above, transform)
    return transform


def add_segment(segmentation_node: Any, name: str) -> str:
    """An empty segment; its ID. The first one of a segmentation has the colour of bone."""
    segmentation = segmentation_node.GetSegmentation()
    first = segmentation.GetNumberOfSegments() == 0
    segment_id = segmentation.AddEmptySegment("", name)
    if first:
        segmentation.GetSegment(segment_id).SetColor(*BONE_COLOR)
    return segment_id


def segment_of(segmentation_node: Any, segment_id: str) -> Any:
    """The vtkSegment, or None."""
    if segmentation_node is None or not segment_id:
        return None
    return segmentation_node.GetSegmentation().GetSegment(segment_id)


#: Whether a segment has voxels, by its identifier, with the state of the voxels it was true for.
_FILLED: dict[str, tuple[tuple[int, int, int], bool]] = {}


def segment_has_voxels(segmentation_node: Any, segment_id: str) -> bool:
    """Whether there is such a segment with anything in it."""
    segment = segment_of(segmentation_node, segment_id)
    if segment is None:
        return False
    if segmentation_node.GetSegmentation().GetSourceRepresentationName() != _binary():
        return True
    labels = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
    if labels is None or labels.IsEmpty():
        return False
    # Asked several times after every stroke: looked through once for each state of the voxels.
    state = (labels.GetMTime(), segment.GetLabelValue(), labels.GetNumberOfPoints())
    known = _FILLED.get(segment_id)
    if known is None or known[0] != state:
        values = vtk_to_numpy(labels.GetPointData().GetScalars())
        known = (state, bool((values == segment.GetLabelValue()).any()))
        _FILLED[segment_id] = known
    return known[1]


def segment_digest(segmentation_node: Any, segment_id: str) -> str:
    """What tells a segment's voxels from others, wherever in a shared labelmap they stand."""
    segment = segment_of(segmentation_node, segment_id)
    labels = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
    if segment is None or labels is None or labels.IsEmpty():
        return ""
    mask = _array(labels) == segment.GetLabelValue()
    box = bounding_box(mask)
    if box is None:
        return ""
    first = np.array(labels.GetExtent()[::2]) + [side.start for side in box[::-1]]
    digest = hashlib.sha256(first.astype("<i4").tobytes())
    digest.update(np.packbits(mask[box]).tobytes())
    digest.update(str(mask[box].shape).encode())
    return digest.hexdigest()


def label_stamps(segmentation_node: Any) -> dict[str, int]:
    """When the voxels of each segment were changed last (or those of one it shares a map with)."""
    if segmentation_node is None:
        return {}
    stamps = {}
    for segment_id in segmentation_node.GetSegmentation().GetSegmentIDs():
        labels = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
        if labels is not None:
            stamps[segment_id] = labels.GetMTime()
    return stamps


def tag_threshold(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    low: float,
    high: float,
    by_user: bool = False,
) -> bool:
    """Keep the range with a segment that the Threshold effect filled; False where it did not.

    The range counts where every voxel of the segment lies in it: undo with the effect still
    active changes the segment, too.

    :param by_user: whether a person gave the range, not a preset or a measurement.
    """
    segment = segment_of(segmentation_node, segment_id)
    if segment is None or not segment_has_voxels(segmentation_node, segment_id):
        return False
    values = voxels_of(volume_node)[segment_mask(segmentation_node, segment_id, volume_node)]
    if not values.size or values.min() < low or values.max() > high:
        return False
    upper = None if high >= value_range(volume_node)[1] else high
    segment.SetTag(THRESHOLD_TAG, threshold_text(low, upper))
    if by_user:
        segment.SetTag(THRESHOLD_BY_TAG, _USER)
    else:
        segment.RemoveTag(THRESHOLD_BY_TAG)
    return True


def _binary() -> str:
    return slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()


def segment_model(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    keep: str = "all",
    smallest_mm3: float = 0.0,
    surface: str | None = None,
    follow: bool = True,
    progress: Progress | None = None,
) -> Made:
    """The surface of the parts of a segment that are to stay; the segment is left alone.

    :param keep: ``all``, ``largest`` or ``above`` (``smallest_mm3``).
    :param surface, follow: as for ``made_surface``.
    :raises SegmentError: nothing is left.
    :raises Cancelled: progress asked for it.
    """
    chosen = volume_node, segmentation_node, segment_id, surface, follow, progress
    if keep == "all":
        return made_surface(*chosen)
    voxel = float(np.prod(np.abs(volume_node.GetSpacing())))

    def clean(mask: np.ndarray) -> np.ndarray:
        kept = (
            largest_island(mask) if keep == "largest" else islands_above(mask, smallest_mm3, voxel)
        )
        if not kept.any():
            raise SegmentError(
                _("no part of the segment is as large as {smallest:g} mm³"),
                smallest=smallest_mm3,
                remedy=_("Choose a smaller size"),
            )
        return kept

    return made_surface(*chosen, clean)


def clean_segment(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    keep: str,
    smallest_mm3: float = 0.0,
    progress: Progress | None = None,
) -> None:
    """Remove from a segment what ``segment_model`` left out.

    :raises Cancelled: progress asked for it; the segment is as it was.
    """
    if keep == "largest":
        keep_largest_island(segmentation_node, segment_id, volume_node, progress)
    elif keep == "above":
        keep_islands_above(segmentation_node, segment_id, volume_node, smallest_mm3, progress)


def slicer_surface(
    segmentation_node: Any, segment_id: str, progress: Progress | None = None
) -> TriangleMesh:
    """The closed surface that Slicer makes of a segment, with its present settings.

    With Slicer's usual method this is done step by step, by the filters that Slicer's own rule
    runs (``vtkBinaryLabelmapToClosedSurfaceConversionRule``), which tells of no progress. Points
    and triangles are the same.

    :raises SegmentError: Slicer makes none.
    :raises Cancelled: progress asked for it.
    """
    source = segmentation_node.GetSegmentation()
    message = _("Making Slicer's surface")
    report(progress, 0.0, message)
    steps = None
    if source.GetSourceRepresentationName() == _binary():
        steps = _usual_smoothing(source)
    if steps is None:
        polydata = _converted(source, segment_id)
    else:
        labels = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
        value = _segment(segmentation_node, segment_id).GetLabelValue()
        polydata = _flying_edges(labels, value, *steps, progress)
    if polydata is None or not polydata.GetNumberOfCells():
        raise SegmentError(_("Slicer makes no surface of this segment"))
    triangles = vtk.vtkTriangleFilter()
    triangles.SetInputData(polydata)
    triangles.PassLinesOff()
    triangles.PassVertsOff()
    meanwhile(progress, 0.9, message, triangles.Update)
    mesh = from_polydata(triangles.GetOutput())
    return TriangleMesh(mesh.points * [-1.0, -1.0, 1.0], mesh.triangles)


def _usual_smoothing(segmentation: Any) -> tuple[float, int] | None:
    """Factor and iterations of the smoothing of Slicer's usual method; None for another method.

    The number of iterations differs between versions of Slicer: the one is taken that gives a
    small body just the surface that Slicer gives it.
    """
    rule = slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule()
    asked = (
        rule.GetSmoothingFactorParameterName(),
        rule.GetDecimationFactorParameterName(),
        rule.GetJointSmoothingParameterName(),
        rule.GetConversionMethodParameterName(),
    )
    texts = [segmentation.GetConversionParameter(name) for name in asked]
    try:
        smoothing, *others = (
            float(text or rule.GetConversionParameter(name))
            for name, text in zip(asked, texts, strict=True)
        )
    except ValueError:
        return None
    if any(others):
        return None
    mask = np.zeros((6, 7, 8), bool)
    mask[1:5, 1:6, 1:7] = True
    mask[3:, 3:, 4:] = False
    body = slicer.vtkSegment()
    body.AddRepresentation(_binary(), _oriented_image(np.eye(4), (0, 0, 0), mask))
    trial = slicer.vtkSegmentation()
    trial.SetSourceRepresentationName(_binary())
    trial.CopyConversionParameters(segmentation)
    trial.AddSegment(body, "body")
    true = from_polydata(_converted(trial, "body"))
    for iterations in (round(20 + 40 * smoothing), 20):
        tried = _flying_edges(body.GetRepresentation(_binary()), 1, smoothing, iterations, None)
        mesh = from_polydata(tried)
        if np.array_equal(mesh.triangles, true.triangles) and np.allclose(
            mesh.points, true.points, rtol=0, atol=1e-4
        ):
            return smoothing, iterations
    return None


def _converted(source: Any, segment_id: str) -> Any:
    """The surface (RAS) by Slicer's own rule, or None."""
    name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    # A copy: the user's segmentation is not to show a surface because of a comparison.
    copy = slicer.vtkSegmentation()
    copy.SetSourceRepresentationName(source.GetSourceRepresentationName())
    copy.CopyConversionParameters(source)
    copied = copy.CopySegmentFromSegmentation(source, segment_id)
    if not (copied and copy.CreateRepresentation(name)):
        return None
    return copy.GetSegment(segment_id).GetRepresentation(name)


def _flying_edges(
    labels: Any, value: int, smoothing: float, iterations: int, progress: Progress | None
) -> Any:
    """The surface (RAS) of a label by Slicer's usual filters, or None where there is none."""
    message = _("Making Slicer's surface")
    inside = None if labels is None or labels.IsEmpty() else _array(labels) == value
    box = None if inside is None else bounding_box(inside)
    if inside is None or box is None:
        return None
    image = vtk.vtkImageData()
    image.SetExtent(
        *(
            bound
            for first, side in zip(labels.GetExtent()[::2], box[::-1], strict=True)
            for bound in (first + side.start - 1, first + side.stop)
        )
    )
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    _array(image)[...] = np.pad(inside[box], 1)
    contour = vtk.vtkDiscreteFlyingEdges3D()
    contour.SetInputData(image)
    contour.ComputeGradientsOff()
    contour.ComputeNormalsOff()
    contour.SetValue(0, 1)
    last = contour
    meanwhile(progress, 0.1, message, last.Update)
    if smoothing > 0:
        last = vtk.vtkWindowedSincPolyDataFilter()
        last.SetInputData(contour.GetOutput())
        last.SetNumberOfIterations(iterations)
        last.SetPassBand(10 ** (-4 * smoothing))
        last.BoundarySmoothingOff()
        last.FeatureEdgeSmoothingOff()
        last.NonManifoldSmoothingOn()
        last.NormalizeCoordinatesOn()
        meanwhile(progress, 0.4, message, last.Update)
    place = vtk.vtkTransform()
    place.SetMatrix(vtk_matrix(_matrix(labels)))
    moved = vtk.vtkTransformPolyDataFilter()
    moved.SetInputData(last.GetOutput())
    moved.SetTransform(place)
    meanwhile(progress, 0.8, message, moved.Update)
    return moved.GetOutput()
