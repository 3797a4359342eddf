"""The parser of the command line, and what may be typed as the value of an option.

A function that reads a value raises ``argparse.ArgumentTypeError`` where it is none.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from ..core.errors import GeometryError, ProtocolError
from ..core.outward import lines
from ..core.phrases import Phrase, _, languages, translated
from ..qa.protocol import parse_surgery_date

if TYPE_CHECKING:
    from ..geometry.manual import EnteredGeometry

_SAFE = re.compile(r'(?![.\-\s])[^<>:"/\\|?*\x00-\x1f]+(?<![. ])')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_NAME = 100
_USAGE = _("usage: ")
#: Words of help that stand in argparse, or in many places.
WORDS = (
    _("options"),
    _("positional arguments"),
    _("show this help message and exit"),
    _("show program's version number and exit"),
    _("COMMAND"),
    _("DIR"),
    _("FILE"),
    _("INPUT"),
    _("MODEL"),
    _("NAME"),
    _("RECORD"),
    _("REFERENCE"),
)


class Parser(argparse.ArgumentParser):
    """A parser that takes marked texts and shows them in the language in use."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, "formatter_class": _Formatter, **options})

    def error(self, message: str | Phrase) -> NoReturn:
        said = message.said if isinstance(message, Phrase) else translated(message)
        super().error(lines(said))


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, translated(_USAGE) if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and translated(heading))

    def add_text(self, text: str | None) -> None:
        super().add_text(text and translated(text))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and translated(action.help)

    def _metavar_formatter(
        self, action: argparse.Action, default_metavar: str
    ) -> Callable[[int], tuple[str, ...]]:
        words = super()._metavar_formatter(action, default_metavar)
        return lambda count: tuple(map(translated, words(count)))


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add ``--language``, which ``language_asked`` has read already."""
    parser.add_argument(
        "--language",
        choices=languages(),
        metavar="|".join(languages()),
        help=_("language of everything but JSON (default: en)"),
    )


def language_asked(arguments: Sequence[str]) -> str:
    """The language that is asked for anywhere in the arguments; otherwise English."""
    reader = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    reader.add_argument("--language", nargs="?")
    return reader.parse_known_args(list(arguments))[0].language or "en"


def wrong(problem: str, **values: object) -> argparse.ArgumentTypeError:
    """What is wrong with a value, in the language in use.

    :param problem: a marked sentence with ``{placeholders}``.
    """
    return argparse.ArgumentTypeError(Phrase(problem, values).said)


def number(text: str) -> float:
    """A number that is one."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise wrong(_("{text!r} is not a number"), text=text)
    return value


def positive(text: str) -> float:
    """A number above zero."""
    value = number(text)
    if value <= 0:
        raise wrong(_("{text} is not above zero"), text=text)
    return value


def spacing(text: str) -> str | float:
    """A way to choose the distance of planes, or millimetres."""
    return text if text in ("native", "isotropic") else positive(text)


def stack(text: str) -> int | str:
    """The number of a stack, or ``all``."""
    return _counted(text, "all")


def section(text: str) -> int | str:
    """The number of a section, ``all`` or ``merged``."""
    return _counted(text, "all", "merged")


def _counted(text: str, *words: str) -> int | str:
    if text in words:
        return text
    if not text.isdecimal() or int(text) < 1:
        problem = _("{text!r} is neither {words} nor a number from 1 on")
        raise wrong(problem, text=text, words=", ".join(words))
    return int(text)


def tilt(text: str) -> float:
    """Degrees of a gantry tilt, with their sign."""
    return number(text.removesuffix("°"))


def geometry(text: str) -> EnteredGeometry:
    """``ROWxCOLUMNxSTEP``."""
    from ..geometry.manual import EnteredGeometry

    try:
        return EnteredGeometry.from_text(text)
    except GeometryError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def threshold(text: str) -> tuple[float, float | None]:
    """``LOW[:HIGH]``."""
    low, colon, high = text.partition(":")
    bounds = number(low), number(high) if colon else None
    if bounds[1] is not None and bounds[1] < bounds[0]:
        raise wrong(_("in {text} the lower value is above the higher one"), text=text)
    return bounds


def mask(text: str) -> tuple[str, tuple[int, ...]]:
    """``FILE[:LABEL[+LABEL…]]``: what follows the last colon is a label where it is digits."""
    file, colon, labels = text.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9+]+", labels):
        return text, ()
    if not file or not re.fullmatch(r"0*[1-9]\d{0,5}(\+0*[1-9]\d{0,5})*", labels):
        problem = _("{text} names no labels: they are numbers from 1 on, with + between them")
        raise wrong(problem, text=text)
    return file, tuple(dict.fromkeys(int(label) for label in labels.split("+")))


def follow(text: str) -> float:
    """Millimetres, or ``off``."""
    from ..surface.masks import BAND_MM

    distance = 0.0 if text == "off" else positive(text)
    if distance > BAND_MM:
        problem = _("{text} is more than {most:g} mm: what lies so far away is another edge")
        raise wrong(problem, text=text, most=BAND_MM)
    return distance


def surface(text: str) -> str:
    """Where a surface lies."""
    from ..job.model import SURFACES

    if text not in SURFACES:
        problem = _("there is no surface {text!r}; there are {known}")
        raise wrong(problem, text=text, known=", ".join(SURFACES))
    return text


def preset(text: str) -> str:
    """The name of a range of grey values."""
    from ..surface.threshold import presets

    if text not in presets():
        problem = _("there is no preset {text!r}; there are {known}")
        raise wrong(problem, text=text, known=", ".join(presets()))
    return text


def formats(text: str) -> list[str]:
    """Kinds of model files, separated by commas; each once."""
    from ..mesh.io.export import FORMATS

    chosen = [name.strip().lower().removeprefix(".") for name in text.split(",")]
    for name in chosen:
        if name not in FORMATS:
            problem = _("there is no format {name!r}; there are {known}")
            raise wrong(problem, name=name, known=", ".join(FORMATS))
    return list(dict.fromkeys(chosen))


def name_of_file(text: str) -> str:
    """A name that every system takes for a file, without the suffix of a model."""
    name = text[:-4] if text.lower().endswith((".stl", ".3mf", ".obj", ".ply")) else text
    safe = _SAFE.fullmatch(name) and not _RESERVED.fullmatch(name)
    if not safe or len(name.encode()) > _LONGEST_NAME:
        raise wrong(_("{text!r} is no safe name for a file"), text=text)
    return name


def day(text: str) -> date:
    """``YYYY-MM-DD`` as a date."""
    try:
        return parse_surgery_date(text)
    except ProtocolError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
