"""`portevoix duplicates`: find records of one person, see what waits, merge, un-merge."""

from __future__ import annotations

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.duplicates import merges, words
from crm.duplicates import service as duplicates
from crm.duplicates.model import Certainty, Pair
from crm.foundation.translation import say
from crm.people.merging import FIELDS
from crm.values.errors import Invalid
from crm.values.identifiers import MergeId, PersonId
from crm.values.languages import Language
from jobs import compare_everybody


@click.group(name="duplicates", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Trouver, réunir et séparer les fiches d’une même personne."""


@command.command()
@click.option("--person", type=int, metavar="NUMÉRO", help="Ne comparer qu’une fiche à toutes les autres.")
@json_option
@telling
def find(person: int | None, *, as_json: bool) -> None:
    """Compare toutes les fiches et garde les paires qui se ressemblent."""
    made = assembly()
    if person is None:
        found = dict(compare_everybody.run(made, made.clock()))
    else:
        with made.database.transaction() as session:
            one = duplicates.compare(session, [PersonId(person)], at=made.clock())
        found = {"people": one.people, "compared": one.compared, "new": one.new, "withdrawn": one.withdrawn}
    text = (
        f"fiches : {found['people']} ; paires comparées : {found['compared']} ; "
        f"nouvelles : {found['new']} ; retirées : {found['withdrawn']}"
    )
    show(found, as_json=as_json, text=text)


@command.command(name="list")
@click.option("--certainty", type=click.Choice([one.value for one in Certainty]), help="Seulement ce degré.")
@click.option("--size", type=click.IntRange(1, 1000), default=50, show_default=True, help="Combien en montrer.")
@json_option
@telling
def list_(certainty: str | None, size: int, *, as_json: bool) -> None:
    """Les paires qui attendent, les plus vraisemblables d’abord ; des numéros, jamais de noms."""
    with assembly().database.reading() as session:
        pairs = duplicates.queue(session, size=size, certainty=Certainty(certainty) if certainty else None)
    lines = [_line(pair) for pair in pairs]
    found = [
        {"one": pair.low_id, "other": pair.high_id, "score": pair.score, "reasons": pair.reasons} for pair in pairs
    ]
    show(found, as_json=as_json, text="\n".join(lines) or "aucune paire n’attend")


@command.command()
@click.argument("survivor", metavar="RESTE", type=int)
@click.argument("loser", metavar="REJOINT", type=int)
@click.option("--keep", "keeps", metavar="CHAMP=NUMÉRO", multiple=True, help="La fiche dont un champ est gardé.")
@json_option
@telling
def merge(survivor: int, loser: int, *, keeps: tuple[str, ...], as_json: bool) -> None:
    """Réunit deux fiches : la seconde devient la première. Tout s’additionne, rien ne s’efface."""
    made = assembly()
    with made.database.transaction() as session:
        done = merges.merge(
            session,
            made.sealer,
            made.pointers,
            survivor_id=PersonId(survivor),
            loser_id=PersonId(loser),
            chosen=_chosen(keeps),
            by=None,
            at=made.clock(),
        )
    show(
        {"merge": done.id, "survivor": done.survivor_id, "loser": done.loser_id},
        as_json=as_json,
        text=f"réunion n° {done.id} : la fiche {done.loser_id} est devenue la fiche {done.survivor_id}",
    )


@command.command()
@click.argument("number", metavar="RÉUNION", type=int)
@json_option
@telling
def unmerge(number: int, *, as_json: bool) -> None:
    """Sépare deux fiches réunies : chacune retrouve ce qui était à elle."""
    made = assembly()
    with made.database.transaction() as session:
        undone = merges.undo(session, made.sealer, made.pointers, MergeId(number), by=None, at=made.clock())
    show(
        {"merge": undone.merge.id, "rows": undone.rows, "kept": undone.kept},
        as_json=as_json,
        text=f"lignes rendues : {undone.rows} ; changées depuis et gardées : {undone.kept}",
    )


def _chosen(keeps: tuple[str, ...]) -> dict[str, PersonId]:
    chosen = {}
    for text in keeps:
        field, _, number = text.partition("=")
        if field not in FIELDS or not number.isdecimal():
            raise Invalid("a field of one of the two", field="chosen")
        chosen[field] = PersonId(int(number))
    return chosen


def _line(pair: Pair) -> str:
    said = [words.FOR[reason] if reason in words.FOR else words.AGAINST[reason] for reason in pair.reasons]
    return f"{pair.low_id}\t{pair.high_id}\t{pair.score}\t{', '.join(say(Language.FR, one) for one in said)}"
