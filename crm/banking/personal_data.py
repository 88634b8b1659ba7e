"""Lines of the bank: shown to whom they are matched with. Amounts and days stay as accounts; the payer's words go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import Session

from crm.banking import payers
from crm.banking.tables import BankLineRow
from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import empty_rows, quotes
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from crm.values.money import euros

ROOM = "crm.banking"
TABLES = frozenset({"bank_line", "bank_refund"})
YEARS = 10
"""So long are the statements of an account kept (Code of companies and associations, art. 3:104)."""
STATEMENTS = N_("Les extraits de compte : la loi oblige à les garder, sans le nom ni la communication")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every payment that is theirs, with what the bank said of it."""
    row = BankLineRow
    lines = session.execute(
        select(row.booked_on, row.cents, row.name, row.address, row.tail, row.communication)
        .where(row.person_id.in_(subject.person_ids))
        .order_by(row.booked_on, row.id)
    ).all()
    return (
        Section(
            key="bank-lines",
            title=say(language, N_("Paiements vus par la banque")),
            columns=(
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="euro", label=say(language, N_("Euros"))),
                Column(key="name", label=say(language, N_("Nom"))),
                Column(key="address", label=say(language, N_("Adresse"))),
                Column(key="tail", label=say(language, N_("Fin du compte"))),
                Column(key="communication", label=say(language, N_("Communication"))),
            ),
            rows=[
                {
                    "on": one.booked_on,
                    "euro": euros(one.cents),
                    "name": one.name,
                    "address": one.address,
                    "tail": one.tail,
                    "communication": one.communication,
                }
                for one in lines
            ],
        ),
        Section(
            key="payers",
            title=say(language, N_("Payeurs que nous reconnaissons comme les vôtres")),
            columns=(
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="name", label=say(language, N_("Nom"))),
                Column(key="tail", label=say(language, N_("Fin du compte"))),
            ),
            rows=[
                {"on": one.on, "name": one.name, "tail": one.tail}
                for person_id in subject.person_ids
                for one in payers.of_person(session, person_id)
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Their name, address, account and words go; day and amount stay.

    So does a payment that has found nobody and quotes their mailbox or number. One that bears a name only is left: it
    may be a namesake's.
    """
    row, ids = BankLineRow, subject.person_ids
    bare = {
        "name": "",
        "address": "",
        "sealed_account": None,
        "tail": "",
        "account_key": None,
        "communication": "",
        "structured": None,
        "end_to_end_id": None,
        "mandate": None,
    }
    count, last = session.execute(
        select(func.count(), func.max(extract("year", row.booked_on))).where(row.person_id.in_(ids))
    ).one()
    nobodys = row.person_id.is_(None) & or_(
        *(
            quotes(column, texts=subject.own_emails, names=(), phones=subject.own_phones)
            for column in (row.communication, row.name, row.address)
        )
    )
    erased = {"bank_line": empty_rows(session, row, bare, row.person_id.in_(ids) | nobodys)}
    if not count:
        return Forgotten(erased=erased)
    until = date(int(last) + YEARS, 12, 31)
    return Forgotten(erased=erased, kept=(Kept(table="bank_line", count=count, ground=STATEMENTS, until_on=until),))
