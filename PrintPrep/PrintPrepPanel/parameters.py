"""What the panel remembers in the scene, so that a saved scene brings it back."""

import enum
from typing import Annotated

import slicer
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

#: Not chosen yet in this scene: what the user chose last, in whichever scene, holds.
REMEMBERED = "?"


class Spacing(enum.Enum):
    """How far apart the planes of a regular volume are."""

    NATIVE = "native"
    ISOTROPIC = "isotropic"
    MILLIMETRES = "mm"


class Keep(enum.Enum):
    """Which parts of a segment become the model."""

    ALL = "all"
    LARGEST = "largest"
    ABOVE_SIZE = "above"


class Detail(enum.Enum):
    """How many triangles the model keeps: the values are shares to remove at most."""

    FULL = 0.0
    HIGH = 0.5
    MEDIUM = 0.8
    SMALL = 0.95


class Unit(enum.Enum):
    """The unit of the numbers in a model file; the values are the library's names."""

    MILLIMETRE = "mm"
    METRE = "m"
    INCH = "inch"


class What(enum.Enum):
    """Which models are exported, and into how many files."""

    SHOWN = "shown"
    EACH = "each"
    MERGED = "merged"


class MapOf(enum.Enum):
    """What the model is coloured by; the values are the library's names."""

    NONE = ""
    WALL = "wall"
    GREY = "grey"
    REFERENCE = "reference"


class KnownObject(enum.Enum):
    """The shape of an object of known size; the values are the library's names."""

    BALL = "ball"
    BLOCK = "block"
    CYLINDER = "cylinder"


# No postponed annotations here: the wrapper has to find the types themselves.
@parameterNodeWrapper
class PanelParameters:
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
    halfContrast: str = ""

    keep: Keep = Keep.ALL
    partSizeMm3: Annotated[float, WithinRange(0.1, 1e6)] = 100.0
    detail: Detail = Detail.FULL
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
