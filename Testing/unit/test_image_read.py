"""Volume files that others wrote: voxels, place and names as meant, or a line on what is wrong."""

from __future__ import annotations

import gzip
import os
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
import slicer
import vtk
from hypothesis import given, settings
from hypothesis import strategies as st
from PrintPrepLib.image_io.common import ImageError
from PrintPrepLib.image_io.read import read_image, sha256_of_image
from vtkmodules.util.numpy_support import numpy_to_vtk

KINDS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64")
#: Named as people name files.
FILES = ("Schädel 头.nrrd", "b.nhdr", "c.nii", "d e.nii.gz", "f.mha", "g.mhd")
VOXELS = (np.random.default_rng(1).normal(size=(5, 6, 7)) * 50).round()
SPACING, ORIGIN = (0.4882812, 0.7, 1.25), (-125.0, 169.38, -0.1)


def turn(seed: int) -> np.ndarray:
    """A rotation."""
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return axes * np.linalg.det(axes)


def written(path: Path, voxels: np.ndarray, axes: np.ndarray, packed: bool = True) -> np.ndarray:
    """Write a file as ITK does; the matrix of its voxels to LPS mm."""
    image = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing(SPACING)
    image.SetOrigin(ORIGIN)
    image.SetDirection(axes.ravel())
    SimpleITK.WriteImage(image, str(path), packed)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes * SPACING, ORIGIN
    return matrix


@pytest.mark.parametrize("packed", (False, True))
@pytest.mark.parametrize("name", FILES)
def test_what_itk_wrote(tmp_path: Path, name: str, packed: bool) -> None:
    for seed, kind in enumerate(KINDS):
        voxels = VOXELS.astype(kind)
        matrix = written(tmp_path / name, voxels, turn(seed), packed)
        image = read_image(tmp_path / name)
        assert image.values.dtype == kind and np.array_equal(image.values, voxels)
        # NIfTI holds float32.
        assert image.ijk_to_lps == pytest.approx(matrix, abs=2e-5)
        assert (image.segments, image.notes) == ((), ())


@settings(max_examples=40, deadline=None)
@given(
    st.permutations([0, 1, 2]),
    st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3),
    st.one_of(st.none(), st.integers(0, 1000)),
    st.sampled_from(FILES),
)
def test_every_orientation_lands_where_itk_puts_it(
    tmp_path_factory, order, signs, seed, name
) -> None:
    axes = np.eye(3)[:, order] * signs if seed is None else turn(seed)
    if np.linalg.det(axes) < 0 and ".nii" not in name:
        axes = -axes
    path = tmp_path_factory.mktemp("turned") / name
    written(path, VOXELS.astype(np.int16), axes)
    seen, image = SimpleITK.ReadImage(str(path)), read_image(path)
    for at in ((0, 0, 0), (6, 5, 4), (3, 0, 2)):
        there = seen.TransformIndexToPhysicalPoint(at)
        assert (image.ijk_to_lps @ (*at, 1))[:3] == pytest.approx(there, abs=2e-4)


# Segmentations


def oriented(mask: np.ndarray) -> slicer.vtkOrientedImageData:
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*mask.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(mask.astype(np.uint8).ravel(), deep=True))
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy((-0.5, 0, 0, 10, 0, -0.6, 0, 20, 0, 0, 1.2, -30, 0, 0, 0, 1))
    image.SetImageToWorldMatrix(matrix)
    return image


def segmentation(path: Path, **masks: np.ndarray) -> Path:
    """As Slicer saves it."""
    scene, node = slicer.vtkMRMLScene(), slicer.vtkMRMLSegmentationNode()
    scene.AddNode(node)
    for name, mask in masks.items():
        node.AddSegmentFromBinaryLabelmapRepresentation(oriented(mask), name, [1, 0, 0])
    storage = slicer.vtkMRMLSegmentationStorageNode()
    scene.AddNode(storage)
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    return path


