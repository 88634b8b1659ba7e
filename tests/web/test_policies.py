"""To whom we may write is data: proposed by one colleague, decided by another, obeyed from then on."""

from __future__ import annotations

from collections.abc import Callable

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import gate, policies
from crm.consent import service as consent
from crm.consent.model import Act, Channel, Refusal, Way
from crm.consent.policy import EVERYWHERE
from crm.fundraising import service as fundraising
from crm.people.model import Person
from crm.staff.model import Role
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site

Open = Callable[..., Browser]
MARIE = "marie@exemple.be"
RULE = {
    "purpose": "news",
    "channel": "email",
    "population": "everybody",
    "need": "never",
    "legal_basis": "consent",
    "from": "2026-11-23",
    "reason": "Décision du conseil du 20 novembre",
}


def _refusal(assembly: Assembly, person: Person) -> Refusal | None:
    with assembly.database.reading() as session:
        return gate.verdict_of(session, person.id, "news", Channel.EMAIL, NOW).refusal


def test_a_rule_holds_once_a_second_person_agreed(assembly: Assembly, browser: Open) -> None:
    marie = Site.open(assembly).subscribe(MARIE, "news")
    first, second = browser(Role.DATA_PROTECTION), browser(Role.DATA_PROTECTION)
    assert first.post("/office/policies/new", RULE).status_code == 303
    assert _refusal(assembly, marie) is None
    with assembly.database.reading() as session:
        [proposed] = policies.policies(session)
    decide = f"/office/policies/{proposed.id}/decide"

    assert "une autre personne en décide" in first.get("/office/policies").text
    first.post(decide, {"decision": "approve"})
    assert _refusal(assembly, marie) is None
    assert "Approuver" in second.get("/office/policies").text
    second.post(decide, {"decision": "approve"})
    assert _refusal(assembly, marie) is Refusal.NO_BASIS
    browser(Role.DATA_PROTECTION).post(decide, {"decision": "refuse"})
    assert _refusal(assembly, marie) is Refusal.NO_BASIS

    page = first.get("/office/policies").text
    assert "Décision du conseil du 20 novembre" in page
    with assembly.database.reading() as session:
        trail = [entry.action for entry in audit.latest(session, subject="policy", subject_id=proposed.id)]
    assert trail == ["policy.approve", "policy.propose"]


def test_appeals_are_ruled_too_and_a_no_by_telephone_is_heard_where_nobody_had_to_say_yes(
    assembly: Assembly, browser: Open
) -> None:
    marie = Site.open(assembly).subscribe(MARIE, "news")
    first, second, care = browser(Role.DATA_PROTECTION), browser(Role.DATA_PROTECTION), browser(Role.CARE)
    with assembly.database.transaction() as session:
        fundraising.open_purpose(session)
    stop = f"/office/supporters/{marie.id}/stop"
    assert 'value="appeals"' not in care.get(stop).text
    free = {"purpose": "appeals", "channel": "post", "need": "no-objection", "legal_basis": "legitimate-interest"}
    assert 'value="appeals"' in first.get("/office/policies/new").text
    assert first.post("/office/policies/new", {**RULE, **free}).status_code == 303
    second.post("/office/policies/1/decide", {"decision": "approve"})

    assert 'value="appeals"' in care.get(stop).text
    care.post(stop, {"purpose": "appeals", "asked": "phone"})
    assert 'value="appeals"' not in care.get(stop).text
    with assembly.database.reading() as session:
        [said] = [one for one in consent.history(session, marie.id) if one.purpose == "appeals"]
        assert (said.act, said.channel, said.address_key, said.way) == (
            Act.OBJECTED,
            Channel.POST,
            EVERYWHERE,
            Way.STAFF,
        )
        assert gate.verdict_of(session, marie.id, "appeals", Channel.POST, NOW).refusal is Refusal.OBJECTED
    assert _refusal(assembly, marie) is None


def test_a_rule_that_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(
    assembly: Assembly, browser: Open
) -> None:
    Site.open(assembly)
    someone = browser(Role.DATA_PROTECTION)
    wrong = {
        "purpose": "inconnue",
        "channel": "pigeon",
        "from": "demain",
        "until": "2026-11-01",
        "longest_days": "-3",
        "reason": "",
    }
    for name, value in wrong.items():
        answer = someone.post("/office/policies/new", {**RULE, name: value})
        assert answer.status_code == 422
        assert f'href="#{name}"' in answer.text
        if name != "reason":
            assert RULE["reason"] in answer.text
    with assembly.database.reading() as session:
        assert policies.policies(session) == ()


def test_the_page_is_for_those_who_answer_for_data(assembly: Assembly, browser: Open) -> None:
    Site.open(assembly)
    assert browser(Role.EDITOR).get("/office/policies").status_code == 403
    assert browser(Role.CARE).post("/office/policies/new", RULE).status_code == 403
    with assembly.database.reading() as session:
        assert policies.policies(session) == ()
