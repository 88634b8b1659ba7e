"""Thanks: by the most particular rule, once, and by what reaches somebody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import restrictions
from crm.donations import rules, service, thank_letters, thank_selects, thanking, thanks
from crm.donations.model import EntryKind, Gift, GiftKind, LineKind, Method, NewLine
from crm.donations.thanking import Reach, ThankRule, ThankWay
from crm.foundation import documents
from crm.people import service as people
from crm.people.model import NewPerson
from crm.people.tables import PersonRow
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.approved_files import check_approved
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, paid

MAIL, LETTER, PHONE, NONE = ThankWay.MAIL, ThankWay.LETTER, ThankWay.PHONE, ThankWay.NONE
BY = AccountId(1)
HOME = PostalAddress.parse(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")


def somebody(session: Session, assembly: Assembly, name: str, language: Language = Language.FR) -> PersonId:
    """Somebody whom everything reaches."""
    new = NewPerson(
        language=language,
        first_name="Ana",
        last_name=name,
        email=EmailAddress.parse(f"{name.lower()}@exemple.be"),
        phone=PhoneNumber.parse("+32470123456"),
        address=HOME,
    )
    return people.add(session, assembly.addresses, new, at=NOW).id


def test_the_most_particular_rule_decides_and_what_reaches_somebody() -> None:
    every = Reach(has_mail=True, has_address=True, has_phone=True)
    made = (
        ThankRule(way=MAIL, id=1),
        ThankRule(way=LETTER, first_only=True, id=2),
        ThankRule(way=NONE, language=Language.DE, id=3),
        ThankRule(way=PHONE, least_cents=50_000, id=4),
    )

    def way(cents: int, *, is_first: bool = False, language: Language = Language.FR, reach: Reach = every) -> ThankWay:
        return thanking.way(made, cents=cents, is_first=is_first, language=language, reach=reach)

    assert [way(100), way(100, is_first=True), way(50_000, is_first=True)] == [MAIL, LETTER, PHONE]
    assert [way(100, language=Language.DE), way(100, is_first=True, language=Language.DE)] == [NONE, LETTER]
    nobody = Reach(has_mail=False, has_address=False, has_phone=False)
    by_post = Reach(has_mail=False, has_address=True, has_phone=False)
    assert [way(100, reach=by_post), way(60_000, reach=by_post), way(100, reach=nobody)] == [LETTER, LETTER, NONE]
    online = (ThankRule(way=LETTER, language=Language.FR, id=2), ThankRule(way=MAIL, method=Method.ONLINE, id=1))
    for methods, said in (({Method.ONLINE}, MAIL), ({Method.CASH}, LETTER), ({Method.CASH, Method.ONLINE}, MAIL)):
        found = thanking.way(online, cents=1, is_first=False, language=Language.FR, reach=every, methods=methods)
        assert found is said
    only = (ThankRule(way=MAIL, least_cents=1_000),)
    assert thanking.way(only, cents=999, is_first=True, language=Language.FR, reach=every) is NONE
    defaults = [
        thanking.way((), cents=c, is_first=False, language=Language.NL, reach=every) for c in (1, 25_000, 10**5)
    ]
    assert defaults == [MAIL, LETTER, PHONE]


def test_somebody_is_thanked_once_for_all_that_waits_and_not_asked_before(assembly: Assembly, give: Give) -> None:
    late = TODAY - timedelta(days=rules.FRESH_DAYS)
    with assembly.database.transaction() as session:
        one, other = (somebody(session, assembly, name) for name in ("Un", "Deux"))
        first = give(session, 4_000, one, given_on=TODAY - timedelta(days=3))
        again = give(session, 2_000, one)
        give(session, 9_000, one, kind=GiftKind.SALE)
        give(session, 9_000, one, is_test=True)
        give(session, 9_000, other, given_on=late, movement=paid(booked_on=late))
        start = give(session, 1_000, other, kind=GiftKind.INSTALMENT, given_on=TODAY - timedelta(days=40))
        give(session, 1_000, other, kind=GiftKind.INSTALMENT)
        back = give(session, 100_000, other)
        service.take_back(session, assembly.sealer, back.id, EntryKind.RETURN, paid(), cents=100_000, at=NOW)
        found = thanks.due(session, TODAY)
        assert [(d.person_id, d.gift_ids, d.cents, d.is_first, d.way) for d in found] == [
            (other, (start.id,), 1_000, False, MAIL),
            (one, (first.id, again.id), 6_000, True, MAIL),
        ]
        asked = select(PersonRow.id).where(~thank_selects.awaits_thanks(PersonRow.id))
        assert session.scalars(asked).all() == []
        assert thanks.due_count(session) == 2
        assert thanks.thank(session, [first.id, again.id], MAIL, at=NOW, by=BY) == (first.id, again.id)
        assert thanks.thank(session, [first.id, again.id], LETTER, at=NOW, by=BY) == ()
        assert service.gift(session, first.id).thanked_at == NOW
        assert session.scalars(asked).all() == [one]
        assert [d.person_id for d in thanks.due(session, TODAY)] == [other]
        restrictions.restrict(session, other, since_on=TODAY, reason="Conteste", by=BY, at=NOW)
        assert (thanks.due(session, TODAY), thanks.due_count(session)) == ((), 0)
        restrictions.lift(session, other, told_on=TODAY, why="Corrigé", by=BY, at=NOW)
        assert [d.person_id for d in thanks.due(session, TODAY)] == [other]
        people.record_death(session, other, died_on=None, at=NOW)
        assert thanks.due(session, TODAY) == ()


def test_nobody_is_asked_before_being_thanked_however_long_that_takes(assembly: Assembly, give: Give) -> None:
    old = TODAY - timedelta(days=rules.FRESH_DAYS)
    with assembly.database.transaction() as session:
        live, brought, fee, both = (somebody(session, assembly, name) for name in ("Vif", "Ancien", "Membre", "Double"))
        gift = give(session, 4_000, live)
        give(session, 4_000, brought, given_on=old, movement=paid(booked_on=old))  # written down by a migration
        give(session, 0, fee, lines=(NewLine(cents=2_500, kind=LineKind.FEE),))
        give(session, 0, both, lines=(NewLine(cents=200, kind=LineKind.FEE), NewLine(cents=1_000)))
        asked = select(PersonRow.id).where(thank_selects.awaits_thanks(PersonRow.id)).order_by(PersonRow.id)
        assert session.scalars(asked).all() == [live, both]
        assert {one.person_id: one.cents for one in thanks.due(session, TODAY)} == {live: 4_000, both: 1_000}
        thanks.thank(session, [gift.id], MAIL, at=NOW, by=BY)
        assert session.scalars(asked).all() == [both]


def test_thanks_that_went_to_the_wrong_person_are_still_owed_to_the_true_donor(assembly: Assembly, give: Give) -> None:
    """While the gift is fresh: nobody writes of one from years ago that turns out to be another's."""
    later = NOW + timedelta(days=rules.FRESH_DAYS + 1)
    with assembly.database.transaction() as session:
        wrong, true, last = (somebody(session, assembly, name) for name in ("Autre", "Vrai", "Dernier"))
        gift = give(session, 4_000, wrong)
        thanks.thank(session, [gift.id], MAIL, at=NOW, by=BY)
        assert service.move(session, gift.id, true, reason="Erreur", at=NOW, by=BY).thanked_at is None
        asked = select(PersonRow.id).where(thank_selects.awaits_thanks(PersonRow.id))
        assert session.scalars(asked).all() == [true]
        assert [one.person_id for one in thanks.due(session, TODAY)] == [true]
        assert thanks.thank(session, [gift.id], LETTER, at=NOW, by=BY) == (gift.id,)
        assert session.scalars(asked).all() == []
        service.move(session, gift.id, last, reason="Erreur", at=later, by=BY)
        assert session.scalars(asked).all() == []


