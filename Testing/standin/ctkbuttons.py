"""CTK's buttons, boxes and browsers: what folds, and what Qt has under another name."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

from .dialogs import ask_for_color
from .natives import native, stored

_SHOWN = "visibilityToParent"


class _Folding:
    """Hides the children while collapsed, and shows again those that are meant to be seen."""

    _forcing = False

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
        if collapsed:
            self.setMaximumHeight(self._header_height() + self.collapsedHeight)
        else:
            self.setMaximumHeight(16777215)
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
    _collapsed = False
    collapsedHeight = stored(int, 10)
    flat = stored(bool, False, lambda self: self.update())
    contentsFrameShape = stored(int, 0)
    contentsFrameShadow = stored(int, 16)
    contentsLineWidth = stored(int, 1)
    contentsMidLineWidth = stored(int, 0)
    buttonTextAlignment = stored(int, 0x0081)
    indicatorAlignment = stored(int, 0x0081)

    def __init__(self, *arguments: object) -> None:
        texts = [item for item in arguments if isinstance(item, str)]
        super().__init__(*(item for item in arguments if not isinstance(item, str)))
        self.setText(texts[0] if texts else "Button")
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Preferred
        )
        self.setContentsMargins(0, self._header_height(), 0, 0)
        self.toggled.connect(self._on_toggled)

    def _is_collapsed(self) -> bool:
        return self._collapsed

    def _set_collapsed(self, collapsed: bool) -> None:
        if self.isCheckable():
            self.setChecked(not collapsed)
        else:
            self._collapse(collapsed)

    collapsed = Property(bool, _is_collapsed, _set_collapsed)

    def _on_toggled(self, checked: bool) -> None:
        self._collapse(not checked)

    def _collapse(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._fold(collapsed)
        self.contentsCollapsed.emit(collapsed)

    def _header_height(self) -> int:
        return self.fontMetrics().height() + 10

    def hitButton(self, position: QtCore.QPoint) -> bool:
        return position.y() <= self._header_height()

    def sizeHint(self) -> QtCore.QSize:
        hint = super().sizeHint()
        if self.layout() is not None and not self._collapsed:
            hint = self.layout().totalSizeHint()
        width = self.fontMetrics().horizontalAdvance(self.text()) + 40
        return hint.expandedTo(QtCore.QSize(width, self._header_height()))

    def minimumSizeHint(self) -> QtCore.QSize:
        if self._collapsed or self.layout() is None:
            return QtCore.QSize(0, self._header_height())
        hint = self.layout().totalMinimumSize()
        return hint.expandedTo(QtCore.QSize(0, self._header_height()))

    def hasHeightForWidth(self) -> bool:
        return (
            not self._collapsed and self.layout() is not None and self.layout().hasHeightForWidth()
        )

    def heightForWidth(self, width: int) -> int:
        return self.layout().totalHeightForWidth(width)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.rect = QtCore.QRect(0, 0, self.width(), self._header_height())
        style = QtWidgets.QStyle
        option.state |= style.StateFlag.State_Raised
        painter.drawControl(style.ControlElement.CE_PushButtonBevel, option)
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QtCore.QRect(8, 0, 12, self._header_height())
        kind = (
            style.PrimitiveElement.PE_IndicatorArrowRight
            if self._collapsed
            else style.PrimitiveElement.PE_IndicatorArrowDown
        )
        painter.drawPrimitive(kind, arrow)
        left = 26
        if not self.icon().isNull():
            size = self.iconSize()
            top = (self._header_height() - size.height()) // 2
            painter.drawPixmap(left, top, self.icon().pixmap(size))
            left += size.width() + 6
        text = QtCore.QRect(left, 0, self.width() - left - 6, self._header_height())
        painter.drawItemText(
            text,
            QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.TextFlag.TextShowMnemonic,
            self.palette(),
            self.isEnabled(),
            self.text(),
            QtGui.QPalette.ColorRole.ButtonText,
        )
        if not self._collapsed and not self.flat:
            frame = self.rect().adjusted(0, self._header_height(), -1, -1)
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Mid))
            painter.drawRect(frame)


@native
class ctkCollapsibleGroupBox(_Folding, QtWidgets.QGroupBox):
    """A group box whose title folds it."""

    _collapsed = False
    collapsedHeight = stored(int, 14)

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
class qMRMLCollapsibleButton(ctkCollapsibleButton):
    """Knows the scene."""

    mrmlSceneChanged = Signal(object)
    _scene = None

    def setMRMLScene(self, scene: object) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


@native
class ctkCheckBox(QtWidgets.QCheckBox):
    """A check box with another indicator."""


@native
class ctkPushButton(QtWidgets.QPushButton):
    """A push button with more ways to lay it out."""

    buttonTextAlignment = stored(int, 0x0084)
    iconAlignment = stored(int, 0x0081)
    elideMode = stored(int, 3)


@native
class ctkCheckablePushButton(ctkPushButton):
    """A push button with a check box in it."""

    checkBoxToggled = Signal(bool)
    indicatorAlignment = stored(int, 0x0081)
    checkState = stored(int, 0, lambda self: self.checkBoxToggled.emit(bool(self.checkState)))
    checkBoxControlsButton = stored(bool, True)
    checkBoxControlsButtonToggleState = stored(bool, True)
    checkBoxUserCheckable = stored(bool, True)


@native
class ctkExpandButton(QtWidgets.QToolButton):
    """A tool button whose arrow turns."""

    mirrorOnExpand = stored(bool, False)
    orientation = stored(int, 1)


@native
class ctkFittedTextBrowser(QtWidgets.QTextBrowser):
    """A text browser as high as its text."""

    collapsed = stored(bool, False)
    disableMouseScroll = stored(bool, True)
    showDetailsText = stored(str, "Show details...")
    hideDetailsText = stored(str, "Hide details.")

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._fit)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = int(self.document().size().height()) + 2 * self.frameWidth() + 2
        if height != self.minimumHeight():
            self.setFixedHeight(height)


@native
class ctkColorPickerButton(QtWidgets.QPushButton):
    """Shows a colour and lets the user pick another."""

    colorChanged = Signal(QtGui.QColor)
    colorNameChanged = Signal(str)
    dialogOptions = stored(int, 0)
    displayColorName = stored(bool, True, lambda self: self._show())

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._color = QtGui.QColor(0, 0, 0)
        self.clicked.connect(self.changeColor)
        self._show()

    def setColor(self, color: QtGui.QColor) -> None:
        if color == self._color:
            return
        self._color = QtGui.QColor(color)
        self._show()
        self.colorChanged.emit(self._color)

    def changeColor(self, *checked: bool) -> None:
        chosen = ask_for_color(self)
        if chosen is not None:
            self.setColor(getattr(chosen, "_native", chosen))

    color = Property(QtGui.QColor, lambda self: self._color, setColor)
    colorName = stored(str, "", lambda self: self.colorNameChanged.emit(self.colorName))

    def setDisplayColorName(self, shown: bool) -> None:
        self.displayColorName = shown

    def _show(self) -> None:
        size = self.iconSize()
        picture = QtGui.QPixmap(size)
        picture.fill(self._color)
        self.setIcon(QtGui.QIcon(picture))
        self.setText(self._color.name() if self.displayColorName else "")
