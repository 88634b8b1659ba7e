"""Money is conserved under import, match, refund, return, merge and correction, in any order, through the rooms."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.banking import refunds, store
from crm.banking import service as banking
from crm.banking.errors import GiftHasMoved, LineDecided, NothingToUndo
from crm.banking.kept import Rule
from crm.donations import corrections, donors, pouring, recoding, service, taking_over, turning
from crm.donations.errors import AmountWrong, CorrectedElsewhere, CorrectionAsked, GiftHasChanged, MoreThanReceived
from crm.donations.model import (
    AsMoney,
    EntryKind,
    GiftKind,
    LineKind,
    Method,
    Movement,
    NewGift,
    NewLine,
    Otherwise,
    Wanted,
)
from crm.donations.tables import GiftRow, MoneyEntryRow, SourceRow
from crm.duplicates import merges
from crm.people import service as people
from crm.values.errors import Conflict
from crm.values.identifiers import AccountId, GiftId, PersonId
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, person
from tests.conftest import NOW
from tests.donations.conftest import TODAY, paid
from tests.donations.test_cost_centres import furnish

NUMBERS = count(400)
OTHER = AccountId(2)
CASH = AsMoney(kind=GiftKind.ONE_OFF, fund="general", cents=700, method=Method.CASH)
CODES = ("A-1", "A-2", "B-1")
FEE = Otherwise(kind=GiftKind.MEMBERSHIP_FEE, line=LineKind.FEE, fund="general")
GIFT = Otherwise(kind=GiftKind.ONE_OFF, line=LineKind.DONATION, fund="general")
BACK = Move(
    cents=-700, code="00503000",
    structured=coda.direct_debit(mandate="AUTRE", text="plan", paid="4", kind="2", reason="MD06"),
)  # fmt: skip
DEEDS = (
    "bank", "bank", "twice", "match", "match", "match", "return", "again", "import", "undo", "refund", "pay", "correct",
    "become", "recode", "turn", "move", "merge", "part",
)  # fmt: skip
QUIET = (
    AmountWrong, CorrectedElsewhere, CorrectionAsked, GiftHasChanged, MoreThanReceived, LineDecided, GiftHasMoved,
    NothingToUndo, Conflict,
)  # fmt: skip


@dataclass
class Mine:
    """Whom the deeds are about, and what came with files."""

    people: list[PersonId]
    imported: dict[GiftId, PersonId] = field(default_factory=dict)


@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_no_cent_is_lost_whatever_the_rooms_do_in_whatever_order(assembly: Assembly, seed: int) -> None:
    chance = Random(seed)
    mine = Mine(people=[person(assembly, "Ana", f"Loi {seed} {number}").id for number in range(3)])
    told: list[list[str]] = []
    with assembly.database.transaction() as session:
        if not session.scalars(select(SourceRow.code)).all():
            furnish(session)
    for _ in range(40):
        deed = chance.choice(DEEDS)
        if deed == "bank":
            moves = [Move(cents=chance.choice((700, 900, -700)), text=f"loi {seed}") for _ in range(3)]
            told.append(coda.statement([*moves, BACK], number=next(NUMBERS) % 999))
            brought(assembly, told[-1])
            continue
        if deed == "twice":
            before = _counted(assembly)
            for statement in told[-2:]:
                brought(assembly, statement)
            assert _counted(assembly) == before
            continue
        with suppress(*QUIET), assembly.database.transaction() as session:
            _do(session, assembly, deed, chance, mine)
    with assembly.database.reading() as session:
        _check(session)


def _counted(assembly: Assembly) -> tuple[int, int, int]:
    with assembly.database.reading() as session:
        net = service.totals(session, Wanted()).net_cents
        return len(store.lines(session, range(10_000))), net, len(session.scalars(select(MoneyEntryRow.id)).all())


def _do(session: Session, assembly: Assembly, deed: str, chance: Random, mine: Mine) -> None:
    gifts = list(session.scalars(select(GiftRow.id).where(GiftRow.net_cents > 0).order_by(GiftRow.id)))
    if deed in {"match", "return", "again", "pay"}:
        _at_the_bank(session, assembly, deed, chance, mine)
    elif deed in {"import", "undo"}:
        _from_a_file(session, assembly, deed, chance, mine)
    elif deed in {"merge", "part"}:
        _of_records(session, assembly, deed, chance, mine)
    elif gifts:
        _of_a_gift(session, assembly, deed, chance, GiftId(chance.choice(gifts)), mine)


def _at_the_bank(session: Session, assembly: Assembly, deed: str, chance: Random, mine: Mine) -> None:
    counter, facts = bank_counter(assembly), {"by": CLAIRE, "at": NOW}
    if deed == "match":
        for line in [one for one in store.waiting(session, size=100) if not one.is_spent][-3:]:
            banking.confirm(session, counter, line.id, chance.choice(mine.people), seen=line.version, **facts)  # type: ignore[arg-type]
        return
    if deed == "pay":
        for line in [one for one in store.waiting(session, size=100) if one.is_spent][:2]:
            parts = [one.entry_id for one, is_sure in refunds.together(session, line) if is_sure]
            paid_ = parts or [one.entry_id for one in refunds.proposed(session, line)[:1]]
            if paid_:
                refunds.settle(session, counter, line.id, paid_, seen=line.version, **facts)  # type: ignore[arg-type]
        return
    if deed == "return":
        whose = chance.choice(mine.people)
        for line in [one for one in store.waiting(session, size=100) if one.return_kind is not None][:1]:
            for one in banking.gifts_to_undo(session, line, whose)[:1]:
                banking.confirm(
                    session, counter, line.id, whose, gift_id=one.gift.id, loss_cents=one.loss_cents,
                    seen=line.version, **facts,  # type: ignore[arg-type]
                )  # fmt: skip
        return
    several = [one for one in store.lines(session, range(10_000)) if one.gift_id is not None]
    for line in several[:1] if chance.random() < 0.5 else several[-1:]:
        banking.reopen(session, counter, line.id, seen=line.version, **facts)  # type: ignore[arg-type]


def _from_a_file(session: Session, assembly: Assembly, deed: str, chance: Random, mine: Mine) -> None:
    if deed == "undo":
        taking_over.take_back(session, assembly.sealer, mine.imported, at=NOW, by=CLAIRE)
        return
    kinds = chance.choice(((LineKind.DONATION,), (LineKind.FEE, LineKind.DONATION)))
    who = chance.choice(mine.people)
    new = NewGift(
        person_id=who,
        lines=tuple(NewLine(cents=chance.randrange(1, 5000), kind=kind) for kind in kinds),
        given_on=TODAY,
        movement=paid(provider="fichier", external_id=f"{chance.random()}"),
    )
    for gift_id in pouring.record_many(session, assembly.sealer, [new, new], at=NOW):
        mine.imported[gift_id] = who


def _of_a_gift(session: Session, assembly: Assembly, deed: str, chance: Random, gift_id: GiftId, mine: Mine) -> None:
    sealer = assembly.sealer
    if deed == "refund":
        owed = service.ask_refund(session, gift_id, chance.choice((700, 333)), reason="x", at=NOW, by=CLAIRE)
        movement = Movement(method=Method.TRANSFER, booked_on=TODAY, provider="refund", external_id=str(owed.id))
        service.decide_refund(session, sealer, owed.id, movement, at=NOW, by=OTHER)
        return
    if deed == "move":
        service.move(session, gift_id, chance.choice(mine.people), reason="x", at=NOW, by=CLAIRE)
        return
    if deed == "recode":
        code = chance.choice(("", *CODES))
        asked = recoding.ask(session, gift_id, code, reason="x", at=NOW, by=CLAIRE)
        corrections.decide(session, sealer, asked, agreed=True, at=NOW, by=OTHER)
        return
    if deed == "turn":
        things = session.scalars(select(GiftRow.id).where(GiftRow.kind == GiftKind.IN_KIND, GiftRow.cents > 0)).all()
        if things and chance.random() < 0.6:
            turned = turning.ask_money(session, GiftId(things[0]), CASH, reason="x", at=NOW, by=CLAIRE)
        else:
            turned = turning.ask_in_kind(session, gift_id, "chaises", 9900, reason="x", at=NOW, by=CLAIRE)
        corrections.decide(session, sealer, turned, agreed=True, at=NOW, by=OTHER)
        return
    if deed == "correct":
        told = corrections.ask(session, gift_id, chance.choice((0, 333, 4444)), reason="x", at=NOW, by=CLAIRE)
    else:
        lines = [line for line in service.whole(session, gift_id).lines if line.net_cents]
        line = chance.choice(lines)
        part = chance.choice((None, chance.randrange(1, line.net_cents + 1)))
        otherwise = replace(chance.choice((FEE, GIFT)), line_id=line.id, cents=part)
        told = corrections.ask_otherwise(session, gift_id, otherwise, reason="x", at=NOW, by=CLAIRE)
    corrections.decide(session, sealer, told.id, agreed=True, at=NOW, by=OTHER)


def _of_records(session: Session, assembly: Assembly, deed: str, chance: Random, mine: Mine) -> None:
    one, other = chance.sample(mine.people, 2)
    sealer, pointers = assembly.sealer, assembly.pointers
    if deed == "merge":
        merges.merge(session, sealer, pointers, survivor_id=one, loser_id=other, chosen={}, by=CLAIRE, at=NOW)
    elif made := merges.of(session, one):
        merges.undo(session, sealer, pointers, made[0].id, by=CLAIRE, at=NOW)


def _check(session: Session) -> None:
    assert (service.drift(session), donors.drift(session)) == (0, 0)
    totals = service.totals(session, Wanted())
    entries = session.scalars(select(MoneyEntryRow).where(MoneyEntryRow.kind != EntryKind.FEE)).all()
    assert totals.net_cents == sum(entry.cents for entry in entries) == sum(totals.by_fund.values())
    assert totals.net_cents == sum(totals.by_method.values())
    by_bank = sum(entry.cents for entry in entries if entry.provider == "bank")
    lines = store.lines(session, range(10_000))
    assert by_bank == sum(line.cents for line in lines if line.gift_id is not None and line.rule is not Rule.REFUND)
    _, owed, _ = refunds.unpaid(session, date.min, date.max, size=1)
    decided = sum(entry.cents for entry in entries if entry.provider == "refund")
    assert decided + owed == sum(line.cents for line in lines if line.rule is Rule.REFUND)
    owners = session.scalars(select(GiftRow.person_id)).all()
    assert all(people.find_survivor(session, PersonId(owner)) for owner in owners)
    assert all(row.net_cents >= row.given_cents >= 0 for row in session.scalars(select(GiftRow)))
