"""Gifts from files: to the cent, each once, taken back by their opposite."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.donations import service as donations
from crm.donations.model import GiftKind, Method, Movement, Wanted
from crm.donations.tables import GiftLineRow, GiftRow, MoneyEntryRow
from crm.imports import rules
from crm.imports.kinds.model import Sort
from crm.imports.model import RowVerdict, Run
from crm.ledgers import service as ledgers
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, GiftId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk
from tests.imports.test_laws import ON_DATABASES, House, founded

__all__ = ["founded"]

HEAD = "Référence;Montant;Date du don;Contact ID;Prénom;Nom;E-mail;Type;Mode de paiement;Fonds;Devise\n"
CHOICES = {"method": "transfer", "system": "CiviCRM"}
FORMATS = {"given_on": "day-month", "amount": "comma"}


def bring(desk: Desk, rows: list[str]) -> Run:
    return desk.bring("gifts", HEAD + "\n".join(rows) + "\n", choices=CHOICES, formats=FORMATS)


def money(desk: Desk) -> tuple[int, int]:
    """What all gifts come to, and how many movements there are."""
    with desk.assembly.database.reading() as session:
        assert donations.drift(session) == 0
        assert ledgers.verify(session, desk.assembly.sealer, donations.LEDGER).faults == ()
        return (
            donations.totals(session, Wanted()).net_cents,
            session.scalar(select(func.count()).select_from(MoneyEntryRow)) or 0,
        )


def test_a_file_of_gifts_goes_in_to_the_cent_and_says_of_each_bad_row_why(desk: Desk) -> None:
    run = bring(
        desk,
        [
            "D1;1.234,56;03/04/2024;77;Marie;Dupont;marie@exemple.be;Don;Virement;;EUR",
            "D2;25,00 €;31/12/2025;77;;;;Cotisation;Domiciliation;;",
            ";10;01/02/2026;;Jean;Sac;jean@exemple.be;;espèces;;",
            ";10;01/02/2026;;Jean;Sac;jean@exemple.be;;espèces;;",
            "D1;1234,56;03/04/2024;77;;;;;;;",
            "D2;26;31/12/2025;77;;;;;;;",
            "D3;0,1 + 0,2;01/01/2024;77;;;;;;;",
            "D4;-5;01/01/2024;77;;;;;;;",
            "D5;5;31/02/2024;77;;;;;;;",
            "D6;5;01/01/2027;77;;;;;;;",
            "D7;5;01/01/2024;77;;;;troc;;;",
            "D8;5;01/01/2024;77;;;;;coquillages;;",
            "D9;5;01/01/2024;77;;;;;;lune;",
            "D10;5;01/01/2024;77;;;;;;;USD",
            "D11;1,005;01/01/2024;77;;;;;;;",
            "D12;5;01/01/2024;;;;;;;;",
            "D13;1,250;01/01/2024;77;;;;;;;",
        ],
    )
    assert desk.said(run) == {
        2: ("create", "gives:1234.56"),
        3: ("update", "row-before", "gives:25.00"),
        4: ("create", "gives:10.00"),
        5: ("review", "gift-alike:10.00"),
        6: ("same", "row-before", "gift-there:1234.56"),
        7: ("review", "gift-otherwise:25.00"),
        8: ("error", "not-amount:amount"),
        9: ("error", "not-more-than-nought:amount"),
        10: ("error", "not-day:given_on"),
        11: ("error", "day-to-come:given_on"),
        12: ("error", "not-gift-kind:kind"),
        13: ("error", "not-method:method"),
        14: ("error", "not-fund:lune"),
        15: ("error", "not-euro:currency"),
        16: ("error", "not-amount:amount"),
        17: ("error", "nobody"),
        18: ("error", "amount-unclear:1,250"),
    }
    assert (run.counts["cents"], run.counts["cents-aside"]) == (123456 + 2500 + 1000 + 123456, 1000 + 2600)
    assert money(desk) == (0, 0)
    applied = desk.apply(run)
    assert dict(applied.counts) == dict(run.counts)
    assert money(desk) == (123456 + 2500 + 1000, 3)
    with desk.assembly.database.reading() as session:
        told = session.execute(
            select(GiftRow.kind, GiftRow.method, GiftRow.given_on, GiftRow.cents, GiftLineRow.is_deductible)
            .join(GiftLineRow, GiftLineRow.gift_id == GiftRow.id)
            .order_by(GiftRow.id)
        ).all()
    assert [(k.value, m.value, d.isoformat(), c, is_deductible) for k, m, d, c, is_deductible in told] == [
        ("one-off", "transfer", "2024-04-03", 123456, True),
        ("membership-fee", "direct-debit", "2025-12-31", 2500, False),
        ("one-off", "cash", "2026-02-01", 1000, True),
    ]


def test_an_amount_and_a_day_that_could_be_two_things_are_asked_about() -> None:
    today = NOW.date()
    assert rules.possible_formats(Sort.AMOUNT, ["1.230", "2.500"], today=today) == ("comma", "point")
    assert rules.possible_formats(Sort.DAY, ["03/04/2024", "05/06/2024"], today=today) == ("day-month", "month-day")


def test_the_dead_gave_what_they_gave_and_nobody_in_doubt_is_given_a_gift(desk: Desk) -> None:
    made = desk.assembly
    with made.database.transaction() as session:
        person = people.add(
            session,
            made.addresses,
            NewPerson(
                language=Language.FR, first_name="Paul", last_name="Roc", email=EmailAddress.parse("paul@exemple.be")
            ),
            at=NOW,
        )
        people.record_death(session, person.id, died_on=NOW.date(), at=NOW)
    run = bring(
        desk,
        [
            "A1;50;01/02/2024;;Paul;Roc;paul@exemple.be;;;;",
            "A2;60;01/02/2024;;Anne;Autre;paul@exemple.be;;;;",
        ],
    )
    desk.apply(run)
    assert desk.said(run) == {
        2: ("update", "deceased", "gives:50.00"),
        3: ("review", "email-of-another"),
    }
    with made.database.reading() as session:
        assert session.scalars(select(GiftRow.person_id)).all() == [person.id]
    assert (money(desk)[0], desk.undo(run).counts["kept"], money(desk)) == (5000, 0, (0, 2))


def test_what_happened_to_a_gift_since_an_undo_leaves_alone(desk: Desk) -> None:
    run = desk.apply(bring(desk, [f"R{i};{i}0;01/02/2024;;N{i};Dupont;n{i}@exemple.be;;;;" for i in range(1, 4)]))
    made = desk.assembly
    with made.database.transaction() as session:
        first, second, _ = session.scalars(select(GiftRow.id).order_by(GiftRow.id)).all()
        donations.ask_refund(session, GiftId(first), 500, reason="Erreur", at=NOW, by=AccountId(1))
        movement = Movement(method=Method.TRANSFER, booked_on=NOW.date())
        donations.correct(session, made.sealer, GiftId(second), movement, cents=-100, at=NOW, by=AccountId(1))
    undone = desk.undo(run)
    assert undone.counts["kept"] == 2
    assert {row.number: row.kept_because for row in desk.rows(undone).values()} == {2: "used", 3: "used", 4: ""}
    assert money(desk)[0] == 1000 + 1900


ROWS = st.tuples(
    st.sampled_from(["", "R1", "R2", "R3"]),
    st.sampled_from(["10", "12,50", "0,01", "x"]),
    st.sampled_from(["01/02/2024", "03/04/2024"]),
    st.sampled_from(["", "X1", "X2"]),
    st.sampled_from(["Marie", "Jean"]),
    st.sampled_from(["a@exemple.be", "b@exemple.be", ""]),
).map(lambda one: f"{one[0]};{one[1]};{one[2]};{one[3]};{one[4]};Dupont;{one[5]};;;;")
FILES = st.lists(st.lists(ROWS, min_size=1, max_size=5), min_size=1, max_size=2)


@settings(ON_DATABASES, max_examples=4)
@given(files=FILES)
def test_twice_is_once_and_undone_there_is_no_money_and_it_can_come_again(
    founded: Callable[[], House], files: list[list[str]]
) -> None:
    later = founded()
    runs, is_clear = [], True
    for rows in files:
        desk = later()
        run = bring(desk, rows)
        tried = {number: row.verdict for number, row in desk.rows(run).items()}
        runs.append(desk.apply(run))
        assert {number: row.verdict for number, row in desk.rows(run).items()} == tried
        once = desk.held()
        again = bring(later(), rows)
        for number, row in desk.rows(again).items():
            if tried[number] not in {RowVerdict.REVIEW, RowVerdict.ERROR}:
                assert row.verdict is RowVerdict.SAME
        # What was to be decided is looked at anew, and may be clear by what the rest of its file brought.
        runs.append(later().apply(again))
        if RowVerdict.REVIEW not in tried.values():
            assert desk.held() == once
        is_clear = is_clear and RowVerdict.REVIEW not in tried.values()
    desk = later()
    total, movements = money(desk)
    for run in reversed(runs):
        assert later().undo(run).counts["kept"] == 0
    assert money(desk) == (0, 2 * movements)
    if len(files) == 1 and is_clear:
        desk.apply(bring(later(), files[0]))
        assert money(desk) == (total, 3 * movements)


def test_what_came_in_kind_comes_in_a_file_once_moves_no_money_and_is_undone(desk: Desk) -> None:
    head = "Référence;Montant;Date du don;Contact ID;Prénom;Nom;Type;Objet\n"
    rows = "K1;300;03/04/2024;78;Marie;Dupont;don en nature;12 chaises\nK2;40;03/04/2024;78;;;in-kind;\n"
    before, house = money(desk), desk.held()
    run = desk.bring("gifts", head + rows, choices=CHOICES, formats=FORMATS)
    assert desk.said(run) == {2: ("create", "gives:300.00"), 3: ("error", "lacking:what")}
    assert desk.apply(run).counts["cents"] == 0
    assert money(desk) == before
    with desk.assembly.database.reading() as session:
        [made] = donations.page(session, Wanted(kind=GiftKind.IN_KIND))
    assert (made.what, made.cents, made.net_cents, made.method) == ("12 chaises", 30000, 0, Method.NONE)
    again = desk.bring("gifts", head + rows, choices=CHOICES, formats=FORMATS)
    assert desk.said(again)[2][0] == "same"
    undone = desk.undo(run)
    assert (undone.counts["kept"], {row.kept_because for row in desk.rows(undone).values()}) == (0, {""})
    with desk.assembly.database.reading() as session:
        assert donations.gift(session, made.id).cents == 0
        emptied = people.find_person(session, made.person_id)
    assert emptied is None or emptied.full_name == ""
    left = {"fund", "gift", "gift_line", "person", "person_key", "donor_stats", "donor_windows"}
    assert {name: rows for name, rows in desk.held().items() if name not in left} == {
        name: rows for name, rows in house.items() if name not in left
    }
    third = desk.bring("gifts", head + rows, choices=CHOICES, formats=FORMATS)
    assert desk.said(third)[2][1] == "gives:300.00"
    desk.apply(third)
    assert money(desk) == before
