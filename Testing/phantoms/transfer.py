"""Files in other transfer syntaxes: the same pixels, stored in another way."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    RLELossless,
)


def rewrite(path: str | Path, form: str) -> None:
    """Write a file anew as ``rle``, ``j2k``, ``jpeg_lossless``, ``deflated`` or ``big_endian``."""
    dataset = dcmread(path)
    if form == "rle":
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(str(path))
    elif form == "deflated":
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        dataset.save_as(str(path))
    elif form == "big_endian":
        _big_endian(dataset, path)
    else:
        compressor, syntax = {
            "j2k": ("JPEG2000", JPEG2000Lossless),
            "jpeg_lossless": ("JPEG", JPEGLosslessSV1),
        }[form]
        _encapsulated(dataset, path, [_by_gdcm(_pixels(dataset), compressor)], syntax)


def jpeg_baseline(path: str | Path, pixels: np.ndarray) -> None:
    """Replace a file's pixels by 8-bit ones behind Pillow's lossy JPEG, quality 95."""
    import io

    from PIL import Image

    dataset = dcmread(path)
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    stream = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(stream, "JPEG", quality=95)
    _encapsulated(dataset, path, [stream.getvalue()], JPEGBaseline8Bit)


def _pixels(dataset: FileDataset) -> np.ndarray:
    kind = f"<{'i' if dataset.PixelRepresentation else 'u'}{dataset.BitsAllocated // 8}"
    return np.frombuffer(dataset.PixelData, kind).reshape(dataset.Rows, dataset.Columns)


def _encapsulated(dataset: FileDataset, path: str | Path, frames: list[bytes], syntax: str) -> None:
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(str(path))


def _by_gdcm(pixels: np.ndarray, compressor: str) -> bytes:
    """The compressed stream that SimpleITK's GDCM makes of an image."""
    import SimpleITK

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "image.dcm")
        writer = SimpleITK.ImageFileWriter()
        writer.SetImageIO("GDCMImageIO")
        writer.SetFileName(path)
        writer.UseCompressionOn()
        writer.SetCompressor(compressor)
        writer.Execute(SimpleITK.GetImageFromArray(pixels))
        # Behind the empty offset table and one item's tag and length.
        data = dcmread(path).PixelData
        table = 8 + int.from_bytes(data[4:8], "little")
        length = int.from_bytes(data[table + 4 : table + 8], "little")
        return data[table + 8 : table + 8 + length]


def _big_endian(dataset: FileDataset, path: str | Path) -> None:
    kind = np.dtype(f"<u{dataset.BitsAllocated // 8}")
    if kind.itemsize == 1:  # bytes in words, as PS3.5 8.1.1 had it for OW
        kind = np.dtype("<u2")
        dataset["PixelData"].VR = "OW"
    swapped = np.frombuffer(dataset.PixelData, kind).astype(kind.newbyteorder(">"))
    dataset.PixelData = swapped.tobytes()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    # A data set of its own: pydicom does not let one that it read change its byte order.
    other = FileDataset(
        "",
        Dataset(),
        preamble=b"\0" * 128,
        file_meta=dataset.file_meta,
        is_implicit_VR=False,
        is_little_endian=False,
    )
    for element in dataset:
        other.add_new(element.tag, element.VR, element.value)
    other.save_as(str(path))
