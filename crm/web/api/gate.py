"""The one way to register an endpoint: with the scope it asks for, the shape it takes, and what it answers.

A request passes the gate in one order: its origin and token, how often it came, its scope, then its body. Work is done
once per idempotency key, in one transaction, and a POST leaves after a whole multiple of one pace, so that waiting
tells nothing about who is known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, request, url_for
from pydantic import BaseModel
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.partners import rules
from crm.partners import service as partners
from crm.partners.errors import KeyReused
from crm.partners.model import Limit, NewRequest, RequestKind, Scope, Token
from crm.values.identifiers import PersonId
from crm.web.api import problems, reading
from crm.web.api.answers import TakenOut
from crm.web.api.problems import Flaw, Kind, Problem
from crm.web.even_pace import even_pace
from crm.web.words import N_

PREFIX = "/api/v1"
PACE_SECONDS = 0.05
BAD_KEY = N_("Une clé a 255 caractères visibles au plus, sans espace ni accent.")
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One endpoint, as the documentation tells it. `takes` is None for a GET."""

    name: str
    method: str
    path: str
    scope: Scope | None
    summary: str
    answers: type[BaseModel]
    takes: type[BaseModel] | None = None
    problems: tuple[Kind, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    reads_key: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks, and when."""

    token: Token
    made: Assembly
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of a request: whom it was about (None where there was nobody), and facts for us alone."""

    person_id: PersonId | None
    facts: Mapping[str, Any] = field(default_factory=dict)


Work = Callable[[Session, Caller, Any], Done]
Look = Callable[..., BaseModel]
OPERATIONS: dict[str, Operation] = {}
"""Every endpoint by its name, in the order of registration."""

_EVERY = (problems.UNAUTHORISED, problems.SCOPE, problems.ORIGIN, problems.LIMITED, problems.UNAVAILABLE)
_WRITING = (problems.MALFORMED, problems.INVALID, problems.KEY_REUSED, problems.LARGE, problems.MEDIA)


def takes(
    blueprint: Blueprint,
    path: str,
    shape: type[BaseModel],
    *,
    kind: RequestKind,
    scope: Scope,
    summary: str,
    example: Mapping[str, Any],
    also: tuple[Kind, ...] = (),
) -> Callable[[Work], Work]:
    """Registers a POST that hands something in and is answered by a reference."""

    def register(work: Work) -> Work:
        OPERATIONS[work.__name__] = Operation(
            name=work.__name__, method="POST", path=path, scope=scope, summary=summary, answers=TakenOut, takes=shape,
            problems=(*_EVERY, *_WRITING, *also), example=example,
        )  # fmt: skip

        @wraps(work)
        def view() -> Response:
            caller = _caller(scope)
            key = _key()
            body = reading.body_of(request)
            asked = reading.read(body, shape)
            with even_pace(PACE_SECONDS), caller.made.database.transaction() as session:
                return _taken(session, caller, kind, key=key, body=body, work=lambda: work(session, caller, asked))

        view.__dict__["scope"] = scope
        blueprint.add_url_rule(path, endpoint=work.__name__, view_func=view, methods=["POST"])
        return work

    return register


def tells(
    blueprint: Blueprint,
    path: str,
    answers: type[BaseModel],
    *,
    scope: Scope | None,
    summary: str,
    also: tuple[Kind, ...] = (problems.MISSING,),
    reads_key: bool = False,
) -> Callable[[Look], Look]:
    """Registers a GET that tells how something stands; with `scope` None any living token may ask."""

    def register(look: Look) -> Look:
        OPERATIONS[look.__name__] = Operation(
            name=look.__name__, method="GET", path=path, scope=scope, summary=summary, answers=answers,
            problems=(*_EVERY, *also), reads_key=reads_key,
        )  # fmt: skip

        @wraps(look)
        def view(**parts: str) -> Response:
            caller = _caller(scope)
            with caller.made.database.reading() as session:
                return said(look(session, caller, **parts))

        view.__dict__["scope"] = scope
        blueprint.add_url_rule(path, endpoint=look.__name__, view_func=view, methods=["GET"])
        return look

    return register


def said(answer: BaseModel, status: int = 200) -> Response:
    """An answer as JSON."""
    response = Response(answer.model_dump_json() + "\n", status)
    response.content_type = "application/json"
    return response


def key_of_request() -> str:
    """The idempotency key of this request. Raises `Problem` where there is none."""
    key = _key()
    if not key:
        raise Problem(problems.INVALID, Flaw(sentence=N_("Cet en-tête manque."), header="Idempotency-Key"))
    return key


def _taken(
    session: Session, caller: Caller, kind: RequestKind, *, key: str, body: bytes, work: Callable[[], Done]
) -> Response:
    new = NewRequest(token_id=caller.token.id, kind=kind, key=key, body_digest=_digest(body))

    def once() -> NewRequest:
        done = work()
        audit.record(
            session, caller.made.sealer, at=caller.at, account_id=None, action=f"api.{kind.value}",
            subject="person" if done.person_id is not None else "api-token",
            subject_id=done.person_id if done.person_id is not None else caller.token.id,
            facts={"token": caller.token.id},
        )  # fmt: skip
        return NewRequest(
            token_id=new.token_id, kind=kind, key=key, body_digest=new.body_digest, person_id=done.person_id,
            facts=done.facts,
        )  # fmt: skip

    try:
        found, is_new = partners.take(session, new, once, at=caller.at)
    except KeyReused as error:
        raise Problem(problems.KEY_REUSED) from error
    response = said(TakenOut(reference=found.reference, kind=found.kind, taken_at=found.taken_at), 201)
    response.headers["Location"] = url_for("api_requests.request_by_reference", reference=found.reference)
    if not is_new:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _digest(body: bytes) -> str:
    """Of method, path and content: the same JSON in another spelling is the same request."""
    content = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{content}".encode()).hexdigest()


def _caller(scope: Scope | None) -> Caller:
    made: Assembly = current_app.extensions["portevoix"]
    now = made.clock()
    limits = made.settings.api
    address = made.addresses.key_of(f"ip:{request.remote_addr or ''}")
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    with made.database.transaction() as session:
        token = partners.recognise(session, text.strip() if scheme.lower() == "bearer" else "", at=now)
        if token is None:
            admission = partners.admit(
                session, [Limit(name=f"guess {address}", per_minute=limits.guesses_per_minute)], at=now
            )
        else:
            counted = [
                Limit(name=f"token {token.id}", per_minute=limits.per_token_per_minute),
                Limit(name=f"from {address}", per_minute=limits.per_address_per_minute),
            ]
            admission = partners.admit(session, counted, at=now)
            partners.touch(session, token, at=now)
    if not admission.is_in:
        raise Problem(problems.LIMITED, headers={"Retry-After": str(admission.retry_after)})
    if token is None:
        raise Problem(problems.UNAUTHORISED)
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin not in token.origins:
            raise Problem(problems.ORIGIN)
        g.api_origin = origin
    if scope is not None and scope not in token.opens:
        raise Problem(problems.SCOPE)
    return Caller(token=token, made=made, at=now)


def _key() -> str:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not rules.is_key(key):
        raise Problem(problems.INVALID, Flaw(sentence=BAD_KEY, header="Idempotency-Key"))
    return key or ""
