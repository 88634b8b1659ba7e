"""What one cares about: themes, countries and a province, declared under an explicit consent and taken back at will.

The link to this page comes in every letter, and letters are forwarded: the page never shows what somebody chose, only
how many choices stand, and takes them back. They are made in one's own space, where a letter to the mailbox leads.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from crm.consent import interests
from crm.consent.interest import Interest, InterestKind
from crm.consent.model import Way
from crm.foundation.settings import Organisation
from crm.foundation.signing import TokenPurpose
from crm.values.belgium.localities import Province
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.web import words
from crm.web.public import page
from crm.web.words import N_
from mailing.content.model import Term, TermKind
from mailing.content.term_names import name_of
from mailing.correspondence import receipts, visiting
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Desk, Reader

blueprint = Blueprint("interests", __name__)

PROMISE = N_("Je veux que mes lettres commencent par ce que j’ai coché ici.")
AGREEMENT = N_(
    "Ces choix peuvent révéler mes convictions : je donne à %(organisation)s mon accord explicite pour les garder "
    "(RGPD, article 9). Ils servent à ordonner mes lettres, et à rien d’autre. Ils ne sont jamais déduits de mes "
    "signatures ni de mes dons. Si je retire cet accord, ils sont effacés aussitôt."
)
ERRORS = {
    "choices": N_("Cochez au moins un sujet, un pays ou une province."),
    "agreed": N_("Sans votre accord, nous ne gardons rien : cochez la dernière case."),
}
PROVINCES: dict[Province, str] = {
    Province.BRUSSELS: N_("Bruxelles"),
    Province.WALLOON_BRABANT: N_("Brabant wallon"),
    Province.HAINAUT: N_("Hainaut"),
    Province.LIEGE: N_("Liège"),
    Province.LUXEMBOURG: N_("Luxembourg"),
    Province.NAMUR: N_("Namur"),
    Province.ANTWERP: N_("Anvers"),
    Province.FLEMISH_BRABANT: N_("Brabant flamand"),
    Province.EAST_FLANDERS: N_("Flandre orientale"),
    Province.WEST_FLANDERS: N_("Flandre occidentale"),
    Province.LIMBURG: N_("Limbourg"),
}
_KINDS = {TermKind.THEME: InterestKind.THEME, TermKind.COUNTRY: InterestKind.COUNTRY}


def agreement(speaks: Language, organisation: Organisation) -> str:
    """The exact words that are agreed to: shown on the page, and written to the ledger as they are."""
    name = organisation.legal_name or organisation.name
    return f"{words.say(speaks, PROMISE)}\n{words.say(speaks, AGREEMENT, organisation=name)}"


def named(terms: tuple[Term, ...], speaks: Language) -> dict[Interest, str]:
    """Everything one can choose, under its name: themes, then countries, then provinces, each by name."""
    found = {Interest(kind=_KINDS[one.kind], code=one.code): name_of(one, speaks) for one in terms}
    by_name = sorted(found.items(), key=lambda pair: (pair[0].kind is not InterestKind.THEME, pair[1].casefold()))
    provinces = {
        Interest(kind=InterestKind.REGION, code=one.value): words.say(speaks, name) for one, name in PROVINCES.items()
    }
    return dict(by_name) | provinces


def chosen(form: MultiDict[str, str], offered: dict[Interest, str]) -> frozenset[Interest]:
    """The choices of a form that were on offer."""
    ticked = set(form.getlist("choice"))
    return frozenset(one for one in offered if f"{one.kind}:{one.code}" in ticked)


@blueprint.get("/p/<token>/sujets")
def look(token: str) -> Response:
    """How many choices stand, and the way to one's own space, where they are made."""
    made = page.assembly()
    with made.database.reading() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.PREFERENCES, token))
        if reader is None:
            return page.lost_link()
        standing = len(interests.interests_of(session, reader.person.id))
    return _show(reader, standing=standing)


@blueprint.post("/p/<token>/sujets")
def change(token: str) -> Response:
    """With `action=link` owes the mailbox the link to its own space; with `action=forget` takes all back, at once."""
    made = page.assembly()
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.PREFERENCES, token))
        if reader is None:
            return page.lost_link()
        if request.form.get("action") == "forget":
            return _show(reader, gone=forget(made.desk, session, reader))
        standing = len(interests.interests_of(session, reader.person.id))
        if request.form.get("action") != "link":
            return _show(reader, standing=standing)
        email = EmailAddress.kept(reader.point.value)
        return _show(reader, standing=standing, is_sent=visiting.send_link(session, made.desk, email, at=page.now()))


def wrong(wanted: frozenset[Interest]) -> dict[str, str]:
    """What has to be mended in the form at hand: French source sentences by field."""
    errors = {} if wanted else {"choices": ERRORS["choices"]}
    return errors if request.form.get("agreed") else errors | {"agreed": ERRORS["agreed"]}


def declare(desk: Desk, session: Any, reader: Reader, wanted: frozenset[Interest], speaks: Language) -> bool:
    """Writes down what the page at hand asks."""
    text = agreement(speaks, desk.organisation)
    changed = interests.declare(
        session,
        desk.sealer,
        person_id=reader.person.id,
        wanted=sorted(wanted)[: interests.MOST],
        text=text,
        language=speaks,
        way=Way.PREFERENCES,
        at=page.now(),
    )
    if changed:
        said = [page.say(speaks, receipts.DECLARED)]
        receipts.send(session, desk, reader, said=said, words=[text], language=speaks, at=page.now())
    return changed


def forget(desk: Desk, session: Any, reader: Reader) -> int:
    """Takes all of it back; how many choices are gone."""
    gone = interests.withdraw(session, desk.sealer, person_id=reader.person.id, way=Way.PREFERENCES, at=page.now())
    if gone:
        speaks = page.language(reader.person.language)
        said = [page.say(speaks, receipts.TAKEN_BACK)]
        receipts.send(session, desk, reader, said=said, language=speaks, at=page.now())
    return gone


def shown(
    terms: tuple[Term, ...], speaks: Language, *, ticked: frozenset[Interest], errors: dict[str, str]
) -> dict[str, Any]:
    """What the form of choices needs."""
    offered = named(terms, speaks)
    return {
        "groups": {
            kind.value: [
                (f"{one.kind}:{one.code}", name, one in ticked) for one, name in offered.items() if one.kind is kind
            ]
            for kind in InterestKind
        },
        "agreement": agreement(speaks, page.assembly().settings.organisation).splitlines(),
        "errors": {name: page.say(speaks, text) for name, text in errors.items()},
    }


def _show(reader: Reader, *, standing: int = 0, gone: int | None = None, is_sent: bool | None = None) -> Response:
    return page.show(
        "interests.html",
        speaks=page.language(reader.person.language),
        is_private=True,
        address=reader.masked_address,
        standing=standing,
        gone=gone,
        is_sent=is_sent,
        back=correspondence.preferences_url(page.assembly().desk, reader),
    )
