"""The module ``DICOMLib``: the parts that plugins build on and that load what they offer.

The base class offers what Slicer 5.10, 5.12 and the main branch agree on, so nothing that an
older version lacks can be relied on here.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
import types
from typing import Any

import numpy as np

from . import hierarchy

_SERIES_UID, _POSITION, _ORIENTATION, _FRAMES = (
    "0020,000E",
    "0020,0032",
    "0020,0037",
    "0028,0008",
)


class DICOMLoadable:
    """One offer of a plugin."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.name = "Unknown"
        self.tooltip = "No further information available"
        self.warning = ""
        self.selected = False
        self.confidence = 0.5


class DICOMPlugin:
    """Base of DICOM plugins, as in 5.10: examineForImport offers nothing by itself."""

    def __init__(self) -> None:
        self.loadType = "Generic DICOM"
        self.loadableCache: dict[bytes, list] = {}
        self.tags = {
            "seriesDescription": "0008,103E",
            "seriesNumber": "0020,0011",
            "frameOfReferenceUID": "0020,0052",
        }

    def hashFiles(self, files: Any) -> bytes:
        digest = hashlib.md5(usedforsecurity=False)
        for file in files:
            digest.update(file.encode("utf-8", "ignore"))
        return digest.digest()

    def getCachedLoadables(self, files: Any) -> list | None:
        return self.loadableCache.get(self.hashFiles(files))

    def cacheLoadables(self, files: Any, loadables: list) -> None:
        self.loadableCache[self.hashFiles(files)] = loadables

    def examineForImport(self, fileLists: list) -> list:
        return []

    def examine(self, fileLists: list) -> list:
        return self.examineForImport(fileLists)

    def load(self, loadable: DICOMLoadable) -> Any:
        return True

    def defaultSeriesNodeName(self, seriesUID: str) -> str:
        import slicer

        files = slicer.dicomDatabase.filesForSeries(seriesUID, 1)
        if not files:
            return "Unnamed Series"
        description = slicer.dicomDatabase.fileValue(files[0], self.tags["seriesDescription"])
        number = slicer.dicomDatabase.fileValue(files[0], self.tags["seriesNumber"])
        name = description or "Unnamed Series"
        return f"{number}: {name}" if number else name

    def addSeriesInSubjectHierarchy(self, loadable: DICOMLoadable, dataNode: Any) -> None:
        hierarchy.add_series(loadable, dataNode)


def getSortedImageFiles(filePaths: list[str], epsilon: float = 0.01) -> tuple:
    """Files by distance along the first one's normal, their distances, and a warning.

    Every gap is compared with the first one; neither tilt nor orientation is looked at.
    """
    import slicer

    value = slicer.dicomDatabase.fileValue
    if not filePaths:
        return filePaths, {}, ""
    warning = ""
    if value(filePaths[0], _FRAMES) not in ("", "1"):
        warning = "Multi-frame image."
    if not (value(filePaths[0], _POSITION) and value(filePaths[0], _ORIENTATION)):
        return filePaths, {}, warning + "Reference image in series does not contain geometry."
    cosines = _floats(value(filePaths[0], _ORIENTATION))
    normal = np.cross(cosines[:3], cosines[3:])
    origin = _floats(value(filePaths[0], _POSITION))
    distances = {}
    for path in filePaths:
        position = value(path, _POSITION)
        if not position or not value(path, _ORIENTATION):
            return filePaths, {}, warning + "One or more images is missing geometry information"
        distances[path] = float((_floats(position) - origin) @ normal)
    files = sorted(filePaths, key=distances.__getitem__)
    gaps = np.diff([distances[path] for path in files])
    for gap in gaps:
        if abs(gap - gaps[0]) > epsilon:
            warning += (
                f"Image slices are not equally spaced ({gaps[0]:g} spacing was expected, "
                f"{gap:g} spacing was found)."
            )
            break
    return files, distances, warning


