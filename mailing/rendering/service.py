"""The door of rendering: an edition or a letter becomes a finished mail, once for all its readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm.foundation.settings import Organisation
from crm.foundation.templating import environment, locale_filters
from crm.foundation.translation import translations
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from mailing.composition.model import Edition, Newsletter
from mailing.rendering.errors import WrongFacts
from mailing.rendering.fill import fill_text
from mailing.rendering.identity import enterprise_number
from mailing.rendering.inline_css import inlined
from mailing.rendering.model import LetterKind, RenderedEmail, Slot
from mailing.rendering.slots import mark
from mailing.rendering.view import edition_words, own_texts
from mailing.rendering.words import FIRST_NAME, fallback_of, one_line, replaced, tidy
from mailing.rendering.wrapping import letter, underlined, wrapped


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Marks a French sentence for the catalogues."""
    return text


NAMELESS = N_("ami·e")
TRIAL = N_("[Test] %(subject)s")
PADDING = "\u034f\u200c\u00a0" * 60
"""What fills a preview line after a short preheader, so that no program goes on reading into the letter."""

_BARE = {kind: frozenset[str]() for kind in (LetterKind.INVITATION, LetterKind.RESET, LetterKind.VISIT)}
_OTHER = {
    LetterKind.RECEIPT: frozenset({"said"}),
    LetterKind.ANCHOR: frozenset({"heads"}),
    LetterKind.THANKS: frozenset({"given"}),
    LetterKind.PAYMENT: frozenset({"amount", "on"}),
    LetterKind.NOTICE: frozenset({"amount", "rhythm", "on", "reference", "creditor", "tail"}),
    LetterKind.ORIGIN: frozenset({"source"}),
    LetterKind.STILL: frozenset({"purposes", "until"}),
    LetterKind.ISSUE: frozenset({"title", "link"}),
    LetterKind.NUMBER: frozenset({"year"}),
    LetterKind.ATTESTATION: frozenset({"year"}),
    LetterKind.FEE: frozenset({"until", "fee"}),
    LetterKind.ASSEMBLY: frozenset({"title", "on", "place", "agenda"}),
    LetterKind.SERIES: frozenset({"subject", "paragraphs"}),
}
NEEDED = {kind: frozenset({"purposes"}) for kind in LetterKind} | _BARE | _OTHER
ALLOWED = _BARE | {
    LetterKind.ANCHOR: frozenset({"heads"}),
    LetterKind.CONFIRM: frozenset({"purposes", "words"}),
    LetterKind.ALREADY: frozenset({"purposes"}),
    LetterKind.WELCOME: frozenset({"purposes", "words"}),
    LetterKind.RECEIPT: frozenset({"said", "words"}),
    LetterKind.GOODBYE: frozenset({"purposes", "kept"}),
    LetterKind.AGAIN: frozenset({"purposes"}),
    LetterKind.THANKS: frozenset({"given", "first"}),
    LetterKind.PAYMENT: frozenset({"amount", "on"}),
    LetterKind.NOTICE: frozenset({"amount", "rhythm", "on", "reference", "creditor", "tail"}),
    LetterKind.ORIGIN: frozenset({"source"}),
    LetterKind.STILL: frozenset({"purposes", "words", "until"}),
    LetterKind.ISSUE: frozenset({"title", "link"}),
    LetterKind.NUMBER: frozenset({"year"}),
    LetterKind.ATTESTATION: frozenset({"year", "again"}),
    LetterKind.FEE: frozenset({"until", "fee"}),
    LetterKind.ASSEMBLY: frozenset({"title", "on", "place", "agenda"}),
    LetterKind.SERIES: frozenset({"subject", "paragraphs"}),
}


def render_edition(
    edition: Edition,
    newsletter: Newsletter,
    organisation: Organisation,
    *,
    public_url: str,
    is_test: bool = False,
) -> RenderedEmail:
    """An edition as all its readers get it; with `is_test`, a banner and the subject say that it is a trial.

    Editors may write `((prénom))` or `((prénom|ami·e))`, `((numéro))` and `((date))`. Raises `UnknownPlaceholder` for
    any other, `TwoFallbacks`.
    """
    language = newsletter.language
    values = _placeholders(edition, language)
    words = edition_words(edition, newsletter, organisation, placeholders=values)
    trial = translations(language).ugettext(TRIAL)
    return _email(
        "edition",
        language,
        organisation,
        subject=trial % {"subject": words.subject} if is_test else words.subject,
        preheader=words.preheader,
        first_name_fallback=_fallback(edition, language),
        public_url=public_url,
        newsletter=newsletter,
        number=edition.number,
        sent_on=brussels_day(edition.due_at),
        words=words,
        is_test=is_test,
    )


def public_subject(edition: Edition, newsletter: Newsletter) -> str:
    """The subject as a reader without a first name gets it: for lists and archives. Raises as `render_edition`."""
    line = replaced(one_line(edition.subject), _placeholders(edition, newsletter.language), field="subject")
    return fill_text(line, {Slot.FIRST_NAME: ""})


