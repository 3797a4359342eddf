"""The catalogue of sentences: finds them as Slicer does, and keeps the files of the languages.

    python Testing/translations.py          bring every language's file up to date
    python Testing/translations.py fr       the same, and begin French

Slicer's own script (Utilities/Scripts/update_translations.py) turns every ``_("…")`` of a Python
file into ``translate("context", "…")`` by regular expression, and Qt's lupdate reads the result.
A sentence that this does not find is one that nobody can translate.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

PROJECT = Path(__file__).resolve().parents[1]
SHIPPED = (PROJECT / "PrintPrep", PROJECT / "PrintPrepDICOMPlugin")
LANGUAGES = PROJECT / "PrintPrep" / "PrintPrepLib" / "data" / "translations"

#: A mark is an underscore of its own, and holds one string (of adjacent pieces) and nothing else.
_MARKS = [
    re.compile(rf"(?<!_)_\((\s*?{quote}.+?{quote}\s*?)\)", re.DOTALL)
    for quote in ('"', "'", '"""', "'''")
]


@dataclass(frozen=True, order=True)
class Sentence:
    """A sentence in its context: the file that says it, named as Slicer names it."""

    context: str
    text: str


def python_files() -> list[Path]:
    """What is shipped, without tests."""
    files = (path for folder in SHIPPED for path in folder.rglob("*.py"))
    return sorted(path for path in files if "Testing" not in path.parts)


def context_of(path: Path) -> str:
    """The file's name, with its package's before it where it stands in one."""
    package = f"{path.parent.name}." if (path.parent / "__init__.py").is_file() else ""
    return package + path.stem


def found_by_slicer(path: Path) -> list[Sentence]:
    """The sentences of a Python file, in their order."""
    context, source = context_of(path), path.read_text(encoding="utf-8")
    for mark in _MARKS:
        source = mark.sub(rf'translate("{context}", \1)', source)
    return [
        Sentence(node.args[0].value, node.args[1].value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "translate"
        and len(node.args) == 2
        and all(isinstance(argument, ast.Constant) for argument in node.args)
    ]


def in_forms() -> Iterator[Sentence]:
    """The sentences of the .ui files: every string that is not marked as untranslatable."""
    for path in sorted(file for folder in SHIPPED for file in folder.rglob("*.ui")):
        root = ElementTree.parse(path).getroot()
        context = root.findtext("class", "")
        for item in root.iter("string"):
            if item.text and item.get("notr") != "true":
                yield Sentence(context, item.text)


def in_data() -> Iterator[Sentence]:
    """The titles and explanations of presets and protocols, which stand in JSON files."""
    folder = LANGUAGES.parent
    for path in (folder / "presets.json", *sorted(folder.glob("protocol_*.json"))):
        told = json.loads(path.read_text(encoding="utf-8"))
        for entry in [told] if "title" in told else told.values():
            texts = entry["title"], entry.get("description"), *entry.get("confirm", ())
            yield from (Sentence(f"data.{path.stem}", text) for text in texts if text)


def catalogue() -> list[Sentence]:
    """Every sentence that a user can meet, each once, sorted."""
    spoken = (sentence for path in python_files() for sentence in found_by_slicer(path))
    return sorted({*spoken, *in_forms(), *in_data()})


def sentences_of(path: Path) -> dict[Sentence, str]:
    """What a language's file holds: the sentences with their translations, "" where unfinished."""
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            sentence = Sentence(context.findtext("name", ""), message.findtext("source", ""))
            found[sentence] = message.findtext("translation", "")
    return found


def write(path: Path, language: str) -> None:
    """Bring a language's file up to date; what was translated stays, what is gone goes."""
    known = sentences_of(path) if path.is_file() else {}
    # A sentence that has moved to another file keeps its translation.
    by_text = {sentence.text: done for sentence, done in known.items() if done}
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ElementTree.Element] = {}
    for sentence in catalogue():
        if sentence.context not in contexts:
            contexts[sentence.context] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[sentence.context], "name").text = sentence.context
        message = ElementTree.SubElement(contexts[sentence.context], "message")
        ElementTree.SubElement(message, "source").text = sentence.text
        translation = ElementTree.SubElement(message, "translation")
        translation.text = known.get(sentence) or by_text.get(sentence.text, "")
        if not translation.text:
            translation.set("type", "unfinished")
    ElementTree.indent(root, "")
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    path.write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8"
    )


def main(arguments: list[str]) -> None:
    LANGUAGES.mkdir(exist_ok=True)
    known = [path.stem.removeprefix("PrintPrep_") for path in LANGUAGES.glob("PrintPrep_*.ts")]
    for language in sorted({*known, *arguments}):
        path = LANGUAGES / f"PrintPrep_{language}.ts"
        write(path, language)
        held = sentences_of(path)
        done = sum(bool(text) for text in held.values())
        print(f"{path.relative_to(PROJECT)}: {done} of {len(held)} sentences translated")


if __name__ == "__main__":
    main(sys.argv[1:])
