"""`portevoix privacy`: show somebody all we hold of them, forget them, forget again after a backup came back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.plans import papers
from crm.privacy import erasing, packs, terms
from crm.privacy import service as privacy
from crm.privacy.erasing import Erasure
from crm.privacy.words import KINDS
from crm.staff import rules as roles
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId


@click.group(name="privacy", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Montrer, emporter, oublier : ce que chaque personne peut demander de ses données."""


@command.command()
@json_option
@telling
def requests(as_json: bool) -> None:
    """Les demandes qui attendent une réponse, la plus urgente d’abord ; par numéro, jamais par nom."""
    made = assembly()
    with made.database.reading() as session:
        found = privacy.waiting(session)
    today = brussels_day(made.clock())
    lines = [
        f"{one.id:>6}  personne {one.person_id:<8} {KINDS[one.kind]:<24} pour le {one.due_on}"
        + ("  EN RETARD" if one.due_on < today else "")
        for one in found
    ]
    shown = [
        {
            "id": one.id,
            "person": one.person_id,
            "kind": one.kind.value,
            "received_at": one.received_at,
            "due_on": one.due_on,
        }
        for one in found
    ]
    show(shown, as_json=as_json, text="\n".join(lines) or "aucune demande n’attend")


@command.command()
@click.argument("person", type=int)
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Le dossier où écrire le dossier.")
@json_option
@telling
def export(person: int, output: Path, as_json: bool) -> None:
    """Écrit tout ce que la maison sait d’une personne, dans sa langue, pour le lui remettre."""
    made = assembly()
    with made.database.reading() as session:
        shown = erasing.shown(session, made.holdings, PersonId(person))
        enclosed = papers.copies_of(session, made.drawer, shown.subject.person_ids)
    files = {**packs.pack(shown, organisation=made.settings.organisation, at=made.clock()), **enclosed}
    output.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        path = output / name
        path.touch(mode=0o600)
        path.write_bytes(content)
    with made.database.transaction() as session:
        facts = {"files": len(files)}
        audit.record(
            session,
            made.sealer,
            at=made.clock(),
            account_id=None,
            action="privacy.export",
            subject="person",
            subject_id=shown.subject.person_id,
            facts=facts,
        )
    written = [str(output / name) for name in files]
    show({"person": shown.subject.person_id, "files": written}, as_json=as_json, text="\n".join(written))


@command.command()
@click.argument("person", type=int)
@click.option("--for-good", is_flag=True, help="Oublie vraiment ; sans elle, rien n’est écrit.")
@click.option("--dry-run", is_flag=True, help="Montre ce qui serait fait, comme sans option.")
@json_option
@telling
def erase(person: int, for_good: bool, dry_run: bool, as_json: bool) -> None:
    """Oublie une personne dans toute la maison. Sans --for-good, montre ce qui partirait et ce que la loi garde."""
    made, is_rehearsal = assembly(), dry_run or not for_good
    work = made.database.rehearsing if is_rehearsal else made.database.transaction
    with work() as session:
        done = erasing.erase(session, made.holdings, PersonId(person), at=made.clock(), is_rehearsal=is_rehearsal)
        if not is_rehearsal:
            audit.record(
                session,
                made.sealer,
                at=made.clock(),
                account_id=None,
                action="privacy.erase",
                subject="person",
                subject_id=done.person_id,
                facts={"rows": sum(done.erased.values())},
            )
    if not is_rehearsal:
        made.database.settle_deletions()
    show(_facts(done) | {"dry_run": is_rehearsal}, as_json=as_json, text=_told(done, is_rehearsal=is_rehearsal))


@command.command(name="forget-again")
@json_option
@telling
def forget_again(as_json: bool) -> None:
    """Après la restauration d’une sauvegarde : oublie à nouveau qui avait été oublié depuis."""
    made = assembly()
    with made.database.transaction() as session:
        done = erasing.forget_again(session, made.holdings, at=made.clock())
    if done:
        made.database.settle_deletions()
    text = f"personnes oubliées à nouveau : {len(done)}"
    show({"forgotten": [one.person_id for one in done]}, as_json=as_json, text=text)


