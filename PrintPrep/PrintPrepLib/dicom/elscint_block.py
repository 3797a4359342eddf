"""Where a Philips/Elscint file keeps its pixels, and what they are compressed with.

Private creator ``ELSCINT1`` in group 07A1 reserves a block of elements (PS3.5 7.8.1), in it
xx0A holds the compressed pixels and xx11 the name of the compression. Some files hold the
compressed stream in PixelData, some hold plain values there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.phrases import _

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TRANSFER_SYNTAX = "1.3.46.670589.33.1.4.1"
CREATOR = "ELSCINT1"
GROUP = 0x07A1
_STREAM = 0x0A
_COMPRESSION = 0x11
REMEDY = _("Ask for the series as uncompressed DICOM from the scanner or its archive")

_BLOCKS = range(0x10, 0x100)
#: The elements that tell how a file's pixels are compressed, in the block that most files use.
USUAL_TAGS = (GROUP << 16 | 0x0010, GROUP << 16 | 0x1000 | _COMPRESSION)
#: The same in every block that a file can use.
ALL_TAGS = tuple(
    GROUP << 16 | element for block in _BLOCKS for element in (block, block << 8 | _COMPRESSION)
)


def private_pixels(dataset: Dataset) -> tuple[str, int] | None:
    """The private compression and the tag that xx0A has in this file; None where there is none.

    Only the data set itself is asked, not the items of its sequences (icons).
    """
    for tag in sorted(dataset.keys()):
        block = tag & 0xFFFF
        if tag >> 16 != GROUP or block not in _BLOCKS:
            continue
        if str(dataset[tag].value).strip(" \0") != CREATOR:
            continue
        name = dataset.get((GROUP, block << 8 | _COMPRESSION))
        if name is not None:
            text = name.value
            text = text.decode("latin-1") if isinstance(text, bytes) else str(text)
            return text.strip(" \0"), (GROUP << 16 | block << 8 | _STREAM)
    return None
