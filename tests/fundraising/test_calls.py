"""An agency's results: each line understood or listed, each outcome with its effect, the same file twice nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.tables import InteractionRow, TaskRow
from crm.consent import gate
from crm.consent import service as consent
from crm.consent.model import Act, Channel, Refusal
from crm.consent.tables import ConsentEventRow
from crm.fundraising import call_rules, calls, exporting, freezing, incoming, rules, service
from crm.fundraising.call_model import CallOutcome, CallReport, Finding, ReportState
from crm.fundraising.errors import ReportMoved, ResultsUnreadable
from crm.fundraising.model import NewCell
from crm.fundraising.tables import CallResultRow
from crm.people import service as people
from crm.people.model import Deliverability
from crm.privacy import erasing
from crm.rooms import QUESTIONS
from crm.values.identifiers import AppealId, PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.fundraising.conftest import ASKING, BY, TODAY, appeal, furnish, person, segment

HEAD = ("seq", "communication", "resultat", "appele_le", "montant_promis", "rythme", "remarque")
SEVEN = "000100000734"
DAY = date(2026, 11, 24)
Said = Finding | tuple[CallOutcome, date | None, int | None, bool]
LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("7", SEVEN, "Joint"), (CallOutcome.REACHED, None, None, False)),
        (("7", "+++000/1000/00734+++", "REFUS."), (CallOutcome.REFUSED, None, None, False)),
        (("", "000100000734", "ne plus appeler", "24/11/2026"), (CallOutcome.DO_NOT_CALL, DAY, None, False)),
        (("7", SEVEN, "Belofte", "2026-11-24 00:00", "10,50 €", "Maandelijks"), (CallOutcome.PLEDGED, DAY, 1050, True)),
        (("7", SEVEN, "pledged"), (CallOutcome.PLEDGED, None, None, False)),
        (("7", SEVEN, "Verkeerd nummer", "", "rien", "rien"), (CallOutcome.WRONG_NUMBER, None, None, False)),
        (("7", SEVEN, "not_reached"), (CallOutcome.UNREACHED, None, None, False)),
        (("7", SEVEN, ""), Finding.UNCALLED),
        (("7", SEVEN, "peut-être"), Finding.BAD_RESULT),
        (("7", SEVEN, "joint", "25/11/2026"), Finding.BAD_DAY),
        (("7", SEVEN, "joint", "22/11/2026"), Finding.BAD_DAY),
        (("7", SEVEN, "joint", "31/02/2026"), Finding.BAD_DAY),
        (("7", SEVEN, "promesse", "", "-5"), Finding.BAD_AMOUNT),
        (("7", SEVEN, "promesse", "", "dix"), Finding.BAD_AMOUNT),
        (("7", SEVEN, "promesse", "", "10", "chaque lune"), Finding.BAD_RHYTHM),
        (("8", "+++000/1000/00734+++", "joint"), Finding.MISMATCH),
        (("7", "+++000/1000/00735+++", "joint"), Finding.UNKNOWN),
        (("", "+++000/2000/00734+++", "joint"), Finding.UNKNOWN),
        (("7", "", "joint"), Finding.UNKNOWN),
        (("0", "", "joint"), Finding.UNKNOWN),
        (("=1+1", "", "joint"), Finding.UNKNOWN),
    ],
)  # fmt: skip
def test_a_line_is_understood_or_says_what_is_wrong(cells: tuple[str, ...], said: Said) -> None:
    places = call_rules.columns(HEAD)
    whole = [*cells, *[""] * (len(HEAD) - len(cells))]
    found = call_rules.line(
        2, whole, places, appeal_id=1, first_on=date(2026, 11, 23), last_on=date(2026, 11, 24)
    )  # fmt: skip
    told = (found.outcome, found.called_on, found.cents, found.is_monthly)
    assert (found.finding if isinstance(said, Finding) else told) == said
    assert (found.finding is Finding.NEW) is not isinstance(said, Finding)


def test_columns_are_known_in_three_languages() -> None:
    assert call_rules.columns(["Volgnummer", "Mededeling", "Uitkomst"]) == {"seq": 0, "communication": 1, "result": 2}
    assert call_rules.columns(["Reference", "Outcome"]) == {"communication": 0, "result": 1}
    for headers in (["Uitkomst"], ["seq", "resultat", "nom"], ["communication"], []):
        with pytest.raises(ResultsUnreadable):
            call_rules.columns(headers)


def called(session: Session, assembly: Assembly) -> tuple[AppealId, list[PersonId]]:
    """An appeal by phone to six people, frozen; in the order of their numbers."""
    furnish(session)
    for n in range(6):
        person(session, assembly, f"N{n}", phone=PhoneNumber.parse(f"0470 12 34 0{n}"))
    new = NewCell(name="Tous", segment_id=segment(session, "Tous"))
    made = appeal(session, new, channel=Channel.PHONE, planned_on=TODAY, one_a_household=False)
    assert freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW).mailed == 6
    return made.id, [one.person_id for one in exporting.recipients(session, made.id)]


def content(*lines: tuple[str, ...]) -> bytes:
    """A file with those lines."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEAD, *([*one, *[""] * (len(HEAD) - len(one))] for one in lines)])
    return text.getvalue().encode("windows-1252")


