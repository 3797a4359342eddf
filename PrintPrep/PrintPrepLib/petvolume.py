"""PET stacks: their voxels as standardized uptake values, where the headers allow it."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom import dcmread

from .errors import PixelDataError
from .findings import Finding
from .petheader import PetHeader
from .series import SliceStack
from .suv import SuvFactor, suv_factor

PET_MODALITY = "PT"


def stack_suv(stack: SliceStack) -> SuvFactor | None:
    """The SUV factor of a PET stack; None for other modalities.

    :raises PixelDataError: a header that was readable before is not any more.
    """
    if stack.info.modality != PET_MODALITY:
        return None
    headers = []
    for path in dict.fromkeys(item.path for item in stack.slices):
        try:
            dataset = dcmread(path, stop_before_pixels=True, force=True)
            headers.append(PetHeader.from_dataset(dataset))
        except OSError as error:
            raise PixelDataError(
                f"the header cannot be read ({error.strerror or error})", file=path
            ) from error
    return suv_factor(headers)


def in_suv(voxels: np.ndarray, factor: float) -> np.ndarray:
    """The voxels times the factor, float32; float32 voxels are changed in place."""
    values = voxels.astype(np.float32, copy=False)
    values *= np.float32(factor)
    return values


def suv_provenance(suv: SuvFactor) -> dict[str, Any]:
    """What travels with the volume: ``values`` holds quantity and unit as coded entries."""
    found: dict[str, Any] = {"suv": suv.as_dict()}
    if suv.codes is not None:
        found["values"] = [list(code) for code in suv.codes]
    return found


def suv_finding(suv: SuvFactor) -> Finding:
    """Whether the volume holds SUV, and what stands in the way where it does not."""
    return Finding(
        "suv",
        "warn" if suv.factor is None else "info",
        "{message}",
        {"message": " ".join([suv.message, *suv.notes])},
        suv.factor,
        None,
    )
