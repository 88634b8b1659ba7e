"""An edition as its templates see it: finished words, safe links, nothing left to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from crm.foundation.settings import Organisation
from crm.foundation.translation import french_spaces
from crm.values.languages import Language
from mailing.composition.model import Block, Edition, Newsletter, Section
from mailing.content.model import ContentKind, TermKind
from mailing.rendering.giving import with_code
from mailing.rendering.moments import when
from mailing.rendering.words import Paragraph, Run, link, one_line, paragraphs, replaced, tidy, typeset

LABELS_AT_MOST = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A country or theme on a card."""

    text: str
    is_country: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One thing in an edition. What it has nothing to say about is empty or None."""

    section: Section
    kind: ContentKind | None
    title: str
    intro: tuple[Paragraph, ...]
    button: str
    url: str
    image_url: str
    labels: tuple[Label, ...]
    author: str
    closes_on: date | None
    starts_on: date | None
    when: str
    when_in_full: str

    @property
    def asks(self) -> bool:
        """True for what one does rather than reads."""
        return self.kind is ContentKind.PETITION or self.section in (Section.PETITIONS, Section.DONATE)

    @property
    def countries(self) -> str:
        """The countries it speaks of, in one breath."""
        return ", ".join(label.text for label in self.labels if label.is_country)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A section and its cards, at least one."""

    section: Section
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionWords:
    """Everything in an edition that editors wrote or chose."""

    subject: str
    preheader: str
    greeting: tuple[Paragraph, ...]
    opening: tuple[Paragraph, ...]
    parts: tuple[Part, ...]


def edition_words(
    edition: Edition,
    newsletter: Newsletter,
    organisation: Organisation,
    *,
    placeholders: Mapping[str, str],
) -> EditionWords:
    """The words of an edition, in the order of its newsletter's layout.

    `placeholders` are the values of those that editors may use. Raises `UnknownPlaceholder` for any other.
    """
    is_appeal = edition.among is not None and edition.among.appeal_id is not None
    scribe = _Scribe(newsletter.language, placeholders, organisation if is_appeal else None)
    order = [plan.section for plan in newsletter.layout]
    sections = [*order, *(section for section in Section if section not in order)]
    parts = (
        Part(section=section, cards=tuple(scribe.card(block, organisation) for block in edition.in_section(section)))
        for section in sections
    )
    return EditionWords(
        subject=scribe.line(edition.subject, field="subject"),
        preheader=scribe.line(edition.preheader, field="preheader"),
        greeting=scribe.text(edition.greeting, field="greeting"),
        opening=scribe.text(edition.opening, field="opening"),
        parts=tuple(part for part in parts if part.cards),
    )


def own_texts(edition: Edition) -> tuple[str, ...]:
    """The texts in which placeholders mean something: those written for this edition, not the library's."""
    texts = [edition.subject, edition.preheader, edition.greeting, edition.opening]
    for block in edition.blocks:
        texts += [text for text, library in _pairs(block) if text != library]
    return tuple(texts)


def _pairs(block: Block) -> tuple[tuple[str, str | None], ...]:
    item = block.content
    return (
        (block.title, item.title if item else None),
        (block.intro, item.intro if item else None),
        (block.button, None),
    )


@dataclass(frozen=True, slots=True)
class _Scribe:
    """Writes in one language, with the placeholders of one edition."""

    language: Language
    placeholders: Mapping[str, str]
    asking: Organisation | None = None
    """Whose pages to give on are told the appeal's code; None where the edition belongs to none."""

    @property
    def _spaces(self) -> Callable[[str], str]:
        return french_spaces if self.language is Language.FR else str

    def line(self, text: str, *, field: str, library: str | None = None) -> str:
        return self._own(one_line(text), field, is_own=text != library)

    def text(self, text: str, *, field: str, library: str | None = None, ending: str = "") -> tuple[Paragraph, ...]:
        whole = self._own(tidy(text) + ending, field, is_own=text != library)
        return typeset(self._coded(paragraphs(whole)), self._spaces)

    def _coded(self, words: tuple[Paragraph, ...]) -> tuple[Paragraph, ...]:
        if self.asking is None:
            return words
        return tuple(
            tuple(tuple(Run(run.text, self._link(run.url)) for run in line) for line in paragraph)
            for paragraph in words
        )

    def _link(self, url: str) -> str:
        return url if self.asking is None or not url else with_code(url, self.asking)

    def _own(self, text: str, field: str, *, is_own: bool) -> str:
        return replaced(text, self.placeholders, field=field) if is_own else text

    def card(self, block: Block, organisation: Organisation) -> Card:
        item = block.content
        (title, own_title), (intro, own_intro), (button, _) = _pairs(block)
        terms = item.terms if item else ()
        return Card(
            section=block.section,
            kind=item.kind if item else None,
            title=self._spaces(self.line(title, field="title", library=own_title)),
            intro=self.text(intro, field="intro", library=own_intro, ending="…" if block.intro_is_cut else ""),
            button=self._spaces(self.line(button, field="button")),
            url=self._link(link(block.url) or link(item.url if item else _house_url(block.section, organisation))),
            image_url=link(item.image_url) if item else "",
            labels=tuple(
                Label(text=one_line(term.label), is_country=term.kind is TermKind.COUNTRY)
                for term in sorted(terms, key=lambda term: term.kind is not TermKind.COUNTRY)[:LABELS_AT_MOST]
            ),
            author=one_line(item.author) if item else "",
            closes_on=item.closes_on if item else None,
            starts_on=item.starts_on if item else None,
            when=one_line(when(item, self.language, in_full=False)) if item else "",
            when_in_full=one_line(when(item, self.language, in_full=True)) if item else "",
        )


def _house_url(section: Section, organisation: Organisation) -> str:
    return {Section.DONATE: organisation.donate_url, Section.MAGAZINE: organisation.magazine_url}.get(section, "")
