"""The words of data protection: what is asked, by which way, and where it stands."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.privacy.model import RequestKind, RequestState, RequestWay

KINDS: dict[RequestKind, str] = {
    RequestKind.ACCESS: N_("Voir ses données"),
    RequestKind.PORTABILITY: N_("Emporter ses données"),
    RequestKind.RECTIFICATION: N_("Corriger ses données"),
    RequestKind.OBJECTION: N_("S’opposer à un usage"),
    RequestKind.RESTRICTION: N_("Geler ses données"),
    RequestKind.ERASURE: N_("Être oublié·e"),
}

WAYS: dict[RequestWay, str] = {
    RequestWay.WEB: N_("sur le site"),
    RequestWay.EMAIL: N_("par e-mail"),
    RequestWay.LETTER: N_("par courrier"),
    RequestWay.PHONE: N_("par téléphone"),
    RequestWay.IN_PERSON: N_("de vive voix"),
}

STATES: dict[RequestState, str] = {
    RequestState.OPEN: N_("À répondre"),
    RequestState.ANSWERED: N_("Répondu"),
    RequestState.DECLINED: N_("Refusé, avec la raison"),
    RequestState.TAKEN_BACK: N_("Repris par la personne"),
}
