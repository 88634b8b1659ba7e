"""`portevoix feeds`: the sites we follow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.values.languages import Language
from mailing.feeds import service as feeds
from mailing.feeds.errors import NotAFeed
from mailing.feeds.model import FeedKind, Health
from mailing.feeds.parsing import parse

MOST_BYTES = 5 * 1024 * 1024

HEALTH = {
    Health.NEW: "jamais lu",
    Health.FINE: "en forme",
    Health.FAILING: "en difficulté",
    Health.DOWN: "en panne",
}
OUTCOME = {"read": "lu", "unchanged": "rien de nouveau", "failed": "échec"}


@click.group(name="feeds", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Lire les flux du site, essayer un fichier."""


@command.command(name="parse")
@click.argument("files", metavar="FICHIER...", nargs=-1, required=True)
@json_option
def parse_files(files: tuple[str, ...], as_json: bool) -> None:
    """Essaie des fichiers de flux sans rien garder.

    Avec --json, une ligne par fichier : ses éléments, ou la raison pour laquelle ce n’est pas un flux. La commande
    réussit même quand un fichier est mauvais.
    """
    for name in files:
        found = {"file": os.fsencode(name).decode(errors="replace"), **_read(name)}
        show(found, as_json=as_json, text=_summary(found))


@command.command()
@click.option("--only", metavar="NOM", help="Ce flux seulement, même s’il n’est pas encore dû.")
@json_option
@telling
def fetch(only: str | None, as_json: bool) -> None:
    """Visite les flux qui sont dus et range ce qu’ils apportent."""
    from jobs import fetch_feeds

    made = assembly()
    report = fetch_feeds.run(made, made.clock(), only=only)
    lines = [
        f"{feed['name']} : {OUTCOME[feed['outcome']]}"
        + (
            f" ({feed['error']})"
            if feed["error"]
            else f", {_count(feed['new'], 'nouveau', 'nouveaux')}, {_count(feed['changed'], 'modifié', 'modifiés')}"
        )
        + "".join(f"\n  laissé de côté : {reason}" for reason in feed["dropped"])
        for feed in report["feeds"]
    ]
    if only is not None and not lines:
        lines.append(f"{only} : justement en train d’être lu")
    new = _count(report["content_new"], "nouveau contenu", "nouveaux contenus")
    lines.append(f"bibliothèque : {new}, {_count(report['content_changed'], 'modifié', 'modifiés')}")
    show(report, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument("name", metavar="NOM")
@click.argument("url", metavar="ADRESSE")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in FeedKind]),
    default="news",
    show_default=True,
    help="Ce que sont ses éléments.",
)
@click.option(
    "--language", type=click.Choice([x.value for x in Language]), default="fr", show_default=True, help="Sa langue."
)
@click.option("--minutes", default=60, show_default=True, help="Minutes entre deux visites.")
@click.option("--moves", is_flag=True, help="Un flux déjà suivi sous ce nom passe à cette adresse.")
@json_option
@telling
def add(name: str, url: str, *, kind: str, language: str, minutes: int, moves: bool, as_json: bool) -> None:
    """Suit un flux de plus ; sa première visite est due tout de suite."""
    made = assembly()
    with made.database.transaction() as session:
        feed = feeds.follow(
            session,
            name=name,
            url=url,
            kind=FeedKind(kind),
            language=Language(language),
            interval_minutes=minutes,
            at=made.clock(),
            moves=moves,
        )
    show(feed, as_json=as_json, text=f"« {feed.name} » est suivi : {feed.url}")


@command.command(name="list")
@json_option
@telling
def list_feeds(as_json: bool) -> None:
    """Montre les flux suivis et leur santé."""
    with assembly().database.reading() as session:
        found = feeds.feeds(session)
    lines = [
        f"{feed.name} : {HEALTH[feed.health]}{'' if feed.is_active else ', en pause'}, "
        + _count(feed.items_known, "élément", "éléments")
        + (f" ({feed.last_error})" if feed.last_error else "")
        for feed in found
    ]
    show(
        [{"health": feed.health, "feed": feed} for feed in found],
        as_json=as_json,
        text="\n".join(lines) or "Aucun flux n’est suivi : portevoix feeds add NOM ADRESSE",
    )


def _read(name: str) -> dict[str, Any]:
    """What is in one file, whatever it is: its feed, or the reason why there is none."""
    try:
        with Path(name).open("rb") as file:
            body = file.read(MOST_BYTES + 1)
        feed = parse(body)
    except NotAFeed as error:
        return {"error": str(error)}
    except (OSError, ValueError) as error:
        return {"error": _why(error)}
    return {
        "title": feed.title,
        "language": feed.language,
        "items": feed.items,
        "dropped": feed.dropped,
        "is_whole": feed.is_whole,
    }


def _why(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "le fichier n’existe pas"
        case IsADirectoryError():
            return "c’est un dossier, pas un fichier"
        case PermissionError():
            return "le fichier n’est pas lisible"
        case _:
            return "le fichier ne se lit pas"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"


def _summary(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"{found['file']} : {found['error']}"
    lines = [f"{found['file']} : « {found['title']} », {_count(len(found['items']), 'élément', 'éléments')}"]
    lines += [f"  {item.title}" for item in found["items"]]
    lines += [f"  laissé de côté : {reason}" for reason in found["dropped"]]
    return "\n".join(lines)
