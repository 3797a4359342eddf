"""Half contrast of each part of a model: what is true of one is not of another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..mesh.shells import shell_labels
from ..mesh.triangle_mesh import TriangleMesh, compact, normals_and_areas
from ..surface.contrast import half_contrast

#: The largest shells, as far as they have this share of the area, are measured by themselves.
_MOST_PARTS, _LEAST_SHARE = 8, 0.01
_SAMPLES = 1500


def part_contrasts(
    voxels: np.ndarray, ijk_to_lps: np.ndarray, mesh: TriangleMesh
) -> list[dict[str, Any]]:
    """The measured half contrast of each larger shell, the largest first; [] for one alone.

    :param voxels: grey values [k, j, i].
    :param mesh: LPS mm; ``ijk_to_lps`` (4, 4) takes the voxels' centres there.
    """
    labels, count = shell_labels(mesh.triangles, len(mesh.points))
    if count < 2:
        return []
    areas = np.bincount(labels, normals_and_areas(mesh)[1], count)
    shares = areas / max(float(areas.sum()), 1e-12)
    largest = np.argsort(-shares, kind="stable")[:_MOST_PARTS]
    found = []
    for shell in largest[shares[largest] >= _LEAST_SHARE]:
        part = compact(TriangleMesh(mesh.points, mesh.triangles[labels == shell]))
        half = half_contrast(voxels, ijk_to_lps, part, _SAMPLES)
        if half is not None:
            found.append({"area_share": float(shares[shell]), **vars(half)})
    return found if len(found) > 1 else []
