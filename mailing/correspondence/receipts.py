"""Receipts of people's own choices: what they allowed or took back, in the words they were shown.

Service mails, never an ask. One a submission, ten a day and mailbox at most (whoever holds a forwarded link could click
on and on); a goodbye once a day, however many letters somebody leaves and however their mail program goes about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.consent.model import Purpose
from crm.consent.pace import Rhythm
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk, Reader
from mailing.correspondence.wishes import shown_lines
from mailing.rendering.model import LetterKind, Slot

MOST_A_DAY = 10

STOPPED = N_("Vous ne recevez plus « %(name)s » à cette adresse.")
PAUSED = N_("Plus aucune lettre jusqu’au %(day)s : elles reprennent ce jour-là.")
DECLARED = N_("Vous nous avez donné votre accord explicite pour garder ce qui vous tient à cœur.")
TAKEN_BACK = N_("Vous avez retiré votre accord : ce qui vous tient à cœur est effacé.")
PACES: dict[Rhythm, str] = {
    Rhythm.EVERY_LETTER: N_("Vous recevez toutes les lettres que vous avez choisies."),
    Rhythm.FORTNIGHTLY: N_("Vous recevez au plus une de nos lettres toutes les deux semaines."),
    Rhythm.MONTHLY: N_("Vous recevez au plus une de nos lettres par mois."),
    Rhythm.QUARTERLY: N_("Vous recevez au plus une de nos lettres tous les trois mois."),
}


def send(
    session: Session,
    desk: Desk,
    reader: Reader,
    *,
    said: Sequence[str],
    words: Iterable[str] = (),
    language: Language,
    at: datetime,
) -> bool:
    """Owes a receipt of what one submission changed; `words` are the exact texts that stood there. True if one is owed.

    Nothing said, nothing owed.
    """
    if not said:
        return False
    facts = {"said": tuple(said), "words": shown_lines(words)}
    return any(
        letters.send(
            session,
            desk,
            LetterKind.RECEIPT,
            reader,
            language=language,
            facts=facts,
            values={Slot.PREFERENCES_URL: letters.preferences_url(desk, reader)},
            at=at,
            nth=number,
        )
        for number in range(1, MOST_A_DAY + 1)
    )


def say_goodbye(
    session: Session,
    desk: Desk,
    reader: Reader,
    *,
    left: Iterable[Purpose],
    kept: Iterable[Purpose],
    language: Language,
    at: datetime,
) -> bool:
    """Owes the acknowledgement that somebody left: which letters, and which they still get. One a day and mailbox."""
    return letters.send(
        session,
        desk,
        LetterKind.GOODBYE,
        reader,
        language=language,
        facts={
            "purposes": tuple(one.name(language) for one in left),
            "kept": tuple(one.name(language) for one in kept),
        },
        values={Slot.PREFERENCES_URL: letters.preferences_url(desk, reader)},
        at=at,
    )


def stopped(purposes: Iterable[Purpose], language: Language) -> list[str]:
    """That those letters do not come any more."""
    return [say(language, STOPPED, name=one.name(language)) for one in purposes]


def paced(pause_until_on: date | None, rhythm: Rhythm, language: Language) -> list[str]:
    """What holds from now on about how often."""
    found = [] if pause_until_on is not None and rhythm is Rhythm.EVERY_LETTER else [say(language, PACES[rhythm])]
    if pause_until_on is not None:
        found.insert(0, say(language, PAUSED, day=locale_filters(language)["day"](pause_until_on, "plain")))
    return found
