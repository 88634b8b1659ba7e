"""`portevoix consent`: whether the ledger is whole, and the standings follow from it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from crm.audit import service as audit
from crm.cli import chains as telling_chains
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.consent import certificate, chains, dpv, paces, proofs
from crm.consent import purposes as writing
from crm.consent import service as consent
from crm.consent.model import Channel
from crm.foundation import documents
from crm.foundation.translation import say
from crm.ledgers import anchors as anchoring
from crm.ledgers import service as ledgers
from crm.partners import service as partners
from crm.values.calendar import day_span
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language


@click.group(name="consent", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Vérifier et reconstruire le registre des consentements."""


@command.command()
@json_option
@telling
def verify(as_json: bool) -> None:
    """Relit chaque ligne du registre et son sceau. Code de sortie 1 si une ligne a été modifiée."""
    made = assembly()
    with made.database.reading() as session:
        damaged = consent.verify(session, made.sealer)
        damaged_paces = list(paces.damaged(session, made.sealer))
    found = [("lignes modifiées", damaged), ("rythmes modifiés", damaged_paces)]
    text = "\n".join(f"{name} : {', '.join(map(str, rows))}" for name, rows in found if rows)
    show({"damaged": damaged, "damaged_paces": damaged_paces}, as_json=as_json, text=text or "le registre est intact")
    if text:
        sys.exit(1)


@command.command()
@json_option
@telling
def drift(as_json: bool) -> None:
    """Compte les états qui ne suivent pas du registre. Code de sortie 1 s’il y en a."""
    with assembly().database.reading() as session:
        found = consent.drift(session)
    show({"drift": found}, as_json=as_json, text=f"états qui s’écartent du registre : {found}")
    if found:
        sys.exit(1)


@command.command()
@json_option
@telling
def rebuild(as_json: bool) -> None:
    """Recalcule tous les états depuis le registre."""
    with assembly().database.transaction() as session:
        before = consent.drift(session)
        consent.rebuild(session)
        after = consent.drift(session)
    show({"before": before, "after": after}, as_json=as_json, text=f"états corrigés : {before}")


@command.command(name="verify-chain")
@click.option("--head", default="", help="Une fin notée ailleurs, « consent:numéro:sceau » : elle doit encore être là.")
@json_option
@telling
def verify_chain(head: str, as_json: bool) -> None:
    """Relit les lignes et les blocs du registre, et leur fin notée ailleurs. Code de sortie 1 si c’est touché."""
    made, wanted = assembly(), _heads(head)
    noted = {name: anchor.head for name, anchor in made.anchor_book.latest().items()} | wanted
    found = {}
    with made.database.reading() as session:
        for ledger in chains.ALL:
            found[ledger.name] = ledgers.verify(session, made.sealer, ledger, head=noted.get(ledger.name))
    lines = []
    for name, one in found.items():
        lines += [f"{name} : {telling_chains.said(fault)}" for fault in one.faults]
        if one.is_whole:
            lines.append(f"{name} : intact, {one.state.chained} lignes chaînées, {one.state.waiting} en attente")
    is_whole = all(one.is_whole for one in found.values())
    shown = {"whole": is_whole, "ledgers": {name: telling_chains.facts(one) for name, one in found.items()}}
    show(shown, as_json=as_json, text="\n".join(lines))
    if not is_whole:
        sys.exit(1)


@command.command()
@json_option
@telling
def seal(as_json: bool) -> None:
    """Chaîne tout de suite ce qui attend, comme l’horloge le fait chaque minute."""
    made, sealed = assembly(), 0
    for ledger in chains.ALL:
        block = None
        while block is None or block.count == ledgers.AT_ONCE:
            with made.database.transaction() as session:
                block = ledgers.seal(session, made.sealer, ledger, at=made.clock())
            if block is None:
                break
            sealed += block.count
    show({"sealed": sealed}, as_json=as_json, text=f"lignes chaînées : {sealed}")


