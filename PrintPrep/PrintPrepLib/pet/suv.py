"""PET values → standardized uptake values by body weight (SUVbw, g/ml).

After the vendor-neutral rules of the Quantitative Imaging Biomarkers Alliance (QIBA):
SUVbw = activity concentration × body weight ÷ dose, the dose being the one that is left at
the time to which the images were decay corrected. Finding that time is what vendors differ
in. A value that is missing or cannot be true is named, never replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from pydicom import dcmread

from ..core.errors import PixelDataError
from ..core.findings import Finding
from ..core.phrases import Phrase, _, joined
from ..geometry.stack import SliceStack
from .decay import DIFFERS, Account, dose_left
from .header import PHILIPS_CREATOR, PetHeader

#: (code, scheme, meaning) of quantity and unit, for a volume that holds SUVbw. The unit is
#: written as 3D Slicer's PET extensions look for it (PS3.16 now writes g/ml{SUVbw}).
_SUV_CODES = (
    ("126400", "DCM", "Standardized Uptake Value"),
    ("{SUVbw}g/ml", "UCUM", "Standardized Uptake Value body weight"),
)
#: The same for volumes that stay as they are stored, by their (0054,1001) Units.
_ACTIVITY = ("110821", "DCM", "Nuclear Medicine Tomographic Activity")
_STORED_CODES = {
    "BQML": (_ACTIVITY, ("Bq/ml", "UCUM", "Becquerels/milliliter")),
    "CNTS": (_ACTIVITY, ("{counts}", "UCUM", "Counts")),
}

_SUV_SCALE = f"SUV Scale Factor (7053,xx00) of {PHILIPS_CREATOR}"
_ACTIVITY_SCALE = f"Activity Concentration Scale Factor (7053,xx09) of {PHILIPS_CREATOR}"
#: What may not differ within a series: field, keyword.
_SERIES_WIDE = (
    ("units", "Units"),
    ("suv_type", "SUVType"),
    ("decay_correction", "DecayCorrection"),
    ("weight_kg", "PatientWeight"),
    ("dose_bq", "RadionuclideTotalDose"),
    ("half_life_s", "RadionuclideHalfLife"),
    ("start_datetime", "RadiopharmaceuticalStartDateTime"),
    ("start_time", "RadiopharmaceuticalStartTime"),
    ("series_date", "SeriesDate"),
    ("series_time", "SeriesTime"),
)
#: The same where the values are counts.
_COUNTS_WIDE = (("philips_suv_scale", _SUV_SCALE), ("philips_activity_scale", _ACTIVITY_SCALE))
_HEAVIEST_KG = 650.0
#: A dose below both is in another unit than Bq: MBq, or kBq for a person.
_LEAST_DOSE_BQ = 1e4
_LEAST_DOSE_BQ_PER_KG = 1e4
_MOST_DOSE_BQ = 1e11
#: Factors that disagree by more than this share are told.
_TOLD = 0.01

#: A factor, and how it comes about; None where the account says why there is none.
_Found: TypeAlias = "tuple[float, Phrase] | None"


@dataclass(frozen=True)
class SuvFactor:
    """What turns a PET volume into SUVbw, or why nothing does.

    :param factor: multiplies the rescaled values (stored value × RescaleSlope +
        RescaleIntercept, which differ from slice to slice) into g/ml; None where it is not
        known, and the volume stays as it is.
    :param method: how the factor comes about, in plain words; None without a factor.
    :param units: unit of the volume after multiplication, or as stored without a factor.
    :param stored_units: (0054,1001) Units as written.
    :param missing: DICOM keywords that are needed and absent.
    :param refused: sentences that name values that cannot be true or cannot be used.
    :param notes: sentences on what was assumed, and on what contradicts each other.
    """

    factor: float | None
    method: Phrase | None
    units: str
    stored_units: str
    missing: tuple[str, ...] = ()
    refused: tuple[Phrase, ...] = ()
    notes: tuple[Phrase, ...] = ()

    @property
    def codes(self) -> tuple[tuple[str, str, str], tuple[str, str, str]] | None:
        """Quantity and unit as coded entries for the volume node; None where none is known."""
        if self.factor is not None:
            return _SUV_CODES
        return _STORED_CODES.get(self.stored_units)

    @property
    def phrase(self) -> Phrase:
        """One paragraph for the user."""
        if self.method is not None:
            return Phrase(_("SUV by body weight: {method}."), {"method": self.method})
        reasons = list(self.refused)
        if self.missing:
            absent = {"keywords": ", ".join(self.missing)}
            reasons.insert(0, Phrase(_("missing in the header: {keywords}"), absent))
        values = {"reasons": joined(reasons), "units": self.units}
        if not self.units:
            return Phrase(_("No SUV: {reasons}."), values)
        return Phrase(_("No SUV: {reasons}. The volume stays in {units}."), values)


def suv_factor(headers: Sequence[PetHeader]) -> SuvFactor:
    """Work out the SUVbw factor of one series.

    :param headers: of all instances: the earliest acquisition counts, in any order.
    :raises ValueError: no headers.
    """
    if not headers:
        raise ValueError("suv_factor needs the headers of at least one instance")
    account = Account()
    _check_same(headers, _SERIES_WIDE, account)
    _check_corrections(headers, account)
    stored = headers[0].units
    found: _Found = None
    if stored == "BQML":
        found = _from_activity(headers, account)
        _compare_with_philips(headers[0], found, account)
    elif stored == "CNTS":
        found = _from_counts(headers, account)
    elif stored == "GML":
        found = _from_suv(headers[0], account)
    elif stored:
        no_way = _("values in the unit {unit} cannot be turned into SUV by body weight")
        account.refuse(no_way, unit=stored)
    else:
        account.miss("Units")
    if account.missing or account.refused:
        found = None
    factor, method = found or (None, None)
    units = {"BQML": "Bq/ml", "CNTS": "counts", "GML": "g/ml"}.get(stored, stored)
    return SuvFactor(
        factor=factor,
        method=method,
        units=units if factor is None else "g/ml",
        stored_units=stored,
        missing=tuple(account.missing),
        refused=tuple(account.refused),
        notes=tuple(account.notes),
    )


def _check_same(
    headers: Sequence[PetHeader], names: Sequence[tuple[str, str]], account: Account
) -> None:
    for name, keyword in names:
        # As text: a NaN equals itself there.
        if len({repr(getattr(header, name)) for header in headers}) > 1:
            account.refuse(DIFFERS, keyword=keyword)


def _check_corrections(headers: Sequence[PetHeader], account: Account) -> None:
    if not all(header.corrected_image for header in headers):
        account.miss("CorrectedImage")
        return
    for code, lacking in (
        ("ATTN", _("CorrectedImage lacks ATTN: the images are not attenuation corrected")),
        ("DECY", _("CorrectedImage lacks DECY: the images are not decay corrected")),
    ):
        if not all(code in header.corrected_image for header in headers):
            account.refuse(lacking)
    if any(header.decay_correction == "NONE" for header in headers):
        account.refuse(_("DecayCorrection is NONE: the images are not decay corrected"))


def _from_suv(header: PetHeader, account: Account) -> _Found:
    # PS3.3 C.8.9.1: without SUVType, GML is SUV by body weight.
    if header.suv_type not in ("", "BW"):
        other = _("the values are SUV already, but of the type {type}, not BW")
        account.refuse(other, type=header.suv_type)
        return None
    if not header.suv_type:
        account.note(_("SUVType is absent: g/ml is SUV by body weight then"))
    return 1.0, Phrase(_("the values are SUV by body weight already (Units GML)"))


def _from_counts(headers: Sequence[PetHeader], account: Account) -> _Found:
    _check_same(headers, _COUNTS_WIDE, account)
    scales = {name: getattr(headers[0], field) for field, name in _COUNTS_WIDE}
    # Zero is how Philips writes that there is no such factor.
    given = {name: value for name, value in scales.items() if value}
    if not given:
        for name in scales:
            account.miss(name)
        return None
    name = next(iter(given))
    scale = account.positive(given[name], name)
    if name == _SUV_SCALE:
        words = Phrase(_("counts × {name}"), {"name": name})
        return None if scale is None else (scale, words)
    found = _from_activity(headers, account)
    if found is None or scale is None:
        return None
    factor, method = found
    values = {"name": name, "method": method}
    return scale * factor, Phrase(_("counts × {name} = Bq/ml; {method}"), values)


def _from_activity(headers: Sequence[PetHeader], account: Account) -> _Found:
    """The factor from Bq/ml."""
    first = headers[0]
    if first.radiopharmaceuticals > 1:
        several = _("the header names {count} radiopharmaceuticals, and not which of them is seen")
        account.refuse(several, count=first.radiopharmaceuticals)
    weight = account.positive(first.weight_kg, "PatientWeight")
    if weight is not None and weight > _HEAVIEST_KG:
        heavy = _("PatientWeight is {value:g}, which cannot be kilograms")
        account.refuse(heavy, value=weight)
        weight = None
    dose = _dose(first, weight, account)
    left: _Found = None
    if first.decay_correction == "ADMIN":
        words = _("as given (the images are decay corrected to the administration)")
        left = 1.0, Phrase(words)
    elif first.decay_correction == "START":
        left = dose_left(headers, account)
    elif not first.decay_correction:
        account.miss("DecayCorrection")
    elif first.decay_correction != "NONE":
        unknown = _("DecayCorrection is {value}, which DICOM does not define")
        account.refuse(unknown, value=first.decay_correction)
    if weight is None or dose is None or left is None:
        return None
    share, told = left
    method = Phrase(_("Bq/ml × body weight ÷ dose {told}"), {"told": told})
    return weight * 1000 / (dose * share), method


def _compare_with_philips(header: PetHeader, found: _Found, account: Account) -> None:
    """Philips' two factors from counts imply one from Bq/ml to SUV."""
    suv, activity = header.philips_suv_scale, header.philips_activity_scale
    if found is None or not (suv and activity and suv > 0 and activity > 0):
        return
    change = abs(suv / activity / found[0] - 1)
    if change > _TOLD:
        other = _(
            "the scale factors of Philips (7053,xx00) and (7053,xx09) imply an SUV that differs "
            "by {change:.0%}"
        )
        account.note(other, change=change)


