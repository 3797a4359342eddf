"""Names, numbers and birth dates are found in whatever form they stand elsewhere."""

from __future__ import annotations

import pytest
from PrintPrepLib.core.persons import Persons


def persons(name: str = "", number: str = "", birth: str = "") -> Persons:
    made = Persons()
    made.add_name(name)
    made.add_number(number)
    made.add_date(birth)
    return made


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "Kim^Jo",
            ["KIM JO", "Jo Kim", "Kim^Jo", "KimJo", "JOKIM", "Kim,Jo", "KIM\\JO", "kim", "Kim J."],
        ),
        ("Li^Xu", ["LI XU", "xu li", "LiXu", "x. li", "B30 Li_Xu 2"]),
        ("Quarkson^Zelda", ["QUARKSON", "v Quarkson2", "zelda", "Z_QUARKSON", "HeadQuarksonZelda"]),
        ("O'Brien^Pat", ["OBRIEN", "Pat OBrien", "o brien"]),
        ("Müller^Änne", ["MUELLER", "Muller", "müller, ä", "AENNE"]),
        ("Mueller^Anne", ["MÜLLER"]),
        ("Großmann^Øyvind", ["GROSSMANN", "OYVIND"]),
        ("Чернышевский^Олег", ["ЧЕРНЫШЕВСКИЙ", "Олег"]),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", ["CT山田太郎様", "tarou yamada", "ヤ やまだ"]),
        ("Wang^XiaoMing=王^小明", ["小明", "王小明"]),
        ("Hong^Gildong=洪^吉洞=홍^길동", ["길동", "홍길동"]),
        ("Kim^Anna^Jo^Dr", ["Kim Jo", "Jo Anna Kim"]),
    ],
)
def test_names(name: str, texts: list[str]) -> None:
    known = persons(name)
    assert [text for text in texts if not known.stand_in(text)] == []


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Zwetschge^Olga", ["Zwetschgenwasser", "B30f", ""]),
        ("Kim^Jo", ["KIMONO", "JO", "B30f", "SKIM"]),
        ("Hu^Jin", ["HU", "HU 30"]),
        ("Head^Ray", ["HEAD", "AXIAL"]),
        ("van der Berg^Jan", ["VAN DE GRAAFF", "DER"]),
        ("Anonymous", ["anonymous"]),
        ("", ["anything"]),
    ],
)
def test_what_is_no_name(name: str, texts: list[str]) -> None:
    known = persons(name)
    assert [text for text in texts if known.stand_in(text)] == []


@pytest.mark.parametrize(
    ("number", "texts", "others"),
    [
        ("HN48213", ["HN48213", "x hn-48213", "HN 48213", "IDHN48213"], ["HN482131", "48213"]),
        ("K7", ["Jo K7", "k7"], ["K70", "BK7", "7"]),
        ("0004711", ["4711", "MRN 0004711"], ["14711", "47110"]),
        ("12", [], ["12", "B12"]),
        ("", [], ["", "x"]),
    ],
)
def test_numbers(number: str, texts: list[str], others: list[str]) -> None:
    known = persons(number=number)
    assert [text for text in texts if not known.stand_in(text)] == []
    assert [text for text in others if known.stand_in(text)] == []


def test_birth_dates() -> None:
    known = persons(birth="19700102")
    for text in (
        *("19700102", "1970-01-02", "02.01.1970", "DOB 19700102", "born 2.1.1970", "1/2/1970"),
        *("02.01.70", "700102", "020170", "2 Jan 1970", "02-JAN-70", "January 2nd, 1970"),
        *(
            "1970 Jan 2",
            "2. Januar 1970",
            "19700102120000",
            "1970/1/2",
            "02011970",
            "DOB1970.01.02",
        ),
    ):
        assert known.stand_in(text), text
    for text in ("19700103", "1970", "0.19700103", "2.1.1971", "B70", "119700102"):
        assert not known.stand_in(text), text
