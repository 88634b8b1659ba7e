"""The words of imports: why a file is refused, what a row comes to, and why. Marked in French, said by the rims."""

from __future__ import annotations

from crm.consent.model import Channel
from crm.foundation.translation import N_
from crm.imports.dates import DateFormat
from crm.imports.errors import Refused
from crm.imports.layout import Encoding, Quote, Separator
from crm.imports.model import Reason, RowVerdict, RunState

REFUSED: dict[Refused, str] = {
    Refused.EMPTY: N_("Ce fichier est vide."),
    Refused.NO_ROWS: N_("Ce fichier n’a aucune ligne sous ses titres."),
    Refused.TOO_LARGE: N_("Ce fichier dépasse 200 Mo : partagez-le en plusieurs."),
    Refused.NOT_A_TABLE: N_("Ce n’est pas un tableau : apportez un fichier CSV, XLSX ou ODS."),
    Refused.OLD_WORKBOOK: N_("C’est un classeur d’avant 2007, ou protégé : enregistrez-le en XLSX, sans mot de passe."),
    Refused.NUL: N_("Ce fichier n’est pas du texte, ou il est abîmé."),
    Refused.LONG_LINE: N_("La première ligne dépasse un million de caractères : ce n’est pas un tableau de personnes."),
    Refused.OPEN_QUOTE: N_("Un guillemet s’ouvre et ne se ferme pas : tout ce qui suit serait avalé."),
    Refused.TOO_MANY_COLUMNS: N_("Ce tableau a plus de 512 colonnes."),
    Refused.TOO_MANY_ROWS: N_("Ce tableau a plus de deux millions de lignes : partagez-le en plusieurs."),
    Refused.UNFOLDS_TOO_FAR: N_("Ce classeur se déplie bien au-delà de sa taille : il n’a pas été ouvert."),
    Refused.DAMAGED: N_("Ce fichier est abîmé ou coupé : enregistrez-le à nouveau, puis recommencez."),
    Refused.LOCKED: N_("Ce classeur est protégé par un mot de passe : enlevez-le, puis recommencez."),
    Refused.NO_SHEET: N_("Cette feuille n’existe pas dans le classeur."),
    Refused.TOO_HEAVY: N_("Ce classeur demande trop de mémoire : enregistrez la feuille en CSV."),
    Refused.GONE: N_("Le fichier n’est plus gardé : apportez-le de nouveau."),
}

VERDICTS: dict[RowVerdict, tuple[str, str]] = {
    RowVerdict.CREATE: (N_("Nouvelle"), "done"),
    RowVerdict.UPDATE: (N_("Complétée"), "live"),
    RowVerdict.SAME: (N_("Déjà connue"), "draft"),
    RowVerdict.REVIEW: (N_("À décider"), "warn"),
    RowVerdict.ERROR: (N_("En erreur"), "stop"),
}

COUNTED: dict[RowVerdict, str] = {
    RowVerdict.CREATE: N_("Nouvelles"),
    RowVerdict.UPDATE: N_("Complétées"),
    RowVerdict.SAME: N_("Déjà connues"),
    RowVerdict.REVIEW: N_("À décider"),
    RowVerdict.ERROR: N_("En erreur"),
}
"""The same of several rows."""

STATES: dict[RunState, tuple[str, str]] = {
    RunState.READ: (N_("À préparer"), "wait"),
    RunState.CHECKING: (N_("À l’essai…"), "live"),
    RunState.CHECKED: (N_("Essayé, rien d’écrit"), "note"),
    RunState.APPLYING: (N_("En cours…"), "live"),
    RunState.APPLIED: (N_("Importé"), "done"),
    RunState.UNDOING: (N_("Annulation en cours…"), "live"),
    RunState.UNDONE: (N_("Annulé"), "draft"),
    RunState.CANCELLED: (N_("Abandonné"), "draft"),
}

