"""Editions, an organisation and readers to render; made by hand, from no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from crm.foundation.settings import Organisation
from crm.values.identifiers import BlockId, ContentId, EditionId, NewsletterId, TermId
from crm.values.languages import Language
from mailing.composition.model import (
    Block,
    Cadence,
    Edition,
    EditionState,
    Frequency,
    Newsletter,
    Section,
    SectionPlan,
)
from mailing.content.model import ContentItem, ContentKind, Term, TermKind
from mailing.rendering.model import Slot

PUBLIC_URL = "https://nouvelles.exemple.test"
SEEN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)

ORGANISATION = Organisation(
    name="Portevoix",
    legal_name="Portevoix ASBL",
    enterprise_number="0418308144",
    street="Rue des Droits 10",
    postcode="1000",
    locality="Bruxelles",
    email="contact@portevoix.example",
    website="https://www.portevoix.example/",
    privacy_url="https://www.portevoix.example/vie-privee",
    donate_url="https://www.portevoix.example/don",
    magazine_url="https://www.portevoix.example/le-fil",
    social={"Instagram": "https://social.example/portevoix"},
)

NEWSLETTER = Newsletter(
    id=NewsletterId(1),
    code="actualites",
    name="Les nouvelles des droits humains",
    tagline="L’essentiel, chaque jeudi",
    purpose="newsletter",
    language=Language.FR,
    cadence=Cadence(frequency=Frequency.WEEKLY, weekday=3, at=time(7)),
    layout=tuple(SectionPlan(section=section, at_most=6) for section in Section),
    sender_name="Portevoix",
    sender_address="nouvelles@portevoix.example",
    reply_to="contact@portevoix.example",
    late_hours=6,
    minimum_items=2,
    is_active=True,
)

READER: dict[Slot, str] = {
    Slot.FIRST_NAME: "Camille",
    Slot.ADDRESS: "camille@exemple.be",
    Slot.UNSUBSCRIBE_URL: f"{PUBLIC_URL}/u/WzEsMSwibmV3c2xldHRlciIsMV0.abc-123_def",
    Slot.PREFERENCES_URL: f"{PUBLIC_URL}/p/WzEsMSwibmV3c2xldHRlciIsMV0.abc-123_def",
    Slot.WEB_URL: f"{PUBLIC_URL}/w/WzEsMSwibmV3c2xldHRlciIsMV0.abc-123_def",
    Slot.CONFIRM_URL: f"{PUBLIC_URL}/c/WzEsMSwibmV3c2xldHRlciIsMV0.abc-123_def",
}


def item(kind: ContentKind, slug: str, title: str, intro: str = "", *, labels: str = "", **more: Any) -> ContentItem:
    """A thing of the library. `labels`: countries, then themes after a bar, each list parted by semicolons."""
    countries, _, themes = labels.partition("|")
    terms = [(TermKind.COUNTRY, name) for name in countries.split(";") if name]
    terms += [(TermKind.THEME, name) for name in themes.split(";") if name]
    return ContentItem(
        id=ContentId(sum(slug.encode())),
        kind=kind,
        language=Language.FR,
        title=title,
        intro=intro,
        url=f"https://www.portevoix.example/{slug}",
        published_at=SEEN,
        first_seen_at=SEEN,
        changed_at=SEEN,
        terms=tuple(Term(id=TermId(n), kind=k, code=name, label=name) for n, (k, name) in enumerate(terms)),
        **{"intro_truncated": False, "author": "", "image_url": "", **more},
    )


def picture(number: int) -> str:
    """The address of a picture on the organisation's site."""
    return f"https://www.portevoix.example/images/{number}.png"


def block(section: Section, shown: ContentItem | None = None, **words: str) -> Block:
    """A block with the library's words, or with `words` of its own."""
    library = {"title": shown.title, "intro": shown.intro, "url": shown.url} if shown else {}
    said = {"title": "", "intro": "", "url": "", "button": ""} | library | words
    return Block(
        id=BlockId(1),
        section=section,
        position=0,
        title=said["title"],
        intro=said["intro"],
        button=said["button"],
        url=said["url"],
        content=shown,
        edited=bool(words),
    )


