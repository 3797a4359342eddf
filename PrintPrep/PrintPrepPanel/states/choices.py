"""What can be chosen in the panel, and the words for it."""

from __future__ import annotations

import enum

from PrintPrepLib.core.phrases import _


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
    """How many triangles the model keeps."""

    FULL = "full"
    HIGH = "high"
    MEDIUM = "medium"
    SMALL = "small"
    OWN = "own"


class Lie(enum.Enum):
    """Where the surface of the model lies; the values are the library's names."""

    AUTOMATIC = ""
    EDGE = "edge"
    THRESHOLD = "threshold"


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
    MOVED = "moved"
    MARK = "mark"


class KnownObject(enum.Enum):
    """The shape of an object of known size; the values are the library's names."""

    BALL = "ball"
    BLOCK = "block"
    CYLINDER = "cylinder"


SPACINGS = {
    Spacing.NATIVE: _("As acquired"),
    Spacing.ISOTROPIC: _("Equal in all directions"),
    Spacing.MILLIMETRES: _("Millimetres"),
}
KEEPS = {
    Keep.ALL: _("all parts"),
    Keep.LARGEST: _("the largest part"),
    Keep.ABOVE_SIZE: _("parts of at least"),
}
DETAILS = {
    Detail.FULL: _("full: every triangle"),
    Detail.HIGH: _("high: within 0.05 mm"),
    Detail.MEDIUM: _("medium: within 0.1 mm"),
    Detail.SMALL: _("small file: within 0.3 mm"),
    Detail.OWN: _("own limits (see More)"),
}
LIES = {
    Lie.AUTOMATIC: _("automatic"),
    Lie.EDGE: _("edge: where the anatomy ends"),
    Lie.THRESHOLD: _("threshold: at its grey value"),
}
#: Share of the triangles to remove at most (percent), and the deviation (mm) allowed for it.
REDUCTIONS: dict[Detail, tuple[float, float] | None] = {
    Detail.FULL: None,
    Detail.HIGH: (50.0, 0.05),
    Detail.MEDIUM: (80.0, 0.1),
    Detail.SMALL: (95.0, 0.3),
}
UNITS = {
    Unit.MILLIMETRE: _("millimetre"),
    Unit.METRE: _("metre"),
    Unit.INCH: _("inch"),
}
WHATS = {
    What.SHOWN: _("the model of the chosen segment"),
    What.EACH: _("all models, one file each"),
    What.MERGED: _("all models in one file"),
}
MAPS = {
    MapOf.NONE: _("nothing: its own colour"),
    MapOf.WALL: _("thickness of its walls"),
    MapOf.GREY: _("distance to the grey values"),
    MapOf.REFERENCE: _("distance to the other model"),
    MapOf.MOVED: _("how far the edge moved it"),
    MapOf.MARK: _("where the edge was found"),
}
#: Titles of the maps' colour bars.
MAP_TITLES = {
    MapOf.WALL: _("Wall thickness (mm)"),
    MapOf.GREY: _("Distance to the grey values (mm)"),
    MapOf.REFERENCE: _("Distance to the reference (mm)"),
    MapOf.MOVED: _("Moved by the edge (mm)"),
    MapOf.MARK: _("0 fitted, 1 thin, 2 kept"),
}
OBJECTS = {
    KnownObject.BALL: _("ball"),
    KnownObject.BLOCK: _("block"),
    KnownObject.CYLINDER: _("cylinder"),
}
#: The sizes that an object of known size has.
SIZES = {
    KnownObject.BALL: (_("diameter"),),
    KnownObject.BLOCK: (_("1st edge"), _("2nd edge"), _("3rd edge")),
    KnownObject.CYLINDER: (_("diameter"), _("length")),
}
#: What can be plotted, by the name that the panel has for it.
PLOTS = {
    "": _("none"),
    "steps": _("distance from slice to slice"),
    "drift": _("sideways drift of the slices"),
    "wall": _("wall thickness"),
    "grey": _("distance to the grey values"),
    "reference": _("distance to the other model"),
}
