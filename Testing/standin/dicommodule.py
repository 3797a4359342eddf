"""The DICOM module as plugins meet it: a database, their rivals, examination and loading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

from .desktop import Desktop


class DicomModule:
    """One plugin beside a rival that offers every series at 0.5, as Slicer's own does.

    :param name: of the plugin's module; ``path`` is its file.
    """

    def __init__(self, desktop: Desktop, name: str, path: str | Path) -> None:
        from DICOMLib import DICOMLoadable, DICOMPlugin, DICOMUtils

        class Scalar(DICOMPlugin):
            loaded = 0

            def examineForImport(self, fileLists: list) -> list:
                found = []
                for files in fileLists:
                    loadable = DICOMLoadable()
                    loadable.files, _, loadable.warning = DICOMUtils.getSortedImageFiles(files)
                    found.append(loadable)
                return found

            def load(self, loadable: DICOMLoadable) -> bool:
                Scalar.loaded += 1
                return True

        self.desktop, self.name = desktop, name
        self.rival, self._utils = Scalar, DICOMUtils
        desktop.load_module(name, path)
        slicer.modules.dicomPlugins["Scalar"] = Scalar
        desktop.announce_tags()

    def plugin(self) -> Any:
        """A new instance of the plugin, as each examination gets one."""
        return slicer.modules.dicomPlugins[self.name]()

    def files(self, series_uid: str) -> tuple[str, ...]:
        """The files of a series, as the database gives them."""
        return slicer.dicomDatabase.filesForSeries(series_uid)

    def offers(self, folder: str | Path) -> list:
        """What the plugin offers for all series once a folder is imported."""
        uids = self.desktop.import_dicom(folder)
        self.desktop.database_log.parsed.clear()
        return self.plugin().examineForImport([self.files(uid) for uid in uids])

    def load(self, folder: str | Path) -> list:
        """Import and load as the visual DICOM browser does; the volume nodes."""
        ids = self._utils.loadSeriesByUID(self.desktop.import_dicom(folder))
        nodes = [slicer.mrmlScene.GetNodeByID(item) for item in ids]
        return [node for node in nodes if node.IsA("vtkMRMLVolumeNode")]
