"""Reads what payment providers paid to our bank, with all that is in it, and settles the credits that waited for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, bank_counter, payment_providers, till
from crm.banking import service as banking
from crm.donations.errors import SaidOtherwise
from crm.payments import paying_out
from crm.payments import service as payments
from crm.payments.errors import PayoutDiffers
from crm.payments.model import LeftOut
from mailing.correspondence import paid_receipts


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many payouts are new, how many do not come to what is in them (those wait at the bank desk), and how much was
    left out because it cannot be read: that stands where payments online are looked at.
    """
    read = differ = left_out = 0
    for name, provider in payment_providers(assembly).items():
        with assembly.database.reading() as session:
            known = payments.known_payouts(session, name)
        for told in provider.payouts(known):
            if isinstance(told, LeftOut):
                with assembly.database.transaction() as session:
                    payments.leave_out(session, name, told, at=now)
                left_out += 1
                continue
            try:
                with assembly.database.transaction() as session:
                    taken = paying_out.take(session, till(assembly), name, told, at=now)
                    for one in taken[1] if taken is not None else ():
                        paid = payments.find(session, name, one.reference)
                        paid_receipts.send(session, assembly.desk, paid, at=now)
                    payments.is_read_after_all(session, name, told.reference)
                read += taken is not None
            except (PayoutDiffers, SaidOtherwise):
                differ += 1
    if read:
        banking.match_again(bank_counter(assembly), at=now)
    return {"read": read, "differ": differ} | ({"left_out": left_out} if left_out else {})
