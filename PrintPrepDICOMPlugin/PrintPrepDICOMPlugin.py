"""Slicer's DICOM module loads series through this plugin that others would load wrongly.

It takes over series with a tilted gantry, uneven slices, positions so rounded that they look
uneven, sections, several stacks, images that are there twice, or pixels in the Philips/Elscint
private compression, and leaves everything else to Slicer. What it finds and does is
PrintPrepLib's; what the user wants of it stands in Slicer's settings.
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

#: Above Slicer's own scalar volume plugin (0.5): the highest wins, and equal ones all load.
CONFIDENCE = 0.9
#: Below it: in the list, but loaded only where the user chooses it.
BY_HAND = 0.45
_DIALOG_AFTER_SECONDS = 1.0
_UPDATE_SECONDS = 0.1
_STATUS_MILLISECONDS = 10000
_IN_NAMES = {ord("|"): "-", ord("/"): "-", ord("\\"): "-", ord("*"): "(star)"}


class PrintPrepDICOMPluginClass(DICOMPlugin):
    """Offers and loads the series that need straightening, parting or decoding."""

    def __init__(self) -> None:
        from PrintPrepLib.dicom.database import PIXEL_DATA
        from PrintPrepLib.dicom.header import SERIES_TAGS
        from PrintPrepLib.dicom.tags import MEMBERSHIP_TAGS, SLICE_TAGS, TRAITS
        from PrintPrepLib.series.offers import PRIVATE_COMPRESSION

        super().__init__()
        _speak()
        self.loadType = _("Regular volume (PrintPrep)")
        # Announced here, all that an examination asks for is read once, at the import.
        known = (*SLICE_TAGS, *MEMBERSHIP_TAGS, *TRAITS, *SERIES_TAGS)
        for tag in (*known, PRIVATE_COMPRESSION, PIXEL_DATA):
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

    def hashFiles(self, files: Sequence[str]) -> bytes:
        """The key of the cache of offers: the files, and the settings that decide about them."""
        return super().hashFiles([*files, repr(_settings())])

    def examineFiles(self, files: Sequence[str]) -> list[DICOMLoadable]:
        """Offers for the files of one series, from the database alone."""
        from PrintPrepLib.dicom.database import DatabaseText
        from PrintPrepLib.series.offers import offers

        database = DatabaseText(slicer.dicomDatabase, files)
        settings = _settings()
        found = offers(
            files,
            database.of_slice,
            database.of_series,
            database.has_pixel_data,
            settings.take_over,
            settings.sections,
        )
        return [self._loadable(offer, found, files, settings.planes) for offer in found]

    def _loadable(
        self, offer: Any, offers: Sequence[Any], files: Sequence[str], planes: str | float
    ) -> DICOMLoadable:
        from PrintPrepLib.series.offers import lasting

        loadable = DICOMLoadable()
        loadable.files = offer.files
        loadable.seriesFiles = list(files)
        loadable.slices = offer.members
        loadable.merged = offer.stack.section == 0
        name = self.defaultSeriesNodeName(offer.stack.info.uid)
        loadable.name = _node_name(", ".join([name, *_told_apart(offer, offers)]))
        loadable.confidence = CONFIDENCE if offer.preferred else BY_HAND
        loadable.selected = offer.preferred
        loadable.tooltip = "\n".join(_explained(offer, planes))
        # The DICOM browser asks "Load anyway?" for each: only what loading does not put right.
        remaining = lasting(offer.stack, offer.geometry.findings)
        loadable.warning = " ".join(finding.said for finding in remaining)
        return loadable

    def load(self, loadable: DICOMLoadable) -> Any:
        """Load an offer as a regular volume; the node, or None after telling the user why not."""
        from PrintPrepLib.core.errors import Cancelled, PrintPrepError

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
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.volume.regularize import load_stack

        stacks = self._stacks(loadable, part(progress, 0.0, 0.2))
        planes = _settings().planes
        ends = [0.2 + 0.8 * done / len(stacks) for done in range(len(stacks) + 1)]
        # All first, so that nothing is left half-done in the scene.
        volumes = [
            load_stack(stack, planes, part(progress, *ends[index : index + 2]))
            for index, stack in enumerate(stacks)
        ]
        nodes = [
            self._add(loadable, stack, volume, stacks)
            for stack, volume in zip(stacks, volumes, strict=True)
        ]
        _show(nodes[0])
        return nodes[0]

    def _stacks(self, loadable: DICOMLoadable, progress: Any) -> list[Any]:
        """The volumes of an offer, read from its files."""
        from PrintPrepLib.core.errors import SeriesError
        from PrintPrepLib.core.phrases import _
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.series.reader import read_series
        from PrintPrepLib.volume.loading import volumes_behind

        # All files of the series, so that the record names those that take no part.
        files = getattr(loadable, "seriesFiles", loadable.files)
        collection = read_series(files, part(progress, 0.0, 0.7))
        members = getattr(loadable, "slices", frozenset((file, 0) for file in loadable.files))
        as_one = getattr(loadable, "merged", False)
        stacks = volumes_behind(collection, members, as_one, part(progress, 0.7, 1.0))
        if not stacks:
            reasons = "; ".join(dict.fromkeys(item.reason for item in collection.rejected))
            if not reasons:
                raise SeriesError(_("the slices were not found"))
            raise SeriesError("{why}", why=reasons)
        return stacks

    def _add(self, loadable: DICOMLoadable, stack: Any, volume: Any, stacks: Sequence[Any]) -> Any:
        """One volume as a node in its place, and what the user has to know of it."""
        from PrintPrepLib import mrml
        from PrintPrepLib.geometry.analysis import analyse
        from PrintPrepLib.geometry.naming import volume_words
        from PrintPrepLib.series.offers import lasting

        name = loadable.name
        if len(stacks) > 1:
            name = ", ".join([name, *(phrase.said for phrase in volume_words(stack, stacks))])
        node = mrml.add_volume_node(volume, _node_name(name))
        if node.GetAttribute("DICOM.instanceUIDs"):
            numbers = [item.instance_number or "?" for item in stack.slices]
            node.SetAttribute("DICOM.instanceNumbers", " ".join(numbers))
        self.addSeriesInSubjectHierarchy(loadable, node)
        findings = analyse(stack).findings
        for finding in findings:
            logging.info("%s: %s", name, finding.message)
        remaining = lasting(stack, findings)
        if remaining:
            # The visual DICOM browser never shows the warning of an offer.
            _tell(name, [finding.said for finding in remaining], False)
        else:
            done = _("{name} was loaded as a regular volume").format(name=name)
            slicer.util.showStatusMessage(done, _STATUS_MILLISECONDS)
        return node

    @staticmethod
    def settingsPanelEntry(panel: Any, parent: Any) -> None:
        """The plugin's box in Application Settings > DICOM."""
        try:
            from PrintPrepPanel.dicom_settings import add_rows
        except ImportError:
            # Without the module's own folder: the settings of other plugins shall still show.
            logging.exception("PrintPrep's settings for DICOM cannot be shown")
            return
        add_rows(panel, parent)


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
        self._dialog.labelText = f"{self._name}\n{message}"
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


