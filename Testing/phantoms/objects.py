"""What stands in real archives beside plain slices, and slices in other dress.

Multi-frame objects, scouts, dose reports, screenshots and reformats; other widths of
pixels and other transfer syntaxes. Everything starts from files that ``write_series`` made.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items
from pydicom.uid import JPEG2000Lossless, RLELossless

from .dicom import uid

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
MULTI_FRAME_WORD_CAPTURE = "1.2.840.10008.5.1.4.1.1.7.3"
DOSE_REPORT = "1.2.840.10008.5.1.4.1.1.88.67"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
PET_IMAGE = "1.2.840.10008.5.1.4.1.1.128"


def files_of(folder: Path) -> list[Path]:
    """All files of a folder and below, sorted."""
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def edit(folder: Path, change: Callable[[FileDataset, int], None]) -> None:
    """Let ``change(dataset, index)`` alter each file in place, in the order of names."""
    for index, path in enumerate(files_of(folder)):
        dataset = dcmread(path)
        change(dataset, index)
        dataset.save_as(path)


def join(folder: Path, parts: Sequence[Path], study: str = "phantoms") -> None:
    """Make one series of series in several folders: new UIDs, running instance numbers."""
    series, number = uid(study, folder.name, "joined"), 0
    for part in parts:
        for path in files_of(part):
            dataset = dcmread(path)
            number += 1
            dataset.SeriesInstanceUID = series
            dataset.SOPInstanceUID = uid(series, number)
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            dataset.InstanceNumber = number
            dataset.save_as(path)


def set_bits(dataset: FileDataset, bits: int) -> None:
    """Store the same numbers unsigned, in ``bits`` (8 or 32) a pixel."""
    kind = np.int16 if dataset.PixelRepresentation else np.uint16
    pixels = np.frombuffer(dataset.PixelData, kind)
    if pixels.min() < 0 or pixels.max() >= 2.0**bits:
        raise ValueError(f"{pixels.min()} … {pixels.max()} do not fit {bits} unsigned bits")
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    dataset.PixelData = pixels.astype(f"<u{bits // 8}").tobytes()
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"


def compress_rle(dataset: FileDataset) -> None:
    """RLE, by pydicom's encoder."""
    dataset.compress(RLELossless, generate_instance_uid=False)


def compress_j2k(dataset: FileDataset) -> None:
    """Lossless JPEG 2000 by Pillow's OpenJPEG, which knows unsigned 16 bits only."""
    from PIL import Image

    pixels = np.frombuffer(dataset.PixelData, np.uint16).reshape(dataset.Rows, dataset.Columns)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG2000", irreversible=False, no_jp2=True)
    dataset.PixelData = encapsulate([stream.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless


def multi_frame(folder: Path, sop_class: str, *, geometry: bool = True, order_seed: int = 3):
    """Replace single slices by one multi-frame object with its frames in a random order.

    :param geometry: describe the frames in functional groups; False: pixels alone.
    """
    paths = files_of(folder)
    random = np.random.default_rng(order_seed)
    slices = [dcmread(paths[index]) for index in random.permutation(len(paths))]
    first = slices[0]
    whole = dcmread(paths[0])
    for keyword in (
        *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"),
        *("SliceLocation", "RescaleSlope", "RescaleIntercept", "RescaleType", "ConvolutionKernel"),
        *("WindowCenter", "WindowWidth"),
    ):
        if keyword in whole:
            delattr(whole, keyword)
    whole.SOPClassUID = whole.file_meta.MediaStorageSOPClassUID = sop_class
    whole.SOPInstanceUID = uid(first.SeriesInstanceUID, "frames")
    whole.file_meta.MediaStorageSOPInstanceUID = whole.SOPInstanceUID
    whole.InstanceNumber = 1
    whole.NumberOfFrames = len(slices)
    whole.PixelData = b"".join(one.PixelData for one in slices)
    if geometry:
        whole.SharedFunctionalGroupsSequence = Items([_shared(first)])
        places = np.argsort(np.argsort([int(one.InstanceNumber) for one in slices])) + 1
        whole.PerFrameFunctionalGroupsSequence = Items(
            [_frame(one, int(place)) for one, place in zip(slices, places, strict=True)]
        )
        whole.DimensionIndexSequence = Items(
            [_item(DimensionIndexPointer=tag) for tag in (0x00209056, 0x00209057)]
        )
    for path in paths:
        path.unlink()
    whole.save_as(folder / "frames.dcm")


def _shared(one: Dataset) -> Dataset:
    measures = _item(PixelSpacing=one.PixelSpacing, SliceThickness=one.SliceThickness)
    return _item(
        PixelMeasuresSequence=Items([measures]),
        PlaneOrientationSequence=Items(
            [_item(ImageOrientationPatient=one.ImageOrientationPatient)]
        ),
        PixelValueTransformationSequence=Items(
            [
                _item(
                    RescaleIntercept=one.RescaleIntercept,
                    RescaleSlope=one.RescaleSlope,
                    RescaleType="HU",
                )
            ]
        ),
        CTImageFrameTypeSequence=Items(
            [_item(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])]
        ),
    )


def _frame(one: Dataset, place: int) -> Dataset:
    content = _item(StackID="1", InStackPositionNumber=place, DimensionIndexValues=[1, place])
    return _item(
        PlanePositionSequence=Items([_item(ImagePositionPatient=one.ImagePositionPatient)]),
        FrameContentSequence=Items([content]),
    )


def _item(**elements) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def add_clutter(folder: Path) -> int:
    """Add what scanners and archives export into a series' folder under the same series UID.

    A scout, a dose report, a screenshot and two coronal reformats. Returns their number.
    """
    model = files_of(folder)[0]
    scout = _other(model, "scout", 9001)
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.ImageOrientationPatient = ["1", "0", "0", "0", "0", "-1"]
    dose = _other(model, "dose", 9002)
    dose.SOPClassUID = dose.file_meta.MediaStorageSOPClassUID = DOSE_REPORT
    dose.Modality = "SR"
    for keyword in ("PixelData", "Rows", "Columns", "PixelSpacing", "ImagePositionPatient"):
        delattr(dose, keyword)
    shot = _other(model, "screenshot", 9003)
    shot.SOPClassUID = shot.file_meta.MediaStorageSOPClassUID = SECONDARY_CAPTURE
    shot.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    shot.ConversionType = "WSD"
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(shot, keyword)
    clutter = [scout, dose, shot]
    for number in (1, 2):
        reformat = _other(model, f"mpr{number}", 9003 + number)
        reformat.ImageType = ["DERIVED", "SECONDARY", "REFORMATTED"]
        reformat.ImageOrientationPatient = ["1", "0", "0", "0", "0", "-1"]
        reformat.ImagePositionPatient = ["-15", str(number), "12"]
        clutter.append(reformat)
    for one in clutter:
        one.save_as(folder / f"X{one.InstanceNumber}.dcm")
    return len(clutter)


def _other(model: Path, name: str, number: int) -> FileDataset:
    one = dcmread(model)
    one.SOPInstanceUID = uid(one.SeriesInstanceUID, name)
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.InstanceNumber = number
    return one
