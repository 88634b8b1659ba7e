"""Twelve donors whose places were reckoned by hand, as of 23 November 2026: every segment of the library finds them."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.collections.model import CollectionState
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.model import APPEALS, NEWSLETTER, Act, Channel, LegalBasis, NewAct, Purpose, Way
from crm.consent.policy import Need, NewPolicy, Population
from crm.contracts.segment_fields import Measure
from crm.donations.model import GiftKind
from crm.people import service as people
from crm.people.model import PersonKind
from crm.rooms import QUESTIONS
from crm.segments.catalogue import checked
from crm.segments.json_form import from_json, to_json
from crm.segments.library import BY_KEY, READY
from crm.segments.model import Condition, Every, Not, Year
from crm.segments.questions import ASKED
from crm.staff.model import Role
from crm.staff.rules import PERMISSIONS
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import both, give, person

NAMUR = PostalAddress(street="Rue Basse", number="2", postcode="5000", locality="Namur")
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
BACK = {"M": [(20, "2024-02-01"), (20, "2026-02-01")], "N": [(20, "2024-01-31"), (20, "2026-02-01")]}
"""Two more who came back: after 24 months to the day, and after a day more."""
EXPECTED = {
    "prospect": "reader",
    "new": "A K",
    "active": "A D E F G H I J K M N",
    "lapsed-24": "B",
    "lapsed-36": "",
    "lost": "C L",
    "reactivated": "D N",
    "second": "G",
    "loyal": "H I J",
    "lybunt": "B I K",
    "sybunt": "C L",
    "sybunt-inclusive": "B C I K L",
    "seasonal": "I",
    "generous": "E F H I J K",
    "mid": "J K",
    "major": "K",
    "upgrade": "G H I",
    "conversion": "G",
    "legacy": "",
    "upgraded": "E J",
    "downgraded": "F",
    "regular": "H",
    "at-risk": "",
    "former-regular": "",
    "stable": "H",
    "magazine": "G H",
}


def test_every_segment_of_the_library_picks_whom_its_definition_names(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        everyone = {name: person(session, assembly, name, address=NAMUR) for name in (*DONORS, *BACK, "nobody")}
        for name, gifts in (DONORS | BACK).items():
            kind = GiftKind.INSTALMENT if name == "H" else GiftKind.ONE_OFF
            for euros, day in gifts:
                give(session, assembly, everyone[name], euros * EURO, date.fromisoformat(day), kind=kind)
        sowing.promise(session, everyone["H"], 10 * EURO, date(2024, 1, 5))
        everyone["reader"] = reader(session, assembly, "reader")
        let_ask(session)
        found = {one.key: " ".join(sorted(both(session, one.tree, everyone))) for one in READY if one.tree is not None}
        assert found == EXPECTED

        gave = {year: Condition(source="gift", window=Year(shift=year)) for year in (0, -1, -2)}
        assert both(session, gave[-1], everyone) == set("BEFHIJK")
        assert both(session, Every(parts=(gave[-1], gave[0])), everyone) == set("EFHJ")
        assert both(session, Every(parts=(gave[-2], gave[-1])), everyone) == set("BHIJ")
        assert both(session, Every(parts=(gave[-2], Not(part=gave[-1]))), everyone) == set("MN")


def test_who_pays_as_much_for_a_year_may_be_asked_for_more(assembly: Assembly) -> None:
    year, months, half = date(2025, 11, 1), date(2026, 9, 1), date(2026, 6, 1)
    with assembly.database.reading() as session:
        everyone = {name: person(session, assembly, name) for name in ("same", "old", "raised", "fails", "young")}
        give(session, assembly, everyone["young"], 1000, months)
        for name, begun, raised_on, fates in (
            ("same", year, None, ((months, CollectionState.RECEIVED, ""),)),
            ("old", date(2024, 1, 1), date(2025, 9, 1), ()),
            ("raised", year, months, ()),
            ("fails", year, None, ((months, CollectionState.RETURNED, "AM04"),)),
            ("young", half, None, ()),
        ):
            sowing.promise(session, everyone[name], 1000, begun, raised_on=raised_on, fates=fates)
        tree = BY_KEY["upgrade"].tree
        assert tree is not None
        assert both(session, tree, everyone) == {"same", "old"}


def reader(session: Session, assembly: Assembly, name: str) -> PersonId:
    """Somebody who asked for the newsletter."""
    consent.put_purpose(session, Purpose(code=NEWSLETTER, names={"fr": "Nouvelles"}, promises={}, position=1))
    who = person(session, assembly, name, email=EmailAddress.parse(f"{name}@exemple.be"))
    found = people.find_person(session, who)
    assert found is not None
    said = NewAct(person_id=who, purpose=NEWSLETTER, address_key=found.contact_points[0].address_key, act=Act.GIVEN,
                  way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
    consent.record(session, assembly.sealer, said, at=NOW)
    return who


def let_ask(session: Session) -> None:
    """Whoever has an address may be asked by post."""
    consent.put_purpose(session, Purpose(code=APPEALS, names={"fr": "Appels"}, promises={}, position=2))
    free = NewPolicy(
        purpose=APPEALS, channel=Channel.POST, population=Population.EVERYBODY, need=Need.NO_OBJECTION,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST, valid_from_on=date(2020, 1, 1), reason="Demander un don.",
    )  # fmt: skip
    asked = policies.propose(session, free, by=AccountId(7), at=NOW)
    policies.decide(session, asked.id, approve=True, by=AccountId(8), at=NOW)


REGULARS: dict[str, tuple[int, str, str | None, str | None]] = {
    "monthly": (1, "2026-01-05", None, "2026-11-05"),
    "monthly late": (1, "2026-01-05", None, "2026-08-23"),
    "monthly new": (1, "2026-11-10", None, None),
    "quarterly late": (3, "2026-01-05", None, "2026-05-05"),
    "yearly": (12, "2022-12-01", None, "2025-12-01"),
    "yearly late": (12, "2022-12-01", None, "2024-12-01"),
    "yearly gone": (12, "2022-12-01", None, "2024-10-01"),
    "ended": (1, "2024-01-05", "2025-06-01", "2025-05-05"),
    "ended lately": (1, "2024-01-05", "2026-06-01", "2024-05-05"),
}
"""The rhythm of a plan, when it began and ended, and when its last instalment came."""


def test_a_plan_pays_by_its_own_rhythm(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        let_ask(session)
        everyone = {name: person(session, assembly, name, address=NAMUR) for name in (*REGULARS, "failed", "plain")}
        for who in everyone.values():
            for day in (date(2026, 1, 10), date(2026, 4, 10)):
                give(session, assembly, who, 2500, day)
        for name, (months, begun, ended, paid) in REGULARS.items():
            ended_on = date.fromisoformat(ended) if ended else None
            sowing.promise(
                session, everyone[name], 1000, date.fromisoformat(begun), every_months=months, ended_on=ended_on
            )
            if paid:
                give(session, assembly, everyone[name], 1000, date.fromisoformat(paid), kind=GiftKind.INSTALMENT)
        bad = ((date(2026, 11, 5), CollectionState.RETURNED, "AM04"),)
        sowing.promise(session, everyone["failed"], 1000, date(2026, 1, 5), fates=bad)
        give(session, assembly, everyone["failed"], 1000, date(2026, 10, 5), kind=GiftKind.INSTALMENT)
        found = {key: both(session, BY_KEY[key].tree or Every(), everyone) for key in (
            "regular", "at-risk", "former-regular", "conversion")}  # fmt: skip
        assert found == {
            "regular": {"monthly", "quarterly late", "yearly", "yearly late", "failed"},
            "at-risk": {"monthly late", "quarterly late", "yearly late", "yearly gone", "failed"},
            "former-regular": {"ended", "ended lately"},
            "conversion": {"ended", "plain"},
        }


def test_an_organisation_leaves_no_legacy(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        kind = {"kind": PersonKind.ORGANISATION, "organisation_name": "SA"}
        everyone = {"Ann": person(session, assembly, "Ann"), "SA": person(session, assembly, "SA", **kind)}
        for who in everyone.values():
            for back in range(5):
                give(session, assembly, who, 1000, date(2026 - back, 6, 1))
        assert both(session, BY_KEY["legacy"].tree or Every(), everyone) == {"Ann"}


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