def test_of_instalments_the_first_that_stands_is_thanked_for_once_however_late(assembly: Assembly, give: Give) -> None:
    old, then = TODAY - timedelta(days=400), TODAY - timedelta(days=60)

    def asked(session: Session, person_id: PersonId) -> bool:
        return not session.scalar(select(thank_selects.awaits_thanks(person_id)))

    with assembly.database.transaction() as session:
        new, brought = (somebody(session, assembly, name) for name in ("Neuve", "Ancienne"))

        def instalment(person_id: PersonId, on: date, name: str) -> Gift:
            return give(
                session, 1_000, person_id, kind=GiftKind.INSTALMENT, given_on=on,
                movement=paid(booked_on=on, provider="test", external_id=name),
            )  # fmt: skip

        def back(gift: Gift) -> None:
            movement = paid(provider="test", external_id=f"{gift.id} back")
            service.take_back(session, assembly.sealer, gift.id, EntryKind.RETURN, movement, cents=1_000, at=NOW)

        first, second = instalment(new, then, "1"), instalment(new, TODAY - timedelta(days=30), "2")
        for on in (old, TODAY):  # an older system thanked her, and ours does not
            instalment(brought, on, f"b {on}")
        assert [asked(session, new), asked(session, brought)] == [False, True]
        assert [one.gift_ids for one in thanks.due(session, TODAY)] == [(first.id,)]
        assert [one.gift_ids for one in thanks.due(session, TODAY + timedelta(days=400))] == [(first.id,)]
        back(first)  # unthanked, so that the second is the first that stands
        assert [one.gift_ids for one in thanks.due(session, TODAY)] == [(second.id,)]
        thanks.thank(session, [second.id], MAIL, at=NOW, by=BY)
        back(second)
        instalment(new, TODAY, "3")
        assert (asked(session, new), thanks.due(session, TODAY)) == (True, ())


