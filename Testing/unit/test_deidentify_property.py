"""Random data sets: whatever is in them and wherever, nothing that has to go stays."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PrintPrepLib.deidentify.deidentifier import Deidentifier
from PrintPrepLib.deidentify.options import Options
from pydicom import dcmread, dcmwrite
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

pytestmark = [
    pytest.mark.pydicom,
    # What is random here need not obey every length that PS3.5 prescribes.
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

OLD_PYDICOM = int(pydicom.__version__.split(".")[0]) < 3
SECRET = bytes(range(32))
DATA = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrepLib" / "data"
TABLE: dict[int, dict[str, str]] = {
    int(tag.replace(",", ""), 16): row
    for tag, row in json.loads((DATA / "deidentify_attributes.json").read_text("utf-8"))[
        "attributes"
    ].items()
}
LISTED = [tag for tag in TABLE if dictionary_has_tag(tag) and tag >> 16 not in (0, 2, 0xFFFC)]
VALUED = [tag for tag in LISTED if dictionary_VR(tag) != "SQ"]
LISTED_SEQUENCES = [tag for tag in LISTED if dictionary_VR(tag) == "SQ"]
#: Sequences that stay, so that what is inside them matters.
KEPT_SEQUENCES = [0x00081115, 0x00081199, 0x00089215, 0x00400260, 0x00540016, 0x52009229]
NAMES = [0x00100010, 0x00080090, 0x00081070, 0x00142006, 0x0040A123]
DATES = [tag for tag in VALUED if dictionary_VR(tag) in ("DA", "DT")]
UIDS = [tag for tag in VALUED if dictionary_VR(tag) == "UI"]
#: VRs that a unique text can be written in.
NAMED_VRS = set("AE CS LO LT OB OW PN SH ST UC UI UN UR UT".split())  # noqa: SIM905
COLUMNS = {
    "retain_patient_characteristics",
    "retain_device_identity",
    "retain_institution_identity",
}

options = st.builds(
    Options,
    retain_safe_private=st.booleans(),
    retain_patient_characteristics=st.booleans(),
    retain_device_identity=st.booleans(),
    retain_institution_identity=st.booleans(),
    dates=st.sampled_from(["remove", "shift", "keep"]),
    uids=st.sampled_from(["replace", "keep"]),
)
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Made:
    """A random data set, and what in it must be found nowhere afterwards.

    ``texts`` are unique; ``days`` are dates, which a shift may move onto one another.
    """

    def __init__(self) -> None:
        self.dataset = Dataset()
        self.texts: dict[str, int | None] = {}
        self.days: dict[str, int] = {}
        self._count = 0

    def mark(self, tag: int | None) -> str:
        self._count += 1
        text = f"Q{self._count:05d}Z"
        self.texts[text] = tag
        return text

    def uid(self, tag: int | None) -> str:
        self._count += 1
        text = f"1.2.826.0.1.3680043.99.{self._count}.4711"
        self.texts[text] = tag
        return text


def value_for(made: Made, tag: int, vr: str, draw) -> object:
    """A value for a listed element, noted as something that has to go."""
    if vr == "UI":
        return made.uid(tag)
    if vr in ("DA", "DT"):
        text = f"{draw(st.dates(date(1950, 1, 1), date(2040, 1, 1))):%Y%m%d}"
        made.days[text] = tag
        return text if vr == "DA" else f"{text}{draw(st.sampled_from(['', '1112', '111213.5']))}"
    if vr == "TM":
        return "101112.25"
    if vr in ("DS", "IS"):
        return "7"
    if vr == "AS":
        return "042Y"
    if vr in ("AT", "SL", "SS", "UL", "US", "FD", "FL", "SV", "UV"):
        return 1
    text = made.mark(tag)
    if vr == "PN":
        return f"{text}^Olga"
    if vr[0] == "O" or vr == "UN":
        return text.encode().ljust(8)
    return f"urn:{text}" if vr == "UR" else text


@st.composite
def data_sets(draw) -> Made:
    made = Made()
    top = made.dataset
    top.SOPClassUID = "1.2.840.10008.5.1.4.1.1.128"
    top.SOPInstanceUID = made.uid(0x00080018)
    top.PatientID = made.mark(0x00100020)
    top.StudyDate = "20200229"
    made.days["20200229"] = 0x00080020
    header = top.file_meta = FileMetaDataset()
    header.MediaStorageSOPClassUID = top.SOPClassUID
    header.MediaStorageSOPInstanceUID = top.SOPInstanceUID
    header.SourceApplicationEntityTitle = made.mark(None)
    fill(draw, made, top, depth=0)
    return made


def fill(draw, made: Made, dataset: Dataset, depth: int) -> None:
    pools = (VALUED, NAMES, DATES, UIDS)
    for pool in pools:
        for tag in draw(st.lists(st.sampled_from(pool), max_size=4, unique=True)):
            if tag not in dataset:
                vr = dictionary_VR(tag).split(" or ")[0]
                dataset.add_new(tag, vr, value_for(made, tag, vr, draw))
    for group in draw(st.lists(st.sampled_from([0x0009, 0x0019, 0x7053]), max_size=2, unique=True)):
        block = dataset.private_block(group, f"CREATOR {made.mark(None)}", create=True)
        block.add_new(draw(st.integers(0, 255)), draw(st.sampled_from(["LO", "UN", "OB"])), b"")
        (element,) = [e for e in dataset.group_dataset(group) if e.tag.element > 0xFF]
        text = made.mark(None)
        element.value = text if element.VR == "LO" else text.encode().ljust(8)
    for tag in draw(
        st.lists(st.sampled_from([0x60003000, 0x50083000, 0x00088001, 0x60021500]), max_size=2)
    ):
        text = made.mark(None)
        vr = "OW" if tag & 0xFFFF == 0x3000 else "LO"
        dataset.add_new(tag, vr, text.encode().ljust(8) if vr == "OW" else text)
    if depth == 3:
        return
    pool = st.sampled_from(KEPT_SEQUENCES) | st.sampled_from(LISTED_SEQUENCES)
    for tag in draw(st.lists(pool, max_size=2, unique=True)):
        if tag in dataset:
            continue
        items = [Dataset() for _ in range(draw(st.integers(0, 2)))]
        for item in items:
            fill(draw, made, item, depth + 1)
        dataset.add_new(tag, "SQ", Sequence(items))
    if draw(st.booleans()) and depth < 2:
        item = Dataset()
        fill(draw, made, item, depth + 1)
        block = dataset.private_block(0x0029, f"CREATOR {made.mark(None)}", create=True)
        block.add_new(0x10, "SQ", Sequence([item]))


def encoded(dataset: Dataset, implicit: bool) -> bytes:
    dataset.file_meta.TransferSyntaxUID = UID(f"1.2.840.10008.1.2{'' if implicit else '.1'}")
    buffer = BytesIO()
    if OLD_PYDICOM:
        dataset.is_little_endian, dataset.is_implicit_VR = True, implicit
        dcmwrite(buffer, dataset, write_like_original=False)
    else:
        dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def may_stay(tag: int | None, chosen: Options) -> bool:
    """Whether the options keep the row, read from the standard's table itself."""
    row = TABLE.get(tag, {"basic": "X"})
    if "full_dates" in row:
        return chosen.dates == "keep"
    columns = {column for column in COLUMNS if getattr(chosen, column)}
    columns |= {"retain_uids"} if chosen.uids == "keep" else set()
    return any(row.get(column) == "K" for column in columns)


