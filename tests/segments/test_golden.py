"""Twelve donors whose places were reckoned by hand, as of 23 November 2026: every segment of the library finds them."""

from __future__ import annotations

from datetime import date

from crm.assembly import Assembly
from crm.contracts.segment_fields import Measure
from crm.donations.model import GiftKind
from crm.rooms import QUESTIONS
from crm.segments.catalogue import checked
from crm.segments.json_form import from_json, to_json
from crm.segments.library import BY_KEY, READY
from crm.segments.model import Condition, Every, Not, Year
from crm.segments.questions import ASKED
from crm.staff.model import Role
from crm.staff.rules import PERMISSIONS
from tests.segments.conftest import both, give, person

EURO = 100
DONORS: dict[str, list[tuple[int, str]]] = {
    "A": [(40, "2026-09-01")],
    "B": [(50, "2024-03-01"), (50, "2025-03-01")],
    "C": [(100, "2022-12-10")],
    "D": [(30, "2021-05-01"), (30, "2026-02-01")],
    "E": [(50, "2025-06-01"), (80, "2026-06-01")],
    "F": [(80, "2025-06-01"), (50, "2026-06-01")],
    "G": [(25, "2026-01-10"), (25, "2026-04-10")],
    "H": [(10, f"{2024 + n // 12}-{n % 12 + 1:02d}-05") for n in range(35)],
    "I": [(60, "2023-12-15"), (60, "2024-12-15"), (60, "2025-12-15")],
    "J": [(500, "2024-05-01"), (800, "2025-05-01"), (900, "2026-05-01")],
    "K": [(6000, "2025-11-01")],
    "L": [(20, "2018-01-01"), (20, "2019-01-01")],
}
EXPECTED = {
    "prospect": "",
    "new": "A K",
    "active": "A D E F G H I J K",
    "lapsed-24": "B",
    "lapsed-36": "",
    "lost": "C L",
    "reactivated": "D",
    "second": "G",
    "loyal": "H I J",
    "lybunt": "B I K",
    "sybunt": "C L",
    "sybunt-inclusive": "B C I K L",
    "seasonal": "I",
    "generous": "E F H I J K",
    "mid": "J K",
    "major": "K",
    "upgrade": "G I",
    "conversion": "G",
    "legacy": "",
    "upgraded": "E J",
    "downgraded": "F",
    "regular": "",
    "magazine": "G",
}


def test_every_segment_of_the_library_picks_whom_its_definition_names(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        everyone = {name: person(session, assembly, name) for name in (*DONORS, "nobody")}
        for name, gifts in DONORS.items():
            kind = GiftKind.INSTALMENT if name == "H" else GiftKind.ONE_OFF
            for euros, day in gifts:
                give(session, assembly, everyone[name], euros * EURO, date.fromisoformat(day), kind=kind)
        found = {one.key: " ".join(sorted(both(session, one.tree, everyone))) for one in READY if one.tree is not None}
        assert found == EXPECTED

        gave = {year: Condition(source="gift", window=Year(shift=year)) for year in (0, -1, -2)}
        assert both(session, gave[-1], everyone) == set("BEFHIJK")
        assert both(session, Every(parts=(gave[-1], gave[0])), everyone) == set("EFHJ")
        assert both(session, Every(parts=(gave[-2], gave[-1])), everyone) == set("BHIJ")
        assert both(session, Every(parts=(gave[-2], Not(part=gave[-1]))), everyone) == set()


def test_the_library_can_be_asked_and_kept() -> None:
    for one in READY:
        if one.tree is not None:
            assert from_json(to_json(checked(one.tree, QUESTIONS))) == one.tree
    assert set(BY_KEY) >= {one.key for one in READY}
    assert {measure for source in QUESTIONS.sources for measure in source.phrases} <= set(Measure)


def test_fundraisers_may_ask_all_that_is_ready_for_them() -> None:
    for one in (*READY, *ASKED):
        if one.tree is not None:
            asked = QUESTIONS.permissions(QUESTIONS.asked(one.tree))
            assert asked <= PERMISSIONS[Role.FUNDRAISER], one.key
