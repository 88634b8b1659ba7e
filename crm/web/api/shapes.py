"""The shapes of what programs send: strict, every field named and explained; the documentation is made from them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from crm.actions.model import LONGEST_COMMENT, MOST_SEATS, DeedKind
from crm.donations.model import GENERAL, LARGEST
from crm.people.model import OrganisationKind, Title
from crm.values.languages import Language
from crm.web.words import N_

Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=200)]
"""One line of text, without control characters."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{24}$")]
Proof = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]*$", max_length=100)]
"""A version or a number of the partner's own; it cannot hold an address."""


WORDS = "words"
"""What is wrong with a text, as `sentences` knows it."""


def _has_words(text: str) -> str:
    if sum(sign.isalnum() for sign in text) < FEWEST_LETTERS or BACKWARDS.intersection(text):
        raise PydanticCustomError(WORDS, "words that somebody can have read")
    return text


FEWEST_LETTERS = 5
BACKWARDS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn what follows around: a text with them reads otherwise than it is kept."""


class Strict(BaseModel):
    """What a program sends: an unknown field is refused, nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AddressIn(Strict):
    """A postal address, in parts."""

    organisation: Annotated[Line, Field(max_length=100)] = ""
    department: Annotated[Line, Field(max_length=100)] = ""
    complement: Annotated[Line, Field(max_length=100)] = ""
    street: Annotated[Line, Field(max_length=120)] = ""
    number: Annotated[Line, Field(max_length=20)] = ""
    box: Annotated[Line, Field(max_length=20)] = ""
    postcode: Annotated[Line, Field(max_length=12)] = ""
    locality: Annotated[Line, Field(max_length=100)] = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(
        default="BE", description=N_("Deux lettres, selon ISO 3166-1.")
    )


class ExternalIdIn(Strict):
    """How another system calls this person."""

    system: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=40)]
    value: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=100)]


class PersonIn(Strict):
    """What is known of a person or an organisation: at least an e-mail address, a phone, or a name with an address."""

    email: Annotated[str, StringConstraints(max_length=254)] | None = Field(
        default=None, json_schema_extra={"format": "email"}
    )
    phone: Annotated[Line, Field(max_length=40)] | None = Field(
        default=None, description=N_("Comme on l’écrit ; sans indicatif, il est belge.")
    )
    first_name: Annotated[Line, Field(max_length=100)] = ""
    last_name: Annotated[Line, Field(max_length=100)] = ""
    organisation_name: Annotated[Line, Field(max_length=200)] = Field(
        default="",
        description=N_(
            "Seul, c’est l’organisation qui arrive. Avec un nom de personne, les deux arrivent, et la personne est son "
            "contact : c’est elle qui signe, donne ou consent."
        ),
    )
    organisation_kind: OrganisationKind | None = Field(
        default=None, description=N_("Ce qu’est l’organisation ; demande son nom.")
    )
    enterprise_number: Annotated[Line, Field(max_length=40)] = Field(
        default="",
        description=N_(
            "Le numéro d’entreprise de l’organisation (BCE), avec ou sans points ; demande son nom. "
            "Il mène à l’organisation qui le porte, sauf où un autre numéro ou une autre adresse postale l’en "
            "distingue : elle arrive alors à part, et un mot attend une personne."
        ),
    )
    title: Title = Field(default=Title.NONE, description=N_("Seulement si la personne l’a choisi."))
    language: Language = Language.FR
    birth_on: date | None = Field(
        default=None, description=N_("Une personne de moins de 13 ans est refusée, et rien d’elle n’est gardé.")
    )
    address: AddressIn | None = None
    member_number: Annotated[Line, Field(max_length=20)] = ""
    external_ids: list[ExternalIdIn] = Field(default_factory=list, max_length=5)


class NoticeIn(Strict):
    """The exact words the person read beside the box."""

    text: Annotated[str, StringConstraints(min_length=10, max_length=4000), AfterValidator(_has_words)]
    language: Language
    version: Proof = Field(default="", description=N_("Votre propre numéro de version, s’il y en a un."))


class ProvedBy(StrEnum):
    """How a partner made sure of a mailbox."""

    LINK = "link"
    CODE = "code"


class DoubleOptInIn(Strict):
    """The proof that the person confirmed at the partner’s; asks for the scope `confirmed-consents`."""

    confirmed_at: AwareDatetime
    method: ProvedBy
    evidence: Proof = Field(default="", description=N_("Le numéro sous lequel vous gardez cette preuve."))


