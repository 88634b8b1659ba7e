"""The ledgers that are chained by the clock: each new one joins here."""

from __future__ import annotations

from crm.audit import service as audit
from crm.consent import chains
from crm.donations import service as donations
from crm.ledgers.model import Ledger

LEDGERS: tuple[Ledger, ...] = (audit.LEDGER, *chains.ALL, donations.LEDGER)
