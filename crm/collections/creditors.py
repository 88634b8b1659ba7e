"""Who we are to banks, from a day on: identifier, name and account, changed ahead of the files that ask by them.

A bank knows each mandate by the creditor that last asked by it. Where the identifier or the name is another since, the
first collection after says so (SEPA Core, AT-18 and AT-19); an account of ours is of no mandate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.collections.errors import CreditorWrong
from crm.collections.model import Creditor
from crm.collections.rules import sepa_text
from crm.collections.tables import CreditorRow, SepaBatchRow
from crm.foundation.database import hold
from crm.values.errors import Invalid
from crm.values.iban import Iban
from crm.values.identifiers import AccountId

ALWAYS = date(2000, 1, 1)
"""From when on we were who the settings said, when somebody first said that this changes."""
LONGEST = 70
_IDENTIFIER = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """Who we are from a day on."""

    from_on: date
    creditor: Creditor
    noted_by: AccountId | None
    noted_at: datetime | None = None


def is_identifier(text: str) -> bool:
    """Whether a text is an identifier of a creditor: its check digits are right, whatever the business code."""
    if not _IDENTIFIER.fullmatch(text):
        return False
    digits = "".join(str(int(sign, 36)) for sign in text[7:] + text[:4])
    return int(digits) % 97 == 1


def known(session: Session, creditor: Creditor) -> tuple[Since, ...]:
    """Who we were and are to be, the oldest first; nothing but the settings where nobody said otherwise."""
    rows = session.scalars(select(CreditorRow).order_by(CreditorRow.from_on)).all()
    if not rows:
        return (Since(from_on=ALWAYS, creditor=creditor, noted_by=None),)
    return tuple(_since(row) for row in rows)


def on(several: Sequence[Since], day: date) -> Creditor:
    """Who we are to banks on a day."""
    return since(several, day).creditor


def at_day(session: Session, creditor: Creditor, day: date) -> Creditor:
    """Who we are on a day, where the settings say `creditor`."""
    return on(known(session, creditor), day)


def since(several: Sequence[Since], day: date) -> Since:
    """Who we are on a day, with since when and by whom."""
    return ([one for one in several if one.from_on <= day] or list(several[:1]))[-1]


def unseen(session: Session, several: Sequence[Since], row: SepaBatchRow) -> Since | None:
    """The change by which a file asks, where somebody noted one and no other file by it was approved yet."""
    new, other = since(several, row.collect_on), SepaBatchRow
    if new.noted_by is None:
        return None
    seen = select(other.id).where(
        other.id != row.id,
        other.collect_on >= new.from_on,
        other.approved_by.is_not(None),
        other.approved_by != new.noted_by,
        other.dropped_at.is_(None),
    )
    return None if session.scalar(seen.limit(1)) else new


def was(several: Sequence[Since], served_on: date | None, day: date) -> tuple[str, str]:
    """The identifier and the name that a mandate was last asked by, each where it is another on that day."""
    if served_on is None or len(several) == 1:
        return "", ""
    before, now = on(several, served_on), on(several, day)
    names = [sepa_text(one.name, longest=LONGEST) for one in (before, now)]
    return (
        before.creditor_id if before.creditor_id != now.creditor_id else "",
        names[0] if names[0] != names[1] else "",
    )


def first_free(session: Session, today: date) -> date:
    """The day from which on we may be others: to come, and after every file that was made."""
    last = session.scalar(select(func.max(SepaBatchRow.collect_on)).where(SepaBatchRow.dropped_at.is_(None)))
    return date.fromordinal(max(today, last or today).toordinal() + 1)


def note(
    session: Session, now: Creditor, to: Creditor, from_on: date, *, today: date, at: datetime, by: AccountId
) -> Since:
    """We are others from a day on; `now` is what the settings say. Raises CreditorWrong, which names the field."""
    hold(session, "collections")
    to = replace(to, name=" ".join(to.name.split()), account=to.account.replace(" ", "").upper(), bic=to.bic.upper())
    several = known(session, now)
    if not is_identifier(to.creditor_id):
        raise CreditorWrong("creditor_id")
    if not sepa_text(to.name, longest=LONGEST):
        raise CreditorWrong("name")
    if to.bic and not _BIC.fullmatch(to.bic):
        raise CreditorWrong("bic")
    try:
        to = replace(to, account=Iban.parse(to.account).plain)
    except Invalid as wrong:
        raise CreditorWrong("account") from wrong
    if from_on < first_free(session, today) or from_on <= several[-1].from_on or on(several, from_on) == to:
        raise CreditorWrong("from_on")
    if len(several) == 1 and several[0].noted_by is None:
        session.merge(_row(several[0], at))
    new = Since(from_on=from_on, creditor=to, noted_by=by, noted_at=at)
    session.add(_row(new, at))
    session.flush()
    return new


def take_back(session: Session, from_on: date, *, today: date) -> bool:
    """A change that no file asked by yet does not come; whether there was one. The settings hold again where it was the
    only one.
    """
    hold(session, "collections")
    row = session.get(CreditorRow, from_on)
    if row is None or from_on == ALWAYS or from_on < first_free(session, today):
        return False
    session.delete(row)
    session.flush()
    if session.scalar(select(func.count()).select_from(CreditorRow)) == 1:
        session.execute(delete(CreditorRow))
    return True


def _since(row: CreditorRow) -> Since:
    who = Creditor(name=row.name, creditor_id=row.creditor_id, account=row.account, bic=row.bic)
    return Since(
        from_on=row.from_on,
        creditor=who,
        noted_by=None if row.changed_by is None else AccountId(row.changed_by),
        noted_at=row.noted_at,
    )


def _row(one: Since, at: datetime) -> CreditorRow:
    who = one.creditor
    return CreditorRow(
        from_on=one.from_on, name=who.name, creditor_id=who.creditor_id, account=who.account, bic=who.bic,
        noted_at=at, changed_by=one.noted_by,
    )  # fmt: skip
