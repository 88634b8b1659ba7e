"""Moments as one would say them, in each language of the readers."""

from __future__ import annotations

from datetime import date

import pytest

from crm.values.languages import Language
from mailing.content.model import ContentKind
from mailing.rendering.moments import when
from tests.rendering.samples import item


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        (Language.FR, "19:30", "lundi · 19 h 30"),
        (Language.FR, "9:00", "lundi · 9 h"),
        (Language.NL, "19:30", "maandag · 19.30 uur"),
        (Language.NL, "19:00", "maandag · 19.00 uur"),
        (Language.DE, "09:05", "Montag · 9:05 Uhr"),
        (Language.EN, "19:30", "Monday · 19:30"),
        (Language.FR, "dès 19h, salle des fêtes", "lundi · dès 19h, salle des fêtes"),
        (Language.FR, "", "lundi"),
    ],
)
def test_an_hour_is_said_the_readers_way_and_what_is_no_hour_stays(language: Language, said: str, shown: str) -> None:
    event = item(ContentKind.EVENT, "e", "Une soirée", starts_on=date(2026, 11, 30), starts_time=said)
    assert when(event, language, in_full=False).replace("\u00a0", " ") == shown
