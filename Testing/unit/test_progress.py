"""Long work tells how far it is, again and again, and can be cancelled wherever it tells."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from benchmarks import gaps
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.core.progress import meanwhile, part, report
from PrintPrepLib.job.model import segment_mesh
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mrml import segments
from PrintPrepLib.mrml.segments import segment_by_threshold, slicer_surface
from PrintPrepLib.mrml.volumes import add_volume_node

pytest_plugins = ("standin.fixtures",)

STEPS = (
    "surface",
    "surface at half contrast",
    "export of stl",
    "export of 3mf",
    "export of obj",
    "export of ply",
    "smoothing",
    "reduction by half",
    "deviation",
    "threshold effect",
    "thin bridges",
    "wall thickness",
    "all checks of a changed surface",
)


@pytest.fixture(scope="module")
def small():
    volume, mask = gaps.skull_like(24)
    return volume, mask, segment_mesh(volume, mask, (gaps.LOW, None))


@pytest.mark.parametrize("name", STEPS)
def test_each_step_tells_and_stops(small, tmp_path, name) -> None:
    step = gaps.steps(*small, tmp_path)[name]
    told: list[float] = []
    step(lambda fraction, message: told.append(fraction))
    assert len(told) >= 2 and all(0 <= fraction <= 1 for fraction in told)
    for path in tmp_path.iterdir():
        path.unlink()
    for share in (0.0, 0.5 * max(told)):
        with pytest.raises(Cancelled):
            step(lambda fraction, message, share=share: fraction >= share)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["stl", "3mf", "obj", "ply"])
def test_a_cancelled_export_keeps_the_previous_file(small, tmp_path, kind) -> None:
    path = tmp_path / f"model.{kind}"
    path.write_bytes(b"before")
    with pytest.raises(Cancelled):
        export_model(small[2], path, kind, progress=lambda fraction, message: fraction > 0.6)
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [
        (path.name, b"before")
    ]


def test_work_goes_on_in_a_thread_while_progress_is_told() -> None:
    told: list[tuple[float, str]] = []
    here = threading.current_thread()

    def work() -> str:
        assert threading.current_thread() is not here
        time.sleep(0.3)
        return "done"

    def progress(fraction: float, message: str) -> bool:
        assert threading.current_thread() is here, "a widget is touched by its own thread alone"
        told.append((fraction, message))
        return False

    assert meanwhile(part(progress, 0.5, 1.0), 0.5, "Working", work) == "done"
    assert len(told) >= 3 and set(told) == {(0.75, "Working")}


def test_cancelled_work_is_waited_for_and_the_window_lives_on() -> None:
    ended, told = threading.Event(), []

    def work() -> None:
        time.sleep(0.4)
        ended.set()

    with pytest.raises(Cancelled):
        meanwhile(lambda *given: told.append(given) or True, 0.0, "Working", work)
    assert ended.is_set() and len(told) >= 3


def test_errors_of_the_work_come_out() -> None:
    def fail() -> None:
        raise MeshError("it is open")

    for progress in (None, lambda fraction, message: False):
        with pytest.raises(MeshError, match="it is open"):
            meanwhile(progress, 0.0, "Working", fail)
    report(None, 0.0, "nobody listens")
    assert meanwhile(None, 0.0, "Working", threading.current_thread) is threading.current_thread()


@pytest.mark.parametrize("smoothing", ["0.5", "0", "0.2"])
def test_slicers_surface_is_that_of_its_own_rule(desktop, monkeypatch, smoothing) -> None:
    volume, _mask = gaps.skull_like(20)
    # Open at the end of the volume, where Slicer closes the surface.
    cut = volume.voxels[20:].copy()
    cut[:8, 4:30, 6:20] = 0
    field = volume.acquired_field[20:]
    volume = gaps.RegularVolume(cut, volume.ijk_to_lps, field, -1000.0, volume.provenance)
    node = add_volume_node(volume, "Scan")
    segmentation, segment = segment_by_threshold(node, gaps.LOW)
    # Another segment in the same layer is none of its business.
    segment_by_threshold(node, -900, gaps.LOW - 1)
    segmentation.GetSegmentation().SetConversionParameter("Smoothing factor", smoothing)
    told: list[float] = []
    made = slicer_surface(segmentation, segment, lambda fraction, message: told.append(fraction))
    assert told
    monkeypatch.setattr(segments, "_usual_smoothing", lambda segmentation: None)
    true = slicer_surface(segmentation, segment)
    np.testing.assert_array_equal(made.triangles, true.triangles)
    np.testing.assert_allclose(made.points, true.points, rtol=0, atol=1e-4)


def test_another_method_of_slicers_is_left_to_slicer(desktop) -> None:
    volume, _mask = gaps.skull_like(16)
    segmentation, segment = segment_by_threshold(add_volume_node(volume, "Scan"), gaps.LOW)
    plain = slicer_surface(segmentation, segment)
    segmentation.GetSegmentation().SetConversionParameter("Decimation factor", "0.5")
    fewer = slicer_surface(segmentation, segment)
    assert len(fewer.triangles) < 0.7 * len(plain.triangles)
