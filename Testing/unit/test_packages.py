"""The packages of the library: who may use whom, no circles, and the names that they hand on."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrepLib"

#: Lowest first: a package may use itself and those before it.
ORDER = (
    *("core", "dicom", "pixels", "geometry", "pet", "series", "image_io", "volume", "mesh"),
    *("surface", "qa", "verify", "compare", "calibration", "report", "job", "demo", "deidentify"),
    *("convert", "mrml", "cli"),
)
#: Wings, which know less than their place in the order would let them.
ONLY = {
    "image_io": {"core", "dicom", "pixels", "geometry", "image_io"},
    "mesh": {"core", "mesh"},
    "compare": {"core", "mesh", "compare"},
    "deidentify": {"core", "deidentify"},
    "convert": {"core", "dicom", "pixels", "deidentify", "convert"},
    "demo": {"core", "demo"},
}
FACES = (".", "mesh", "surface", "qa", "verify", "compare", "deidentify", "convert", "mrml")
FILES = sorted(path for path in LIBRARY.rglob("*.py") if path.parent != LIBRARY)


def module_of(path: Path) -> str:
    """``mesh.io.stl``; a package without its ``__init__``."""
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in FILES}


@cache
def used(path: Path) -> frozenset[str]:
    """The library's modules that a file imports, lazily or for types alone included."""
    here = path.relative_to(LIBRARY).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        module = (node.module or "").split(".") if node.module else []
        if node.level:
            start = [*here[: len(here) - node.level], *module]
        elif module[:1] == ["PrintPrepLib"]:
            start = module[1:]
        else:
            continue
        for alias in node.names:
            # What is imported may be a module of a package, or a name in a module.
            places = (".".join([*start, alias.name]), ".".join(start))
            found |= {next((place for place in places if place in MODULES), "")}
    return frozenset(found - {"", module_of(path)})


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down(path: Path) -> None:
    own = path.relative_to(LIBRARY).parts[0]
    allowed = ONLY.get(own, set(ORDER[: ORDER.index(own) + 1]))
    wrong = sorted(module for module in used(path) if module.split(".")[0] not in allowed)
    assert not wrong, f"{own} may not use {', '.join(wrong)}"


def test_no_circles() -> None:
    left = {module_of(path): used(path) for path in FILES}
    while ready := [module for module, uses in left.items() if not uses & left.keys()]:
        for module in ready:
            del left[module]
    assert not left, f"these import each other: {', '.join(sorted(left))}"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_only_mrml_knows_slicer(path: Path) -> None:
    roots = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            roots.add((node.module or "").split(".")[0])
    assert not roots & {"qt", "ctk"}
    assert "slicer" not in roots or path.relative_to(LIBRARY).parts[0] == "mrml"


@pytest.mark.parametrize("package", FACES)
def test_faces_hand_on_what_they_name(package: str) -> None:
    """Each name is there, and no file of the package has it: the import would take its place."""
    face = importlib.import_module("PrintPrepLib" + f".{package}".rstrip("."))
    folder = LIBRARY / package
    inside = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert face.__all__ == sorted(face.__all__, key=lambda name: (not name.isupper(), name))
    assert not inside & set(face.__all__)
    assert all(hasattr(face, name) for name in face.__all__)
    assert not hasattr(face, "no_such_name")


def test_faces_import_nothing_before_it_is_asked_for() -> None:
    names = ["PrintPrepLib" + f".{package}".rstrip(".") for package in FACES]
    program = (
        "import importlib, sys\n"
        f"for name in {[*names, 'PrintPrepLib.mrml.console']!r}: importlib.import_module(name)\n"
        "assert 'numpy' not in sys.modules and 'pydicom' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=LIBRARY.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
