"""What holds when a run is killed, the disk is full, or there is very much: each with its figure.

Kills, full, protected and limited disks, two runs at once, 20,000 files in a folder, and
2,000 slices in 6 GiB. ``Testing/unit/test_held.py`` does the same in small.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from pydicom import dcmread

from .table import Row, absent

_PROGRAM = (sys.executable, "-m", "PrintPrepLib.cli")
KILLS = 60
GIB = 1 << 30
#: Sizes (KiB) of disks and files: from nothing to almost enough.
ROOMS = (16, 64, 128, 256, 512, 1024, 2048)
RESULTS = ["model.stl", "qa.html", "qa.json", "volume.nrrd"]
_SCENE = Scene([Ball((0.0, 0.0, 0.0), 14.0)], sigma=0.5)
_TAKEN = Acquisition(rows=96, columns=96, slices=48)
_FEW, _MANY, _A_SERIES = 5_000, 20_000, 100
_TALL, _TALL_GIB = 2_000, 6


def held() -> Iterator[Row]:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="held-") as temporary:
        folder = Path(temporary)
        series = folder / "in"
        write_series(_SCENE, _TAKEN, series)
        for command in ("run", "convert"):
            yield _kills(command, series, folder / f"killed-{command}", KILLS)
        yield from _disks(series, folder)
        yield _two_at_once(series, folder / "two")
        yield from _many_files(folder / "many")
        yield _tall(folder / "tall")


def command_line(command: str, inputs: Path, out: Path) -> list[str]:
    """The words of a command that writes into a folder."""
    more = ["--jobs", "2"] if command == "convert" else ["--threshold", "300"]
    return [command, str(inputs), "--out", str(out), *more]


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more}


def printprep(words: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*_PROGRAM, *words],
        capture_output=True,
        text=True,
        env=_environment(),
        **options,
    )


def contents(folder: Path) -> dict[str, str]:
    """The checksum of each file below a folder, without PrintPrep's own journal."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".printprep-convert" not in path.parts
    }


# Killed


def _kills(command: str, series: Path, out: Path, count: int) -> Row:
    start = time.perf_counter()
    found = list(killed(command, series, out, count))
    seconds = time.perf_counter() - start
    note = f"{count} kills in {seconds:.0f} s" + "".join(f"; {fault}" for fault in found[:5])
    return Row(f"faults after kill -9 of {command}", len(found), "", (), "0", not found, note)


def killed(command: str, series: Path, out: Path, count: int, seed: int = 4) -> Iterator[str]:
    """What is wrong after each of ``count`` kills at random moments, and after a whole run.

    The work is done by children of a process that has everything imported, so that the
    moments fall into the work.
    """
    words = command_line(command, series, out)
    import PrintPrepLib.convert.archive
    import PrintPrepLib.job.run  # noqa: F401
    from PrintPrepLib.report import renderer  # noqa: F401

    start = time.perf_counter()
    if _child(words, None) != 0:
        yield "the first run failed"
        return
    whole_s, good = time.perf_counter() - start, contents(out)
    chance = random.Random(seed)
    for number in range(count):
        if number % 2 and command == "convert":  # nothing done before, or all of it
            shutil.rmtree(out)
        delay = whole_s * chance.random()
        _child(words, delay)
        yield from (f"after {delay:.3f} s: {told}" for told in _unlike(command, out, good))
    if _child(words, None) != 0:
        yield "the run after the kills failed"
    if sorted(_whole(command, contents(out))) != sorted(_whole(command, good)):
        yield f"after the next run there is {sorted(contents(out))[:8]}"
    left = [path.name for path in out.rglob(".printprep-*") if path.name != ".printprep-convert"]
    if left:
        yield f"the next run left {left[:5]}"


def _child(words: list[str], delay: float | None) -> int:
    """Exit status of the command in a fork, which is killed with its own after a delay (s)."""
    from PrintPrepLib import cli

    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        try:
            status = cli.main(words)
        except BaseException:  # noqa: BLE001  the fork must not go on with its parent's work
            status = 99
        os._exit(status)
    if delay is not None:
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    _gone(child)
    return os.waitstatus_to_exitcode(status)


def _gone(session: int, patience_s: float = 30.0) -> None:
    """Wait until the workers have noticed that their parent is no more."""
    end = time.monotonic() + patience_s
    while _members(session):
        if time.monotonic() > end:
            left = [Path(f"/proc/{one}/cmdline").read_bytes()[-200:] for one in _members(session)]
            os.killpg(session, signal.SIGKILL)
            raise AssertionError(f"workers outlived their parent: {left}")
        time.sleep(0.05)


def _members(session: int) -> list[int]:
    """The processes of a session that still run; those that nobody has buried do not."""
    found = []
    for state in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = state.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(state.parent.name))
    return found