def read(session: Session, appeal_id: AppealId, *lines: tuple[str, ...]) -> tuple[CallReport, bool]:
    """What is read of such a file, where each line has the communication of its number unless it says another."""
    whole = [(one[0], one[1] or str(rules.communication(appeal_id, int(one[0]))), *one[2:]) for one in lines]
    with incoming.taken_in(io.BytesIO(content(*whole))) as came:
        facts: dict[str, Any] = {"agency": "Agence Voix", "by": BY, "at": LATER, "language": Language.FR}
        return calls.read(session, appeal_id, came, **facts)


def done(session: Session, assembly: Assembly, report: CallReport) -> None:
    """All of it, step by step."""
    calls.start(session, report.appeal_id, report.id, by=BY, at=LATER)
    while calls.step(session, assembly.sealer, report.appeal_id, report.id, at=LATER):
        pass


def test_each_outcome_has_its_effect_and_twice_is_once(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        appeal_id, who = called(session, assembly)
        third = str(rules.communication(appeal_id, 3))
        lines = (
            ("1", "", "joint", "", "", "", "Rappelle en mars"),
            ("2", "", "refus", "24/11/2026"),
            ("3", third, "promesse", "24/11/2026", "10", "mensuel"),
            ("4", "", "mauvais numéro"),
            ("5", "", "ne plus appeler", "25/11/2026"),
            ("6", "", "pas joint"),
            ("5", "", "niet meer bellen", "25/11/2026"),
            ("99", "", "joint"),
            ("6", "", ""),
        )
        report, is_new = read(session, appeal_id, *lines)
        assert is_new
        found = calls.tally(session, report.id)
        assert (found.new, found.faults, found.done) == (6, 1, 0)
        assert dict(found.findings) == {
            Finding.NEW: 6, Finding.KNOWN: 1, Finding.UNCALLED: 1, Finding.UNKNOWN: 1,
        }  # fmt: skip
        [unknown] = calls.lines(session, report.id, only_faults=True, size=9)
        assert (unknown.number, unknown.reference) == (9, str(rules.communication(appeal_id, 99)))
        # Nothing holds before somebody says so.
        assert session.scalar(select(func.count()).select_from(InteractionRow)) == 0
        assert calls.step(session, assembly.sealer, appeal_id, report.id, at=LATER) == 0
        done(session, assembly, report)
        _check_effects(session, assembly, who)
        assert sum(service.standing(session, appeal_id).values()) == 2
        assert [one.seq for one in exporting.recipients(session, appeal_id)] == [1, 6]

        counts = _counts(session)
        again, is_new = read(session, appeal_id, *lines)
        assert (again.id, again.state, is_new) == (report.id, ReportState.APPLIED, False)
        with pytest.raises(ReportMoved):
            calls.start(session, appeal_id, again.id, by=BY, at=LATER)
        # A grown file says the same once more, and one new thing.
        grown, is_new = read(session, appeal_id, *lines, ("6", "", "joint"))
        assert (is_new, calls.tally(session, grown.id).new) == (True, 1)
        done(session, assembly, grown)
        assert _counts(session) == [counts[0] + 1, *counts[1:]]
        assert calls.outcomes(session, appeal_id)[CallOutcome.REACHED] == 2


def _check_effects(session: Session, assembly: Assembly, who: list[PersonId]) -> None:
    notes = [care.interactions_of(session, one) for one in who]
    assert [len(one) for one in notes] == [1, 1, 1, 1, 1, 0]
    assert notes[0][0].outcome == "Rappelle en mars"
    assert notes[1][0].summary == "Appel téléphonique « Noël » par Agence Voix : ne donne pas cette fois"
    [task] = care.open_tasks_of(session, who[2])
    assert task.title.startswith("Faire signer le don régulier promis au téléphone")
    assert ("10,00" in task.title, task.due_on, task.interaction_id) == (
        True, LATER.date() + timedelta(days=7), notes[2][0].id,
    )  # fmt: skip
    dead = people.find_person(session, who[3])
    assert dead is not None
    assert [one.deliverability for one in dead.contact_points] == [Deliverability.DEAD]
    objections = [one for one in consent.history(session, who[4]) if one.act is Act.OBJECTED]
    assert {(one.purpose, one.channel) for one in objections} == {
        (one.code, Channel.PHONE) for one in consent.addressed(session)
    }
    assert all(set(one.evidence) == {"call_report", "line", "sha256"} for one in objections)
    assert gate.verdict_of(session, who[4], ASKING, Channel.PHONE, LATER).refusal is Refusal.OBJECTED
    assert gate.verdict_of(session, who[4], ASKING, Channel.POST, LATER).allowed


def _counts(session: Session) -> list[int]:
    several = (InteractionRow, TaskRow, ConsentEventRow)
    return [session.scalar(select(func.count()).select_from(row)) or 0 for row in several]


def test_lines_are_done_a_few_at_a_time_and_nothing_is_lost_or_doubled(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "AT_ONCE", 2)
    with assembly.database.transaction() as session:
        appeal_id, who = called(session, assembly)
        first, _ = read(session, appeal_id, *((str(seq), "", "joint") for seq in range(1, 6)))
        second, _ = read(session, appeal_id, *((str(seq), "", "joint", "24/11/2026") for seq in range(4, 7)))
        for one in (first, second):
            calls.start(session, appeal_id, one.id, by=BY, at=LATER)
    # Cut after each transaction, both files in turn: each call is noted once.
    with assembly.database.transaction() as session:
        assert calls.waiting(session) == [(appeal_id, first.id), (appeal_id, second.id)]
    while True:
        with assembly.database.transaction() as session:
            waiting = calls.waiting(session)
            for number, report_id in waiting:
                calls.step(session, assembly.sealer, number, report_id, at=LATER)
        if not waiting:
            break
    with assembly.database.transaction() as session:
        assert [len(care.interactions_of(session, one)) for one in who] == [1] * 6
        states = Counter(one.state for one in calls.reports(session, appeal_id))
        assert states == {ReportState.APPLIED: 2}


def test_lines_go_by_their_term_and_with_whoever_they_are_of(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        appeal_id, who = called(session, assembly)
        report, _ = read(session, appeal_id, ("1", "", "joint", "", "", "", "Fatiguée"), ("99", "", "joint"))
        done(session, assembly, report)
        shown = erasing.shown(session, assembly.holdings, who[0])
        [section] = [one for one in shown.sections if one.key == "appeal_calls"]
        assert [(row["by"], row["outcome"], row["remark"]) for row in section.rows] == [
            ("Agence Voix", "jointe", "Fatiguée")
        ]
        assert calls.forget(session, on=report.purge_on - timedelta(days=1)) == 0
        assert calls.forget(session, on=report.purge_on) == 1
        [kept] = session.scalars(select(CallResultRow)).all()
        assert (kept.remark, kept.reference, kept.outcome) == ("", "", CallOutcome.REACHED)
        again, is_new = read(session, appeal_id, ("1", "", "joint"))
        assert (is_new, calls.tally(session, again.id).findings) == (True, {Finding.KNOWN: 1})
        calls.drop(session, appeal_id, again.id)
        assert session.scalar(select(func.count()).select_from(CallResultRow)) == 1
