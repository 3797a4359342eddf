"""The panel: its steps, which of them is next, and their parameters in the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import qt
import slicer
import vtk
from PrintPrepLib.core.phrases import Phrase
from PrintPrepLib.mrml import volumes as mrml_volumes

from .export_step import ExportStep
from .geometry_step import GeometryStep
from .lab.tab import Lab
from .language import use_slicer_language
from .model_step import ModelStep
from .parameters import PanelParameters
from .qa_step import QaStep
from .segment_step import SegmentStep
from .series_step import SeriesStep
from .states.view import Stage, Text, View, Widgets, alarm, guide, next_step, said
from .step import Step, show
from .work import Work

#: Labels whose underlined letter goes to a widget.
_BUDDIES = {
    "volumeLabel": "volumeSelector",
    "keepLabel": "keepCombo",
    "detailLabel": "detailCombo",
    "surfaceLabel": "surfaceCombo",
    "folderLabel": "exportFolder",
    "nameLabel": "nameEdit",
}


class Panel(slicer.util.VTKObservationMixin):
    """Holds the steps together. Node references live in the parameter node alone.

    :param ui: the widgets of PrintPrep.ui by name.
    :param logic: PrintPrep's logic.
    :param entered: tells whether the module is shown.
    """

    def __init__(self, ui: Any, logic: Any, entered: Callable[[], bool]) -> None:
        super().__init__()
        use_slicer_language()
        self.ui, self.logic, self._entered = ui, logic, entered
        self.parameters: PanelParameters | None = None
        self.bound: dict[str, tuple[Any, list[Any]]] = {}
        self.refreshing = False
        self._tag: Any = None
        self._watched: Any = None
        #: What was seen: step, what it was about, and how it stood.
        self._known: set[tuple[str, str, str]] = set()
        self._message = ""
        self._waiting = False
        self.work = Work(self.show_message, self._lock)
        self.series, self.geometry = SeriesStep(self), GeometryStep(self)
        self.segment, self.model = SegmentStep(self), ModelStep(self)
        self.qa, self.export = QaStep(self), ExportStep(self)
        self.lab = Lab(self.qa)
        self.steps: list[Step] = [
            *(self.series, self.geometry, self.segment),
            *(self.model, self.qa, self.export),
        ]
        self._parts: list[Any] = [*self.steps, self.lab]
        for step in self.steps:
            step.button.connect("contentsCollapsed(bool)", self._step_folded)
        for label, widget in _BUDDIES.items():
            getattr(ui, label).setBuddy(getattr(ui, widget))
        ui.tabs.connect("currentChanged(int)", self._tab_shown)
        self._tab_shown(ui.tabs.currentIndex)
        self.scene_changed()

    # The scene

    def scene_changed(self) -> None:
        """Take on the application's scene; called once, and again should it be replaced."""
        self.ui.volumeSelector.setMRMLScene(slicer.mrmlScene)
        for part in self._parts:
            part.scene_changed()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._scene_closes)
        self.addObserver(scene, scene.EndCloseEvent, self._scene_closed)
        self.addObserver(scene, scene.EndImportEvent, self._scene_loaded)
        self.addObserver(scene, scene.NodeRemovedEvent, self._node_removed)

    def enter(self) -> None:
        """The module is shown: connect with the scene."""
        self.connect_parameters()
        for part in self._parts:
            part.enter()
        self.refresh()

    def exit(self) -> None:
        """Another module is shown: let go of views and parameters."""
        for part in self._parts:
            part.exit()
        self.disconnect_parameters()

    def clean_up(self) -> None:
        """The module goes away."""
        self.work.cancel()
        self.exit()
        for part in self._parts:
            part.clean_up()
        self.removeObservers()

    def connect_parameters(self) -> None:
        """Read and write the parameters of the present scene."""
        if self.parameters is not None:
            return
        node = self.logic.getParameterNode()
        self.parameters = PanelParameters(node)
        self._tag = self.parameters.connectGui(self.ui)
        self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._parameters_changed)

    def disconnect_parameters(self) -> None:
        """Forget the parameters: their scene is closed or the panel hidden."""
        if self.parameters is None:
            return
        self._watch(None)
        node = self.parameters.parameterNode
        self.parameters.disconnectGui(self._tag)
        self.removeObserver(node, vtk.vtkCommand.ModifiedEvent, self._parameters_changed)
        self.parameters = self._tag = None

    def _scene_closes(self, caller: Any, event: Any) -> None:
        self.work.cancel()
        for part in self._parts:
            part.exit()
        self.disconnect_parameters()

    def _scene_closed(self, caller: Any, event: Any) -> None:
        self._message = ""
        self._known.clear()
        if self._entered():
            self.enter()

    def _scene_loaded(self, caller: Any, event: Any) -> None:
        if self.parameters is not None:
            # The loaded scene may have brought a parameter node with other values.
            self.disconnect_parameters()
            self.enter()

    def _node_removed(self, caller: Any, event: Any) -> None:
        self.refresh_soon()

    def _parameters_changed(self, caller: Any, event: Any) -> None:
        self.refresh_soon()

    # Work

    def run(self, title: str, task: Callable[[Any], Any], cancelled: str = "") -> Any:
        """Do long work; None where it failed or was cancelled.

        :param cancelled: what is told then; "" for that nothing was changed.
        """
        result = self.work.run(title, task, cancelled)
        self.refresh()
        return None if self.parameters is None else result

    def _lock(self, busy: bool) -> None:
        self.ui.stepsFrame.enabled = not busy

    def show_message(self, text: str) -> None:
        """Show a sentence above the steps until the next piece of work; "" for what is next."""
        self._message = text
        self._show_guide()

    def _show_guide(self) -> None:
        self.ui.messageLabel.text = self._message or self._guide

    def choose_volume(self, node: Any) -> None:
        """Go on with another volume: what was made of the one before is no longer shown."""
        if self.parameters is None:
            return
        if node is not self.parameters.volume:
            self.parameters.volume = node
            self.series.show_in_slices(node)
        self.refresh()

    def refusal(self) -> Text:
        """Why nothing can be made of the chosen volume and segment, checked or exported, or ""."""
        if self.parameters is None or self.parameters.volume is None:
            return ""
        problem: str = mrml_volumes.geometry_of(self.parameters.volume)["problem"]
        return problem or self.segment.foreign()

    def _watch(self, volume: Any) -> None:
        """See when the chosen volume is changed in another module, or put under a transform."""
        if volume is self._watched:
            return
        for node, change in ((self._watched, self.removeObserver), (volume, self.addObserver)):
            if node is not None:
                for event in (vtk.vtkCommand.ModifiedEvent, node.TransformModifiedEvent):
                    change(node, event, self._parameters_changed)
        self._watched = volume

    # Showing

    _guide = ""

    def refresh_soon(self) -> None:
        """Refresh once when the present events are through."""
        if not self._waiting:
            self._waiting = True
            qt.QTimer.singleShot(0, self._refresh_late)

    def _refresh_late(self) -> None:
        self._waiting = False
        self.refresh()

    def refresh(self) -> None:
        """Bring everything up to date with the scene."""
        if self.parameters is None or self.refreshing or self.work.running:
            return
        self.refreshing = True
        try:
            for name, (combo, members) in self.bound.items():
                combo.currentIndex = members.index(getattr(self.parameters, name))
            self._watch(self.parameters.volume)
            for step in self.steps:
                step.settle()
            views = [step.view() for step in self.steps]
            views = [self._seen(step, view) for step, view in zip(self.steps, views, strict=True)]
            states = [view.state for view in views]
            upcoming = next_step(states)
            for number, (step, view) in enumerate(zip(self.steps, views, strict=True)):
                step.refresh(view)
                if number == upcoming and not view.state.done:
                    mark = f"   {Stage.NEXT.value} "
                    step.button.text = f"▸ {step.button.text.replace(mark, '   ')}"
            qa = views[self.steps.index(self.qa)]
            self.lab.refresh(None if qa.state.blocked else self.qa.record(), self.model.node())
            failed = [Phrase(check["title"]) for check in self.qa.failed()]
            told = alarm(failed, states[self.steps.index(self.geometry)].grave)
            show(self.ui, Widgets(labels={"failedLabel": told}))
            self._guide = said(guide([step.title for step in self.steps], states))
            self._show_guide()
        finally:
            self.refreshing = False

    def _seen(self, step: Step, view: View) -> View:
        """What needs care is done when its step was open; only the user opens and closes it."""
        if view.state.stage is not Stage.CARE:
            return view
        now = (step.key, step.subject(), said(view.state.brief))
        in_view = self.ui.tabs.currentIndex == 0 and not step.button.collapsed
        if self._entered() and in_view:
            self._known.add(now)
        return replace(view, state=replace(view.state, unseen=now not in self._known))

    def _tab_shown(self, shown: int) -> None:
        """The panel is as high as the tab that is shown, not as the higher one."""
        for index, content in enumerate((self.ui.caseFrame, self.ui.labFrame)):
            content.visible = index == shown
        self.refresh_soon()

    def _step_folded(self, collapsed: bool) -> None:
        self.refresh_soon()

    def show_step(self, key: str) -> None:
        """Open one step and close the others: for scripts and pictures, never by itself."""
        self.ui.tabs.currentIndex = 0
        for step in self.steps:
            step.button.collapsed = step.key != key