REASONS: dict[Reason, str] = {
    Reason.RAGGED: N_("Cette ligne n’a pas autant de cellules que le titre."),
    Reason.LONG_CELL: N_("Une cellule dépasse 10 000 caractères."),
    Reason.LONG_LINE: N_("Cette ligne dépasse un million de caractères."),
    Reason.DAMAGED_LETTERS: N_("Des lettres sont abîmées (« Ã© » pour « é »)."),
    Reason.CONTROL_CHARACTERS: N_("Une cellule contient des caractères invisibles."),
    Reason.CUT: N_("Le fichier s’arrête au milieu de cette ligne."),
    Reason.NOT_EMAIL: N_("Ce n’est pas une adresse e-mail."),
    Reason.SEVERAL_EMAILS: N_(
        "Un oui vaut pour une seule adresse : gardez celle-là dans cette colonne, les autres dans « Autre adresse "
        "e-mail »."
    ),
    Reason.ONE_A_ROW: N_("Plusieurs dans une cellule : donnez une ligne à chaque adresse et à chaque numéro."),
    Reason.FOR_ADDRESS: N_("Ce oui vaut pour %(what)s, et pour aucune autre adresse de la ligne."),
    Reason.NOT_PHONE: N_("Ce n’est pas un numéro de téléphone : %(what)s."),
    Reason.NOT_DAY: N_("Cette date ne se lit pas dans le format choisi : %(what)s."),
    Reason.TWO_NAMES: N_("« %(what)s » : deux personnes dans une cellule n’en font qu’une : une ligne chacune."),
    Reason.NOT_BIRTH: N_("Personne en vie n’est né·e ce jour-là : %(what)s n’est pas repris."),
    Reason.DAY_TO_COME: N_("Cette date est dans le futur : %(what)s."),
    Reason.NOT_NAME: N_("Ce n’est pas un nom : %(what)s."),
    Reason.NOT_ADDRESS: N_("L’adresse postale ne convient pas : %(what)s."),
    Reason.NOT_LANGUAGE: N_("Cette langue n’est pas une des nôtres."),
    Reason.NOT_TITLE: N_("Cette civilité n’est ni Madame ni Monsieur : elle n’est pas reprise."),
    Reason.NOT_STATE: N_("Ce mot ne dit ni oui ni non : %(what)s."),
    Reason.NOT_PURPOSE: N_("Cette finalité n’existe pas."),
    Reason.NOT_COUNTRY: N_("Ce pays n’est pas connu."),
    Reason.NOT_NUMBER: N_("Ce numéro de membre ne convient pas."),
    Reason.NOT_SILENCEABLE: N_(
        "Ce n’est ni une adresse e-mail, ni un téléphone, ni une empreinte MD5, SHA-1 ou SHA-256."
    ),
    Reason.TOO_LONG: N_("C’est trop long : %(what)s."),
    Reason.LACKING: N_("Il manque : %(what)s."),
    Reason.TOO_YOUNG: N_("Moins de 13 ans : cette ligne n’entre pas, et nous n’en gardons rien."),
    Reason.NOBODY: N_("Cette ligne ne nomme personne."),
    Reason.UNKNOWN_PERSON: N_("Personne n’est connu sous ce numéro du fournisseur."),
    Reason.KEYS_DISAGREE: N_("Ses numéros mènent à des personnes différentes."),
    Reason.NUMBER_OF_ANOTHER: N_("Ce numéro est celui d’une personne d’un autre nom ou prénom."),
    Reason.NUMBER_LIKE_OURS: N_("Ce numéro de membre a la forme des nôtres, et n’est à personne."),
    Reason.EMAIL_OF_ANOTHER: N_("Cette adresse e-mail est celle d’une personne d’un autre nom."),
    Reason.NAMESAKE: N_("Quelqu’un de ce nom y est déjà, avec un autre numéro ou un autre jour de naissance."),
    Reason.SEVERAL_ALIKE: N_("Plusieurs fiches portent ce nom ou ce numéro."),
    Reason.ORGANISATION_UNCLEAR: N_(
        "On ne peut dire quelle organisation c’est : « %(what)s ». Donnez son adresse ou son numéro."
    ),
    Reason.ORGANISATION_NEW: N_("Fait aussi l’organisation « %(what)s »."),
    Reason.ORGANISATION_THERE: N_("L’organisation « %(what)s » est déjà là."),
    Reason.OF_ORGANISATION: N_("Cela est à l’organisation, pas à la personne : « %(what)s »."),
    Reason.TIED: N_("Cette personne : %(what)s cette organisation."),
    Reason.NOT_ORGANISATION_KIND: N_("Cette sorte d’organisation n’est pas connue : « %(what)s »."),
    Reason.NOT_TIE: N_("Ce rôle dans une organisation n’est pas connu : « %(what)s »."),
    Reason.ENTERPRISE_ALONE: N_("Sans nom d’organisation, son numéro d’entreprise n’est pas repris."),
    Reason.NOT_ENTERPRISE: N_(
        "Ce n’est pas un numéro d’entreprise : « %(what)s ». Il a dix chiffres, comme 0418.308.144."
    ),
    Reason.NO_ORGANISATION: N_("Il manque le nom de l’organisation."),
    Reason.NOT_HOUSEHOLD: N_("Une organisation n’a pas de foyer."),
    Reason.AT_HOME: N_("Entre dans le foyer « %(what)s »."),
    Reason.HOUSEHOLD_NAMED: N_("Son foyer reçoit son numéro de l’ancien système : « %(what)s »."),
    Reason.HOUSEHOLD_OTHERWISE: N_("Vit déjà dans un autre foyer : changez-le sur sa fiche si c’est juste."),
    Reason.ENVELOPE_OTHERWISE: N_("L’enveloppe de ce foyer porte un autre nom, qui reste."),
    Reason.NOT_TAG: N_("Ce n’est pas une étiquette : « %(what)s »."),
    Reason.TAGS: N_("Pose l’étiquette « %(what)s »."),
    Reason.TAGS_NEW: N_("Crée l’étiquette « %(what)s » et la pose."),
    Reason.TAG_UNKNOWN: N_(
        "L’étiquette « %(what)s » n’existe pas, et votre rôle n’en crée pas : elle n’est pas posée."
    ),
    Reason.TAG_SENSITIVE: N_("L’étiquette « %(what)s » est sensible, et votre rôle ne la pose pas."),
    Reason.DECEASED: N_("Cette personne est décédée."),
    Reason.DIED: N_("Vient comme personne décédée : rien ne lui sera envoyé."),
    Reason.DIFFERS: N_("Diffère de la fiche, attendra une décision : %(what)s."),
    Reason.ADDS: N_("Ajoute : %(what)s."),
    Reason.ROW_BEFORE: N_("Une ligne au-dessus parle de la même personne."),
    Reason.WENT_IN: N_("Cette même ligne est déjà entrée par un fichier précédent."),
    Reason.CONSENT: N_("Dit oui, avec sa preuve : %(what)s."),
    Reason.WITHDRAWAL: N_("Dit non : %(what)s."),
    Reason.OBJECTION: N_("Ne veut plus : %(what)s."),
    Reason.NOTHING_SAID: N_("Cette ligne ne dit aucun refus : n’entre pas."),
    Reason.NO_KEY: N_("Rien ne dit qui c’est : il faut un numéro, un e-mail, un téléphone, ou un nom et une adresse."),
    Reason.NOBODY_KNOWN: N_("Personne n’a ce numéro : mettez-le dans la liste d’opposition."),
    Reason.NOT_CHANNEL: N_("Ce canal n’est pas connu, ou il en faut un seul : mail, courrier, téléphone, SMS."),
    Reason.NOT_FLAG: N_("Ce mot ne dit pas si la personne ne veut plus : %(what)s."),
    Reason.LEGACY: N_("Ancien oui, sans preuve : gardé, seule une politique datée permet d’y écrire (%(what)s)."),
    Reason.NO_STANDS: N_("A dit non depuis ; un fichier ne rouvre pas un non (%(what)s)."),
    Reason.NOT_CONFIRMED: N_("N’a jamais confirmé : n’entre pas."),
    Reason.SUPPRESSED: N_("Plus rien ne partira vers cette adresse ou ce numéro."),
    Reason.FORGOTTEN: N_("A demandé à être oublié·e : cette ligne n’entre pas, et nous n’en gardons rien."),
    Reason.FAILED: N_("Une erreur inattendue s’est produite à cette ligne : elle est laissée de côté."),
    Reason.SIGNS: N_("Signe : %(what)s."),
    Reason.KEEPS_NAME: N_("Ne veut pas que son nom soit transmis : %(what)s."),
    Reason.HANDS_NAME: N_("Permet que son nom soit transmis : %(what)s."),
    Reason.KEEPS_SINCE: N_("A refusé depuis de transmettre son nom, et le dernier mot vaut : %(what)s."),
    Reason.HANDS_SINCE: N_("A permis depuis de transmettre son nom, et le dernier mot vaut : %(what)s."),
    Reason.NOT_PETITION: N_("Aucune pétition n’a ce code : %(what)s."),
    Reason.NOT_AMOUNT: N_("Ce montant ne se lit pas dans l’écriture choisie."),
    Reason.AMOUNT_UNCLEAR: N_(
        "« %(what)s » : milliers ou décimales ? Choisissez l’écriture de la colonne, ou corrigez la cellule."
    ),
    Reason.NOT_MORE_THAN_NOUGHT: N_("Un don est plus grand que zéro ; un remboursement ne s’importe pas."),
    Reason.NOT_EURO: N_("Ce montant n’est pas en euros."),
    Reason.NOT_METHOD: N_("Ce moyen de paiement n’est pas connu."),
    Reason.NOT_GIFT_KIND: N_("Ce genre de don n’est pas connu."),
    Reason.NOT_FUND: N_("Aucun fonds ouvert n’a ce code : %(what)s."),
    Reason.NOT_SOURCE: N_("Aucun appel n’a ce code source : %(what)s."),
    Reason.GIVES: N_("Donne %(what)s."),
    Reason.GIFT_THERE: N_("Ce paiement est déjà là : %(what)s."),
    Reason.GIFT_OTHERWISE: N_("Ce paiement est déjà là, avec un autre montant : %(what)s."),
    Reason.GIFT_ALIKE: N_(
        "Cette personne a déjà un don de ce jour et de ce montant (%(what)s) : si c’en est un autre, "
        "donnez-lui une référence."
    ),
    Reason.NOT_ACCOUNT: N_("Ce numéro de compte ne convient pas : un chiffre manque, ou est faux."),
    Reason.NOT_RHYTHM: N_("Ce rythme n’est pas connu : tous les 1, 2, 3, 6 ou 12 mois."),
    Reason.NOT_PLAN_STATE: N_("Cet état ne dit ni en cours ni terminé."),
    Reason.NOT_REFERENCE: N_("Une banque refuserait cette référence : 35 lettres et chiffres au plus, sans espace."),
    Reason.NOT_DAY_OF_MONTH: N_("Ce n’est pas un jour du mois, de 1 à 31."),
    Reason.FEE_TOO_LARGE: N_("La part de cotisation dépasse le montant."),
    Reason.MANDATE_ASLEEP: N_("Ce mandat n’a plus servi depuis 36 mois : il faut en signer un autre."),
    Reason.PROMISES: N_("Promet %(what)s."),
    Reason.PLAN_THERE: N_("Ce don régulier est déjà là : %(what)s."),
    Reason.PLAN_OTHERWISE: N_("Ce don régulier est déjà là, avec d’autres termes : %(what)s. Changez-le sur sa page."),
    Reason.PLAN_ACCOUNT: N_("Ce don régulier est déjà là, d’un autre compte : changez-le sur sa page si c’est juste."),
    Reason.PLAN_OF_ANOTHER: N_("Cette référence est celle du don régulier de quelqu’un d’autre."),
    Reason.REFERENCE_TAKEN: N_("Un autre mandat porte déjà cette référence."),
    Reason.NOT_OUTCOME: N_("Ce mot ne dit pas si le don régulier est confirmé ou annulé."),
    Reason.AMENDS: N_("Change le don régulier : %(what)s désormais."),
    Reason.CANCELS: N_("Met fin au don régulier, du jour de l’appel."),
    Reason.NO_PLAN: N_("Cette personne n’a pas un don régulier de ce fournisseur que la ligne désigne."),
    Reason.PLAN_OVER: N_("Ce don régulier a déjà pris fin."),
    Reason.ACCOUNT_OTHERWISE: N_("Donne un autre compte que celui du mandat (%(what)s) : à vous de décider."),
    Reason.ACCOUNT_TAKEN: N_("Le compte du mandat change : %(what)s."),
    Reason.NOT_BASIS: N_("Ce mot n’est pas un titre connu : payé, offert, échange, archives ou équipe."),
    Reason.NOT_FORM: N_("Cette forme n’est ni papier, ni PDF, ni les deux."),
    Reason.NOT_COUNT: N_("Ce nombre ne convient pas : %(what)s."),
    Reason.SUBSCRIBES: N_("Abonne au magazine."),
    Reason.SUBSCRIPTION_THERE: N_("Est déjà abonné·e au magazine, aux mêmes conditions."),
    Reason.SUBSCRIPTION_OTHERWISE: N_("Est déjà abonné·e au magazine, à d’autres conditions : changez-les là."),
    Reason.NOT_MEMBER_KIND: N_("Aucune sorte d’adhésion ouverte ne porte ce nom : %(what)s."),
    Reason.JOINS: N_("Devient membre."),
    Reason.MEMBER_THERE: N_("Est déjà membre, depuis le même jour."),
    Reason.MEMBER_OTHERWISE: N_("Est déjà membre d’une autre façon : changez-le sur la page de l’adhésion."),
    Reason.ATTESTS: N_("Attestation de %(what)s."),
    Reason.PAPER_THERE: N_("Cette attestation est déjà là : %(what)s."),
    Reason.PAPER_OTHERWISE: N_("Cette attestation est déjà là, d’un autre montant : %(what)s."),
    Reason.PAPER_OF_ANOTHER: N_("Ce numéro d’attestation est déjà celui de quelqu’un d’autre."),
    Reason.DIGEST: N_("Empreinte gardée : l’adresse sera écartée dès qu’elle se présentera."),
}

