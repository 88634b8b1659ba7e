"""The front page: who we are, what one can receive, the latest editions."""

from __future__ import annotations

from flask import Blueprint, Response

from crm.values.languages import Language
from crm.web.public import notices, page
from crm.web.public.editions import sent_editions

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> Response:
    """One sentence, one button, the newsletters, the last five editions."""
    speaks, made = page.language(), page.assembly()
    with made.database.reading() as session:
        offers = notices.offers(session, speaks, made.settings.organisation)
        editions = sent_editions(session, limit=5)
    return page.show("home.html", speaks=speaks, motto=_motto(speaks), offers=offers, editions=editions)


def _motto(speaks: Language) -> str:
    """The organisation's motto to those who speak its language; it has but one."""
    settings = page.assembly().settings
    return settings.organisation.motto if speaks is settings.office_language else ""