def _speak() -> None:
    """The library speaks Slicer's language, also where the panel was not opened yet."""
    from PrintPrepPanel.language import use_slicer_language

    use_slicer_language()


def _settings() -> Any:
    # Imported when it is needed: modules are found in any order.
    from PrintPrepPanel.dicom_settings import dicom_settings

    return dicom_settings()


def _told_apart(offer: Any, offers: Sequence[Any]) -> list[str]:
    """What an offer's name says beyond the series: which stack it is, and which section."""
    from PrintPrepLib.geometry.naming import volume_words

    if len(offer.stacks) > 1:
        return [_("{count} volumes").format(count=len(offer.stacks))]
    siblings = [item.stack for item in offers if item.series is offer.series]
    return [phrase.said for phrase in volume_words(offer.stack, siblings)]


def _explained(offer: Any, planes: str | float) -> list[str]:
    """What was found and what loading does, line by line."""
    from PrintPrepLib.geometry.naming import treatment_words

    lines = [_("{count} slices").format(count=sum(len(stack.slices) for stack in offer.stacks))]
    lines += [finding.said for finding in offer.geometry.findings]
    if offer.geometry.refusal is None:
        lines.append(treatment_words(offer.geometry, offer.stack.drifting, planes).said)
    if offer.apart:
        lines.append(_("{count} slices of the series make no volume").format(count=offer.apart))
    if offer.stack.rejected:
        lines.append(_("{count} files are left out").format(count=len(offer.stack.rejected)))
    return lines


def _node_name(name: str) -> str:
    """Without the characters that Slicer's own plugin takes out of node names too."""
    return name.translate(_IN_NAMES)


class PrintPrepDICOMPlugin:
    """Lets Slicer find the plugin when it looks for modules."""

    def __init__(self, parent: Any) -> None:
        parent.title = "PrintPrep DICOM Plugin"
        parent.categories = ["Developer Tools.DICOM Plugins"]
        parent.contributors = ["The PrintPrep contributors"]
        parent.helpText = (
            "Loads series with a tilted gantry, uneven slices, sections, several stacks or "
            "pixels in the Philips/Elscint private compression as regular volumes, from the "
            "DICOM module. Its settings stand in Application Settings > DICOM."
        )
        parent.acknowledgementText = ""
        parent.hidden = True
        # Modules load in any order: the DICOM module may not have made the list yet.
        if not hasattr(slicer.modules, "dicomPlugins"):
            slicer.modules.dicomPlugins = {}
        slicer.modules.dicomPlugins["PrintPrepDICOMPlugin"] = PrintPrepDICOMPluginClass
