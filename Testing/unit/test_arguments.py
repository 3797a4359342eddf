"""The language of the command line: what is said in which, and what stays English."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib import cli
from PrintPrepLib.cli.arguments import language_asked
from PrintPrepLib.core import phrases

SENTENCES = {
    "usage: ": "Aufruf: ",
    "options": "Optionen",
    "commands": "Befehle",
    "DIR": "ORDNER",
    "folder for the results": "Ordner für die Ergebnisse",
    "the following arguments are required: --out": "es fehlt: --out",
    "{text!r} is no number of processes": "{text!r} ist keine Zahl von Prozessen",
    "there is no such file or folder": "es gibt keine solche Datei",
    "Check the path": "Bitte den Pfad prüfen",
    "needs no conversion": "braucht keine Umwandlung",
    "Skipped": "Ausgelassen",
    "Note: {text}": "Hinweis: {text}",
    "{count:,} file": "{count:,} Datei",
    "{count:,} files": "{count:,} Dateien",
    "Slices": "Schichten",
    "Fit for printing": "Druckbar",
    "yes": "ja",
    "{slices} of {columns} × {rows} pixels of {pixel} mm": (
        "{slices} mit {columns} × {rows} Pixeln von {pixel} mm"
    ),
}


@pytest.fixture(autouse=True)
def german(monkeypatch) -> Iterator[None]:
    """A catalogue of a few sentences."""
    messages = "".join(
        f"<message><source>{escape(source)}</source><translation>{escape(target)}</translation>"
        "</message>"
        for source, target in SENTENCES.items()
    )
    catalogue = f"<TS><context>{messages}</context></TS>".encode()
    monkeypatch.setattr(phrases, "data_names", lambda folder, suffix: ["PrintPrep_de.ts"])
    monkeypatch.setattr(phrases, "data_file", lambda *path: catalogue)
    yield
    phrases.use_language("en")


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    scene = Scene([Ball((0, 0, 0), 6.0, 1400.0)], background=-500.0, sigma=0.5)
    taken = Acquisition(rows=32, columns=32, slices=8)
    return write_series(scene, taken, tmp_path_factory.mktemp("series")).folder


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ([], "en"),
        (["inspect", "x"], "en"),
        (["--language", "de", "inspect", "x"], "de"),
        (["inspect", "x", "--language=de"], "de"),
        (["run", "x", "--threshold", "-700:-200", "--language", "de"], "de"),
        (["--language", "en", "inspect", "x", "--language", "de"], "de"),
        (["inspect", "--", "--language", "de"], "en"),
        (["inspect", "x", "--language"], "en"),
    ],
)
def test_the_language_may_stand_anywhere(words, language):
    assert language_asked(words) == language


def test_no_locale_chooses_the_language(monkeypatch, capsys):
    for name in ("LANG", "LANGUAGE", "LC_ALL"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    with pytest.raises(SystemExit):
        cli.main(["convert", "--help"])
    said = capsys.readouterr().out
    assert said.startswith("usage: printprep convert") and "options:" in said


def test_help_is_in_the_language(capsys):
    for words in (["--language", "de", "convert", "--help"], ["convert", "--language=de", "-h"]):
        with pytest.raises(SystemExit) as caught:
            cli.main(words)
        assert caught.value.code == 0
        said = capsys.readouterr().out
        assert said.startswith("Aufruf: printprep convert [-h]")
        assert "--language en|de" in said and "\nOptionen:" in said
        assert "--out ORDNER" in said and "Ordner für die Ergebnisse" in said
    with pytest.raises(SystemExit):
        cli.main(["--language", "de", "--help"])
    assert "\nBefehle:" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["inspect", "run", "convert", "compare", "calibrate", "verify"])
def test_every_command_knows_it(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--language", "de", "--help"])
    assert caught.value.code == 0 and capsys.readouterr().out.startswith("Aufruf: ")


def test_an_unknown_language_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["inspect", "x", "--language", "xx"])
    assert caught.value.code == 2
    assert "usage: printprep inspect" in capsys.readouterr().err


def test_wrong_usage_is_told_in_the_language(capsys):
    for words, told in (
        (["convert", "x"], "es fehlt: --out"),
        (["convert", "x", "--jobs", "0"], "'0' ist keine Zahl von Prozessen"),
    ):
        with pytest.raises(SystemExit) as caught:
            cli.main([*words, "--language", "de"])
        assert caught.value.code == 2
        said = capsys.readouterr().err
        assert told in said and said.startswith("Aufruf: ")


def test_errors_are_told_in_the_language_of_their_run(tmp_path, capsys):
    missing = str(tmp_path / "nowhere")
    assert cli.main(["inspect", missing, "--language", "de"]) == 1
    assert "es gibt keine solche Datei. Bitte den Pfad prüfen." in capsys.readouterr().err
    assert cli.main(["inspect", missing]) == 1
    assert "there is no such file or folder. Check the path." in capsys.readouterr().err


def test_answers_are_in_the_language_and_json_is_english(series, tmp_path, capsys):
    assert cli.main(["--language", "de", "inspect", str(series)]) == 0
    said = capsys.readouterr().out
    assert "Schichten        8 mit 32 × 32 Pixeln" in said and "Druckbar         ja" in said
    answers = []
    for words in ([], ["--language", "de"]):
        assert cli.main(["inspect", str(series), "--json", *words]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]


def test_fates_are_told_in_the_language_and_summed_up_in_english(series, tmp_path, capfd):
    words = ["convert", str(series), "--out", str(tmp_path), "--untouched", "skip"]
    assert cli.main([*words, "--language", "de"]) == 0
    said = capfd.readouterr()
    assert "Ausgelassen    8 Dateien\n  8 × braucht keine Umwandlung" in said.out
    assert said.err.startswith("printprep-progress stage=look files=0/8")
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert {file["reason"] for file in summary["files"]} == {"needs no conversion"}
    assert "needs no conversion" in (tmp_path / "summary.csv").read_text()
