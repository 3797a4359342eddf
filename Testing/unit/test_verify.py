"""A record is verified: what is unchanged passes, and every kind of change is found."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
import trimesh
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib import cli
from PrintPrepLib.cli.verify import answer
from PrintPrepLib.core.errors import SeriesError
from PrintPrepLib.image_io.nrrd import read_grid
from PrintPrepLib.mesh.io.common import sha256_of
from PrintPrepLib.mesh.io.stl import read_stl
from PrintPrepLib.qa.record import SEAL, checksum, seal, seal_holds
from PrintPrepLib.verify.items import Verification
from PrintPrepLib.verify.model import welded
from PrintPrepLib.verify.record import RecordError, verify

LIBRARY = Path(__file__).resolve().parents[2] / "PrintPrep"
SCENE = Scene([Ball((3.0, -4.0, 2.0), 6.0, contrast=1400.0)], background=-500.0, sigma=0.5)
TILTED = Acquisition(
    rows=48, columns=48, slices=22, pixel_spacing=(0.6, 0.6), steps=(0.7,) * 21,
    tilt=(0.0, -15.0), tilt_tag="present", slope=1.0,
)  # fmt: skip
FORMATS = ("stl", "3mf", "obj", "ply")


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    return write_series(SCENE, TILTED, tmp_path_factory.mktemp("series"), name="ball").folder


@pytest.fixture(scope="module")
def made(series, tmp_path_factory) -> Path:
    """What ``run`` writes: twice the size and centred, in every format."""
    folder = tmp_path_factory.mktemp("made")
    options = ["--preset", "bone", "--scale", "2", "--center", "--format", ",".join(FORMATS)]
    done = command("run", series, "--out", folder, *options)
    assert done.returncode == 0, done.stderr
    return folder


def command(*arguments: object, program: str = "pass") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; ``program`` runs before it."""
    start = f"import sys; {program}; from PrintPrepLib.cli import main; sys.exit(main())"
    paths = [str(LIBRARY), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-c", start, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(made, tmp_path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


def changed(folder: Path, change: Callable[[dict], object], sealed: bool = True) -> Verification:
    """The verification after a change to the record, with a new checksum unless told."""
    file = folder / "qa.json"
    record = json.loads(file.read_text("utf-8"))
    change(record)
    file.write_text(json.dumps(seal(record) if sealed else record), "utf-8")
    return verify(folder)


def outcomes(done: Verification) -> dict[str, str]:
    return {item.id: item.outcome for item in done.items}


def item(done: Verification, identity: str):
    return next(entry for entry in done.items if entry.id == identity)


def not_unchanged(done: Verification) -> set[str]:
    return {name for name, outcome in outcomes(done).items() if outcome != "unchanged"}


def test_what_was_just_made_is_unchanged(made, series):
    done = verify(made / "qa.json", [series])
    assert done.verdict == "unchanged", answer(done)
    expected = {"record", "checks", "verdict", "volume", "source", "edge"}
    expected |= {f"{kind}:model.{suffix}" for kind in ("file", "figures") for suffix in FORMATS}
    assert set(outcomes(done)) == expected


def test_folder_or_file_and_any_order_of_the_keys(folder):
    file = folder / "qa.json"
    record = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(dict(reversed(record.items()))), "utf-8")
    assert verify(file).verdict == verify(folder).verdict == "unchanged"


def test_one_byte_of_a_file_is_noticed(folder):
    data = bytearray((folder / "model.stl").read_bytes())
    data[-1] ^= 1  # an attribute byte: the geometry stays
    (folder / "model.stl").write_bytes(data)
    done = verify(folder)
    assert done.verdict == "changed" and not_unchanged(done) == {"file:model.stl"}
    (difference,) = item(done, "file:model.stl").differences
    assert difference.found == sha256_of(folder / "model.stl")


def replaced(folder: Path, change: Callable[[np.ndarray], np.ndarray]) -> Verification:
    """The verification with other points in the STL, whose checksum is put into the record."""
    path = folder / "model.stl"
    corners = change(read_stl(path).astype(float))
    trimesh.Trimesh(**trimesh.triangles.to_kwargs(corners)).export(path)

    def honest(record):
        record["model"]["files"][0]["sha256"] = sha256_of(path)

    return changed(folder, honest)


