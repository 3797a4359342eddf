"""Pixels that do not stand in the file as they are → stored values, frame by frame.

pydicom comes first; where it has no decoder, or none that manages, SimpleITK's GDCM reads a
copy that holds nothing but one frame's pixels.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
from pydicom import encaps
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import UID

from ..core.errors import PixelDataError
from ..core.phrases import Phrase, _
from ..dicom.dataset import read_dataset, transfer_syntax
from ..dicom.elements import BIG_ENDIAN, DEFLATED
from ..dicom.header import SliceHeader
from ..dicom.tags import SECONDARY_CAPTURE

_JPEG = "1.2.840.10008.1.2.4"
_RLE = "1.2.840.10008.1.2.5"
_HTJ2K = (f"{_JPEG}.201", f"{_JPEG}.202", f"{_JPEG}.203")
#: What SimpleITK's GDCM decodes: JPEG of every kind, JPEG-LS and JPEG 2000.
_WITH_SIMPLEITK = {f"{_JPEG}.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91)}
#: The package that brings the decoder.
_PACKAGES = {
    **dict.fromkeys(_WITH_SIMPLEITK, "SimpleITK"),
    **dict.fromkeys(_HTJ2K, "pylibjpeg-openjpeg"),
}
#: Names that pydicom 2.4 (high-throughput JPEG 2000) and 3.0 (JPEG XL) do not know.
_NAMES = {
    **{f"{_JPEG}.{number}": "JPEG XL" for number in (110, 111, 112)},
    **dict.fromkeys(_HTJ2K, "High-Throughput JPEG 2000"),
}

#: What a decoder needs to know: samples, photometric interpretation, matrix, bits and sign.
_DESCRIBING = (0x280002, 0x280004, 0x280010, 0x280011, 0x280100, 0x280101, 0x280102, 0x280103)
_FRAMES, _PIXEL_DATA, _OFFSETS, _LENGTHS = 0x00280008, 0x7FE00010, 0x7FE00001, 0x7FE00002
_WITH_PIXELS = [Tag(tag) for tag in (*_DESCRIBING, _FRAMES, _PIXEL_DATA, _OFFSETS, _LENGTHS)]


def missing_decoder(transfer_syntax: str) -> Phrase | None:
    """Why pixels in a transfer syntax cannot be decoded here, with the package that could."""
    if transfer_syntax in (DEFLATED, BIG_ENDIAN) or any(
        able(transfer_syntax) for able, decoder in _DECODERS
    ):
        return None
    name, package = _name(transfer_syntax), _PACKAGES.get(transfer_syntax)
    if package is None:
        return Phrase(_("no decoder for {name} is known"), {"name": name})
    return Phrase(
        _("{name} needs the package {package}, which is not installed here"),
        {"name": name, "package": package},
    )


def decoded_pixels(item: SliceHeader) -> np.ndarray:
    """Stored values of a slice whose layout has no offset, (rows, columns); not rescaled.

    :raises PixelDataError: the pixels are missing, damaged or cannot be decoded here.
    """
    layout = item.pixels
    syntax, native = layout.transfer_syntax, layout.dtype.newbyteorder("=")
    reason = missing_decoder(syntax)
    if reason is not None:
        raise _failure(item, reason)
    try:
        state = os.stat(item.path)
        described, frames = _stored(item.path, state.st_mtime_ns, state.st_size)
        data = frames[item.frame]
    except IndexError:
        missing = Phrase(_("frame {number} is missing"), {"number": item.frame + 1})
        raise _failure(item, missing) from None
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise _failure(item, str(error)) from error
    if syntax in (DEFLATED, BIG_ENDIAN):
        return np.frombuffer(data, layout.dtype).astype(native).reshape(item.rows, item.columns)
    errors = []
    for able, decoder in _DECODERS:
        if not able(syntax):
            continue
        try:
            pixels = decoder(_one_frame(described, data, syntax))
        except Exception as error:  # noqa: BLE001  each decoder raises its own
            errors.append(str(error))
            continue
        if pixels.shape != (item.rows, item.columns):
            raise PixelDataError(
                _("the decoded image has the shape {found}, the header says {stated}"),
                file=item.path,
                tag="PixelData",
                found=str(pixels.shape),
                stated=str((item.rows, item.columns)),
            )
        return pixels.astype(native, copy=False)
    raise _failure(item, "; ".join(errors))


def _name(transfer_syntax: str) -> str:
    return _NAMES.get(transfer_syntax) or UID(transfer_syntax).name


def _failure(item: SliceHeader, reason: str | Phrase) -> PixelDataError:
    syntax = item.pixels.transfer_syntax
    package = _PACKAGES.get(syntax)
    install = _("Convert the series to uncompressed DICOM, or install {package}")
    return PixelDataError(
        _("the pixels ({name}) cannot be decoded: {reason}"),
        file=item.path,
        tag="PixelData",
        remedy=install if package else _("Convert the series to uncompressed DICOM"),
        name=_name(syntax),
        reason=reason.rstrip(".") if isinstance(reason, str) else reason,
        package=package,
    )


@lru_cache(maxsize=1)
def _stored(path: str, modified: int, size: int) -> tuple[Dataset, tuple[bytes, ...]]:
    """What describes one file's pixels, and their bytes by frame as they stand in it.

    The last file is kept, since its frames come one by one.

    :param modified, size: tell a file from another that stood at its place before.
    """
    with open(path, "rb") as file:
        dataset = read_dataset(file, _WITH_PIXELS, pixels=True)
    described = Dataset()
    for tag in _DESCRIBING:
        if tag in dataset:
            described.add(dataset[tag])
    count = int(dataset.get("NumberOfFrames") or 1)
    element = dataset[_PIXEL_DATA]
    syntax = transfer_syntax(dataset)[1]
    if syntax not in (DEFLATED, BIG_ENDIAN):
        return described, tuple(_encapsulated(dataset, count))
    data = bytes(element.value)
    if syntax == BIG_ENDIAN:  # bytes in words of the other order
        data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
    frame = dataset.Rows * dataset.Columns * dataset.BitsAllocated // 8
    starts = range(0, count * frame, frame)
    return described, tuple(data[start : start + frame] for start in starts)


def release() -> None:
    """Let go of the file whose frames were read last: it may be as large as a volume."""
    _stored.cache_clear()


def _encapsulated(dataset: Dataset, count: int) -> Iterator[bytes]:
    """The compressed frames of a file (PS3.5 A.4)."""
    data = dataset[_PIXEL_DATA].value
    if not hasattr(encaps, "generate_frames"):  # pydicom 2.4
        return encaps.generate_pixel_data_frame(data, count)
    table = None
    if _OFFSETS in dataset and _LENGTHS in dataset:
        table = dataset[_OFFSETS].value, dataset[_LENGTHS].value
    return encaps.generate_frames(data, number_of_frames=count, extended_offsets=table)


def _one_frame(described: Dataset, data: bytes, syntax: str) -> FileDataset:
    """A file of one frame, with nothing of the patient, that every decoder understands."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = UID(SECONDARY_CAPTURE)
    meta.MediaStorageSOPInstanceUID = meta.ImplementationClassUID = UID("2.25.1")
    meta.TransferSyntaxUID = UID(syntax)
    frame = FileDataset("", Dataset(), b"\0" * 128, meta, is_implicit_VR=False)
    frame.SOPClassUID, frame.SOPInstanceUID = SECONDARY_CAPTURE, "2.25.1"
    for element in described:
        frame.add_new(element.tag, element.VR, element.value)
    if syntax == _RLE:
        # Words are kept whole: what stands above BitsStored may be a padding value.
        frame.BitsStored, frame.HighBit = frame.BitsAllocated, frame.BitsAllocated - 1
    frame.PixelData = encaps.encapsulate([data])
    frame["PixelData"].VR = "OB"
    frame["PixelData"].is_undefined_length = True
    return frame


def _with_simpleitk(frame: FileDataset) -> np.ndarray:
    import SimpleITK

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "frame.dcm")
        frame.save_as(path)
        reader = SimpleITK.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(path)
        return SimpleITK.GetArrayFromImage(reader.Execute())[0]


def _pydicom_decodes(transfer_syntax: str) -> bool:
    try:
        from pydicom.pixels import get_decoder
    except ImportError:  # pydicom 2.4
        from pydicom import config

        return any(
            handler.is_available() and handler.supports_transfer_syntax(UID(transfer_syntax))
            for handler in config.pixel_data_handlers
        )
    try:
        return get_decoder(UID(transfer_syntax)).is_available
    except NotImplementedError:
        return False


@lru_cache(maxsize=1)
def _simpleitk_present() -> bool:
    return importlib.util.find_spec("SimpleITK") is not None


_DECODERS: tuple[tuple[Callable[[str], bool], Callable[[FileDataset], np.ndarray]], ...] = (
    (_pydicom_decodes, lambda frame: np.asarray(frame.pixel_array)),
    (lambda syntax: syntax in _WITH_SIMPLEITK and _simpleitk_present(), _with_simpleitk),
)
