"""Consents with their proof. A yes without proof enters as legacy, on which a dated policy alone lets us write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crm.consent.model import NO_LETTER, Act, Channel
from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.channels import ALL, channels_of, purpose_by_word
from crm.imports.kinds.model import Choice, ChoiceSort, Field, Sort
from crm.imports.kinds.states import State, state_of
from crm.imports.model import Reason
from crm.imports.wish import Said, Wish
from crm.people.arrivals import Arrival
from crm.values.folding import folded

LONGEST_PROOF = 2000


_NOES = {State.NO: Act.REFUSED, State.LEFT: Act.WITHDRAWN}
_FLAGS = frozenset(
    {
        *("ne-pas-solliciter", "ne-pas-contacter", "pas-de-courrier", "pas-d-appel", "stop", "opposition", "refus"),
        *("niet-contacteren", "niet-mailen", "niet-bellen", "geen-post", "verzet", "refuse", "no-mail"),
        *("do-not-contact", "do-not-mail", "do-not-phone", "do-not-email", "do-not-sms"),
    }
)
"""What a cell says of somebody who wants no more."""

CHANNEL = Field(
    name="channel",
    label=N_("Canal"),
    aliases=("canal", "canaux", "kanaal", "channel", "medium", "par quel canal"),
    help=N_("Mail, courrier, téléphone, SMS, ou « tout »."),
)
PURPOSE_CHOICE = Choice(
    name="purpose",
    label=shared.PURPOSE_CHOICE.label,
    sort=ChoiceSort.PURPOSE,
    required=True,
    help=N_("Pour les lignes dont aucune colonne ne la dit."),
)
CHANNEL_CHOICE = Choice(
    name="channel",
    label=N_("Canal, si aucune colonne ne le dit"),
    sort=ChoiceSort.CHANNEL,
    help=N_("Sans choix : l’e-mail pour une lettre ; pour le refus d’un appel ou du magazine, tous les canaux."),
)
SYSTEM_CHOICE = Choice(
    name="system",
    label=N_("Nom de l’ancien système"),
    help=N_("Par exemple « civicrm » ; nécessaire si une colonne porte ses numéros."),
)
WHO = (
    shared.MEMBER_NUMBER,
    shared.OLD_NUMBER,
    shared.FIRST_NAME,
    shared.LAST_NAME,
    binding.NAMED.but(
        help=N_("Avec un nom de personne : le oui est le sien ; une opposition vaut aussi pour l’organisation.")
    ),
    binding.ENTERPRISE,
    *shared.PHONES,
    *shared.ADDRESS,
    shared.LANGUAGE,
)
"""By what such a row may know somebody, beside an e-mail address."""


class Consents:
    """What people allowed or withdrew, row by row."""

    code = "consents"
    label = N_("Consentements")
    about = N_(
        "Qui a dit oui ou non, à quoi, quand et comment. Un oui ne compte qu’avec sa date, sa voie et sa preuve ; "
        "sans elles, il est gardé comme ancien, et seule une politique datée permet d’écrire."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="email",
            label=shared.EMAIL.label,
            sort=Sort.EMAIL,
            aliases=shared.EMAIL.aliases,
            help=N_("L’adresse à laquelle on a dit oui : une seule. Un refus peut en donner plusieurs."),
        ),
        shared.EMAIL_2,
        Field(
            name="state",
            label=N_("Oui ou non"),
            required=True,
            aliases=("consentement", "consent", "statut", "status", "opt-in", "optin", "accord", "toestemming", "etat"),
            help=N_("Oui, non, désinscrit… en toutes lettres. Un mot inconnu fait une ligne en erreur."),
        ),
        Field(
            name="since",
            label=N_("Date du consentement"),
            sort=Sort.DAY,
            aliases=("date du consentement", "consent date", "date", "datum", "date opt-in", "inscrit le"),
        ),
        Field(
            name="way",
            label=N_("Voie"),
            aliases=("voie", "source", "origine", "methode", "method", "bron"),
            help=N_("Site, papier, téléphone, rue…"),
        ),
        Field(
            name="proof",
            label=N_("Preuve"),
            aliases=("preuve", "texte", "mention", "proof", "bewijs", "formulaire", "consent text"),
            help=N_("Le texte montré, ou la référence du document signé."),
        ),
        Field(
            name="purpose",
            label=N_("Finalité"),
            aliases=("finalite", "purpose", "liste", "listes", "list", "lijst"),
        ),
        CHANNEL,
        *WHO,
    )
    choices: tuple[Choice, ...] = (
        PURPOSE_CHOICE,
        CHANNEL_CHOICE,
        Choice(name="way", label=N_("Voie, si aucune colonne ne la dit"), sort=ChoiceSort.WAY),
        Choice(
            name="proof",
            label=N_("Preuve, si aucune colonne ne la dit"),
            help=N_("Le texte exact du formulaire d’alors. Laissez vide si personne ne le connaît plus."),
        ),
        SYSTEM_CHOICE,
        shared.LANGUAGE_CHOICE,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person, and what they said with all that proves it."""
        who, group, bound = binding.split(cells, address_of=binding.BOTH)
        state = state_of(cells.text("state"))
        if state is None:
            cells.refuse(Reason.NOT_STATE if cells.text("state") else Reason.LACKING, "state")
        purposes = purposes_of(cells)
        moment = cells.moment("since")
        way, proof = cells.text("way") or cells.choice("way"), cells.text("proof") or cells.choice("proof")
        if len(way) > 100 or len(proof) > LONGEST_PROOF:
            cells.refuse(Reason.TOO_LONG, "way" if len(way) > 100 else "proof")
        channels = chosen_channels(cells)
        if cells.reasons or state is None:
            return None
        if state is State.PENDING:
            return Wish(arrival=who, never_confirmed=True)
        if state is not State.YES:
            no = refusal(cells, who, purposes, channels, act=_NOES[state], since=moment, way=way, proof=proof)
            return None if no is None else replace(no, organisation=group, bound=bound)
        is_proved = moment is not None and bool(way) and bool(proof)
        said = Said(
            purpose=purposes[0],
            act=Act.GIVEN if is_proved else Act.IMPORTED,
            occurred_at=moment,
            way=way,
            proof=proof,
            channel=(channels or (Channel.EMAIL,))[0],
            everywhere=bool(channels) and channels[0] is not Channel.EMAIL,
        )
        _look_at_yes(cells, who, said, is_one=len(purposes) == 1, channels=channels)
        if cells.reasons:
            return None
        return Wish(arrival=who, organisation=group, bound=bound, said=(said,), is_at_home=_is_at_home(who))


