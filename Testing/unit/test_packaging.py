"""What leaves this folder: the extension that Slicer builds, and the wheel."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import zipfile
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import system_packages
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = Path(__file__).resolve().parents[2]
MODULE = PROJECT / "PrintPrep"
LIBRARY = MODULE / "PrintPrepLib"
PLUGIN = PROJECT / "PrintPrepDICOMPlugin"

#: Folders that are made here and never shipped.
MADE = {".git", ".venv", ".venv-compatibility", ".pydicom24", "demo-output", "build", "dist"}
CACHES = {"__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis"}

REQUIRED = (
    "HOMEPAGE",
    "CONTRIBUTORS",
    "DESCRIPTION",
    "ICONURL",
    "SCREENSHOTURLS",
    "DEPENDS",
)


def files(folder: Path, pattern: str = "*") -> list[Path]:
    """The files below a folder, without what tools leave there."""
    out = MADE | CACHES
    return sorted(
        path
        for path in folder.rglob(pattern)
        if path.is_file()
        and not out & set(path.relative_to(PROJECT).parts)
        and not any(part.endswith(".egg-info") for part in path.parts)
    )


def relative(paths: list[Path], folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in paths}


def commands(path: Path) -> list[tuple[str, str]]:
    """Name and arguments of the commands in a CMake file, comments left out."""
    text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
    return re.findall(r"(\w+)\s*\(([^()]*)\)", text)


def variables(path: Path) -> dict[str, str]:
    """What the file sets, earlier variables put in."""
    found: dict[str, str] = {}
    for command, arguments in commands(path):
        if command == "set":
            name, _, value = arguments.strip().partition(" ")
            name, _, rest = name.partition("\n")
            value = f"{rest} {value}".strip().strip('"')
            found[name] = re.sub(r"\$\{(\w+)\}", lambda m: found.get(m[1], m[0]), value)
    return found


def listed(folder: Path, kind: str) -> list[str]:
    """The files that a module's CMakeLists.txt gives to Slicer as SCRIPTS or RESOURCES."""
    return variables(folder / "CMakeLists.txt")[f"MODULE_PYTHON_{kind}"].split()


def scripts_of(folder: Path) -> set[str]:
    own = relative(sorted(folder.glob("*.py")), folder)
    packages = [folder / "PrintPrepLib", folder / "PrintPrepPanel"]
    return own.union(*(relative(files(package, "*.py"), folder) for package in packages))


def resources_of(folder: Path) -> set[str]:
    data = {path for path in files(folder / "PrintPrepLib") if path.suffix != ".py"}
    return relative(sorted(data) + files(folder / "Resources"), folder)


@pytest.mark.parametrize("folder", [MODULE, PLUGIN], ids=lambda folder: folder.name)
def test_cmake_lists_name_every_file(folder: Path) -> None:
    assert (folder / f"{folder.name}.py").is_file()
    for kind, present in (("SCRIPTS", scripts_of(folder)), ("RESOURCES", resources_of(folder))):
        names = listed(folder, kind)
        assert len(names) == len(set(names)), f"named twice among the {kind}"
        assert set(names) == present, f"{folder.name}/CMakeLists.txt, {kind}"


