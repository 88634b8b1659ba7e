"""Fifteen questions of fundraisers: as the builder builds them, against SQL that was written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.collections.model import CollectionState
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.model import APPEALS, Act, Channel, LegalBasis, NewAct, Purpose, Way
from crm.consent.policy import Need, NewPolicy, Population
from crm.donations import thanks
from crm.donations.model import GiftKind
from crm.donations.tables import AppealRow, CampaignRow, GiftRow, SourceRow, ThankCallRow, ThanksRow
from crm.donations.thanking import ThankWay
from crm.magazine import service as magazine
from crm.magazine.model import Format, Subscription
from crm.members import assemblies
from crm.members import service as members
from crm.members.model import LeaveReason
from crm.people import service as people
from crm.people.model import PersonKind
from crm.people.tables import PostalAddressRow
from crm.plans import service as plans
from crm.plans.model import Channel as PlanChannel
from crm.rooms import QUESTIONS
from crm.segments.model import Tree
from crm.segments.questions import ASKED, voters
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId, PlanId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from crm.web.office.segment_draft import drafted
from crm.web.office.segment_form import built
from tests.conftest import NOW
from tests.magazine.conftest import furnish
from tests.members.conftest import pay_fee
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, give, person
from tests.segments.handwritten import HANDWRITTEN, by_hand

MONS = PostalAddress(street="Rue Haute", number="1", postcode="7000", locality="Mons")
UCCLE = PostalAddress(street="Rue Basse", number="2", postcode="1180", locality="Uccle")
NAMUR = PostalAddress(street="Rue Basse", number="2", postcode="5000", locality="Namur")
PHONE = PhoneNumber.parse("0470 12 34 56")
RETURNED, RECEIVED, ASKED_STILL = CollectionState.RETURNED, CollectionState.RECEIVED, CollectionState.ASKED


def test_each_question_is_built_in_the_builder_and_answers_as_sql_written_by_hand(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        everyone, assembly_id = sow(session, assembly)
        trees: dict[str, Tree] = {one.key: one.tree for one in ASKED if one.tree is not None}
        trees["voters"] = voters(assembly_id)
        names = {number: name for name, number in everyone.items()}
        for key, tree in trees.items():
            draft = drafted(tree, QUESTIONS)
            assert {node.kind for node in draft} <= {"group", "if"}, key
            again = built(draft, QUESTIONS, lambda _source: True)
            assert (again.tree, again.incomplete) == (tree, frozenset()), key
            found = both(session, tree, everyone)
            assert found == {names[number] for number in by_hand(session, key)}, key
            assert found >= {name for name in names.values() if name.startswith(f"{key} yes")} != set(), key
            assert not found & {name for name in names.values() if name[:-1] == f"{key} no"}, key
    assert set(trees) == set(HANDWRITTEN)


def sow(session: Session, assembly: Assembly) -> tuple[dict[str, PersonId], int]:
    """For each question somebody who answers it, and others who nearly do."""
    everyone: dict[str, PersonId] = {}

    def somebody(name: str, **facts: object) -> PersonId:
        everyone[name] = person(session, assembly, name, **facts)
        return everyone[name]

    def gives(who: PersonId, *gifts: tuple[int, str], **facts: object) -> None:
        for euros, day in gifts:
            give(session, assembly, who, euros * 100, date.fromisoformat(day), **facts)  # type: ignore[arg-type]

    furnish(session)
    consent.put_purpose(
        session, Purpose(code="newsletter", names={"fr": "Nouvelles"}, promises={"fr": "…"}, position=1)
    )
    consent.put_purpose(session, Purpose(code=APPEALS, names={"fr": "Appels"}, promises={}, position=2))
    free = NewPolicy(
        purpose=APPEALS, channel=Channel.POST, population=Population.EVERYBODY, need=Need.NO_OBJECTION,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST, valid_from_on=date(2020, 1, 1), reason="Demander un don.",
    )  # fmt: skip
    asked = policies.propose(session, free, by=AccountId(7), at=NOW)
    policies.decide(session, asked.id, approve=True, by=AccountId(8), at=NOW)

    decembers = ((20, "2023-12-04"), (20, "2024-12-31"), (20, "2025-12-01"))
    gives(somebody("ask-december yes", address=NAMUR), *decembers)
    gives(somebody("ask-december no1", address=NAMUR), *decembers, (5, "2026-01-01"))
    gives(somebody("ask-december no2", address=NAMUR), *decembers[:2], (20, "2025-11-30"))
    gives(somebody("ask-december no3"), *decembers)
    gives(objects := somebody("ask-december no4", address=NAMUR), *decembers)
    home = next(iter(session.query(PostalAddressRow).filter_by(person_id=objects)))
    no = NewAct(person_id=objects, purpose=APPEALS, channel=Channel.POST, address_key=home.address_key,
                act=Act.OBJECTED, way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
    consent.record(session, assembly.sealer, no, at=NOW)
    _plans(session, somebody)

    _appeals_and_fees(session, assembly, somebody, gives)

    for word, (spoken, address, written) in {
        "yes": (Language.NL, UCCLE, Language.FR), "no1": (Language.FR, UCCLE, Language.FR),
        "no2": (Language.NL, UCCLE, None), "no3": (Language.NL, MONS, Language.FR),
    }.items():  # fmt: skip
        who = somebody(f"ask-language {word}", language=spoken, address=address)
        session.query(PostalAddressRow).filter_by(person_id=who).update({"language": written})
        gives(who, (10, "2025-02-02"))

    gives(somebody("ask-back yes"), (10, "2024-01-31"), (10, "2026-02-01"))
    gives(somebody("ask-back no1"), (10, "2024-03-02"), (10, "2026-03-01"))
    gives(somebody("ask-back no4"), (10, "2024-03-01"), (10, "2026-03-01"))
    gives(somebody("ask-back no2"), (10, "2021-03-02"), (10, "2025-03-01"))
    gives(somebody("ask-back no3"), (10, "2026-03-01"))
    gives(somebody("ask-top yes"), (9000, "2024-01-01"))
    gives(somebody("ask-top no1", kind=PersonKind.ORGANISATION, organisation_name="SA"), (9999, "2024-01-01"))
    gives(somebody("ask-top no2"), (9999, "2023-11-23"))
    gives(somebody("ask-top no3"), (9999, "2024-01-01"))
    people.record_death(session, everyone["ask-top no3"], died_on=None, at=NOW)
    gives(somebody("ask-number yes"), (20, "2026-01-01"), (20, "2026-11-20"))
    gives(somebody("ask-number no1"), (20, "2026-01-01"), (20, "2025-12-31"))
    gives(known := somebody("ask-number no2"), (100, "2026-01-01"))
    sowing.number(session, known)
    gives(somebody("ask-candles yes"), (12, "2024-10-10"), kind=GiftKind.SALE)
    gives(somebody("ask-candles no1"), (12, "2024-10-10"))
    gives(everyone["ask-candles no1"], (12, "2024-10-10"), kind=GiftKind.SALE)
    for word, day in {"yes": "2024-12-02", "no1": "2024-12-01", "no2": "2026-03-02"}.items():
        pay_fee(session, assembly, somebody(f"voters {word}"), on=date.fromisoformat(day))
    members.catch_up(session, at=NOW)
    voting = assemblies.plan(
        session, title="AG", held_on=date(2026, 3, 28), place="Bruxelles", agenda="…", voters_on=date(2026, 3, 1)
    )
    sowing.count_donors(session)
    return everyone, voting


def _appeals_and_fees(
    session: Session, assembly: Assembly, somebody: Callable[..., PersonId], gives: Callable[..., None]
) -> None:
    days = {"yes": "2026-05-23", "no1": "2026-05-24", "no2": "2026-02-23", "no3": "2026-04-01", "no4": "2026-04-01",
            "no5": "2026-04-01"}  # fmt: skip
    new = {word: somebody(f"ask-second {word}") for word in days}
    for word, day in days.items():
        gives(new[word], (30, day))
    gives(new["no4"], (30, "2026-10-01"))
    gift_id = session.query(GiftRow.id).filter_by(person_id=new["no3"]).scalar()
    session.add(ThanksRow(gift_id=gift_id, way=ThankWay.PHONE, thanked_at=NOW, thanked_by=None))
    gift_id = session.query(GiftRow.id).filter_by(person_id=new["no5"]).scalar()  # a letter first, then the call
    task = care.add_task(session, title="Remercier", by=None, at=NOW, due_on=TODAY, person_id=new["no5"])
    session.add(ThankCallRow(gift_id=gift_id, task_id=task.id))
    thanks.thank(session, [gift_id], ThankWay.LETTER, at=NOW, by=None)
    care.finish_task(session, task.id, by=None, at=NOW)
    assert thanks.note_calls(session) == 0

    for word, address in {"yes": MONS, "no1": NAMUR, "no2": MONS, "no3": MONS}.items():
        who = somebody(f"ask-not-members {word}", address=address)
        gives(who, (125, "2024-11-24"), (124 if word == "no2" else 125, "2025-06-01"))
        if word == "no2":
            gives(who, (1, "2024-11-23"))
        if word == "no3":
            pay_fee(session, assembly, who, on=date(2026, 1, 5))
    _signers(session, assembly, somebody, gives)

    _readers(session, assembly, somebody)

    session.add(CampaignRow(id=1, code="P", name="P"))
    session.flush()
    for number, begun in ((1, "2026-03-01"), (2, "2026-10-01"), (3, "2026-12-24")):
        starts_on = date.fromisoformat(begun)
        session.add(AppealRow(id=number, campaign_id=1, code=f"P{number}", name="P", starts_on=starts_on, cost_cents=0))
        session.flush()
        session.add(SourceRow(code=f"P{number}-A", appeal_id=number, package="A", cell="1"))
        session.flush()
    for number, begun in ((4, "2026-11-10"), (5, "2026-06-01")):  # drafts whose day has passed
        starts_on = date.fromisoformat(begun)
        session.add(AppealRow(id=number, campaign_id=1, code=f"P{number}", name="P", starts_on=starts_on, cost_cents=0))
    session.flush()
    for word, (before, last) in {"yes": (50, 40), "no1": (40, 40), "no2": (40, 50), "no3": (40, 0)}.items():
        who = somebody(f"ask-less {word}")
        gives(who, (before, "2026-03-20"), source_code="P1-A")
        if last:
            gives(who, (last, "2026-10-20"), source_code="P2-A")


def _plans(session: Session, somebody: Callable[..., PersonId]) -> None:
    back = [TODAY - timedelta(days=n) for n in (100, 70, 40, 9)]
    bad = (back[0], RECEIVED, ""), (back[1], RETURNED, "AM04"), (back[2], RETURNED, "AM04"), (back[3], ASKED_STILL, "")
    good = (*bad[:2], (back[2], RECEIVED, ""), bad[3])
    for word, (fates, phone, every, ended) in {
        "yes": (bad, PHONE, 1, None), "no1": (good, PHONE, 1, None), "no2": (bad, None, 1, None),
        "no3": (bad, PHONE, 3, None), "no4": (bad, PHONE, 1, TODAY),
    }.items():  # fmt: skip
        who = somebody(f"ask-failing {word}", phone=phone)
        sowing.promise(session, who, 1000, date(2026, 1, 5), fates=fates, every_months=every, ended_on=ended)
    # What the bank said at last made the plan pause: just who is to be called; not who asked for a pause.
    last = (*bad[:2], (back[2], CollectionState.GIVEN_UP, "MS02"))
    for word, channel in {"yes too": PlanChannel.BANK, "no6": PlanChannel.PHONE}.items():
        number = sowing.promise(
            session, somebody(f"ask-failing {word}", phone=PHONE), 1000, date(2026, 1, 5), fates=last
        )
        plans.pause(session, PlanId(number), seen=1, on=back[2], until_on=None, channel=channel, at=NOW, by=None)
    shared = somebody("ask-failing no5", phone=PHONE)  # two plans, each failed once: neither twice
    for _ in range(2):
        sowing.promise(session, shared, 1000, date(2026, 1, 5), fates=(bad[0], (back[2], RETURNED, "AM04")))
    long_ago = (date(2026, 5, 23), RETURNED, "AM04")
    for word, (begun, raised, fate) in {
        "yes": (date(2025, 11, 23), None, long_ago), "no1": (date(2025, 11, 24), None, long_ago),
        "no2": (date(2024, 1, 1), date(2025, 1, 1), long_ago),
        "no3": (date(2024, 1, 1), None, (date(2026, 5, 24), RETURNED, "AM04")),
    }.items():  # fmt: skip
        sowing.promise(session, somebody(f"ask-raise {word}"), 1000, begun, raised_on=raised, fates=(fate,))
    for word, ended in {"yes": None, "no1": TODAY}.items():
        two = [somebody(f"ask-two-plans {word}"), somebody(f"ask-two-plans {word} too")]
        sowing.household(session, *two)
        for n, who in enumerate(two):
            sowing.promise(session, who, 1000, date(2026, 6, 1), ended_on=ended if n else None)


def _readers(session: Session, assembly: Assembly, somebody: Callable[..., PersonId]) -> None:
    who: dict[str, PersonId] = {}
    for word, day in {"yes": "2025-10-10", "no1": "2025-09-24", "no2": "2025-11-24", "no3": "2025-10-10",
                      "no4": "2025-10-10", "no5": "2025-10-10", "no6": "2025-10-10"}.items():  # fmt: skip
        who[word] = reader = somebody(f"ask-lapsed-readers {word}")
        pay_fee(session, assembly, reader, on=date.fromisoformat(day))
        if word == "no3":
            magazine.subscribe(session, Subscription(person_id=reader, format=Format.PDF), by=None, at=NOW)

        if word == "no4":
            away = Subscription(person_id=reader, format=Format.PAPER, paused_from_on=date(2026, 11, 1))
            magazine.subscribe(session, away, by=None, at=NOW)
    # Who was excluded since, and who shares another membership, keeps the day until which they had paid.
    pay_fee(session, assembly, other := somebody("ask-lapsed-readers other"), on=date(2026, 3, 1))
    members.catch_up(session, at=NOW)
    may = date(2026, 5, 10)
    gone, shared, whole = (members.of_person(session, one, on=TODAY)[0].id for one in (who["no5"], who["no6"], other))
    members.resign(session, gone, on=may, reason=LeaveReason.EXCLUDED, note="", at=NOW)
    members.share(session, whole, who["no6"], since_on=may, at=NOW)
    assert members.membership(session, shared, on=TODAY).end_reason is LeaveReason.HOUSEHOLD


def _signers(
    session: Session, assembly: Assembly, somebody: Callable[..., PersonId], gives: Callable[..., None]
) -> None:
    one, same, other = sowing.petitions(session, ("torture",), ("torture", "asile"), ("climat",))
    for word, (second, day) in {
        "yes": (same, date(2026, 3, 2)), "no1": (other, date(2026, 3, 2)), "no2": (same, date(2026, 3, 4)),
        "no3": (same, date(2026, 3, 2)), "no4": (same, date(2026, 3, 2)),
        "no5": (same, date(2026, 3, 2)),
    }.items():  # fmt: skip
        who = somebody(f"ask-signers {word}", email=EmailAddress.parse(f"{word}@exemple.be"))
        sowing.sign(session, who, one, date(2025, 3, 3))
        sowing.sign(session, who, second, day)
        found = people.find_person(session, who)
        assert found is not None
        act = Act.REQUESTED if word == "no3" else Act.GIVEN
        purpose = "appeals" if word == "no5" else "newsletter"
        said = NewAct(person_id=who, purpose=purpose, address_key=found.contact_points[0].address_key, act=act,
                      way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
        consent.record(session, assembly.sealer, said, at=NOW)
        if word == "no4":
            gives(who, (10, "2020-01-01"))