def _look_at_yes(cells: Cells, who: Arrival, said: Said, *, is_one: bool, channels: Sequence[Channel]) -> None:
    """A yes is to one thing, by one way, at one address."""
    if not is_one:
        cells.refuse(Reason.NOT_PURPOSE, "purpose")
    elif len(channels) > 1 or (not channels and said.purpose in NO_LETTER):
        cells.refuse(Reason.NOT_CHANNEL, "channel")
    elif said.channel is Channel.EMAIL and who.email is None:
        cells.refuse(Reason.LACKING, "email")
    elif said.channel is Channel.EMAIL and shared.has_several(cells, who):
        cells.refuse(Reason.SEVERAL_EMAILS, "email")
    elif not _has_key(who):
        cells.refuse(Reason.NO_KEY)


class Refusals:
    """Who wants no more of something, row by row: every row is a no, but where a column says that it is none."""

    code = "refusals"
    label = N_("Ceux qui ne veulent plus")
    about = N_(
        "« Ne pas solliciter », « pas de courrier », « pas d’appel » : chaque ligne est un refus, gardé comme une "
        "opposition avec ce fichier et sa date. Les personnes se reconnaissent par un numéro, un e-mail, un téléphone, "
        "ou leur nom et leur adresse postale."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="flag",
            label=N_("Ne veut plus (oui ou non)"),
            aliases=(
                *("ne pas solliciter", "ne pas contacter", "pas de courrier", "opposition", "refus", "stop", "opt out"),
                *("do not mail", "do not contact", "do not phone", "do not email", "do not sms", "opt-out"),
                *("niet contacteren", "niet mailen", "niet bellen", "geen post", "verzet"),
            ),
            help=N_("« Oui » veut dire : ne veut plus. Sans cette colonne, chaque ligne est un refus."),
        ),
        CHANNEL,
        Field(
            name="purpose", label=N_("Finalité"), aliases=("finalite", "purpose", "liste", "listes", "list", "lijst")
        ),
        Field(
            name="since",
            label=N_("Date du refus"),
            sort=Sort.DAY,
            aliases=("date du refus", "date", "datum", "depuis", "since", "sinds"),
        ),
        Field(
            name="proof", label=N_("Remarque"), aliases=("remarque", "motif", "raison", "note", "reden", "opmerking")
        ),
        *shared.EMAILS,
        *WHO,
    )
    choices: tuple[Choice, ...] = (
        PURPOSE_CHOICE,
        CHANNEL_CHOICE,
        SYSTEM_CHOICE,
        shared.LANGUAGE_CHOICE,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person, and what they no longer want."""
        who, group, bound = binding.split(cells, address_of=binding.BOTH)
        purposes, channels, moment = purposes_of(cells), chosen_channels(cells), cells.moment("since")
        flag = cells.text("flag")
        word = "-".join(folded(flag).split())
        state = State.NO if word in _FLAGS else state_of(flag)
        if flag and state is None:
            cells.refuse(Reason.NOT_FLAG, "flag")
        proof = cells.text("proof")
        if len(proof) > LONGEST_PROOF:
            cells.refuse(Reason.TOO_LONG, "proof")
        if cells.reasons:
            return None
        if cells.has("flag") and (not flag or (state is State.NO and word not in _FLAGS)):
            return Wish(arrival=who, says_nothing=True)
        no = refusal(cells, who, purposes, channels, act=Act.OBJECTED, since=moment, way="", proof=proof)
        return None if no is None else replace(no, organisation=group, bound=bound)


def refusal(
    cells: Cells,
    who: Arrival,
    purposes: Sequence[str],
    channels: Sequence[Channel],
    *,
    act: Act,
    since: datetime | None,
    way: str,
    proof: str,
) -> Wish | None:
    """A no: to a letter at an address as the letter knows it, else an objection by each of those channels.

    Where no channel is named, a letter is left by e-mail, and all else by every channel.
    """
    if not _has_key(who):
        cells.refuse(Reason.NO_KEY)
        return None
    said = []
    for purpose in purposes:
        is_letter = purpose not in NO_LETTER and act is not Act.OBJECTED
        for channel in channels or ((Channel.EMAIL,) if purpose not in NO_LETTER else tuple(Channel)):
            is_own = is_letter and channel is Channel.EMAIL and who.email is not None and len(channels) < 2
            said.append(
                Said(
                    purpose=purpose,
                    act=act if is_own else Act.OBJECTED,
                    occurred_at=since,
                    way=way,
                    proof=proof,
                    channel=channel,
                    everywhere=not is_own,
                )
            )
    is_number_alone = bool(who.phones) and not (who.words or who.email or who.number or who.external_ids)
    return Wish(arrival=who, said=tuple(said), must_be_known=is_number_alone, is_at_home=_is_at_home(who))


def chosen_channels(cells: Cells) -> tuple[Channel, ...]:
    """The channels of a row, or of the whole file; none where neither says any."""
    text = cells.text("channel") or cells.choice("channel")
    found = channels_of(text) if text else ()
    if found is None:
        cells.refuse(Reason.NOT_CHANNEL, "channel")
    return found or ()


def purposes_of(cells: Cells) -> tuple[str, ...]:
    """What a row is about: the purpose a cell names, else the one chosen for the file; it may be all of them."""
    text = cells.text("purpose")
    found = cells.purpose(text) or purpose_by_word(text) if text else cells.choice("purpose")
    every = tuple(dict.fromkeys(cells.purposes.values()))
    if found == ALL and every:
        return every
    if found not in every:
        cells.refuse(Reason.NOT_PURPOSE, "purpose")
    return (found,)


def _has_key(who: Arrival) -> bool:
    """True where the row gives something to know them by: a name alone is nobody's."""
    return bool(who.email or who.number or who.external_ids or who.phones or _is_at_home(who))


def _is_at_home(who: Arrival) -> bool:
    """True where nothing but a name and a letter box, or a phone, says who it is."""
    return bool(who.address and who.words) and not (who.email or who.number or who.external_ids)
