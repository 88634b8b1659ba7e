"""The laws of imports: twice is once, undone is as before, and nothing of it depends on how the file is cut."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.consent import service as consent
from crm.foundation.database import open_database
from crm.imports import service as imports
from crm.imports import store, worker
from crm.imports.model import RowVerdict, Run
from crm.people.tables import PersonRow
from tests.conftest import empty
from tests.imports.conftest import Desk, desk_on, put_purposes

NAMES = st.sampled_from(["", "Marie", "Jean"])
EMAILS = st.sampled_from(["", "a@exemple.be", "b@exemple.be", "c@exemple.be", "rien"])
PHONES = st.sampled_from(["", "0470123456", "0471000000"])
IDS = st.sampled_from(["", "X1", "X2"])
STREETS = st.sampled_from(["", "rue Haute 1", "rue Basse 2"])
PEOPLE = st.tuples(
    *(IDS, NAMES, st.sampled_from(["", "Dupont"]), EMAILS, PHONES, STREETS, st.sampled_from(["", "fr", "nl"])),
    *(st.sampled_from(["", "", "oui"]), st.sampled_from(["", "École libre / Ath", "Groupe 12"])),
    *(st.sampled_from(["", "école", "?"]), st.sampled_from(["", "E1"]), st.sampled_from(["", "7", "8"])),
    *(st.sampled_from(["", "Les Dupont"]), st.sampled_from(["", "presse|vip", "vip"])),
)
STATES = st.sampled_from(["oui", "non", "désinscrit", "en attente", "?"])
DATES = st.sampled_from(["", "2020-01-01", "2026-11-01"])
CONSENTS = st.tuples(EMAILS, STATES, DATES, st.sampled_from(["", "site"]), st.sampled_from(["", "texte"]), NAMES)
SILENCES = st.tuples(
    st.sampled_from(["a@exemple.be", "c@exemple.be", "0470123456", "0cc175b9c0f1b6a831c399e269772661", "rien"]), DATES
)
REFUSALS = st.tuples(
    *(IDS, NAMES, st.sampled_from(["", "Dupont"]), EMAILS, PHONES, STREETS),
    *(st.sampled_from(["", "courrier", "tél. et sms", "tout", "pigeon"]), st.sampled_from(["", "Appels", "tout"])),
    *(DATES, st.sampled_from(["oui", "", "pas de courrier"])),
)

FILES = st.one_of(
    st.tuples(st.just("people"), st.lists(PEOPLE, min_size=1, max_size=7)),
    st.tuples(st.just("consents"), st.lists(CONSENTS, min_size=1, max_size=7)),
    st.tuples(st.just("suppressions"), st.lists(SILENCES, min_size=1, max_size=5)),
    st.tuples(st.just("refusals"), st.lists(REFUSALS, min_size=1, max_size=7)),
)
BEFORE = st.lists(FILES, max_size=2)
HEADS = {
    "people": "id;prénom;nom;email;gsm;rue;langue;décédé;organisation;type organisation;id organisation;foyer;"
    "enveloppe;étiquettes",
    "consents": "email;consentement;date;voie;preuve;prénom",
    "suppressions": "email;date",
    "refusals": "contact id;prénom;nom;email;gsm;rue;canal;finalité;date;ne pas contacter",
}
CHOICES: dict[str, dict[str, str]] = {
    "people": {"system": "vieux"},
    "consents": {"purpose": "news"},
    "suppressions": {},
    "refusals": {"purpose": "appeals", "system": "vieux"},
}
FORMATS: dict[str, dict[str, str]] = {"people": {}, "consents": {"since": "iso"}, "suppressions": {"since": "iso"}} | {
    "refusals": {"since": "iso"}
}
File = tuple[str, list[tuple[str, ...]]]
ON_DATABASES = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def bring(desk: Desk, file: File) -> Run:
    kind, rows = file
    text = "\n".join([HEADS[kind], *(";".join(row) for row in rows)]) + "\n"
    return desk.bring(kind, text, choices=CHOICES[kind], formats=FORMATS[kind])


LEDGERS = {"consent_event", "suppression_event", "donor_windows", "fund"}
"""Tables that only grow, or that say nothing of anybody: the first fund is there once something was given."""


def folded(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """All the house holds, the ledgers' own rows left out, and people of whom nothing is left but a number."""
    found = {name: rows for name, rows in desk.held().items() if name not in LEDGERS}
    places = [column.name for column in PersonRow.__table__.columns]
    own, into = places.index("id"), places.index("merged_into_id")
    found["person"] = [row for row in found.get("person", []) if row[own] != row[into]]
    return found