def _unlike(command: str, out: Path, good: dict[str, str]) -> Iterator[str]:
    """What stands among the results and is neither whole nor hidden."""
    if not out.is_dir():
        return
    for name, digest in contents(out).items():
        path = out / name
        if any(part.startswith(".printprep-") for part in Path(name).parts):
            continue
        if name not in good:
            yield f"{name} was never meant"
        elif name.endswith((".json", ".html", ".csv")):  # they tell the time
            text = path.read_text()
            ends = {".json": "}", ".html": "</html>"}.get(path.suffix, "")
            if not text.rstrip().endswith(ends):
                yield f"{name} is cut off"
        elif digest != good[name]:
            yield f"{name} is not whole"
    if command == "run" and not any(out.glob(".printprep-*/old")):
        missing = set(good) - set(contents(out))
        if missing:
            yield f"{sorted(missing)} are missing"


def _whole(command: str, found: dict[str, str]) -> list[str]:
    """What two runs have in common."""
    texts = (".json", ".html", ".csv")
    return [name if name.endswith(texts) else f"{name} {found[name]}" for name in found]


# Disks


def _disks(series: Path, folder: Path) -> Iterator[Row]:
    if may_mount():
        for command in ("run", "convert"):
            yield _row(f"faults of {command} on a full disk", full(command, series, folder, ROOMS))
            found = protected(command, series, folder)
            yield _row(f"faults of {command} on a disk without writing", found)
    else:
        yield absent("full and protected disks", "no disk may be mounted here")
    for command in ("run", "convert"):
        found = limited(command, series, folder, ROOMS)
        yield _row(f"faults of {command} with files of limited size", found)


def _row(what: str, tried: Iterator[tuple[str, list[str]]]) -> Row:
    every = list(tried)
    found = [f"{name}: {fault}" for name, faults in every for fault in faults]
    note = f"{len(every)} tried: " + ", ".join(name for name, _ in every)
    note += "".join(f"; {fault}" for fault in found[:5])
    return Row(what, len(found), "", (), "0", not found, note)


def may_mount() -> bool:
    """Whether a disk can be mounted that nobody else sees."""
    probe = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True).returncode == 0
    except OSError:
        return False


def full(
    command: str, series: Path, folder: Path, rooms_kib: Sequence[int]
) -> Iterator[tuple[str, list[str]]]:
    """The faults on a disk of each size, in a mount that nobody else sees."""
    for kib in rooms_kib:
        yield f"{kib} KiB", _on_disk(command, series, folder, f"size={kib}k")