def left(made: Made, chosen: Options, content: bytes, dataset: Dataset) -> list[str]:
    """What has to be gone and is not."""
    found = [
        text
        for text, tag in made.texts.items()
        if not may_stay(tag, chosen) and text.encode() in content
    ]
    if chosen.dates == "keep":
        return found
    moved = set()
    if chosen.dates == "shift":
        days = datetime.strptime(dataset.StudyDate, "%Y%m%d") - datetime(2020, 2, 29)
        assert days < timedelta()
        moved = {f"{datetime.strptime(text, '%Y%m%d') + days:%Y%m%d}" for text in made.days}
    return found + [
        text
        for text in made.days
        if text not in moved and re.search(rf"(?<!\d){text}".encode(), content)
    ]


@SETTINGS
@given(data_sets(), options, st.booleans(), st.booleans())
def test_nothing_that_has_to_go_stays(
    made: Made, chosen: Options, implicit: bool, from_disk: bool
) -> None:
    dataset = made.dataset
    if from_disk:
        dataset = dcmread(BytesIO(encoded(dataset, implicit)))
    Deidentifier(chosen, SECRET).apply(dataset)
    content = encoded(dataset, implicit)
    assert left(made, chosen, content, dataset) == []
    # And it is a file that can be read, every element of it.
    dcmread(BytesIO(content)).walk(lambda _, element: element.value)


