"""Who a volume is of, for pages that shall name the patient. No Qt."""

from __future__ import annotations

from typing import Any

import slicer

from .mrml_nodes import hierarchy_item


def identity_of(volume_node: Any) -> dict[str, str]:
    """Name and number of the patient that a volume stands under in the subject hierarchy.

    :returns: ``patient_name`` and ``patient_id``, as a record that identifies has them in its
        ``source`` part; {} where it stands under no patient.
    """
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    tree, item = hierarchy_item(volume_node)
    patient = tree.GetItemAncestorAtLevel(item, constants.GetDICOMLevelPatient())
    if not patient:
        return {}
    number = tree.GetItemUID(patient, constants.GetDICOMUIDName())
    # The DICOM module calls the item by name and number.
    name = tree.GetItemName(patient).removesuffix(f" ({number})")
    return {"patient_name": name, "patient_id": number}
