"""How a scanner cuts a scene into slices.

An ``Acquisition`` says where every pixel of every slice lies; ``hounsfield`` takes
the image there. All vectors are LPS, lengths in mm, angles in degrees. Slices are
counted along the stack, index 0 being the first; the order in which they are
written, numbered and named is a separate matter (``order``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from .analytic import Scene


@dataclass(frozen=True)
class Orientation:
    """Directions of a slice's rows (column index grows) and columns (row index grows)."""

    row: tuple[float, float, float]
    column: tuple[float, float, float]
    patient_position: str = "HFS"

    @property
    def normal(self) -> np.ndarray:
        """row × column."""
        return np.cross(self.row, self.column)

    def rotated(self, rotation: np.ndarray) -> Orientation:
        """The same slices after a 3×3 rotation of the patient."""
        rotation = np.asarray(rotation, float)
        return Orientation(
            tuple(rotation @ np.asarray(self.row, float)),
            tuple(rotation @ np.asarray(self.column, float)),
            self.patient_position,
        )


AXIAL = Orientation((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
AXIAL_PRONE = Orientation((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), "HFP")
#: Feet first: seen from the other end, the normal points to the feet.
FEET_FIRST = Orientation((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), "FFS")
SAGITTAL = Orientation((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
CORONAL = Orientation((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))


def rotation_about(axis, degrees: float) -> np.ndarray:
    """3×3 right-handed rotation about a direction (Rodrigues)."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * (skew @ skew)


@dataclass(frozen=True)
class Acquisition:
    """A stack of slices.

    :param center: the point (LPS mm) in the middle of the stack: middle of the pixel
        field, half-way between first and last slice. Or give ``first_position``, the
        ImagePositionPatient of slice 0.
    :param steps: one step for all, or the ``slices - 1`` steps between neighbours.
    :param along: whether steps are measured along the slices' ``normal`` or along the
        ``table`` (the line on which the slices' corners lie).
    :param tilt: (row, column) in degrees: seen from the slices, the table drifts by
        tan(row) mm along the row direction and tan(column) mm along the column
        direction per mm of the normal. Both may be set.
    :param tilts: what the tilt does to ``orientation``: ``planes`` (as a gantry: the
        planes tip over and the table stays on the normal of ``orientation``) or
        ``table`` (the planes stay and the table runs askew).
    :param order: how instance numbers and file names follow the stack.
    :param noise: standard deviation (HU) of white noise from ``seed``.
    :param circular_field: pixels outside the inscribed circle get ``padding``.
    :param padding: stored value outside the field, written as PixelPaddingValue;
        None for no such tag.
    :param position_decimals: digits after the point of ImagePositionPatient; None for
        as many as fit. The pixels are taken at the unrounded positions.
    :param strip_zeros: write 12.50 as 12.5.
    :param tilt_tag: GantryDetectorTilt: ``absent``, ``present`` (signed as the geometry
        is), ``wrong sign``, or any number of degrees.
    :param drop: slice indices that are not written.
    :param duplicate: slice indices that are written twice (own UIDs).
    :param tags: keyword → value on every slice, over what would be there; None omits it.
    :param slice_tags: the same for single slices, by index.
    """

    rows: int = 128
    columns: int = 128
    slices: int = 64
    pixel_spacing: tuple[float, float] = (0.5, 0.5)
    orientation: Orientation = AXIAL
    center: tuple[float, float, float] = (0.0, 0.0, 0.0)
    first_position: tuple[float, float, float] | None = None
    steps: float | tuple[float, ...] = 1.0
    along: Literal["normal", "table"] = "normal"
    tilt: tuple[float, float] = (0.0, 0.0)
    tilts: Literal["planes", "table"] = "planes"
    order: Literal["ascending", "reversed", "shuffled"] = "ascending"
    noise: float = 0.0
    circular_field: bool = False
    padding: int | None = None
    slope: float = 1.0
    intercept: float = -1024.0
    signed: bool = True
    position_decimals: int | None = None
    orientation_decimals: int | None = None
    strip_zeros: bool = False
    tilt_tag: float | Literal["absent", "present", "wrong sign"] = "absent"
    drop: tuple[int, ...] = ()
    duplicate: tuple[int, ...] = ()
    tags: dict[str, Any] = field(default_factory=dict)
    slice_tags: dict[int, dict[str, Any]] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        if not np.isscalar(self.steps) and len(self.steps) != self.slices - 1:
            raise ValueError(f"{self.slices} slices have {self.slices - 1} steps")

    @property
    def shear(self) -> np.ndarray:
        """In-plane drift (row, column) in mm per mm along the normal."""
        return np.tan(np.radians(self.tilt))

    @property
    def tilt_deg(self) -> float:
        """Magnitude of the tilt: angle between the normal and the table."""
        return float(np.degrees(np.arctan(np.hypot(*self.shear))))

    @property
    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row direction, column direction and normal of the slices as they are taken."""
        row = np.asarray(self.orientation.row, float)
        column = np.asarray(self.orientation.column, float)
        if self.tilts == "planes" and self.tilt_deg > 0:
            normal = np.cross(row, column)
            table = normal + self.shear[0] * row + self.shear[1] * column
            # The shortest turn that lays the askew table back onto the nominal normal.
            turn = rotation_about(np.cross(table, normal), self.tilt_deg)
            row, column = turn @ row, turn @ column
        return row, column, np.cross(row, column)

    @property
    def table(self) -> np.ndarray:
        """Way of a slice's corner per mm along the normal (not a unit vector)."""
        row, column, normal = self.axes
        return normal + self.shear[0] * row + self.shear[1] * column

    @property
    def normal_steps(self) -> np.ndarray:
        """Steps (slices - 1,) along the normal, mm."""
        steps = np.broadcast_to(np.asarray(self.steps, float), (self.slices - 1,))
        return steps if self.along == "normal" else steps * np.cos(np.radians(self.tilt_deg))

    @property
    def positions(self) -> np.ndarray:
        """ImagePositionPatient of every slice, unrounded, shape (slices, 3)."""
        distances = np.concatenate([[0.0], np.cumsum(self.normal_steps)])
        ways = distances[:, None] * self.table
        if self.first_position is not None:
            return np.asarray(self.first_position, float) + ways
        along_columns, along_rows = self.pixel_vectors
        corner = 0.5 * ((self.columns - 1) * along_columns + (self.rows - 1) * along_rows)
        return np.asarray(self.center, float) - corner - 0.5 * ways[-1] + ways

    @property
    def pixel_vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """mm per column index, mm per row index, as LPS vectors."""
        row, column, _ = self.axes
        return self.pixel_spacing[1] * row, self.pixel_spacing[0] * column

    @property
    def field(self) -> np.ndarray:
        """Acquired pixels, bool (rows, columns)."""
        if not self.circular_field:
            return np.ones((self.rows, self.columns), bool)
        r = (np.arange(self.rows) - 0.5 * (self.rows - 1)) / (0.5 * self.rows)
        c = (np.arange(self.columns) - 0.5 * (self.columns - 1)) / (0.5 * self.columns)
        return r[:, None] ** 2 + c[None, :] ** 2 <= 1.0

    def voxel_centers(self, index: int) -> np.ndarray:
        """LPS of every pixel centre of a slice, shape (rows, columns, 3)."""
        along_columns, along_rows = self.pixel_vectors
        return (
            self.positions[index]
            + np.arange(self.columns)[None, :, None] * along_columns
            + np.arange(self.rows)[:, None, None] * along_rows
        )

    def hounsfield(self, scene: Scene, index: int) -> np.ndarray:
        """One slice in HU with its noise, unrounded, shape (rows, columns)."""
        along_columns, along_rows = self.pixel_vectors
        image = scene.plane(
            self.positions[index], along_columns, along_rows, self.rows, self.columns
        )
        if self.noise > 0:
            random = np.random.default_rng([self.seed, index])
            image += self.noise * random.standard_normal(image.shape, dtype=np.float32)
        return image

    def stored(self, scene: Scene, index: int) -> np.ndarray:
        """One slice as the scanner stores it, int16 or uint16 (rows, columns)."""
        kind = np.int16 if self.signed else np.uint16
        limits = np.iinfo(kind)
        values = np.rint((self.hounsfield(scene, index) - self.intercept) / self.slope)
        image = np.clip(values, limits.min, limits.max).astype(kind)
        if self.circular_field:
            fill = (self.padding if self.padding is not None else 0) & 0xFFFF
            image[~self.field] = np.array(fill, np.uint16).view(kind)
        return image

    def volume(self, scene: Scene) -> np.ndarray:
        """All slices in HU as a reader gets them back, float32 (slices, rows, columns)."""
        return np.stack(
            [
                (self.stored(scene, k) * self.slope + self.intercept).astype(np.float32)
                for k in range(self.slices)
            ]
        )
