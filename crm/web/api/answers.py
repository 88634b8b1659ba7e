"""The shapes of what programs get back. Nothing in them tells whether somebody was known before."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.partners.model import RequestKind
from crm.values.languages import Language
from crm.web.api.shapes import Reference
from crm.web.words import N_


class Answer(BaseModel):
    """What goes out: exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TakenOut(Answer):
    """The request is taken, under a reference that is new each time."""

    reference: Reference
    kind: RequestKind
    taken_at: AwareDatetime


class PetitionOut(Answer):
    """A petition and its figures."""

    code: str
    title: str
    url: str
    language: Language
    closes_on: date | None
    is_open: bool
    signatures: int = Field(ge=0)
    to_deliver: int = Field(ge=0, description=N_("Les signatures que l’on peut transmettre."))
    last_signed_at: AwareDatetime | None


class MembershipOut(Answer):
    """Whether somebody is in a segment."""

    segment: int
    person: int
    is_member: bool
    asked_at: AwareDatetime


class SegmentPageOut(Answer):
    """A page of who is in a segment."""

    segment: int
    people: list[int]
    next_after: int | None = Field(description=N_("Après quel numéro commence la page suivante ; rien à la dernière."))
    asked_at: AwareDatetime


class ConsentState(StrEnum):
    """What became of a consent that this token asked for, as far as the person said so to us."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class ConsentOut(Answer):
    """A consent of that request, and what became of it."""

    purpose: str
    state: ConsentState


class ConsentsOut(Answer):
    """The consents of a request; what the person said elsewhere is not told."""

    reference: Reference
    consents: list[ConsentOut]


class FlawOut(Answer):
    """One thing to mend."""

    detail: str
    pointer: str = Field(default="", description=N_("Un pointeur JSON (RFC 6901) dans le corps de la demande."))
    header: str = ""


class ProblemOut(Answer):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FlawOut] = Field(default_factory=list)
    incident: str = ""


class StatusOut(Answer):
    """The token is recognised."""

    version: Literal["v1"]
    scopes: list[str]