@SETTINGS
@given(data_sets(), options, st.booleans())
def test_the_same_comes_of_the_same(made: Made, chosen: Options, implicit: bool) -> None:
    source = encoded(made.dataset, implicit)
    files = []
    for secret in (SECRET, SECRET, SECRET[::-1]):
        dataset = dcmread(BytesIO(source))
        told = Deidentifier(chosen, secret).preview(dataset)
        assert told == Deidentifier(chosen, secret).apply(dataset)
        files.append(encoded(dataset, implicit))
    assert files[0] == files[1]
    assert files[0] != files[2]


@SETTINGS
@given(data_sets(), options)
def test_a_second_pass_decides_the_same(made: Made, chosen: Options) -> None:
    dataset = dcmread(BytesIO(encoded(made.dataset, False)))
    deidentifier = Deidentifier(chosen, SECRET)

    def decisions() -> dict[str, str]:
        return {change.path + change.tag: change.action for change in deidentifier.apply(dataset)}

    first = decisions()
    dataset = dcmread(BytesIO(encoded(dataset, False)))
    second = decisions()
    assert "remove" not in second.values()
    assert {place: first[place] for place in second if place in first} == {
        place: action for place, action in second.items() if place in first
    }
    lasting = {place for place, action in first.items() if action in ("keep", "shift")}
    assert lasting <= set(second)


@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("nested", [False, True], ids=["top", "nested"])
def test_every_row_of_the_table_is_obeyed(nested: bool, implicit: bool) -> None:
    """All of the standard's attributes at once, with a value of their own each."""
    made = Made()
    place = Dataset()
    for tag in VALUED:
        vr = dictionary_VR(tag).split(" or ")[0]
        if vr in NAMED_VRS:
            place.add_new(tag, vr, value_for(made, tag, vr, None))
    assert len(made.texts) > 300
    dataset = place
    if nested:
        dataset = Dataset()
        dataset.ReferencedSeriesSequence = Sequence([place])
    header = dataset.file_meta = FileMetaDataset()
    header.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    header.MediaStorageSOPInstanceUID = place.SOPInstanceUID
    before = encoded(dataset, implicit)
    dataset = dcmread(BytesIO(before))
    assert all(text.encode() in before for text in made.texts)
    Deidentifier(Options(), SECRET).apply(dataset)
    after = encoded(dataset, implicit)
    assert [text for text in made.texts if text.encode() in after] == []
    # Exactly the rows that allow removal, and nothing else, are gone.
    place = dataset.ReferencedSeriesSequence[0] if nested else dataset
    for tag in made.texts.values():
        assert (tag in place) == (TABLE[tag]["basic"] != "X"), f"{tag:08X}"
