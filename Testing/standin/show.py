"""Pictures of widgets, without a screen: the light and the dark style, any size and scaling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from .pythonqt import to_native

_COLORS = {
    "light": {
        "Window": "#efefef",
        "WindowText": "#000000",
        "Base": "#ffffff",
        "AlternateBase": "#f7f7f7",
        "ToolTipBase": "#ffffdc",
        "ToolTipText": "#000000",
        "PlaceholderText": "#808080",
        "Text": "#000000",
        "Button": "#efefef",
        "ButtonText": "#000000",
        "BrightText": "#ffffff",
        "Link": "#0000ff",
        "Highlight": "#308cc6",
        "HighlightedText": "#ffffff",
        "Mid": "#b8b8b8",
        "Dark": "#9f9f9f",
        "Light": "#ffffff",
        "Midlight": "#cacaca",
        "Shadow": "#767676",
    },
    "dark": {
        "Window": "#323232",
        "WindowText": "#f0f0f0",
        "Base": "#191919",
        "AlternateBase": "#353535",
        "ToolTipBase": "#353535",
        "ToolTipText": "#f0f0f0",
        "PlaceholderText": "#8c8c8c",
        "Text": "#f0f0f0",
        "Button": "#353535",
        "ButtonText": "#f0f0f0",
        "BrightText": "#ff3333",
        "Link": "#42a2da",
        "Highlight": "#2a82da",
        "HighlightedText": "#ffffff",
        "Mid": "#606060",
        "Dark": "#232323",
        "Light": "#4b4b4b",
        "Midlight": "#3f3f3f",
        "Shadow": "#141414",
    },
}
_DISABLED = {"light": "#909090", "dark": "#7f7f7f"}
_FONT_FOLDERS = ("/usr/share/fonts/truetype/dejavu",)


def palette(style: str) -> QtGui.QPalette:
    """The colours of a style, "light" or "dark"."""
    made = QtGui.QPalette()
    group, role = QtGui.QPalette.ColorGroup, QtGui.QPalette.ColorRole
    for name, color in _COLORS[style].items():
        made.setColor(getattr(role, name), QtGui.QColor(color))
    for name in ("WindowText", "Text", "ButtonText"):
        made.setColor(group.Disabled, getattr(role, name), QtGui.QColor(_DISABLED[style]))
    return made


def screenshot(
    widget: Any,
    path: str | Path,
    width: int,
    height: int,
    style: str = "light",
    scale: float = 1.0,
    panel_width: int | None = None,
) -> Path:
    """Draw a widget into a PNG of ``width`` × ``height`` pixels.

    :param widget: wrapped or native; shown for the picture, and left as it was.
    :param style: "light" or "dark".
    :param scale: scaling of the screen: at 1.5 everything is half as large again, and the widget
        has that much less room.
    :param panel_width: put the widget at the left of a window of that size as Slicer's module
        panel is, this wide in unscaled pixels, with a scroll bar.
    :returns: the path.
    """
    native = to_native(widget)
    application = QtWidgets.QApplication.instance()
    before = (application.style().objectName(), application.palette(), application.font())
    place = _Place(native)
    try:
        application.setStyle("Fusion")
        application.setPalette(palette(style))
        _use_font(application)
        shown = native if panel_width is None else place.in_panel(panel_width)
        size = QtCore.QSize(round(width / scale), round(height / scale))
        shown.setAttribute(QtCore.Qt.WidgetAttribute.WA_DontShowOnScreen, True)
        shown.resize(size)
        shown.show()
        for _ in range(3):
            application.processEvents()
        image = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(application.palette().color(QtGui.QPalette.ColorRole.Window))
        shown.render(image, QtCore.QPoint(0, 0))
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not image.save(str(path), "PNG"):
            raise OSError(f"{path} cannot be written")
        return path
    finally:
        place.restore()
        application.setStyle(before[0])
        application.setPalette(before[1])
        application.setFont(before[2])
        application.processEvents()


class _Place:
    """Where a widget was, and whether it was to be seen."""

    def __init__(self, widget: QtWidgets.QWidget) -> None:
        self.widget, self.parent, self.size = widget, widget.parentWidget(), widget.size()
        self.hidden = widget.isHidden()
        self.window: QtWidgets.QWidget | None = None
        self.area: QtWidgets.QScrollArea | None = None

    def in_panel(self, panel_width: int) -> QtWidgets.QWidget:
        """A window with the widget at its left."""
        self.window = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        self.area = QtWidgets.QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFixedWidth(panel_width)
        self.area.setWidget(self.widget)
        view = QtWidgets.QFrame()
        view.setAutoFillBackground(True)
        colors = view.palette()
        colors.setColor(QtGui.QPalette.ColorRole.Window, QtGui.QColor("#9c9fd0"))
        view.setPalette(colors)
        row.addWidget(self.area)
        row.addWidget(view, 1)
        return self.window

    def restore(self) -> None:
        """Put it back."""
        if self.area is not None:
            self.area.takeWidget()
            self.widget.setParent(self.parent)
        self.widget.setVisible(not self.hidden)
        self.widget.resize(self.size)
        if self.window is not None:
            self.window.close()


def _use_font(application: QtWidgets.QApplication) -> None:
    """DejaVu Sans, so that pictures are the same on every machine that has it."""
    if "DejaVu Sans" not in QtGui.QFontDatabase.families():
        for folder in _FONT_FOLDERS:
            for file in sorted(Path(folder).glob("DejaVuSans*.ttf")):
                QtGui.QFontDatabase.addApplicationFont(str(file))
    application.setFont(QtGui.QFont("DejaVu Sans", 9))
