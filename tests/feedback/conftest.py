"""Three readers who are owed an edition."""

from __future__ import annotations

import pytest

from crm.assembly import Assembly
from tests.delivery import ledger


@pytest.fixture
def sent(assembly: Assembly) -> Assembly:
    """An assembly whose ledger holds an edition for readers 1, 2 and 3."""
    with assembly.database.transaction() as session:
        ledger.add_readers(session, 3)
        ledger.add_mailing(session)
    return assembly