def test_model_that_was_moved_is_noticed(folder):
    done = replaced(folder, lambda corners: np.add(corners, (0.02, 0, 0)))
    assert not_unchanged(done) == {"figures:model.stl"} and done.verdict == "changed"
    differences = item(done, "figures:model.stl").differences
    assert [entry.key for entry in differences] == ["bounds_mm x from", "bounds_mm x to"]
    # The file is twice the patient's size, so 0.02 mm there are 0.01 mm of the patient.
    assert differences[0].found - differences[0].recorded == pytest.approx(0.01, abs=1e-5)


def test_model_that_was_moved_less_than_the_tolerance_is_the_same(folder):
    assert replaced(folder, lambda corners: np.add(corners, (0.001, 0, 0))).verdict == "unchanged"


def test_model_that_was_scaled_is_noticed(folder):
    done = replaced(folder, lambda corners: corners * 1.001)
    keys = {entry.key for entry in item(done, "figures:model.stl").differences}
    assert {"volume_mm3", "area_mm2", "extents_mm x", "bounds_mm z to"} <= keys


def test_lost_triangle_is_noticed(folder):
    keys = [
        entry.key
        for entry in item(replaced(folder, lambda c: c[1:]), "figures:model.stl").differences
    ]
    assert "triangles" in keys and "boundary_edges" in keys


FIGURES = (
    ("volume_mm3", lambda value: value * 1.01),
    ("area_mm2", lambda value: value * 1.001),
    ("triangles", lambda value: value + 1),
    ("extents_mm", lambda value: [value[0] + 0.01, *value[1:]]),
    ("bounds_mm", lambda value: [[value[0][0] - 0.01, value[0][1]], *value[1:]]),
    ("center_offset_mm", lambda value: [value[0] + 0.01, *value[1:]]),
    ("scale", lambda value: value * 1.001),
    ("boundary_edges", lambda value: value - 2),
)


@pytest.mark.parametrize(("key", "change"), FIGURES, ids=[key for key, _ in FIGURES])
def test_figure_changed_by_hand_is_not_what_the_file_measures(folder, key, change):
    """Even where the checksum was made anew."""

    def edit(record):
        record["model"][key] = change(record["model"][key])

    done = changed(folder, edit)
    assert {outcomes(done)[f"figures:model.{suffix}"] for suffix in FORMATS} <= {
        "changed", "unchecked"
    }  # fmt: skip
    assert outcomes(done)["figures:model.stl"] == "changed"
    assert done.verdict == "changed"


def test_count_that_reading_may_change_is_no_accusation(folder):
    def edit(record):
        record["model"]["components"] += 1

    found = item(changed(folder, edit), "figures:model.stl")
    assert found.outcome == "unchecked"
    assert "components is 1, recorded as 2 (off by -1)" in found.message


def test_any_edit_breaks_the_checksum(folder):
    def edit(record):
        record["segment"]["method"] += "!"

    done = changed(folder, edit, sealed=False)
    assert not_unchanged(done) == {"record"} and done.verdict == "changed"


def test_record_without_checksum_is_incomplete(folder):
    done = changed(folder, lambda record: record.pop(SEAL), sealed=False)
    assert outcomes(done)["record"] == "unchecked" and done.verdict == "incomplete"


def whitewash(record):
    for check in record["checks"]:
        check["status"] = "pass"
    record["verdict"] = "pass"


def test_whitewashed_checks_are_noticed(folder):
    done = changed(folder, whitewash)
    assert not_unchanged(done) == {"checks"}
    keys = {entry.key for entry in item(done, "checks").differences}
    assert "size.status" in keys, "twice the size is a warning"


def test_verdict_that_does_not_follow_is_noticed(folder):
    done = changed(folder, lambda record: record.update(verdict="pass"))
    assert not_unchanged(done) == {"verdict"}
    assert item(done, "verdict").message == "verdict is warn, recorded as pass."


