"""Where someone stands and whether we may write, as pure decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.consent import rules
from crm.consent.model import (
    SERVICE,
    Act,
    Channel,
    Confirmation,
    ConsentEvent,
    LegalBasis,
    Refusal,
    Standing,
    Suppression,
    SuppressionCause,
    Verdict,
    Way,
)
from crm.consent.policy import Demand, Need
from crm.values.identifiers import PersonId
from tests.conftest import NOW

MANY = settings(max_examples=500)


def event(number: int, act: Act, hour: int, way: Way = Way.WEB) -> ConsentEvent:
    return ConsentEvent(
        id=number,
        person_id=PersonId(1),
        purpose="news",
        channel=Channel.EMAIL,
        address_key="k",
        act=act,
        way=way,
        legal_basis=LegalBasis.CONSENT,
        notice_id=None,
        occurred_at=NOW + timedelta(hours=hour),
        recorded_at=NOW,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[ConsentEvent]:
    said = st.tuples(
        st.sampled_from([act for act in Act if act is not Act.ANNULLED]),
        st.integers(0, 4),
        st.sampled_from([Way.WEB, Way.CONFIRMATION]),
    )
    numbers = count(1)
    return [event(next(numbers), *one) for one in draw(st.lists(said, max_size=8))]


def said(last: ConsentEvent | None) -> tuple[object, ...] | None:
    return None if last is None else (last.act, last.way, last.occurred_at)


@MANY
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_plays_no_part(history: list[ConsentEvent], chance: object) -> None:
    shuffled = sorted(history, key=lambda _: chance.random())  # type: ignore[attr-defined] # hypothesis' own Random
    assert rules.standing(shuffled) == rules.standing(history)
    renumbered = [
        event(n, e.act, int((e.occurred_at - NOW).total_seconds() // 3600), e.way) for n, e in enumerate(shuffled, 1)
    ]
    assert said(rules.standing(renumbered)) == said(rules.standing(history))


@MANY
@given(histories())
def test_a_no_with_no_later_word_has_the_last_word(history: list[ConsentEvent]) -> None:
    last = rules.standing(history)
    if last is None:
        assert not history
        return
    for no in (e for e in history if e.act in rules.NO):
        if all(e is no or e.occurred_at <= no.occurred_at for e in history):
            assert last.act in rules.NO


@MANY
@given(histories(), st.integers(0, 9))
def test_what_was_imported_without_proof_never_outranks_a_word_of_the_person_s_own(
    history: list[ConsentEvent], hour: int
) -> None:
    own = [e for e in history if e.act not in {Act.IMPORTED, Act.REQUESTED}]
    after = rules.standing([*history, event(99, Act.IMPORTED, hour)])
    assert after is not None
    if own:
        assert after == rules.standing(history)
    else:
        assert after.act is Act.IMPORTED


@MANY
@given(histories(), st.integers(0, 9))
def test_a_request_never_moves_what_was_said_and_waits_beside_it(history: list[ConsentEvent], hour: int) -> None:
    request = event(99, Act.REQUESTED, hour)
    before, after = rules.standing(history), rules.standing([*history, request])
    assert after is not None
    if before is not None and before.act is not Act.REQUESTED:
        assert after == before
        waits = rules.open_request([*history, request])
        is_later = request.occurred_at > before.occurred_at or before.act is Act.IMPORTED
        assert (waits is not None) or not (before.act is not Act.GIVEN and is_later)
    else:
        assert after.act is Act.REQUESTED
        assert rules.open_request([*history, request]) == after


@MANY
@given(histories(), histories(), st.integers(0, 9), st.booleans(), st.sampled_from(list(Need)))
def test_a_request_by_whoever_knows_an_address_never_opens_what_was_closed(
    own: list[ConsentEvent], everywhere: list[ConsentEvent], hour: int, is_own: bool, need: Need
) -> None:
    def allowed(own: list[ConsentEvent], everywhere: list[ConsentEvent]) -> bool:
        lasts = [rules.standing(own), rules.standing(everywhere)]
        here, there = [None if last is None else Standing.of(last) for last in lasts]
        there = there and replace(there, address_key="")
        demands = [Demand(need)]
        return rules.verdict(
            purpose="news",
            standing=rules.combined(here, there),
            suppressions=(),
            reachable=True,
            demands=demands,
            at=NOW,
        ).allowed

    asked = [event(99, Act.REQUESTED, hour)]
    after = allowed(own + asked, everywhere) if is_own else allowed(own, everywhere + asked)
    assert after is allowed(own, everywhere)


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        (Act.REQUESTED, Act.GIVEN, Act.GIVEN),
        (Act.GIVEN, Act.REFUSED, Act.REFUSED),
        (Act.REFUSED, Act.WITHDRAWN, Act.WITHDRAWN),
        (Act.WITHDRAWN, Act.OBJECTED, Act.OBJECTED),
        (Act.GIVEN, Act.EXPIRED, Act.EXPIRED),
        (Act.REQUESTED, Act.WITHDRAWN, Act.WITHDRAWN),
    ],
)
def test_at_the_same_instant_the_careful_word_wins(first: Act, second: Act, wins: Act) -> None:
    for pair in ([event(1, first, 0), event(2, second, 0)], [event(1, second, 0), event(2, first, 0)]):
        last = rules.standing(pair)
        assert last is not None
        assert last.act is wins


def standing(act: Act, hour: int = 0, way: Way = Way.CONFIRMATION) -> Standing:
    return Standing(
        person_id=PersonId(1),
        purpose="news",
        channel=Channel.EMAIL,
        address_key="k",
        act=act,
        way=way,
        since_at=NOW + timedelta(hours=hour),
        event_id=1,
    )


def suppression(cause: SuppressionCause, hour: int = 0) -> Suppression:
    return Suppression(address_key="k", cause=cause, since_at=NOW + timedelta(hours=hour))


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (Act.GIVEN, None),
        (Act.REQUESTED, Refusal.NOT_CONFIRMED),
        (Act.REFUSED, Refusal.REFUSED),
        (Act.WITHDRAWN, Refusal.WITHDRAWN),
        (Act.OBJECTED, Refusal.OBJECTED),
        (Act.EXPIRED, Refusal.EXPIRED),
        (Act.IMPORTED, Refusal.LEGACY),
    ],
)
def test_only_a_yes_allows(act: Act, refusal: Refusal | None) -> None:
    verdict = rules.verdict(purpose="news", standing=standing(act), suppressions=(), reachable=True)
    assert verdict == Verdict(refusal=refusal)
    assert verdict.allowed is (refusal is None)


def test_silence_is_no_consent() -> None:
    verdict = rules.verdict(purpose="news", standing=None, suppressions=(), reachable=True)
    assert verdict.refusal is Refusal.NEVER_ASKED


@pytest.mark.parametrize("cause", SuppressionCause)
def test_a_suppression_outranks_every_yes_that_came_before_it(cause: SuppressionCause) -> None:
    for yes in (standing(Act.GIVEN, -1), standing(Act.GIVEN, 0), standing(Act.GIVEN, 1, way=Way.IMPORT)):
        verdict = rules.verdict(purpose="news", standing=yes, suppressions=(suppression(cause),), reachable=True)
        assert verdict.refusal is Refusal.SUPPRESSED


def test_a_later_confirmation_outranks_a_complaint_but_not_a_dead_address() -> None:
    yes = standing(Act.GIVEN, 1)
    complaint, staff = suppression(SuppressionCause.COMPLAINT), suppression(SuppressionCause.STAFF)
    dead = suppression(SuppressionCause.DEAD_ADDRESS)
    assert rules.verdict(purpose="news", standing=yes, suppressions=(complaint, staff), reachable=True).allowed
    assert not rules.verdict(purpose="news", standing=yes, suppressions=(complaint, dead), reachable=True).allowed


def test_owed_mail_passes_every_opt_out_but_not_a_dead_address() -> None:
    no, complaint = standing(Act.WITHDRAWN), suppression(SuppressionCause.COMPLAINT)
    dead = suppression(SuppressionCause.DEAD_ADDRESS)
    assert rules.verdict(purpose=SERVICE, standing=no, suppressions=(complaint,), reachable=False).allowed
    assert not rules.verdict(purpose=SERVICE, standing=None, suppressions=(dead,), reachable=True).allowed


def test_merged_people_and_lost_addresses_are_left_out_with_their_reason() -> None:
    yes = standing(Act.GIVEN)
    lost = rules.verdict(purpose="news", standing=yes, suppressions=(), reachable=False)
    merged = rules.verdict(purpose="news", standing=yes, suppressions=(), reachable=True, merged=True)
    assert (lost.refusal, merged.refusal) == (Refusal.NO_ADDRESS, Refusal.MERGED)


@pytest.mark.parametrize("purpose", ["news", SERVICE])
def test_nothing_at_all_is_written_to_the_dead(purpose: str) -> None:
    verdict = rules.verdict(
        purpose=purpose, standing=standing(Act.GIVEN), suppressions=(), reachable=True, deceased=True
    )
    assert verdict.refusal is Refusal.DECEASED


def test_somebody_with_several_addresses_counts_once_under_the_reason_nearest_to_a_yes() -> None:
    reasons = [Refusal.NO_ADDRESS, Refusal.WITHDRAWN, Refusal.NOT_CONFIRMED]
    assert rules.nearest(Verdict(refusal=one) for one in reasons).refusal is Refusal.NOT_CONFIRMED
    assert rules.nearest([Verdict(refusal=Refusal.WITHDRAWN), Verdict()]).allowed
    assert rules.nearest([]).refusal is Refusal.NEVER_ASKED
    assert set(rules.CLOSENESS) == set(Refusal) - {Refusal.MERGED, Refusal.DECEASED}


@pytest.mark.parametrize(
    ("history", "worth"),
    [
        ([event(1, Act.REQUESTED, 0)], Confirmation.COUNTS),
        ([event(1, Act.REQUESTED, 0), event(2, Act.REQUESTED, 5)], Confirmation.COUNTS),
        ([event(1, Act.REQUESTED, 0), event(2, Act.GIVEN, 1)], Confirmation.ALREADY),
        ([event(1, Act.GIVEN, 0), event(2, Act.REQUESTED, 1)], Confirmation.OVERTAKEN),
        ([event(1, Act.REQUESTED, 1), event(2, Act.GIVEN, 0)], Confirmation.COUNTS),
        ([event(1, Act.REQUESTED, 0), event(2, Act.GIVEN, 1), event(3, Act.WITHDRAWN, 2)], Confirmation.OVERTAKEN),
        ([event(1, Act.REQUESTED, 0), event(2, Act.WITHDRAWN, 0)], Confirmation.OVERTAKEN),
        ([event(1, Act.REQUESTED, 1), event(2, Act.WITHDRAWN, 0)], Confirmation.COUNTS),
        (
            [event(1, Act.REQUESTED, 0), event(2, Act.WITHDRAWN, 1), event(3, Act.REQUESTED, 2)],
            Confirmation.OVERTAKEN,
        ),
        ([], Confirmation.OVERTAKEN),
    ],
)
def test_an_old_letter_confirms_only_what_nothing_overtook(history: list[ConsentEvent], worth: Confirmation) -> None:
    assert rules.confirmation(history, 1) is worth


def test_what_was_annulled_never_was() -> None:
    asked, left = event(1, Act.REQUESTED, 0), event(2, Act.WITHDRAWN, 1)
    undone = replace(event(3, Act.ANNULLED, 2), annuls_id=2)
    assert rules.standing([asked, left, undone]) == asked
    assert rules.standing([left, undone]) is None
    assert rules.confirmation([asked, left, undone], 1) is Confirmation.COUNTS
