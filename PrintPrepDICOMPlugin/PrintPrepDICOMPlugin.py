"""Slicer's DICOM module loads series through this plugin that others would load wrongly.

It takes over series with a tilted gantry, uneven slices, positions so rounded that they look
uneven, or pixels in the Philips/Elscint private compression, and leaves everything else to
Slicer. What it finds and does is PrintPrepLib's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import qt
import slicer
from DICOMLib import DICOMLoadable, DICOMPlugin
from slicer.i18n import tr as _

#: Above Slicer's own scalar volume plugin (0.5).
CONFIDENCE = 0.9
_PIXEL_DATA = "7FE0,0010"
_UIDS_PER_QUERY = 500
_DIALOG_AFTER_SECONDS = 1.0
_UPDATE_SECONDS = 0.1
_STATUS_MILLISECONDS = 10000


class PrintPrepDICOMPluginClass(DICOMPlugin):
    """Offers and loads the series that need straightening or decoding."""

    def __init__(self) -> None:
        from PrintPrepLib.examination import PRIVATE_COMPRESSION
        from PrintPrepLib.headers import SERIES_TAGS, SLICE_TAGS

        super().__init__()
        self.loadType = _("Regular volume (PrintPrep)")
        # Announced here, all that an examination asks for is read once, at the import.
        for tag in (*SLICE_TAGS, *SERIES_TAGS, PRIVATE_COMPRESSION, _PIXEL_DATA):
            self.tags[tag] = tag

    def examineForImport(self, fileLists: Sequence[Sequence[str]]) -> list[DICOMLoadable]:
        """Offers for lists of files, one list a series; [] where none needs PrintPrep."""
        loadables = []
        for files in fileLists:
            known = self.getCachedLoadables(files)
            if known is None:
                known = self.examineFiles(files)
                self.cacheLoadables(files, known)
            loadables += known
        return loadables

    def examineFiles(self, files: Sequence[str]) -> list[DICOMLoadable]:
        """Offers for the files of one series, from the database alone."""
        from PrintPrepLib.examination import offers

        database = _DatabaseText(slicer.dicomDatabase, files)
        return [
            self._loadable(offer, files)
            for offer in offers(
                files, database.of_slice, database.of_series, database.has_pixel_data
            )
        ]

    def _loadable(self, offer: Any, files: Sequence[str]) -> DICOMLoadable:
        loadable = DICOMLoadable()
        loadable.files = offer.files
        loadable.seriesFiles = list(files)
        loadable.name = _node_name(self.defaultSeriesNodeName(offer.stack.info.uid))
        loadable.confidence = CONFIDENCE
        loadable.selected = True
        lines = [_("{count} slices").format(count=len(offer.files))]
        lines += [_translated(finding) for finding in offer.geometry.findings]
        if offer.stack.rejected:
            lines.append(_("{count} files are left out").format(count=len(offer.stack.rejected)))
        loadable.tooltip = "\n".join(lines)
        loadable.warning = " ".join(
            _translated(finding)
            for finding in offer.geometry.findings
            if finding.severity != "info"
        )
        return loadable

    def load(self, loadable: DICOMLoadable) -> Any:
        """Load an offer as a regular volume; the node, or None after telling the user why not."""
        from PrintPrepLib.errors import Cancelled, PrintPrepError

        progress = _LoadProgress(loadable.name)
        try:
            return self._load(loadable, progress)
        except Cancelled:
            logging.info("Loading %s was cancelled", loadable.name)
            return None
        except PrintPrepError as error:
            _tell(_("{name} could not be loaded").format(name=loadable.name), [str(error)], True)
            return None
        finally:
            progress.close()

    def _load(self, loadable: DICOMLoadable, progress: Callable[[float, str], bool]) -> Any:
        from PrintPrepLib import mrml
        from PrintPrepLib.errors import SeriesError
        from PrintPrepLib.examination import lasting
        from PrintPrepLib.geometry import analyse
        from PrintPrepLib.progress import part
        from PrintPrepLib.regularize import load_stack
        from PrintPrepLib.series import read_series

        # All files of the series, so that the record names those that take no part.
        files = getattr(loadable, "seriesFiles", loadable.files)
        collection = read_series(files, part(progress, 0.0, 0.2))
        stacks = [
            stack
            for series in collection.series
            for stack in series.stacks
            if loadable.files[0] in (item.path for item in stack.slices)
        ]
        if not stacks:
            reasons = [item.reason for item in collection.rejected]
            raise SeriesError("; ".join(dict.fromkeys(reasons)) or "the slices were not found")
        (stack,) = stacks
        volume = load_stack(stack, progress=part(progress, 0.2, 1.0))
        node = mrml.add_volume_node(volume, loadable.name)
        if node.GetAttribute("DICOM.instanceUIDs"):
            numbers = [item.instance_number or "?" for item in stack.slices]
            node.SetAttribute("DICOM.instanceNumbers", " ".join(numbers))
        self.addSeriesInSubjectHierarchy(loadable, node)
        _show(node)
        findings = analyse(stack).findings
        for finding in findings:
            logging.info("%s: %s", loadable.name, finding.message)
        remaining = lasting(findings)
        if remaining:
            # The visual DICOM browser never shows the warning of an offer.
            _tell(loadable.name, [_translated(finding) for finding in remaining], False)
        else:
            done = _("{name} was loaded as a regular volume").format(name=loadable.name)
            slicer.util.showStatusMessage(done, _STATUS_MILLISECONDS)
        return node


class _DatabaseText:
    """Header values from Slicer's DICOM database, a whole series at a time where it can."""

    def __init__(self, database: Any, files: Sequence[str]) -> None:
        self._database = database
        self._uids = {file: database.instanceForFile(file) for file in files}
        self._values: dict[str, dict[str, str]] = {}

    def of_slice(self, file: str) -> Callable[[str], str]:
        """For tags that are asked of every file."""

        def text(tag: str) -> str:
            if tag not in self._values:
                self._values[tag] = self._fetch(tag)
            return self._values[tag][file]

        return text

    def of_series(self, file: str) -> Callable[[str], str]:
        """For tags that are asked of this file only."""
        return lambda tag: self._database.fileValue(file, tag)

    def has_pixel_data(self, file: str) -> bool:
        """Whether the file holds standard PixelData."""
        return bool(self._database.fileValueExists(file, _PIXEL_DATA))

    def _fetch(self, tag: str) -> dict[str, str]:
        uids = [uid for uid in self._uids.values() if uid]
        found: dict[str, str] = {}
        if hasattr(self._database, "instanceValues"):  # Slicer 5.12 and later
            for start in range(0, len(uids), _UIDS_PER_QUERY):
                found.update(
                    self._database.instanceValues(uids[start : start + _UIDS_PER_QUERY], tag)
                )
        return {
            file: found.get(uid) or self._one(file, uid, tag) for file, uid in self._uids.items()
        }

    def _one(self, file: str, uid: str, tag: str) -> str:
        # By instance costs one query, by file two.
        if uid:
            return self._database.instanceValue(uid, tag)
        return self._database.fileValue(file, tag)


