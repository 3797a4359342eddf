"""Reading a volume or label map: NRRD, NIfTI and MetaImage. The content says which."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.phrases import _
from .common import AGAIN, Image, ImageError, NotReadable, opened
from .metaimage import is_metaimage, metaimage_data, read_metaimage
from .nifti import is_nifti, read_nifti
from .nrrd import nrrd_data, read_nrrd

_GIVE = _("Give a NRRD, NIfTI or MetaImage file")
_HEAD, _PIECE = 1 << 12, 1 << 24


#: Endings of two words, and of one.
_SUFFIXES = (".seg.nrrd", ".seg.nhdr", ".nii.gz", ".nrrd", ".nhdr", ".nii", ".mha", ".mhd")


def image_suffix(name: str) -> str:
    """The ending of a file's name, "" where it is none of a volume file."""
    return next((ending for ending in _SUFFIXES if name.lower().endswith(ending)), "")


def read_image(path: str | os.PathLike[str]) -> Image:
    """The voxels of a file and where they lie, LPS mm.

    :raises ImageError: the file is missing, cut off, of another format, does not say where its
        voxels lie, or holds colours, vectors or several volumes.
    """
    file = Path(path)
    with _explained(file):
        return _reader(file)(file)


def sha256_of_image(path: str | os.PathLike[str]) -> str:
    """The checksum of a file; of a header that names another file, of both one after the other.

    :raises ImageError: as ``read_image``.
    """
    file, digest = Path(path), hashlib.sha256()
    with _explained(file):
        for one in filter(None, (file, _data_of(file))):
            with opened(one) as stream:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Say in which file it was, and what to do."""
    try:
        yield
    except NotReadable as error:
        told = error.why
        raise ImageError(
            told.template, remedy=error.remedy, file=str(file), **told.values
        ) from error
    except OSError as error:
        raise _unopened(file, error) from error
    except (ArithmeticError, EOFError, LookupError, ValueError, struct.error) as error:
        # Readers check what they use; what they overlook in a hostile file ends here.
        raise ImageError(
            _("the file is damaged ({reason})"),
            remedy=AGAIN,
            file=str(file),
            reason=str(error),
        ) from error
    except MemoryError as error:
        raise ImageError(
            _("there is not enough memory for its voxels"),
            remedy=_("Close other programs, or save a smaller part of it"),
            file=str(file),
        ) from error


def _unopened(file: Path, error: OSError) -> ImageError:
    missing = isinstance(error, FileNotFoundError)
    named = error.filename
    if missing and named is not None and Path(os.fsdecode(named)) != file:
        template = _("the file {name} with its voxels is not beside it")
        values: dict[str, Any] = {"name": Path(os.fsdecode(named)).name}
    else:
        template = _("there is no such file") if missing else _("it cannot be read ({reason})")
        values = {} if missing else {"reason": error.strerror or type(error).__name__}
    return ImageError(template, file=str(file), remedy=_GIVE, **values)


def _reader(file: Path) -> Callable[[Path], Image]:
    head = _head(file)
    if head.startswith(b"NRRD"):
        return read_nrrd
    if is_nifti(head):
        return read_nifti
    if is_metaimage(head):
        return read_metaimage
    if head[128:132] == b"DICM":
        raise NotReadable(_("this is DICOM, not a volume file"), _GIVE)
    if not head:
        raise NotReadable(_("the file is empty"))
    raise NotReadable(_("this is no volume file that PrintPrep knows"), _GIVE)


def _head(file: Path) -> bytes:
    """The first bytes, unpacked where the whole file is packed."""
    with opened(file) as stream:
        head = stream.read(_HEAD)
        if not head.startswith(b"\x1f\x8b"):
            return head
        try:
            return zlib.decompressobj(31).decompress(head, _HEAD)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise NotReadable(_("its packed voxels are damaged")) from error


def _data_of(file: Path) -> Path | None:
    """The other file that a header names; None where the voxels are in the file itself."""
    reader = _reader(file)
    if reader is read_nrrd:
        return nrrd_data(file)
    return metaimage_data(file) if reader is read_metaimage else None
