"""What all steps of the panel share."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


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

    def run(self, title: str, task: Callable[[Any], Any]) -> Any: ...

    def show_message(self, text: str) -> None: ...

    def choose_volume(self, node: Any) -> None: ...

    def refresh(self) -> None: ...

    def refresh_soon(self) -> None: ...


class Stage(enum.Enum):
    """Where a step stands; the value is its mark in the title."""

    DONE = "✓"
    CARE = "!"
    NEXT = "▸"
    BLOCKED = "–"


@dataclass(frozen=True)
class State:
    """A step's state at a glance.

    :param brief: a few words for the step's title.
    :param text: what is done, what to do next, or why it cannot be done.
    """

    stage: Stage
    brief: str = ""
    text: str = ""

    @property
    def done(self) -> bool:
        """Whether the step after it can be next."""
        return self.stage in (Stage.DONE, Stage.CARE)


class Step:
    """One collapsible step: reads its state from the scene, never keeps a node itself."""

    #: Prefix of the step's widgets: ``<key>Step`` is the button, ``<key>State`` its sentence.
    key = ""

    def __init__(self, panel: Host) -> None:
        self.panel = panel
        self.ui = panel.ui
        self.button = getattr(panel.ui, f"{self.key}Step")
        self._title = self.button.text
        self.setup()

    @property
    def title(self) -> str:
        """The step's title without its state."""
        return self._title

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

    def state(self) -> State:
        """Where the step stands, from the scene as it is now."""
        return State(Stage.BLOCKED)

    def refresh(self, state: State) -> None:
        """Bring the step's widgets up to date; called with parameters only."""

    def show_state(self, state: State) -> None:
        """The state in the step's title and in its first line."""
        brief = f"   {state.stage.value} {state.brief}" if state.brief else ""
        self.button.text = f"{self._title}{brief}"
        label = getattr(self.ui, f"{self.key}State")
        label.text = state.text
        label.visible = bool(state.text)


def fill(combo: Any, titles: dict[Any, str]) -> None:
    """Offer the titles in a combo box, in their order."""
    combo.addItems(list(titles.values()))


def bind(combo: Any, titles: dict[Any, str], panel: Host, name: str) -> None:
    """Connect a combo box with an enumerated parameter; its texts can be translated."""
    fill(combo, titles)
    members = list(titles)

    def changed(index: int) -> None:
        if panel.parameters is not None and not panel.refreshing and index >= 0:
            setattr(panel.parameters, name, members[index])

    combo.connect("currentIndexChanged(int)", changed)
    panel.bound[name] = (combo, members)