class _LoadProgress:
    """A progress dialog with Cancel that appears when loading takes longer than a second."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._dialog: Any = None
        self._next = time.monotonic() + _DIALOG_AFTER_SECONDS

    def __call__(self, fraction: float, message: str) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _UPDATE_SECONDS
        if self._dialog is None:
            self._dialog = self._open()
        if self._dialog is None:
            return False
        self._dialog.labelText = f"{self._name}\n{_(message)}"
        self._dialog.value = int(100 * fraction)
        slicer.app.processEvents()
        return self._dialog.wasCanceled

    def _open(self) -> Any:
        if slicer.util.mainWindow() is None:
            return None
        # Never at its end by itself: closing is up to close().
        dialog = slicer.util.createProgressDialog(windowTitle="PrintPrep", autoClose=False)
        # Only Cancel may be used meanwhile; a visible dialog does not change its modality.
        dialog.hide()
        dialog.windowModality = qt.Qt.ApplicationModal
        dialog.show()
        return dialog

    def close(self) -> None:
        """Take the dialog away."""
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None


def _show(node: Any) -> None:
    """Make a volume the active one in the slice views, as Slicer's own reader does."""
    logic = slicer.app.applicationLogic()
    logic.GetSelectionNode().SetActiveVolumeID(node.GetID())
    logic.PropagateVolumeSelection()


def _tell(title: str, lines: Sequence[str], error: bool) -> None:
    """Tell the user without stopping a script: log, status bar, and a window that is not modal."""
    text = "\n".join(lines)
    logging.log(logging.ERROR if error else logging.WARNING, "%s: %s", title, text)
    slicer.util.showStatusMessage(f"{title}: {lines[0]}", _STATUS_MILLISECONDS)
    window = slicer.util.mainWindow()
    if window is None or slicer.app.testingEnabled():
        return
    box = qt.QMessageBox(window)
    box.setAttribute(qt.Qt.WA_DeleteOnClose)
    box.windowModality = qt.Qt.NonModal
    box.windowTitle = "PrintPrep"
    box.icon = qt.QMessageBox.Critical if error else qt.QMessageBox.Warning
    box.text = title
    box.informativeText = text
    box.show()


def _translated(finding: Any) -> str:
    return _(finding.template).format(**finding.values)


def _node_name(name: str) -> str:
    """Without the characters that Slicer's own plugin takes out of node names too."""
    return name.translate(str.maketrans({"|": "-", "/": "-", "\\": "-", "*": "(star)"}))


class PrintPrepDICOMPlugin:
    """Lets Slicer find the plugin when it looks for modules."""

    def __init__(self, parent: Any) -> None:
        parent.title = "PrintPrep DICOM Plugin"
        parent.categories = ["Developer Tools.DICOM Plugins"]
        parent.contributors = ["The PrintPrep contributors"]
        parent.helpText = (
            "Loads series with a tilted gantry, uneven slices or pixels in the Philips/Elscint "
            "private compression as regular volumes, from the DICOM module. There is nothing to "
            "set here."
        )
        parent.acknowledgementText = ""
        parent.hidden = True
        # Modules load in any order: the DICOM module may not have made the list yet.
        if not hasattr(slicer.modules, "dicomPlugins"):
            slicer.modules.dicomPlugins = {}
        slicer.modules.dicomPlugins["PrintPrepDICOMPlugin"] = PrintPrepDICOMPluginClass
