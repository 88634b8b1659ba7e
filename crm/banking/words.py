"""The words of the bank, marked in French, said by the rims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm.banking.errors import FileRefused, HeldAlready, Refused
from crm.banking.kept import Aside, Gap, Report, Rule
from crm.banking.model import Format, ReturnKind
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say, say_count
from crm.values.languages import Language

REFUSED: dict[Refused, str] = {
    Refused.EMPTY: N_("ce fichier est vide."),
    Refused.UNKNOWN_FORMAT: N_("ce n’est ni un fichier CODA, ni un fichier camt.053 ou camt.054."),
    Refused.OTHER_MESSAGE: N_("c’est un message ISO 20022, mais ni un camt.053 ni un camt.054."),
    Refused.LENGTH: N_("un enregistrement CODA a 128 caractères ; celui-ci est coupé ou déborde."),
    Refused.CONTROL: N_("un caractère de contrôle se trouve dans l’enregistrement : le fichier est abîmé."),
    Refused.RECORD: N_("aucun enregistrement CODA ne commence ainsi."),
    Refused.ORDER: N_("cet enregistrement n’a pas sa place ici."),
    Refused.VERSION: N_("un fichier CODA de version 1 ou 2 est attendu."),
    Refused.SEQUENCE: N_("le numéro de suite n’est pas celui du mouvement qui précède."),
    Refused.DIGITS: N_("des chiffres sont attendus."),
    Refused.DAY: N_("une date est attendue."),
    Refused.SIGN: N_("un signe est attendu : 0 pour un crédit, 1 pour un débit."),
    Refused.FRACTION: N_("ce montant a une fraction de centime : il ne peut pas être compté juste."),
    Refused.CURRENCY: N_("ce compte ou ce montant n’est pas en euros : il n’est pas lu."),
    Refused.ACCOUNT: N_("un numéro de compte est attendu."),
    Refused.OTHER_ACCOUNT: N_("le nouveau solde est celui d’un autre compte."),
    Refused.BALANCE: N_("l’ancien solde et les mouvements ne font pas le nouveau solde."),
    Refused.RECORDS: N_("le nombre d’enregistrements n’est pas celui qu’annonce la fin du fichier."),
    Refused.DEBITS: N_("les débits ne font pas le total qu’annonce la fin du fichier."),
    Refused.CREDITS: N_("les crédits ne font pas le total qu’annonce la fin du fichier."),
    Refused.CUT: N_("le fichier s’arrête avant sa fin."),
    Refused.NOT_XML: N_("ce XML est mal formé."),
    Refused.DOCTYPE: N_("ce XML déclare un type de document : un fichier de banque n’en a pas, il est refusé."),
    Refused.DEPTH: N_("ce XML est imbriqué trop profondément."),
    Refused.OVERSIZE: N_("un élément est trop grand pour un fichier de banque."),
    Refused.ABSENT: N_("un élément obligatoire manque ici."),
    Refused.AMOUNT: N_("un montant est attendu."),
    Refused.INDICATOR: N_("le sens du mouvement est attendu : CRDT ou DBIT."),
    Refused.HELD: N_("cet extrait est déjà là, dans un autre format."),
}
FORMATS = {Format.CODA: "CODA", Format.CAMT_053: "camt.053", Format.CAMT_054: "camt.054"}
HELD = N_(
    "ligne %(line)s : l’extrait du compte %(account)s clos le %(until)s est déjà là en %(format)s, venu du fichier "
    "« %(name)s ». Rien n’est gardé : ses mouvements compteraient deux fois. Apportez toujours le même format."
)
WHERE = N_("ligne %(line)s, colonne %(column)s : %(why)s")
SIDES = N_("ligne %(line)s, colonne %(column)s : %(why)s Attendu : %(expected)s ; trouvé : %(found)s.")

NEW = N_("%(n)s mouvement nouveau"), N_("%(n)s mouvements nouveaux")
KNOWN = N_("%(n)s déjà connu"), N_("%(n)s déjà connus")
MATCHED = N_("%(n)s rendu à sa personne"), N_("%(n)s rendus à leur personne")
OPEN = N_("%(n)s en attente"), N_("%(n)s en attente")
NUMBERS = N_("%(n)s numéro national mis au coffre"), N_("%(n)s numéros nationaux mis au coffre")
STRANGER = N_("Le compte %(account)s n’avait jamais été lu ici : vérifiez qu’il est bien à l’organisation.")
GAP = N_(
    "Il manque un extrait du compte %(account)s : %(closed)s au %(before)s, puis %(opened)s à l’ouverture du %(after)s."
)

WHY: dict[str, str] = {
    Rule.MANDATE.value: N_("son mandat"),
    Rule.APPEAL.value: N_("la communication de son appel"),
    Rule.STRUCTURED.value: N_("sa communication structurée"),
    Rule.ACCOUNT.value: N_("son compte"),
    Rule.ALIAS.value: N_("un payeur déjà confirmé"),
    Rule.COLLECTION.value: N_("un prélèvement"),
    Rule.PAYOUT.value: N_("le versement d’un prestataire de paiement"),
    Rule.RETURN.value: N_("le retour d’un paiement"),
    Rule.REFUND.value: N_("un remboursement décidé"),
    Rule.DEPOSIT.value: N_("le dépôt d’une pile de chèques ou d’espèces"),
    Rule.COLLEAGUE.value: N_("une décision de l’équipe"),
    Rule.NEWCOMER.value: N_("une fiche ouverte depuis la banque"),
    "name": N_("son nom"),
    "amount": N_("le même montant qu’avant"),
    "history": N_("a déjà donné"),
}
"""By what a line found its person, or may have."""

CONFIRMED = N_("déjà confirmé le %(day)s pour %(name)s")
"""In the place of the reason that a payer was confirmed, where the day is known."""

ASIDE: dict[Aside, str] = {
    Aside.OWN: N_("Un virement entre nos comptes"),
    Aside.COST: N_("Une dépense : loyer, facture, salaire"),
    Aside.CHARGE: N_("Des frais de la banque"),
    Aside.INCOME: N_("Une recette qui n’est pas un don"),
    Aside.OTHER: N_("Autre chose"),
}
UNSAID = N_("Raison non dite")

RETURNED: dict[ReturnKind, str] = {
    ReturnKind.REJECT: N_("Rejet"),
    ReturnKind.RETURN: N_("Retour"),
    ReturnKind.REFUND: N_("Remboursement demandé"),
    ReturnKind.REVERSAL: N_("Contre-passation"),
    ReturnKind.CANCELLATION: N_("Annulation"),
}


def reason(why: str, name: str, on: date | None, language: Language = Language.FR) -> str:
    """By what a line found somebody, or may have."""
    if why == Rule.ALIAS.value and on is not None:
        return say(language, CONFIRMED, day=locale_filters(language)["day"](on, "plain"), name=name)
    return say(language, WHY[why])


def refusal(refused: FileRefused, language: Language = Language.FR) -> str:
    """Why a file is refused, and where, in one sentence."""
    if isinstance(refused, HeldAlready):
        day = locale_filters(language)["day"]
        held, until = refused.held, day(refused.held.closing_on, "plain")
        facts = {"line": refused.line, "account": held.account, "format": FORMATS[held.format], "name": held.name}
        return say(language, HELD, **facts, until=until)
    sentence = WHERE if refused.expected is None else SIDES
    why = say(language, REFUSED[refused.why])
    values = {"expected": _side(refused.expected, language), "found": _side(refused.found, language)}
    return say(language, sentence, line=refused.line, column=refused.column, why=why, **values)


def _side(value: str | None, language: Language) -> str:
    """A side of a check that fails: an amount as people write it, or a count."""
    if value is None or "." not in value or (cents := Decimal(value).scaleb(2)) != int(cents):
        return value or ""
    return str(locale_filters(language)["money"](int(cents)))


def report(found: Report, language: Language = Language.FR) -> str:
    """What bringing a file in came to, a sentence of counts and one for each gap."""
    counted = [(NEW, found.new), (KNOWN, found.known), (MATCHED, found.matched), (OPEN, found.open)]
    counted += [(NUMBERS, found.numbers)] if found.numbers else []
    said = ", ".join(say_count(language, one, many, n) for (one, many), n in counted)
    strangers = [say(language, STRANGER, account=account) for account in found.strangers]
    return "\n".join([" ".join([f"{found.file} : {said}.", *strangers]), *(gap(one, language) for one in found.gaps)])


def gap(one: Gap, language: Language = Language.FR) -> str:
    """That a statement is missing between two."""
    shown = locale_filters(language)
    return say(
        language,
        GAP,
        account=one.account,
        closed=shown["money"](one.closed_cents),
        before=shown["day"](one.before_on, "plain"),
        opened=shown["money"](one.opened_cents),
        after=shown["day"](one.after_on, "plain"),
    )
