"""A DICOM CT series on disk from a scene and an acquisition.

Writes with what pydicom 2.4 and 3.0 have in common. Everything is deterministic:
the same scene, acquisition and seed give the same bytes and UIDs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from .acquisition import Acquisition
from .analytic import Scene

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"


@dataclass(frozen=True)
class SeriesTruth:
    """What was written.

    :param files: paths in the order of the stack (dropped slices left out, duplicates last).
    :param positions: true, unrounded positions (slices, 3) of the whole stack, LPS mm.
    :param written_positions: the same as the files say them, rounded.
    :param row, column, normal: unrounded directions.
    :param instance_uids: one a file, as ``files``.
    """

    folder: Path
    files: tuple[Path, ...]
    positions: np.ndarray
    written_positions: np.ndarray
    row: np.ndarray
    column: np.ndarray
    normal: np.ndarray
    series_uid: str
    study_uid: str
    instance_uids: tuple[str, ...]
    acquisition: Acquisition


def uid(*parts: object) -> str:
    """A UID of the 2.25 kind that follows from ``parts``."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:15], 'big')}"


def decimal_string(value: float, decimals: int | None, strip_zeros: bool = False) -> str:
    """A number as DICOM's DS: at most 16 characters."""
    if decimals is None:
        digits = 15
        text = repr(float(value))
        while len(text) > 16:
            digits -= 1
            text = f"{value:.{digits}g}"
        return text
    text = f"{value:.{decimals}f}"
    if strip_zeros and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def write_series(
    scene: Scene,
    acquisition: Acquisition,
    folder: str | Path,
    *,
    name: str = "phantom",
    series_number: int = 1,
    study: str = "phantoms",
) -> SeriesTruth:
    """Write one file a slice into ``folder`` (made if need be).

    :param name: goes into the series' UID and description; two series of one name and
        seed have the same UIDs.
    :param study: series of the same study share its UID.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    series_uid = uid(study, name, acquisition.seed, series_number)
    study_uid = uid(study)
    header = _common_header(acquisition, name, series_number, series_uid, study_uid)
    numbers = _instance_numbers(acquisition)
    decimals, strip = acquisition.position_decimals, acquisition.strip_zeros
    texts = [[decimal_string(x, decimals, strip) for x in p] for p in acquisition.positions]
    files, uids = [], []
    kept = [k for k in range(acquisition.slices) if k not in acquisition.drop]
    for copy, k in [(0, k) for k in kept] + [(1, k) for k in acquisition.duplicate]:
        number = int(numbers[k]) + copy * acquisition.slices
        header.SOPInstanceUID = uid(series_uid, k, copy)
        header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
        header.InstanceNumber = str(number)
        header.ImagePositionPatient = texts[k]
        header.SliceLocation = texts[k][2]
        header.PixelData = acquisition.stored(scene, k).astype("<u2", copy=False).tobytes()
        path = folder / f"IM{number:05d}.dcm"
        one = _with_tags(header, acquisition.slice_tags.get(k, {}))
        one.save_as(str(path))
        files.append(path)
        uids.append(str(header.SOPInstanceUID))
    row, column, normal = acquisition.axes
    return SeriesTruth(
        folder=folder,
        files=tuple(files),
        positions=acquisition.positions,
        written_positions=np.array(texts, float),
        row=row,
        column=column,
        normal=normal,
        series_uid=series_uid,
        study_uid=study_uid,
        instance_uids=tuple(uids),
        acquisition=acquisition,
    )


def _instance_numbers(acquisition: Acquisition) -> np.ndarray:
    numbers = np.arange(1, acquisition.slices + 1)
    if acquisition.order == "reversed":
        return numbers[::-1]
    if acquisition.order == "shuffled":
        return np.random.default_rng(acquisition.seed).permutation(numbers)
    return numbers


def _common_header(
    acquisition: Acquisition, name: str, series_number: int, series_uid: str, study_uid: str
) -> FileDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # set when written
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = CT_IMAGE_STORAGE
    meta.MediaStorageSOPInstanceUID = series_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = "2.25.251372618731872308317"
    ds = FileDataset(
        "",
        Dataset(),
        preamble=b"\0" * 128,
        file_meta=meta,
        is_implicit_VR=False,
        is_little_endian=True,
    )
    row, column, _ = acquisition.axes
    digits, strip = acquisition.orientation_decimals, acquisition.strip_zeros
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = CT_IMAGE_STORAGE
    ds.StudyInstanceUID = study_uid
    ds.SeriesInstanceUID = series_uid
    ds.FrameOfReferenceUID = uid(study_uid, "frame")
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20200102"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = "030405"
    ds.StudyID = "1"
    ds.SeriesNumber = str(series_number)
    ds.AcquisitionNumber = "1"
    ds.AccessionNumber = ds.ReferringPhysicianName = ""
    ds.Modality = "CT"
    ds.Manufacturer = "Analytic phantoms"
    ds.SeriesDescription = name[:64]
    ds.PatientName = "Phantom^Analytic"
    ds.PatientID = "PHANTOM"
    ds.PatientBirthDate = ds.PatientSex = ""
    ds.PatientPosition = acquisition.orientation.patient_position
    steps = acquisition.normal_steps if acquisition.slices > 1 else acquisition.steps
    ds.SliceThickness = decimal_string(float(np.median(steps)), 4)
    ds.KVP = "120"
    ds.ConvolutionKernel = "ANALYTIC"
    tilt = _tilt_tag(acquisition)
    if tilt is not None:
        ds.GantryDetectorTilt = decimal_string(tilt, 3)
    ds.ImageOrientationPatient = [decimal_string(x, digits, strip) for x in (*row, *column)]
    ds.PixelSpacing = [decimal_string(x, None) for x in acquisition.pixel_spacing]
    ds.Rows, ds.Columns = acquisition.rows, acquisition.columns
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = int(acquisition.signed)
    if acquisition.padding is not None:
        kind, mark = (np.int16, "SS") if acquisition.signed else (np.uint16, "US")
        value = int(np.array(acquisition.padding & 0xFFFF, np.uint16).view(kind))
        ds.add_new(0x00280120, mark, value)
    ds.RescaleSlope = decimal_string(acquisition.slope, None)
    ds.RescaleIntercept = decimal_string(acquisition.intercept, None)
    ds.RescaleType = "HU"
    ds.WindowCenter, ds.WindowWidth = "400", "2000"
    return _with_tags(ds, acquisition.tags)


def _tilt_tag(acquisition: Acquisition) -> float | None:
    if acquisition.tilt_tag == "absent":
        return None
    if acquisition.tilt_tag in ("present", "wrong sign"):
        leading = max(acquisition.tilt, key=abs)
        signed = float(np.copysign(acquisition.tilt_deg, leading))
        return signed if acquisition.tilt_tag == "present" else -signed
    return float(acquisition.tilt_tag)


def _with_tags(ds: FileDataset, tags: dict) -> FileDataset:
    """``ds`` itself when there is nothing to change, else a shallow copy with the changes."""
    if not tags:
        return ds
    changed = FileDataset(
        "",
        Dataset(),
        preamble=ds.preamble,
        file_meta=ds.file_meta,
        is_implicit_VR=False,
        is_little_endian=True,
    )
    for element in ds:
        changed.add(element)
    for keyword, value in tags.items():
        if value is None:
            if keyword in changed:
                delattr(changed, keyword)
        else:
            # A fresh element: the shared one must not change for the other slices.
            if keyword in changed:
                del changed[keyword]
            setattr(changed, keyword, value)
    return changed
