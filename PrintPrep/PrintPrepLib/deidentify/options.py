"""What a de-identification keeps: the profile's options, and what they mean for PET."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..core.errors import PrintPrepError
from ..core.phrases import _

DATES = ("remove", "shift", "keep")
UIDS = ("replace", "keep")

_LONGEST_PSEUDONYM = 64
#: PS3.16 CID 7050: the code and meaning that a header states for each of the choices.
_RETAIN_TIMES = "Retain Longitudinal Temporal Information"
_BASIC = ("113100", "Basic Application Confidentiality Profile")
_CODES = {
    "modified_dates": ("113107", f"{_RETAIN_TIMES} Modified Dates Option"),
    "full_dates": ("113106", f"{_RETAIN_TIMES} Full Dates Option"),
    "retain_patient_characteristics": ("113108", "Retain Patient Characteristics Option"),
    "retain_device_identity": ("113109", "Retain Device Identity Option"),
    "retain_uids": ("113110", "Retain UIDs Option"),
    "retain_safe_private": ("113111", "Retain Safe Private Option"),
    "retain_institution_identity": ("113112", "Retain Institution Identity Option"),
}


class DeidentifyError(PrintPrepError):
    """Something that cannot be de-identified, or options that make no sense."""


@dataclass(frozen=True)
class Options:
    """The Basic Application Level Confidentiality Profile (PS3.15 Annex E) and its options.

    :param profile: ``basic``, the only profile there is.
    :param retain_safe_private: keep the private elements known to hold nothing but numbers
        (``data/deidentify_private.json``), such as the SUV scale factor of Philips.
    :param retain_patient_characteristics: keep sex, age, size, weight and the like.
    :param retain_device_identity: keep what names the scanner, such as its serial number.
    :param retain_institution_identity: keep what names the institution.
    :param dates: ``remove``; ``shift`` by one number of whole days for a patient, so that
        differences stay and times of day are unchanged; or ``keep``.
    :param uids: ``replace`` (the same UID by the same new one everywhere) or ``keep``.
    :param pseudonyms: PatientID → what stands in its place; others get one that is worked out.
    :raises DeidentifyError: unknown words, or pseudonyms that DICOM does not allow or that
        make one patient of two.
    """

    profile: str = "basic"
    retain_safe_private: bool = False
    retain_patient_characteristics: bool = False
    retain_device_identity: bool = False
    retain_institution_identity: bool = False
    dates: str = "remove"
    uids: str = "replace"
    pseudonyms: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, known in (("profile", ("basic",)), ("dates", DATES), ("uids", UIDS)):
            if getattr(self, name) not in known:
                raise DeidentifyError(
                    _("{name} cannot be {value!r}"),
                    remedy=_("Choose one of {known}"),
                    name=name,
                    value=getattr(self, name),
                    known=", ".join(known),
                )
        for code in self.pseudonyms.values():
            _check_pseudonym(code)
        if len(set(self.pseudonyms.values())) < len(self.pseudonyms):
            raise DeidentifyError(
                _("two patients have the same pseudonym"),
                remedy=_("Give each patient one of its own"),
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the standard's table that are in force, dates first."""
        dates = {"shift": ("modified_dates",), "keep": ("full_dates",)}.get(self.dates, ())
        flags = [name for name in _CODES if getattr(self, name, None) is True]
        return (*dates, *flags, *(("retain_uids",) if self.uids == "keep" else ()))

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """Code value (scheme DCM) and meaning of the profile and of every option."""
        return (_BASIC, *(_CODES[column] for column in self.columns))

    def as_dict(self) -> dict[str, Any]:
        """The options for a report: without pseudonyms, whose keys are patients."""
        return {key: value for key, value in asdict(self).items() if key != "pseudonyms"}


#: The sets of options that are offered by name.
PROFILES: dict[str, Options] = {
    "basic": Options(),
    "pet": Options(retain_safe_private=True, retain_patient_characteristics=True, dates="shift"),
}


def pet_warnings(options: Options) -> list[str]:
    """Sentences that say which of the options break PET quantification; none: it survives."""
    kept = (
        options.retain_patient_characteristics,
        options.dates != "remove",
        options.retain_safe_private,
    )
    return [told for told, keeps in zip(_PET_WARNINGS, kept, strict=True) if not keeps]


_PET_WARNINGS = (
    _(
        "The patient's weight is removed, so SUV by body weight cannot be computed any more; "
        "without size and sex, neither can SUV by lean body mass or body surface. Retain patient "
        "characteristics."
    ),
    _(
        "The times of injection, series and acquisition are removed, so the decay of the dose is "
        "unknown and SUV cannot be computed any more. Shift the dates or keep them."
    ),
    _(
        "The private scale factors of Philips are removed, so its images in counts (CNTS) cannot "
        "be turned into SUV any more; the private scan times of GE and Siemens go, too, which "
        "processed series need. Retain safe private elements."
    ),
)


def _check_pseudonym(code: str) -> None:
    # PatientName holds it, too, where these signs part its components.
    if not code.strip() or len(code) > _LONGEST_PSEUDONYM or set(code) & set("\\^="):
        raise DeidentifyError(
            _(
                "the pseudonym {code!r} is empty, longer than {most} characters or holds one of "
                "\\ ^ ="
            ),
            remedy=_("Choose another one"),
            code=code,
            most=_LONGEST_PSEUDONYM,
        )
    if not (code.isascii() and code.isprintable()):
        raise DeidentifyError(
            _("the pseudonym {code!r} holds more than plain letters, digits and signs"),
            remedy=_("Use letters without accents, because every character set can write them"),
            code=code,
        )