@pytest.mark.parametrize(
    ("version", "limit", "outcome"),
    [
        ("0.1.0", 0.1, "unchanged"),  # these named the limit for passing
        ("0.2.0", 0.5, "unchanged"),
        ("0.2.0", 0.1, "changed"),
    ],
)
def test_limits_of_failed_checks_are_taken_as_their_version_wrote_them(
    folder, version, limit, outcome
):
    def fail(record):
        record["software"]["printprep"] = version
        record["volume"]["residual_mm"]["max"] = 0.6
        (check,) = [check for check in record["checks"] if check["id"] == "residual"]
        check.update(status="fail", measured=0.6, limit=limit)
        for entry in record["checks"]:  # what the residual decides, too
            if entry["id"] == "tilted":
                entry["status"] = "warn"
        record["verdict"] = "fail"

    found = item(changed(folder, fail), "checks")
    assert found.outcome == outcome, found.message
    assert {entry.key for entry in found.differences} <= {"residual.limit"}


def test_figure_below_a_check_is_noticed(folder):
    done = changed(folder, lambda record: record["volume"]["residual_mm"].update(max=0.7))
    assert "residual.status" in {entry.key for entry in item(done, "checks").differences}


def test_check_that_was_taken_out_is_noticed(folder):
    def edit(record):
        record["checks"] = [check for check in record["checks"] if check["id"] != "watertight"]

    found = item(changed(folder, edit), "checks_lacking")
    assert found.outcome == "changed" and "watertight" in found.message


def test_check_of_another_version_is_no_accusation(folder):
    def edit(record):
        record["software"]["printprep"] = "0.0.1"
        record["checks"] = [check for check in record["checks"] if check["id"] != "watertight"]
        record["checks"].append({**record["checks"][0], "id": "of_old"})

    done = changed(folder, edit)
    assert outcomes(done)["checks_lacking"] == outcomes(done)["checks_not_repeated"] == "unchecked"
    assert done.verdict == "incomplete"


def test_record_that_the_checks_cannot_read_is_changed(folder):
    done = changed(folder, lambda record: record["model"].pop("extents_mm"))
    assert outcomes(done)["checks"] == outcomes(done)["figures:model.stl"] == "changed"


def test_missing_files_cannot_be_checked(folder):
    for name in ("model.stl", "volume.nrrd"):
        (folder / name).unlink()
    done = verify(folder)
    assert not_unchanged(done) == {"file:model.stl", "volume", "edge"}
    assert done.verdict == "incomplete"
    assert item(done, "file:model.stl").message == "model.stl is not there."
    assert item(done, "volume").message == "There is no volume.nrrd beside the record."


def test_files_elsewhere_are_not_opened(folder):
    """A record cannot make the program read other folders."""
    shutil.copy(folder / "model.stl", folder.parent / "model.stl")

    def edit(record):
        record["model"]["files"][0]["file"] = "../model.stl"

    assert item(changed(folder, edit), "file:../model.stl").outcome == "unchecked"


def test_volume_is_where_the_record_says(folder):
    file = folder / "volume.nrrd"
    sizes, matrix, lacking = read_grid(file)
    image = SimpleITK.ReadImage(str(file))
    assert sizes == list(image.GetSize()) and lacking == 0
    for corner in ((0, 0, 0), (7, 11, 13)):
        point = np.array(image.TransformIndexToPhysicalPoint(corner)) * (-1, -1, 1)
        np.testing.assert_allclose((matrix @ [*corner, 1])[:3], point, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "told"),
    [(lambda image: image.SetOrigin(np.add(image.GetOrigin(), (0, 0, 0.01))),
      "distance of the corners (mm) is 0.01"),
     (lambda image: image.SetSpacing(np.array(image.GetSpacing()) * 1.001), "spacing_mm is")],
)  # fmt: skip
def test_volume_that_was_moved_or_stretched_is_noticed(folder, change, told):
    file = str(folder / "volume.nrrd")
    image = SimpleITK.ReadImage(file)
    change(image)
    SimpleITK.WriteImage(image, file)
    done = verify(folder)
    # Where the volume lies elsewhere, the surface is not made again.
    assert not_unchanged(done) - {"edge"} == {"volume"}
    assert told in item(done, "volume").message and outcomes(done)["edge"] != "changed"


