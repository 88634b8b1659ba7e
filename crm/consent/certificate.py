"""The one-page certificate of a proof: its words, in the person's language, for `templates/documents/consent.typ`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.consent.model import Act, Channel, Way
from crm.consent.proofs import Proof, ProvenAct
from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.values.calendar import brussels_day
from crm.values.languages import Language

ACTS = {
    Act.ANNULLED: N_("noté par erreur"),
    Act.IMPORTED: N_("repris d’un ancien fichier, sans preuve"),
    Act.REQUESTED: N_("demandé, à confirmer"),
    Act.GIVEN: N_("permis"),
    Act.EXPIRED: N_("devenu trop ancien"),
    Act.REFUSED: N_("refusé"),
    Act.WITHDRAWN: N_("retiré"),
    Act.OBJECTED: N_("opposition"),
}
WAYS = {
    Way.WEB: N_("page d’inscription"),
    Way.CONFIRMATION: N_("lien de confirmation reçu par mail"),
    Way.ONE_CLICK: N_("bouton du programme de messagerie"),
    Way.UNSUBSCRIBE_PAGE: N_("page de désinscription"),
    Way.PREFERENCES: N_("page « Mes choix »"),
    Way.STAFF: N_("noté par l’équipe, à votre demande"),
    Way.PAPER: N_("formulaire papier"),
    Way.PHONE: N_("par téléphone"),
    Way.FACE_TO_FACE: N_("de vive voix"),
    Way.API: N_("notre site ou un partenaire"),
    Way.IMPORT: N_("fichier repris"),
    Way.RETENTION: N_("règle de conservation"),
    Way.BOUNCE: N_("mail revenu"),
    Way.COMPLAINT: N_("plainte"),
}
CHANNELS = {
    Channel.EMAIL: N_("par e-mail"),
    Channel.SMS: N_("par SMS"),
    Channel.PHONE: N_("par téléphone"),
    Channel.POST: N_("par courrier"),
}
TITLE = N_("Ce que vous nous avez permis")
NAMELESS = N_("la personne de cette fiche")
YES = N_("Le %(day)s, %(who)s permettait à %(house)s de lui écrire %(channel)s pour « %(purpose)s ».")
NO = N_("Le %(day)s, %(who)s ne permettait pas à %(house)s de lui écrire %(channel)s pour « %(purpose)s ».")
SOUND = N_(
    "Chaque acte porte un sceau que seule la maison peut faire ; en écrivant cette page, tous ont été vérifiés et sont "
    "intacts. Dernier acte : n° %(number)s, sceau %(mark)s."
)
UNSOUND = N_("Attention : au moins un acte n’est plus tel qu’il a été écrit. Cette page ne prouve rien.")
EARLIER = N_("Et %(number)s plus tôt, que le registre garde dans l’ordre.")
MOST_ACTS = 8
"""Acts that fit on the one page beside the words that were shown: the last ones."""
SILENT = N_("Le registre ne contient aucun acte de cette personne pour cela.")


def facts(proof: Proof, language: Language, organisation: Organisation) -> Mapping[str, Any]:
    """All that stands on the page, finished."""
    day, instant = locale_filters(language)["day"], locale_filters(language)["instant"]
    last = proof.last
    details = [
        [say(language, N_("Personne")), f"{_who(proof, language)} · {proof.person.member_number}".strip(" ·")],
        [say(language, N_("Pour quoi")), proof.purpose.name(language)],
        [say(language, N_("De quelle façon")), say(language, CHANNELS[proof.channel])],
    ]
    if last is not None:
        point = proof.person.at(last.event.address_key)
        details += [[say(language, N_("À quelle adresse")), point.value]] if point else []
        details += [
            [say(language, N_("Dernier mot")), say(language, ACTS[last.event.act])],
            [say(language, N_("Quand")), instant(last.event.occurred_at)],
            [say(language, N_("Comment")), say(language, WAYS[last.event.way])],
        ]
    shown = proof.shown
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "finding": say(
            language,
            YES if proof.is_yes else NO,
            day=day(brussels_day(proof.at), "plain"),
            who=_who(proof, language),
            house=organisation.name,
            channel=say(language, CHANNELS[proof.channel]),
            purpose=proof.purpose.name(language),
        ),
        "details": details,
        "quote_title": say(language, N_("Les mots qui étaient montrés")),
        "quote": shown.text if shown else "",
        "quote_language": shown.language.value if shown else language.value,
        "events_title": say(language, N_("Tout ce qui a été dit, dans l’ordre")),
        "columns": [say(language, word) for word in (N_("Quand"), N_("Ce qui a été dit"), N_("Comment"), N_("Sceau"))],
        "events": [
            [
                instant(act.event.occurred_at, "short"),
                say(language, ACTS[act.event.act]),
                say(language, WAYS[act.event.way]),
                act.mark[:12],
            ]
            for act in proof.acts[-MOST_ACTS:]
        ],
        "earlier": say(language, EARLIER, number=len(proof.acts) - MOST_ACTS) if len(proof.acts) > MOST_ACTS else "",
        "proof": _proof(proof, language, last),
    }


def _who(proof: Proof, language: Language) -> str:
    return proof.person.full_name or say(language, NAMELESS)


def _proof(proof: Proof, language: Language, last: ProvenAct | None) -> str:
    if last is None:
        return say(language, SILENT)
    if not proof.is_whole:
        return say(language, UNSOUND)
    return say(language, SOUND, number=last.event.id, mark=last.mark)
