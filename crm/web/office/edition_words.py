"""The words and shapes of editions: states, reasons, sections and flaws, as the office says them."""

from __future__ import annotations

from crm.web.words import N_
from mailing.composition.model import Because, EditionState, Flaw, Frequency, LeftOut, Section, Why
from mailing.content.model import ContentKind
from mailing.rendering.model import FindingCode

STATES: dict[EditionState, tuple[str, str]] = {
    EditionState.DRAFT: (N_("Brouillon"), "draft"),
    EditionState.APPROVED: (N_("Approuvée"), "wait"),
    EditionState.HELD: (N_("Retenue"), "warn"),
    EditionState.SENDING: (N_("En cours d’envoi"), "live"),
    EditionState.PAUSED: (N_("En pause"), "warn"),
    EditionState.SENT: (N_("Envoyée"), "done"),
    EditionState.SKIPPED: (N_("Passée"), "note"),
    EditionState.CANCELLED: (N_("Annulée"), "stop"),
}

BECAUSE: dict[Because, str] = {
    Because.NOTHING_NEW: N_("Rien de nouveau : pas assez de contenus jamais envoyés."),
    Because.MISSED: N_("L’heure est passée alors que l’horloge était arrêtée."),
    Because.SUPERSEDED: N_("Pas approuvée à temps : l’édition suivante a pris sa place."),
    Because.LATE: N_("L’horloge était arrêtée à l’heure prévue. Il est tard : dites si elle doit encore partir."),
    Because.CHANGED: N_("Une date ou une image a changé depuis l’approbation. Relisez-la avant qu’elle parte."),
    Because.NOT_READY: N_("Elle ne peut plus partir telle quelle : voyez ce qui est à corriger."),
    Because.BY_A_PERSON: N_("Une personne de l’équipe l’a annulée."),
}
NOTHING_NEW_SINCE = N_("Rien de nouveau depuis le %(day)s : pas assez de contenus jamais envoyés.")

SECTIONS: dict[Section, str] = {
    Section.TOP: N_("À la une"),
    Section.NEWS: N_("Actualités"),
    Section.PETITIONS: N_("Pétitions"),
    Section.EVENTS: N_("Agenda"),
    Section.BLOG: N_("Blog"),
    Section.MAGAZINE: N_("Magazine"),
    Section.DONATE: N_("Don"),
}

KINDS: dict[ContentKind, str] = {
    ContentKind.ARTICLE: N_("Article"),
    ContentKind.PETITION: N_("Pétition"),
    ContentKind.EVENT: N_("Événement"),
    ContentKind.BLOG: N_("Billet"),
}

WHYS: dict[Why, str] = {
    Why.TOP_STORY: N_("la plus récente, avec une image et une introduction entière si possible"),
    Why.NEW: N_("nouveau depuis la dernière édition"),
    Why.NOT_SENT_YET: N_("n’avait pas trouvé place la fois passée"),
    Why.CLOSES_SOON: N_("se clôture bientôt"),
    Why.STILL_OPEN: N_("encore ouverte"),
    Why.SENT_LONG_AGO: N_("déjà envoyée il y a plus de quatre semaines, encore ouverte"),
    Why.COMING: N_("à venir"),
    Why.GOING_ON: N_("en cours"),
    Why.HOUSE: N_("bloc de la maison"),
    Why.BY_HAND: N_("ajouté à la main"),
}

LEFT_OUT: dict[LeftOut, str] = {
    LeftOut.HIDDEN: N_("masqué dans la bibliothèque"),
    LeftOut.ALREADY_SENT: N_("déjà envoyé"),
    LeftOut.CLOSED: N_("close avant l’heure d’envoi"),
    LeftOut.OVER: N_("passé à l’heure d’envoi"),
    LeftOut.TOO_FAR: N_("dans plus de cinq semaines"),
    LeftOut.TOO_OLD: N_("ancien"),
    LeftOut.SAME_COUNTRY: N_("déjà deux sujets de ce pays"),
    LeftOut.SAME_STORY: N_("même sujet qu’un autre bloc"),
    LeftOut.NO_ROOM: N_("plus de place"),
}

