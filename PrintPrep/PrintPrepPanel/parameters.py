"""What the panel remembers in the scene, so that a saved scene brings it back."""

from typing import TYPE_CHECKING, Annotated, Any

import slicer
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

from .states.choices import Keep, KnownObject, Lie, MapOf, Spacing, Unit, What

if TYPE_CHECKING:

    class _Wrapped:
        """What the wrapper adds to the class."""

        parameterNode: Any

        def __init__(self, parameterNode: Any) -> None: ...

        def connectGui(self, gui: Any) -> int: ...

        def disconnectGui(self, tag: int) -> None: ...

else:
    _Wrapped = object

#: Not chosen yet in this scene: what the user chose last, in whichever scene, holds.
REMEMBERED = "?"


# No postponed annotations here: the wrapper has to find the types themselves.
@parameterNodeWrapper
class PanelParameters(_Wrapped):
    """The panel's state. Nothing that names a patient or a folder of this computer."""

    volume: slicer.vtkMRMLScalarVolumeNode
    segmentation: slicer.vtkMRMLSegmentationNode
    segmentID: str = ""
    model: slicer.vtkMRMLModelNode
    preview: slicer.vtkMRMLModelNode
    comparison: slicer.vtkMRMLModelNode

    spacing: Spacing = Spacing.NATIVE
    spacingMm: Annotated[float, WithinRange(0.05, 20)] = 1.0
    preset: str = ""
    rangeName: str = ""
    rangeSegment: str = ""
    rangeSet: str = ""
    halfContrast: str = ""

    keep: Keep = Keep.ALL
    partSizeMm3: Annotated[float, WithinRange(0.1, 1e6)] = 100.0
    surface: Lie = Lie.AUTOMATIC
    follow: bool = True
    smooth: bool = False
    smoothMm: Annotated[float, WithinRange(0.5, 20)] = 2.0
    decimate: bool = False
    decimatePercent: Annotated[float, WithinRange(1, 99)] = 50.0
    decimateErrorMm: Annotated[float, WithinRange(0.01, 5)] = 0.1
    deviation: str = ""
    comparisonText: str = ""

    record: str = ""
    dimensions: bool = False
    onlyAttention: bool = False
    protocol: str = REMEMBERED
    surgeryDate: str = ""
    printer: str = REMEMBERED
    printerSize: str = REMEMBERED
    confirmed: str = ""
    operator: str = ""
    reviewer: str = ""
    decision: str = ""
    map: MapOf = MapOf.NONE
    reference: slicer.vtkMRMLModelNode
    align: bool = False
    referenceResult: str = ""
    knownObject: KnownObject = KnownObject.BALL
    sizeA: Annotated[float, WithinRange(0.5, 500)] = 10.0
    sizeB: Annotated[float, WithinRange(0.5, 500)] = 10.0
    sizeC: Annotated[float, WithinRange(0.5, 500)] = 10.0
    place: slicer.vtkMRMLMarkupsFiducialNode
    fits: str = ""
    caliperMm: Annotated[float, WithinRange(0.1, 2000)] = 10.0
    readings: str = ""
    resolutionMm: Annotated[float, WithinRange(0.001, 1)] = 0.01
    identity: bool = False

    exportName: str = "model"
    stl: bool = True
    threemf: bool = False
    obj: bool = False
    ply: bool = False
    what: What = What.SHOWN
    unit: Unit = Unit.MILLIMETRE
    scalePercent: Annotated[float, WithinRange(0.1, 10000)] = 100.0
    center: bool = False
    reason: str = ""
    exported: str = ""
    exportedOf: str = ""