def _dose(header: PetHeader, weight: float | None, account: Account) -> float | None:
    dose = account.positive(header.dose_bq, "RadionuclideTotalDose")
    if dose is None:
        return None
    if dose < _LEAST_DOSE_BQ or dose < _LEAST_DOSE_BQ_PER_KG * (weight or 0):
        little = _(
            "RadionuclideTotalDose is {value:g}, too little in Bq; it may have been meant in {unit}"
        )
        account.refuse(little, value=dose, unit="MBq" if dose < _LEAST_DOSE_BQ else "kBq")
    elif dose > _MOST_DOSE_BQ:
        account.refuse(_("RadionuclideTotalDose is {value:g}, too much in Bq"), value=dose)
    else:
        return dose
    return None


def stack_suv(stack: SliceStack) -> SuvFactor | None:
    """The SUV factor of a PET stack; None for other modalities.

    :raises PixelDataError: a header that was readable before is not any more.
    """
    if stack.info.modality != "PT":
        return None
    headers = []
    for path in dict.fromkeys(item.path for item in stack.slices):
        try:
            dataset = dcmread(path, stop_before_pixels=True, force=True)
            headers.append(PetHeader.from_dataset(dataset))
        except OSError as error:
            why = error.strerror or str(error)
            unread = _("the header cannot be read ({reason})")
            raise PixelDataError(unread, file=path, reason=why) from error
        except Exception as error:  # pydicom raises whatever its parser stumbles over
            unread = _("the header cannot be read ({reason})")
            raise PixelDataError(unread, file=path, reason=str(error)) from error
    return suv_factor(headers)


def in_suv(voxels: np.ndarray, factor: float) -> np.ndarray:
    """The voxels times the factor, float32; float32 voxels are changed in place."""
    values = voxels.astype(np.float32, copy=False)
    values *= np.float32(factor)
    return values


def suv_provenance(suv: SuvFactor) -> dict[str, Any]:
    """What travels with the volume: ``values`` holds quantity and unit as coded entries."""
    account = {
        "factor": suv.factor,
        "method": "" if suv.method is None else suv.method.text,
        "units": suv.units,
        "missing": list(suv.missing),
        "refused": [phrase.text for phrase in suv.refused],
        "notes": [phrase.text for phrase in suv.notes],
    }
    found: dict[str, Any] = {"suv": account}
    if suv.codes is not None:
        found["values"] = [list(code) for code in suv.codes]
    return found


def suv_finding(suv: SuvFactor) -> Finding:
    """Whether the volume holds SUV, and what stands in the way where it does not."""
    return Finding(
        "suv",
        "warn" if suv.factor is None else "info",
        "{message}",
        {"message": joined([suv.phrase, *suv.notes], " ")},
        suv.factor,
    )
