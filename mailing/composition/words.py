"""The words an edition proposes by itself: subject, preheader, the default words of buttons and house blocks."""

from __future__ import annotations

from collections.abc import Sequence

from crm.foundation.settings import Organisation
from crm.foundation.translation import N_, translations
from crm.values.languages import Language
from mailing.composition.model import ProposedBlock, Section, Why
from mailing.content.model import ContentItem, ContentKind

SUBJECT_AT_MOST = 90
PREHEADER_AT_MOST = 110

BUTTONS = {
    ContentKind.ARTICLE: N_("Lire la suite"),
    ContentKind.PETITION: N_("Signer la pétition"),
    ContentKind.EVENT: N_("Voir l’événement"),
    ContentKind.BLOG: N_("Lire le billet"),
}
GREETING = N_("Bonjour ((prénom|à vous)),")
FREE_BUTTON = N_("En savoir plus")
MAGAZINE = (
    N_("Notre magazine"),
    N_("Des enquêtes, des portraits, des victoires : de quoi prendre le temps de comprendre, sur papier."),
    N_("Découvrir le magazine"),
)
DONATE = (
    N_("Grâce à vous, nous pouvons agir"),
    N_("Chaque don, petit ou grand, fait avancer les droits humains et garantit notre indépendance."),
    N_("Faire un don"),
)


def button(kind: ContentKind | None, language: Language) -> str:
    """What a block's button says where nobody wrote anything else."""
    return _say(language, BUTTONS[kind] if kind else FREE_BUTTON)


def house_blocks(organisation: Organisation, language: Language) -> dict[Section, ProposedBlock]:
    """The blocks that speak of the house itself; one whose address is not in the settings is left out."""
    found = {}
    for section, url, (title, intro, label) in (
        (Section.MAGAZINE, organisation.magazine_url, MAGAZINE),
        (Section.DONATE, organisation.donate_url, DONATE),
    ):
        if url:
            found[section] = ProposedBlock(
                section=section,
                why=Why.HOUSE,
                title=_say(language, title),
                intro=_say(language, intro),
                button=_say(language, label),
                url=url,
            )
    return found


def greeting(language: Language) -> str:
    """How a reader is greeted; `((prénom|…))` is the first name, or the word for readers whose name we do not know."""
    return _say(language, GREETING)


def subject(blocks: Sequence[ProposedBlock]) -> str:
    """The title of the top story (else of the first thing), cut between words to fit a subject line."""
    stories = _stories(blocks)
    return cut(stories[0].title, SUBJECT_AT_MOST) if stories else ""


def preheader(blocks: Sequence[ProposedBlock]) -> str:
    """What else is in it: the titles after the first, as many as fit, the last one cut if need be."""
    line = ""
    for story in _stories(blocks)[1:]:
        longer = f"{line} · {story.title}" if line else story.title
        if len(longer) > PREHEADER_AT_MOST:
            return line or cut(story.title, PREHEADER_AT_MOST)
        line = longer
    return line


def cut(text: str, at_most: int) -> str:
    """`text` on one line and at most that long, cut between words and closed with “…” where it had to be."""
    line = one_line(text)
    if len(line) <= at_most:
        return line
    kept = line[: at_most - 1]
    if line[at_most - 1] != " " and " " in kept:
        kept = kept.rpartition(" ")[0]
    return kept.rstrip(" ,;:.!?·–—-«(") + "…"


def one_line(text: str) -> str:
    """`text` without line ends or other control characters, single spaces between words (hard spaces stay)."""
    spaced = "".join(c if c.isprintable() or c in "\u00a0\u202f" else " " for c in text)
    return " ".join(word for word in spaced.split(" ") if word)


def _stories(blocks: Sequence[ProposedBlock]) -> list[ContentItem]:
    stories = [(block.section, block.content) for block in blocks if block.content]
    return [item for _, item in sorted(stories, key=lambda pair: pair[0] is not Section.TOP)]


def _say(language: Language, sentence: str) -> str:
    spoken: str = translations(language).ugettext(sentence)
    return spoken
