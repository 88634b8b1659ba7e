"""What passed between the demonstration's people and its team: calls, letters, complaints, promises, notes."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.care import service as care
from crm.care.model import Direction, InteractionKind, Promise
from crm.demo.supporters import SEED
from crm.people.model import Person
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId

CALL, LETTER, VISIT, EMAIL = (
    InteractionKind.CALL,
    InteractionKind.LETTER,
    InteractionKind.VISIT,
    InteractionKind.EMAIL,
)

STORIES: tuple[tuple[InteractionKind, str, str, str, int], ...] = (
    (
        CALL,
        "N’a pas reçu le dernier numéro du magazine.",
        "Adresse vérifiée, elle est juste.",
        "Renvoyer le magazine",
        3,
    ),
    (LETTER, "Demande un duplicata de son attestation fiscale 2025.", "", "Envoyer le duplicata de l’attestation", 1),
    (EMAIL, "Voudrait recevoir la lettre en néerlandais.", "Langue changée.", "", 0),
    (VISIT, "Est passée acheter des bougies et proposer son aide au marché de Noël.", "", "La rappeler pour Noël", 9),
    (CALL, "Son compte en banque change en janvier.", "Nous avons envoyé le nouveau mandat.", "", 0),
    (LETTER, "Joint un poème pour le prisonnier de la campagne d’octobre.", "Transmis à l’équipe Campagnes.", "", 0),
    (CALL, "Souhaite une intervention dans sa classe au printemps.", "", "Proposer deux dates à l’école", 12),
    (EMAIL, "Remercie pour l’accueil au débat d’Ixelles.", "", "", 0),
    (CALL, "Demande à ne plus être appelée le soir.", "Noté sur sa fiche.", "", 0),
    (LETTER, "A changé de nom après son mariage.", "", "Vérifier le nom sur la domiciliation", 5),
)
COMPLAINTS = (
    "A reçu deux magazines à la même adresse, et trouve que c’est du gaspillage.",
    "A été abordée trois fois en une semaine par nos recruteurs à la gare du Midi.",
    "Son don de mars n’apparaît pas sur son attestation.",
)
NOTES = (
    ("Préfère être appelée après 18 h.", True),
    ("Parle plus volontiers le néerlandais au téléphone.", False),
    ("Ancienne institutrice, connaît bien le réseau des écoles de Namur.", False),
    ("Malentendante : lui écrire plutôt que l’appeler.", True),
    ("Nous a fait visiter son atelier en 2024.", False),
)
CHORES = (
    ("Préparer la liste des bénévoles du marché de Noël", 4, Role.CARE),
    ("Relire les réponses types du guichet", None, None),
    ("Commander des enveloppes à fenêtre", -2, None),
    ("Appeler la coordinatrice du groupe d’Ixelles", 0, Role.ADMINISTRATOR),
)


def pass_the_time(session: Session, everybody: Sequence[Person], now: datetime) -> None:
    """Lets the team and its people live a few weeks: about a fifth of them were in contact."""
    chance = random.Random(SEED + 2)  # noqa: S311 - made-up contacts, not secrets
    team = {next(iter(account.roles)): account.id for account in staff.accounts(session)}
    clerks = (team[Role.CARE], team[Role.CARE], team[Role.ADMINISTRATOR])
    living = [person for person in everybody if not person.is_deceased]
    for person in living[1::5]:
        for _ in range(chance.choice((1, 1, 2, 3))):
            _contact(session, person, chance, clerks, now)
    for person, said in zip(living[7::31], COMPLAINTS, strict=False):
        at = now - timedelta(days=chance.randrange(1, 9), hours=2)
        care.log(
            session,
            person.id,
            kind=chance.choice((CALL, EMAIL)),
            direction=Direction.IN,
            summary=said,
            is_complaint=True,
            by=chance.choice(clerks),
            at=at,
        )
    for person, (text, is_pinned) in zip(living[1::11], NOTES * 4, strict=False):
        at = now - timedelta(days=chance.randrange(5, 200))
        care.write_note(session, person.id, text, by=chance.choice(clerks), at=at, is_pinned=is_pinned)
    _chores(session, team, now)


def _contact(
    session: Session, person: Person, chance: random.Random, clerks: Sequence[AccountId], now: datetime
) -> None:
    kind, summary, outcome, promised, days = chance.choice(STORIES)
    age = timedelta(days=chance.randrange(0, 60), hours=chance.randrange(1, 9))
    at, by = max(now - age, person.created_at + timedelta(hours=1)), chance.choice(clerks)
    promise = None
    if promised:
        due_on = brussels_day(at) + timedelta(days=days)
        promise = Promise(title=promised, due_on=due_on, assignee=chance.choice((by, by, None)))
    _logged, task = care.log(
        session,
        person.id,
        kind=kind,
        direction=Direction.IN if chance.random() < 0.8 else Direction.OUT,
        summary=summary,
        outcome=outcome,
        promise=promise,
        by=by,
        at=at,
    )
    if task is not None and (age > timedelta(days=10) or chance.random() < 0.4):
        care.finish_task(session, task.id, by=by, at=min(at + timedelta(days=2), now))


def _chores(session: Session, team: Mapping[Role, AccountId], now: datetime) -> None:
    today = brussels_day(now)
    for title, days, role in CHORES:
        due_on = None if days is None else today + timedelta(days=days)
        at = now - timedelta(days=5)
        care.add_task(session, title=title, due_on=due_on, assignee=team[role] if role else None, by=None, at=at)
