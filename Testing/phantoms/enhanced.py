"""Multi-frame DICOM objects: Enhanced CT and MR, and what passes for them.

Each frame says where it lies in functional groups (PS3.3 C.7.6.16): in the shared ones
what all frames have in common, in its own what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from .acquisition import Acquisition
from .analytic import Scene
from .dicom import decimal_string, uid

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
LEGACY_CT = "1.2.840.10008.5.1.4.1.1.2.2"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
GRAYSCALE_CAPTURE = "1.2.840.10008.5.1.4.1.1.7.3"
_FRAME_TYPES = {ENHANCED_MR: "MRImageFrameTypeSequence"}


@dataclass(frozen=True)
class Frame:
    """One frame: stored pixels (rows, columns), and what its functional groups say.

    ``dimensions`` are its DimensionIndexValues before InStackPositionNumber, in the order of
    the pointers that ``write_enhanced`` is given.
    """

    stored: np.ndarray
    position: tuple[str, str, str]
    orientation: tuple[str, ...]
    pixel_spacing: tuple[str, str]
    in_stack: int = 1
    thickness: str = "1"
    slope: float = 1.0
    intercept: float = -1024.0
    rescale_type: str | None = "HU"
    frame_type: tuple[str, ...] = ("ORIGINAL", "PRIMARY", "AXIAL", "NONE")
    stack: str = "1"
    kernel: str | None = "ANALYTIC"
    acquisition: int = 1
    temporal: int | None = None
    echo_time: float | None = None
    time: str | None = None
    dimensions: tuple[int, ...] = (1,)


def frames_of(scene: Scene, acquisition: Acquisition, **more: Any) -> list[Frame]:
    """The slices of an acquisition as frames, in the order of the stack.

    :param more: fields of ``Frame`` that differ from what the acquisition says.
    """
    row, column, _ = acquisition.axes
    decimals, strip = acquisition.position_decimals, acquisition.strip_zeros
    fields = {
        "orientation": tuple(decimal_string(x, None) for x in (*row, *column)),
        "pixel_spacing": tuple(decimal_string(x, None) for x in acquisition.pixel_spacing),
        "thickness": decimal_string(float(np.median(acquisition.normal_steps)), 4),
        "slope": acquisition.slope,
        "intercept": acquisition.intercept,
    }
    return [
        Frame(
            stored=acquisition.stored(scene, k),
            position=tuple(decimal_string(x, decimals, strip) for x in position),
            in_stack=k + 1,
            **{**fields, **more},
        )
        for k, position in enumerate(acquisition.positions)
    ]


def write_enhanced(
    path: str | Path,
    frames: Sequence[Frame],
    *,
    sop_class: str = ENHANCED_CT,
    share: bool = True,
    omit: Iterable[str] = (),
    pointers: Sequence[int] = (0x00209056,),
    rle: bool = False,
    implicit: bool = False,
    name: str = "enhanced",
    tags: dict[str, Any] | None = None,
) -> Path:
    """Write one object of all frames.

    :param share: put groups that are the same in all frames among the shared ones.
    :param omit: keywords of functional groups that are left out.
    :param pointers: the dimensions before InStackPositionNumber; StackID if not given.
    :param rle: compress, one RLE frame each.
    :param tags: keyword → value over what would stand in the data set; None omits it.
    """
    ds = _common(sop_class, frames, name, implicit)
    left_out = set(omit)
    own = [
        {key: item for key, item in _groups(frame, sop_class).items() if key not in left_out}
        for frame in frames
    ]
    alike = [key for key in own[0] if share and all(one.get(key) == own[0][key] for one in own)]
    ds.SharedFunctionalGroupsSequence = Items([_item({key: own[0][key] for key in alike})])
    ds.PerFrameFunctionalGroupsSequence = Items(
        [_item({key: value for key, value in one.items() if key not in alike}) for one in own]
    )
    ds.DimensionIndexSequence = Items([_pointer(tag) for tag in (*pointers, 0x00209057)])
    ds.PixelData = b"".join(frame.stored.tobytes() for frame in frames)
    for keyword, value in (tags or {}).items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    if rle:
        ds.compress(RLELossless)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(str(path))
    return path


def _groups(frame: Frame, sop_class: str) -> dict[str, Dataset]:
    content = {
        "StackID": frame.stack,
        "InStackPositionNumber": frame.in_stack,
        "FrameAcquisitionNumber": frame.acquisition,
        "DimensionIndexValues": [*frame.dimensions, frame.in_stack],
        "TemporalPositionIndex": frame.temporal,
        "FrameAcquisitionDateTime": frame.time,
    }
    values = {
        "RescaleIntercept": decimal_string(frame.intercept, None),
        "RescaleSlope": decimal_string(frame.slope, None),
        "RescaleType": frame.rescale_type,
    }
    kind = _FRAME_TYPES.get(sop_class, "CTImageFrameTypeSequence")
    groups = {
        "FrameContentSequence": content,
        "PlanePositionSequence": {"ImagePositionPatient": list(frame.position)},
        "PlaneOrientationSequence": {"ImageOrientationPatient": list(frame.orientation)},
        "PixelMeasuresSequence": {
            "PixelSpacing": list(frame.pixel_spacing),
            "SliceThickness": frame.thickness,
        },
        "PixelValueTransformationSequence": values,
        "FrameVOILUTSequence": {"WindowCenter": "300", "WindowWidth": "1500"},
        kind: {"FrameType": list(frame.frame_type)},
    }
    if frame.kernel is not None:
        groups["CTReconstructionSequence"] = {"ConvolutionKernel": frame.kernel}
    if frame.echo_time is not None:
        groups["MREchoSequence"] = {"EffectiveEchoTime": frame.echo_time}
    return {key: _dataset(values) for key, values in groups.items()}


def _dataset(values: dict[str, Any]) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        if value is not None:
            setattr(ds, keyword, value)
    return ds


def _item(groups: dict[str, Dataset]) -> Dataset:
    return _dataset({key: Items([value]) for key, value in groups.items()})


def _pointer(tag: int) -> Dataset:
    return _dataset({"DimensionIndexPointer": tag, "FunctionalGroupPointer": 0x00209111})


def _common(sop_class: str, frames: Sequence[Frame], name: str, implicit: bool) -> FileDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = uid(name, "instance")
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    meta.ImplementationClassUID = "2.25.251372618731872308317"
    ds = FileDataset(
        "",
        Dataset(),
        preamble=b"\0" * 128,
        file_meta=meta,
        is_implicit_VR=implicit,
        is_little_endian=True,
    )
    first = frames[0]
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid(name, "instance")
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(name, "study"), uid(name, "series")
    ds.ImageType = list(first.frame_type)
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = "20200102"
    ds.ContentTime = "030405"
    ds.Modality = "MR" if sop_class == ENHANCED_MR else "CT"
    ds.Manufacturer = "Analytic phantoms"
    ds.SeriesDescription = name
    ds.PatientName, ds.PatientID = "Phantom^Analytic", "PHANTOM"
    ds.SeriesNumber, ds.InstanceNumber, ds.AcquisitionNumber = "1", "1", "1"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.NumberOfFrames = len(frames)
    ds.Rows, ds.Columns = first.stored.shape
    bits = 8 * first.stored.dtype.itemsize
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit = bits - 1
    ds.PixelRepresentation = int(first.stored.dtype.kind == "i")
    return ds
