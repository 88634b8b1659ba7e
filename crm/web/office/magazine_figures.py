"""The magazine in figures: charts, each with its table."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.foundation.templating import environment
from crm.magazine import words
from crm.magazine.figures import Figures, figures
from crm.magazine.model import Basis
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
        charts=_charts(found, bases) if found.issues else [],
        last=found.issues[-1] if found.issues else None,
        words=words,
    )


def _charts(found: Figures, bases: Sequence[Basis]) -> list[Chart]:
    issues, names = found.issues, [shell.say(words.BASES[basis]) for basis in bases]
    last, labels = issues[-1], [f"n° {one.number}" for one in issues]
    head = (shell.say(N_("Numéro")), shell.say(N_("Exemplaires")))
    made = [
        charts.stacked(
            shell.say(
                N_("Le n° %(number)s a été envoyé à %(people)s personnes"),
                number=last.number,
                people=shell.number(last.people),
            ),
            labels,
            [(shell.say(words.BASES[basis]), [one.bases.get(basis, 0) for one in issues]) for basis in bases],
            head=head[0],
            show=shell.number,
            note=shell.say(N_("exemplaires par numéro ; de bas en haut : %(bases)s"), bases=", ".join(names)),
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
        made.append(
            charts.line(
                shell.say(N_("%(share)s le lisent en PDF"), share=_percent(round(1000 * last.pdf_share))),
                [
                    Point(label=label, value=round(1000 * one.pdf_share))
                    for label, one in zip(labels, issues, strict=True)
                ],
                head=(head[0], shell.say(N_("Part du PDF"))),
                show=_percent,
                note=shell.say(N_("le PDF seul, ou avec le papier")),
            )
        )
    if found.postcodes:
        place, count = found.postcodes[0]
        said = N_("C’est de %(postcode)s que reviennent le plus d’exemplaires : %(count)s")
        made.append(
            charts.bars(
                shell.say(said, postcode=place, count=shell.number(count)),
                [Point(label=postcode, value=number) for postcode, number in reversed(found.postcodes)],
                head=(shell.say(N_("Code postal")), shell.say(N_("Retours"))),
                show=shell.number,
                note=shell.say(N_("retours par code postal, les douze premiers")),
            )
        )
    return made


def _percent(permille: int) -> str:
    return str(environment(shell.language()).filters["percent"](permille / 1000))