def _placeholders(edition: Edition, language: Language) -> dict[str, str]:
    return {
        FIRST_NAME: mark(Slot.FIRST_NAME, _fallback(edition, language)),
        "numéro": str(edition.number),
        "date": locale_filters(language)["day"](brussels_day(edition.due_at), "plain"),
    }


def _fallback(edition: Edition, language: Language) -> str:
    nameless: str = translations(language).ugettext(NAMELESS)
    return fallback_of(own_texts(edition)) or nameless


def render_letter(
    kind: LetterKind,
    language: Language,
    organisation: Organisation,
    *,
    public_url: str,
    facts: Mapping[str, str | Sequence[str]],
) -> RenderedEmail:
    """A letter to one person. Each fact is a line or several; the same facts make the same letter.

    Those to colleagues, and the link to one's own space, take no facts; `ANCHOR` takes the `heads` of the ledgers,
    `RECEIPT` what was `said`, `THANKS` what was `given` (and something in `first` where it is a first gift), `PAYMENT`
    which `amount` came and `on` which day, `NOTICE` what will be asked of a bank, `ORIGIN`
    the `source` of somebody's data, `ISSUE` the `title` and the `link` of a magazine, `NUMBER` and `ATTESTATION` a
    `year` (and something in `again` where it reminds), `FEE` the day `until` which and the `fee`, `ASSEMBLY` what our
    colleagues wrote of it, `SERIES` what `render_series` made of their words, all others `purposes`, the names of what
    it is about. `words`
    are the exact texts that were shown; `GOODBYE` may have `kept`, what is still received. No letter has a place for
    what a visitor typed: a stranger could use it to speak in our name. Raises `WrongFacts` for a fact too many or one
    that lacks.
    """
    if not NEEDED[kind] <= facts.keys() <= ALLOWED[kind]:
        raise WrongFacts(f"a letter {kind} takes {sorted(ALLOWED[kind])}, not {sorted(facts)}")
    lines = {name: _lines(facts.get(name, ())) for name in ALLOWED[kind]}
    spoken = environment(language)
    folder = f"mail/{kind}"
    return _email(
        kind.value,
        language,
        organisation,
        subject=one_line(spoken.get_template(f"{folder}/subject.txt").render(organisation=organisation, facts=lines)),
        preheader=one_line(spoken.get_template(f"{folder}/preheader.txt").render(organisation=organisation)),
        public_url=public_url,
        facts=lines,
    )


def render_series(
    language: Language, organisation: Organisation, *, public_url: str, subject: str, text: str
) -> RenderedEmail:
    """A letter of the welcome series, in a colleague's words: lines of `text` are paragraphs.

    They may write `((prénom))` or `((prénom|ami·e))`. Raises `UnknownPlaceholder` (field `subject-fr`, `text-fr`…) for
    any other, `TwoFallbacks`.
    """
    nameless: str = translations(language).ugettext(NAMELESS)
    fallback = fallback_of((subject, text)) or nameless
    values = {FIRST_NAME: mark(Slot.FIRST_NAME, fallback)}
    lines = tuple(one_line(line) for line in tidy(text).splitlines())
    preheader = environment(language).get_template("mail/series/preheader.txt").render(organisation=organisation)
    return _email(
        LetterKind.SERIES.value,
        language,
        organisation,
        # Marks are put in last: what a colleague typed cannot hold one.
        subject=replaced(one_line(subject), values, field=f"subject-{language}"),
        preheader=one_line(preheader),
        public_url=public_url,
        first_name_fallback=fallback,
        facts={"paragraphs": tuple(replaced(line, values, field=f"text-{language}") for line in lines if line)},
    )


def _lines(value: str | Sequence[str]) -> tuple[str, ...]:
    texts = value.splitlines() if isinstance(value, str) else value
    return tuple(line for line in map(one_line, texts) if line)


def _email(
    folder: str,
    language: Language,
    organisation: Organisation,
    *,
    subject: str,
    preheader: str,
    public_url: str,
    first_name_fallback: str = "",
    **values: Any,
) -> RenderedEmail:
    templates = environment(language)
    shown = values | {
        "subject": subject,
        "preheader": preheader,
        "organisation": organisation,
        "enterprise_number": enterprise_number(organisation.enterprise_number),
        "archives_url": f"{public_url}/archives",
        "marks": {slot.value: mark(slot) for slot in Slot},
    }
    html = templates.get_template(f"mail/{folder}/body.html").render(shown, padding=PADDING)
    text = templates.get_template(f"mail/{folder}/body.txt").render(
        shown, wrapped=wrapped, underlined=underlined, letter=letter
    )
    return RenderedEmail(
        language=language,
        subject=subject,
        preheader=preheader,
        html=inlined(html),
        text=text.strip() + "\n",
        first_name_fallback=first_name_fallback,
    )
