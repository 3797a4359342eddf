"""The command ``printprep calibrate``."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from ..core.phrases import Phrase, _
from ..core.progress import part
from . import arguments
from .console import Console

if TYPE_CHECKING:
    from ..calibration.object_fit import ObjectFit
    from ..calibration.scale import CenterScale
    from ..volume.regular_volume import RegularVolume

#: How many sizes each kind of object has, and what it is called.
_SIZES = {"ball": 1, "block": 3, "cylinder": 2}
_TITLES = {"ball": _("Ball"), "block": _("Block"), "cylinder": _("Cylinder")}


def add_calibrate(commands: Any, everywhere: argparse.ArgumentParser) -> None:
    """Add the command to the parser of the command line."""
    calibrate = commands.add_parser(
        "calibrate",
        parents=[everywhere],
        help=_("measure an object of known size in a scan, and keep the scanner's scale"),
        description=_(
            "Measure an object of known size in a scan, and keep the scanner's scale. "
            "docs/calibration.md tells more."
        ),
    )
    calibrate.add_argument(
        "--object", choices=tuple(_SIZES), required=True, help=_("kind of the object")
    )
    calibrate.add_argument(
        "--nominal",
        type=_sizes,
        required=True,
        metavar="30[x20x10]",
        help=_("its known size in mm: a diameter, three edges, or diameter x length"),
    )
    calibrate.add_argument(
        "--nominal-uncertainty",
        type=arguments.positive,
        default=0.0,
        metavar="MM",
        help=_("how far the known size may be off (95 %%)"),
    )
    calibrate.add_argument(
        "--at",
        type=_point,
        action="append",
        metavar="X,Y,Z",
        help=_(
            "a point inside the object, LPS mm; once for every object. Without it the object is "
            "looked for"
        ),
    )
    calibrate.add_argument(
        "--known",
        type=_point,
        action="append",
        metavar="X,Y,Z",
        help=_(
            "known centre in mm of each object, in the order of --at and in any frame: the "
            "scale then comes from the distances"
        ),
    )
    calibrate.add_argument(
        "--series",
        metavar="NUMBER|UID",
        help=_("which series, by number or UID; otherwise the one with most slices"),
    )
    calibrate.add_argument(
        "--store", metavar="FILE", help=_("file to which the calibration is added")
    )
    calibrate.set_defaults(command=_calibrate, wrong_usage=calibrate.error)


def _sizes(text: str) -> tuple[float, ...]:
    return tuple(arguments.positive(part) for part in re.split("[x×]", text.lower()))


def _point(text: str) -> tuple[float, float, float]:
    numbers = tuple(arguments.number(part) for part in text.split(","))
    if len(numbers) != 3:
        raise arguments.wrong(_("{text!r} is no point X,Y,Z"), text=text)
    return numbers


def _check_usage(options: argparse.Namespace) -> None:
    wrong, at, kind = options.wrong_usage, options.at or [], options.object
    if len(options.nominal) != _SIZES[kind]:
        values = {"kind": kind, "count": _SIZES[kind]}
        wrong(Phrase(_("--nominal of a {kind} takes {count} number(s)"), values))
    if options.known is not None and (len(options.known) != len(at) or len(at) < 2):
        wrong(_("--known needs two --at or more, and one --known for each"))
    if len(at) > 1 and options.known is None:
        wrong(_("several --at need a --known for each"))


def _calibrate(options: argparse.Namespace, console: Console) -> None:
    from ..calibration.store import add_calibration, calibration_entry
    from ..core.jsonable import to_json
    from ..series.reader import read_series
    from ..series.selection import choose
    from ..volume.regularize import load_stack

    _check_usage(options)
    with console.quiet():
        collection = read_series(options.inputs, part(console.progress, 0.0, 0.2))
        stacks, chosen = choose(collection, options.series, options.inputs)
        volume = load_stack(stacks[0], "native", part(console.progress, 0.2, 0.6))
        fits, distances = _measured(volume, options, console)
        entry = calibration_entry(volume.provenance["source"], fits, distances)
        if options.store is not None:
            add_calibration(options.store, entry)
    for finding in chosen:
        console.remark(finding.said)
    console.answer(to_json(entry, ascii_only=True) if options.json else _words(entry, options))


def _measured(
    volume: RegularVolume, options: argparse.Namespace, console: Console
) -> tuple[list[ObjectFit], CenterScale | None]:
    import numpy as np

    from ..calibration.measure import find_object, fit_object
    from ..calibration.scale import scale_from_centers

    kind, nominal, tolerance = options.object, options.nominal, options.nominal_uncertainty
    progress = part(console.progress, 0.6, 1.0)
    if not options.at:
        return [find_object(volume, kind, nominal, tolerance, progress)], None
    fits = [fit_object(volume, kind, at, nominal, tolerance, progress) for at in options.at]
    if options.known is None:
        return fits, None
    return fits, scale_from_centers(fits, np.array(options.known), tolerance)


def _words(entry: dict[str, Any], options: argparse.Namespace) -> str:
    """The result for a person."""
    rows: list[tuple[Phrase, Phrase]] = []
    for one in entry["objects"]:
        center = ", ".join(f"{value:.2f}" for value in one["center_mm"])
        at = Phrase(_("at {center} (LPS mm)"), {"center": center})
        rows.append((Phrase(_TITLES[one["kind"]]), at))
        for nominal, size, half in zip(
            one["nominal_mm"], one["measured_mm"], one["uncertainty_mm"], strict=True
        ):
            sizes = {"size": size, "half": half, "nominal": nominal}
            measured = Phrase(_("{size:.3f} ± {half:.3f} mm, nominal {nominal:g} mm"), sizes)
            rows.append((Phrase(_("Size")), measured))
        blur = dict(zip(("within", "across"), one["blur_mm"], strict=True))
        blurred = Phrase(_("{within:.2f} mm within the slices, {across:.2f} mm across"), blur)
        rows.append((Phrase(_("Blur (σ)")), blurred))
    for axis, one in entry["scale"].items():
        told = Phrase(_("not told by this object"))
        if one is not None:
            told = Phrase(f"{one['scale']:.5f} ± {one['uncertainty']:.5f}")
        rows.append((Phrase(_("Scale {axis}"), {"axis": axis}), told))
    if options.store is not None:
        rows.append((Phrase(_("Kept in")), Phrase(options.store)))
    return "".join(f"{name.said:13} {value.said}\n" for name, value in rows)
