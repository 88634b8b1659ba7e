"""What somebody said over time, in words they can read: each choice, by which way, on which words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.consent import paces
from crm.consent import service as consent
from crm.consent.model import Act, ConsentEvent, Way
from crm.consent.pace import PaceEvent, Rhythm
from crm.foundation.templating import locale_filters
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.web.public import page
from crm.web.public.paces import RHYTHMS
from crm.web.words import N_

ACTS: dict[Act, str] = {
    Act.ANNULLED: N_("Une inscription faite par erreur a été annulée : « %(name)s »."),
    Act.IMPORTED: N_("Votre accord pour « %(name)s » a été repris d’un ancien fichier."),
    Act.REQUESTED: N_("Vous avez demandé « %(name)s »."),
    Act.GIVEN: N_("Vous avez dit oui à « %(name)s »."),
    Act.EXPIRED: N_("Votre accord pour « %(name)s » est devenu trop ancien."),
    Act.REFUSED: N_("Vous avez dit non à « %(name)s »."),
    Act.WITHDRAWN: N_("Vous avez arrêté « %(name)s »."),
    Act.OBJECTED: N_("Vous vous êtes opposé·e à « %(name)s »."),
}
WAYS: dict[Way, str] = {
    Way.WEB: N_("sur la page d’inscription"),
    Way.CONFIRMATION: N_("par le lien de confirmation"),
    Way.ONE_CLICK: N_("par le bouton de votre messagerie"),
    Way.UNSUBSCRIBE_PAGE: N_("sur la page de désinscription"),
    Way.PREFERENCES: N_("sur la page de vos choix"),
    Way.STAFF: N_("par notre équipe, à votre demande"),
    Way.PAPER: N_("sur papier"),
    Way.PHONE: N_("par téléphone"),
    Way.FACE_TO_FACE: N_("de vive voix"),
    Way.API: N_("sur notre site ou chez un partenaire"),
    Way.IMPORT: N_("dans un fichier que nous avons reçu"),
    Way.RETENTION: N_("par notre règle de conservation"),
    Way.BOUNCE: N_("parce que nos messages revenaient"),
    Way.COMPLAINT: N_("parce qu’un message a été signalé"),
}
PACED = N_("Vous avez choisi votre rythme : %(choice)s.")
PAUSED = N_("Vous avez demandé une pause jusqu’au %(day)s.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing that was said: when, in a sentence, by which way, and the very words that were shown."""

    at: datetime
    text: str
    way: str
    words: tuple[str, ...] = ()
    words_language: str = ""


def history(session: Session, person_id: PersonId, speaks: Language) -> tuple[Said, ...]:
    """Everything they said of our letters and of their pace, the newest first; a fixed number of queries."""
    events = consent.history(session, person_id)
    notices = consent.notices(session, [one.notice_id for one in events if one.notice_id is not None])
    names = {purpose.code: purpose.name(speaks) for purpose in consent.purposes(session)}

    def of_consent(event: ConsentEvent) -> Said:
        notice = notices.get(event.notice_id) if event.notice_id else None
        return Said(
            at=event.occurred_at,
            text=page.say(speaks, ACTS[event.act], name=names[event.purpose]),
            way=page.say(speaks, WAYS[event.way]),
            words=tuple(notice.text.splitlines()) if notice else (),
            words_language=notice.language.value if notice else "",
        )

    def of_pace(event: PaceEvent) -> Said:
        return Said(at=event.occurred_at, text=_paced(event, speaks), way=page.say(speaks, WAYS[event.way]))

    told = [of_consent(one) for one in events]
    told += [of_pace(one) for one in paces.latest_events_of(session, person_id, before=None, size=200)]
    return tuple(sorted(told, key=lambda one: one.at, reverse=True))


def _paced(event: PaceEvent, speaks: Language) -> str:
    if event.pause_until_on is not None and event.rhythm is Rhythm.EVERY_LETTER:
        return page.say(speaks, PAUSED, day=_day(event.pause_until_on, speaks))
    return page.say(speaks, PACED, choice=page.say(speaks, RHYTHMS[event.rhythm]))


def _day(day: date, speaks: Language) -> str:
    found: str = locale_filters(speaks)["day"](day, "plain")
    return found
