"""The magazine in figures: charts, each with its table."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.magazine import words
from crm.magazine.figures import IssueFigures, figures
from crm.staff.model import Permission
from crm.web.office import charts, guard, shell
from crm.web.office.charts import Chart, Point
from crm.web.words import N_

blueprint = Blueprint("magazine_figures", __name__, url_prefix="/office/magazine/figures")


@guard.page(blueprint, "", permission=Permission.MAGAZINE_READ)
def index() -> ResponseReturnValue:
    """Circulation, gains and losses, returns, cost per reader, share of PDF."""
    with shell.assembly().database.reading() as session:
        found = figures(session)
    bases = sorted({basis for one in found.issues for basis in one.bases}, key=list(words.BASES).index)
    return shell.show(
        "office/magazine/figures.html",
        figures=found,
        bases=bases,
        charts=_charts(found.issues) if found.issues else [],
        last=found.issues[-1] if found.issues else None,
        words=words,
    )


def _charts(issues: Sequence[IssueFigures]) -> list[Chart]:
    last, labels = issues[-1], [f"n° {one.number}" for one in issues]
    head = (shell.say(N_("Numéro")), shell.say(N_("Exemplaires")))
    made = [
        charts.bars(
            shell.say(
                N_("Le n° %(number)s a été envoyé à %(people)s personnes"),
                number=last.number,
                people=shell.number(last.people),
            ),
            [Point(label=label, value=one.copies) for label, one in zip(labels, issues, strict=True)],
            head=head,
            show=shell.number,
            note=shell.say(N_("exemplaires par numéro")),
        )
    ]
    if len(issues) > 1:
        made.append(
            charts.versus(
                shell.say(
                    N_("%(new)s personnes arrivent, %(gone)s partent"),
                    new=shell.number(last.new),
                    gone=shell.number(last.gone),
                ),
                [Point(label=label, value=one.new) for label, one in zip(labels, issues, strict=True)],
                [Point(label=label, value=one.gone) for label, one in zip(labels, issues, strict=True)],
                head=(head[0], shell.say(N_("Arrivent")), shell.say(N_("Partent"))),
                show=shell.number,
                note=shell.say(N_("les départs en gris, les arrivées en plein")),
            )
        )
        made.append(
            charts.line(
                shell.say(N_("Un·e lecteur·rice sur papier coûte %(money)s"), money=shell.money(last.reader_cents)),
                [Point(label=label, value=one.reader_cents) for label, one in zip(labels, issues, strict=True)],
                head=(head[0], shell.say(N_("Coût par lecteur·rice"))),
                show=shell.money,
            )
        )
    return made
