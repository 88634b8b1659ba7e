"""`portevoix api`: the tokens of the programs that speak to us."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.partners import service as partners
from crm.partners.model import NewToken, Scope, Token
from crm.values.calendar import instant_of
from crm.values.errors import Invalid


@click.group(name="api", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Donner et reprendre l’accès à l’API."""


@command.group(cls=Orders, subcommand_metavar="COMMANDE …")
def tokens() -> None:
    """Les jetons : un par programme, avec ses portées."""


@tokens.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="Ce que le jeton permet ; à répéter.",
)
@click.option("--origin", "origins", multiple=True, help="Un site dont les pages peuvent l’utiliser ; à répéter.")
@click.option("--until", default="", metavar="AAAA-MM-JJ", help="Le dernier jour où il vaut ; sinon il n’expire pas.")
@json_option
@telling
def create(*, name: str, scopes: tuple[str, ...], origins: tuple[str, ...], until: str, as_json: bool) -> None:
    """Crée un jeton appelé NAME et l’affiche une seule fois."""
    made = assembly()
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError as error:
        raise Invalid("--until attend une date comme 2027-12-31") from error
    new = NewToken(
        name=name,
        scopes=frozenset(Scope(scope) for scope in scopes),
        origins=origins,
        expires_at=instant_of(last + timedelta(days=1), time(0)) if last else None,
    )
    with made.database.transaction() as session:
        issued = partners.create(session, made.sealer, new, by=None, at=made.clock())
    show(_shown(issued.token) | {"token": issued.text}, as_json=as_json)


@tokens.command(name="list")
@json_option
@telling
def list_tokens(as_json: bool) -> None:
    """Tous les jetons, le plus récent d’abord ; jamais leur secret."""
    made = assembly()
    with made.database.reading() as session:
        found = [_shown(token) | {"state": token.state(made.clock()).value} for token in partners.tokens(session)]
    lines = "\n".join(f"{t['prefix']}  {t['state']:<8} {t['name']:<32} {' '.join(t['scopes'])}" for t in found)
    show(found, as_json=as_json, text=lines or "aucun jeton : portevoix api tokens create NOM --scope signatures")


@tokens.command()
@click.argument("name")
@json_option
@telling
def revoke(name: str, as_json: bool) -> None:
    """Ferme un jeton à l’instant, par son préfixe, son numéro ou son nom."""
    made = assembly()
    with made.database.transaction() as session:
        token = partners.find_named(session, name)
        token = partners.revoke(session, made.sealer, token.id, by=None, at=made.clock())
    show(_shown(token) | {"state": "revoked"}, as_json=as_json)


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": sorted(scope.value for scope in token.scopes),
        "origins": list(token.origins),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
    }
