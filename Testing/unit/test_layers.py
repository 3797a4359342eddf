"""The layers of the library, read from its source and tried in a bare interpreter."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LIBRARY = PROJECT / "PrintPrep" / "PrintPrepLib"

#: The files that touch nodes; nothing else in the library calls them.
EDGE = sorted((LIBRARY / "mrml").glob("*.py"))

ANYWHERE = {"numpy", "vtk", "vtkmodules", "pydicom"}
INSIDE_FUNCTIONS = {"scipy", "PIL", "SimpleITK"}
#: Newer than the oldest Python that is supported, though its syntax would parse.
TOO_NEW = {
    ("tomllib", ""),
    ("contextlib", "chdir"),
    ("datetime", "UTC"),
    ("enum", "StrEnum"),
    ("hashlib", "file_digest"),
    ("itertools", "batched"),
    ("typing", "Self"),
    ("typing", "override"),
}


@dataclass(frozen=True)
class Imported:
    """One import: ``.mrml`` is the library's own, ``vtkmodules.util`` somebody else's."""

    module: str
    line: int
    lazy: bool

    @property
    def root(self) -> str:
        return self.module.split(".")[0]


def sources(*folders: Path) -> list[Path]:
    """The Python files below the folders, caches left out."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


CORE = [path for path in sources(LIBRARY) if path not in EDGE]
SHIPPED = sources(PROJECT / "PrintPrep", PROJECT / "PrintPrepDICOMPlugin")
EVERYTHING = SHIPPED + sources(PROJECT / "Testing")


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def imports(tree: ast.AST, lazy: bool = False) -> Iterator[Imported]:
    """Every import in the tree, those by name through importlib included."""
    for node in ast.iter_child_nodes(tree):
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.Import):
            yield from (Imported(alias.name, node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            join = "" if start.endswith(".") else "."
            for alias in node.names:
                yield Imported(f"{start}{join}{alias.name}", node.lineno, lazy)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called == "hand_on":
                homes = ast.literal_eval(node.args[1])
                yield from (Imported(f".{home}", node.lineno, True) for home in homes)
            if called in ("import_module", "__import__") and node.args:
                first = node.args[0]
                if ast.unparse(first).startswith("f'{package}."):
                    continue  # what a package hands on: named where hand_on is called
                assert isinstance(first, ast.Constant), (
                    f"line {node.lineno}: what is imported has to be readable in the source"
                )
                yield Imported(str(first.value), node.lineno, lazy)
        yield from imports(node, inside)


def imports_of(path: Path) -> list[Imported]:
    return list(imports(ast.parse(path.read_text(encoding="utf-8"))))


def touches_the_edge(found: Imported) -> bool:
    """Whether one of the library's node files is meant, relatively or in full."""
    return found.module.removeprefix("PrintPrepLib").lstrip(".").split(".")[0] == "mrml"


def test_the_library_is_found() -> None:
    names = {path.relative_to(LIBRARY).as_posix() for path in CORE}
    assert {"__init__.py", "series/reader.py", "mesh/io/stl.py", "cli/run.py"} <= names
    assert LIBRARY / "mrml" / "volumes.py" in EDGE


@pytest.mark.parametrize("path", CORE, ids=named)
def test_core_imports_only_what_it_may(path: Path) -> None:
    wrong = []
    for found in imports_of(path):
        own = found.module.startswith(".") or found.root == "PrintPrepLib"
        if own and touches_the_edge(found):
            wrong.append(f"line {found.line}: the library may not use the node layer")
        elif own or found.root in ANYWHERE or found.root in sys.stdlib_module_names:
            continue
        elif found.root not in INSIDE_FUNCTIONS:
            wrong.append(f"line {found.line}: {found.module} is not allowed in the core")
        elif not found.lazy:
            wrong.append(f"line {found.line}: {found.module} only inside functions")
    assert not wrong, f"{path.name}: " + "; ".join(wrong)


@pytest.mark.parametrize("path", EDGE, ids=named)
def test_node_layer_has_no_qt(path: Path) -> None:
    allowed = ANYWHERE | INSIDE_FUNCTIONS | {"slicer", "PrintPrepLib"}
    wrong = [
        f"line {found.line}: {found.module}"
        for found in imports_of(path)
        if not found.module.startswith(".")
        and found.root not in allowed
        and found.root not in sys.stdlib_module_names
    ]
    assert not wrong


def test_logic_has_no_qt() -> None:
    module = PROJECT / "PrintPrep" / "PrintPrep.py"
    tree = ast.parse(module.read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    logic = classes["PrintPrepLogic"]
    used = {node.id for node in ast.walk(logic) if isinstance(node, ast.Name)}
    assert not used & {"qt", "ctk"}
    assert not {found.root for found in imports(logic)} & {"qt", "ctk"}


def test_nothing_that_ships_knows_the_stand_in() -> None:
    """Slicer has no PySide, and no test may reach into what users get."""
    wrong = [
        f"{named(path)} line {found.line}: {found.module}"
        for path in SHIPPED
        for found in imports_of(path)
        if found.root.startswith(("PySide", "shiboken", "PyQt"))
        or found.root in ("standin", "phantoms", "pytest", "slicer_core")
    ]
    assert not wrong


@pytest.mark.parametrize("path", EVERYTHING, ids=named)
def test_oldest_python_can_read_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    found = set()
    newer = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "sys.version_info" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in set(ast.walk(tree)) - newer:
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {(node.module, ""), *((node.module, alias.name) for alias in node.names)}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((node.value.id, node.attr))
    assert not found & TOO_NEW


def test_core_imports_without_slicer_and_without_what_it_may_lack() -> None:
    """All of it at once in an interpreter that has neither Slicer nor the lazy packages."""
    blocked = ["slicer", "qt", "ctk", "DICOMLib", "PySide6", *sorted(INSIDE_FUNCTIONS)]
    modules = [
        ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
        for path in CORE
        if path.name != "__main__.py"
    ]
    program = (
        "import importlib, sys\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=LIBRARY.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