@pytest.mark.parametrize("overlapping", (False, True))
def test_segmentations_of_slicer_with_their_names(tmp_path: Path, overlapping: bool) -> None:
    one, other = np.zeros((2, 6, 7, 8), bool)
    one[1:4, 2:5, 3:6] = True
    other[3 if overlapping else 4 : 6, 2:5, 3:7] = True
    names = ("Größe \\ Bone", "Tooth:=2")
    image = read_image(
        segmentation(tmp_path / "s.seg.nrrd", **dict(zip(names, (one, other), strict=True)))
    )
    assert tuple(segment.name for segment in image.segments) == names
    assert len(image.layers) == 1 + overlapping
    for segment, mask in zip(image.segments, (one, other), strict=True):
        found = np.argwhere(image.layers[segment.layer] == segment.value)[:, ::-1]
        places = found @ image.ijk_to_lps[:3, :3].T + image.ijk_to_lps[:3, 3]
        # RAS to LPS of the matrix above.
        meant = np.argwhere(mask)[:, ::-1] * (0.5, 0.6, 1.2) + (-10, -20, -30)
        assert places == pytest.approx(meant, abs=1e-9)


def test_a_segmentation_of_a_hundred_segments(tmp_path: Path) -> None:
    pairs = [
        f"Segment{n}_ID:=s{n}\nSegment{n}_Name:=bone {n}\nSegment{n}_LabelValue:={n + 1}\n"
        f"Segment{n}_Layer:=0\nSegment{n}_Tags:={'T' * 1000}\n"
        for n in range(120)
    ]
    path = nrrd(tmp_path, extra="".join(pairs))
    segments = read_image(path).segments
    assert [(one.name, one.value) for one in segments] == [(f"bone {n}", n + 1) for n in range(120)]


def test_older_segmentations_have_a_layer_for_each(tmp_path: Path) -> None:
    pairs = "".join(f"Segment{n}_ID:=s{n}\nSegment{n}_Name:=bone {n}\n" for n in range(2))
    values = np.arange(48, dtype="<i2")
    changes = {
        "dimension": "4",
        "sizes": "2 2 3 4",
        "space directions": "none (1,0,0) (0,1,0) (0,0,1)",
        "kinds": "list domain domain domain",
    }
    image = read_image(nrrd(tmp_path, values.tobytes(), extra=pairs, **changes))
    assert [(one.value, one.layer) for one in image.segments] == [(1, 0), (1, 1)]
    assert np.array_equal(image.layers, values.reshape(4, 3, 2, 2).transpose(3, 0, 1, 2))


# NRRD by hand

FIELDS = {
    "type": "short",
    "dimension": "3",
    "space": "left-posterior-superior",
    "sizes": "2 3 4",
    "space directions": "(1,0,0) (0,1,0) (0,0,1)",
    "kinds": "domain domain domain",
    "endian": "little",
    "encoding": "raw",
    "space origin": "(10,20,30)",
}
NUMBERS = np.arange(24, dtype="<i2")
DATA = NUMBERS.tobytes()


