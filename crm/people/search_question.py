"""What somebody typed into the search box, understood: words to begin with, and who answers best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from crm.people.search_model import Entry, Facet, Match
from crm.people.search_words import (
    LONG_MEANT,
    MAIL_HOUSES,
    SHORTEST_MEANT,
    glued,
    houses_near,
    misspelt,
    number_starts,
    telling,
    words,
)

LONGEST_QUESTION = 200
MOST_TERMS = 8
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{10,30}")
_TAIL = 4
_PHONE = re.compile(r"\+?\(?\d(?:[\s./()-]*\d){7,}")
_NUMBER = re.compile(r"(?:n°|be)?[+\s\d./()-]*\d[\s\d./()-]*", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:(?:n°|n[or]\.?|num[ée]ro|nummer|number)?\s*(?:de |du )?"
    r"(?:membre|lid(?:nr|nummer)?|member|mitglied(?:snummer)?)(?:\s+(?:n°|n[or]\.?|number))?"
    r"|gsm|t[ée]l(?:[ée]phone|efoon|efon)?|mobile?|handy|portable|phone)[\s.:]*(?=[\d+(])",
    re.IGNORECASE,
)
"""What one writes before a number to say which it is: « n° de membre », « Lidnr. », « GSM »."""
_TITLE = re.compile(
    r"(?:mme|mlle|madame|mademoiselle|monsieur|m\.|mr|mrs|ms|mevrouw|mevr|mw|de heer|dhr|frau|herr)\.?\s+(?=\S)",
    re.IGNORECASE,
)
"""How one is called before one’s name, which tells nobody apart."""
_HOUSE = re.compile(r"\d{1,3}[a-z]?")


@dataclass(frozen=True, slots=True)
class Term:
    """One word that was typed: it begins in one of these ways, or was meant to be one of the `guesses`."""

    starts: tuple[str, ...]
    guesses: tuple[str, ...] = ()

    def begins(self, word: str) -> bool:
        """True where `word` begins as it was typed."""
        return word.startswith(self.starts)

    def answers(self, word: str) -> bool:
        """True where `word` begins as it was typed, or as it was meant."""
        return self.begins(word) or any(is_meant(word, guess) for guess in self.guesses)


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody answers who has a word for each term; `hints` (a house number) only move them up.

    `parts` are the words in the order in which they were typed.
    """

    text: str
    terms: tuple[Term, ...]
    hints: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def is_meant(word: str, guess: str) -> bool:
    """True where a guess stands for `word`: the same, or long enough to be its beginning."""
    return word == guess or (len(guess) >= LONG_MEANT and word.startswith(guess))


def understood(typed: str) -> Question:
    """What was typed, as terms: phone numbers in any notation are one, an IBAN is known by its last four signs."""
    text = _unlabelled(" ".join(typed[:LONGEST_QUESTION].split()))
    if _IBAN.fullmatch(compact := text.replace(" ", "")):
        return Question(text, (Term((compact[-_TAIL:].casefold(),)),))
    if _NUMBER.fullmatch(text):
        return Question(text, (Term(number_starts(text)),))
    return _worded(text, _PHONE.sub(" ", text), [Term(number_starts(found)) for found in _PHONE.findall(text)])


def _unlabelled(text: str) -> str:
    """Without what stands before a number or a name and is neither."""
    label = _LABEL.match(text)
    if label is not None and _NUMBER.fullmatch(text[label.end() :]):
        return text[label.end() :]
    title = _TITLE.match(text)
    return text if title is None else text[title.end() :]


def _worded(text: str, rest: str, numbers: list[Term]) -> Question:
    local, at, domain = rest.partition("@")
    parts = words(local)
    if at:
        parts += _domain_parts(domain)
    firm = telling(tuple(part for part in parts if not _HOUSE.fullmatch(part))) or (() if numbers else parts)
    hints = tuple(part for part in parts if part not in firm)
    terms = (*numbers, *(Term((part,)) for part in dict.fromkeys(firm)))[:MOST_TERMS]
    return Question(text, terms, hints, () if at or numbers else parts)


def _domain_parts(domain: str) -> tuple[str, ...]:
    """The words of a domain, also of one that is half typed; none where a great mail house may be meant."""
    typed = domain.strip().casefold()
    if any(house.startswith(typed) for house in MAIL_HOUSES):
        return ()
    return words(typed.rpartition(".")[0] or typed)


def guesses(question: Question, *, shortest: int = SHORTEST_MEANT) -> dict[str, tuple[str, ...]]:
    """For each word that may be misspelt, what of at least so many letters it may have been."""
    asked = [term.starts[0] for term in question.terms if len(term.starts) == 1]
    several = dict.fromkeys((*asked, *map(glued, _runs(question))))
    meant = {word: tuple(one for one in misspelt(word) if len(one) >= shortest) for word in several}
    return {word: those for word, those in meant.items() if those}


