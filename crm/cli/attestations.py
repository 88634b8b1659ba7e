"""`portevoix attestations`: the year's attestations, from the check to the file for the administration."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import answering, correcting, file_making, handing, proving, single, words
from crm.attestations import service as attestations
from crm.attestations.file_making import Wanted
from crm.attestations.model import Attestation, Findings, Format, Run, Stage
from crm.attestations.proving import Flaw
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.values.errors import Conflict
from crm.values.identifiers import PersonId
from crm.values.money import exact

YEAR = click.argument("year", type=click.IntRange(2020, 2100), metavar="ANNÉE")
NUMBER = click.argument("number", type=click.IntRange(1), metavar="NUMÉRO")
REASON = click.option("--reason", required=True, help="Pourquoi, en quelques mots.")


@click.group(name="attestations", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Vérifier, numéroter, imprimer et déclarer les attestations fiscales."""


@command.command()
@YEAR
@click.option("--dry-run", is_flag=True, help="Regarder seulement : rien n’est noté.")
@json_option
@telling
def check(year: int, *, dry_run: bool, as_json: bool) -> None:
    """Dit à qui une attestation est due, ce qui est laissé de côté et pourquoi."""
    made = assembly()
    if dry_run:
        with made.database.reading() as session:
            found, run = attestations.look(session, year), None
    else:
        with made.database.transaction() as session:
            run, found = attestations.check(session, year, at=made.clock(), by=None)
    show(_found(found, run), as_json=as_json, text=_told(found))


@command.command()
@YEAR
@json_option
@telling
def lock(year: int, *, as_json: bool) -> None:
    """Donne les numéros, sans trou, et fige ce que chaque attestation dit. Ce qui est numéroté le reste."""
    made = assembly()
    with made.database.transaction() as session:
        run = _of(attestations.runs(session, year), Stage.CHECKED)
        run = attestations.lock(session, attesting_house(made), run.id, at=made.clock(), by=None)
        last = attestations.totals(session, year)[2]
    show(
        {"run": run, "last_number": last},
        as_json=as_json,
        text=f"{run.count} attestations numérotées, {exact(run.cents)} euros ; dernier numéro : {last}",
    )


@command.command()
@YEAR
@click.option("--again", is_flag=True, help="Réessayer aussi celles qui n’ont pas pu être faites.")
@json_option
@telling
def issue(year: int, *, again: bool, as_json: bool) -> None:
    """Fait les documents de ce qui est numéroté ; interrompue, la commande reprend où elle en était."""
    made = assembly()
    at_work = press(made)
    with made.database.reading() as session:
        locked = [run for run in attestations.runs(session, year) if run.locked_at]
    total = {"made": 0, "waiting": 0, "failed": 0}
    for run in locked:
        if again:
            at_work.again(run.id)
        progress = at_work.work(run.id)
        for name in total:
            total[name] += getattr(progress, name)
    text = f"faits : {total['made']}, en attente : {total['waiting']}, impossibles : {total['failed']}"
    show(total, as_json=as_json, text=text)


@command.command(name="one")
@YEAR
@click.argument("person", type=click.IntRange(1), metavar="FICHE")
@click.option("--left", is_flag=True, help="La personne nous a dit que plus rien ne viendra cette année.")
@json_option
@telling
def one_person(year: int, person: int, *, left: bool, as_json: bool) -> None:
    """Délivre l’attestation d’une seule personne : d’une année close, ou de celle qui court après un décès."""
    made = assembly()
    with made.database.transaction() as session:
        house, at = attesting_house(made), made.clock()
        paper = single.issue(session, house, year, PersonId(person), has_left=left, at=at, by=None)
    _show_paper(paper, as_json=as_json)


@command.command(name="hand-over")
@YEAR
@json_option
@telling
def hand_over(year: int, *, as_json: bool) -> None:
    """Laisse partir les attestations numérotées : l’horloge fait les documents et écrit à qui a une adresse e-mail."""
    made = assembly()
    with made.database.transaction() as session:
        locked = [run for run in attestations.runs(session, year) if run.locked_at]
        for run in locked:
            handing.begin(session, made.sealer, run.id, at=made.clock(), by=None)
        piles = handing.piles(session, year, at=made.clock())
    text = (
        f"remises : {piles.held}, mails partis : {piles.mailed}, mails à envoyer : {piles.by_mail}, "
        f"à poster : {piles.by_post}, ni mail ni adresse : {piles.by_neither}, documents à faire : {piles.unmade}"
    )
    show({"runs": len(locked), "piles": piles}, as_json=as_json, text=text)