BLOCKS = (
    block(
        Section.TOP,
        item(
            ContentKind.ARTICLE,
            "myanmar-aide",
            "Myanmar : le gel brutal de l’aide menace les droits humains",
            "Le gel des aides aggrave la situation de la population, déjà confrontée à une escalade du conflit, "
            "à des déplacements massifs et à de graves violations des droits humains.",
            labels="Myanmar|Réfugiés",
            image_url=picture(1),
        ),
        button="Lire la suite",
    ),
    block(
        Section.NEWS,
        item(
            ContentKind.ARTICLE,
            "arabie-saoudite",
            "Arabie saoudite : une femme condamnée pour avoir soutenu les droits des femmes est portée disparue",
            "Le dernier appel téléphonique de Manahel al Otaibi à sa famille remonte au 15 décembre.",
            labels="Arabie saoudite|Droits des femmes",
            image_url=picture(2),
        ),
    ),
    block(
        Section.NEWS,
        item(
            ContentKind.ARTICLE,
            "rdc-civils",
            "RDC : les parties au conflit doivent donner la priorité à la protection des civils",
            "L’accès de l’aide humanitaire à Goma doit être garanti sans délai",
            labels="République démocratique du Congo|Crimes de guerre - Contre l’humanité - Génocide",
            image_url=picture(3),
            intro_truncated=True,
        ),
    ),
    block(
        Section.NEWS,
        item(
            ContentKind.ARTICLE,
            "prix-jeunes",
            "Le prix Jeunes des droits humains décerné à Sana Afouaiz et Charline Bellot",
            "Chaque année, il récompense une personne de moins de 35 ans, vivant en Belgique et reconnue pour son "
            "action en faveur des droits humains.",
            labels="Belgique",
        ),
    ),
    block(
        Section.PETITIONS,
        item(
            ContentKind.PETITION,
            "petition-enfants-soldats",
            "Le recrutement d’enfants soldats doit cesser en République démocratique du Congo !",
            "Demandez aux groupes armés de libérer les enfants qu’ils ont enrôlés, et de ne plus en recruter.",
            labels="République démocratique du Congo|Enfants soldats",
            closes_on=date(2026, 12, 18),
        ),
        button="Signer la pétition",
    ),
    block(
        Section.PETITIONS,
        item(
            ContentKind.PETITION,
            "petition-migrants",
            "Les personnes migrantes et réfugiées aux États-Unis sont en grand danger",
            "Une campagne d’expulsions de masse vise des millions d’immigrant·es et de demandeur·euses d’asile.",
            labels="Etats-Unis|Migrants - Réfugiés",
        ),
        button="Signer la pétition",
    ),
    block(
        Section.EVENTS,
        item(
            ContentKind.EVENT,
            "apero-ath",
            "Apéro à Ath",
            starts_on=date(2026, 11, 30),
            ends_on=date(2026, 11, 30),
            starts_time="19:00",
            place="Hainaut",
        ),
    ),
    block(
        Section.EVENTS,
        item(
            ContentKind.EVENT,
            "bright-festival",
            "Human Rights Avenue au Bright Festival",
            starts_on=date(2026, 12, 3),
            ends_on=date(2026, 12, 6),
            starts_time="18:00",
        ),
    ),
    block(
        Section.EVENTS,
        item(
            ContentKind.EVENT,
            "cybersurveillance",
            "Cybersurveillance : droits humains en danger ?",
            starts_on=date(2026, 12, 8),
            starts_time="20:00",
            place="Brabant-wallon",
            event_types=("Cinéma", "Conférence/Débat"),
        ),
    ),
    block(
        Section.BLOG,
        item(
            ContentKind.BLOG,
            "blog-senegal",
            "« J’ai été excisée à l’âge de 10 ans. Maintenant je milite contre les mutilations génitales féminines »",
            author="Service presse",
            labels="Sénégal",
        ),
    ),
    block(
        Section.MAGAZINE,
        title="Le Fil, notre magazine sur les droits humains",
        intro="Tous les trois mois, en 32 pages, un coup de projecteur sur des sujets d’actualité et des problèmes "
        "de fond, à travers les reportages et les interviews de nos chercheur·euses.",
        button="Découvrir Le Fil",
        url="https://www.portevoix.example/le-fil",
    ),
    block(
        Section.DONATE,
        title="Grâce à vous, nous pouvons agir",
        intro="Chaque don, petit ou grand, fait avancer les droits humains et garantit notre indépendance.",
        button="Faire un don",
        url="https://www.portevoix.example/don",
    ),
)

FULL = Edition(
    id=EditionId(12),
    newsletter_id=NEWSLETTER.id,
    number=12,
    due_at=DUE,
    state=EditionState.DRAFT,
    subject="Myanmar : le gel de l’aide menace les droits humains",
    preheader="Une pétition pour les enfants soldats, trois rendez-vous et une victoire",
    greeting="Bonjour ((prénom|ami·e)),",
    opening="Cette semaine, l’aide s’arrête là où elle était vitale. Nos équipes ont parlé à celles et ceux qui "
    "restent.\n\nVous pouvez agir en deux minutes : deux pétitions vous attendent plus bas. Une question ? "
    "Écrivez-nous : https://www.portevoix.example/contact.\nMerci d’être là.",
    blocks=BLOCKS,
    proposed_at=SEEN,
)

MINIMAL = replace(
    FULL,
    number=0,
    preheader="",
    greeting="",
    opening="",
    blocks=(block(Section.TOP, item(ContentKind.ARTICLE, "haiti", "Gangs à Haïti : les enfants victimes d’attaques")),),
)

PURPOSES = ("La lettre d’information", "Les pétitions et les actions urgentes")
WORDS = (
    "Je souhaite recevoir chaque semaine la lettre d’information de Portevoix par e-mail.",
    "Je souhaite recevoir les pétitions et les actions urgentes par e-mail.",
)
