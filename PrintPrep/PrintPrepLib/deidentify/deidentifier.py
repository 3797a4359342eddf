"""Take out of DICOM data what tells whose they are (PS3.15 Annex E).

The Basic Application Level Confidentiality Profile with the options that PET needs, from the
standard's own table. What is removed is not put anywhere else: a report holds tags and
actions, no values. Of pixels, what no image needs is cleared; where words may be burned into
them, the result says so and the header does not claim that the identity is removed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from .. import __version__
from ..core.findings import Finding
from ..core.persons import Persons
from ..core.phrases import _
from .elements import Found
from .options import DeidentifyError, Options, pet_warnings
from .pixels import look
from .plan import Change, Plan, Step, step_on
from .profile import Rules, edition
from .values import Replacements

_PRIVATE_COMPRESSION = "1.3.46.670589.33.1.4.1"
_SECRET_BYTES = 32

_IDENTITY_REMOVED = 0x00120062
_METHOD = 0x00120063
_PIXEL_DATA = 0x7FE00010
_METHOD_CODES = 0x00120064
_TIMES_MODIFIED = 0x00280303
_TIMES_KEYWORD = "LongitudinalTemporalInformationModified"
_TIMES = {"remove": "REMOVED", "shift": "MODIFIED", "keep": "UNMODIFIED"}
_GRAVEST = ("REMOVED", "MODIFIED", "UNMODIFIED")
_CHANGE = ("tag", "keyword", "action", "reason")


class Treated(NamedTuple):
    """What was done to one data set, without any value.

    :param changes: tag, keyword, action and reason of each.
    :param warnings: id and text of each.
    """

    changes: tuple[tuple[str, str, str, str], ...]
    warnings: tuple[tuple[str, str], ...]
    identity_removed: bool


@dataclass(frozen=True)
class Deidentified:
    """What was done to one data set, or would be; iterates over its changes.

    :param identity_removed: what the header claims in (0012,0062).
    :param warnings: why it does not, and what else a person should look at.
    """

    changes: tuple[Change, ...]
    warnings: tuple[Finding, ...]
    identity_removed: bool

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    @property
    def treated(self) -> Treated:
        """What a tally needs to know."""
        return Treated(
            tuple((c.tag, c.keyword, c.action, c.reason) for c in self.changes),
            tuple((finding.id, finding.message) for finding in self.warnings),
            self.identity_removed,
        )


class Deidentifier:
    """De-identifies the data sets of one run so that they still belong together.

    The same UID becomes the same new UID, and a patient keeps one pseudonym and one shift of
    dates: in the whole run, and in every other run with the same secret.

    :param secret: at least 16 bytes that nobody else may learn: with them, and a list of
        patients, pseudonyms can be found again. None draws new ones.
    :raises DeidentifyError: the secret is too short.
    """

    def __init__(self, options: Options, secret: bytes | None = None) -> None:
        if secret is not None and len(secret) < 16:
            raise DeidentifyError(
                _("the secret has {count} bytes, which can be guessed"),
                remedy=_("Give at least 16 random bytes"),
                count=len(secret),
            )
        self.options = options
        self.secret = os.urandom(_SECRET_BYTES) if secret is None else bytes(secret)
        self._rules = Rules(options)
        self._values = Replacements(self.secret, options.pseudonyms)

    def apply(self, dataset: Dataset) -> Deidentified:
        """De-identify a data set in place: its file header, sequences and private elements too.

        :raises DeidentifyError: the pixels are in a private compression that the private
            elements describe, or a sequence is damaged. The data set is then as it was.
        """
        header = getattr(dataset, "file_meta", None)
        if str((header or {}).get("TransferSyntaxUID", "")) == _PRIVATE_COMPRESSION:
            raise DeidentifyError(
                _(
                    "the pixels are in the Philips/Elscint private compression, which needs "
                    "private elements that would be removed"
                ),
                remedy=_("Convert the file first"),
            )
        result, steps = self._planned(dataset)
        for step in steps:
            step.apply()
        if getattr(dataset, "preamble", None):
            # 128 bytes that any writer may use for anything.
            dataset.preamble = bytes(128)
        return result

    def preview(self, dataset: Dataset) -> Deidentified:
        """What ``apply`` would do; the data set stays as it is."""
        return self._planned(dataset)[0]

    def _planned(self, dataset: Dataset) -> tuple[Deidentified, list[Step]]:
        try:
            return self._changes_to(dataset)
        except DeidentifyError:
            raise
        except Exception as error:  # pydicom raises whatever its parser stumbles over
            raise DeidentifyError(
                _("the data set is damaged, so nobody can tell what it holds ({kind})"),
                kind=type(error).__name__,
            ) from error

    def _changes_to(self, dataset: Dataset) -> tuple[Deidentified, list[Step]]:
        seen = look(dataset)
        plan = Plan(dataset, self._rules, self._values)
        statements = self._statements(dataset, seen.claimed, plan.persons)
        steps = [*plan.steps, *(_stated(dataset, element) for element in statements)]
        if seen.cleared is not None:
            steps.append(_cleared(dataset, seen.cleared))
        changes = tuple(step.change for step in steps)
        return Deidentified(changes, seen.findings, seen.claimed), steps

    def _statements(
        self, dataset: Dataset, claimed: bool, persons: Persons
    ) -> Iterator[DataElement]:
        """The elements that say that, and how, a data set was de-identified."""
        # What was shifted or removed before does not become true again.
        times = {_TIMES[self.options.dates], str(dataset.get(_TIMES_KEYWORD, "")).strip()}
        yield DataElement(_TIMES_MODIFIED, "CS", min(times & set(_GRAVEST), key=_GRAVEST.index))
        yield DataElement(_IDENTITY_REMOVED, "CS", "YES" if claimed else "NO")
        if not claimed:
            return
        # A data set may have been de-identified before: what was done then stays done.
        old = dataset.get("DeidentificationMethod") or []
        every = [old] if isinstance(old, str) else list(old)
        methods = [line for line in every if line and not persons.stand_in(line)]
        for line in (f"PrintPrep {__version__}", f"PS3.15 {edition()} Annex E"):
            if line not in methods:
                methods.append(line)
        yield DataElement(_METHOD, "LO", methods)
        codes = list(dataset.get("DeidentificationMethodCodeSequence") or ())
        known = {code.get("CodeValue") for code in codes}
        for value, meaning in self.options.codes:
            if value not in known:
                codes.append(_code(value, meaning))
        yield DataElement(_METHOD_CODES, "SQ", Items(codes))


def report(result: Deidentified, values: bool = False) -> dict[str, Any]:
    """The JSON-able record of one data set.

    :param values: also what stood there and what stands there now. Such a report identifies
        the patient: it belongs where the original data are.
    """
    names = ("path", *_CHANGE, *(("before", "after") * values))
    return {
        "identity_removed": result.identity_removed,
        "warnings": [finding.as_finding() for finding in result.warnings],
        "changes": [{name: getattr(change, name) for name in names} for change in result],
    }


class Tally:
    """How often each element of many data sets was treated how; never a value of a patient."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._changes: Counter[tuple[str, str, str, str]] = Counter()
        self._warnings: Counter[tuple[str, str]] = Counter()
        self._files = self._unclaimed = 0

    def add(self, treated: Treated) -> None:
        """Take in one data set."""
        self._files += 1
        self._unclaimed += not treated.identity_removed
        self._changes.update(treated.changes)
        self._warnings.update(treated.warnings)

    def record(self) -> dict[str, Any]:
        """The JSON-able record; ``not_claimed`` counts the data sets whose header does not
        state that the identity is removed.
        """
        return {
            "profile": "PS3.15 Basic Application Level Confidentiality Profile",
            "edition": edition(),
            "options": self.options.as_dict(),
            "codes": [{"value": code, "meaning": meaning} for code, meaning in self.options.codes],
            "pet_warnings": pet_warnings(self.options),
            "files": self._files,
            "not_claimed": self._unclaimed,
            "warnings": [
                {"id": key, "message": text, "count": count}
                for (key, text), count in sorted(self._warnings.items())
            ],
            "changes": [
                {**dict(zip(_CHANGE, key, strict=True)), "count": count}
                for key, count in sorted(self._changes.items())
            ],
        }


def _stated(dataset: Dataset, element: DataElement) -> Step:
    """The step that writes what a data set says about its own de-identification."""
    tag = int(element.tag)
    found = Found(dataset, tag, DataElement(tag, "CS", ""), "CS", "")
    if tag in dataset:
        found = Found.at(dataset, tag)
    after = "a sequence" if element.VR == "SQ" else str(element.value)
    return step_on(found, "replace", after, "says what was done", element)


def _cleared(dataset: Dataset, pixels: bytes) -> Step:
    """The step that takes what no image needs out of the pixel data."""
    found = Found.at(dataset, _PIXEL_DATA)
    element = found.element
    if isinstance(element, RawDataElement):
        new: Any = element._replace(value=pixels, length=len(pixels))
    else:
        new = DataElement(_PIXEL_DATA, found.vr, pixels)
        new.is_undefined_length = element.is_undefined_length
    why = "bits, comments and bytes behind the image, which no image needs"
    return step_on(found, "replace", f"{len(pixels)} bytes", why, new)


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue = value
    code.CodingSchemeDesignator = "DCM"
    code.CodeMeaning = meaning
    return code
