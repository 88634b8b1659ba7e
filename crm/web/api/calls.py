"""Which petition, event or urgent action a request names: by our code, or by its address on the site."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import Call, CallKind
from crm.values.errors import Invalid
from crm.values.web_address import web_address
from crm.web.api import problems
from crm.web.api.gate import Caller
from crm.web.api.problems import Flaw, Problem
from crm.web.api.shapes import CallIn
from crm.web.words import N_
from mailing.content import calls

ONE_NAME = N_("Donnez le code ou l’adresse, l’un des deux.")
NO_CODE = N_("Rien ne porte ce code. Créez-le au bureau d’abord, ou donnez son adresse sur le site.")
NO_URL = N_("Rien de connu à cette adresse. Créez-le au bureau d’abord, ou attendez que le site l’annonce.")


def named(session: Session, caller: Caller, kind: CallKind, asked: CallIn, *, pointer: str) -> Call:
    """The call that is named. Raises `Problem` where none is, or where both names are given."""
    if (asked.code is None) is (asked.url is None):
        raise Problem(problems.INVALID, Flaw(sentence=ONE_NAME, pointer=pointer))
    if asked.code is not None:
        found = actions.find_call(session, kind, code=asked.code)
        if found is None:
            raise Problem(problems.INVALID, Flaw(sentence=NO_CODE, pointer=f"{pointer}/code"))
        return found
    try:
        url = web_address(asked.url or "")
    except Invalid:
        url = ""
    found = calls.call_at(session, kind, url, at=caller.at) if url else None
    if found is None:
        raise Problem(problems.INVALID, Flaw(sentence=NO_URL, pointer=f"{pointer}/url"))
    return found
