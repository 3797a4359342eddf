"""Several images at one position: the same once, different ones apart or refused, never mixed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import GeometryError
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.series.duplicates import settle
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import read_voxels
from PrintPrepLib.volume.regularize import load_stack

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((0, 0, 0), 6.0),))
OTHER = Scene((Ball((0, 0, 0), 6.0, contrast=900.0),))
SIZE = {"rows": 32, "columns": 32, "slices": 10}


def stack_of(folder: Path):
    (series,) = read_series([folder]).series
    (stack,) = series.stacks
    return stack


def second(folder: Path, scene: Scene, numbers, kept=range(10), **more) -> None:
    """The places again in the same series, with these slice numbers."""
    tags = {
        k: {"SOPInstanceUID": f"2.25.77{k:04d}", "InstanceNumber": str(number)}
        for k, number in zip(range(10), numbers, strict=True)
    }
    drop = tuple(k for k in range(10) if k not in kept)
    taken = Acquisition(**SIZE, slice_tags=tags, drop=drop, **more)
    write_series(scene, taken, folder / "second", name="phantom")


def test_equal_images_are_left_out_by_name(tmp_path):
    truth = write_series(SCENE, Acquisition(**SIZE, duplicate=(3, 7)), tmp_path)
    stack = stack_of(tmp_path)
    assert stack.coincident == 2
    (settled,) = settle(stack)
    assert len(settled.slices) == 10 and not settled.coincident
    reasons = {Path(item.file).name: item.reason for item in settled.rejected}
    assert reasons == {
        truth.files[10].name: f"same image as {truth.files[3].name} at the same position",
        truth.files[11].name: f"same image as {truth.files[7].name} at the same position",
    }
    geometry = analyse(settled)
    assert geometry.regular and geometry.duplicates == 2
    (finding,) = geometry.findings
    assert (finding.id, finding.status, finding.measured) == ("duplicate_positions", "info", 2)


def test_loading_does_so_by_itself(tmp_path):
    write_series(SCENE, Acquisition(**SIZE, duplicate=(3,)), tmp_path)
    volume = load_stack(stack_of(tmp_path))
    np.testing.assert_array_equal(volume.voxels, Acquisition(**SIZE).volume(SCENE))
    source = volume.provenance["source"]
    assert (source["slices"], source["duplicates"], len(source["rejected"])) == (10, 1, 1)


def test_only_the_images_in_question_are_read(tmp_path):
    truth = write_series(SCENE, Acquisition(**SIZE, duplicate=(3,)), tmp_path)
    stack = stack_of(tmp_path)
    for index, file in enumerate(truth.files):
        if index not in (3, 10):
            file.unlink()
    (settled,) = settle(stack)
    assert len(settled.slices) == 10


def test_the_whole_series_twice(tmp_path):
    write_series(SCENE, Acquisition(**SIZE, duplicate=tuple(range(10))), tmp_path)
    (settled,) = settle(stack_of(tmp_path))
    assert len(settled.slices) == 10 and analyse(settled).regular


def test_different_images_go_apart_by_their_slice_numbers(tmp_path):
    """Two reconstructions one after the other, with nothing else to tell them apart."""
    write_series(SCENE, Acquisition(**SIZE), tmp_path)
    second(tmp_path, OTHER, range(11, 21))
    found = settle(stack_of(tmp_path))
    told = [stack.told_apart.text for stack in found]
    assert told == [f"pass {n} by slice number" for n in (1, 2)]
    voxels = [read_voxels(stack) for stack in found]
    np.testing.assert_array_equal(voxels[0], Acquisition(**SIZE).volume(SCENE))
    np.testing.assert_array_equal(voxels[1], Acquisition(**SIZE).volume(OTHER))
    for stack in found:
        assert analyse(stack).refusal is None
    with pytest.raises(GeometryError, match="different images stand at the same positions"):
        load_stack(stack_of(tmp_path))


def test_equal_and_different_ones_together(tmp_path):
    """Three images were sent twice, and two others were taken again with another result."""
    write_series(SCENE, Acquisition(**SIZE, duplicate=(0, 1, 2)), tmp_path)
    second(tmp_path, OTHER, range(41, 51), kept=(5, 6))
    found = settle(stack_of(tmp_path))
    assert [len(stack.slices) for stack in found] == [10, 2]
    np.testing.assert_array_equal(read_voxels(found[0]), Acquisition(**SIZE).volume(SCENE))


@pytest.mark.parametrize(
    "numbers",
    [[2 * k + 100 if k % 2 else 2 * k - 1 for k in range(10)], [1] * 10],
    ids=["mixed up", "all the same"],
)
def test_what_nothing_tells_apart_is_refused(tmp_path, numbers):
    write_series(SCENE, Acquisition(**SIZE, order="shuffled"), tmp_path)
    second(tmp_path, OTHER, numbers)
    # The ball spans all slices but the outermost ones, which are equal air.
    (settled,) = settle(stack_of(tmp_path))
    assert settled.conflicting > 5
    geometry = analyse(settled)
    assert geometry.findings[0].id == "ambiguous_positions" and geometry.refusal
    with pytest.raises(GeometryError, match="neither headers nor slice numbers"):
        load_stack(stack_of(tmp_path))


def test_one_uid_for_different_slices_is_a_wrong_uid(tmp_path):
    tags = {k: {"SOPInstanceUID": f"2.25.66{k // 2}"} for k in range(10)}
    write_series(SCENE, Acquisition(**SIZE, slice_tags=tags), tmp_path)
    stack = stack_of(tmp_path)
    assert len(stack.slices) == 10 and not stack.rejected
    (finding,) = analyse(stack).findings
    assert (finding.id, finding.status, finding.measured) == ("shared_instance_uid", "warn", 5)
    assert finding.message.startswith("5 slices have the SOPInstanceUID of another one")


def test_one_uid_at_one_place_with_other_pixels_is_no_copy(tmp_path):
    write_series(SCENE, Acquisition(**SIZE), tmp_path / "first")
    # The same UIDs: written from the same name and seed.
    write_series(OTHER, Acquisition(**SIZE), tmp_path / "second")
    stack = stack_of(tmp_path)
    assert len(stack.slices) == 20 and stack.coincident == 10


def test_a_copy_is_left_out_by_place_and_pixels(tmp_path):
    for name in ("first", "second"):
        write_series(SCENE, Acquisition(**SIZE), tmp_path / name)
    stack = stack_of(tmp_path)
    assert len(stack.slices) == 10
    assert all(item.reason.startswith("copy of IM") for item in stack.rejected)
    assert analyse(stack).findings == ()
