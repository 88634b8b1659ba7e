"""What the pages of segments show: nodes of the builder with their pickers, and the panel of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from flask import abort, url_for
from sqlalchemy.orm import Session

from crm.consent import words as consent_words
from crm.consent.model import Refusal
from crm.contracts.segment_fields import Column, Kind, Measure, Source
from crm.segments import effects, exporting, naming, service
from crm.segments.catalogue import COMPARED, checked
from crm.segments.errors import SegmentMissing
from crm.segments.json_form import from_json
from crm.segments.model import Condition, Definition, Does, Refused, Run, Segment, Test, Tree, Words
from crm.segments.reading import Reader
from crm.segments.rules import asked_segments
from crm.staff.model import Permission
from crm.values.belgium.localities import localities, postcode_of
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import SegmentId
from crm.web.errors import gone_words
from crm.web.office import guard, segment_uses, segment_why, shell
from crm.web.office import segment_form as forms
from crm.web.office import segment_words as words
from crm.web.office.segment_words import GROUPS, MEASURES, SPANS, WINDOWS
from crm.web.words import N_

stopwatch = perf_counter


def may_ask(source: Source) -> bool:
    """Whether whoever is signed in may ask about that."""
    return guard.may(Permission(source.permission))


def may_ask_all(session: Session, tree: Tree) -> bool:
    """Whether they may ask about all of a tree, and of the segments that it asks about."""
    catalogue = shell.assembly().questions
    trees = (tree, *(one.tree for one in service.reached(session, [tree], catalogue).values()))
    return all(may_ask(catalogue.source(key)) for one in trees for key in catalogue.asked(one))


def reader(session: Session) -> Reader:
    """Somebody to read trees aloud to whoever is signed in."""
    by = guard.signed_in().account.id
    names = {one.id: shell.say(N_("%(name)s (rangé)"), name=one.name) for one in service.ended(session, by=by)}
    names |= {one.id: one.name for one in service.segments(session, by=by)}
    return Reader(
        session=session,
        catalogue=shell.assembly().questions,
        language=shell.language(),
        today=brussels_day(shell.now()),
        names=names,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The figures of a tree, as the panel shows them."""

    sentence: str
    people: int
    everybody: int
    steps: tuple[dict[str, Any], ...]
    does: Does | None
    """What all of them do; None where some keep out and others bring in."""
    is_gathered: bool
    """Whether the conditions bring people together one after the other, rather than leaving fewer and fewer."""
    refusals: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    run: Run


def panel(session: Session, definition: Definition, *, number: int = 0) -> Panel:
    """Asks: how many, what each condition does, why the gate refuses."""
    made = shell.assembly()
    question = service.question(session, made.questions, [definition.tree], at=shell.now())
    started = stopwatch()
    found = effects.breakdown(definition, question)
    milliseconds = round((stopwatch() - started) * 1000)
    reads = reader(session)
    steps = tuple(
        {
            "clause": segment_why.group_word(one.part) or reads.clause(one.part),
            "depth": one.depth,
            "does": one.does.value,
            "alone": one.alone,
            "left": one.left,
            "only": one.only,
        }
        for one in found.effects
    )
    does = {one.does for one in found.effects}
    return Panel(
        sentence=reads.sentence(definition.tree),
        people=found.people,
        everybody=found.everybody,
        steps=steps,
        does=does.pop() if len(does) == 1 else None,
        is_gathered=bool(found.effects) and found.effects[0].does is Does.BRINGS_IN,
        refusals=_refusals(effects.refusals(definition, question), reads),
        run=Run(people=found.people, milliseconds=milliseconds, counted_at=shell.now(), number=number),
    )


def _refusals(found: Sequence[Refused], reads: Reader) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """By condition, under its clause where there are several; whoever is kept out by none is not told."""
    told = []
    for one in found:
        where = tuple(
            Test(column=column, asks=Words(values=frozenset({word})))
            for column, word in (("channel", one.channel.value), ("purpose", one.purpose))
        )
        clause = reads.clause(Condition(source="reach", where=where)) if len(found) > 1 else ""
        several = sorted(one.reasons.items(), key=lambda pair: -pair[1])
        if several:
            told.append((clause, tuple((refusal_word(word), number) for word, number in several)))
    return tuple(told)


def refusal_word(word: str) -> str:
    """Why the gate refuses, as one reads it."""
    if not word:
        return shell.say(N_("Jamais sollicitées pour cela, ou sans adresse qui fonctionne"))
    if word == exporting.DO_NOT_CALL:
        return shell.say(N_("Sur la liste nationale « Ne m’appelez plus »"))
    return shell.say(consent_words.REFUSALS[Refusal(word)])