@command.command()
@json_option
@telling
def anchor(as_json: bool) -> None:
    """Note hors de la base où s’arrêtent les chaînes, comme l’horloge chaque matin, et le montre."""
    made = assembly()
    with made.database.reading() as session:
        found = anchoring.anchors(session, chains.ALL, at=made.clock())
    made.anchor_book.write(found)
    show(found, as_json=as_json, text="\n".join(map(str, found)) or "rien n’est encore chaîné")


def _heads(text: str) -> dict[str, tuple[int, str]]:
    if not text:
        return {}
    name, _, rest = text.partition(":")
    number, _, mark = rest.partition(":")
    if not number.isascii() or not number.isdigit() or not mark or name not in {one.name for one in chains.ALL}:
        raise Invalid("une fin s’écrit « consent:numéro:sceau », comme anchor la montre")
    return {name: (int(number), mark)}


@command.command()
@json_option
@telling
def purposes(as_json: bool) -> None:
    """Pourquoi la maison écrit : chaque finalité, dans l’ordre où elle est proposée."""
    with assembly().database.reading() as session:
        found = consent.purposes(session)
    show(found, as_json=as_json, text="\n".join(f"{one.code:<20} {one.name(Language.FR)}" for one in found))


@command.command()
@click.argument("code")
@click.option("--name", "names", multiple=True, help="« fr=La lettre » ; une fois par langue.")
@click.option("--promise", "promises", multiple=True, help="« fr=Chaque semaine… » : la phrase à côté de la case.")
@click.option("--position", type=int, default=None, help="La place parmi les autres ; à la fin sinon.")
@json_option
@telling
def purpose(
    *, code: str, names: tuple[str, ...], promises: tuple[str, ...], position: int | None, as_json: bool
) -> None:
    """Ajoute une finalité, ou change ses mots. Ce que des personnes ont lu avant reste tel quel dans le registre."""
    made = assembly()
    with made.database.transaction() as session:
        wanted = writing.write(
            session, code, names=_by_language(names), promises=_by_language(promises), position=position
        )
        audit.record(
            session,
            made.sealer,
            at=made.clock(),
            account_id=None,
            action="purpose.put",
            subject="purpose",
            facts={"code": code},
        )
    show(wanted, as_json=as_json, text=f"{code} : {wanted.names['fr']}")


def _by_language(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        language, sign, words = text.partition("=")
        if not sign or language not in set(Language) or not words.strip():
            raise Invalid("un texte s’écrit « fr=… », « nl=… », « de=… » ou « en=… »", field="name")
        found[language] = words.strip()
    return found


@command.command()
@click.argument("person", type=int)
@click.option("--purpose", required=True, help="Le code d’une finalité : newsletter, urgent…")
@click.option("--channel", default="email", show_default=True, type=click.Choice([one.value for one in Channel]))
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="Un jour passé ; aujourd’hui sinon.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Écrit aussi le certificat d’une page.")
@json_option
@telling
def prove(*, person: int, purpose: str, channel: str, at: datetime | None, pdf: Path | None, as_json: bool) -> None:
    """Ce qu’une personne permettait un jour, les mots qu’elle avait sous les yeux, et chaque acte avec son sceau."""
    made = assembly()
    moment = made.clock() if at is None else min(day_span(at.date())[1] - timedelta(microseconds=1), made.clock())
    with made.database.reading() as session:
        proof = proofs.prove(
            session,
            made.sealer,
            person_id=PersonId(person),
            purpose=purpose,
            channel=Channel(channel),
            at=moment,
        )
        receive = [say(made.settings.office_language, one) for one in partners.recipients(session)]
    organisation = made.settings.organisation
    if pdf is not None:
        page = certificate.facts(proof, proof.person.language, organisation)
        pdf.touch(mode=0o600)
        pdf.write_bytes(documents.pdf("consent", page, at=made.clock()))
    with made.database.transaction() as session:
        audit.record(
            session,
            made.sealer,
            at=made.clock(),
            account_id=None,
            action="consent.prove",
            subject="person",
            subject_id=proof.person.id,
            facts={"purpose": proof.purpose.code, "channel": proof.channel.value},
        )
    said = certificate.facts(proof, made.settings.office_language, organisation)["finding"]
    show(dpv.record(proof, organisation, recipients=receive), as_json=as_json, text=said)
    if not proof.is_whole:
        sys.exit(1)
