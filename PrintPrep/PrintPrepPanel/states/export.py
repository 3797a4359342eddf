"""Step 6: what is missing before files can be written, and what was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PrintPrepLib.core.phrases import Phrase, _

from .view import Stage, State, Text, View, Widgets, joined


@dataclass(frozen=True)
class ExportFacts:
    """What the step depends on.

    :param model: whether there is a model that is up to date.
    :param folder: that was chosen; ``folder_there`` tells whether it exists.
    :param formats: of the files to write.
    :param failed: titles of the checks that failed.
    :param reason: why the model is exported although a check failed.
    :param shortest_reason: letters that it takes at least.
    :param exported: what was written of the model as it is, as it was told, or "".
    :param refusal: why nothing of the volume and the segment can be exported, or "".
    :param outdated: names of models to export whose segment has changed since.
    """

    model: bool = False
    folder: str = ""
    folder_there: bool = False
    name: str = "model"
    formats: Sequence[str] = ()
    failed: Sequence[Text] = ()
    reason: str = ""
    shortest_reason: int = 1
    exported: str = ""
    refusal: Text = ""
    outdated: Sequence[str] = ()


def export_view(facts: ExportFacts) -> View:
    """Done where files were written of the model as it is."""
    lacking = missing(facts)
    state = _state(facts, lacking)
    names = joined(facts.failed, ", ")
    why = Phrase(_("Failed: {names}. Why is the model exported anyway?"), {"names": names})
    widgets = Widgets(
        enabled={
            "exportButton": not state.blocked and not lacking,
            "openFolderButton": bool(facts.exported),
        },
        visible={"reasonFrame": bool(facts.failed)},
        texts={"reasonLabel": why},
        labels={"exportedLabel": facts.exported},
    )
    return View(state, widgets)


def _state(facts: ExportFacts, lacking: Text) -> State:
    if facts.refusal:
        return State(Stage.BLOCKED, Phrase(_("needs a model")), facts.refusal)
    if not facts.model:
        what = Phrase(_("There is no model yet that is up to date (step 4)."))
        return State(Stage.BLOCKED, Phrase(_("needs a model")), what)
    if facts.exported:
        return State(Stage.DONE, Phrase(_("written")), lacking)
    if lacking:
        return State(Stage.NEXT, Phrase(_("not complete")), lacking)
    return State(Stage.NEXT, Phrase(_("ready")), Phrase(_("Export the model.")))


def missing(facts: ExportFacts) -> Text:
    """What is missing before the model can be exported, or ""."""
    if not facts.folder:
        return Phrase(_("Choose the folder for the files."))
    if not facts.folder_there:
        text = _("There is no folder {folder}: choose another one.")
        return Phrase(text, {"folder": facts.folder})
    if not facts.name.strip():
        return Phrase(_("Give the files a name."))
    if re.search(r'[\\/:*?"<>|]', facts.name):
        signs = {"signs": '\\ / : * ? " < > |'}
        return Phrase(_("The name may not hold any of {signs}"), signs)
    if not facts.formats:
        return Phrase(_("Choose at least one format."))
    if facts.outdated:
        names = {"names": ", ".join(facts.outdated)}
        return Phrase(_("Out of date: {names}. Make these models again (step 4)."), names)
    if facts.failed and len(facts.reason.strip()) < facts.shortest_reason:
        return Phrase(_("A check failed: say below why the model is exported anyway."))
    return ""


def distinct_parts(names: Iterable[str]) -> list[str]:
    """Names of models as parts of files' names, numbered where they are the same.

    Names that differ in capitals alone are the same file on Windows and macOS.
    """
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        part, number = file_part(name), 1
        while (made := numbered(part, number)).lower() in taken:
            number += 1
        taken.add(made.lower())
        found.append(made)
    return found


def numbered(name: str, number: int) -> str:
    """The name of a second, third … of its kind; the first one bears no number."""
    return name if number == 1 else f"{name}-{number}"


def free_number(taken: Callable[[str], bool], name: str, endings: Sequence[str]) -> int:
    """The first number under which no file of another run would be replaced.

    :param taken: whether there is a file of that name.
    """
    number = 1
    while any(taken(numbered(name, number) + ending) for ending in endings):
        number += 1
    return number


def file_part(name: str) -> str:
    """A model's name as part of a file's name."""
    return re.sub(r"[^\w\-]+", "_", name).strip("_") or "model"
