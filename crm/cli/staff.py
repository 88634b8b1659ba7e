"""`portevoix staff`: accounts of the team."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.staff import account_links, factors, sessions
from crm.staff import service as staff
from crm.staff.model import Account, Role
from crm.values.languages import Language
from mailing.correspondence import colleagues

roles_option = click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="Ce que la personne peut faire ; à répéter pour plusieurs rôles.",
)


@click.group(name="staff", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Ouvrir un compte de l’équipe."""


@command.command()
@click.argument("email")
@roles_option
@click.option("--name", default="", help="Son nom, tel que l’équipe le lit.")
@click.option(
    "--language", type=click.Choice(["fr", "nl", "en"]), default="fr", show_default=True, help="La langue de ses pages."
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Un fichier dont la première ligne est le mot de passe ; sinon, il est tiré au sort et affiché une fois.",
)
@json_option
@telling
def add(
    *, email: str, roles: tuple[str, ...], name: str, language: str, password_file: Path | None, as_json: bool
) -> None:
    """Ouvre un compte à EMAIL."""
    generated = password_file is None
    password = secrets.token_urlsafe(15) if password_file is None else _first_line(password_file)
    made = assembly()
    now = made.clock()
    with made.database.transaction() as session:
        account = staff.add_account(
            session,
            email=email,
            name=name,
            roles={Role(role) for role in roles},
            language=Language(language),
            password=password,
            at=now,
        )
        audit.record(
            session, made.sealer, at=now, account_id=None, action="staff.add", subject="account",
            subject_id=account.id, facts={"roles": sorted(roles)},
        )  # fmt: skip
    shown = _shown(account) | ({"password": password} if generated else {})
    show(shown, as_json=as_json)


@command.command(name="list")
@json_option
@telling
def list_accounts(as_json: bool) -> None:
    """Tous les comptes, par nom."""
    with assembly().database.reading() as session:
        found = [_shown(account) for account in staff.accounts(session)]
    lines = "\n".join(
        f"{a['email']:<40} {' '.join(a['roles']):<24} {'ouvert' if a['active'] else 'fermé':<7} {a['name']}"
        for a in found
    )
    show(found, as_json=as_json, text=lines or "aucun compte : portevoix staff add EMAIL --role administrator")


@command.command()
@click.argument("email")
@roles_option
@json_option
@telling
def roles(*, email: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Donne à EMAIL exactement ces rôles."""
    made = assembly()
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        chosen = {Role(role) for role in roles}
        account = staff.change_roles(session, made.sealer, account.id, roles=chosen, by=None, at=made.clock())
    show(_shown(account), as_json=as_json)


@command.command()
@click.argument("email")
@roles_option
@click.option("--name", default="", help="Son nom, tel que l’équipe le lit.")
@click.option("--language", type=click.Choice(["fr", "nl", "en"]), default="fr", show_default=True)
@json_option
@telling
def invite(*, email: str, roles: tuple[str, ...], name: str, language: str, as_json: bool) -> None:
    """Invite EMAIL par mail à choisir son mot de passe ; le lien vaut trois jours."""
    made = assembly()
    with made.database.transaction() as session:
        link = account_links.invite(
            session,
            made.sealer,
            email=email,
            name=name,
            roles={Role(role) for role in roles},
            language=Language(language),
            by=None,
            at=made.clock(),
        )
        address = f"{made.settings.public_url}/office/key/{account_links.token_of(made.links, link)}"
        colleagues.send_link(session, made.desk, link, address=address, at=made.clock())
    show(_shown(link.account) | {"expires_at": link.expires_at.isoformat()}, as_json=as_json)


@command.command(name="reset-factors")
@click.argument("email")
@json_option
@telling
def reset_factors(email: str, as_json: bool) -> None:
    """Efface les seconds facteurs d’EMAIL et ferme toutes ses sessions : téléphone perdu, codes aussi."""
    made = assembly()
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        factors.reset(session, made.sealer, account.id, by=None, at=made.clock())
    show(_shown(account), as_json=as_json)


@command.command(name="end-sessions")
@click.argument("email")
@json_option
@telling
def end_sessions(email: str, as_json: bool) -> None:
    """Ferme toutes les sessions d’EMAIL, à l’instant."""
    made = assembly()
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        ended = sessions.end_all(session, made.sealer, account.id, by=None, at=made.clock())
    show(_shown(account) | {"ended": ended}, as_json=as_json)


@command.command()
@click.argument("email")
@json_option
@telling
def reopen(email: str, as_json: bool) -> None:
    """Rouvre le compte d’EMAIL, avec le mot de passe qu’il avait."""
    made = assembly()
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        staff.reopen(session, made.sealer, account.id, by=None, at=made.clock())
    show(_shown(account) | {"active": True}, as_json=as_json)


@command.command()
@click.argument("email")
@json_option
@telling
def disable(email: str, as_json: bool) -> None:
    """Ferme le compte d’EMAIL et toutes ses sessions, à l’instant."""
    made = assembly()
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        staff.disable(session, made.sealer, account.id, by=None, at=made.clock())
    show(_shown(account) | {"active": False}, as_json=as_json)


@command.command()
@click.argument("email")
@click.option("--password-file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@telling
def password(email: str, password_file: Path | None, as_json: bool) -> None:
    """Donne un nouveau mot de passe à EMAIL et ferme toutes ses sessions."""
    generated = password_file is None
    chosen = secrets.token_urlsafe(15) if password_file is None else _first_line(password_file)
    made = assembly()
    new_hash = staff.password_hash(chosen, email=email)
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        staff.change_password(session, made.sealer, account.id, new_hash=new_hash, by=None, at=made.clock())
    show(_shown(account) | ({"password": chosen} if generated else {}), as_json=as_json)


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")


def _shown(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "roles": sorted(role.value for role in account.roles),
        "language": account.language.value,
        "active": account.is_active,
    }