class WishIn(Strict):
    """A consent that is asked: for which purpose, in which words."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    notice: NoticeIn
    double_opt_in: DoubleOptInIn | None = None


class NewPersonIn(Strict):
    """Somebody who arrives."""

    person: PersonIn
    source: Proof = Field(default="", description=N_("D’où cela vient, par exemple le nom d’une page."))


class ConsentAct(StrEnum):
    """What is said about a consent."""

    REQUEST = "request"
    WITHDRAW = "withdraw"


class ConsentIn(Strict):
    """A consent that is asked, or taken back."""

    act: ConsentAct
    person: PersonIn
    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    notice: NoticeIn | None = Field(default=None, description=N_("Obligatoire pour une demande."))
    double_opt_in: DoubleOptInIn | None = None
    source: Proof = ""


class CallIn(Strict):
    """A petition, an event or an action: by its code, or by its address on the site."""

    code: Code | None = None
    url: Annotated[Line, Field(max_length=1000)] | None = None


class DeliveryIn(Strict):
    """ "Hand my signature over": a leave of its own, never a leave to write."""

    allowed: bool
    notice: NoticeIn


class SignatureIn(Strict):
    """A signature."""

    petition: CallIn
    person: PersonIn
    signed_at: AwareDatetime | None = Field(default=None, description=N_("Maintenant, si vous ne dites rien."))
    comment: Annotated[str, StringConstraints(max_length=LONGEST_COMMENT)] = ""
    delivery: DeliveryIn | None = None
    consents: list[WishIn] = Field(default_factory=list, max_length=10)
    source: Proof = ""


class RegistrationAct(StrEnum):
    """To come, or not to come after all."""

    REGISTER = "register"
    CANCEL = "cancel"


class RegistrationIn(Strict):
    """A registration for an event, or its cancellation."""

    act: RegistrationAct = RegistrationAct.REGISTER
    event: CallIn
    person: PersonIn
    seats: int = Field(default=1, ge=1, le=MOST_SEATS, description=N_("Toutes les places, la sienne comprise."))
    consents: list[WishIn] = Field(default_factory=list, max_length=10)
    source: Proof = ""


class UrgentActionIn(Strict):
    """An urgent action taken."""

    urgent_action: CallIn
    person: PersonIn
    kind: DeedKind
    done_at: AwareDatetime | None = Field(default=None, description=N_("Maintenant, si vous ne dites rien."))
    consents: list[WishIn] = Field(default_factory=list, max_length=10)
    source: Proof = ""


class PaidBy(StrEnum):
    """How the money came."""

    ONLINE = "online"
    DIRECT_DEBIT = "direct-debit"
    TRANSFER = "transfer"
    CASH = "cash"
    CHEQUE = "cheque"


class GivenAs(StrEnum):
    """What it was given as."""

    ONE_OFF = "one-off"
    INSTALMENT = "instalment"
    MEMBERSHIP_FEE = "membership-fee"
    SALE = "sale"


class PaymentIn(Strict):
    """The payment, as the provider calls it."""

    provider: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    reference: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]+$", max_length=100)]
    method: PaidBy


class PartIs(StrEnum):
    """What a part of a gift pays for."""

    DONATION = "donation"
    FEE = "fee"
    GOODS = "goods"


class GiftLineIn(Strict):
    """A part of a gift that was fixed before anybody paid."""

    cents: int = Field(gt=0, lt=LARGEST)
    kind: PartIs = PartIs.DONATION
    fund: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=40)] = Field(
        default=GENERAL, description=N_("Le code d’un de nos fonds.")
    )


class GiftIn(Strict):
    """A gift whose money has come."""

    person: PersonIn
    cents: int = Field(gt=0, lt=LARGEST, description=N_("Le montant en cents d’euro, exactement : 2500 pour 25 €."))
    given_on: date = Field(description=N_("Le jour belge du paiement."))
    payment: PaymentIn
    given_as: GivenAs = GivenAs.ONE_OFF
    fund: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=40)] = Field(
        default=GENERAL, description=N_("Le code d’un de nos fonds.")
    )
    source_code: str = Field(
        default="",
        description=N_(
            "Le code d’un de nos appels, s’il y en a un, ou la communication structurée de son "
            "bulletin. Un code que nous ne connaissons pas ne refuse jamais un don : "
            "le don est noté sans lui, et quelqu’un de l’équipe regarde."
        ),
    )
    lines: list[GiftLineIn] = Field(
        default_factory=list,
        max_length=10,
        description=N_("Les parts fixées avant de payer : ensemble, elles font le montant. Vide : une seule part."),
    )
    kept_cents: int = Field(
        default=0,
        ge=0,
        lt=LARGEST,
        description=N_("Ce que votre prestataire a gardé, en cents. Un prestataire relié ici le dit lui-même."),
    )
    tribute: str = Field(
        default="", max_length=200, description=N_("En mémoire ou en l’honneur de qui, dans les mots de qui donne.")
    )
    consents: list[WishIn] = Field(default_factory=list, max_length=10)
    source: Proof = ""
