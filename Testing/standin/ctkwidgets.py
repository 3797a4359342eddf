"""The widgets of CTK that PrintPrep's panels hold."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

from .natives import native, stored

_POLICY = QtWidgets.QSizePolicy.Policy
_SHOWN = "visibilityToParent"
_STEPS = 10000


class _Folding:
    """Hides the children while collapsed, and shows again those that are meant to be seen."""

    _collapsed = _forcing = False
    _height_when_collapsed = 10

    def _fold(self, collapsed: bool) -> None:
        self._collapsed = collapsed
        self._forcing = True
        for child in self.findChildren(
            QtWidgets.QWidget, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly
        ):
            if collapsed:
                child.setProperty(_SHOWN, not child.isHidden())
                child.hide()
            elif child.property(_SHOWN):
                child.show()
        self._forcing = False
        folded = self._header_height() + self._height_when_collapsed
        self.setMaximumHeight(folded if collapsed else 16777215)
        self.updateGeometry()

    def childEvent(self, event: QtCore.QChildEvent) -> None:
        child = event.child()
        if event.type() == QtCore.QEvent.Type.ChildAdded and child.isWidgetType():
            child.installEventFilter(self)
        super().childEvent(event)

    def eventFilter(self, child: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if self._collapsed and not self._forcing and child.parent() is self:
            if event.type() == QtCore.QEvent.Type.ShowToParent:
                self._forcing = True
                child.setProperty(_SHOWN, True)
                child.hide()
                self._forcing = False
            elif event.type() == QtCore.QEvent.Type.HideToParent:
                child.setProperty(_SHOWN, False)
        return False


@native
class ctkCollapsibleButton(_Folding, QtWidgets.QAbstractButton):
    """A header that folds what is laid out in it; checked means open."""

    contentsCollapsed = Signal(bool)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.setText("Button")
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(_POLICY.Preferred, _POLICY.Preferred)
        self.setContentsMargins(0, self._header_height(), 0, 0)
        self.toggled.connect(self._on_toggled)

    def _set_collapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    collapsed = Property(bool, lambda self: self._collapsed, _set_collapsed)

    def _on_toggled(self, checked: bool) -> None:
        if checked == self._collapsed:
            self._fold(not checked)
            self.contentsCollapsed.emit(not checked)

    def _header_height(self) -> int:
        return self.fontMetrics().height() + 10

    def sizeHint(self) -> QtCore.QSize:
        hint = super().sizeHint()
        if self.layout() is not None and not self._collapsed:
            hint = self.layout().totalSizeHint()
        width = self.fontMetrics().horizontalAdvance(self.text()) + 40
        return hint.expandedTo(QtCore.QSize(width, self._header_height()))

    def minimumSizeHint(self) -> QtCore.QSize:
        # As in Slicer the whole text counts: a long one widens the panel and the window.
        width = self.fontMetrics().horizontalAdvance(self.text()) + 40
        header = QtCore.QSize(width, self._header_height())
        if self._collapsed or self.layout() is None:
            return header
        return self.layout().totalMinimumSize().expandedTo(header)

    def hasHeightForWidth(self) -> bool:
        return (
            not self._collapsed and self.layout() is not None and self.layout().hasHeightForWidth()
        )

    def heightForWidth(self, width: int) -> int:
        return self.layout().totalHeightForWidth(width)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """A header of the style with the arrow as a sign in its text."""
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.rect = QtCore.QRect(0, 0, self.width(), self._header_height())
        option.state |= QtWidgets.QStyle.StateFlag.State_Raised
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_PushButtonBevel, option)
        painter.drawItemText(
            option.rect.adjusted(8, 0, -6, 0),
            QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.TextFlag.TextShowMnemonic,
            self.palette(),
            self.isEnabled(),
            f"{'▸' if self._collapsed else '▾'}  {self.text()}",
            QtGui.QPalette.ColorRole.ButtonText,
        )
        if not self._collapsed:
            frame = self.rect().adjusted(0, self._header_height(), -1, -1)
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Mid))
            painter.drawRect(frame)


@native
class ctkCollapsibleGroupBox(_Folding, QtWidgets.QGroupBox):
    """A group box whose title folds it."""

    _height_when_collapsed = 14

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.setCheckable(True)
        self.setChecked(True)
        self.toggled.connect(lambda checked: self._fold(not checked))

    collapsed = Property(
        bool, lambda self: not self.isChecked(), lambda self, value: self.setChecked(not value)
    )

    def _header_height(self) -> int:
        return self.fontMetrics().height()


@native
class ctkColorPickerButton(QtWidgets.QPushButton):
    """Shows a colour and lets the user pick another."""

    colorChanged = Signal(QtGui.QColor)
    displayColorName = stored(bool, True, lambda self: self._show())

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._color = QtGui.QColor(0, 0, 0)
        self._show()

    def setColor(self, color: QtGui.QColor) -> None:
        if color == self._color:
            return
        self._color = QtGui.QColor(color)
        self._show()
        self.colorChanged.emit(self._color)

    color = Property(QtGui.QColor, lambda self: self._color, setColor)

    def _show(self) -> None:
        picture = QtGui.QPixmap(self.iconSize())
        picture.fill(self._color)
        self.setIcon(QtGui.QIcon(picture))
        self.setText(self._color.name() if self.displayColorName else "")


def _of_box(kind: type, name: str) -> Property:
    """A property of the spin box inside, under the same name."""
    setter = f"set{name[0].upper()}{name[1:]}"

    def write(self: QtWidgets.QWidget, value: object) -> None:
        getattr(self._box, setter)(value)

    return Property(kind, lambda self: getattr(self._box, name)(), write)


@native
class ctkSliderWidget(QtWidgets.QWidget):
    """A slider with a spin box, whose range and value are those of the widget."""

    valueChanged = Signal(float)
    value = _of_box(float, "value")
    decimals = _of_box(int, "decimals")
    minimum = _of_box(float, "minimum")
    maximum = _of_box(float, "maximum")
    singleStep = _of_box(float, "singleStep")
    suffix = _of_box(str, "suffix")

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._box = QtWidgets.QDoubleSpinBox(self)
        self._box.setKeyboardTracking(False)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._box)
        self.setFocusProxy(self._box)
        self.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        self._box.valueChanged.connect(self._on_value)
        self._slider.valueChanged.connect(self._on_slider)

    def setValue(self, value: float) -> None:
        self._box.setValue(value)

    def _on_value(self, value: float) -> None:
        span = self.maximum - self.minimum
        self._slider.blockSignals(True)
        self._slider.setValue(round(_STEPS * (value - self.minimum) / span) if span > 0 else 0)
        self._slider.blockSignals(False)
        self.valueChanged.emit(value)

    def _on_slider(self, position: int) -> None:
        self.setValue(self.minimum + (self.maximum - self.minimum) * position / _STEPS)


@native
class ctkRangeWidget(QtWidgets.QWidget):
    """Two values, the lower never above the upper, both within a range."""

    valuesChanged = Signal(float, float)
    minimumValueChanged = Signal(float)
    maximumValueChanged = Signal(float)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._range, self._values = (0.0, 99.0), (0.0, 99.0)
        self._boxes = (QtWidgets.QDoubleSpinBox(self), QtWidgets.QDoubleSpinBox(self))
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in self._boxes:
            layout.addWidget(box)
            box.valueChanged.connect(lambda *_: self.setValues(*(b.value() for b in self._boxes)))
        self._show()

    def _show(self) -> None:
        for box, value in zip(self._boxes, self._values, strict=True):
            box.blockSignals(True)
            box.setRange(*self._range)
            box.setValue(value)
            box.blockSignals(False)

    def setRange(self, low: float, high: float) -> None:
        self._range = (min(low, high), max(low, high))
        self.setValues(*self._values)
        self._show()

    def setValues(self, low: float, high: float) -> None:
        factor = 10.0 ** self._boxes[0].decimals()
        kept = (min(max(item, self._range[0]), self._range[1]) for item in sorted((low, high)))
        new = tuple(round(item * factor) / factor for item in kept)
        old, self._values = self._values, new
        self._show()
        if new[0] != old[0]:
            self.minimumValueChanged.emit(new[0])
        if new[1] != old[1]:
            self.maximumValueChanged.emit(new[1])
        if new != old:
            self.valuesChanged.emit(*new)

    def setMinimumValue(self, value: float) -> None:
        self.setValues(value, max(value, self._values[1]))

    def setMaximumValue(self, value: float) -> None:
        self.setValues(min(value, self._values[0]), value)

    minimumValue = Property(float, lambda self: self._values[0], setMinimumValue)
    maximumValue = Property(float, lambda self: self._values[1], setMaximumValue)


@native
class ctkPathLineEdit(QtWidgets.QWidget):
    """An editable combo box of paths with a browse button, which does nothing here."""

    Dirs, Files, AllEntries, Readable, Writable = 0x001, 0x002, 0x007, 0x010, 0x020
    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)
    filters = stored(int, AllEntries)
    nameFilters = stored("QStringList", [])

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setEditable(True)
        self._combo.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        button = QtWidgets.QToolButton(self)
        button.setText("...")
        layout.addWidget(self._combo)
        layout.addWidget(button)
        self.setFocusProxy(self._combo)
        self._combo.editTextChanged.connect(self.currentPathChanged)

    def setCurrentPath(self, path: str) -> None:
        self._combo.setEditText(path)

    currentPath = Property(str, lambda self: self._combo.currentText(), setCurrentPath)

    def addCurrentPathToHistory(self) -> None:
        """Kept under a settings key only, which the panel does not name."""


@native
class ctkComboBox(QtWidgets.QComboBox):
    """A combo box that knows its current item's data as text."""

    def setCurrentUserDataAsString(self, data: str) -> None:
        texts = [str(self.itemData(index)) for index in range(self.count())]
        self.setCurrentIndex(texts.index(data) if data in texts else -1)

    currentUserDataAsString = Property(
        str,
        lambda self: "" if self.currentData() is None else str(self.currentData()),
        setCurrentUserDataAsString,
    )