KEPT: dict[str, str] = {
    "changed": N_("a changé depuis : rien n’a été repris"),
    "used": N_("a servi depuis (un mail, un don, une note…) : reste"),
    "decided": N_("quelqu’un a décidé depuis : reste"),
    "gone": N_("n’était déjà plus là"),
    "other-file": N_("un autre fichier le dit aussi : reste par lui"),
}

ENCODINGS: dict[Encoding, str] = {
    Encoding.UTF_8: "UTF-8",
    Encoding.UTF_16_LE: "UTF-16",
    Encoding.UTF_16_BE: "UTF-16 (BE)",
    Encoding.WINDOWS: "Windows-1252",
    Encoding.LATIN_1: "ISO-8859-1",
    Encoding.LATIN_9: "ISO-8859-15",
    Encoding.MAC: "Mac Roman",
    Encoding.DOS: "CP850 (MS-DOS)",
    Encoding.MIXED_WINDOWS: N_("UTF-8 et Windows-1252 mêlés"),
    Encoding.MIXED_MAC: N_("UTF-8 et Mac Roman mêlés"),
    Encoding.MIXED_DOS: N_("UTF-8 et CP850 mêlés"),
}

SEPARATORS: dict[Separator, str] = {
    Separator.SEMICOLON: N_("point-virgule ;"),
    Separator.COMMA: N_("virgule ,"),
    Separator.TAB: N_("tabulation"),
    Separator.BAR: N_("barre |"),
}

