"""Take out of DICOM data what tells whose they are (PS3.15 Annex E).

The Basic Application Level Confidentiality Profile with the options that PET needs, from the
standard's own table. What is removed is not put anywhere else: a report holds tags and
actions, no values. Pixels are not looked at; where words may be burned into them, the result
says so and the header does not claim that the identity is removed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from .. import __version__
from ..core.findings import Finding
from .elements import Found
from .options import DeidentifyError, Options, pet_warnings
from .pixels import pixel_warnings
from .plan import Change, Patient, Plan, Step
from .profile import Rules, edition
from .values import Replacements

_PRIVATE_COMPRESSION = "1.3.46.670589.33.1.4.1"
_SECRET_BYTES = 32

_IDENTITY_REMOVED = 0x00120062
_METHOD = 0x00120063
_METHOD_CODES = 0x00120064
_TIMES_MODIFIED = 0x00280303
_TIMES_KEYWORD = "LongitudinalTemporalInformationModified"
_TIMES = {"remove": "REMOVED", "shift": "MODIFIED", "keep": "UNMODIFIED"}
_GRAVEST = ("REMOVED", "MODIFIED", "UNMODIFIED")


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
                f"the secret has {len(secret)} bytes, which can be guessed",
                remedy="Give at least 16 random bytes",
            )
        self.options = options
        self.secret = os.urandom(_SECRET_BYTES) if secret is None else bytes(secret)
        self._rules = Rules(options)
        self._values = Replacements(self.secret)

    def apply(self, dataset: Dataset) -> Deidentified:
        """De-identify a data set in place: its file header, sequences and private elements too.

        :raises DeidentifyError: the pixels are in a private compression that the private
            elements describe, or a sequence is damaged. The data set is then as it was.
        """
        header = getattr(dataset, "file_meta", None)
        if str((header or {}).get("TransferSyntaxUID", "")) == _PRIVATE_COMPRESSION:
            raise DeidentifyError(
                "the pixels are in the Philips/Elscint private compression, which needs private "
                "elements that would be removed",
                remedy="Convert the file first",
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
        warnings, claimed = pixel_warnings(dataset)
        steps = Plan(dataset, self._rules, self._values, self._patient(dataset)).steps
        steps += [_stated(dataset, element) for element in self._statements(dataset, claimed)]
        changes = tuple(step.change for step in steps)
        return Deidentified(changes, warnings, claimed), steps

    def _patient(self, dataset: Dataset) -> Patient:
        number = _value(dataset, "PatientID")
        if number:
            return Patient(
                self._pseudonym(number), self._values.shift_days(f"id:{number}"), self._pseudonym
            )
        # Without a number the name and birth date stand for a person, or else the study.
        name = [_value(dataset, word) for word in ("PatientName", "PatientBirthDate")]
        key = (
            f"name:{'|'.join(name)}" if name[0] else f"study:{_value(dataset, 'StudyInstanceUID')}"
        )
        return Patient(self._values.pseudonym(key), self._values.shift_days(key), self._pseudonym)

    def _pseudonym(self, number: str) -> str:
        number = number.strip()
        return self.options.pseudonyms.get(number) or self._values.pseudonym(f"id:{number}")

    def _statements(self, dataset: Dataset, claimed: bool) -> Iterator[DataElement]:
        """The elements that say that, and how, a data set was de-identified."""
        # What was shifted or removed before does not become true again.
        times = {_TIMES[self.options.dates], _value(dataset, _TIMES_KEYWORD)}
        yield DataElement(_TIMES_MODIFIED, "CS", min(times & set(_GRAVEST), key=_GRAVEST.index))
        yield DataElement(_IDENTITY_REMOVED, "CS", "YES" if claimed else "NO")
        if not claimed:
            return
        # A data set may have been de-identified before: what was done then stays done.
        old = dataset.get("DeidentificationMethod") or []
        methods = [old] if isinstance(old, str) else list(old)
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


def preview(dataset: Dataset, options: Options, secret: bytes | None = None) -> Deidentified:
    """What a de-identification would change; the data set stays as it is.

    :raises DeidentifyError: a sequence is damaged.
    """
    return Deidentifier(options, secret).preview(dataset)


def report(options: Options, result: Deidentified, values: bool = False) -> dict[str, Any]:
    """The JSON-able record of one data set.

    :param values: also what stood there and what stands there now. Such a report identifies
        the patient: it belongs where the original data are.
    """
    names = ("path", "tag", "keyword", "action", "reason", *(("before", "after") * values))
    return {
        **_head(options),
        "identity_removed": result.identity_removed,
        "warnings": [finding.as_finding() for finding in result.warnings],
        "changes": [{name: getattr(change, name) for name in names} for change in result],
    }


def tally(options: Options, results: Iterable[Deidentified]) -> dict[str, Any]:
    """The JSON-able record of many data sets: how often each element was treated how.

    :returns: never a value of a patient; ``not_claimed`` counts the data sets whose header
        does not state that the identity is removed.
    """
    counts: Counter[tuple[str, str, str, str]] = Counter()
    warnings: Counter[tuple[str, str]] = Counter()
    files = unclaimed = 0
    for result in results:
        files += 1
        unclaimed += not result.identity_removed
        warnings.update((finding.id, finding.message) for finding in result.warnings)
        counts.update((c.tag, c.keyword, c.action, c.reason) for c in result)
    names = ("tag", "keyword", "action", "reason")
    return {
        **_head(options),
        "files": files,
        "not_claimed": unclaimed,
        "warnings": [
            {"id": key, "message": text, "count": n} for (key, text), n in warnings.items()
        ],
        "changes": [
            {**dict(zip(names, key, strict=True)), "count": n} for key, n in sorted(counts.items())
        ],
    }


def _head(options: Options) -> dict[str, Any]:
    return {
        "profile": "PS3.15 Basic Application Level Confidentiality Profile",
        "edition": edition(),
        "options": options.as_dict(),
        "codes": [{"value": value, "meaning": meaning} for value, meaning in options.codes],
        "pet_warnings": pet_warnings(options),
    }


def _stated(dataset: Dataset, element: DataElement) -> Step:
    """The step that writes what a data set says about its own de-identification."""
    tag = int(element.tag)
    found = Found.at(dataset, tag) if tag in dataset else Found(dataset, tag, element, "CS", "")
    before = found.shown if tag in dataset else ""
    after = "a sequence" if element.VR == "SQ" else str(element.value)
    reason = "says what was done"
    change = Change(found.name, found.keyword, "replace", before, after, "", reason)
    return Step(dataset, tag, element, change)


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue = value
    code.CodingSchemeDesignator = "DCM"
    code.CodeMeaning = meaning
    return code


def _value(dataset: Dataset, keyword: str) -> str:
    """A text as pydicom decodes it, so that it is the same whatever bytes it was read from."""
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()
