"""What somebody gave: shown whole. The accounts stay seven years, bare; what was written beside them goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.donations import words
from crm.donations.donor_tables import DonorStatsRow, DonorYearRow
from crm.donations.in_kind import forget
from crm.donations.tables import (
    AppealReferenceRow,
    BatchEntryRow,
    GiftCorrectionRow,
    GiftLineRow,
    GiftMoveRow,
    GiftRow,
    MoneyEntryRow,
    MoneyPartRow,
    RefundRow,
    ThanksRow,
)
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from crm.values.money import euros

ROOM = "crm.donations"
TABLES = frozenset(
    {
        "gift",
        "gift_line",
        "money_entry",
        "money_part",
        "gift_move",
        "donor_stats",
        "donor_year",
        "thanks",
        "thank_call",
        "refund",
        "gift_correction",
        "appeal_reference",
        "gift_batch_entry",
    }
)
YEARS = 7
"""So long are accounts kept, from the end of the year of the last gift (Code of economic law, art. III.88)."""
ACCOUNTS = N_("Les comptes : la loi oblige à les garder, sans nom ni adresse")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every gift, and every movement of money of it."""
    mine = GiftRow.person_id.in_(subject.person_ids)
    gifts = session.execute(
        select(
            GiftRow.given_on,
            GiftRow.kind,
            GiftRow.method,
            GiftRow.cents,
            GiftRow.net_cents,
            GiftRow.tribute,
            GiftRow.address,
            GiftRow.in_kind_what,
        )
        .where(mine)
        .order_by(GiftRow.given_on, GiftRow.id)
    ).all()
    moved = session.execute(
        select(*(getattr(MoneyEntryRow, name) for name in ("booked_on", "kind", "method", "cents", "provider")))
        .join(GiftRow, GiftRow.id == MoneyEntryRow.gift_id)
        .where(mine)
        .order_by(MoneyEntryRow.id)
    ).all()
    on, cents = Column(key="on", label=say(language, N_("Jour"))), Column(key="euro", label=say(language, N_("Euros")))
    method = Column(key="method", label=say(language, N_("Moyen")))
    donor = session.get(DonorStatsRow, subject.person_id, populate_existing=True)
    return (
        Section(
            key="donor",
            title=say(language, N_("Ce que nous calculons de vos dons")),
            columns=(
                Column(key="first", label=say(language, N_("Premier don"))),
                Column(key="last", label=say(language, N_("Dernier don"))),
                Column(key="number", label=say(language, N_("Combien de dons"))),
                cents,
                Column(key="largest", label=say(language, N_("Le plus grand"))),
                Column(key="years", label=say(language, N_("Années avec un don"))),
            ),
            rows=[
                {
                    "first": donor.first_on,
                    "last": donor.last_on,
                    "number": donor.gifts,
                    "euro": euros(donor.cents),
                    "largest": euros(donor.largest_cents),
                    "years": donor.years,
                }
            ]
            if donor
            else [],
            note=say(language, N_("Sans les ventes ni les cotisations ; pour vous écrire au bon moment.")),
        ),
        Section(
            key="gifts",
            title=say(language, N_("Dons")),
            columns=(
                on,
                Column(key="kind", label=say(language, N_("Genre"))),
                method,
                cents,
                Column(key="net", label=say(language, N_("Reste"))),
                Column(key="tribute", label=say(language, N_("En mémoire ou en l’honneur de"))),
                Column(key="address", label=say(language, N_("Adresse au moment du don"))),
            ),
            rows=[
                {
                    "on": one.given_on,
                    "kind": " : ".join(filter(None, (say(language, words.KINDS[one.kind]), one.in_kind_what))),
                    "method": say(language, words.METHODS[one.method]),
                    "euro": euros(one.cents),
                    "net": euros(one.net_cents),
                    "tribute": one.tribute,
                    "address": one.address,
                }
                for one in gifts
            ],
        ),
        Section(
            key="money",
            title=say(language, N_("Mouvements d’argent")),
            columns=(on, Column(key="kind", label=say(language, N_("Mouvement"))), method, cents),
            rows=[
                {
                    "on": one.booked_on,
                    "kind": say(language, words.moved(one.kind, one.provider)[0]),
                    "method": say(language, words.METHODS[one.method]),
                    "euro": euros(one.cents),
                }
                for one in moved
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """The amounts and their days stay; tributes, addresses and reasons go, and what waits to be typed in."""
    ids = subject.person_ids
    mine = select(GiftRow.id).where(GiftRow.person_id.in_(ids))
    forget(session, ids)
    erased = {
        "appeal_reference": delete_rows(session, AppealReferenceRow, AppealReferenceRow.person_id.in_(ids)),
        "gift_batch_entry": _forget_typed(session, ids),
        "gift": empty_rows(session, GiftRow, {"tribute": "", "address": ""}, GiftRow.person_id.in_(ids)),
        "refund": empty_rows(session, RefundRow, {"reason": ""}, RefundRow.gift_id.in_(mine)),
        "gift_correction": empty_rows(session, GiftCorrectionRow, {"reason": ""}, GiftCorrectionRow.gift_id.in_(mine)),
        "gift_move": empty_rows(
            session,
            GiftMoveRow,
            {"reason": ""},
            or_(
                GiftMoveRow.gift_id.in_(mine),
                GiftMoveRow.from_person_id.in_(ids),
                GiftMoveRow.to_person_id.in_(ids),
            ),
        ),
    }
    last = session.scalar(select(func.max(extract("year", GiftRow.given_on))).where(GiftRow.person_id.in_(ids)))
    if last is None:
        return Forgotten(erased=erased)
    until = date(int(last) + YEARS, 12, 31)
    entries = select(MoneyEntryRow.id).where(MoneyEntryRow.gift_id.in_(mine))
    counted = {
        "donor_stats": select(func.count()).where(DonorStatsRow.person_id.in_(ids)),
        "thanks": select(func.count()).where(ThanksRow.gift_id.in_(mine)),
        "donor_year": select(func.count()).where(DonorYearRow.person_id.in_(ids)),
        "gift": select(func.count()).where(GiftRow.person_id.in_(ids)),
        "gift_batch_entry": select(func.count()).where(BatchEntryRow.person_id.in_(ids)),
        "gift_line": select(func.count()).where(GiftLineRow.gift_id.in_(mine)),
        "money_entry": select(func.count()).where(MoneyEntryRow.gift_id.in_(mine)),
        "money_part": select(func.count()).where(MoneyPartRow.entry_id.in_(entries)),
    }
    kept = tuple(
        Kept(table=table, count=session.scalar(query) or 0, ground=ACCOUNTS, until_on=until)
        for table, query in counted.items()
    )
    return Forgotten(erased=erased, kept=kept)


def _forget_typed(session: Session, ids: Collection[int]) -> int:
    """Lines of batches that do not count yet go; of the others, which the deposit at the bank adds up, the words."""
    mine = BatchEntryRow.person_id.in_(ids)
    gone = delete_rows(session, BatchEntryRow, mine, BatchEntryRow.gift_id.is_(None))
    return gone + empty_rows(session, BatchEntryRow, {"tribute": "", "what": ""}, mine)
