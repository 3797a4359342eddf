"""The demonstration series against independent phantoms and its own statement of truth."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pydicom
import pytest
from phantoms import analytic, measure
from PrintPrepLib.core.errors import Cancelled, ExportError
from PrintPrepLib.demo import series as demonstration


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demonstration")
    truth = demonstration.write_demonstration(folder)
    return truth, [pydicom.dcmread(path) for path in truth.files]


@pytest.fixture(scope="module")
def voxels(written):
    _, sets = written
    return np.stack([np.frombuffer(d.PixelData, "<i2").reshape(d.Rows, d.Columns) for d in sets])


def vectors(d):
    orientation = np.array(d.ImageOrientationPatient, float)
    row, column = orientation[:3], orientation[3:]
    return np.array(d.ImagePositionPatient, float), row, column


def test_headers_state_the_geometry_that_the_truth_states(written):
    truth, sets = written
    positions = np.array([vectors(d)[0] for d in sets])
    _, row, column = vectors(sets[0])
    normal = np.cross(row, column)
    ways = np.diff(positions, axis=0)
    assert ways @ normal == pytest.approx(truth.steps_mm, abs=1e-6)
    assert len(set(truth.steps_mm)) == 3 and len(sets) == truth.slices
    tilt = np.degrees(np.arctan2(np.linalg.norm(np.cross(normal, ways), axis=1), ways @ normal))
    assert tilt == pytest.approx(truth.tilt_deg, abs=1e-4)
    assert [float(v) for v in sets[0].PixelSpacing] == [truth.pixel_mm] * 2
    assert float(sets[0].GantryDetectorTilt) == truth.tilt_deg
    # The table of a scanner runs along z, whatever its gantry does.
    assert np.abs(ways[:, :2]).max() < 1e-6


def test_headers_are_those_of_a_ct_of_nobody(written):
    truth, sets = written
    assert {d.SOPClassUID for d in sets} == {"1.2.840.10008.5.1.4.1.1.2"}
    assert len({d.SOPInstanceUID for d in sets}) == truth.slices
    assert len({d.SeriesInstanceUID for d in sets}) == 1
    for d in sets:
        assert d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID
        assert d.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
        assert str(d.PatientName) == "PrintPrep^Demonstration"
        for element in d:
            if element.VR == "DS":
                values = element.value if element.VM > 1 else [element.value]
                assert all(len(str(v.original_string).strip()) <= 16 for v in values)


def test_ball_and_block_are_blurred_as_the_independent_phantoms_are(written, voxels):
    truth, sets = written
    contrast = 2 * (truth.half_contrast_hu + 1000)
    scene = analytic.Scene(
        [
            analytic.Ball(truth.ball_center_lps, truth.ball_diameter_mm / 2, contrast),
            analytic.Block(truth.block_center_lps, truth.block_edges_mm, contrast),
        ],
        sigma=truth.blur_sigma_mm,
    )
    residuals = []
    for d, image in zip(sets, voxels, strict=True):
        position, row, column = vectors(d)
        ideal = scene.plane(position, truth.pixel_mm * row, truth.pixel_mm * column, *image.shape)
        near = ideal > -999.9
        residuals.append((image - ideal)[near])
    residuals = np.concatenate(residuals)
    assert residuals.size > 20_000
    # What is left is noise: no bias, and no tail that an edge in the wrong place would make.
    assert abs(residuals.mean()) < 0.15
    assert residuals.std() == pytest.approx(demonstration.NOISE_HU, rel=0.05)
    assert np.abs(residuals).max() < 6 * demonstration.NOISE_HU


def test_stated_half_contrast_is_that_of_the_blurred_ball(written):
    truth, _ = written
    radius = analytic.half_contrast_radius(truth.ball_diameter_mm / 2, truth.blur_sigma_mm)
    assert truth.ball_half_contrast_diameter_mm == pytest.approx(2 * radius, abs=1e-6)
    assert truth.half_contrast_hu == 200.0


def test_parts_at_the_bone_threshold(written, voxels):
    """Skull, ball and block are parts of their own and have their size, measured without
    resampling: the isosurface's vertices are placed by the slices' true positions."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    truth, sets = written
    image = vtk.vtkImageData()
    image.SetDimensions(voxels.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(voxels.ravel(), deep=True))
    contour = vtk.vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.SetValue(0, truth.half_contrast_hu)
    contour.ComputeNormalsOff()
    contour.Update()
    surface = measure.from_polydata(contour.GetOutput())
    positions = np.array([vectors(d)[0] for d in sets])
    _, row, column = vectors(sets[0])
    i, j, k = surface.points.T
    points = np.stack([np.interp(k, np.arange(len(sets)), p) for p in positions.T], axis=1)
    points += truth.pixel_mm * (i[:, None] * row + j[:, None] * column)
    pieces = measure.parts(measure.Surface(points, surface.triangles))
    skull, block, ball = pieces[:3]
    assert len(skull.triangles) > 20 * len(ball.triangles)

    center, radius = measure.fit_sphere(ball.points[np.unique(ball.triangles)])
    assert center == pytest.approx(truth.ball_center_lps, abs=0.02)
    assert 2 * radius == pytest.approx(truth.ball_half_contrast_diameter_mm, abs=0.03)

    corners = block.points[np.unique(block.triangles)] - truth.block_center_lps
    half = np.array(truth.block_edges_mm) / 2
    for axis in range(3):
        others = [a for a in range(3) if a != axis]
        on_face = (np.abs(corners[:, others]) < half[others] - 3).all(axis=1)
        for side in (-1, 1):
            face = corners[on_face & (side * corners[:, axis] > half[axis] - 2)]
            assert face[:, axis].mean() == pytest.approx(side * half[axis], abs=0.02)

    # Recognisable as a head: bone on both sides of two sockets, a vault over it all.
    low, high = (
        skull.points[np.unique(skull.triangles)].min(0),
        skull.points[np.unique(skull.triangles)].max(0),
    )
    assert (high - low) == pytest.approx([138, 193, 188], abs=6)


def test_same_bytes_again(written, tmp_path):
    truth, _ = written
    again = demonstration.write_demonstration(tmp_path)
    for k in (0, 40, 144):
        assert again.files[k].read_bytes() == truth.files[k].read_bytes()


def test_progress_rises_to_one_and_can_cancel(tmp_path):
    seen = []

    def progress(fraction, message):
        seen.append(fraction)
        assert message
        return len(seen) > 5

    with pytest.raises(Cancelled):
        demonstration.write_demonstration(tmp_path / "new", progress)
    assert seen == sorted(seen) and len(seen) == 6
    assert not list((tmp_path / "new").iterdir())


def test_unwritable_folder_is_one_clear_line(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ExportError) as caught:
        demonstration.write_demonstration(blocked)
    assert str(blocked) in str(caught.value) and "\n" not in str(caught.value)
    assert blocked.read_text() == "in the way"


def test_runs_as_a_module(tmp_path, project_root):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "PrintPrepLib.demo.series", *arguments],
            cwd=project_root / "PrintPrep",
            capture_output=True,
            text=True,
        )

    done = run(str(tmp_path / "series"))
    assert done.returncode == 0 and "145 slices, tilt 15.5°" in done.stdout
    assert len(list((tmp_path / "series").iterdir())) == 145
    assert run().returncode == 2
    (tmp_path / "file").write_text("")
    failed = run(str(tmp_path / "file"))
    assert failed.returncode == 1 and len(failed.stderr.splitlines()) == 1
