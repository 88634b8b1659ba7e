"""What the office's address fields ask while one types."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.staff.model import Permission
from crm.web import localities
from crm.web.office import guard, shell

blueprint = Blueprint("addresses", __name__, url_prefix="/office/addresses")


@guard.page(blueprint, "/localities", permission=Permission.SIGNED_IN)
def complete_locality() -> ResponseReturnValue:
    """Localities that begin so, in the language of the person at the screen."""
    return localities.answer(shell.language())
