"""A newsletter's settings are checked at the field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crm.foundation.database import Database
from crm.values.errors import Invalid
from mailing.composition import service as composition
from mailing.composition.errors import NewsletterExists, NewsletterMissing
from mailing.composition.model import Section, SectionPlan
from tests.composition.shelf import WEEKLY, settings_of, weekly
from tests.conftest import NOW


def test_a_newsletter_comes_back_as_it_was_put(database: Database) -> None:
    with database.transaction() as session:
        made = weekly(session, tagline="Chaque mardi", reply_to="")
        assert composition.newsletter(session, made.id) == made == composition.newsletter_by_code(session, "hebdo")
        assert composition.newsletters(session) == (made,)
        assert made.reply_to == made.sender_address == "hebdo@voix.exemple.be"
        renamed = composition.edit_newsletter(session, made.id, settings_of(code="autre", name="Le Mensuel"), at=NOW)
        assert (renamed.code, renamed.name) == ("hebdo", "Le Mensuel")
        with pytest.raises(NewsletterExists):
            composition.add_newsletter(session, settings_of(), at=NOW)
        with pytest.raises(NewsletterMissing):
            composition.newsletter_by_code(session, "autre")


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("code", {"code": "Avec Espace"}),
        ("name", {"name": " \n "}),
        ("purpose", {"purpose": "nothing"}),
        ("sender_address", {"sender_address": "pas une adresse"}),
        ("reply_to", {"reply_to": "non plus"}),
        ("sender_name", {"sender_name": ""}),
        ("late_hours", {"late_hours": 0}),
        ("minimum_items", {"minimum_items": -1}),
        ("weekday", {"cadence": replace(WEEKLY, weekday=7)}),
        ("lead_hours", {"cadence": replace(WEEKLY, lead_hours=-1)}),
        ("layout", {"layout": ()}),
        ("layout", {"layout": (SectionPlan(section=Section.NEWS, at_most=0),)}),
        ("layout", {"layout": (SectionPlan(section=Section.NEWS), SectionPlan(section=Section.NEWS))}),
        ("tagline", {"tagline": "x" * 301}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(database: Database, field: str, facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as news, database.transaction() as session:
        weekly(session, **facts)
    assert news.value.field == field
