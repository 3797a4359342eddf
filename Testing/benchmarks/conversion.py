"""Private-compressed files → standard DICOM, against dcm2niix's conversion of the same files.

dcm2niix writes one NIfTI file where PrintPrep writes as many DICOM files as there were.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from phantoms.elscint import compress_file, encode_rle1

from . import dcm2niix_side
from .real_data import SKULL_UPRIGHT, series, sorted_files
from .table import Other, Row
from .timing import Timed, best_times

REPETITIONS = 7
LIBRARY = Path(__file__).resolve().parents[2] / "PrintPrep"
#: Copies of the series that make an archive.
COPIES = 6


def conversion() -> Iterator[Row]:
    """The codec alone on one core, one series, and an archive by the command line."""
    files = sorted_files(series(SKULL_UPRIGHT))
    yield _decoding(files)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "series"
        folder.mkdir()
        for file in files:
            shutil.copyfile(file, folder / file.name)
            compress_file(folder / file.name)
        yield _one_series(folder, Path(temporary))
        yield _archive(folder, Path(temporary))


def _decoding(files: list[Path]) -> Row:
    import pydicom
    from PrintPrepLib.pixels.elscint_codec import decode_rle1

    pixels = [np.frombuffer(pydicom.dcmread(file).PixelData, "<u2") for file in files[::4]]
    streams = [encode_rle1(words) for words in pixels]

    def decode() -> None:
        for stream, words in zip(streams, pixels, strict=True):
            decode_rle1(stream, len(words))

    # Processor time: the bar is for a core, whatever else the machine does.
    best = float("inf")
    for _ in range(REPETITIONS):
        start = time.process_time()
        decode()
        best = min(best, time.process_time() - start)
    rate = sum(words.nbytes for words in pixels) / 1e6 / best
    what = f"decode PMSCT_RLE1, {len(pixels)} slices of 512², MB of pixels a second a core"
    return Row(what, rate, "MB/s", bar="≥ 150 MB/s", met=rate >= 150)


def _one_series(folder: Path, temporary: Path) -> Row:
    from PrintPrepLib.convert.archive import Request, convert

    out = temporary / "dicom"

    def mine(_: object) -> None:
        summary = convert(Request([folder], out))
        if summary.counts["converted"] != len(summary.fates):
            raise RuntimeError(f"not all files were converted: {summary.counts}")

    times = best_times(
        {
            "PrintPrep": Timed(mine, lambda: shutil.rmtree(out, ignore_errors=True)),
            "dcm2niix -z n (writes NIfTI)": _dcm2niix(folder, temporary),
        },
        REPETITIONS,
    )
    mine_s = times.pop("PrintPrep")
    (theirs,) = times.values()
    count = len(list(folder.iterdir()))
    return Row(
        f"convert {count} private-compressed slices of 512², one process",
        mine_s,
        "s",
        [Other(name, seconds) for name, seconds in times.items()],
        "≤ 2 × dcm2niix",
        mine_s <= 2 * theirs,
        f"{mine_s / theirs:.2f} × dcm2niix; {count / mine_s:.0f} files a second",
    )


def _archive(folder: Path, temporary: Path) -> Row:
    """The command as users type it, with as many processes as there are processors."""
    archive, out = temporary / "archive", temporary / "converted"
    for number in range(COPIES):
        _copied_series(folder, archive / str(number), number)
    count = sum(1 for path in archive.rglob("*") if path.is_file())

    def mine(_: object) -> None:
        subprocess.run(
            [sys.executable, "-m", "PrintPrepLib.cli", "convert", archive, "--out", out],
            cwd=LIBRARY,
            capture_output=True,
            check=True,
        )

    times = best_times(
        {
            "PrintPrep": Timed(mine, lambda: shutil.rmtree(out, ignore_errors=True)),
            "dcm2niix -z n (writes NIfTI)": _dcm2niix(archive, temporary),
        },
        2,
    )
    mine_s = times.pop("PrintPrep")
    (theirs,) = times.values()
    rate = count / mine_s
    return Row(
        f"printprep convert, {count} files, {os.cpu_count()} processors, start included",
        mine_s,
        "s",
        [Other(name, seconds) for name, seconds in times.items()],
        note=f"{mine_s / theirs:.2f} × dcm2niix; {rate:.0f} files a second: "
        f"350 series of 300 files take {350 * 300 / rate / 60:.0f} min",
    )


def _copied_series(folder: Path, copy: Path, number: int) -> None:
    """The same series under UIDs of its own; programs skip what they have seen."""
    import pydicom

    copy.mkdir(parents=True)
    for file in folder.iterdir():
        dataset = pydicom.dcmread(file)
        for keyword in ("SeriesInstanceUID", "SOPInstanceUID"):
            setattr(dataset, keyword, f"{dataset[keyword].value[:60]}.{number + 1}")
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SeriesNumber = str(number + 1)
        dataset.save_as(copy / file.name)


def _dcm2niix(folder: Path, temporary: Path) -> Timed:
    out = temporary / "nii"
    return Timed(
        lambda _: dcm2niix_side.convert(folder, out),
        lambda: shutil.rmtree(out, ignore_errors=True),
    )
