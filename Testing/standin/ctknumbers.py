"""CTK's sliders, ranges and number boxes."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

from .natives import native, stored

_STEPS = 10000
_EXPANDING = QtWidgets.QSizePolicy.Policy.Expanding
_FIXED = QtWidgets.QSizePolicy.Policy.Fixed


def _passed_on(kind: type, name: str) -> Property:
    """A property of the box inside, under the same name."""
    setter = f"set{name[0].upper()}{name[1:]}"

    def write(self: QtWidgets.QWidget, value: object) -> None:
        getattr(self._box, setter)(value)

    return Property(kind, lambda self: getattr(self._box, name)(), write)


class _NumberWidget(QtWidgets.QWidget):
    """A QDoubleSpinBox inside, whose range and value are those of the widget."""

    valueChanged = Signal(float)
    decimalsChanged = Signal(int)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*(item for item in arguments if isinstance(item, QtCore.QObject)))
        self._box = QtWidgets.QDoubleSpinBox(self)
        self._box.setKeyboardTracking(False)
        self._layout = QtWidgets.QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._box)
        self.setFocusProxy(self._box)
        self._box.valueChanged.connect(self._on_value)
        self.setSizePolicy(_EXPANDING, _FIXED)

    def _on_value(self, value: float) -> None:
        self.valueChanged.emit(value)

    def setValue(self, value: float) -> None:
        self._box.setValue(value)

    def setDecimals(self, decimals: int) -> None:
        if decimals != self._box.decimals():
            self._box.setDecimals(decimals)
            self.decimalsChanged.emit(decimals)

    value = Property(float, lambda self: self._box.value(), setValue)
    decimals = Property(int, lambda self: self._box.decimals(), setDecimals)
    minimum = _passed_on(float, "minimum")
    maximum = _passed_on(float, "maximum")
    singleStep = _passed_on(float, "singleStep")
    prefix = _passed_on(str, "prefix")
    suffix = _passed_on(str, "suffix")


@native
class ctkDoubleSpinBox(_NumberWidget):
    """A spin box."""

    # PySide6 wants a class's overloads in one signal; that of text is not imitated.
    editingFinished = Signal()
    alignment = stored(int, 1)
    frame = stored(bool, True)
    decimalsOption = stored(int, 0)
    setMode = stored(int, 0)
    invertedControls = stored(bool, False)
    sizeHintPolicy = stored(int, 0)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._box.editingFinished.connect(self.editingFinished)

    def setReadOnly(self, fixed: bool) -> None:
        self._box.setReadOnly(fixed)

    readOnly = Property(bool, lambda self: self._box.isReadOnly(), setReadOnly)
    cleanText = Property(str, lambda self: self._box.cleanText())

    def setValueAlways(self, value: float) -> None:
        self._box.setValue(value)

    def setValueIfDifferent(self, value: float) -> None:
        self._box.setValue(value)

    def stepUp(self) -> None:
        self._box.stepUp()

    def stepDown(self) -> None:
        self._box.stepDown()


@native
class qMRMLSpinBox(ctkDoubleSpinBox):
    """A spin box that knows units."""

    quantity = stored(str, "")
    unitAwareProperties = stored(int, 0)
    _scene = None

    def setMRMLScene(self, scene: object) -> None:
        self._scene = scene

    def mrmlScene(self) -> object:
        return self._scene


@native
class ctkSliderWidget(_NumberWidget):
    """A slider with a spin box; ``valueIsChanging`` while it is dragged without tracking."""

    valueIsChanging = Signal(float)
    pageStep = stored(float, 10.0)
    tickInterval = stored(float, 0.0)
    tickPosition = stored(int, 0)
    synchronizeSiblings = stored(int, 0)
    spinBoxAlignment = stored(int, 2)
    tracking = stored(bool, True)
    popupSlider = stored(bool, False)
    invertedAppearance = stored(bool, False)
    invertedControls = stored(bool, False)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        self._layout.insertWidget(0, self._slider, 1)
        self._slider.valueChanged.connect(self._on_slider)
        self._dragged = False

    def setSpinBoxVisible(self, shown: bool) -> None:
        self._box.setVisible(shown)

    spinBoxVisible = Property(bool, lambda self: not self._box.isHidden(), setSpinBoxVisible)

    def reset(self) -> None:
        self.setValue(self.minimum)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        self._place()
        super().paintEvent(event)

    def _place(self) -> None:
        span = self.maximum - self.minimum
        position = round(_STEPS * (self.value - self.minimum) / span) if span > 0 else 0
        self._slider.blockSignals(True)
        self._slider.setValue(position)
        self._slider.blockSignals(False)

    def _on_value(self, value: float) -> None:
        self._place()
        super()._on_value(value)

    def _on_slider(self, position: int) -> None:
        self.setValue(self.minimum + (self.maximum - self.minimum) * position / _STEPS)


@native
class qMRMLSliderWidget(ctkSliderWidget):
    """A slider that knows units."""

    quantity = stored(str, "")
    unitAwareProperties = stored(int, 0)
    orientation = stored(int, 1)
    _scene = None

    def setQuantity(self, quantity: str) -> None:
        self.quantity = quantity

    def setMRMLScene(self, scene: object) -> None:
        self._scene = scene

    def mrmlScene(self) -> object:
        return self._scene


@native
class ctkDoubleSlider(QtWidgets.QWidget):
    """A slider without a spin box."""

    valueChanged = Signal(float)
    rangeChanged = Signal(float, float)
    sliderMoved = Signal(float)
    sliderPressed = Signal()
    sliderReleased = Signal()
    singleStep = stored(float, 1.0)
    pageStep = stored(float, 10.0)
    tickInterval = stored(float, 0.0)
    tickPosition = stored(int, 0)
    tracking = stored(bool, True)
    handleToolTip = stored(str, "")
    minimum = stored(float, 0.0, lambda self: self.setValue(self.value))
    maximum = stored(float, 100.0, lambda self: self.setValue(self.value))

    def __init__(self, *arguments: object) -> None:
        super().__init__(*(item for item in arguments if isinstance(item, QtWidgets.QWidget)))
        self._value = 0.0
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        self._slider.valueChanged.connect(self._on_slider)
        self._slider.sliderReleased.connect(self.sliderReleased)
        self._slider.sliderPressed.connect(self.sliderPressed)

    def setValue(self, value: float) -> None:
        value = min(max(value, self.minimum), self.maximum)
        span = self.maximum - self.minimum
        self._slider.blockSignals(True)
        self._slider.setValue(round(_STEPS * (value - self.minimum) / span) if span > 0 else 0)
        self._slider.blockSignals(False)
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    value = Property(float, lambda self: self._value, setValue)

    def setOrientation(self, orientation: QtCore.Qt.Orientation) -> None:
        self._slider.setOrientation(orientation)

    orientation = Property(
        QtCore.Qt.Orientation, lambda self: self._slider.orientation(), setOrientation
    )

    def _on_slider(self, position: int) -> None:
        self.setValue(self.minimum + (self.maximum - self.minimum) * position / _STEPS)


class _Span(QtWidgets.QWidget):
    """The bar between two handles; a picture only."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setMinimumSize(60, 16)
        self.setSizePolicy(_EXPANDING, _FIXED)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        owner = self.parentWidget()
        span = (owner.maximum - owner.minimum) or 1.0
        usable = self.width() - 12
        places = [
            6 + round(usable * (value - owner.minimum) / span)
            for value in (owner.minimumValue, owner.maximumValue)
        ]
        painter = QtGui.QPainter(self)
        role = QtGui.QPalette.ColorRole
        middle = self.height() // 2
        painter.fillRect(6, middle - 2, usable, 4, self.palette().color(role.Mid))
        width = places[1] - places[0]
        painter.fillRect(places[0], middle - 2, width, 4, self.palette().color(role.Highlight))
        painter.setPen(self.palette().color(role.Dark))
        painter.setBrush(self.palette().color(role.Button))
        for place in places:
            painter.drawRoundedRect(place - 5, middle - 7, 10, 14, 2, 2)


