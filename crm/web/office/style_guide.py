"""The page that shows every component: what we build pages from, and how each behaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.staff.model import Permission
from crm.values.address_lines import lines
from crm.values.address_quality import quality
from crm.values.postal_address import AddressFlaw, PostalAddress
from crm.web import address_form
from crm.web.office import charts, guard, shell
from crm.web.office.address_words import DOUBTS
from crm.web.words import N_

blueprint = Blueprint("style_guide", __name__, url_prefix="/office/style")

WEEKS = (812, 845, 871, 902, 950, 948, 1004, 1061, 1120, 1187, 1203, 1240)


@guard.page(blueprint, "", permission=Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Every component once, with figures made up for the page."""
    now = shell.now()
    points = [
        charts.Point(label=shell.day(now - timedelta(weeks=len(WEEKS) - 1 - i), "dd/MM"), value=value)
        for i, value in enumerate(WEEKS)
    ]
    head = (shell.say(N_("Semaine du")), shell.say(N_("Abonné·es")))
    return shell.show(
        "office/style_guide.html",
        before=now - timedelta(hours=3, minutes=20),
        earlier=now - timedelta(days=2),
        bars=charts.bars(
            shell.say(N_("Chaque édition trouve plus de lecteur·ices")),
            points[-6:],
            head=(shell.say(N_("Édition du")), shell.say(N_("Mails acceptés"))),
            show=shell.number,
        ),
        line=charts.line(
            shell.say(N_("La lettre a gagné 428 abonné·es en trois mois")),
            points,
            head=head,
            show=shell.number,
            note=shell.say(N_("Personnes qui reçoivent la lettre, au lundi de chaque semaine")),
        ),
        step=_step(),
        **_addresses(),
    )


def _addresses() -> dict[str, Any]:
    """An address being typed, with an error, and three as they are printed."""
    home = PostalAddress.parse(
        complement="Bâtiment B, 3e étage", street="Rue Berckmans 9 bte 4", postcode="1060", locality="Saint-Gilles"
    )
    abroad = PostalAddress.parse(
        organisation="Amnesty International",
        street="1 Easton Street",
        postcode="WC1X 0DW",
        locality="London",
        country="GB",
    )
    doubtful = PostalAddress.parse(street="Hoogstraat", postcode="1000", locality="Liège")
    return {
        "address": {**address_form.parts(home), "postcode": "106"},
        "address_errors": {"demo-postcode": shell.say(address_form.ADDRESS_FLAWS[AddressFlaw.POSTCODE])},
        "countries": address_form.countries(shell.language()),
        "printed": lines(home, recipient="Sana Diallo", language=shell.language()),
        "printed_abroad": lines(abroad, language=shell.language()),
        "printed_doubtful": lines(doubtful, recipient="Jan Peeters"),
        "doubts": [shell.say(DOUBTS[doubt]) for doubt in quality(doubtful).doubts],
    }


@guard.page(blueprint, "/progress", permission=Permission.SIGNED_IN)
def progress() -> ResponseReturnValue:
    """The piece that the progress component asks for again and again, until it is done."""
    return shell.show("office/style_progress.html", step=_step())


@guard.page(blueprint, "/act", permission=Permission.SIGNED_IN, methods=("POST",))
def act() -> ResponseReturnValue:
    """Does nothing, and says so: shows what happens after an action."""
    return shell.back(
        url_for("style_guide.index"), shell.say(N_("C’est fait. Rien n’a changé : cette page est un exemple.")),
        undo=(url_for("style_guide.act"), ""),
    )  # fmt: skip


def _step() -> int:
    given = request.args.get("step", "0")
    return min(int(given) if given.isascii() and given.isdigit() else 0, 5)