def getLoadablesFromFileLists(
    fileLists: list,
    pluginClassNames: list[str] | None = None,
    messages: list[str] | None = None,
    progressCallback: Any = None,
    pluginInstances: dict | None = None,
) -> tuple[dict, bool]:
    """Ask every plugin; an exception takes a plugin out and tells the user nothing."""
    import slicer

    if not isinstance(fileLists, list) or not fileLists or type(fileLists[0]) not in (tuple, list):
        logging.error("File lists must contain a non-empty list of tuples/lists")
        return {}, False
    instances = {} if pluginInstances is None else pluginInstances
    offers: dict = {}
    for name in pluginClassNames or list(slicer.modules.dicomPlugins):
        if name not in instances:
            instances[name] = slicer.modules.dicomPlugins[name]()
        plugin = instances[name]
        try:
            offers[plugin] = plugin.examineForImport(fileLists)
            if not offers[plugin]:
                offers[plugin] = plugin.examine(fileLists)
        except Exception:  # noqa: BLE001 - Slicer does just that
            logging.error("DICOM plugin failed:\n%s", traceback.format_exc())
            if messages:
                messages.append(f"Plugin failed: {name}.")
    return offers, any(found != [] for found in offers.values())


def selectHighestConfidenceLoadables(loadablesByPlugin: dict) -> None:
    """In every series the highest confidence wins; equal ones all load."""
    import slicer

    by_series: dict[str, list] = {}
    for loadables in loadablesByPlugin.values():
        for loadable in loadables:
            series = slicer.dicomDatabase.fileValue(loadable.files[0], _SERIES_UID)
            by_series.setdefault(series, []).append(loadable)
    for loadables in by_series.values():
        best = max(loadable.confidence for loadable in loadables)
        for loadable in loadables:
            loadable.selected = loadable.confidence == best


def loadLoadables(
    loadablesByPlugin: dict,
    messages: list[str] | None = None,
    progressCallback: Any = None,
) -> list[str]:
    """Load what is selected; the IDs of all nodes added but storage and display nodes."""
    import slicer
    import vtk

    selected = {
        loadable: plugin
        for plugin, loadables in loadablesByPlugin.items()
        for loadable in loadables
        if loadable.selected
    }
    added: list[str] = []

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def note(caller: Any, event: Any, node: Any) -> None:
        if not node.IsA("vtkMRMLStorageNode") and not node.IsA("vtkMRMLDisplayNode"):
            added.append(node.GetID())

    observer = slicer.mrmlScene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, note)
    for loadable, plugin in selected.items():
        try:
            node = plugin.load(loadable)
        except Exception:  # noqa: BLE001 - Slicer does just that
            node = None
            logging.error("DICOM plugin failed to load:\n%s", traceback.format_exc())
        if not node and messages is not None:
            messages.append(f"Could not load: {loadable.name} as a {plugin.loadType}")
        loadable.loadSuccess = bool(node)
    slicer.mrmlScene.RemoveObserver(observer)
    return added


def loadSeriesByUID(
    seriesUIDs: list[str],
    messages: list[str] | None = None,
    progressCallback: Any = None,
    enabledPluginClassNames: list[str] | None = None,
) -> list[str]:
    """What the visual DICOM browser does: warnings of the offers are not shown anywhere."""
    import slicer

    if not isinstance(seriesUIDs, list) or not seriesUIDs:
        raise ValueError("seriesUIDs must contain a non-empty list")
    lists = [slicer.dicomDatabase.filesForSeries(uid) for uid in seriesUIDs]
    offers, _ = getLoadablesFromFileLists(lists, enabledPluginClassNames, messages)
    selectHighestConfidenceLoadables(offers)
    return loadLoadables(offers)


def _floats(text: str) -> np.ndarray:
    return np.array([float(part) for part in text.split("\\")])


def make_module() -> types.ModuleType:
    """``DICOMLib``."""
    module = types.ModuleType("DICOMLib")
    module.DICOMPlugin, module.DICOMLoadable = DICOMPlugin, DICOMLoadable
    module.DICOMUtils = types.ModuleType("DICOMLib.DICOMUtils")
    for function in (
        getSortedImageFiles,
        getLoadablesFromFileLists,
        selectHighestConfidenceLoadables,
        loadLoadables,
        loadSeriesByUID,
    ):
        setattr(module.DICOMUtils, function.__name__, function)
    return module