def test_tests_inside_slicer_are_registered() -> None:
    folder = MODULE / "Testing" / "Python"
    registered = {
        arguments.split()[1]
        for command, arguments in commands(folder / "CMakeLists.txt")
        if command == "slicer_add_python_unittest"
    }
    assert registered == relative(files(folder, "*.py"), folder)
    assert "add_subdirectory(Testing)" in (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")


def test_extension_metadata() -> None:
    top = PROJECT / "CMakeLists.txt"
    found = dict(commands(top))
    assert found["project"] == "PrintPrep"
    assert found["find_package"].split() == ["Slicer", "REQUIRED"]
    text = top.read_text(encoding="utf-8")
    for name in REQUIRED:
        # The index reads these with a regular expression, one line each.
        assert re.search(rf'^set\(EXTENSION_{name} "[^"\n]+"\)$', text, re.MULTILINE), name
    values = variables(top)
    assert values["EXTENSION_DEPENDS"] == "NA"
    urls = [values["EXTENSION_HOMEPAGE"], values["EXTENSION_ICONURL"]]
    for url in urls + values["EXTENSION_SCREENSHOTURLS"].split():
        assert url.startswith("https://")
    assert values["EXTENSION_ICONURL"].endswith("/PrintPrep.png")
    order = [text.index(part) for part in ("find_package(Slicer", "Slicer_USE_FILE", "GENERATE")]
    assert order == sorted(order)
    added = {arguments for command, arguments in commands(top) if command == "add_subdirectory"}
    assert added == {"PrintPrep", "PrintPrepDICOMPlugin"}


FAKE_SLICER = """
set(Slicer_USE_FILE "${CMAKE_CURRENT_LIST_DIR}/use.cmake")
set(Slicer_EXTENSION_GENERATE_CONFIG "${CMAKE_CURRENT_LIST_DIR}/nothing.cmake")
set(Slicer_EXTENSION_CPACK "${CMAKE_CURRENT_LIST_DIR}/nothing.cmake")
"""
FAKE_MACROS = """
function(slicerMacroBuildScriptedModule)
  set(options WITH_GENERIC_TESTS WITH_SUBDIR VERBOSE)
  cmake_parse_arguments(MY "${options}" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MY_UNPARSED_ARGUMENTS OR NOT MY_NAME)
    message(FATAL_ERROR "wrong arguments: ${ARGN}")
  endif()
  foreach(file ${MY_SCRIPTS} ${MY_RESOURCES})
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
      message(FATAL_ERROR "nonexistent: ${file}")
    endif()
    file(APPEND "${CMAKE_BINARY_DIR}/named.txt" "${MY_NAME}/${file}\\n")
  endforeach()
endfunction()
function(slicer_add_python_unittest)
  cmake_parse_arguments(MY "" "SCRIPT;TESTNAME_PREFIX" "SLICER_ARGS" ${ARGN})
  if(MY_UNPARSED_ARGUMENTS OR NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${MY_SCRIPT}")
    message(FATAL_ERROR "wrong arguments: ${ARGN}")
  endif()
endfunction()
"""


@pytest.mark.skipif(
    None in map(shutil.which, ("cmake", "make", "cc", "c++")),
    reason="cmake and a compiler, which the project() command looks for, are not here",
)
def test_cmake_itself_accepts_the_lists(tmp_path: Path) -> None:
    """Slicer's two macros are stood in for, with the checks that they make."""
    slicer, build = tmp_path / "slicer", tmp_path / "build"
    slicer.mkdir()
    (slicer / "SlicerConfig.cmake").write_text(FAKE_SLICER)
    (slicer / "use.cmake").write_text(FAKE_MACROS)
    (slicer / "nothing.cmake").write_text("")
    options = [f"-DSlicer_DIR={slicer}", "-DBUILD_TESTING=ON", "-Werror=dev"]
    done = subprocess.run(
        ["cmake", *options, "-S", PROJECT, "-B", build], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    named = (build / "named.txt").read_text().split()
    expected = {
        f"{folder.name}/{name}"
        for folder in (MODULE, PLUGIN)
        for name in scripts_of(folder) | resources_of(folder)
    }
    assert set(named) == expected
    assert len(named) == len(expected)


@pytest.fixture(scope="module")
def project_table() -> dict:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy so that nothing older gets in and nothing stays behind."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    for path in [
        *files(MODULE),
        *(PROJECT / n for n in ("pyproject.toml", "README.md", "LICENSE")),
    ]:
        target = copy / path.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--no-index", "-w", folder, copy], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("printprep-*.whl")
    return zipfile.ZipFile(built)


def stated_version() -> str:
    """The one place where it is written."""
    source = (LIBRARY / "__init__.py").read_text(encoding="utf-8")
    (number,) = re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    return number


def test_version_is_told_alike() -> None:
    """By what cites PrintPrep and by the first release that the changes name, with its date."""
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", changes, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = re.fullmatch(r"\[(.+)\] - (\d{4}-\d\d-\d\d)", headings[1])
    assert released is not None, headings[1]
    assert released[1] == stated_version()
    for heading in headings:
        assert re.search(rf"^{re.escape(heading.split(' - ')[0])}: https://", changes, re.MULTILINE)
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {released[1]}\ndate-released: {released[2]}\n" in citation


def test_wheel_holds_the_whole_library_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == relative(files(LIBRARY), MODULE)
    assert any(name.startswith("PrintPrepLib/data/") for name in inside)


def test_wheel_tells_what_it_is(wheel: zipfile.ZipFile) -> None:
    def text(name: str) -> str:
        (path,) = (path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
        return wheel.read(path).decode()

    assert f"\nVersion: {stated_version()}\n" in text("METADATA")
    assert "\nLicense-Expression: Apache-2.0\n" in text("METADATA")
    assert "printprep = PrintPrepLib.cli:main" in text("entry_points.txt")
    assert text("licenses/LICENSE") == (PROJECT / "LICENSE").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def asked_for(project_table: dict) -> list[Requirement]:
    """What the library and its tests need."""
    lines = [*project_table["dependencies"], *project_table["optional-dependencies"]["test"]]
    return [Requirement(line) for line in lines]


@pytest.fixture(scope="module")
def pins() -> list[Requirement]:
    """The lines of constraints.txt."""
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def holds(requirement: Requirement, python: str | None = None) -> bool:
    """Whether it counts on a computer like this one, under this Python or another."""
    chosen = {} if python is None else {"python_version": python, "python_full_version": python}
    return requirement.marker is None or requirement.marker.evaluate(chosen)


def test_dependencies_are_ranges(asked_for: list[Requirement], project_table: dict) -> None:
    for requirement in asked_for:
        operators = {part.operator for part in requirement.specifier}
        assert ">=" in operators, f"{requirement} has no oldest version"
        assert operators <= {">=", "<"}, f"{requirement}: exact versions stand in constraints.txt"
    (pydicom,) = (item for item in asked_for if item.name == "pydicom")
    assert str(pydicom.specifier) == "<3.1,>=2.4.4"


def test_no_command_needs_an_extra(project_table: dict) -> None:
    """``headless`` is left for commands that name it; Slicer's core is for tests alone."""
    assert project_table["optional-dependencies"]["headless"] == []
    assert not [line for line in project_table["dependencies"] if line.startswith("slicer")]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_constraints_pin_what_is_asked_for(
    asked_for: list[Requirement], pins: list[Requirement], python: str
) -> None:
    pinned: dict[str, Requirement] = {}
    for pin in pins:
        assert re.fullmatch(r"==\d[\w.]*", str(pin.specifier)), pin
        if holds(pin, python):
            assert canonicalize_name(pin.name) not in pinned, f"{pin.name} twice"
            pinned[canonicalize_name(pin.name)] = pin
    for requirement in asked_for:
        if holds(requirement, python):
            (exact,) = pinned[canonicalize_name(requirement.name)].specifier
            assert requirement.specifier.contains(exact.version), requirement


def test_constraints_pin_all_that_is_installed(
    asked_for: list[Requirement], pins: list[Requirement]
) -> None:
    """What the dependencies bring along included; so two people have the same environment."""
    pinned = {canonicalize_name(pin.name): pin for pin in pins if holds(pin)}
    left, seen = [item for item in asked_for if holds(item)], set()
    while left:
        name = canonicalize_name(left.pop().name)
        if name not in seen:
            seen.add(name)
            assert name in pinned, f"constraints.txt lacks {name}=={version(name)}"
            if name != "pydicom":  # the tests also run under an older one
                assert str(pinned[name].specifier) == f"=={version(name)}"
            further = [Requirement(line) for line in requires(name) or ()]
            left += [item for item in further if holds(item)]
    # What another system needs is pinned as well; nothing else is.
    assert {name for name in pinned if name not in seen} <= {"colorama", "lib3mf"}


def test_vtk_is_the_one_that_slicer_asks_for(pins: list[Requirement]) -> None:
    assert any(str(pin) in (requires("slicer-core") or ()) for pin in pins if pin.name == "vtk")


def test_system_packages_stand_in_the_readme() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^sudo apt-get install ((?:.+\\\n)*.+)$", text, re.MULTILINE)
    named = line.replace("\\\n", " ").split()
    assert named == ["python3-venv", *system_packages.NEEDED["test"].values()]
    assert system_packages.NEEDED["demo"] == {}


@pytest.mark.parametrize("path", ["PrintPrep.png", "PrintPrep/Resources/Icons/PrintPrep.png"])
def test_icons_are_128_pixels(path: str) -> None:
    start = (PROJECT / path).read_bytes()[:26]
    assert start[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", start[16:24]) == (128, 128)


def test_license_is_where_the_index_looks() -> None:
    text = (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    others = {"LICENCE", "LICENSE.txt", "LICENSE.md", "License.txt", "COPYING"}
    assert not others & {path.name for path in PROJECT.iterdir()}


def test_text_files_are_fit_to_publish() -> None:
    """LF line endings, nothing left half-done, and no path of anybody's machine."""
    # Written so that this file does not find itself.
    unfinished = "T[O]DO|FIX[M]E|XX[X]|raise NotImplemented[E]rror"
    places = "(?:home|root|Users|work)"
    wrong = re.compile(rf"\b(?:{unfinished})\b|(?<![\w.:/])/{places}/\w".encode())
    found = []
    for path in files(PROJECT):
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        name = path.relative_to(PROJECT)
        if b"\r\n" in content:
            found.append(f"{name}: CRLF line endings")
        found += [f"{name}: {match.decode()}" for match in wrong.findall(content)]
    assert not found