def nrrd(
    folder: Path, data: bytes = NUMBERS.tobytes(), extra: str = "", name: str = "n.nrrd", **changed
) -> Path:
    fields = {**FIELDS, **{key.replace("_", " "): value for key, value in changed.items()}}
    head = "NRRD0005\n# a comment\n" + "".join(f"{k}: {v}\n" for k, v in fields.items() if v)
    path = folder / name
    path.write_bytes((head + extra).encode() + b"\n" + data)
    return path


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (1, 1)),
        ("LPS", (1, 1)),
        ("right-anterior-superior", (-1, -1)),
        ("RAS", (-1, -1)),
        ("left-anterior-superior", (1, -1)),
        ("LAS", (1, -1)),
    ],
)
def test_spaces_of_nrrd(tmp_path: Path, space: str, signs: tuple[int, int]) -> None:
    place = read_image(nrrd(tmp_path, space=space)).ijk_to_lps @ (1, 0, 0, 1)
    assert place == pytest.approx((11 * signs[0], 20 * signs[1], 30, 1))


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        (NUMBERS.byteswap().tobytes(), {"endian": "big"}),
        (b"".join(map(gzip.compress, (DATA[:20], DATA[20:]))), {"encoding": "gz"}),
        (" ".join(map(str, NUMBERS)).encode(), {"encoding": "ascii"}),
        (b"first line\n12" + NUMBERS.tobytes(), {"line skip": "1", "byte skip": "2"}),
        (b"whatever stands before" + NUMBERS.tobytes(), {"byte skip": "-1"}),
        (NUMBERS.tobytes(), {"type": "int16_t", "space units": '"mm" "mm" "mm"'}),
    ],
)  # fmt: skip
def test_ways_to_write_the_same(tmp_path: Path, data: bytes, changes: dict[str, str]) -> None:
    image = read_image(nrrd(tmp_path, data, **changes))
    assert image.values.dtype == np.int16
    assert np.array_equal(image.values.ravel(), NUMBERS)


def test_detached_voxels_count_in_the_sum(tmp_path: Path) -> None:
    other = tmp_path / "Voxel ü.raw"
    other.write_bytes(NUMBERS.tobytes())
    path = nrrd(tmp_path, b"", name="n.nhdr", data_file=other.name)
    path.write_bytes(path.read_bytes().rstrip())  # nothing need follow such a header
    assert np.array_equal(read_image(path).values.ravel(), NUMBERS)
    before = sha256_of_image(path)
    other.write_bytes(NUMBERS[::-1].tobytes())
    assert sha256_of_image(path) != before


# NIfTI by hand


def nifti(
    version: int = 1, order: str = "<", sform: int = 1, qform: int = 0, flip: float = 1, **changes
) -> bytes:
    """2 × 3 × 4 voxels; the sform begins at x 100, the qform turns by 180° about z from x 50."""
    two = version == 2
    head = bytearray(540 if two else 348)
    values = {
        "size": ("i", 0, 0, (540 if two else 348,)),
        "magic": ("8s" if two else "4s", 344, 4, ((b"n+2\0\r\n\x1a\n" if two else b"n+1\0"),)),
        "dim": ("8q" if two else "8h", 40, 16, (3, 2, 3, 4, 1, 1, 1, 1)),
        "type": ("h", 70, 12, (4,)),
        "bits": ("h", 72, 14, (16,)),
        "pixdim": ("8d" if two else "8f", 76, 104, (flip, 2, 3, 4, 1, 1, 1, 1)),
        "offset": ("q" if two else "f", 108, 168, (544 if two else 352,)),
        "slope": ("d" if two else "f", 112, 176, (0,)),
        "inter": ("d" if two else "f", 116, 184, (0,)),
        "units": ("i" if two else "B", 123, 500, (2,)),
        "qcode": ("i" if two else "h", 252, 344, (qform,)),
        "scode": ("i" if two else "h", 254, 348, (sform,)),
        "quatern": ("3d" if two else "3f", 256, 352, (0, 0, 1)),
        "qoffset": ("3d" if two else "3f", 268, 376, (50, 0, 0)),
        "srow": ("12d" if two else "12f", 280, 400, (2, 0, 0, 100, 0, 3, 0, 0, 0, 0, 4, 0)),
    }  # fmt: skip
    for name, (form, first, second, value) in values.items():
        given = changes.get(name, value)
        struct.pack_into(order + form, head, second if two else first, *given)
    return bytes(head) + bytes(4) + changes.get("data", NUMBERS.astype(order + "i2").tobytes())