@dataclass(frozen=True, slots=True)
class Plain:
    """A file in clear, where whoever ran the command wants it."""

    path: Path
    file: IO[bytes]

    def write(self, text: str) -> None:
        """Takes some more of it."""
        self.file.write(text.encode())

    def end(self) -> None:
        """Nothing follows."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def whole(self) -> IO[bytes]:
        """What was written, to be read from its beginning."""
        return self.path.open("rb")


@command.command(name="file")
@YEAR
@click.option("--format", "wanted", type=click.Choice([one.value for one in Format]), required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--test", "is_test", is_flag=True, help="Un fichier d’essai : rien n’est noté comme déclaré.")
@click.option(
    "--reference", default="", help="Celle que l’administration a donnée au premier fichier (corrections XML)."
)
@json_option
@telling
def file_year(year: int, *, wanted: str, output: Path, is_test: bool, reference: str, as_json: bool) -> None:
    """Écrit le fichier pour l’administration, après l’avoir vérifié ; ensuite, les corrections seulement."""
    made = assembly()
    house, at = attesting_house(made), made.clock()
    draft = output.with_name(f"{output.name}.{os.getpid()}.new")

    def settle(*_: object) -> None:
        draft.replace(output)

    asked = Wanted(year=year, format=Format(wanted), is_test=is_test, answers=reference)
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            prepared = file_making.make(made.database, house, asked, Plain(draft, file), at=at, by=None, also=settle)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    show(
        {"fiches": prepared.count, "cents": prepared.cents, "correction": prepared.is_correction, "cut": prepared.cut},
        as_json=as_json,
        text=f"{prepared.count} fiches, {exact(prepared.cents)} euros : {output}"
        + "".join(f"\nn° {number} : coupé dans {', '.join(zones)}" for number, zones in prepared.cut.items()),
    )


@command.command()
@YEAR
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FICHIER")
@json_option
@telling
def answer(year: int, file: Path, *, as_json: bool) -> None:
    """Lit la réponse de l’administration au dernier fichier de l’année, et la pose près de chaque fiche."""
    made = assembly()
    with made.database.transaction() as session:
        text = file.read_text(encoding="utf-8", errors="replace")
        count = answering.read(session, made.sealer, year, text, at=made.clock(), by=None)
        said = answering.of_year(session, year, size=20)
    lines = "".join(f"\nn° {one.number or '—'} : {one.level} {one.said}" for one in said)
    show({"problems": count, "first": said}, as_json=as_json, text=f"{count} remarques{lines}")


@command.command()
@YEAR
@NUMBER
@REASON
@json_option
@telling
def correct(year: int, number: int, *, reason: str, as_json: bool) -> None:
    """Dit sous le même numéro ce qui est juste aujourd’hui ; annule s’il ne reste rien à attester."""
    made = assembly()
    with made.database.transaction() as session:
        paper = correcting.correct(
            session, attesting_house(made), year, number, reason=reason, at=made.clock(), by=None
        )
    _show_paper(paper, as_json=as_json)


@command.command()
@YEAR
@NUMBER
@REASON
@json_option
@telling
def cancel(year: int, number: int, *, reason: str, as_json: bool) -> None:
    """Annule une attestation ; son numéro reste au registre et ne sert plus jamais."""
    made = assembly()
    with made.database.transaction() as session:
        paper = correcting.cancel(session, attesting_house(made), year, number, reason=reason, at=made.clock(), by=None)
    _show_paper(paper, as_json=as_json)


@command.command()
@click.argument("what", metavar="CODE|ANNÉE")
@json_option
@telling
def verify(what: str, *, as_json: bool) -> None:
    """Dit ce que vaut un document, d’après son code ; ou si toute une année est restée comme elle fut numérotée."""
    made = assembly()
    if what.isdecimal() and len(what) == 4:
        _prove(made, int(what), as_json=as_json)
        return
    with made.database.reading() as session:
        status = attestations.verify(session, what)
    show(
        {"status": status.value if status else None},
        as_json=as_json,
        text=words.STATUSES[status] if status else "Inconnue",
    )


def _prove(made: Assembly, year: int, *, as_json: bool) -> None:
    at_work = press(made)
    with made.database.reading() as session:
        found = proving.prove(session, at_work.seal, at_work.cabinet, year)
    text = f"{year} : numéros {found.first} à {found.last}, {found.versions} versions, {found.papers} documents"
    lines = (f"\nn° {one.number}, version {one.version} : {FLAWS[one.flaw]}" for one in found.flaws)
    show(found, as_json=as_json, text=text + ("".join(lines) or " ; tout est comme au premier jour"))
    if found.flaws:
        sys.exit(1)


FLAWS = {
    Flaw.GAP: "personne n’a ce numéro",
    Flaw.VERSIONS: "ses versions ne se suivent pas",
    Flaw.AMOUNT: "ses paiements font un autre montant",
    Flaw.WORDS: "ce qu’elle dit ne s’ouvre pas, ou a changé",
    Flaw.PAPER: "son document manque, ou a changé",
}


def _show_paper(paper: Attestation, *, as_json: bool) -> None:
    text = f"n° {paper.number}, version {paper.version} : {words.STATUSES[paper.status]}, {exact(paper.cents)} euros"
    told = {"number": paper.number, "version": paper.version, "status": paper.status.value, "cents": paper.cents}
    show(told, as_json=as_json, text=text)


def _of(runs: tuple[Run, ...], stage: Stage) -> Run:
    found = [run for run in runs if run.stage is stage]
    if not found:
        raise Conflict("no run of that year is checked and waits for its numbers")
    return found[0]


def _found(found: Findings, run: Run | None) -> dict[str, object]:
    return {
        "run": run,
        "year": found.year,
        "attestations": len(found.owed),
        "cents": found.cents,
        "lacking_number": found.lacking,
        "excluded": {
            reason.value: {"payments": count, "cents": cents} for reason, (count, cents) in found.reasons.items()
        },
        "payments": [
            {"gift": one.payment.gift_id, "person": one.holder_id, "reason": one.reason.value} for one in found.excluded
        ],
    }


def _told(found: Findings) -> str:
    lines = [f"{found.year} : {len(found.owed)} attestations, {exact(found.cents)} euros"]
    if found.lacking:
        lines.append(f"sans numéro national : {found.lacking}")
    for reason, (count, cents) in found.reasons.items():
        lines.append(f"laissés de côté, {words.EXCLUSIONS[reason]} : {count} paiements, {exact(cents)} euros")
    return "\n".join(lines)
