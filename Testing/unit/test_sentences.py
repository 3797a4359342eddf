"""Every sentence that a user can meet is marked, found by Slicer's extraction, and catalogued."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import translations
from PrintPrepLib.core import phrases
from PrintPrepLib.core.errors import PrintPrepError, SegmentError
from PrintPrepLib.core.findings import Finding, from_entry
from PrintPrepLib.core.phrases import Phrase, _, counted, translated, use_language
from PrintPrepLib.core.progress import report
from PrintPrepLib.qa.protocol import load_protocol, protocol_names
from PrintPrepLib.surface.threshold import presets

LIBRARY = translations.PROJECT / "PrintPrep" / "PrintPrepLib"
FILES = translations.python_files()

#: Where a sentence stands among the arguments of a call: by position and by keyword.
SENTENCES = {
    "Finding": ((2, 7), ("template", "title")),
    "Phrase": ((0,), ("template",)),
    "counted": ((1, 2), ("one", "many")),
    "report": ((2,), ("message",)),
    "meanwhile": ((2,), ("message",)),
    "add_argument": ((), ("help",)),
    "add_parser": ((), ("help", "description")),
    "ArgumentParser": ((), ("description", "epilog")),
    "ArgumentTypeError": ((0,), ()),
    "translated": ((0,), ()),
}
_ERROR = ((0,), ("problem", "remedy"))


def errors() -> set[str]:
    """The names of PrintPrep's own exceptions, found by their bases."""
    bases = {"PrintPrepError"}
    classes = [
        node
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    while True:
        more = {
            node.name
            for node in classes
            if any(isinstance(base, ast.Name) and base.id in bases for base in node.bases)
        }
        if more <= bases:
            return bases
        bases |= more


ERRORS = errors()


def literal(node: ast.expr) -> bool:
    """Whether this is text written down where it stands, without a mark."""
    if isinstance(node, ast.Constant):
        # What holds nothing but placeholders and signs needs no translation.
        words = re.sub("{[^{}]*}", "", node.value) if isinstance(node.value, str) else ""
        return any(sign.isalpha() for sign in words)
    if isinstance(node, ast.JoinedStr):
        return any(literal(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return literal(node.left) or literal(node.right)
    if isinstance(node, ast.IfExp):
        return literal(node.body) or literal(node.orelse)
    return False


def unmarked(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        places, words = _ERROR if name in ERRORS else SENTENCES.get(name, ((), ()))
        told = [node.args[place] for place in places if place < len(node.args)]
        told += [keyword.value for keyword in node.keywords if keyword.arg in words]
        found += [f"line {item.lineno}: {ast.unparse(item)}" for item in told if literal(item)]
    return found


def marks(path: Path) -> list[str]:
    """What stands in the marks of a file, read by Python's own parser."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
            (only,) = node.args
            assert isinstance(only, ast.Constant), f"line {node.lineno}: no literal in the mark"
            found.append(only.value)
    return found


@pytest.mark.parametrize("path", FILES, ids=translations.context_of)
def test_sentences_are_marked(path: Path) -> None:
    assert not unmarked(path)


def test_the_command_line_alone_speaks_of_itself() -> None:
    """What the panel tells too names no command and no option."""
    library = (path for path in FILES if "cli" not in path.parts)
    told = [text for path in library for text in marks(path)]
    assert [
        text for text in told if re.search(r"printprep [a-z]+\b|(?<!\w)--?[a-z]{2}", text)
    ] == []


def test_presets_and_protocols_are_in_the_catalogue() -> None:
    texts = {item.text for item in translations.in_data()}
    assert {preset.title for preset in presets().values()} < texts
    assert {load_protocol(name).title for name in protocol_names()} < texts
    assert texts <= {item.text for item in translations.catalogue()}


@pytest.mark.parametrize("path", FILES, ids=translations.context_of)
def test_slicer_finds_what_is_marked(path: Path) -> None:
    # Slicer's own texts, such as categories, are asked for in its contexts.
    own = translations.context_of(path)
    found = [item.text for item in translations.found_by_slicer(path) if item.context == own]
    assert sorted(found) == sorted(marks(path))


def test_unmarked_sentences_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(
        'report(progress, 0.1, "Working")\n'
        'raise MeshError(f"{name} is open", remedy="Close it")\n'
        'Finding("gap", "warn", _("There is a gap"), title="Gaps" if many else _("Gap"))\n'
        'report(progress, 0.2, _("Working"))\n'
    )
    assert [line.partition(":")[0] for line in unmarked(file)] == [
        *("line 1", "line 2", "line 2", "line 3")
    ]


@pytest.mark.parametrize("path", sorted(translations.LANGUAGES.glob("*.ts")), ids=lambda p: p.stem)
def test_the_catalogue_is_up_to_date(path: Path) -> None:
    """``make translations`` brings it up to date."""
    assert sorted(translations.sentences_of(path)) == translations.catalogue()


@pytest.mark.parametrize("path", sorted(translations.LANGUAGES.glob("*.ts")), ids=lambda p: p.stem)
def test_translations_keep_their_placeholders(path: Path) -> None:
    done = {item.text: text for item, text in translations.sentences_of(path).items() if text}
    taken = phrases._read(path.read_bytes())
    assert len(done) >= 12
    assert taken == done


@pytest.fixture
def german():
    assert use_language("de_AT") == "de"
    yield
    assert use_language("en") == "en"


@pytest.fixture
def words(monkeypatch):
    """A language of three sentences."""
    monkeypatch.setattr(
        phrases,
        "_sentences",
        {
            "{count} slices": "{count} Schichten",
            "{what} are missing": "Es fehlen {what}",
            "no": "nein",
        },
    )


MISSING = _("{what} are missing")


def test_phrases_are_said_in_the_language_in_use_and_stay_english(words) -> None:
    phrase = Phrase(MISSING, {"what": counted(3, _("{count} slice"), _("{count} slices"))})
    assert (phrase.said, phrase.text) == ("Es fehlen 3 Schichten", "3 slices are missing")
    finding = Finding("gap", "warn", phrase.template, phrase.values, 3.0)
    assert (finding.said, finding.message) == (phrase.said, phrase.text)
    again = from_entry(finding.as_entry())
    assert (again.said, again.message, again.measured) == (phrase.said, phrase.text, 3.0)
    error = SegmentError(MISSING, **phrase.values, remedy="no", file="a{b}")
    assert str(error) == "a{b}: Es fehlen 3 Schichten. nein."
    assert (error.problem, error.remedy) == ("3 slices are missing", "no")


def test_progress_is_told_in_the_language_in_use(words) -> None:
    told: list[str] = []
    report(lambda fraction, text: told.append(text), 0.5, "no")
    report(
        lambda fraction, text: told.append(text), 0.5, counted(2, "{count} slice", "{count} slices")
    )
    assert told == ["nein", "2 Schichten"]


def test_findings_of_earlier_versions_keep_their_english_sentence() -> None:
    old = {
        "id": "gap",
        "severity": "warn",
        "message": "A gap of {odd} 5 mm.",
        "value": 5,
        "unit": "mm",
    }
    assert from_entry(old).said == "A gap of {odd} 5 mm."


def test_errors_end_with_one_full_stop() -> None:
    assert str(SegmentError("It is empty.")) == str(SegmentError("It is empty")) == "It is empty."
    assert str(SegmentError("It is empty.", remedy="Fill it")) == "It is empty. Fill it."


def test_errors_come_back_whole_from_other_processes() -> None:
    import pickle

    error = SegmentError(_("{count} voxels"), count=3, remedy=_("Do it"), file="f", tag="Rows")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is SegmentError and str(again) == str(error)
    assert isinstance(again, PrintPrepError) and again.values == {"count": 3}


def test_a_language_that_is_not_there_gives_english() -> None:
    assert use_language("tlh") == "en" and translated("no") == "no"


def test_translations_that_lost_a_placeholder_are_not_taken() -> None:
    content = (
        "<TS><context><message><source>{a} of {b:.2f}</source><translation>{a} von {b}"
        "</translation></message><message><source>yes</source><translation>ja</translation>"
        '</message><message><source>no</source><translation type="unfinished">nein</translation>'
        "</message></context></TS>"
    )
    assert phrases._read(content.encode()) == {"yes": "ja"}