@native
class ctkRangeWidget(QtWidgets.QWidget):
    """Two values, the lower never above the upper, both within a range."""

    valuesChanged = Signal(float, float)
    minimumValueChanged = Signal(float)
    maximumValueChanged = Signal(float)
    minimumValueIsChanging = Signal(float)
    maximumValueIsChanging = Signal(float)
    rangeChanged = Signal(float, float)
    tickInterval = stored(float, 0.0)
    autoSpinBoxWidth = stored(bool, True)
    spinBoxTextAlignment = stored(int, 1)
    spinBoxAlignment = stored(int, 0x0020)
    tracking = stored(bool, True)
    symmetricMoves = stored(bool, False)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*(item for item in arguments if isinstance(item, QtWidgets.QWidget)))
        self._range, self._values = (0.0, 99.0), (0.0, 99.0)
        self._boxes = (QtWidgets.QDoubleSpinBox(self), QtWidgets.QDoubleSpinBox(self))
        self._span = _Span(self)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self._boxes[0], self._span, self._boxes[1]):
            layout.addWidget(part)
        self._show()
        self._boxes[0].valueChanged.connect(self._on_lower)
        self._boxes[1].valueChanged.connect(self._on_upper)

    def _on_lower(self, value: float) -> None:
        self.setValues(value, max(value, self._values[1]))

    def _on_upper(self, value: float) -> None:
        self.setValues(min(value, self._values[0]), value)

    def _show(self) -> None:
        for box, value in zip(self._boxes, self._values, strict=True):
            box.blockSignals(True)
            box.setRange(*self._range)
            box.setValue(value)
            box.blockSignals(False)
        self._span.update()

    def setRange(self, low: float, high: float) -> None:
        self._range = (min(low, high), max(low, high))
        self.rangeChanged.emit(*self._range)
        self.setValues(*self._values)
        self._show()

    def setValues(self, low: float, high: float) -> None:
        low, high = min(low, high), max(low, high)
        factor = 10.0 ** self._boxes[0].decimals()
        kept = (min(max(item, self._range[0]), self._range[1]) for item in (low, high))
        new = tuple(round(item * factor) / factor for item in kept)
        old, self._values = self._values, new
        self._show()
        if new == old:
            return
        if new[0] != old[0]:
            self.minimumValueChanged.emit(new[0])
        if new[1] != old[1]:
            self.maximumValueChanged.emit(new[1])
        self.valuesChanged.emit(*new)

    def setMinimumValue(self, value: float) -> None:
        self.setValues(value, max(value, self._values[1]))

    def setMaximumValue(self, value: float) -> None:
        self.setValues(min(value, self._values[0]), value)

    def setDecimals(self, decimals: int) -> None:
        for box in self._boxes:
            box.blockSignals(True)
            box.setDecimals(decimals)
            box.blockSignals(False)
        self._show()

    def reset(self) -> None:
        self.setValues(*self._range)

    def _set_minimum(self, value: float) -> None:
        self.setRange(value, max(value, self._range[1]))

    def _set_maximum(self, value: float) -> None:
        self.setRange(min(value, self._range[0]), value)

    def _set_step(self, step: float) -> None:
        for box in self._boxes:
            box.setSingleStep(step)

    def _set_suffix(self, text: str) -> None:
        for box in self._boxes:
            box.setSuffix(text)

    def _set_prefix(self, text: str) -> None:
        for box in self._boxes:
            box.setPrefix(text)

    minimum = Property(float, lambda self: self._range[0], _set_minimum)
    maximum = Property(float, lambda self: self._range[1], _set_maximum)
    minimumValue = Property(float, lambda self: self._values[0], setMinimumValue)
    maximumValue = Property(float, lambda self: self._values[1], setMaximumValue)
    decimals = Property(int, lambda self: self._boxes[0].decimals(), setDecimals)
    singleStep = Property(float, lambda self: self._boxes[0].singleStep(), _set_step)
    suffix = Property(str, lambda self: self._boxes[0].suffix(), _set_suffix)
    prefix = Property(str, lambda self: self._boxes[0].prefix(), _set_prefix)


@native
class qMRMLRangeWidget(ctkRangeWidget):
    """A range that knows units."""

    quantity = stored(str, "")
    _scene = None

    def setMRMLScene(self, scene: object) -> None:
        self._scene = scene

    # A property in Slicer here, a method elsewhere.
    mrmlScene = Property(object, lambda self: self._scene, setMRMLScene)
