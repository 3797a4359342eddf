"""Subject hierarchy: what Slicer's Qt side does with the real subject hierarchy node."""

from __future__ import annotations

from typing import Any

from .strict import StrictObject

_SERIES_ATTRIBUTES = {
    "Modality": "0008,0060",
    "SeriesNumber": "0020,0011",
    "FrameOfReferenceUID": "0020,0052",
    "SeriesDescription": "0008,103E",
    "SeriesDate": "0008,0021",
    "SeriesTime": "0008,0031",
    "ContentDate": "0008,0023",
    "ContentTime": "0008,0033",
    "Manufacturer": "0008,0070",
    "Model": "0008,1090",
}
_PATIENT_ATTRIBUTES = {
    "PatientName": "0010,0010",
    "PatientSex": "0010,0040",
    "PatientBirthDate": "0010,0030",
    "PatientComments": "0010,4000",
}
_STUDY_ATTRIBUTES = {
    "StudyDescription": "0008,1030",
    "StudyInstanceUID": "0020,000D",
    "StudyID": "0020,0010",
    "StudyDate": "0008,0020",
    "StudyTime": "0008,0030",
}


class PluginHandler(StrictObject, table="slicer.qSlicerSubjectHierarchyPluginHandler"):
    """``slicer.qSlicerSubjectHierarchyPluginHandler``."""

    _single: PluginHandler | None = None

    @staticmethod
    def instance() -> PluginHandler:
        if PluginHandler._single is None:
            PluginHandler._single = PluginHandler()
        return PluginHandler._single

    @property
    def displayPatientIDInSubjectHierarchyItemName(self) -> bool:
        return True

    @property
    def displayPatientBirthDateInSubjectHierarchyItemName(self) -> bool:
        return False

    @property
    def displayStudyIDInSubjectHierarchyItemName(self) -> bool:
        return False

    @property
    def displayStudyDateInSubjectHierarchyItemName(self) -> bool:
        return True


def create_items_for_new_nodes(scene: Any) -> int:
    """Give every data node an item when it is added, as the desktop does; the observer's tag."""
    import slicer
    import vtk

    kinds = ("vtkMRMLVolumeNode", "vtkMRMLModelNode", "vtkMRMLTransformNode")

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def added(caller: Any, event: Any, node: Any) -> None:
        shown = any(node.IsA(kind) for kind in (*kinds, "vtkMRMLSegmentationNode"))
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        if shown and tree is not None and not tree.GetItemByDataNode(node):
            tree.CreateItem(tree.GetSceneItemID(), node)

    return scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, added)


def add_series(loadable: Any, node: Any) -> None:
    """``DICOMPlugin.addSeriesInSubjectHierarchy``: the series under its study and patient."""
    import slicer

    constants = slicer.vtkMRMLSubjectHierarchyConstants
    uid_name, prefix = constants.GetDICOMUIDName(), constants.GetDICOMAttributePrefix()
    first = loadable.files[0]

    def value(tag: str) -> str:
        return slicer.dicomDatabase.fileValue(first, tag)

    def describe(item: int, attributes: dict[str, str]) -> None:
        for name, tag in attributes.items():
            tree.SetItemAttribute(item, prefix + name, value(tag))

    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    series = tree.CreateItem(tree.GetSceneItemID(), node)
    series_uid, study_uid = value("0020,000E"), value("0020,000D")
    patient_id = value("0010,0020") or f"Patient-{study_uid}"
    tree.SetItemUID(series, uid_name, series_uid)
    describe(series, _SERIES_ATTRIBUTES)
    instances = [slicer.dicomDatabase.fileValue(path, "0008,0018") for path in loadable.files]
    tree.SetItemUID(
        series, constants.GetDICOMInstanceUIDName(), " ".join(uid or "Unknown" for uid in instances)
    )
    known_patient = tree.GetItemByUID(uid_name, patient_id)
    known_study = tree.GetItemByUID(uid_name, study_uid)
    slicer.vtkSlicerSubjectHierarchyModuleLogic.InsertDicomSeriesInHierarchy(
        tree, patient_id, study_uid, series_uid
    )
    if not known_patient:
        patient = tree.GetItemByUID(uid_name, patient_id)
        describe(patient, _PATIENT_ATTRIBUTES)
        tree.SetItemAttribute(patient, f"{prefix}PatientID", patient_id)
        tree.SetItemName(patient, f"{value('0010,0010') or 'No name'} ({patient_id})")
    if not known_study:
        study = tree.GetItemByUID(uid_name, study_uid)
        describe(study, _STUDY_ATTRIBUTES)
        name = value("0008,1030") or "No study description"
        tree.SetItemName(study, f"{name} ({value('0008,0020')})")