def _facts(done: Erasure) -> dict[str, Any]:
    return {
        "person": done.person_id,
        "erased": done.erased,
        "kept": [
            {"table": k.table, "count": k.count, "ground": k.ground, "until": k.until_on and k.until_on.isoformat()}
            for k in done.kept
        ],
        "files": done.files,
        "identities": done.identities,
    }


def _told(done: Erasure, *, is_rehearsal: bool) -> str:
    lines = ["partirait :" if is_rehearsal else "parti :"]
    lines += [f"  {count:>6}  {table}" for table, count in sorted(done.erased.items()) if count]
    lines += [f"  {done.files:>6}  fichiers"] if done.files else []
    lines.append("reste :")
    lines += [
        f"  {k.count:>6}  {k.table} : {k.ground}" + (f", jusqu’au {k.until_on}" if k.until_on else "")
        for k in done.kept
    ]
    if is_rehearsal:
        lines.append("rien n’a été écrit ; --for-good oublie vraiment")
    return "\n".join(lines)


@command.command()
@click.option("--dry-run", is_flag=True, help="Compte seulement, n’oublie rien.")
@json_option
@telling
def retention(dry_run: bool, as_json: bool) -> None:
    """Oublie ce qui a passé son terme, comme l’horloge chaque nuit, et dit combien de chaque sorte."""
    made = assembly()
    work = made.database.rehearsing if dry_run else made.database.transaction
    with work() as session:
        done = terms.forget(session, made.keepers, at=made.clock())
        if not dry_run:
            audit.record(
                session,
                made.sealer,
                at=made.clock(),
                account_id=None,
                action="privacy.retention",
                subject="term",
                facts={one.code: one.rows for one in done},
            )
    if not dry_run:
        made.database.settle_deletions()
    lines = [f"{one.rows:>8}  {one.code}, avant le {one.before_on} ({one.months} mois)" for one in done]
    show({"dry_run": dry_run, "terms": done}, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument("code", required=False, default="")
@click.option("--months", type=int, default=0, help="Combien de mois garder.")
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="Dès quel jour ; aujourd’hui sinon.")
@click.option("--reason", default="", help="Pourquoi : l’avis ou la loi sur laquelle ce terme s’appuie.")
@click.option("--by", "email", default="", help="Le compte qui propose ; un autre devra l’approuver.")
@json_option
@telling
def term(*, code: str, months: int, begins: datetime | None, reason: str, email: str, as_json: bool) -> None:
    """Montre combien de temps chaque chose est gardée ; avec un CODE, --months et --by, propose autre chose.

    Rien ne change avant qu’une personne de l’équipe l’approuve, dans Maison › Durées de conservation.
    """
    made = assembly()
    today = brussels_day(made.clock())
    if code:
        day = today if begins is None else begins.date()
        with made.database.transaction() as session:
            account = staff.account_at(session, email)
            if not (account.is_active and roles.may(account.roles, Permission.PRIVACY_ACT)):
                raise Invalid("ce compte ne peut pas proposer une durée", field="by")
            terms.propose(
                session,
                made.keepers,
                code,
                months=months,
                valid_from_on=day,
                reason=reason,
                by=account.id,
                at=made.clock(),
            )
            audit.record(
                session,
                made.sealer,
                at=made.clock(),
                account_id=account.id,
                action="privacy.term",
                subject="term",
                facts={"code": code, "months": months},
            )
    with made.database.reading() as session:
        found = terms.holding(session, made.keepers, today)
    lines = [
        f"{one.term.code:<16} {one.months:>4} mois  {one.term.what}" + (f" ({one.reason})" if one.reason else "")
        for one in found
    ]
    with made.database.reading() as session:
        waiting = [one for one in terms.proposals(session, made.keepers) if one.decided_at is None]
    lines += [f"proposé : {one.term.code}, {one.months} mois dès le {one.valid_from_on}" for one in waiting]
    show({"terms": found, "waiting": waiting}, as_json=as_json, text="\n".join(lines))