@pytest.mark.parametrize("place", (b"(nan,nan,nan)", b"(1e999,0,0)", b"(a,b,c)"))
def test_places_that_are_no_numbers_are_noticed(folder, place):
    file = folder / "volume.nrrd"
    head, voxels = file.read_bytes().split(b"\n\n", 1)
    head = re.sub(rb"space origin: .*", b"space origin: " + place, head)
    file.write_bytes(head + b"\n\n" + voxels)
    assert "is no number" in item(verify(folder), "volume").message


def test_volume_of_other_dimensions_is_noticed(folder):
    file = str(folder / "volume.nrrd")
    image = SimpleITK.ReadImage(file)
    SimpleITK.WriteImage(image[:, :, :-1], file)
    assert "dimensions is" in item(verify(folder), "volume").message


def test_volume_that_is_cut_off_is_noticed(folder):
    file = folder / "volume.nrrd"
    image = SimpleITK.ReadImage(str(file))
    SimpleITK.WriteImage(image, str(file), useCompression=False)
    file.write_bytes(file.read_bytes()[:-100])
    assert "size of the file is 100 bytes short" in item(verify(folder), "volume").message


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "it has no NRRD header"), (b"NRRD0004\ntype: short\n\n", "its header lacks sizes"),
     (b"NRRD0004\nsizes: 1 1 1\nspace: scanner-xyz\nspace directions: (1,0,0) (0,1,0) (0,0,1)\n"
      b"space origin: (0,0,0)\n\n", "its space is scanner-xyz")],
)  # fmt: skip
def test_volume_file_that_is_none_is_told(folder, data, reason):
    (folder / "volume.nrrd").write_bytes(data)
    found = item(verify(folder), "volume")
    assert found.outcome == "changed" and reason in found.message


def test_series_that_lacks_a_slice_is_noticed(folder, series, tmp_path):
    copied = Path(shutil.copytree(series, tmp_path / "series"))
    sorted(copied.rglob("*.dcm"))[5].unlink()
    found = item(verify(folder, [copied]), "source")
    assert found.outcome == "changed" and "slices is 21, recorded as 22" in found.message


def test_slice_that_was_moved_is_noticed(folder, series, tmp_path):
    copied = Path(shutil.copytree(series, tmp_path / "series"))
    file = sorted(copied.rglob("*.dcm"))[5]
    data = pydicom.dcmread(file)
    position = data.ImagePositionPatient
    data.ImagePositionPatient = [position[0], position[1], float(position[2]) + 0.1]
    data.save_as(file)
    found = item(verify(folder, [copied]), "source")
    assert "steps_mm max is" in found.message and "step_lengths_mm" in found.message


def test_other_series_is_not_the_one_of_the_record(folder, tmp_path):
    write_series(SCENE, TILTED, tmp_path / "other", name="another")
    found = item(verify(folder, [tmp_path / "other"]), "source")
    assert found.outcome == "changed"
    assert found.message.startswith("No series there is the one of the record (")


def test_source_that_is_not_there_is_an_error(folder):
    with pytest.raises(SeriesError):
        verify(folder, [folder / "nowhere"])