def guessing(question: Question, meant: dict[str, tuple[str, ...]]) -> tuple[Question, ...]:
    """The question with those guesses, and with words as one that may have been put apart; none that says nothing new.

    « vn den broek » is found under « vandenbroeck », « du pont » under « dupont »; what
    looks like a phone number may be a name and a postcode (« 11.11.11 1000 Bruxelles »).
    """
    terms = _meant(question, meant).terms
    has_words = not _NUMBER.fullmatch(question.text) and len(question.text.split()) > 1
    unnumbered = [_worded(question.text, question.text, [])] if has_words and _PHONE.search(question.text) else []
    ways = unnumbered + ([replace(question, terms=terms)] if terms != question.terms else [])
    local, at, domain = question.text.rpartition("@")
    if at and houses_near(domain.casefold()) and _domain_parts(domain):
        ways.append(_meant(_worded(question.text, local, []), meant))
    for run in _runs(question):
        others = tuple(term for term in terms if term.starts[0] not in run)
        ways.append(replace(question, terms=(Term((glued(run),), meant.get(glued(run), ())), *others)))
    return tuple(ways)


def each_guessed(question: Question) -> Iterator[tuple[Term, ...]]:
    """The terms, each time with another that is only what was meant, and no longer what was typed."""
    for place, term in enumerate(question.terms):
        if term.guesses:
            yield (*question.terms[:place], replace(term, starts=()), *question.terms[place + 1 :])


def _meant(question: Question, meant: dict[str, tuple[str, ...]]) -> Question:
    return replace(question, terms=tuple(replace(one, guesses=meant.get(one.starts[0], ())) for one in question.terms))


def _runs(question: Question) -> Iterator[tuple[str, ...]]:
    """Two or three neighbours, or all words, where a piece is too short to be looked for by itself, or may have been
    before a letter too many was typed."""
    parts = question.parts
    for length in sorted({2, 3, len(parts)} - {0, 1}):
        for start in range(len(parts) - length + 1):
            run = parts[start : start + length]
            if len(parts) <= MOST_TERMS and any(len(part) <= SHORTEST_MEANT for part in run):
                yield run


class Rank(NamedTuple):
    """Where somebody stands among those who answer: the least comes first.

    Words taken for others, those of another first letter, words that are no name, beginnings only, no hint, the facets,
    the name.
    """

    guessed: int
    strange: int
    behind: int
    halves: int
    unhinted: int
    weights: list[str]
    name: str


def rank(question: Question, held: Iterable[tuple[str, str]]) -> Rank:
    """Where somebody with those words (each under its facet) stands among those who answer: the least comes first.

    Words of their name weigh most, whole words before beginnings, as typed before as meant, and of what was meant
    what begins with the same letter.
    """
    own = sorted(held)
    guessed, strange, halves, weights = 0, 0, 0, []
    for term in question.terms:
        typed = [one for one in own if one[1].startswith(term.starts)]
        answers = typed or [one for one in own if term.answers(one[1])]
        guessed += not typed
        strange += not any(word[:1] == term.starts[0][:1] for _, word in answers)
        halves += not any(word in term.starts or word in term.guesses for _, word in answers)
        weights.append(answers[0][0] if answers else "9")
    hinted = sum(1 for hint in question.hints if any(word == hint for _, word in own)) if question.hints else 0
    behind = sum(weight > Facet.FIRST_NAME for weight in weights)
    name = " ".join([word for facet, word in own if facet <= Facet.FIRST_NAME])
    return Rank(guessed, strange, behind, halves, -hinted, sorted(weights), name)


def matches(question: Question, entries: Sequence[Entry]) -> tuple[Match, ...]:
    """Which of someone's entries answer, each once, in the order of the terms; what is theirs now comes first."""
    found: dict[Match, None] = {}
    for term in question.terms:
        answering = [entry for entry in entries if any(term.begins(word) for word in entry.words)]
        answering = answering or [entry for entry in entries if any(term.answers(word) for word in entry.words)]
        found |= dict.fromkeys(known_by(answering))
    return tuple(found)


def known_by(entries: Sequence[Entry]) -> tuple[Match, ...]:
    """What is said of several entries: the best of them, which is theirs now if any is."""
    best = min(entries, key=lambda entry: (entry.is_past, entry.facet), default=None)
    return (Match(field=best.field, text=best.text, kind=best.kind, is_past=best.is_past),) if best else ()