def put(folder: Path, data: bytes, name: str = "n.nii") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("flip", (1, -1))
@pytest.mark.parametrize("version", (1, 2))
@pytest.mark.parametrize("order", ("<", ">"))
def test_nifti_of_either_order_and_version(tmp_path: Path, order, version, flip) -> None:
    for sform, qform in ((1, 0), (1, 1), (2, 0), (0, 1), (2, 1), (4, 2), (1, 2)):
        image = read_image(put(tmp_path, nifti(version, order, sform, qform, flip)))
        # ITK does not know the second version: it is asked about the first one.
        first = put(tmp_path, nifti(1, order, sform, qform, flip), "first.nii")
        seen = SimpleITK.ReadImage(str(first))
        assert np.array_equal(image.values.ravel(), NUMBERS)
        for at in ((0, 0, 0), (1, 2, 3)):
            there = seen.TransformIndexToPhysicalPoint(at)
            assert (image.ijk_to_lps @ (*at, 1))[:3] == pytest.approx(there, abs=1e-4)
        # Two places are told: these lie far apart.
        assert len(image.notes) == (sform > 0 and qform > 0)


def test_units_and_scaling_of_nifti(tmp_path: Path) -> None:
    for units, factor in ((1, 1000), (2, 1), (3, 0.001), (0, 1)):
        image = read_image(put(tmp_path, nifti(units=(units,))))
        assert np.abs(image.ijk_to_lps[:3, :3]).sum() == pytest.approx(9 * factor)
    scaled = read_image(put(tmp_path, nifti(slope=(2,), inter=(-5,))))
    assert scaled.values.dtype == np.int32
    assert np.array_equal(scaled.values.ravel(), 2 * NUMBERS - 5)
    half = read_image(put(tmp_path, nifti(slope=(0.5,))))
    assert np.array_equal(half.values.ravel(), 0.5 * NUMBERS)


# What is refused

