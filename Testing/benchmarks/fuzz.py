"""Damaged files, streams, records and models, thousands of times: what falls over or is lost.

Each kind runs in a process of its own, so that a crash of a decoder is told and not the end.
``Testing/unit/test_fuzz.py`` does the same for some hundred of each.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from phantoms import objects
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.damage import combinations, damaged, replaced, spoiled
from phantoms.damaged_json import TEXTS, changed, ways
from phantoms.dicom import write_series
from phantoms.elscint import compress_file, encode_rgb1, encode_rle1
from PrintPrepLib.convert.archive import Request as Conversion
from PrintPrepLib.convert.archive import convert
from PrintPrepLib.core.errors import PrintPrepError
from PrintPrepLib.core.package_data import data_json
from PrintPrepLib.deidentify.options import Options
from PrintPrepLib.dicom.header import SliceHeader
from PrintPrepLib.job.run import Request, run
from PrintPrepLib.mesh.io.export import FORMATS, export_model
from PrintPrepLib.mesh.io.read import read_model
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.pixels.decode import decoded_pixels
from PrintPrepLib.pixels.elscint_codec import RGB1, RLE1, StreamError, decode
from PrintPrepLib.qa.inspection import inspect_record
from PrintPrepLib.qa.protocol import load_protocol
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.selection import inspected
from PrintPrepLib.volume.regularize import load_stack

from .outside_json import record, store, use_record, use_store
from .table import Row

_SEED = 2
SCENE = Scene((Ball((0, 0, 0), 4.0),))
_SLICES = 4
_MOST_VOXELS = 100_000
MOST_S, MOST_BYTES = 10.0, 300 << 20
_STATUS, _REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_SHOWN = 5


def fuzz() -> Iterator[Row]:
    """What was not survived, of so many, by kind; one row each."""
    for name, (count, what) in COUNTS.items():
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.fuzz", name, str(count), str(_SEED)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        found = [line[2:] for line in done.stdout.splitlines() if line.startswith("! ")]
        if done.returncode:
            found.append(f"ended with {done.returncode}: {done.stderr.strip()[-200:]}")
        per = 1000 * (time.perf_counter() - start) / count
        note = "".join(f"; {fault}" for fault in found[:_SHOWN])
        note = f"of {count:,}, {per:.1f} ms each{note}"
        yield Row(f"not survived: {what}", len(found), "", (), "0", not found, note)


def watched(what: str, work: Callable[[], str | None], size: int = 0) -> Iterator[str]:
    """What went wrong: an error that is none of PrintPrep's own, what ``work`` says, or too
    much time or memory for a file of ``size`` bytes."""
    measured = _REFS.exists()
    if measured:
        _REFS.write_text("5")  # the peak starts again from here
    before, start = _memory("VmRSS"), time.perf_counter()
    try:
        told = work()
    except PrintPrepError as error:
        told = _unfit(str(error))
    except StreamError as error:
        told = _unfit(str(error))
    except Exception as error:  # noqa: BLE001  this is what is looked for
        told = f"{type(error).__name__}: {error}"
    seconds, taken = time.perf_counter() - start, _memory("VmHWM") - before
    if told:
        yield f"{what}: {told}"
    if seconds > MOST_S:
        yield f"{what}: took {seconds:.0f} s"
    if measured and taken > 2 * size + MOST_BYTES:
        yield f"{what}: took {taken >> 20} MiB for {size} bytes"


def _unfit(text: str) -> str | None:
    """A refusal is one line that a person can read."""
    if any(sign in text for sign in "\n\r\x1b\0") or not 5 < len(text) < 6000:
        return f"refused with {text[:100]!r}"
    return None


def _memory(field: str) -> int:
    if not _STATUS.exists():
        return 0
    return int(_STATUS.read_text().split(f"{field}:")[1].split()[0]) << 10


# One damaged file among the good ones of a series

#: The file, what was done to it, and what it holds then.
Change = tuple[Path, str, bytes]


def headers(folder: Path, count: int, seed: int) -> Iterator[str]:
    """``inspect``, and the first part of ``run``."""
    for files in _series(folder):
        yield from _each(files, _changes(files, count // 3, seed), examined)


def systematic(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Every tag with every VR and value; ``count`` of them, evenly."""
    files, every = next(_series(folder)), combinations()
    good = [path.read_bytes() for path in files]
    some = np.unique(np.linspace(0, len(every) - 1, count).astype(int)).tolist()
    which = np.random.default_rng(seed).integers(len(files), size=len(some)).tolist()

    def changes() -> Iterator[Change]:
        for index, file in zip(some, which, strict=True):
            tag, vr, value = every[index]
            what = f"({tag:08X}) {vr!r} {value[:24]!r}"
            yield files[file], what, replaced(good[file], tag, vr, value)

    yield from _each(files, changes(), examined)


