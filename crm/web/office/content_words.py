"""The words and shapes of the library."""

from __future__ import annotations

from datetime import date

from crm.web.words import N_
from mailing.content.model import ContentItem, ContentKind, Standing, TermKind

KINDS: dict[ContentKind, str] = {
    ContentKind.ARTICLE: N_("Article"),
    ContentKind.PETITION: N_("Pétition"),
    ContentKind.EVENT: N_("Événement"),
    ContentKind.BLOG: N_("Blog"),
}

TERMS: dict[TermKind, str] = {
    TermKind.COUNTRY: N_("Pays"),
    TermKind.THEME: N_("Thème"),
}

STATES: dict[Standing, str] = {
    Standing.OPEN: N_("À proposer"),
    Standing.TRUNCATED: N_("Introduction coupée"),
    Standing.EDITED: N_("Retouché par l’équipe"),
    Standing.HIDDEN: N_("Écarté"),
}
"""The questions the library's filter answers."""


def standing(item: ContentItem, today: date) -> list[tuple[str, str]]:
    """How a thing stands, as badges: (word, shape)."""
    found: list[tuple[str, str]] = []
    if item.hidden:
        found.append((N_("Écarté"), "draft"))
    elif item.kind is ContentKind.PETITION:
        found.append((N_("Ouverte"), "done") if item.is_open(today) else (N_("Close"), "draft"))
    elif item.kind is ContentKind.EVENT:
        found.append((N_("À venir"), "done") if item.is_open(today) else (N_("Passé"), "draft"))
    if item.intro_truncated:
        found.append((N_("Introduction coupée"), "warn"))
    if item.edited:
        found.append((N_("Retouché"), "note"))
    return found
