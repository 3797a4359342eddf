"""Inputs rebuilt from public reports, one folder each: what is made of them.

They lie beside the project and are no part of it; docs/field-reports.md tells of each.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PrintPrepLib.cli import main
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.job.model import segment_mesh
from PrintPrepLib.mesh.io.read import read_model
from PrintPrepLib.mesh.triangle_mesh import enclosed_volume
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.selection import choose
from PrintPrepLib.surface.threshold import range_mask
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
#: The ball and the block of 1000 HU in water: middle and size in LPS mm.
OBJECTS = (((4.0, -6.0, 0.0), (20.0, 20.0, 20.0)), ((-14.0, 8.0, 3.0), (6.0, 10.0, 12.0)))
VOLUME_MM3 = 4189.0 + 720.0
#: What is found in each, and how many slices its volume is made of.
WHOLE = {
    "01_two_series_without_uid": ({"parted_series", "series_choice"}, 30),
    "05_intercept_with_comma": ({"number_format"}, 30),
    "07_intercept_empty_in_one_slice": (
        {"unmapped_slices", "gap", "irregular", "thickness_tag"},
        29,
    ),
    "08_pixeldata_vr_un": (set(), 30),
    "10_explicit_without_meta": (set(), 30),
    "11_no_preamble_with_meta": (set(), 30),
    "13_same_sop_uid_pairs": ({"shared_instance_uid"}, 30),
    "15_pixel_spacing_digits": (set(), 30),
    "16_highbit_15_of_12": (set(), 30),
    "17_rescale_type_us": ({"unspecified_unit"}, 30),
    "18_padding_0_signed_tilted": ({"tilted", "thickness_tag", "padding_value"}, 30),
    "20_micro_ct_gap": ({"gap", "irregular", "thickness_tag"}, 28),
    "30_series_uid_per_slice": ({"joined_series"}, 30),
    "31_spurious_tilt": ({"in_plane_drift"}, 30),
    "35_elscint_without_file_header": ({"tilted", "thickness_tag", "private_compression"}, 30),
}


def case(name: str) -> Path:
    if not (CASES / name).is_dir():
        pytest.skip(f"the rebuilt report {name} is not on this machine (../shared/cases)")
    return CASES / name


def printprep(*words: object) -> tuple[int, str, str]:
    said, told = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(told):
        status = main([str(word) for word in words])
    return status, said.getvalue(), told.getvalue()


@pytest.mark.parametrize("name", WHOLE)
def test_the_model_has_its_size_and_place(name: str) -> None:
    """At 500 HU, half-way between bone and water."""
    told, slices = WHOLE[name]
    (stack,), choices = choose(read_series([case(name)]), None, [str(case(name))], None, None)
    volume = load_stack(stack)
    findings = {item["id"] for item in volume.provenance["findings"]}
    assert findings | {item.id for item in choices} == told
    assert len(stack.slices) == slices and {f.id for f in analyse(stack).findings} <= told
    micro = name.startswith("20")
    size, reach = (0.009, 0.3) if micro else (1.0, 0.15)  # two slices of the middle are missing
    mesh = segment_mesh(volume, range_mask(volume.voxels, 500, None), (500, None))
    assert enclosed_volume(mesh) == pytest.approx(VOLUME_MM3 * size**3, rel=0.02)
    parts = trimesh.Trimesh(mesh.points, mesh.triangles).split()
    assert len(parts) == 2
    for part, (middle, extents) in zip(
        sorted(parts, key=lambda one: -one.volume), OBJECTS, strict=True
    ):
        assert part.bounds.mean(axis=0) == pytest.approx(np.multiply(middle, size), abs=0.1 * size)
        assert part.extents == pytest.approx(np.multiply(extents, size), abs=reach * size)


def test_two_patients_are_kept_apart() -> None:
    folder = case("03_two_patients_one_series_uid")
    status, said, _ = printprep("inspect", folder)
    assert status == 0 and "OTHER" not in said and "FC-1" not in said
    series = read_series([folder]).series
    assert [len(one.stacks[0].slices) for one in series] == [15, 15]


def test_bone_under_skin_is_not_called_thin(tmp_path: Path) -> None:
    folder = case("12_skin_over_bone")
    status, said, _ = printprep("run", folder, "--out", tmp_path, "--threshold", "520", "--json")
    record = json.loads(said)
    checks = {check["id"]: check["status"] for check in record["checks"]}
    assert status == 0 and checks["threshold"] == "pass"
    assert record["model"]["extents_mm"] == pytest.approx([23.97] * 3, abs=0.1)


def test_names_that_are_no_utf8_cost_nothing(tmp_path: Path) -> None:
    shutil.copytree(case("19_bad_file_name"), tmp_path / "in")
    for name in (b"bef\xfcnde.txt", b"IM\xe9_scout"):
        try:
            Path(os.fsdecode(os.path.join(os.fsencode(tmp_path / "in"), name))).write_text("any")
        except OSError:
            pytest.skip("this disk takes no such names")
    status, _, told = printprep("run", tmp_path / "in", "--out", tmp_path / "out")
    assert status == 0, told
    assert json.loads((tmp_path / "out" / "qa.json").read_text())["source"]["slices"] == 30


def test_micro_ct_takes_seconds(tmp_path: Path) -> None:
    folder = case("22_micro_ct_slow")
    status, said, _ = printprep("run", folder, "--out", tmp_path, "--threshold", "500", "--json")
    assert status == 0 and json.loads(said)["source"]["slices"] == 30


def test_a_text_stl_that_ends_in_two_words() -> None:
    mesh = read_model(case("29_stl_end_solid") / "end_solid.stl")
    assert len(mesh.triangles) == 1244 and enclosed_volume(mesh) > 0


# Identity: by the command line, since only there every way out is taken


def deidentified(folder: Path, out: Path) -> tuple[Path, bytes]:
    """The one new file, and all that was written and said."""
    status, said, told = printprep("convert", folder, "--out", out, "--deidentify", "basic")
    assert status == 0, told
    files = [path for path in out.rglob("*") if path.is_file()]
    (new,) = [path for path in files if path.suffix == ".dcm"]
    return new, b"\n".join([path.read_bytes() for path in files] + [said.encode(), told.encode()])


def test_overlay_bits_are_gone_or_the_identity_is_not_called_removed(tmp_path: Path) -> None:
    first, _ = deidentified(case("23_deid_overlay_bits_twice"), tmp_path / "once")
    second, _ = deidentified(tmp_path / "once", tmp_path / "twice")
    for path in (first, second):
        image = dcmread(path)
        spare = (np.frombuffer(image.PixelData, "<u2") >> image.BitsStored).any()
        assert image.PatientIdentityRemoved == ("NO" if spare else "YES")
        assert not [element for element in image if element.tag.group == 0x6000]


def test_a_screen_that_was_saved_as_ct(tmp_path: Path) -> None:
    new, every = deidentified(case("25_deid_screen_save_as_ct"), tmp_path)
    assert dcmread(new).PatientIdentityRemoved == "NO" and b"screen capture" in every


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("26_deid_name_in_code_strings", ["QUARKSON", "ZELDA", "HN48213"]),
        ("28_deid_birth_date_in_text", ["19700101", "1970-01-01"]),
        ("33_deid_short_names", ["KIM", "K7", "JO "]),
    ],
)
def test_no_text_names_the_patient(tmp_path: Path, name: str, hidden: list[str]) -> None:
    given = dcmread(case(name) / "IM0000")
    assert any(hidden[0] in str(element.value).upper() for element in given)
    new, every = deidentified(case(name), tmp_path)
    for word in hidden:
        texts = [str(element.value).upper() for element in dcmread(new)]
        assert not [text for text in texts if word in text]
        assert len(word) < 5 or word.encode() not in every.upper()


def test_records_name_no_rejected_file(tmp_path: Path) -> None:
    folder = case("32_record_names_rejected_files")
    inside = next(path for path in folder.iterdir() if path.is_dir())
    status, said, told = printprep("run", inside, "--out", tmp_path / "out")
    assert status == 0
    every = said + told
    for path in (tmp_path / "out").glob("qa.*"):
        every += path.read_text()
    for word in ("quarkson", "zelda", "hn48213"):
        assert word not in every.lower(), word
    assert json.loads((tmp_path / "out" / "qa.json").read_text())["source"]["rejected"]


# Damaged by chance and on purpose


@pytest.mark.parametrize(
    "name",
    [
        "elscint_creator_vr_lower",
        "first_description_vr_SQ",
        "first_series_number_two_minus",
        "instance_number_superscript",
        "rescale_1e300",
    ],
)
def test_one_bad_file_costs_itself_at_most(tmp_path: Path, name: str) -> None:
    folder = case(f"damaged/{name}") / "in"
    for words in (["inspect", folder], ["convert", folder, "--out", tmp_path / "new"]):
        status, _, told = printprep(*words)
        assert status == 0, told
    files = sum(1 for _ in folder.iterdir())
    assert sum(len(s.slices) for one in read_series([folder]).series for s in one.stacks) in (
        files - 1,
        files,
    )


@pytest.mark.parametrize("name", ["h3.ply", "i6.obj", "l23.3mf", "l24.3mf"])
def test_a_bad_model_is_refused_in_a_sentence(name: str) -> None:
    folder = case("damaged/mesh")
    status, said, told = printprep("compare", folder / name, folder / "good.stl")
    assert status == 1 and not said and "internal" not in told
    assert name in told.splitlines()[-1]


def test_a_nested_calibration_is_refused(tmp_path: Path) -> None:
    file = case("damaged/calibration-RecursionError") / "input.json"
    words = ["run", case("08_pixeldata_vr_un"), "--out", tmp_path / "out", "--calibration", file]
    status, _, told = printprep(*words)
    assert status == 1 and "nested too deeply" in told and not (tmp_path / "out").exists()


def test_no_header_gives_orders_to_the_terminal_or_the_table(tmp_path: Path) -> None:
    for part in ("in", "in_newline"):
        folder = case("damaged/terminal_escapes") / part
        for words in (["inspect", folder], ["convert", folder, "--list"]):
            status, said, told = printprep(*words)
            assert status == 0 and not set(map(ord, said)) & ({*range(32)} - {10} | {0x9B, 0x202E})
            assert not any(line.startswith("printprep:") for line in (said + told).splitlines())
    folder = case("damaged/csv_formula") / "in"
    assert printprep("convert", folder, "--out", tmp_path, "--identify")[0] == 0
    with open(tmp_path / "summary.csv", newline="", encoding="utf-8") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in "=+-@" and cell]
