"""A tree in plain words, in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Column, Kind, Measure, Source
from crm.foundation.translation import N_, babel_locale, say
from crm.segments import store
from crm.segments.catalogue import OF_AMOUNTS, Catalogue
from crm.segments.model import (
    Ahead,
    Between,
    Comparison,
    Condition,
    Every,
    InSegment,
    Month,
    Near,
    Not,
    Relation,
    Rolling,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Unit,
    Window,
    Words,
    Year,
)
from crm.segments.windows import days_of
from crm.values.belgium.localities import localities
from crm.values.identifiers import SegmentId
from crm.values.languages import Language

RELATIONS = {
    Relation.AT_LEAST: N_("ont un %(left)s d’au moins %(percent)s %% du %(right)s"),
    Relation.MORE_THAN: N_("ont un %(left)s supérieur à %(percent)s %% du %(right)s"),
    Relation.AT_MOST: N_("ont un %(left)s d’au plus %(percent)s %% du %(right)s"),
    Relation.LESS_THAN: N_("ont un %(left)s inférieur à %(percent)s %% du %(right)s"),
}
SIDES = {
    Measure.COUNT: N_("nombre"),
    Measure.SUM: N_("total"),
    Measure.LARGEST: N_("plus grand montant"),
    Measure.SMALLEST: N_("plus petit montant"),
}
MANY = 6
"""So many words of a list are written out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Reads trees aloud: in a language, on a day, with the names of the segments they ask about."""

    session: Session
    catalogue: Catalogue
    language: Language
    today: date
    names: Mapping[SegmentId, str] = field(default_factory=dict)
    _known: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def sentence(self, tree: Tree) -> str:
        """The whole: « Les personnes qui ont donné en 2025 et n’ont pas donné en 2026. »"""
        if isinstance(tree, Every) and not tree.parts:
            return self._say(N_("Toutes les personnes."))
        return self._tidy(self._say(N_("Les personnes qui %(clauses)s."), clauses=self.clause(tree)))

    def clause(self, tree: Tree) -> str:
        """A part, as it follows « les personnes qui »."""
        match tree:
            case Every():
                if not tree.parts:
                    return self._say(N_("sont connues"))
                return self._joined(self._all(tree.parts), N_("%(first)s et %(last)s"))
            case Some(least=1):
                return self._joined(self._all(tree.parts), N_("%(first)s ou %(last)s"))
            case Some():
                parts = "\u202f; ".join(self.clause(part) for part in tree.parts)
                return self._say(
                    N_("répondent à %(least)s au moins de ces points : %(parts)s"), least=tree.least, parts=parts
                )
            case Not():
                return self._denied(tree.part)
            case _:
                return self._tidy(self._leaf(tree, denied=False))

    def _all(self, parts: Sequence[Tree]) -> list[str]:
        return [self.clause(part) if len(parts) == 1 else self._inner(part) for part in parts]

    def _inner(self, part: Tree) -> str:
        words = self.clause(part)
        is_group = isinstance(part, Every | Some) and len(part.parts) > 1
        return f"({words})" if is_group else words

    def _denied(self, part: Tree) -> str:
        if (isinstance(part, Condition) and part.measure is Measure.HAS) or isinstance(part, InSegment):
            return self._tidy(self._leaf(part, denied=True))
        if isinstance(part, Some) and part.least == 1 and len(part.parts) > 1:
            return self._joined([self._denied(one) for one in part.parts], N_("%(first)s et %(last)s"))
        return self._say(N_("ne sont pas de celles qui %(clause)s"), clause=self._inner(part))

    def _leaf(self, leaf: Tree, *, denied: bool) -> str:
        match leaf:
            case Condition():
                return self._condition(leaf, denied=denied)
            case Comparison():
                return self._comparison(leaf)
            case InSegment():
                name = self.names.get(leaf.segment_id, str(leaf.segment_id))
                words = N_("ne font pas partie de « %(name)s »") if denied else N_("font partie de « %(name)s »")
                return self._say(words, name=name)
            case Sample():
                return self._say(N_("sont tirées au sort, %(share)s sur 1 000"), share=leaf.per_thousand)
            case _:
                raise TypeError(leaf)

    def _condition(self, condition: Condition, *, denied: bool) -> str:
        source = self.catalogue.source(condition.source)
        phrase = source.denied if denied else source.phrases.get(condition.measure, source.phrases[Measure.HAS])
        when = self.window(condition.window) if condition.window is not None else ""
        required = {column.key for column in source.columns if column.is_required}
        values: dict[str, str] = {"when": when, "how": self._asked(condition, source)}
        values |= {
            test.column: self._words(source, _column(source, test), test)
            for test in condition.where
            if test.column in required
        }
        link = " " if "%(what)s" in phrase else self._colon
        what = self.tests([test for test in condition.where if test.column not in required], source, link=link)
        words = self._say(phrase, **values, what=what)
        return words if not what or "%(what)s" in phrase else f"{words} ({what})"

    def _asked(self, condition: Condition, source: Source) -> str:
        match condition.asks:
            case None:
                return ""
            case Span() as span:
                return self.span(span, Kind.CENTS if condition.measure in OF_AMOUNTS else Kind.NUMBER)
            case window:
                return self.window(window)

    def _comparison(self, comparison: Comparison) -> str:
        source = self.catalogue.source(comparison.source)

        def side(one: Side) -> str:
            window = self.window(one.window) if one.window is not None else ""
            what = self.tests(one.where, source, link=self._colon)
            return self._tidy(f"{self._say(SIDES[one.measure])} {window}{f' ({what})' if what else ''}")

        words = self._say(
            RELATIONS[comparison.relation], left=side(comparison.left), right=side(comparison.right),
            percent=comparison.percent,
        )  # fmt: skip
        return f"{words} ({self._say(source.label)})"

    def tests(self, tests: Sequence[Test], source: Source, *, link: str = ": ") -> str:
        """Tests on rows, in a line; `link` stands between what is tested and how."""
        return ", ".join(self._test(test, _column(source, test), source, link) for test in tests)

    def _test(self, test: Test, column: Column, source: Source, link: str) -> str:
        label = self._say(column.label)
        match test.asks:
            case Words(other=other):
                listed = self._words(source, column, test)
                return f"{label}{link}{self._say(N_('autre que %(words)s'), words=listed) if other else listed}"
            case Span() as span:
                return f"{label}{link}{self.span(span, column.kind)}"
            case Near() as near:
                return f"{label}{link}{self.near(near)}"
            case window:
                return f"{label}{link}{self.window(window)}"

    def _words(self, source: Source, column: Column, test: Test) -> str:
        if not isinstance(test.asks, Words):
            return ""
        names = self.named(source, column, test.asks.values)
        listed = sorted(names.get(value, value) for value in test.asks.values)
        more = len(listed) - MANY
        if more > 1:
            listed = [*listed[:MANY], self._say(N_("%(n)s autres"), n=more)]
        return self._joined(listed, N_("%(first)s ou %(last)s"))

    def named(self, source: Source, column: Column, values: Collection[str]) -> dict[str, str]:
        """The words of a column under their names, with those values, which may be older than what is listed."""
        known = self.options(source, column)
        if column.every is not None and not set(values) <= set(known):
            known |= {one.value: one.label for one in column.every(self.session, self.language) if one.value in values}
        if column.known is not None and (gone := set(values) - set(known)):
            kept = store.names(self.session, {(source.key, column.key, value) for value in gone})
            lost, never = N_("%(name)s (n’existe plus)"), N_("%(name)s (inconnu)")
            for value in gone:
                name = kept.get((source.key, column.key, value))
                known[value] = self._say(never, name=value) if name is None else self._say(lost, name=name)
        return known

    def options(self, source: Source, column: Column) -> dict[str, str]:
        """The words of a column under their names; each column is asked once."""
        key = (source.key, column.key)
        if key not in self._known:
            found = column.options(self.session, self.language) if column.options else ()
            self._known[key] = {one.value: one.label for one in found}
        return self._known[key]

    def span(self, span: Span, kind: Kind) -> str:
        """At least, at most, exactly, between."""
        low, high = (None if end is None else self.value(end, kind) for end in (span.low, span.high))
        if low is not None and high is not None:
            if span.low == span.high:
                return self._say(N_("exactement %(value)s"), value=low)
            return self._say(N_("entre %(low)s et %(high)s"), low=low, high=high)
        if low is not None:
            return self._say(N_("au moins %(value)s"), value=low)
        return self._say(N_("au plus %(value)s"), value=high or "")

    def near(self, near: Near) -> str:
        """How far from where, the place under its name."""
        place = " ".join((near.postcode, *localities(near.postcode, self.language)[:1]))
        return self._say(N_("à moins de %(km)s km de %(place)s"), km=near.kilometres, place=place)

    def value(self, value: Any, kind: Kind) -> str:
        """A number, an amount or a text as one reads it."""
        locale = babel_locale(self.language)
        match kind:
            case Kind.CENTS:
                whole = value % 100 == 0
                shown = format_currency(
                    value / 100,
                    "EUR",
                    locale=locale,
                    format=None if not whole else "#,##0\u00a0¤",
                    currency_digits=not whole,
                )
                return str(shown).replace("\u00a0", "\u202f")
            case Kind.BIRTH:
                return self._say(N_("%(n)s an") if value == 1 else N_("%(n)s ans"), n=value)
            case Kind.NUMBER:
                return str(format_decimal(value, locale=locale))
            case _:
                return str(value)

    def window(self, window: Window) -> str:
        """When, as a complement: « en 2025 », « ces 24 derniers mois »."""
        match window:
            case Year(from_day="", to_day="", to_date=False):
                return self._say(N_("en %(year)s"), year=str(self.today.year + window.shift))
            case Between(first=date(month=1, day=1, year=year), last=date(month=12, day=31, year=end)) if year == end:
                return self._say(N_("en %(year)s"), year=str(year))
            case Month():
                first, _ = days_of(window, self.today)
                assert first is not None
                return self._say(N_("en %(year)s"), year=self._month(first))
            case Year() | Between():
                first, last = days_of(window, self.today)
                return self._range(first, last)
            case Rolling(unit=unit, length=length, ending=ending):
                return self._rolling(unit, length, ending)
            case Ahead(unit=unit, length=length, starting=starting):
                return self._ahead(unit, length, starting)
            case _:
                assert_never(window)

    def _range(self, first: date | None, last: date | None) -> str:
        if first is not None and last is not None:
            return self._say(N_("du %(first)s au %(last)s"), first=self.day(first), last=self.day(last))
        if first is not None:
            return self._say(N_("depuis le %(day)s"), day=self.day(first))
        return self._say(N_("jusqu’au %(day)s"), day=self.day(last or self.today))

    def _rolling(self, unit: Unit, length: int | None, ending: int) -> str:
        months = unit is Unit.MONTHS
        if length is None:
            if ending == 1:
                return self._say(N_("il y a un mois ou plus") if months else N_("il y a un jour ou plus"))
            words = N_("il y a %(n)s mois ou plus") if months else N_("il y a %(n)s jours ou plus")
            return self._say(words, n=ending)
        if (ending, length) == (0, 1):
            return self._say(N_("au cours du dernier mois") if months else N_("aujourd’hui"))
        if ending == 0:
            return self._say(N_("ces %(n)s derniers mois") if months else N_("ces %(n)s derniers jours"), n=length)
        words = N_("il y a %(first)s à %(last)s mois") if months else N_("il y a %(first)s à %(last)s jours")
        return self._say(words, first=ending, last=ending + length)

    def _ahead(self, unit: Unit, length: int | None, starting: int) -> str:
        months = unit is Unit.MONTHS
        if length is None and starting == 1:
            return self._say(N_("dans plus d’un mois") if months else N_("dans plus d’un jour"))
        if (starting, length) == (0, 1):
            return self._say(N_("d’ici un mois") if months else N_("aujourd’hui ou demain"))
        if length is None:
            return self._say(N_("dans plus de %(n)s mois") if months else N_("dans plus de %(n)s jours"), n=starting)
        if starting == 0:
            words = N_("ces %(n)s prochains mois") if months else N_("ces %(n)s prochains jours")
            return self._say(words, n=length)
        words = N_("dans %(first)s à %(last)s mois") if months else N_("dans %(first)s à %(last)s jours")
        return self._say(words, first=starting, last=starting + length)

    def _month(self, first: date) -> str:
        return str(format_date(first, "MMMM y", locale=babel_locale(self.language)))

    def day(self, day: date) -> str:
        """A day as one writes it."""
        return str(format_date(day, "medium", locale=babel_locale(self.language)))

    @property
    def _colon(self) -> str:
        return "\u00a0: " if self.language is Language.FR else ": "

    def _joined(self, words: Sequence[str], last: str) -> str:
        if len(words) < 2:
            return "".join(words)
        return self._say(last, first=", ".join(words[:-1]), last=words[-1])

    def _say(self, text: str, **values: object) -> str:
        return say(self.language, text, **values)

    @staticmethod
    def _tidy(text: str) -> str:
        return " ".join(text.split(" ")).replace("  ", " ").replace(" .", ".").strip()


def _column(source: Source, test: Test) -> Column:
    column = source.find_column(test.column)
    assert column is not None
    return column
