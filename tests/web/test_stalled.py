"""An edition that waits while nothing moves: the page says so, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from crm.assembly import Assembly
from crm.web.office import delivery_words
from mailing.delivery.model import MailingState
from mailing.delivery.tables import DeliveryEventRow, MailingRow
from mailing.rendering.model import LetterKind
from tests.web.conftest import Browser
from tests.web.furnished import furnish

NEWS = "Rien ne bouge depuis plus d’une minute"


@pytest.mark.parametrize(
    ("minutes", "state", "said"),
    [
        (2, MailingState.RUNNING, True),
        (0.5, MailingState.RUNNING, False),
        (2, MailingState.PAUSED, False),
    ],
)
def test_a_sending_that_came_to_a_standstill_says_so(
    assembly: Assembly, browser: Callable[..., Browser], minutes: float, state: MailingState, said: bool
) -> None:
    furnish(assembly)
    with assembly.database.transaction() as session:
        session.execute(update(DeliveryEventRow).values(at=assembly.clock() - timedelta(minutes=minutes)))
        session.execute(update(MailingRow).values(state=state))
    shown = unescape(browser().get("/office/deliveries/1/progress").text)
    assert (NEWS in shown) is said


def test_every_kind_of_letter_has_its_words_among_the_mailings() -> None:
    assert set(LetterKind) <= set(delivery_words.LETTERS)
