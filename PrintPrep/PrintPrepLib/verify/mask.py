"""The mask that a model was made of: is the file beside the record the same?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.phrases import Phrase, _
from ..image_io.common import ImageError
from ..image_io.read import image_suffix, sha256_of_image
from .items import Difference, Item, beside


def mask_items(record: Mapping[str, Any], folder: Path) -> list[Item]:
    """One item where the record names a mask.

    The record need not hold the file's true name, which may name a person: every volume file
    beside it is looked at, and the one counts whose checksum is the recorded one.
    """
    mask = record["segment"].get("mask")
    if mask is None:
        return []
    title = Phrase(_("Mask"))
    if not isinstance(mask, Mapping) or not isinstance(mask.get("sha256"), str):
        template = _("The mask's part of the record is not as PrintPrep writes it.")
        return [Item("mask", title, "changed", Phrase(template))]
    name = str(mask.get("file"))
    recorded, named = mask["sha256"], beside(folder, name)
    found = None if named is None else _sum(named)
    if found is not None and found != recorded:
        template = _("{name} is not the mask that was used: its SHA-256 is {found}.")
        told = Phrase(template, {"name": name, "found": found})
        return [Item("mask", title, "changed", told, (Difference("sha256", recorded, found),))]
    for file in [named] if found else _candidates(folder):
        if file is not None and (found or _sum(file)) == recorded:
            told = Phrase(_("{name} is the mask that was used."), {"name": file.name})
            return [Item("mask", title, "unchanged", told)]
    told = Phrase(_("The mask is not beside the record: put it there to have it compared."))
    return [Item("mask", title, "unchecked", told)]


def _candidates(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.iterdir()):
        if image_suffix(file.name) and file.is_file() and not file.name.startswith("volume"):
            yield file


def _sum(file: Path) -> str | None:
    try:
        return sha256_of_image(file)
    except ImageError:
        return None
