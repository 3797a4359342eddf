"""Examining thousands of files costs little, and opens none of them without need."""

from __future__ import annotations

import builtins
import math
from collections import Counter

import pydicom
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.dicom import reader
from PrintPrepLib.dicom.tags import TRAITS
from PrintPrepLib.series.offers import offers

CT = {
    "0008,0016": "1.2.840.10008.5.1.4.1.1.2",
    "0008,0008": "ORIGINAL\\PRIMARY\\AXIAL",
    "0008,0060": "CT",
    "0020,000E": "1.2.3",
    "0020,0012": "1",
    "0018,1210": "B30f",
    "0028,0010": "512",
    "0028,0011": "512",
    "0028,0030": "0.5\\0.5",
    "0020,0037": "1\\0\\0\\0\\1\\0",
    "0028,0004": "MONOCHROME2",
}


class Headers:
    """A database of slices ``heights`` apart, which counts what it is asked."""

    def __init__(self, heights, **changes) -> None:
        self.heights, self.changes = list(heights), changes
        self.files = [f"/nowhere/{index}" for index in range(len(self.heights))]
        self.asked: Counter[str] = Counter()

    def text(self, file: str):
        index = int(file.rpartition("/")[2])

        def text(tag: str) -> str:
            self.asked[tag] += 1
            if tag == "0020,0032":
                return f"0\\0\\{self.heights[index]:.4f}"
            if tag in ("0020,0013", "0008,0018"):
                return str(index + 1)
            changed = self.changes.get(tag.replace(",", "_"), CT.get(tag, ""))
            return changed(index) if callable(changed) else changed

        return text

    def offers(self, **wishes):
        return offers(self.files, self.text, self.text, lambda _: True, **wishes)


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The files that were opened."""
    seen: list[str] = []
    real_open = builtins.open

    def watched_open(file, *arguments, **options):
        seen.append(str(file))
        return real_open(file, *arguments, **options)

    monkeypatch.setattr(builtins, "open", watched_open)
    return seen


def test_no_file_of_an_ordinary_series_is_opened(opened) -> None:
    database = Headers(0.5 * index for index in range(200))
    assert database.offers() == []
    assert opened == []


def test_traits_are_asked_only_where_they_decide_something() -> None:
    ordinary = Headers(0.5 * index for index in range(50))
    ordinary.offers()
    others = set(TRAITS) - {"0008,0008", "0018,1210"}  # ImageType, and the kernel of one file
    assert not others & set(ordinary.asked) and ordinary.asked["0018,1210"] == 1
    twice = Headers([0.5 * (index // 2) for index in range(50)])
    twice.offers()
    assert twice.asked["0008,0033"] == 50


def test_one_file_shows_how_an_odd_series_is_stored(opened, tmp_path) -> None:
    scene = Scene([Ball((0.0, 0.0, 0.0), 3.0)])
    truth = write_series(
        scene, Acquisition(rows=8, columns=8, slices=30, tilt=(0.0, 12.0)), tmp_path
    )
    texts = {}
    for path in truth.files:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        texts[str(path)] = reader.dataset_text(dataset)
    opened.clear()
    (offer,) = offers(map(str, truth.files), texts.get, texts.get, lambda _: True)
    assert len(offer.files) == 30
    assert {path for path in opened if path.endswith(".dcm")} == {str(truth.files[0])}


def test_every_tag_is_asked_a_few_times_a_file_however_many_there_are() -> None:
    def asked(count: int) -> float:
        database = Headers(0.4 * index + 0.1 * math.sin(index) for index in range(count))
        database.offers()
        return database.asked.total() / count

    assert asked(1000) == pytest.approx(asked(250), rel=0.05)
    assert asked(250) < 45


def test_a_series_in_time_is_for_choosing_only(monkeypatch) -> None:
    monkeypatch.setattr("PrintPrepLib.series.offers._readable", lambda item: True)
    database = Headers(
        [float(index % 6) for index in range(60)], **{"0020_0100": lambda index: str(index // 6)}
    )
    found = database.offers()
    assert len(found) == 10 and not any(offer.preferred for offer in found)


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_images_at_one_place_are_contrasts_in_mr(monkeypatch, modality) -> None:
    """Uneven steps would be straightened, but not the images of several b-values in one volume."""
    monkeypatch.setattr("PrintPrepLib.series.offers._readable", lambda item: True)
    heights = [0.5 * place**1.2 for place in range(20)]
    assert len(Headers(heights, **{"0008_0060": modality}).offers()) == 1
    twice = Headers([*heights, *heights], **{"0008_0060": modality})
    assert len(twice.offers()) == (1 if modality == "CT" else 0)