REFUSED = {
    "no JSON": ("{", "this is no JSON (Expecting property name enclosed in double quotes: line 1 "
                "column 2 (char 1)). Give the qa.json of a model."),
    "NaN": ('{"schema": NaN}', "this is no JSON (NaN is not a number). Give the qa.json of "
            "a model."),
    "a list": ("[]", "this is no geometry record: it names no schema. Give the qa.json of a "
               "model."),
    "another schema": ('{"schema": "printprep-qa/9"}', "its schema is 'printprep-qa/9', this "
                       "version knows 'printprep-qa/1'. Use the version of PrintPrep that made "
                       "it."),
    "parts missing": ('{"schema": "printprep-qa/1", "software": {}, "source": {}, "volume": {}, '
                      '"segment": {}, "model": {}}', "the record lacks checks, model.files. Make "
                      "the record again."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_record_is_refused(tmp_path, case):
    content, reason = REFUSED[case]
    file = tmp_path / "qa.json"
    file.write_text(content, "utf-8")
    with pytest.raises(RecordError) as refused:
        verify(file)
    assert str(refused.value) == f"{file}: {reason}"


def test_record_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RecordError) as refused:
        verify(tmp_path / "qa.json")
    assert str(refused.value) == (
        f"{tmp_path / 'qa.json'}: there is no such file. Give the qa.json of a model."
    )
    with pytest.raises(RecordError, match=r"this folder holds no qa\.json"):
        verify(tmp_path)


def test_folder_of_several_records_is_ambiguous(folder):
    shutil.copy(folder / "qa.json", folder / "qa-2.json")
    with pytest.raises(RecordError) as refused:
        verify(folder)
    assert refused.value.problem == "this folder holds 2 records (qa-2.json, qa.json)"
    # The record names its volume, whatever it is called itself.
    assert item(verify(folder / "qa-2.json"), "volume").outcome == "unchanged"
    record = json.loads((folder / "qa.json").read_text())
    del record["volume"]["file"]
    (folder / "qa-2.json").write_text(json.dumps(record))
    found = item(verify(folder / "qa-2.json"), "volume")
    assert found.message == "There is no volume-2.nrrd beside the record."


def test_seal_holds_whatever_a_program_does_to_the_layout():
    record = seal({"b": [1.0, 0.1], "a": {"x": None, "ü": "ß"}})
    assert seal_holds(record) and list(record)[-1] == SEAL
    stored = {"a": {"ü": "ß", "x": None}, SEAL: record[SEAL], "b": [1, 0.1]}
    assert seal_holds(json.loads(json.dumps(stored, indent=3)))
    assert seal(record) == record, "sealing again changes nothing"
    assert seal_holds({"a": 1}) is None


@pytest.mark.parametrize(
    "change",
    [lambda r: r["b"].reverse(), lambda r: r["b"].append(0), lambda r: r.pop("a"),
     lambda r: r["a"].update(x=0), lambda r: r["a"].update(x=False), lambda r: r.update(c=None),
     lambda r: r["b"].__setitem__(1, 0.1 + 2e-17), lambda r: r.update({SEAL: "0" * 64})],
)  # fmt: skip
def test_seal_breaks_with_every_change(change):
    record = seal({"b": [1.0, 0.1], "a": {"x": None}})
    edited = copy.deepcopy(record)
    change(edited)
    assert seal_holds(edited) is False
    assert checksum(record) == record[SEAL]


def test_seal_refuses_what_is_no_json():
    with pytest.raises(ValueError, match="JSON compliant"):
        seal({"a": float("nan")})


def test_welding_is_what_trimesh_does():
    ball = trimesh.creation.icosphere(subdivisions=3)
    corners = ball.triangles.astype(np.float32)
    corners[corners == 0] *= -1  # −0 in some places, 0 in others
    mesh = welded(corners)
    assert len(mesh.points) == len(ball.vertices)
    np.testing.assert_array_equal(mesh.points[mesh.triangles], corners)


def test_command_answers_and_its_status_tells_of_changes(folder, capsys):
    assert cli.main(["verify", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "unchanged" and told["record"] == "qa.json"
    (folder / "model.ply").write_bytes(b"no model")
    assert cli.main(["verify", str(folder / "qa.json"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "changed"
    assert {"id", "title", "outcome", "message", "differences"} == set(told["items"][0])
    assert cli.main(["verify", str(folder)]) == 1
    text = capsys.readouterr().out
    assert "CHANGED           File model.ply: model.ply is not the file that was written" in text
    assert "cannot be checked Figures of model.ply: " in text
    assert text.endswith("Something has changed since the record was made: do not rely on it.\n")
    (folder / "model.ply").unlink()  # what is not there cannot differ
    assert cli.main(["verify", str(folder)]) == 0


def test_command_runs_without_slicer(made, series):
    """And says in one line where there is no record."""
    blocked = "sys.modules.update(slicer=None)"
    done = command("verify", made, "--source", series, program=blocked)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Nothing has changed since the record was made.\n")
    done = command("verify", series, program=blocked)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines()[-1] == (
        f"printprep: {series}: this folder holds no qa.json. Give the file itself."
    )
