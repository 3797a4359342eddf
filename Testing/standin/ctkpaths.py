"""CTK's widgets for paths, and its combo box."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Property, Signal

from .dialogs import ask_for_folder
from .natives import native, stored

_FILTERS = {
    "Dirs": 0x001,
    "Files": 0x002,
    "Drives": 0x004,
    "NoSymLinks": 0x008,
    "AllEntries": 0x007,
    "TypeMask": 0x00F,
    "Readable": 0x010,
    "Writable": 0x020,
    "Executable": 0x040,
    "PermissionMask": 0x070,
    "Modified": 0x080,
    "Hidden": 0x100,
    "System": 0x200,
    "AllDirs": 0x400,
    "CaseSensitive": 0x800,
    "NoDot": 0x2000,
    "NoDotDot": 0x4000,
    "NoDotAndDotDot": 0x6000,
    "NoFilter": -1,
}


@native
class ctkPathLineEdit(QtWidgets.QWidget):
    """An editable combo box of paths with a browse button."""

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)
    label = stored(str, "")
    filters = stored(int, _FILTERS["AllEntries"])
    options = stored(int, 0)
    settingKey = stored(str, "")
    nameFilters = stored("QStringList", [])
    sizeAdjustPolicy = stored(int, 0)
    minimumContentsLength = stored(int, 0)
    showHistoryButton = stored(bool, True)
    showBrowseButton = stored(
        bool, True, lambda self: self._button.setVisible(self.showBrowseButton)
    )

    def __init__(self, *arguments: object) -> None:
        super().__init__(*(item for item in arguments if not isinstance(item, str)))
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setEditable(True)
        self._combo.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self._combo.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )
        self._button = QtWidgets.QToolButton(self)
        self._button.setText("...")
        layout.addWidget(self._combo)
        layout.addWidget(self._button)
        self.setFocusProxy(self._combo)
        self._combo.editTextChanged.connect(self.currentPathChanged)
        self._button.clicked.connect(self.browse)

    def _on_browse_shown(self) -> None:
        self._button.setVisible(self.showBrowseButton)

    def setCurrentPath(self, path: str) -> None:
        self._combo.setEditText(path)

    currentPath = Property(str, lambda self: self._combo.currentText(), setCurrentPath)

    def comboBox(self) -> QtWidgets.QComboBox:
        return self._combo

    def browse(self, *checked: bool) -> None:
        chosen = ask_for_folder(self.label or "Select a file or folder")
        if chosen:
            self.setCurrentPath(chosen)

    def addCurrentPathToHistory(self) -> None:
        if not self.settingKey or not self.currentPath:
            return
        settings = QtCore.QSettings()
        known = settings.value(self.settingKey) or []
        known = [known] if isinstance(known, str) else list(known)
        paths = [self.currentPath, *(item for item in known if item != self.currentPath)][:10]
        settings.setValue(self.settingKey, paths)
        current = self.currentPath
        self._combo.blockSignals(True)
        self._combo.clear()
        self._combo.addItems(paths)
        self._combo.setEditText(current)
        self._combo.blockSignals(False)

    def retrieveHistory(self) -> None:
        known = QtCore.QSettings().value(self.settingKey) or []
        known = [known] if isinstance(known, str) else list(known)
        self._combo.clear()
        self._combo.addItems(known)


for _name, _number in _FILTERS.items():
    setattr(ctkPathLineEdit, _name, _number)


@native
class ctkDirectoryButton(QtWidgets.QWidget):
    """A button that shows a folder and lets the user choose another."""

    directoryChanged = Signal(str)
    directorySelected = Signal(str)
    caption = stored(str, "")
    acceptMode = stored(int, 0)
    options = stored(int, 1)
    elideMode = stored(int, 2)
    text = stored(str, "", lambda self: self._show())

    def __init__(self, *arguments: object) -> None:
        folders = [item for item in arguments if isinstance(item, str)]
        super().__init__(*(item for item in arguments if not isinstance(item, str)))
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._button = QtWidgets.QPushButton(self)
        icon = QtWidgets.QStyle.StandardPixmap.SP_DirIcon
        self._button.setIcon(self.style().standardIcon(icon))
        layout.addWidget(self._button)
        self._button.clicked.connect(self.browse)
        self._directory = folders[0] if folders else QtCore.QDir.currentPath()
        self._show()

    def _set_directory(self, folder: str) -> None:
        # CTK makes an empty one the current folder's path, and every other one absolute.
        folder = QtCore.QDir(folder).absolutePath()
        if folder == self._directory:
            return
        self._directory = folder
        self._show()
        self.directorySelected.emit(folder)
        self.directoryChanged.emit(folder)

    directory = Property(str, lambda self: self._directory, _set_directory)

    def browse(self, *checked: bool) -> None:
        chosen = ask_for_folder(self.caption or "Select folder")
        if chosen:
            self._set_directory(chosen)

    def _show(self) -> None:
        self._button.setText(self.text or self._directory)


@native
class ctkComboBox(QtWidgets.QComboBox):
    """A combo box with a text for "nothing chosen"."""

    defaultText = stored(str, "")
    forceDefault = stored(bool, False)
    elideMode = stored(int, 3)
    scrollWheelEffect = stored(int, 0)

    def setCurrentUserDataAsString(self, data: str) -> None:
        for index in range(self.count()):
            if str(self.itemData(index)) == data:
                self.setCurrentIndex(index)
                return
        self.setCurrentIndex(-1)

    currentUserDataAsString = Property(
        str,
        lambda self: "" if self.currentData() is None else str(self.currentData()),
        setCurrentUserDataAsString,
    )
