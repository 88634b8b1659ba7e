"""The control of a year: ledger, bank and attestations beside one another, each difference with its lines."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.attestations import yearly_control
from crm.banking import words as bank_words
from crm.donations import words
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.office.attestations import FIRST, known_year

blueprint = Blueprint("gift_control", __name__, url_prefix="/office/gifts/control")


@guard.page(blueprint, "/<int:year>", permission=Permission.ATTESTATIONS_READ)
def show(year: int) -> ResponseReturnValue:
    """One year; nothing is written."""
    this = known_year(year)
    with shell.assembly().database.reading() as session:
        found = yearly_control.control(session, year, at=shell.now())
    return shell.show(
        "office/gifts/control.html",
        found=found,
        year=year,
        this_year=this,
        first_year=FIRST,
        words=words,
        gaps=[bank_words.gap(one, shell.language()) for one in found.gaps],
        aside_words=bank_words.ASIDE,
        unsaid=bank_words.UNSAID,
    )
