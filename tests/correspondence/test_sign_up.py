"""Signing up and confirming: what is written down, what leaves, and what no old link can do."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.consent import gate
from crm.consent import service as consent
from crm.consent import taking_over as lists
from crm.consent.model import SERVICE, Act, NewAct, SuppressionCause, Way
from crm.people import service as people
from crm.people.model import Deliverability, NewPerson
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import LinkState
from mailing.delivery import service as delivery
from tests.conftest import NOW
from tests.correspondence.conftest import WORDS, House

MARIE = "Marie@Exemple.be"


def test_a_wish_is_written_down_with_its_words_and_allows_nothing_yet(house: House) -> None:
    house.sign_up(MARIE, "news", "urgent", first_name="Marie")
    marie = house.person(MARIE)
    assert (marie.first_name, marie.language, marie.source) == ("Marie", Language.FR, "sign-up")
    with house.assembly.database.reading() as session:
        history = consent.history(session, marie.id)
        assert [(e.purpose, e.act, e.way, e.occurred_at) for e in history] == [
            ("news", Act.REQUESTED, Way.WEB, NOW),
            ("urgent", Act.REQUESTED, Way.WEB, NOW),
        ]
        shown = consent.notices(session, [e.notice_id for e in history if e.notice_id])
        assert {notice.purpose: notice.text for notice in shown.values()} == WORDS
    assert house.allowed() == []
    [letter] = house.letters("confirm")
    assert letter.address == "Marie@exemple.be"


def test_the_letter_says_nothing_that_a_visitor_typed(house: House) -> None:
    house.sign_up(MARIE, "news", first_name="Gagnez")
    [letter] = house.letters("confirm")
    with house.assembly.database.reading() as session:
        body = delivery.body_of(session, letter.id)
    assert body is not None
    for part in (body.subject, body.html, body.text):
        assert "Gagnez" not in part
        assert "first-name" not in part
    assert set(letter.values) == {"address", "confirm_url"}
    assert "Les nouvelles — Chaque semaine" in body.text


def test_asking_again_the_same_day_adds_nothing_and_the_next_day_a_letter(house: House) -> None:
    for _ in range(3):
        house.sign_up(MARIE, "news")
    house.sign_up("  marie@exemple.BE ", "news", first_name="Autre")
    assert len(house.letters("confirm")) == 1
    with house.assembly.database.reading() as session:
        assert len(consent.history(session, house.person(MARIE).id)) == 1
    house.later(days=1)
    house.sign_up(MARIE, "news")
    assert len(house.letters("confirm")) == 2


def test_a_shared_mailbox_gets_one_letter_a_day_whoever_asks(house: House) -> None:
    with house.assembly.database.transaction() as session:
        for name in ("Jean", "Marie"):
            new = NewPerson(email=EmailAddress.parse(MARIE), language=Language.FR, first_name=name)
            people.add(session, house.assembly.addresses, new, at=NOW)
    for name in ("Jean", "Marie", "Paul", ""):
        house.sign_up(MARIE, "news", first_name=name)
    assert len(house.letters("confirm")) == 1
    key = house.person(MARIE).contact_points[0].address_key
    with house.assembly.database.reading() as session:
        both = people.people_at(session, key)
        assert [person.first_name for person in both] == ["Jean", "Marie"]
        assert [len(consent.history(session, person.id)) for person in both] == [1, 1]


@pytest.mark.parametrize("is_known", [True, False])
def test_who_shares_a_mailbox_with_somebody_who_died_gets_their_letters(house: House, is_known: bool) -> None:
    """Whether we know the one who lives or not; one letter a day still, and nothing is written of who died."""
    key = house.assembly.addresses.key_of(EmailAddress.parse(MARIE).normal)
    with house.assembly.database.transaction() as session:
        jean, *_ = [
            people.add(
                session,
                house.assembly.addresses,
                NewPerson(email=EmailAddress.parse(MARIE), language=Language.FR, first_name=name),
                at=NOW - timedelta(days=9),
            )
            for name in ("Jean", "Marie")[: 2 if is_known else 1]
        ]
        people.record_death(session, jean.id, died_on=None, at=NOW)
    for name in ("Marie", "Marie", ""):
        house.sign_up(MARIE, "news", first_name=name)
    [letter] = house.letters("confirm")
    with house.assembly.database.reading() as session:
        _, marie = people.people_at(session, key)
        assert letter.person_id == marie.id
        assert (marie.first_name, [e.act for e in consent.history(session, marie.id)]) == ("Marie", [Act.REQUESTED])
        assert not consent.history(session, jean.id)
        verdict = gate.verdict(session, person_id=marie.id, purpose=SERVICE, address_key=key, at=NOW)
        assert verdict.refusal is None
    assert house.confirm(house.link_value(letter)) == ("news",)
    assert [one.person_id for one in house.letters("welcome")] == [marie.id]


def test_a_name_that_is_none_is_refused_and_nothing_stays(house: House) -> None:
    with pytest.raises(Invalid):
        house.sign_up(MARIE, "news", first_name="http://spam.example")
    assert house.letters("confirm") == []


def test_confirming_allows_exactly_what_was_asked_and_is_greeted_once(house: House) -> None:
    house.sign_up(MARIE, "news")
    [letter] = house.letters("confirm")
    house.later(hours=1)
    assert house.confirm(house.link_value(letter)) == ("news",)
    assert (house.allowed("news"), house.allowed("urgent")) == (["Marie@exemple.be"], [])
    assert len(house.letters("welcome")) == 1
    house.later(hours=1)
    assert house.confirm(house.link_value(letter)) == ()
    assert len(house.letters("welcome")) == 1
    with house.assembly.database.reading() as session:
        asked, given = consent.history(session, house.person(MARIE).id)
        assert (given.act, given.way, given.notice_id) == (Act.GIVEN, Way.CONFIRMATION, asked.notice_id)
        assert given.evidence == {"request": asked.id}
        opened = correspondence.open_link(session, house.link_value(letter))
        assert opened is not None
        assert opened.state is LinkState.CONFIRMED


def test_a_no_that_is_being_written_overtakes_the_button_pressed_meanwhile(house: House) -> None:
    house.sign_up(MARIE, "news")
    value, said = house.link_value(house.letters("confirm")[0]), list[object]()
    confirming = Thread(target=lambda: said.append(house.confirm(value)))
    with house.assembly.database.transaction() as session:
        assert correspondence.leave(session, house.desk, house.reader(MARIE), at=house.now)
        confirming.start()
        time.sleep(0.2)
    confirming.join(30)
    assert (said, house.allowed()) == ([()], [])


def test_a_spelling_of_the_mailbox_gets_no_second_letter_that_day(house: House) -> None:
    house.sign_up("lea@gmail.com", "news")
    with house.assembly.database.transaction() as session:
        new = NewPerson(email=EmailAddress.parse("l.ea@gmail.com"), language=Language.FR)
        people.add(session, house.assembly.addresses, new, at=NOW)
    other = house.reader("l.ea@gmail.com")
    with house.assembly.database.transaction() as session:
        act = NewAct(
            person_id=other.person.id, purpose="news", address_key=other.point.address_key, act=Act.REQUESTED,
            way=Way.API, occurred_at=NOW,
        )  # fmt: skip
        consent.record(session, house.assembly.sealer, act, at=NOW)
        assert not correspondence.remind(session, house.desk, other, at=NOW)
        assert correspondence.remind(session, house.desk, other, at=NOW + timedelta(days=1))


def test_who_receives_everything_asked_gets_a_letter_that_says_so(house: House) -> None:
    house.sign_up(MARIE, "news")
    house.confirm(house.link_value(house.letters("confirm")[0]))
    house.later(days=1)
    house.sign_up(MARIE, "news")
    assert len(house.letters("confirm")) == 1
    assert len(house.letters("already")) == 1
    house.sign_up(MARIE, "news", "urgent")
    [_, letter] = house.letters("confirm")
    assert house.confirm(house.link_value(letter)) == ("urgent",)


def test_an_old_letter_never_signs_up_again_somebody_who_left(house: House) -> None:
    house.sign_up(MARIE, "news")
    old = house.link_value(house.letters("confirm")[0])
    house.later(minutes=1)
    house.confirm(old)
    house.later(minutes=1)
    assert house.leave(MARIE) is True
    assert house.leave(MARIE) is False
    house.later(days=1)
    assert house.confirm(old) == ()
    house.sign_up(MARIE, "news")
    house.later(minutes=1)
    assert house.confirm(old) == ()
    assert house.allowed() == []
    assert house.confirm(house.link_value(house.letters("confirm")[1])) == ("news",)
    assert house.allowed() == ["Marie@exemple.be"]


@pytest.mark.parametrize("way", [Way.PAPER, Way.STAFF, Way.API])
def test_a_later_yes_of_somebody_who_left_is_heard(house: House, way: Way) -> None:
    """Whoever left is written to again from their next yes on, however they give it, and no flag of before stays."""
    house.sign_up(MARIE, "news")
    house.confirm(house.link_value(house.letters("confirm")[0]))
    for _ in range(2):
        house.later(days=1)
        assert house.leave(MARIE) is True
        assert house.allowed() == []
        house.later(days=1)
        reader = house.reader(MARIE)
        with house.assembly.database.transaction() as session:
            yes = NewAct(
                person_id=reader.person.id, purpose="news", address_key=reader.point.address_key, act=Act.GIVEN,
                way=way, occurred_at=house.now,
            )  # fmt: skip
            consent.record(session, house.assembly.sealer, yes, at=house.now)
        assert house.allowed() == ["Marie@exemple.be"]


def test_a_second_wish_of_the_day_is_offered_unticked_behind_the_first_letter(house: House) -> None:
    house.sign_up(MARIE, "news")
    house.later(minutes=1)
    house.sign_up(MARIE, "urgent")
    [letter] = house.letters("confirm")
    value = house.link_value(letter)
    with house.assembly.database.reading() as session:
        opened = correspondence.open_link(session, value)
    assert opened is not None
    assert [wish.purpose.code for wish in opened.wishes] == ["news"]
    assert [wish.purpose.code for wish in opened.others] == ["urgent"]
    assert house.confirm(value) == ("news",)
    assert house.allowed("urgent") == []
    assert house.confirm(value, also=(opened.others[0].event_id, 999)) == ("urgent",)
    assert house.allowed("urgent") == ["Marie@exemple.be"]


def test_a_link_confirms_nothing_of_somebody_else(house: House) -> None:
    house.sign_up(MARIE, "news")
    house.sign_up("jean@exemple.be", "news")
    (marie, marie_point, marie_events), (jean, jean_point, jean_events) = (
        house.link_value(letter) for letter in house.letters("confirm")
    )
    for forged in (
        [marie, marie_point, jean_events],
        [marie, jean_point, marie_events],
        [jean, marie_point, jean_events],
        [marie, marie_point, [999]],
        [marie, marie_point, []],
        [999, marie_point, marie_events],
        [marie, marie_point],
        {"a": 1},
        None,
        "x",
    ):
        assert house.confirm(forged) is None
    assert house.allowed() == []


def test_opening_a_letter_proves_that_the_mailbox_lives(house: House) -> None:
    house.sign_up(MARIE, "news")
    value = house.link_value(house.letters("confirm")[0])
    key = house.person(MARIE).contact_points[0].address_key
    with house.assembly.database.transaction() as session:
        consent.suppress(session, address_key=key, cause=SuppressionCause.DEAD_ADDRESS, way=Way.BOUNCE, at=NOW)
        people.mark_deliverability(session, key, Deliverability.DEAD)
    house.later(minutes=5)
    house.confirm(value)
    assert house.allowed() == ["Marie@exemple.be"]


def test_their_own_confirmation_outranks_a_hashed_list_and_nothing_else_does(house: House) -> None:
    with house.assembly.database.transaction() as session:
        lists.put_digests(session, {lists.digests_of(MARIE.lower())[2]: house.now - timedelta(days=1)}, at=house.now)
    house.sign_up(MARIE, "news")
    person = house.person(MARIE)
    with house.assembly.database.transaction() as session:
        act = NewAct(
            person_id=person.id, purpose="urgent", address_key=person.contact_points[0].address_key, act=Act.GIVEN,
            way=Way.STAFF, occurred_at=house.now,
        )  # fmt: skip
        consent.record(session, house.assembly.sealer, act, at=house.now)
    assert (house.allowed("news"), house.allowed("urgent")) == ([], [])
    house.later(minutes=5)
    assert house.confirm(house.link_value(house.letters("confirm")[0])) == ("news",)
    assert (house.allowed("news"), house.allowed("urgent")) == (["Marie@exemple.be"], [])


def test_only_their_own_fresh_confirmation_outranks_a_complaint(house: House) -> None:
    house.sign_up(MARIE, "news", "urgent")
    house.confirm(house.link_value(house.letters("confirm")[0]))
    marie = house.person(MARIE)
    key = marie.contact_points[0].address_key
    house.later(days=1)
    with house.assembly.database.transaction() as session:
        complaint = SuppressionCause.COMPLAINT
        consent.suppress(session, address_key=key, cause=complaint, way=Way.COMPLAINT, at=house.now)
        imported = NewAct(
            person_id=marie.id,
            purpose="news",
            address_key=key,
            act=Act.GIVEN,
            way=Way.IMPORT,
            occurred_at=house.now + timedelta(hours=1),
        )
        consent.record(session, house.assembly.sealer, imported, at=house.now)
    assert (house.allowed("news"), house.allowed("urgent")) == ([], [])
    house.later(days=1)
    house.sign_up(MARIE, "news")
    house.later(minutes=5)
    assert house.confirm(house.link_value(house.letters("confirm")[1])) == ("news",)
    assert (house.allowed("news"), house.allowed("urgent")) == (["Marie@exemple.be"], [])


STEPS = st.lists(
    st.tuples(st.sampled_from(["sign up", "confirm", "leave", "a day later"]), st.integers(0, 5)), max_size=12
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(0, 10**9))
def test_nobody_is_written_to_but_by_a_letter_made_after_their_last_no(
    house: House, steps: list[tuple[str, int]], number: int
) -> None:
    address = f"p{number}.{house.now.timestamp()}@exemple.be"
    house.later(days=40)
    links: list[tuple[object, int]] = []
    last_no, on = -1, False
    known = len(house.letters("confirm"))
    house.sign_up(address, "news")
    for moment, (step, which) in enumerate(steps):
        house.later(minutes=1)
        for letter in house.letters("confirm")[known:]:
            links.append((house.link_value(letter), moment))
            known += 1
        match step:
            case "sign up":
                house.sign_up(address, "news")
            case "confirm" if links:
                value, made = links[which % len(links)]
                new = house.confirm(value)
                assert (new == ("news",)) is (made > last_no and not on)
                on = on or made > last_no
            case "leave":
                house.leave(address)
                last_no, on = moment, False
            case "a day later":
                house.later(days=1)
        assert (address in house.allowed()) is on
    with house.assembly.database.reading() as session:
        assert consent.drift(session) == 0
        assert consent.verify(session, house.assembly.sealer) == []