META = (
    b"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
    b"TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 1 1 1\n"
    b"DimSize = 2 3 4\nElementType = MET_SHORT\n"
)
LOCAL = META + b"ElementDataFile = LOCAL\n"
ZLIB = META + b"CompressedData = True\nElementDataFile = LOCAL\n"
REFUSED = {
    "missing": (None, "there is no such file"),
    "empty": (b"", "the file is empty"),
    "another format": (b"P5 2 3 255 ", "no volume file that PrintPrep knows"),
    "DICOM": (bytes(128) + b"DICM", "this is DICOM"),
    "cut off": (("nrrd", DATA[:-1], {}), "cut off: 47 of 48 bytes"),
    "cut off, packed": (("nrrd", gzip.compress(DATA)[:-9], {"encoding": "gzip"}), "cut off"),
    "damaged": (("nrrd", b"\x1f\x8b" + bytes(60), {"encoding": "gzip"}), "voxels are damaged"),
    "a little packed": (
        ("nrrd", gzip.compress(DATA), {"encoding": "gzip", "sizes": "2000 1000 1000"}),
        "cut off: 4,000,000,000 bytes",
    ),
    "unbelievable": (("nrrd", DATA, {"sizes": "200000 300000 400000"}), "no volume has 200000"),
    "none": (("nrrd", DATA, {"sizes": "2 0 4"}), "no volume has 2 × 0"),
    "words": (("nrrd", DATA, {"sizes": "2 three 4"}), "is no number"),
    "NaN": (("nrrd", DATA, {"space origin": "(nan,0,0)"}), "is no number"),
    "flat": (("nrrd", DATA, {"space directions": "(1,0,0) (1,0,0) (0,0,1)"}), "one place"),
    "placeless": (("nrrd", DATA, {"space": ""}), "its header lacks space"),
    "strange space": (("nrrd", DATA, {"space": "scanner-xyz"}), "its space is scanner-xyz"),
    "inches": (("nrrd", DATA, {"space units": '"in" "in" "in"'}), "in in, not in mm"),
    "colours": (
        ("nrrd", DATA, {"dimension": "4", "sizes": "2 1 3 4",
                        "space directions": "none (1,0,0) (0,1,0) (0,0,1)"}),
        "2 values a voxel",
    ),
    "a block": (("nrrd", DATA, {"type": "block"}), "of type block"),
    "hexadecimal": (("nrrd", DATA, {"encoding": "hex"}), "packed as hex"),
    "many files": (("nrrd", DATA, {"data file": "n%03d.raw 1 4 1"}), "over several files"),
    "other file missing": (("nrrd", b"", {"data file": "gone.raw"}), "file gone.raw with its"),
    "no end": (b"NRRD0004\ntype: short\n", "no NRRD header"),
    "half a text": (("nrrd", b"1 2 3", {"encoding": "text"}), "3 of 24 voxels"),
    "letters": (("nrrd", b"x " * 24, {"encoding": "text"}), "no number"),
    "halves": (("nrrd", b"1.5 " * 24, {"encoding": "text"}), "no number of type int16"),
    "NIfTI cut off": (nifti()[:-1], "cut off: 47 of 48"),
    "NIfTI header": (nifti()[:100], "no NIfTI header"),
    "NIfTI packed": (gzip.compress(nifti())[:-12], "cut off"),
    "NIfTI 4-D": (nifti(dim=(4, 2, 3, 4, 2, 1, 1, 1)), "not hold one volume"),
    "NIfTI vector": (nifti(dim=(5, 2, 3, 4, 1, 3, 1, 1)), "not hold one volume"),
    "NIfTI RGB": (nifti(type=(128,)), "of type RGB"),
    "NIfTI placeless": (nifti(sform=0), "where in the patient"),
    "NIfTI in two": (nifti(magic=(b"ni1\0",)), "are in two files"),
    "NIfTI offset": (nifti(offset=(3,)), "where its voxels begin"),
    "NIfTI flat": (nifti(srow=(0,) * 12), "one place"),
    "NIfTI NaN": (nifti(srow=(float("nan"),) * 12), "is no number"),
    "NIfTI unit": (nifti(units=(5,)), "unknown unit"),
    "NIfTI negative": (nifti(dim=(3, -2, 3, 4, 1, 1, 1, 1)), "no volume has -2"),
    "Meta 4-D": (META.replace(b"NDims = 3", b"NDims = 4"), "no MetaImage header"),
    "Meta 2-D": (LOCAL.replace(b"NDims = 3", b"NDims = 2"), "one volume"),
    "Meta cut off": (LOCAL + DATA[:9], "cut off: 9 of 48"),
    "Meta packed": (ZLIB + zlib.compress(DATA)[:-8], "cut off"),
    "Meta damaged": (ZLIB + bytes(40), "voxels are damaged"),
    "Meta list": (META + b"ElementDataFile = LIST\n", "over several files"),
    "Meta size": (LOCAL.replace(b"2 3 4", b"2 3"), "is no number"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_told_by_file(tmp_path: Path, case: str) -> None:
    data, told = REFUSED[case]
    path = tmp_path / "Datei ü.any"
    if isinstance(data, tuple):
        path = nrrd(tmp_path, data[1], **data[2])
    elif data is not None:
        path.write_bytes(data)
    with pytest.raises(ImageError) as caught:
        read_image(path)
    text = str(caught.value)
    assert told in text and text.startswith(str(path)) and caught.value.remedy, text


def test_folders_and_pipes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.nrrd")
    for path in (tmp_path, tmp_path / "pipe.nrrd"):
        with pytest.raises(ImageError):
            read_image(path)
        with pytest.raises(ImageError):
            sha256_of_image(path)


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    """Bytes that fell over in the header: an image or an ImageError, and no great memory."""
    rng = random.Random(5)
    whole = [
        nrrd(tmp_path, gzip.compress(DATA), encoding="gzip").read_bytes(),
        nifti(),
        gzip.compress(nifti()),
        LOCAL + DATA,
    ]
    for number in range(600):
        data = bytearray(whole[number % 4])
        for _change in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.choice(
                (0, 32, 45, 49, 57, 255, rng.randrange(256))
            )
        if rng.random() < 0.2:
            del data[rng.randrange(len(data)) :]
        path = put(tmp_path, bytes(data), "damaged")
        try:
            image = read_image(path)
        except ImageError:
            continue
        assert image.values.ndim == 3
