"""What payments online hold of somebody, through their gifts: days and amounts. The accounts keep them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.donations import selects as donations
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_, say
from crm.payments import words
from crm.payments.tables import OnlinePaymentRow
from crm.values.languages import Language
from crm.values.money import euros

ROOM = "crm.payments"
TABLES = frozenset({"online_payment"})
YEARS = 7
"""As long as the gifts that they became (Code of economic law, art. III.88)."""
ACCOUNTS = N_("Les paiements en ligne : la loi oblige à les garder avec les comptes")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every payment that became a gift of theirs."""
    row = OnlinePaymentRow
    mine = donations.gifts_of(subject.person_ids)
    found = session.scalars(select(row).where(row.gift_id.in_(mine)).order_by(row.paid_on, row.id))
    return (
        Section(
            key="online-payments",
            title=say(language, N_("Paiements en ligne")),
            columns=(
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="euro", label=say(language, N_("Euros"))),
                Column(key="paid", label=say(language, N_("Payé en"))),
                Column(key="provider", label=say(language, N_("Prestataire"))),
                Column(key="reference", label=say(language, N_("Référence"))),
            ),
            rows=[
                {
                    "on": one.paid_on,
                    "euro": euros(one.cents),
                    "paid": f"{one.paid_amount} {one.paid_currency}".strip(),
                    "provider": words.PROVIDERS.get(one.provider, one.provider),
                    "reference": one.reference,
                }
                for one in found
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Days and amounts stay; the address of the return page goes, and in whose memory it was."""
    row, mine = OnlinePaymentRow, donations.gifts_of(subject.person_ids)
    count, last = session.execute(
        select(func.count(), func.max(extract("year", row.paid_on))).where(row.gift_id.in_(mine))
    ).one()
    if not count:
        return Forgotten()
    erased = {
        "online_payment": empty_rows(session, row, {"return_code": None, "said_tribute": ""}, row.gift_id.in_(mine))
    }
    until = date(int(last) + YEARS, 12, 31)
    kept = (Kept(table="online_payment", count=count, ground=ACCOUNTS, until_on=until),)
    return Forgotten(erased=erased, kept=kept)