FLAWS: dict[Flaw, str] = {
    Flaw.NO_SUBJECT: N_("L’objet est vide."),
    Flaw.LONG_SUBJECT: N_("L’objet est long : au-delà de 90 signes, la fin ne se lit pas."),
    Flaw.NO_PREHEADER: N_("L’aperçu est vide : la messagerie montrera le premier texte venu."),
    Flaw.NO_BLOCKS: N_("L’édition est vide."),
    Flaw.NO_TITLE: N_("Ce bloc n’a pas de titre."),
    Flaw.BAD_LINK: N_("Le lien de ce bloc n’est pas une adresse web."),
    Flaw.PETITION_CLOSED: N_("Cette pétition sera close à l’heure de l’envoi."),
    Flaw.EVENT_OVER: N_("Cet événement sera passé à l’heure de l’envoi."),
    Flaw.CUT_INTRO: N_("Le site a coupé cette introduction : complétez-la ou terminez-la."),
    Flaw.SENT_BEFORE: N_("Ceci a déjà paru dans une édition précédente."),
    Flaw.TWICE: N_("Ce contenu figure deux fois."),
}

RENDERING: dict[FindingCode, str] = {
    FindingCode.TEXT_EMPTY: N_("La version en texte seul est vide."),
    FindingCode.TOO_HEAVY: N_("La lettre est trop lourde : certaines messageries n’en montreront que le début."),
    FindingCode.LANGUAGE_MISSING: N_("La langue de la lettre n’est pas indiquée."),
    FindingCode.TITLE_MISSING: N_("La lettre n’a pas de titre."),
    FindingCode.ALT_MISSING: N_("Une image n’a pas de texte de remplacement."),
    FindingCode.LINK_EMPTY: N_("Un lien n’a pas de texte."),
    FindingCode.LINK_NOWHERE: N_("Un lien ne mène nulle part."),
    FindingCode.LINK_UNSAFE: N_("Un lien n’est pas une adresse web."),
    FindingCode.HEADING_ORDER: N_("Les titres se suivent mal pour qui les écoute."),
    FindingCode.TABLE_ROLE: N_("Un tableau de mise en page n’est pas annoncé comme tel."),
    FindingCode.SMALL_TYPE: N_("Un texte est écrit trop petit."),
    FindingCode.NO_UNSUBSCRIBE: N_("Le lien de désinscription manque."),
    FindingCode.PLACEHOLDER_LEFT: N_("Un champ entre doubles parenthèses n’est pas connu."),
}

UNKNOWN_PLACEHOLDER = N_("Le champ ((%(name)s)) n’existe pas. Vous pouvez écrire ((prénom)), ((numéro)) ou ((date)).")
TWO_FALLBACKS = N_("Deux mots différents remplacent le prénom absent : gardez-en un.")
LEAVES_AT = N_("le %(day)s à %(time)s")
UNWRITABLE = N_("Ces mots ne peuvent pas devenir une lettre : vérifiez ce que vous avez écrit.")

FREQUENCIES: dict[Frequency, str] = {
    Frequency.WEEKLY: N_("Chaque semaine"),
    Frequency.FORTNIGHTLY: N_("Toutes les deux semaines"),
    Frequency.MONTHLY: N_("Chaque mois, le premier"),
}

WEEKDAYS = (
    N_("lundi"),
    N_("mardi"),
    N_("mercredi"),
    N_("jeudi"),
    N_("vendredi"),
    N_("samedi"),
    N_("dimanche"),
)

CADENCES: dict[Frequency, str] = {
    Frequency.WEEKLY: N_("Chaque %(weekday)s à %(hour)s"),
    Frequency.FORTNIGHTLY: N_("Un %(weekday)s sur deux à %(hour)s"),
    Frequency.MONTHLY: N_("Le premier %(weekday)s du mois à %(hour)s"),
}
