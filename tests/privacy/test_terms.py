"""Terms are data: dated, with a reason, tried before they are obeyed."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.tables import InteractionRow
from crm.cli import privacy as cli
from crm.consent import departed, gate, unconfirmed
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Refusal, Way
from crm.imports import service as imports
from crm.imports.model import RunState
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import identities, terms
from crm.privacy.errors import OwnTerm, TermDecided, TermMissing
from crm.staff import store as accounts
from crm.staff.model import Account, Role
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from jobs import forget_over_term
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.privacy import canary

ASKED = Act.REQUESTED


def _run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def _account(assembly: Assembly, role: Role) -> Account:
    with assembly.database.transaction() as session:
        return accounts.add_account(
            session, email=f"{role.value}@exemple.be", name="Camille Dupont", roles={role}, language=Language.FR,
            password_hash="", at=NOW,
        )  # fmt: skip


def test_what_is_over_its_term_is_counted_then_forgotten_and_the_rest_stays(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    canary.plant(assembly)
    codes = [term.code for keeper in assembly.keepers for term in keeper.TERMS if term.forgets]
    assert forget_over_term.run(assembly, NOW) == dict.fromkeys(codes, 0)
    with assembly.database.transaction() as session:
        session.execute(update(DeliveryRow).values(settled_at=NOW - timedelta(days=760)))
        session.execute(update(InteractionRow).values(happened_at=NOW - timedelta(days=400)))
    code, tried = _run("retention", "--dry-run")
    assert (code, {one["code"]: one["rows"] for one in tried["terms"]}) == (
        0,
        dict.fromkeys(codes, 0) | {"mail-addresses": 1},
    )
    assert _run("retention", "--dry-run") == (0, tried)
    mine, months = _account(assembly, Role.DATA_PROTECTION), ("--months", "12")
    why = ("--reason", "Avis de la DPO")
    for account in (None, _account(assembly, Role.CARE), mine):
        by = () if account is None else ("--by", account.email)
        assert _run("term", "care-contacts", *months, *by, *(() if account is mine else why))[0] == 1
    assert _run("term", "rien", *months, *why, "--by", mine.email)[0] == 1
    _run("term", "care-contacts", *months, "--from", "2026-12-01", *why, "--by", mine.email)
    code, told = _run("term", "care-contacts", *months, *why, "--by", mine.email)
    assert {one["proposed_by"] for one in told["waiting"]} == {mine.id}
    assert _run("retention", "--dry-run") == (0, tried)
    with assembly.database.transaction() as session:
        for one in told["waiting"]:
            terms.decide(session, assembly.keepers, one["id"], approve=True, by=AccountId(mine.id + 1), at=NOW)
    code, told = _run("term")
    assert {one["term"]["code"]: one["months"] for one in told["terms"]}["care-contacts"] == 12
    assert told["waiting"] == []
    code, done = _run("retention")
    assert {one["code"]: one["rows"] for one in done["terms"] if one["rows"]} == {
        "mail-addresses": 1,
        "care-contacts": 1,
    }
    with assembly.database.reading() as session:
        assert session.scalars(select(DeliveryRow.address)).all() == [""]
        assert session.scalar(select(func.count()).select_from(InteractionRow)) == 0


def test_a_term_holds_from_its_day_once_a_second_person_agreed(assembly: Assembly) -> None:
    def propose(months: int, day: date, *, code: str = "requests", reason: str = "Décision") -> int:
        with assembly.database.transaction() as session:
            return terms.propose(
                session,
                assembly.keepers,
                code,
                months=months,
                valid_from_on=day,
                reason=reason,
                by=AccountId(1),
                at=NOW,
            ).id

    def decide(proposal: int, *, by: int = 2, approve: bool = True) -> None:
        with assembly.database.transaction() as session:
            terms.decide(session, assembly.keepers, proposal, approve=approve, by=AccountId(by), at=NOW)

    def months_on(*days: date) -> list[int]:
        with assembly.database.reading() as session:
            return [
                next(one.months for one in terms.holding(session, assembly.keepers, day) if one.term.code == "requests")
                for day in days
            ]

    days = (date(2026, 5, 31), date(2026, 6, 1), date(2027, 1, 1))
    first, second, third = propose(24, days[1]), propose(12, days[2]), propose(1, days[0])
    with pytest.raises(OwnTerm):
        decide(first, by=1)
    assert months_on(*days) == [36, 36, 36]
    decide(first)
    decide(second)
    decide(third, approve=False)
    assert months_on(*days) == [36, 24, 12]
    with pytest.raises(TermDecided):
        decide(third)
    with pytest.raises(TermMissing):
        propose(12, days[1], code="rien")
    with pytest.raises(Invalid):
        propose(0, days[1])
    with pytest.raises(Invalid):
        propose(12, days[1], reason=" ")


def test_an_address_that_nobody_confirmed_is_forgotten_where_nothing_else_is_known_of_it(assembly: Assembly) -> None:
    """Asked long ago: alone, with a note, with a confirmation, and asked again the other day."""
    old, ids = NOW - timedelta(days=120), {}
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        for name, more in (("alone", ()), ("noted", ()), ("reader", ((Act.GIVEN, old),)), ("again", ((ASKED, NOW),))):
            email = EmailAddress.parse(f"{name}@exemple.be")
            person = people.add(session, assembly.addresses, NewPerson(email=email, language=Language.FR), at=old)
            for act, at in ((ASKED, old), *more):
                new = NewAct(
                    person_id=person.id, purpose="news", address_key=person.contact_points[0].address_key, act=act,
                    way=Way.WEB, occurred_at=at,
                )  # fmt: skip
                consent.record(session, assembly.sealer, new, at=at)
            ids[name] = person.id
        care.write_note(session, ids["noted"], "A téléphoné.", by=None, at=old)
    done = [forget_over_term.run(assembly, NOW)[unconfirmed.CODE] for _ in range(2)]
    assert done == [1, 0]
    with assembly.database.reading() as session:
        assert people.find_survivor(session, ids["alone"]) is None
        assert all(people.find_survivor(session, ids[name]) for name in ("noted", "reader", "again"))
        assert (consent.verify(session, assembly.sealer), consent.drift(session)) == ([], 0)
        coming = [(("alone@exemple.be",), "")]
        assert identities.forgotten(session, assembly.addresses, coming) == frozenset()
    assert list(assembly.holdings.journal.lines()) == []


def test_whoever_left_every_letter_is_forgotten_where_nothing_else_is_known_and_no_old_file_writes_to_them(
    assembly: Assembly,
) -> None:
    """Left: long ago, lately, one letter of two, with a note kept, then asked again, and beside a spouse."""
    old, long_ago = NOW - timedelta(days=900), NOW - timedelta(days=500)
    ids, keys = dict[str, PersonId](), dict[str, str]()

    def said(session: Session, name: str, act: Act, at: datetime, purpose: str = "news", way: Way = Way.WEB) -> None:
        new = NewAct(person_id=ids[name], purpose=purpose, address_key=keys[name], act=act, way=way, occurred_at=at)
        consent.record(session, assembly.sealer, new, at=at)

    def comes(session: Session, name: str, email: str, at: datetime) -> None:
        new = NewPerson(email=EmailAddress.parse(email), first_name=name.capitalize(), language=Language.FR)
        person = people.add(session, assembly.addresses, new, at=at)
        ids[name], keys[name] = person.id, person.contact_points[0].address_key

    with assembly.database.transaction() as session:
        for place, code in enumerate(("news", "urgent")):
            consent.put_purpose(session, Purpose(code=code, names={"fr": code}, promises={}, position=place))
        for name in ("left", "lately", "half", "noted", "again", "wife"):
            comes(session, name, f"{name}@exemple.be", old)
            said(session, name, Act.GIVEN, old)
            said(session, name, Act.WITHDRAWN, NOW - timedelta(days=20) if name == "lately" else long_ago)
        comes(session, "husband", "wife@exemple.be", old)
        said(session, "husband", Act.GIVEN, old)
        said(session, "half", Act.GIVEN, old, "urgent")
        said(session, "again", Act.REQUESTED, NOW - timedelta(days=3))
        care.write_note(session, ids["noted"], "A proposé son aide.", by=None, at=old)
    done = [forget_over_term.run(assembly, NOW)[departed.CODE] for _ in range(2)]
    assert done == [2, 0]
    with assembly.database.reading() as session:
        assert {name for name, one in ids.items() if people.find_survivor(session, one) is None} == {"left", "wife"}
        assert (consent.verify(session, assembly.sealer), consent.drift(session)) == ([], 0)
        assert consent.suppressions(session, keys["husband"]) == ()
        assert gate.verdict_of(session, ids["husband"], "news", Channel.EMAIL, NOW).allowed
        assert identities.forgotten(session, assembly.addresses, [(("left@exemple.be",), "Left")]) == frozenset()
    with assembly.database.transaction() as session:
        comes(session, "left", "left@exemple.be", NOW)
        said(session, "left", Act.GIVEN, old, way=Way.IMPORT)
        assert gate.verdict_of(session, ids["left"], "news", Channel.EMAIL, NOW).refusal is Refusal.SUPPRESSED
        said(session, "left", Act.GIVEN, NOW + timedelta(minutes=1), way=Way.CONFIRMATION)
        assert gate.verdict_of(session, ids["left"], "news", Channel.EMAIL, NOW + timedelta(hours=1)).allowed


def test_a_file_that_nobody_has_read_yet_is_not_called_off_by_a_term(assembly: Assembly) -> None:
    """What waits in it may be about whoever is over their term: they wait for it, it does not go for them."""
    _, _, desk = canary.plant(assembly)
    old = NOW - timedelta(days=120)
    with assembly.database.transaction() as session:
        email = EmailAddress.parse("alone@exemple.be")
        person = people.add(session, assembly.addresses, NewPerson(email=email, language=Language.FR), at=old)
        new = NewAct(
            person_id=person.id, purpose="news", address_key=person.contact_points[0].address_key, act=ASKED,
            way=Way.WEB, occurred_at=old,
        )  # fmt: skip
        consent.record(session, assembly.sealer, new, at=old)
        kept = desk.worker.shelf.take_in(io.BytesIO(b"Email\nnobody@exemple.be\n"))
        seen = imports.look(desk.worker.shelf, kept)
        run = imports.open_run(session, kind="people", file_name="f.csv", kept=kept, seen=seen, by=None, at=NOW)
    assert forget_over_term.run(assembly, NOW)[unconfirmed.CODE] == 0
    with assembly.database.reading() as session:
        assert imports.get(session, run.id).state is RunState.READ
        assert people.find_survivor(session, person.id) is not None
    imports.look(desk.worker.shelf, kept)


def test_a_confirmation_at_the_same_moment_is_not_forgotten(assembly: Assembly) -> None:
    old, begun = NOW - timedelta(days=120), Event()
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        email = EmailAddress.parse("juste@exemple.be")
        person = people.add(session, assembly.addresses, NewPerson(email=email, language=Language.FR), at=old)
        asked = NewAct(
            person_id=person.id, purpose="news", address_key=person.contact_points[0].address_key, act=ASKED,
            way=Way.WEB, occurred_at=old,
        )  # fmt: skip
        consent.record(session, assembly.sealer, asked, at=old)

    def confirm() -> None:
        with assembly.database.transaction() as session:
            consent.record(session, assembly.sealer, replace(asked, act=Act.GIVEN, occurred_at=NOW), at=NOW)
            begun.set()
            time.sleep(0.3)

    other = Thread(target=confirm)
    other.start()
    begun.wait(10)
    assert forget_over_term.run(assembly, NOW)[unconfirmed.CODE] == 0
    other.join(10)
    with assembly.database.reading() as session:
        assert people.find_survivor(session, person.id) is not None
