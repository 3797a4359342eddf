"""Wavefront OBJ files: points and polygons of all objects; the rest is left out."""

from __future__ import annotations

import re

import numpy as np

from .meshcontents import Contents, ModelFileError, fans, rows, stated_space


def is_obj(data: bytes) -> bool:
    """Whether a line of it is a point."""
    return re.search(rb"(?:^|\n)v[ \t]+[-+.\d]", data) is not None


def read_obj(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: a line cannot be read."""
    lines = data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines()
    lines = [line.strip() for line in lines]
    points = rows([line[2:] for line in lines if line[:2] in (b"v ", b"v\t")], 3, file, "point")
    polygons = [line[2:] for line in lines if line[:2] in (b"f ", b"f\t")]
    text = b"\n".join(polygons)
    if b"/" in text:  # texture and normal of the corner
        text = re.sub(rb"/[-\d/]*", b"", text)
        polygons = text.split(b"\n")
    counts = np.array([len(line.split()) for line in polygons], dtype=np.int64)
    try:
        corners = np.array(text.split(), dtype="S").astype(np.int64) if text else np.empty(0, int)
    except ValueError as error:
        raise ModelFileError(
            f"a polygon has a corner that is no number ({error})",
            file=file,
            remedy="Export the file again",
        ) from error
    if (corners < 0).any():
        corners = _absolute(lines, counts, corners)
    head = b"\n".join(line for line in lines[:50] if line.startswith(b"#"))
    return Contents(points, fans(counts, corners - 1), space=stated_space(head))


def _absolute(lines: list[bytes], counts: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Corners counted from the file's begin: negative ones count back from the line's place."""
    kinds = np.array([line[:2] in (b"f ", b"f\t") for line in lines])
    points = np.array([line[:2] in (b"v ", b"v\t") for line in lines])
    before = np.repeat(np.cumsum(points)[kinds], counts)
    return np.where(corners < 0, before + corners + 1, corners)
