"""The laws of the API: a program alone never makes anybody mailable, and once is once however often it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.actions import service as actions
from crm.actions.model import CallKind
from crm.consent import gate, selects
from crm.consent.model import Act
from crm.partners.model import Scope
from tests.api.conftest import EVERYTHING, NOTICE, House, Program

SOME = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
EMAILS = ("a@exemple.be", "b@exemple.be")
WISH = st.fixed_dictionaries(
    {"purpose": st.sampled_from(["newsletter", "urgent-actions"]), "notice": st.just(NOTICE)},
    optional={"double_opt_in": st.just({"confirmed_at": "2026-11-20T10:00:00Z", "method": "code"})},
)
PERSON = st.fixed_dictionaries({"email": st.sampled_from(EMAILS)}, optional={"first_name": st.just("Marie")})


@st.composite
def _said(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """One request of any kind."""
    person = draw(PERSON)
    wishes = draw(st.lists(WISH, max_size=2, unique_by=lambda wish: str(wish["purpose"])))
    match draw(st.integers(0, 4)):
        case 0:
            act = draw(st.sampled_from(["request", "withdraw"]))
            return "/consents", {**draw(WISH), "act": act, "person": person}
        case 1:
            delivery = {"allowed": draw(st.booleans()), "notice": NOTICE}
            body = {"petition": {"code": "liberez-nadia"}, "person": person, "consents": wishes, "delivery": delivery}
            return "/signatures", body
        case 2:
            return "/registrations", {"event": {"code": "nuit-des-bougies"}, "person": person, "consents": wishes}
        case 3:
            body = {"urgent_action": {"code": "au-12-2026"}, "person": person, "kind": "letter", "consents": wishes}
            return "/urgent-actions", body
        case _:
            return "/people", {"person": person}


@SOME
@given(requests=st.lists(_said(), min_size=1, max_size=6))
def test_without_the_scope_nothing_a_program_says_rises_above_asked(
    house: House, program: Callable[..., Program], requests: list[tuple[str, dict[str, Any]]]
) -> None:
    caller = program(*EVERYTHING)
    for path, body in requests:
        assert caller.post(path, body).status_code in {201, 403, 422}
    for email in EMAILS:
        for person in house.people(email):
            assert {act.act for act in house.acts(email)} <= {Act.REQUESTED, Act.WITHDRAWN}, person.id
    with house.assembly.database.reading() as session:
        for purpose in ("newsletter", "urgent-actions"):
            assert session.execute(selects.allowed(purpose, moment=gate.moment(session, house.now))).all() == []


@SOME
@given(order=st.lists(st.tuples(st.sampled_from(EMAILS), st.integers(0, 3)), min_size=1, max_size=8))
def test_signatures_sent_any_number_of_times_in_any_order_are_each_taken_once(
    house: House, program: Callable[..., Program], order: list[tuple[str, int]]
) -> None:
    caller = program(Scope.SIGNATURES)
    keys: dict[str, str] = {}
    for email, key in order:
        body = {"petition": {"code": "liberez-nadia"}, "person": {"email": email}}
        answer = caller.post("/signatures", body, key=f"{email}-{key}")
        assert keys.setdefault(f"{email}-{key}", answer.json["reference"]) == answer.json["reference"]
    with house.assembly.database.reading() as session:
        tally = actions.tally(session, house.call(CallKind.PETITION))
    assert {*EMAILS} >= {email for email, _ in order}
    assert tally.people >= len({email for email, _ in order})
    assert tally.people == sum(1 for email in EMAILS if house.people(email))