def nodes(session: Session, draft: forms.Draft, built: forms.Built) -> dict[str, Any]:
    """The draft as a nest of groups and conditions, each with what one may choose there."""
    reads = reader(session)
    sources = [source for source in shell.assembly().questions.sources if may_ask(source)]
    segments = service.segments(session, by=guard.signed_in().account.id)

    groups = {node.id: node.parent for node in draft if node.kind == "group"}
    away = segment_uses.away(session, {one for tree in built.asked.values() for one in asked_segments(tree)})
    gone = _gone(session, built)

    def shown(node: forms.Node) -> dict[str, Any]:
        found: dict[str, Any] = {"id": node.id, "parent": node.parent, "kind": node.kind, "node": node}
        found["is_incomplete"] = node.id in built.incomplete
        found["is_far"] = node.id in built.far
        found["unknown"] = built.unknown.get(node.id, "")
        found["gone"] = gone.get(node.id, "")
        tree = built.asked.get(node.id)
        found["away"] = [away[one] for one in asked_segments(tree) if one in away] if tree is not None else []
        found["may_go_in"] = any(parent == node.parent and one != node.id for one, parent in groups.items() if parent)
        match node.kind:
            case "group":
                found["mode"] = node.get("mode") or "every"
                found["parts"] = [shown(child) for child in draft if child.parent == node.id]
            case "fixed":
                found["sentence"] = _fixed(reads, node)
            case _:
                found |= _condition(reads, node)
        return found

    top = shown(draft[0])
    return {
        "top": top,
        "groups": [(key, shell.say(word)) for key, word in GROUPS.items()],
        "spans": [(key, shell.say(word)) for key, word in SPANS.items()],
        "relations": [(relation.value, shell.say(word)) for relation, word in words.RELATIONS.items()],
        "windows": [
            (shell.say(group) if group else "", [(key, shell.say(word)) for key, word in several.items()])
            for group, several in WINDOWS.items()
        ],
        "counted": words.COUNTED,
        "from_to": words.FROM_TO,
        "sources": [(source.key, shell.say(source.label)) for source in sources]
        + [(forms.SEGMENT, shell.say(N_("Un autre segment"))), (forms.SAMPLE, shell.say(N_("Un tirage au sort")))],
        "seek_segments": url_for("segment_pickers.segments"),
        "segments": [(str(one.id), one.name) for one in segments]
        + [(str(number), one.label) for number, one in away.items()],
    }


def _gone(session: Session, built: forms.Built) -> dict[str, str]:
    """Of each condition that names what is gone, how it is said."""
    catalogue = shell.assembly().questions
    lost = naming.gone(session, catalogue, built.asked.values())
    if not lost:
        return {}
    told = {number: naming.named(tree, catalogue) & lost for number, tree in built.asked.items()}
    return {
        number: gone_words(naming.refusal(session, catalogue, things), shell.language())
        for number, things in told.items()
        if things
    }


def _fixed(reads: Reader, node: forms.Node) -> str:
    try:
        return reads.clause(checked(from_json(forms.parsed(node.get("json"))), shell.assembly().questions))
    except (ValueError, Invalid):
        return ""


def _condition(reads: Reader, node: forms.Node) -> dict[str, Any]:
    catalogue = shell.assembly().questions
    key = node.get("source")
    source = catalogue.find(key)
    if source is None or not may_ask(source):
        return {"source": key, "measures": (), "columns": (), "has_day": False, "is_compared": False}
    measure = forms.measure_of(node, source, catalogue)
    is_compared = forms.is_compared(node, source)
    measures = [(one.value, shell.say(MEASURES[one])) for one in catalogue.measures(source) if one in source.phrases]
    if source.amount:
        measures.append((forms.COMPARE, shell.say(words.COMPARED)))
    columns = [column for column in source.columns if column.key != source.day]
    return {
        "source": key,
        "definition": " ".join(shell.say(text) for text in (source.definition, words.COSTS[source.cost]) if text),
        "measures": measures if len(measures) > 1 else (),
        "measure": forms.COMPARE if is_compared else measure.value,
        "has_day": bool(source.day),
        "is_compared": is_compared,
        "sides": [(one.value, shell.say(MEASURES[one])) for one in catalogue.measures(source) if one in COMPARED],
        "is_counted": measure not in {Measure.HAS, Measure.FIRST, Measure.LAST},
        "is_amount": measure in {Measure.SUM, Measure.AVERAGE, Measure.LARGEST, Measure.SMALLEST},
        "columns": [_column(reads, node, source, column) for column in columns],
        "right_columns": [_column(reads, node, source, one, forms.RIGHT) for one in columns] if is_compared else (),
        "is_open": source.is_person or any(column.is_required for column in source.columns),
    }


def _column(reads: Reader, node: forms.Node, source: Source, column: Column, suffix: str = "") -> dict[str, Any]:
    key = column.key + suffix
    chosen = set(node.values.get(f"t-{key}", []))
    options = list(reads.named(source, column, chosen).items())
    options += [(value, value) for value in sorted(chosen - {value for value, _ in options})]
    asked = bool(chosen or node.get(f"a-{key}") or node.get(f"b-{key}") or node.get(f"w-{key}"))
    return {
        "key": key,
        "label": shell.say(column.label),
        "kind": "day" if column.kind in {Kind.DAY, Kind.INSTANT, Kind.ANNIVERSARY} else column.kind.value,
        "options": options,
        "seek": url_for("segment_pickers.column", source=source.key, column=column.key) if column.options else "",
        "chosen": chosen,
        "place": _place(node.get(f"b-{key}")) if column.kind is Kind.PLACE else "",
        "is_shown": asked or column.is_required,
        "is_required": column.is_required,
    }


def _place(typed: str) -> str:
    """What a place that was typed was taken for."""
    postcode = postcode_of(typed) if typed.strip() else None
    return " ".join((postcode, *localities(postcode, shell.language())[:1])) if postcode else ""


def may_see(session: Session, segment_id: int) -> Segment:
    """A segment whoever is signed in may see. Raises `SegmentMissing`, for who sees no segments at all too."""
    if not guard.may(Permission.SEGMENTS_READ):
        raise SegmentMissing
    by, catalogue = guard.signed_in().account.id, shell.assembly().questions
    return service.get(session, SegmentId(segment_id), by=by, catalogue=catalogue)


def may_open(session: Session, segment_id: int) -> Segment:
    """A segment whose people they may see: they may ask all that it asks. Raises `SegmentMissing`, or answers 403."""
    segment = may_see(session, segment_id)
    if not may_ask_all(session, segment.tree):
        abort(403)
    return segment


def definition_of(session: Session, segment: Segment) -> Definition:
    """A segment with who is in or out of it by hand."""
    return service.definition(segment.tree, service.picks(session, segment.id))