House = Callable[[], Desk]
"""`house()`: the same house a minute later, its blocks so small that each file has several."""


@pytest.fixture
def founded(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_database_url: Callable[[str], str]
) -> Callable[[], House]:
    """`founded()`: a house in which nobody is yet, so that each example begins where its description says."""
    monkeypatch.setattr(worker, "BLOCK", 2)
    minutes = itertools.count(1)

    def found() -> House:
        assembly = desk.assembly
        if assembly.database.engine.dialect.name == "sqlite":
            assembly = replace(assembly, database=open_database(new_database_url("sqlite")))
        else:
            empty(assembly.database.engine)
        put_purposes(assembly)
        return lambda: desk_on(assembly, tmp_path / "files", minutes=next(minutes))

    return found


@ON_DATABASES
@given(before=BEFORE, file=FILES)
def test_the_same_file_twice_changes_nothing(founded: Callable[[], House], before: list[File], file: File) -> None:
    later = founded()
    for one in before:
        (desk := later()).apply(bring(desk, one))
    desk = later()
    first = desk.rows(desk.apply(bring(desk, file)))
    once = desk.held()
    again = later()
    run = bring(again, file)
    assert again.held() == once
    second = again.rows(run)
    for number, row in first.items():
        if row.verdict not in {RowVerdict.REVIEW, RowVerdict.ERROR}:
            assert second[number].verdict is RowVerdict.SAME
    again.apply(run)
    # A row in doubt has not gone in: by now it may be clear.
    if RowVerdict.REVIEW not in {row.verdict for row in first.values()}:
        assert again.held() == once


@ON_DATABASES
@given(files=st.lists(FILES, min_size=1, max_size=3))
def test_undone_in_turn_all_is_as_it_was(founded: Callable[[], House], files: list[File]) -> None:
    later = founded()
    desk = later()
    before = folded(desk)
    runs = []
    for file in files:
        desk = later()
        runs.append(desk.apply(bring(desk, file)))
    for run in reversed(runs):
        undone = later().undo(run)
        assert undone.counts["kept"] == 0
    assert folded(desk) == before
    with desk.assembly.database.reading() as session:
        assert (consent.drift(session), consent.verify(session, desk.assembly.sealer)) == (0, [])


PEOPLE_FILES = st.tuples(st.just("people"), st.lists(PEOPLE, min_size=1, max_size=4))
ALONE = ("",) * 7
MARIE = ("", "Marie", "Dupont", "a@exemple.be", "0470123456", "", "fr", *ALONE)


@ON_DATABASES
@given(one=PEOPLE_FILES, other=PEOPLE_FILES)
@example(one=("people", [MARIE]), other=("people", [MARIE]))
@example(one=("people", [MARIE]), other=("people", [MARIE, ("X1", "Jean", "", "", "", "", "", *ALONE)]))
def test_what_is_said_to_be_in_is_in_whatever_other_file_was_undone(
    founded: Callable[[], House], one: File, other: File
) -> None:
    later = founded()
    first = (desk := later()).apply(bring(desk, one))
    (desk := later()).apply(bring(desk, other))
    later().undo(first)
    desk = later()
    again = desk.apply(bring(desk, other))
    held = {text for point in desk.held().get("contact_point", []) for text in point}
    for row in desk.rows(again).values():
        if row.verdict not in {RowVerdict.REVIEW, RowVerdict.ERROR}:
            who = row.given["who"]
            assert {who[name] for name in ("email",) if name in who} | set(who.get("phones", ())) <= held


