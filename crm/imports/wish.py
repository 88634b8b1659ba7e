"""What a row wishes, whatever kind of file it stands in: who it is about, what they said, which address is silent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from crm.consent.model import Act, Channel
from crm.donations.model import GENERAL, GiftKind, Method
from crm.imports.kept_arrival import arrival_json, arrival_of
from crm.imports.model import Reason, Told
from crm.imports.wish_beside import ENCLOSED, Amended, Attested, Bound, Joined, Subscribed, without_empty
from crm.people.arrivals import Arrival
from crm.plans.mandates import Enclosed
from crm.values.email_address import EmailAddress
from crm.values.iban import Iban
from crm.values.phone_number import PhoneNumber

NOES = frozenset({Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What they said about a purpose. Without a moment it counts from the import on.

    A yes is `GIVEN` only with its moment, its way and its proof; else it is old, and only a dated policy lets us write.
    """

    purpose: str
    act: Act
    occurred_at: datetime | None = None
    way: str = ""
    proof: str = ""
    channel: Channel = Channel.EMAIL
    everywhere: bool = False
    """Of every address of that channel, not of the one in the row."""

    def as_json(self) -> dict[str, Any]:
        """What is said, and nothing else."""
        return without_empty(
            {
                "purpose": self.purpose,
                "act": self.act.value,
                "at": self.occurred_at.isoformat() if self.occurred_at else "",
                "way": self.way,
                "proof": self.proof,
                "by": "" if self.channel is Channel.EMAIL else self.channel.value,
                "everywhere": self.everywhere,
            }
        )

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Said:
        return cls(
            purpose=kept["purpose"],
            act=Act(kept["act"]),
            occurred_at=_instant(kept.get("at")),
            way=kept.get("way", ""),
            proof=kept.get("proof", ""),
            channel=Channel(kept.get("by", Channel.EMAIL)),
            everywhere=kept.get("everywhere", False),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """An address or number that nobody is to write to: in plain, or as a digest that only that address has."""

    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    digest: str = ""
    since: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """What is said, and nothing else."""
        return without_empty(
            {
                "email": self.email.text if self.email else "",
                "phone": self.phone.e164 if self.phone else "",
                "digest": self.digest,
                "since": self.since.isoformat() if self.since else "",
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A petition they signed, by its code. `delivery_words`: what they were shown beside « hand my name over ».

    With these words it may be, unless they said no (`declines`), which a row that says nothing of it does not.
    """

    petition: str
    signed_at: datetime
    comment: str = ""
    delivery_words: str = ""
    declines: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gave:
    """What they gave. `reference` is what the system `provider` calls it; without one, a twin is a question. `what`:
    what it was, where it came in kind and `cents` is its stated value.
    """

    cents: int
    given_on: date
    kind: GiftKind
    method: Method
    fund: str = GENERAL
    source_code: str = ""
    provider: str = ""
    reference: str = ""
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """What they promised to give again and again. `account` is as it was read, and never kept: `enclosed` is.

    `supplier` and `reference`: who signed them up, and what they call it; by these it comes in once.
    """

    supplier: str
    reference: str
    cents: int
    signed_on: date
    channel: str
    account: Iban | None = None
    enclosed: Enclosed | None = None
    holder: str = ""
    bic: str = ""
    every_months: int = 1
    starts_on: date | None = None
    anchor_day: int | None = None
    fee_cents: int = 0
    proof: str = ""
    source_code: str = ""
    last_collected_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What a person said of a row in doubt: who it is (None: not asked; 0: somebody new), that it is another gift.

    `takes_account`: whether the account that a call learnt takes the place of the one we hold.
    """

    person_id: int | None = None
    is_another_gift: bool = False
    takes_account: bool | None = None

    def after(self, earlier: Decided | None) -> Decided:
        """This word, and what was said of the same row before."""
        if earlier is None:
            return self
        return Decided(
            person_id=earlier.person_id if self.person_id is None else self.person_id,
            is_another_gift=self.is_another_gift or earlier.is_another_gift,
            takes_account=earlier.takes_account if self.takes_account is None else self.takes_account,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """All that one row asks for. `must_be_known`: the row makes no new person. `organisation`: whose contact they are.

    `is_at_home`: it names somebody by nothing but their name and letter box. `says_nothing`: it is there, and that is
    all.
    """

    arrival: Arrival | None = None
    organisation: Arrival | None = None
    must_be_known: bool = False
    is_at_home: bool = False
    says_nothing: bool = False
    said: tuple[Said, ...] = ()
    silence: Silence | None = None
    signed: Signed | None = None
    gave: Gave | None = None
    promised: Promised | None = None
    subscribed: Subscribed | None = None
    attested: Attested | None = None
    joined: Joined | None = None
    amended: Amended | None = None
    bound: Bound | None = None
    never_confirmed: bool = False
    decided: Decided | None = None
    remarks: tuple[Told, ...] = ()
    """What the row says and we leave out."""

    @property
    def is_past(self) -> bool:
        """What it brings beside is over, or a paper that was given: the dead keep it too."""
        ends = [one.ended_on for one in (self.joined, self.promised) if one is not None]
        return self.attested is not None or any(day is not None for day in ends)

    @property
    def of_person(self) -> Wish:
        """What of it is the person's: where the row names their organisation, what is given or held is not."""
        if self.organisation is None:
            return self
        return replace(self, gave=None, promised=None, subscribed=None, attested=None, joined=None)

    @property
    def of_organisation(self) -> Wish:
        """What of it is the organisation's: the money, the subscription, the membership, and a no by every address."""
        return Wish(
            arrival=self.organisation,
            said=tuple(one for one in self.said if one.everywhere and one.act in NOES),
            gave=self.gave,
            promised=self.promised,
            subscribed=self.subscribed,
            attested=self.attested,
            joined=self.joined,
        )

    def as_json(self) -> dict[str, Any]:
        """Small, and without what is not said: it is kept for every row."""
        kept: dict[str, Any] = {}
        if self.arrival is not None:
            kept["who"] = arrival_json(self.arrival)
        if self.organisation is not None:
            kept["organisation"] = arrival_json(self.organisation)
        marks = {"known": self.must_be_known, "at_home": self.is_at_home, "nothing": self.says_nothing}
        kept |= without_empty({**marks, "remarks": [[why.value, what] for why, what in self.remarks]})
        if self.said:
            kept["said"] = [one.as_json() for one in self.said]
        if self.silence is not None:
            kept["silence"] = self.silence.as_json()
        if self.signed is not None:
            one = self.signed
            kept["signed"] = without_empty(
                {
                    "petition": one.petition,
                    "at": one.signed_at.isoformat(),
                    "comment": one.comment,
                    "words": one.delivery_words,
                    "no": one.declines,
                }
            )
        if self.gave is not None:
            kept["gave"] = _gave_json(self.gave)
        if self.promised is not None:
            kept["promised"] = _promised_json(self.promised)
        beside: dict[str, Subscribed | Attested | Joined | Amended | Bound | None]
        beside = {"subscribed": self.subscribed, "attested": self.attested, "bound": self.bound}
        beside |= {"joined": self.joined, "amended": self.amended}
        kept |= {name: one.as_json() for name, one in beside.items() if one is not None}
        if self.never_confirmed:
            kept["pending"] = True
        if self.decided is not None:
            kept["decided"] = asdict(self.decided)
        return kept

    def fingerprint(self) -> str:
        """The same for wishes that say the same, 32 hex digits; it holds nothing that the kept row does not hold."""
        kept = (replace(self, decided=None, remarks=()) if self.decided or self.remarks else self).as_json()
        for name in kept.keys() & {"promised", "amended"}:
            # Each envelope of an account looks different; its key is what is always the same.
            kept[name] = {field: one for field, one in kept[name].items() if field not in {"uid", "sealed"}}
        told = json.dumps(kept, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Wish:
        silence = kept.get("silence")
        return cls(
            arrival=arrival_of(kept["who"]) if "who" in kept else None,
            organisation=arrival_of(kept["organisation"]) if "organisation" in kept else None,
            must_be_known=kept.get("known", False),
            is_at_home=kept.get("at_home", False),
            says_nothing=kept.get("nothing", False),
            said=tuple(Said.of_json(one) for one in kept.get("said", ())),
            silence=Silence(
                email=EmailAddress.kept(silence["email"]) if silence.get("email") else None,
                phone=PhoneNumber(e164=silence["phone"]) if silence.get("phone") else None,
                digest=silence.get("digest", ""),
                since=_instant(silence.get("since")),
            )
            if silence
            else None,
            signed=_signed(kept["signed"]) if "signed" in kept else None,
            gave=_gave(kept["gave"]) if "gave" in kept else None,
            promised=_promised(kept["promised"]) if "promised" in kept else None,
            subscribed=Subscribed.of_json(kept["subscribed"]) if "subscribed" in kept else None,
            attested=Attested.of_json(kept["attested"]) if "attested" in kept else None,
            joined=Joined.of_json(kept["joined"]) if "joined" in kept else None,
            amended=Amended.of_json(kept["amended"]) if "amended" in kept else None,
            bound=Bound.of_json(kept["bound"]) if "bound" in kept else None,
            never_confirmed=kept.get("pending", False),
            decided=Decided(**kept["decided"]) if "decided" in kept else None,
            remarks=tuple((Reason(why), what) for why, what in kept.get("remarks", ())),
        )


def cents_of(kept: Mapping[str, Any]) -> int:
    """What a kept wish comes to: a gift of money, one instalment of a plan, an attestation; else nought."""
    found = (kept.get(name) for name in ("gave", "promised", "attested", "amended"))
    money: Mapping[str, Any] = next((one for one in found if one), {})
    cents: int = 0 if money.get("kind") == GiftKind.IN_KIND else money.get("cents", 0)
    return cents


def _signed(kept: dict[str, Any]) -> Signed:
    return Signed(
        petition=kept["petition"],
        signed_at=datetime.fromisoformat(kept["at"]),
        comment=kept.get("comment", ""),
        delivery_words=kept.get("words", ""),
        declines=kept.get("no", False),
    )


def _gave_json(one: Gave) -> dict[str, Any]:
    return without_empty(
        {
            "cents": one.cents,
            "on": one.given_on.isoformat(),
            "kind": one.kind.value,
            "method": one.method.value,
            "fund": one.fund,
            "source": one.source_code,
            "by": one.provider,
            "ref": one.reference,
            "what": one.what,
        }
    )


def _gave(kept: dict[str, Any]) -> Gave:
    return Gave(
        cents=kept["cents"],
        given_on=date.fromisoformat(kept["on"]),
        kind=GiftKind(kept["kind"]),
        method=Method(kept["method"]),
        fund=kept["fund"],
        source_code=kept.get("source", ""),
        provider=kept.get("by", ""),
        reference=kept.get("ref", ""),
        what=kept.get("what", ""),
    )


_PLAIN = ("supplier", "reference", "cents", "channel", "holder", "bic", "every_months", "anchor_day")
_PLAIN_TOO = ("fee_cents", "proof", "source_code")
_DAYS = ("signed_on", "starts_on", "last_collected_on", "ended_on")


def _promised_json(one: Promised) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in (*_PLAIN, *_PLAIN_TOO)}
    kept |= {name: day.isoformat() for name in _DAYS if (day := getattr(one, name)) is not None}
    kept |= {name: getattr(one.enclosed, name) for name in ENCLOSED} if one.enclosed else {}
    return without_empty(kept)


def _promised(kept: dict[str, Any]) -> Promised:
    enclosed = Enclosed(**{name: kept[name] for name in ENCLOSED}) if "sealed" in kept else None
    told = {name: one for name, one in kept.items() if name not in {*ENCLOSED, *_DAYS}}
    told |= {name: date.fromisoformat(kept[name]) for name in _DAYS if name in kept}
    return Promised(**told, enclosed=enclosed)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
