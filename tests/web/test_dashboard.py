"""The dashboard: whose readers it counts, and what the last sending adds up from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from html import unescape

import pytest
from sqlalchemy import update

from crm.assembly import Assembly
from crm.staff.model import Role
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.model import Cadence, EditionState, Frequency, Section, SectionPlan
from mailing.composition.settings import NewsletterWords
from mailing.composition.tables import EditionRow
from tests.web.conftest import Browser
from tests.web.furnished import furnish

NewBrowser = Callable[..., Browser]
ASLEEP = NewsletterWords(
    code="alertes",
    name="Alertes",
    purpose="newsletter",
    language=Language.FR,
    cadence=Cadence(frequency=Frequency.MONTHLY, weekday=1, at=time(8)),
    layout=(SectionPlan(section=Section.PETITIONS, at_most=3),),
    sender_name="La maison",
    sender_address="lettre@portevoix.example",
    is_active=False,
)


def _seen(browser: Browser) -> str:
    return unescape(browser.get("/office").text).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_last_sending_says_what_its_readers_add_up_from(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    sum_ = "7 = 1 accepté + 2 en attente + 1 refusé + 1 retenu + 1 incertain + 1 annulé"
    assert f"Comptes justes : {sum_}" in _seen(browser(Role.EDITOR))


@pytest.mark.parametrize("coming", [True, False])
def test_readers_are_those_of_the_newsletter_that_leaves_next_or_of_one_that_is_awake(
    assembly: Assembly, browser: NewBrowser, coming: bool
) -> None:
    furnish(assembly)
    with assembly.database.transaction() as session:
        composition.add_newsletter(session, ASLEEP, at=assembly.clock())
        if not coming:
            session.execute(update(EditionRow).values(state=EditionState.SENT))
    shown = _seen(browser(Role.EDITOR))
    assert "Personnes qui recevraient « L’Hebdo »" in shown
    assert "Alertes" not in shown