def test_money_that_is_booked_again_is_not_thanked_for_again(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        marie, other = (somebody(session, assembly, name) for name in ("Marie", "Autre"))

        def booked(person_id: PersonId, name: str) -> Gift:
            return give(session, 4_000, person_id, movement=paid(provider="test", external_id=name))

        def undone(gift: Gift) -> None:
            movement = paid(provider="test", external_id=f"{gift.id} undone")
            service.correct(session, assembly.sealer, gift.id, movement, cents=-4_000, at=NOW, by=BY)

        thanked, called = booked(marie, "a 2"), booked(marie, "b 2")
        thanks.thank(session, [thanked.id], MAIL, at=NOW, by=BY)
        [due] = thanks.due(session, TODAY)
        assert thanks.call(session, due, title="Appeler", at=NOW, on=TODAY, by=BY)
        for gift in (thanked, called):
            undone(gift)
        again, hers = booked(marie, "a 4"), booked(other, "a 6")
        thanks.carry(session, "test", {again.id: ["a 2", "a 3"]})
        thanks.carry(session, "test", {hers.id: ["a 2", "a 4"]})
        thanks.carry(session, "test", {booked(marie, "b 4").id: ["b 2"]})
        assert service.gift(session, again.id).thanked_at == NOW
        assert [one.gift_ids for one in thanks.due(session, TODAY)] == [(hers.id,)]  # marie's other one: a call


def test_what_came_in_kind_is_thanked_for_without_an_amount(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        ana = somebody(session, assembly, "Ana")
        gift = give(session, 30_000, ana, kind=GiftKind.IN_KIND, movement=paid(method=Method.NONE))
        [due] = thanks.due(session, TODAY)
        assert (due.gift_ids, due.cents, due.is_first, due.given) == ((gift.id,), 0, True, ((TODAY, 0),))
        assert thank_letters.given(due, Language.FR)[0].startswith("un don en nature, le ")


def test_the_first_rule_takes_those_by_default_along(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        with pytest.raises(Invalid):
            thanks.add_rule(session, way=MAIL, least_cents=-1, first_only=False, language=None)
        made = thanks.add_rule(session, way=PHONE, least_cents=0, first_only=True, language=Language.NL)
        card = thanks.add_rule(session, way=NONE, least_cents=0, first_only=False, language=None, method=Method.ONLINE)
        assert card in thanks.thank_rules(session)
        thanks.drop_rule(session, card.id)
        kept = thanks.thank_rules(session)
        assert {(r.way, r.least_cents, r.first_only, r.language) for r in kept} == {
            *((r.way, r.least_cents, r.first_only, r.language) for r in thanking.BY_DEFAULT),
            (PHONE, 0, True, Language.NL),
        }
        for _ in range(2):
            thanks.drop_rule(session, made.id)
        assert len(thanks.thank_rules(session)) == len(thanking.BY_DEFAULT)


def test_a_rule_of_a_channel_is_for_those_whose_gift_came_by_it(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        thanks.add_rule(session, way=LETTER, least_cents=0, first_only=False, language=None, method=Method.CHEQUE)
        one, other = (somebody(session, assembly, name) for name in ("Un", "Deux"))
        give(session, 4_000, one, movement=paid(method=Method.CHEQUE))
        give(session, 4_000, other, movement=paid(method=Method.ONLINE))
        assert [(due.person_id, due.way) for due in thanks.due(session, TODAY)] == [(one, LETTER), (other, MAIL)]


def test_letters_are_printed_one_a_page_each_in_its_language(assembly: Assembly, give: Give) -> None:
    organisation = assembly.settings.organisation
    with assembly.database.transaction() as session:
        for language in Language:
            person_id = somebody(session, assembly, f"Nom-{language.value}", language)
            give(session, 4_000, person_id, given_on=TODAY - timedelta(days=10))
            give(session, 30_000, person_id)
        letters = [
            thank_letters.Letter(due=one, person=person, address=HOME)
            for one in thanks.due(session, TODAY)
            if (person := people.find_person(session, one.person_id))
        ]
    assert {one.due.way for one in letters} == {LETTER}
    page = thank_letters.facts(letters, organisation, language=Language.FR, on=TODAY)
    told = "\n\n".join(
        "\n".join([*one["address"], one["day"], one["greeting"], *one["paragraphs"], one["signed"]])
        for one in page["letters"]
    )
    check_approved("letters/thanks.txt", told + "\n")
    made = documents.pdf("letters", page, at=NOW)
    assert made == documents.pdf("letters", page, at=NOW)
    assert (made[:5], b"/StructTreeRoot" in made) == (b"%PDF-", True)