def runs(folder: Path, count: int, seed: int) -> Iterator[str]:
    """``run``: results whole, or nothing and a reason."""
    for files in _series(folder):
        yield from _each(files, _changes(files, count // 3, seed), _run)


def conversions(folder: Path, count: int, seed: int) -> Iterator[str]:
    """``convert``, with and without de-identification."""
    for files in _series(folder):
        for way in (_convert, _deidentify):
            yield from _each(files, _changes(files, count // 6, seed), way)


def _series(folder: Path) -> Iterator[list[Path]]:
    """The same slices as they are, with Elscint's compression, and with RLE."""
    for name in ("plain", "elscint", "rle"):
        taken = Acquisition(rows=12, columns=10, slices=_SLICES)
        files = list(write_series(SCENE, taken, folder / name).files)
        for path in files if name == "elscint" else ():
            compress_file(path)
        if name == "rle":
            objects.edit(folder / name, lambda one, _: objects.compress_rle(one))
        yield files


def _changes(files: list[Path], count: int, seed: int) -> Iterator[Change]:
    """Each file of the series damaged in ``count / len(files)`` ways."""
    for number, path in enumerate(files):
        share = count * (number + 1) // len(files) - count * number // len(files)
        for what, data in damaged(path.read_bytes(), share, seed + number):
            yield path, what, data


def _each(
    files: list[Path], changes: Iterator[Change], use: Callable[[Path], set[str]]
) -> Iterator[str]:
    """One damaged file after the other in its series; ``use`` tells which files are served."""
    good = {path: path.read_bytes() for path in files}
    size = sum(map(len, good.values()))
    for path, what, data in changes:
        path.write_bytes(data)
        others = {str(one) for one in files} - {str(path)}

        def lost(others: set[str] = others) -> str | None:
            missing = others - use(files[0].parent)
            return f"{len(missing)} good files lost" if missing else None

        yield from watched(f"{path.parent.name}/{path.name} {what}", lost, size)
        path.write_bytes(good[path])


def examined(folder: Path) -> set[str]:
    """The files that stand in a stack, after what ``inspect`` does and the first of ``run``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collection = read_series([folder])
        json.dumps(inspect_record(collection, inspected(collection), [folder]))
        stacks = [stack for series in collection.series for stack in series.stacks]
        for stack in stacks:
            try:
                load_stack(stack, maximum_voxels=_MOST_VOXELS)
            except PrintPrepError as error:
                str(error)
    return {item.path for stack in stacks for item in stack.slices}


def _run(folder: Path) -> set[str]:
    """All files, where results are whole, or where there are none and the refusal has a name."""
    every = {str(path) for path in folder.iterdir()}
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run(Request([str(folder)], out))
    except PrintPrepError as error:
        if out.exists():
            raise AssertionError("refused, and left something behind") from error
        if _unfit(str(error)):
            raise AssertionError(_unfit(str(error))) from error
        return every
    left = sorted(path.name for path in out.iterdir())
    if left != ["model.stl", "qa.html", "qa.json", "volume.nrrd"]:
        raise AssertionError(f"results are {left}")
    source = json.loads((out / "qa.json").read_text())["source"]
    return every if source["slices"] >= _SLICES - 1 else set()


def _convert(folder: Path, options: Options | None = None) -> set[str]:
    """The files that were written anew."""
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        summary = convert(Conversion([folder], out, jobs=1, deidentify=options, identify=True))
    for fate in summary.fates:
        if "internal" in fate.reason:
            raise AssertionError(fate.reason)
    return {fate.file for fate in summary.fates if fate.fate in ("converted", "copied")}


def _deidentify(folder: Path) -> set[str]:
    return _convert(folder, Options())


# Compressed pixels


def streams(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Elscint's two codecs, and RLE and JPEG 2000 through pydicom, Pillow and GDCM."""
    chance = np.random.default_rng(seed)
    words = np.cumsum(chance.integers(-90, 90, 24 * 20)).astype(np.uint16)
    words[50:90], words[200:206] = 7, 60_000
    colours = chance.integers(0, 9, (24 * 20, 3)).astype(np.uint8)
    colours[40:300] = colours[40:300, :1]
    known = {RLE1: encode_rle1(words), RGB1: encode_rgb1(colours)}
    for index in range(count * 4 // 5):
        name = (RLE1, RGB1)[index % 2]
        what, data = spoiled(known[name], chance)

        def shape(name: str = name, data: bytes = data) -> str | None:
            found = decode(name, data, 24, 20).shape
            return None if found[:2] == (24, 20) else f"has the shape {found}"

        yield from watched(f"{name}: {what}", shape, len(data))
    for index, compress in enumerate((objects.compress_rle, objects.compress_j2k)):
        taken = Acquisition(rows=24, columns=20, slices=2, signed=False)
        files = write_series(SCENE, taken, folder / f"compressed-{index}").files
        objects.edit(files[0].parent, lambda one, _, compress=compress: compress(one))
        yield from _decoded(files[1], count // 10, chance)


def _decoded(path: Path, count: int, chance: np.random.Generator) -> Iterator[str]:
    (item,) = [
        item
        for series in read_series([path.parent]).series
        for stack in series.stacks
        for item in stack.slices
        if item.path == str(path)
    ]
    data = path.read_bytes()
    start = data.index(b"\xe0\x7f\x10\x00")
    for _index in range(count):
        what, tail = spoiled(data[start + 12 :], chance)
        path.write_bytes(data[: start + 12] + tail)
        yield from watched(f"{path.parent.name}: {what}", lambda: _shape(item), len(data))


def _shape(item: SliceHeader) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = decoded_pixels(item).shape
    return None if found == (item.rows, item.columns) else f"has the shape {found}"


# JSON and models from elsewhere


def documents(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Protocols, stores of calibrations and records with something else at one place."""
    made: tuple[tuple[str, Any, Callable[[Path], object]], ...] = (
        ("protocol", data_json("protocol_orthopaedic.json"), load_protocol),
        ("store", store(), use_store),
        ("record", record(folder), use_record),
    )
    chance = random.Random(seed)
    for name, content, use in made:
        places, path = list(ways(content)), folder / f"{name}.json"
        for _index in range(count // len(made)):
            way, text = chance.choice(places), chance.choice(TEXTS)
            path.write_text(changed(content, way, text), "utf-8")
            what = f"{name} {way} {text[:24]}"
            yield from watched(what, lambda path=path, use=use: _nothing(use(path)), 10_000)


def _nothing(_result: object) -> None:
    """For calls whose answer does not matter."""


def meshes(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Models of every format, text and binary, with other bytes somewhere."""
    chance = np.random.default_rng(seed)
    good = _models(folder)
    for index in range(count):
        name = list(good)[index % len(good)]
        what, data = spoiled(good[name], chance)
        path = folder / f"model.{name}"
        path.write_bytes(data)
        yield from watched(f"{name}: {what}", lambda path=path: _faces(read_model(path)), len(data))


def _models(folder: Path) -> dict[str, bytes]:
    import trimesh

    ball = trimesh.creation.icosphere(subdivisions=2, radius=10)
    mesh, found = TriangleMesh(ball.vertices, ball.faces), {}
    for kind in FORMATS:
        export_model(mesh, folder / f"good.{kind}", kind)
        found[kind] = (folder / f"good.{kind}").read_bytes()
    found["text.stl"] = ball.export(file_type="stl_ascii").encode()
    text = ball.export(file_type="ply", encoding="ascii")
    found["text.ply"] = text if isinstance(text, bytes) else text.encode()
    found["other.obj"] = ball.export(file_type="obj", include_normals=True).encode()
    return found


def _faces(mesh: TriangleMesh) -> str | None:
    return None if len(mesh.triangles) else "a model without triangles"


KINDS: dict[str, Callable[[Path, int, int], Iterator[str]]] = {
    "headers": headers,
    "systematic": systematic,
    "runs": runs,
    "conversions": conversions,
    "streams": streams,
    "documents": documents,
    "meshes": meshes,
}
COUNTS = {
    "headers": (6_000, "one damaged file of a series, inspect and load"),
    "systematic": (len(combinations()), "every tag × VR × value, inspect and load"),
    "runs": (1_998, "one damaged file of a series, run"),
    "conversions": (1_998, "one damaged file of a series, convert"),
    "streams": (10_000, "damaged streams of pixels"),
    "documents": (3_000, "protocols, calibrations and records"),
    "meshes": (7_000, "damaged models"),
}


def faults(name: str, folder: Path, count: int, seed: int) -> Iterator[str]:
    """What was done, and what came of it where that is a fault.

    :param name: which of ``KINDS``.
    """
    yield from KINDS[name](folder, count, seed)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for fault in faults(sys.argv[1], Path(temporary), int(sys.argv[2]), int(sys.argv[3])):
            print("!", fault.replace("\n", " "), flush=True)
