"""The demonstration's organisation: its settings, why it writes, its team. A demonstration: nobody here exists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from crm.consent.model import Purpose
from crm.staff.model import Role

DOMAIN = "amnesty-demonstration.test"
BOUNCES = "retours"
"""The folder below the home where delivery reports come back to."""

MARK = "demonstration"
"""The source of every person the demonstration made up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """The loopback ports of the demonstration: four in a row, from a first one that can be chosen."""

    web: int
    mails: int
    smtp: int
    site: int

    @classmethod
    def from_first(cls, first: int) -> Ports:
        return cls(web=first, mails=first + 1, smtp=first + 2, site=first + 3)

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    @property
    def mails_url(self) -> str:
        return f"http://127.0.0.1:{self.mails}/"

    @property
    def site_url(self) -> str:
        return f"http://127.0.0.1:{self.site}/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """Someone of the demonstration's team, and how they sign in."""

    name: str
    email: str
    password: str
    role: Role
    does: str
    also: frozenset[Role] = frozenset()
    """What else they may: few see legacies."""


TEAM = (
    Colleague(
        name="Claire Lambert",
        email=f"claire@{DOMAIN}",
        password="bougie-jaune-claire",  # noqa: S106 - printed on every screen that shows the demonstration
        role=Role.ADMINISTRATOR,
        does="administre tout",
    ),
    Colleague(
        name="Youssef Benali",
        email=f"youssef@{DOMAIN}",
        password="bougie-jaune-youssef",  # noqa: S106 - as above
        role=Role.EDITOR,
        does="compose et approuve les éditions",
    ),
    Colleague(
        name="Nathalie Peeters",
        email=f"nathalie@{DOMAIN}",
        password="bougie-jaune-nathalie",  # noqa: S106 - as above
        role=Role.CARE,
        does="répond aux sympathisant·es",
    ),
    Colleague(
        name="Manon Dubois",
        email=f"manon@{DOMAIN}",
        password="bougie-jaune-manon",  # noqa: S106 - as above
        role=Role.FUNDRAISER,
        does="prépare les appels et le magazine",
    ),
    Colleague(
        name="Luc Janssens",
        email=f"luc@{DOMAIN}",
        password="bougie-jaune-luc",  # noqa: S106 - as above
        role=Role.FINANCE,
        does="suit les dons, la banque, les attestations, les legs",
        also=frozenset({Role.LEGACIES}),
    ),
    Colleague(
        name="Ines Haddad",
        email=f"ines@{DOMAIN}",
        password="bougie-jaune-ines",  # noqa: S106 - as above
        role=Role.DATA_PROTECTION,
        does="veille sur les données, lit le journal",
    ),
)

PURPOSES = (
    Purpose(
        code="newsletter",
        position=1,
        names={
            "fr": "La lettre hebdomadaire",
            "nl": "De wekelijkse nieuwsbrief",
            "de": "Der wöchentliche Newsletter",
            "en": "The weekly newsletter",
        },
        promises={
            "fr": "Je veux recevoir chaque semaine l’actualité des droits humains et les pétitions en cours.",
            "nl": "Ik ontvang graag elke week nieuws over mensenrechten en de lopende petities.",
            "de": "Ich möchte jede Woche Neues über Menschenrechte und die laufenden Petitionen erhalten.",
            "en": "I would like to receive human rights news and current petitions every week.",
        },
    ),
    Purpose(
        code="urgent-actions",
        position=2,
        names={
            "fr": "Les actions urgentes",
            "nl": "Dringende acties",
            "de": "Eilaktionen",
            "en": "Urgent actions",
        },
        promises={
            "fr": "Je veux être prévenu·e quand une personne en danger a besoin de ma signature.",
            "nl": "Verwittig mij wanneer iemand in gevaar mijn handtekening nodig heeft.",
            "de": "Ich möchte benachrichtigt werden, wenn ein Mensch in Gefahr meine Unterschrift braucht.",
            "en": "Tell me when someone in danger needs my signature.",
        },
    ),
    Purpose(
        code="events",
        position=3,
        names={
            "fr": "Les rendez-vous près de chez moi",
            "nl": "Activiteiten in mijn buurt",
            "de": "Veranstaltungen in meiner Nähe",
            "en": "Events near me",
        },
        promises={
            "fr": "Je veux connaître les débats, projections et rassemblements près de chez moi.",
            "nl": "Ik blijf graag op de hoogte van debatten, films en acties in mijn buurt.",
            "de": "Ich möchte über Debatten, Filme und Kundgebungen in meiner Nähe informiert werden.",
            "en": "I would like to hear about debates, films and gatherings near me.",
        },
    ),
)


def settings_text(ports: Ports, home: Path) -> str:
    """The `settings.toml` of a demonstration's home."""
    site = ports.site_url
    organisation = {
        "name": "Amnesty International Belgique francophone (démonstration)",
        "legal_name": "Amnesty International Belgique francophone ASBL (démonstration)",
        "phone": "+32 2 000 00 00",
        "enterprise_number": "0418.308.144",
        "street": "Rue de l’Exemple 1",
        "postcode": "1060",
        "locality": "Bruxelles",
        "email": f"bonjour@{DOMAIN}",
        "website": site,
        "privacy_url": f"{site}vie-privee",
        "donate_url": f"{site}don",
        "magazine_url": f"{site}le-fil",
        "motto": "Ensemble plus fort",
    }
    mail: dict[str, str | int] = {
        "host": "127.0.0.1",
        "port": ports.smtp,
        "connections": 4,
        "sender_domain": DOMAIN,
        "bounce_domain": f"retours.{DOMAIN}",
        "feedback_id": MARK,
        "bounce_maildir": str(home / BOUNCES),
    }
    collecting = {"creditor_id": "BE05ZZZ0418308144", "account": "BE71 0961 2345 6769", "bic": "GKCCBEBB"}
    return "\n".join(
        [
            "# Écrit au premier « make demo » ; vos changements restent.",
            "demo = true",
            "secure_cookies = false",
            "require_second_factor = []",
            f"public_url = {_toml(ports.public_url)}",
            "",
            "[organisation]",
            *(f"{name} = {_toml(value)}" for name, value in organisation.items()),
            "",
            "[mail]",
            *(f"{name} = {_toml(value)}" for name, value in mail.items()),
            "",
            "[collecting]",
            *(f"{name} = {_toml(value)}" for name, value in collecting.items()),
            "",
            "[egress]",
            f"allow = [{_toml(f'127.0.0.1:{ports.site}')}]",
            "",
        ]
    )


def settings_variables(ports: Ports, home: Path) -> dict[str, str]:
    """What follows the ports whatever `settings.toml` says: another run may use others."""
    return {
        "PORTEVOIX_PUBLIC_URL": ports.public_url,
        "PORTEVOIX_MAIL__PORT": str(ports.smtp),
        "PORTEVOIX_MAIL__HOST": "127.0.0.1",
        "PORTEVOIX_MAIL__BOUNCE_MAILDIR": str(home / BOUNCES),
        "PORTEVOIX_EGRESS__ALLOW": json.dumps([f"127.0.0.1:{ports.site}"]),
        "PORTEVOIX_ORGANISATION__WEBSITE": ports.site_url,
        "PORTEVOIX_ORGANISATION__PRIVACY_URL": f"{ports.site_url}vie-privee",
        "PORTEVOIX_ORGANISATION__DONATE_URL": f"{ports.site_url}don",
        "PORTEVOIX_ORGANISATION__MAGAZINE_URL": f"{ports.site_url}le-fil",
    }


def _toml(value: str | int) -> str:
    return json.dumps(value, ensure_ascii=False)