@ON_DATABASES
@given(before=BEFORE, file=FILES)
def test_the_real_thing_does_what_the_dry_run_said(
    founded: Callable[[], House], before: list[File], file: File
) -> None:
    later = founded()
    for one in before:
        (desk := later()).apply(bring(desk, one))
    desk = later()
    run = bring(desk, file)
    tried = desk.rows(run)
    desk.apply(run)
    counted = {number: row.verdict for number, row in desk.rows(run).items()}
    assert counted.keys() == tried.keys()
    for number, row in tried.items():
        assert counted[number] is row.verdict


def test_a_row_without_any_key_goes_in_once_and_again_after_an_undo(founded: Callable[[], House]) -> None:
    later = founded()
    file: File = (
        "people",
        [
            ("", "Jean", "Dupont", "", "", "rue Haute 1", "fr", *ALONE),
            ("", "", "", "", "0471000000", "", "", *ALONE),
        ],
    )
    create, same = RowVerdict.CREATE, RowVerdict.SAME
    desk = later()
    first = desk.apply(bring(desk, file))
    tried_before = bring(later(), file)
    second = (desk := later()).apply(bring(desk, file))
    assert [row.verdict for row in desk.rows(second).values()] == [same, same]
    assert desk.said(second)[2] == ("same", "went-in")
    once = desk.held()["person"]
    undone = later().undo(first)
    assert desk.held()["person"] == once  # another file says it too
    assert {row.kept_because for row in desk.rows(undone).values()} == {"other-file"}
    later().undo(second)
    (desk := later()).apply(tried_before)
    assert [row.verdict for row in desk.rows(tried_before).values()] == [create, create]


def test_of_two_imports_of_one_file_at_the_same_time_each_row_goes_in_by_one(founded: Callable[[], House]) -> None:
    later = founded()
    file: File = ("people", [("", name, "Dupont", "", "", "", "", *ALONE) for name in ("Jean", "Marie", "Noël")])
    first, second = bring(desk := later(), file), bring(later(), file)
    with desk.assembly.database.transaction() as session:
        imports.apply(session, first.id, at=desk.assembly.clock())
    with desk.assembly.database.transaction() as session:
        taken = store.claim(
            session, now=desk.assembly.clock(), lease_until=desk.assembly.clock() + worker.LEASE, run_id=first.id
        )
    assert taken is not None
    with desk.assembly.database.transaction() as session:
        assert not desk.worker._apply_block(session, taken)
    desk.apply(second)
    desk.worker._apply(taken)
    came = [[row.verdict for row in desk.rows(run).values()] for run in (first, second)]
    create, same = RowVerdict.CREATE, RowVerdict.SAME
    assert came == [[create, create, same], [same, same, create]]


def test_a_dry_run_sees_what_earlier_blocks_bring_to_people_we_know_and_to_newcomers(
    founded: Callable[[], House],
) -> None:
    later = founded()
    desk = later()
    desk.apply(bring(desk, ("people", [("X2", "Jean", "", "", "", "", "fr", *ALONE)])))
    rows: list[tuple[str, ...]] = [
        ("X2", "Jean", "", "c@exemple.be", "", "", "fr"),  # brings an address to somebody we know
        ("", "Marie", "Dupont", "", "0470123456", "", ""),
        ("", "Jean", "", "c@exemple.be", "", "", ""),
        ("", "Marie", "Dupont", "a@exemple.be", "0470123456", "", ""),  # and to a newcomer
        ("", "", "Dupont", "a@exemple.be", "", "", ""),
    ]
    run = bring(later(), ("people", [(*row, *ALONE) for row in rows]))
    tried = [row.verdict for _, row in sorted(desk.rows(run).items())]
    desk.apply(run)
    assert (
        tried
        == [row.verdict for _, row in sorted(desk.rows(run).items())]
        == [RowVerdict(verdict) for verdict in ("update", "create", "same", "update", "same")]
    )
