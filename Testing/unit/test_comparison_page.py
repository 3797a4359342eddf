"""The page of a comparison says in the language in use what its record holds."""

from __future__ import annotations

import re

from PrintPrepLib.core import phrases
from PrintPrepLib.core.findings import Finding
from PrintPrepLib.report.comparison_page import _page

RECORD = {
    "distance_mm": dict.fromkeys(("mean", "rms", "p95", "max", "signed_mean"), 0.1),
    "findings": [Finding("alike", "info", "Within {mm:.2f} mm.", {"mm": 0.1}).as_entry()],
    "unit_factor": 1,
    "mirrored": None,
    "aligned": False,
    "scale_axes": [1.0, 1.0, 1.01],
    "scale_axes_error": [0.1, 0.1, 0.1],
    "model": {"extents_mm": [1.0, 2.0, 3.0]},
    "reference": {"extents_mm": [1.0, 2.0, 3.0]},
}


class Marked(dict):
    """A language in which every sentence stands in quotes."""

    def get(self, sentence, default=None):
        return f"«{sentence}»"


def test_the_page_follows_the_language_in_use(monkeypatch):
    plain = _page(RECORD, 0.5, None, None, "no letters")
    assert '<html lang="en">' in plain and "<li>Within 0.10 mm.</li>" in plain
    monkeypatch.setattr(phrases, "_sentences", Marked())
    monkeypatch.setattr(phrases, "_in_use", "xx")
    page = _page(RECORD, 0.5, None, None, "no letters")
    assert '<html lang="xx">' in page
    assert page.replace("«", "").replace("»", "").replace('"xx"', '"en"') == plain
    body = re.sub("(?s)<style>.*?</style>", "", page)
    own = [text for text in re.findall(">([^<]+)<", body) if re.search("[A-Za-z]{3}", text)]
    assert [text for text in own if "«" not in text] == []
