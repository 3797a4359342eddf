"""What all steps of the panel share: facts of the scene go to ``states``, its answer to widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import qt
from PrintPrepLib.core.phrases import translated

from .states.view import Stage, State, Text, View, Widgets, red, said, short


class Host(Protocol):
    """What a step asks of the panel that holds it."""

    ui: Any
    logic: Any
    parameters: Any
    work: Any
    refreshing: bool
    #: Combo boxes by the name of their parameter, with its values.
    bound: dict[str, tuple[Any, list[Any]]]
    #: The steps that others ask.
    segment: Any
    model: Any
    qa: Any
    #: The groups of the other tab.
    lab: Any
    #: As VTKObservationMixin has them.
    addObserver: Callable[[Any, Any, Callable[..., None]], None]
    removeObserver: Callable[[Any, Any, Callable[..., None]], None]
    hasObserver: Callable[[Any, Any, Callable[..., None]], bool]

    def run(self, title: str, task: Callable[[Any], Any], cancelled: str = "") -> Any: ...

    def show_message(self, text: str) -> None: ...

    def refusal(self) -> Text: ...

    def choose_volume(self, node: Any) -> None: ...

    def refresh(self) -> None: ...

    def refresh_soon(self) -> None: ...


class Step:
    """One collapsible step: reads its facts from the scene, never keeps a node itself."""

    #: Prefix of the step's widgets: ``<key>Step`` is the button, ``<key>State`` its sentence,
    #: ``<key>More`` unfolds ``<key>MoreFrame`` where there is more than most people need.
    key = ""

    def __init__(self, panel: Host) -> None:
        self.panel = panel
        self.ui = panel.ui
        self.button = getattr(panel.ui, f"{self.key}Step")
        #: The step's title without its state.
        self.title: str = self.button.text
        self._tip: str = self.button.toolTip
        self.more: Any = getattr(panel.ui, f"{self.key}More", None)
        if self.more is not None:
            self.more.connect("toggled(bool)", self._more_toggled)
        self.setup()

    def _more_toggled(self, shown: bool) -> None:
        getattr(self.ui, f"{self.key}MoreFrame").visible = shown
        self.more.arrowType = qt.Qt.DownArrow if shown else qt.Qt.RightArrow

    @property
    def logic(self) -> Any:
        """PrintPrep's logic."""
        return self.panel.logic

    @property
    def parameters(self) -> Any:
        """The panel's parameters; None while the scene is being closed."""
        return self.panel.parameters

    def setup(self) -> None:
        """Connect the step's widgets, once."""

    def scene_changed(self) -> None:
        """Give the scene to the step's widgets."""

    def enter(self) -> None:
        """The module is shown."""

    def exit(self) -> None:
        """Another module is shown, or the scene is about to go."""

    def clean_up(self) -> None:
        """The module goes away: end what goes on while other modules are shown."""

    def settle(self) -> None:
        """Let go of what belongs to another volume or model; called before each ``view``."""

    def view(self) -> View:
        """What the step shows, from the scene as it is now; called with parameters only."""
        return View(State(Stage.BLOCKED))

    def subject(self) -> str:
        """ID of what the step's state is about: seen once, it is seen for that."""
        volume = self.parameters.volume
        return "" if volume is None else str(volume.GetID())

    def state(self) -> State:
        """Where the step stands."""
        return self.view().state

    def refresh(self, view: View) -> None:
        """Bring the step's widgets up to date."""
        show(self.ui, view.widgets)
        state = view.state
        whole = said(state.brief)
        brief = short(whole)
        self.button.text = f"{self.title}   {state.stage.value} {brief}" if brief else self.title
        self.button.toolTip = self._tip if brief == whole else f"{whole}\n{self._tip}"
        text = red(state.text) if state.grave else state.text
        show(self.ui, Widgets(labels={f"{self.key}State": text}))


def show(ui: Any, widgets: Widgets) -> None:
    """Put values into widgets."""
    for values, attribute in (
        (widgets.enabled, "enabled"),
        (widgets.visible, "visible"),
        (widgets.checked, "checked"),
        (widgets.chosen, "currentIndex"),
    ):
        for name, value in values.items():
            setattr(getattr(ui, name), attribute, value)
    for name, text in {**widgets.texts, **widgets.labels}.items():
        getattr(ui, name).text = said(text)
    for name, text in widgets.labels.items():
        getattr(ui, name).visible = bool(text)


def bind(combo: Any, titles: Mapping[Any, str], panel: Host, name: str) -> None:
    """Connect a combo box with an enumerated parameter.

    :param titles: marked words for each value.
    """
    combo.addItems([translated(title) for title in titles.values()])
    members = list(titles)

    def changed(index: int) -> None:
        if panel.parameters is not None and not panel.refreshing and index >= 0:
            setattr(panel.parameters, name, members[index])

    combo.connect("currentIndexChanged(int)", changed)
    panel.bound[name] = (combo, members)