QUOTES: dict[Quote, str] = {
    Quote.DOUBLE: N_('guillemet "'),
    Quote.SINGLE: N_("apostrophe '"),
    Quote.NONE: N_("aucun"),
}

FORMATS: dict[str, str] = {
    DateFormat.ISO: N_("année-mois-jour (2026-11-23)"),
    DateFormat.DAY_MONTH: N_("jour/mois/année (23/11/2026)"),
    DateFormat.MONTH_DAY: N_("mois/jour/année (11/23/2026)"),
    DateFormat.DAY_MONTH_SHORT: N_("jour/mois/an (23/11/26)"),
    DateFormat.MONTH_DAY_SHORT: N_("mois/jour/an (11/23/26)"),
    DateFormat.YEAR_FIRST: N_("année/mois/jour (2026/11/23)"),
    DateFormat.COMPACT: N_("sans séparateur (20261123)"),
    DateFormat.WORDS: N_("en toutes lettres (23 novembre 2026)"),
    DateFormat.SERIAL: N_("nombre d’Excel (46349)"),
    "comma": N_("virgule avant les cents (1.234,50)"),
    "point": N_("point avant les cents (1,234.50)"),
}

WAYS: dict[str, str] = {
    "web": N_("site"),
    "paper": N_("papier signé"),
    "phone": N_("téléphone"),
    "face-to-face": N_("de vive voix, en rue ou à un stand"),
}

CHANNELS: dict[Channel, str] = {
    Channel.EMAIL: N_("e-mail"),
    Channel.POST: N_("courrier"),
    Channel.PHONE: N_("téléphone"),
    Channel.SMS: "SMS",
}

FIELDS: dict[str, str] = {
    "street": N_("adresse postale"),
    "address": N_("adresse postale"),
    "external_id": N_("numéro"),
}
"""What reasons call a field that no kind labels so."""
