"""Words by which files name a channel, and what one may be addressed for. Whole words only."""

from __future__ import annotations

import re

from crm.consent.model import APPEALS, MAGAZINE, Channel
from crm.values.folding import folded

ALL = "*"
"""Chosen for a whole file: all that one may be addressed for; every channel."""

_CHANNELS = {
    (Channel.EMAIL,): "mail mails e-mail e-mails email emails courriel courriels courrier-electronique mailing "
    "nieuwsbrief-per-mail electronique",
    (Channel.POST,): "courrier courriers courrier-postal courrier-papier poste postal lettre lettres publipostage "
    "par-courrier par-la-poste post brief brieven briefpost per-post per-brief postaal direct-mail letter letters",
    (Channel.PHONE,): "telephone tel telephonique telephoniquement par-telephone appel appels appel-telephonique phone "
    "telefoon telefonisch per-telefoon bellen call calls telefon",
    (Channel.SMS,): "sms texto textos sms-bericht sms-berichten per-sms text-message text-messages",
    (Channel.PHONE, Channel.SMS): "gsm mobile portable mobiel cell",
}
_EVERY = (
    "tout tous toutes tous-les-canaux tous-canaux partout alle alles alle-kanalen overal "
    "all any every everything all-channels"
)
_CHANNELS_OF = {word: found for found, words in _CHANNELS.items() for word in words.split()}
_CHANNELS_OF |= dict.fromkeys((*_EVERY.split(), ALL), tuple(Channel))
_CHANNELS_OF |= {channel.value: (channel,) for channel in Channel}
_PURPOSES = {
    APPEALS: "appel appels appels-aux-dons appel-aux-dons sollicitation sollicitations ne-pas-solliciter collecte dons "
    "recolte-de-fonds fondsenwerving giften oproepen appeal appeals fundraising solicitation donations",
    MAGAZINE: "magazine revue le-magazine tijdschrift blad ledenblad journal le-fil",
}
_PURPOSE_OF = {word: code for code, words in _PURPOSES.items() for word in words.split()}
_PURPOSE_OF |= dict.fromkeys(_EVERY.split(), ALL)
_APART = re.compile(r"\s*[,;/+&|]\s*|\s+(?:et|en|and|ou|of|or)\s+")


def channels_of(text: str) -> tuple[Channel, ...] | None:
    """The channels a cell names, each once; None where a word of it is none we know."""
    found: dict[Channel, None] = {}
    for part in _APART.split(folded(text).strip(" .")):
        several = _CHANNELS_OF.get("-".join(part.split()))
        if several is None:
            return None
        found |= dict.fromkeys(several)
    return tuple(found)


def purpose_by_word(text: str) -> str:
    """A purpose that every house has, by one of its common names; `ALL`; or an empty text."""
    return _PURPOSE_OF.get("-".join(folded(text).split()), "")
