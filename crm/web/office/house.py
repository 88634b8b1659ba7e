"""The house's own pages, gathered: the team, the log, the clock."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.staff.model import Permission
from crm.web.office import guard, navigation, shell

blueprint = Blueprint("house", __name__, url_prefix="/office/house")


@guard.page(blueprint, "", permission=Permission.JOBS_READ)
def index() -> ResponseReturnValue:
    """What this person may open of it."""
    return shell.show("office/house.html", places=navigation.house(guard.signed_in().account.roles))