def protected(command: str, series: Path, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The faults on a disk that is mounted for reading alone."""
    yield "read-only", _on_disk(command, series, folder, "ro")


def _on_disk(command: str, series: Path, folder: Path, options: str) -> list[str]:
    disk, kept = folder / "disk", folder / "kept"
    disk.mkdir(exist_ok=True)
    shutil.rmtree(kept, ignore_errors=True)
    words = command_line(command, series, disk)
    script = (
        'mount -t tmpfs -o "$1" tmpfs "$2" || exit 98; kept="$3"; shift 3; "$@"; status=$?; '
        'cp -a "$DISK" "$kept"; exit $status'
    )
    shell = ["unshare", "-rm", "sh", "-c", script, "sh"]
    done = subprocess.run(
        [*shell, options, str(disk), str(kept), *_PROGRAM, *words],
        capture_output=True,
        text=True,
        env=_environment(DISK=str(disk)),
    )
    return _refused(command, done, kept, series)


def limited(
    command: str, series: Path, folder: Path, rooms_kib: Sequence[int]
) -> Iterator[tuple[str, list[str]]]:
    """The faults where no file may grow beyond each size."""
    for kib in rooms_kib:
        out = folder / "limited"
        shutil.rmtree(out, ignore_errors=True)

        def limit(size: int = kib << 10) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        done = printprep(command_line(command, series, out), preexec_fn=limit)
        yield f"{kib} KiB", _refused(command, done, out, series)


def _refused(
    command: str, done: subprocess.CompletedProcess[str], out: Path, series: Path
) -> list[str]:
    """What is wrong with a command that had not the room it needs, or had it."""
    faults = []
    if "internal error" in done.stderr or "Traceback" in done.stderr:
        faults.append(f"ends with {done.stderr.strip().splitlines()[-1][:200]}")
    names = list(contents(out)) if out.is_dir() else []
    hidden = [name for name in names if ".printprep-" in name]
    if hidden:
        faults.append(f"leaves {hidden[:3]}")
    if command == "run":
        wanted = RESULTS if done.returncode == 0 else []
        if sorted(names) != wanted:
            faults.append(f"status {done.returncode} and {names}")
    else:
        sizes = {path.name: path.stat().st_size for path in series.iterdir()}
        cut = [n for n in names if n in sizes and (out / n).stat().st_size < sizes[n]]
        if cut:
            faults.append(f"{len(cut)} files are cut off")
        if done.returncode == 0 and len(set(names) & set(sizes)) != len(sizes):
            faults.append("files are missing, and the status is 0")
    if done.returncode not in (0, 1):
        faults.append(f"status {done.returncode}: {done.stderr[-200:]}")
    return faults


# Two at once


def _two_at_once(series: Path, folder: Path, rounds: int = 5) -> Row:
    found = list(two_at_once(series, folder, rounds))
    note = f"{rounds} rounds of two runs into one folder" + "".join(f"; {one}" for one in found[:5])
    return Row("faults of two runs at once", len(found), "", (), "0", not found, note)


def two_at_once(series: Path, folder: Path, rounds: int) -> Iterator[str]:
    """What is wrong after two runs of different thresholds into one folder, by ``verify``."""
    for number in range(rounds):
        out = folder / str(number)
        runs = [
            subprocess.Popen(
                [*_PROGRAM, "run", str(series), "--out", str(out), "--threshold", threshold],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=_environment(),
            )
            for threshold in ("300", "500")
        ]
        for run in runs:
            errors = run.communicate()[1]
            if run.returncode:
                yield f"a run ends with {errors.strip().splitlines()[-1:]}"
        if sorted(path.name for path in out.iterdir()) != RESULTS:
            yield f"there is {sorted(path.name for path in out.iterdir())}"
        said = printprep(["verify", str(out)])
        if said.returncode:
            yield f"files and record do not belong together: {said.stdout[-200:]}"


# Much


def _many_files(folder: Path) -> Iterator[Row]:
    folder.mkdir()
    times: dict[str, list[float]] = {"inspect": [], "convert": []}
    for count in (_FEW, _MANY):
        _fill(folder / "in", count)
        for command, taken in times.items():
            out = folder / f"out-{count}"
            words = command_line("convert", folder / "in", out)
            if command == "inspect":
                words = ["inspect", str(folder / "in"), "--json"]
            start = time.perf_counter()
            done = printprep(words)
            taken.append(time.perf_counter() - start)
            if done.returncode:
                yield absent(f"{command} of {count:,} files", done.stderr[-200:])
        shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(folder)
    for command, (few, many) in times.items():
        growth = (many / few) / (_MANY / _FEW)
        yield Row(
            f"{command} of {_MANY:,} files: time a file, over that of {_FEW:,}",
            growth,
            "×",
            (),
            "≤ 1.3 ×",
            growth <= 1.3,
            f"{few:.1f} s and {many:.1f} s, {1000 * many / _MANY:.2f} ms a file",
        )


def _fill(folder: Path, count: int) -> None:
    """Series of 100 small slices, all in one folder; those that are there stay."""
    folder.mkdir(exist_ok=True)
    taken = Acquisition(rows=12, columns=10, slices=_A_SERIES)
    for number in range(len(list(folder.iterdir())) // _A_SERIES, count // _A_SERIES):
        made = write_series(_SCENE, taken, folder / "new", name=f"series {number}")
        for path in made.files:
            path.rename(folder / f"{number:04d}-{path.name}")
        (folder / "new").rmdir()


def _tall(folder: Path) -> Row:
    what = f"run of {_TALL:,} × 512², peak memory in all"
    free = shutil.disk_usage(folder.parent).free
    if free < 5 * GIB:
        return absent(what, f"needs 5 GiB of disk, and there are {free / GIB:.1f}")
    write_tall(folder, _TALL)
    start = time.perf_counter()
    limit = _TALL_GIB * GIB
    status, peak, errors = peak_of(
        ["run", str(folder), "--out", str(folder.parent / "out"), "--preset", "bone"], limit
    )
    seconds = time.perf_counter() - start
    met = status == 0 and peak <= limit
    note = f"{seconds:.0f} s with at most {_TALL_GIB} GiB of address space, status {status}"
    note += "" if status == 0 else f": {errors}"
    return Row(what, peak / GIB, "GiB", (), f"≤ {_TALL_GIB} GiB", met, note)


def write_tall(folder: Path, slices: int, rows: int = 512) -> None:
    """A rod of bone through as many slices, two images in turns: made quickly."""
    folder.mkdir()
    step = 0.5
    made = write_series(
        Scene([Ball((0.0, 0.0, 0.0), 0.2 * rows)], sigma=0.5),
        Acquisition(rows=rows, columns=rows, slices=2, steps=step, first_position=(0.0, 0.0, 0.0)),
        folder / "two",
    )
    two = [dcmread(path) for path in made.files]
    x, y, _z = made.positions[0]
    for index in range(slices):
        one, z = two[index % 2], f"{step * index:.3f}"
        one.ImagePositionPatient, one.SliceLocation = [f"{x:.3f}", f"{y:.3f}", z], z
        one.InstanceNumber, one.SOPInstanceUID = str(index + 1), f"2.25.3000{index}"
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
        one.save_as(folder / f"IM{index:05d}.dcm")
    shutil.rmtree(folder / "two")


def peak_of(words: Sequence[str], address_space: int) -> tuple[int, int, str]:
    """Status of a command, peak of its memory (bytes), and the last it said on stderr."""
    code = (
        "import resource, sys\n"
        "from PrintPrepLib import cli\n"
        "status = cli.main(sys.argv[1:])\n"
        "text = open('/proc/self/status').read()\n"
        "print(text.split('VmHWM:')[1].split()[0])\n"
        "sys.exit(status)"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))

    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        env=_environment(),
        preexec_fn=limit,
    )
    last = done.stdout.split()[-1:] or ["0"]
    peak = int(last[0]) << 10 if last[0].isdigit() else 0
    return done.returncode, peak, done.stderr.strip()[-200:]
