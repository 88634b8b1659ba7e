"""By what a line finds its person, and how likely somebody is the one who paid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import token_sort_ratio

from crm.banking.kept import Confirmed, Rule
from crm.banking.model import Line
from crm.values.folding import called, folded

ALIKE = 72
"""How alike (of 100) the name on a transfer and that of whose account it is have to be, for nobody to be asked."""

CLEAR = 10
"""Points by which the first candidate has to be ahead."""

SHORTEST = 3
"""Letters of a word that two names may share: an initial is nobody's."""

LIKELY = 55
"""Below this, a name proposes nobody."""

_SAID = (
    "a en du de des d le la l les et vers au par via no nr n op van de het te in from of the and mit von vom "
    "depot depots versement versements remise remises encaissement cheque cheques espece especes cash argent liquide "
    "liquidites billet billets piece pieces monnaie guichet automate agence banque "
    "storting stortingen gestort contant contanten geld muntgeld biljetten cheques bank automaat loket inning afgifte "
    "deposit deposits atm coins notes "
    "einzahlung bareinzahlung scheck schecks bargeld"
)
DEPOSITING = frozenset(_SAID.split())
"""Of these words alone banks make what they say of a deposit; any other may be somebody's."""

WAYS = 20_000
"""So many sums are tried before a colleague is asked which refunds a debit paid."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key of a line: by which rule, of which kind, hashed."""

    rule: Rule
    kind: str
    key: str


def identity(line: Line, account: str) -> str:
    """All that makes a line this one, in one text: what two files say of one movement alike."""
    parts = (
        account,
        line.booked_on.isoformat(),
        line.value_on.isoformat() if line.value_on else "",
        str(line.cents),
        line.counterparty_account or "",
        folded(line.counterparty_name or ""),
        folded(line.communication or ""),
        line.structured or "",
        line.end_to_end_id or "",
        line.mandate or "",
        line.return_reason or "",
        line.transaction_code or "",
        line.bank_reference or "",
        line.batch or "",
        "fee" if line.fee else "",
    )
    return "\x1f".join(parts)


def verdict(
    keys: Collection[Key],
    known: Mapping[tuple[str, str], tuple[int, ...]],
    *,
    name: str,
    names: Mapping[int, str],
) -> tuple[int, Rule] | None:
    """Whom a line surely comes from, and by what; None where a person has to look.

    A key that leads to several people leads to nobody. An account alone is not enough where the name on the transfer is
    another: families share one. Nor is a communication, without a name that is theirs: a whole appeal may print one.
    """
    for key in keys:
        found = known.get((key.kind, key.key), ())
        if len(found) != 1:
            continue
        is_theirs = alike(name, names.get(found[0], "")) >= ALIKE
        if key.rule is Rule.STRUCTURED and not is_theirs:
            continue
        if key.rule is Rule.ACCOUNT and name and not is_theirs:
            continue
        return found[0], key.rule
    return None


def is_printed_for(
    whose: int,
    keys: Collection[Key],
    known: Mapping[tuple[str, str], tuple[int, ...]],
    *,
    name: str,
    names: Mapping[int, str],
) -> bool:
    """Whether a payment by the communication that an appeal printed for somebody surely is theirs.

    A slip may be passed on: not where the account is known as another's, nor where the name on the transfer shares no
    word with theirs. Of a couple, the surname is enough.
    """
    if any(known.get((key.kind, key.key), (whose,)) != (whose,) for key in keys if key.rule is Rule.ACCOUNT):
        return False
    theirs = names.get(whose, "")
    shared = {word for word in _words(name).split() if len(word) >= SHORTEST} & set(_words(theirs).split())
    return not name.strip() or bool(shared) or alike(name, theirs) >= ALIKE


def known_payer(
    confirmed: Sequence[Confirmed], keys: Collection[Key], known: Mapping[tuple[str, str], tuple[int, ...]]
) -> int | None:
    """For whom an account and the name on it surely pay: for the only one for whom colleagues ever confirmed them.

    Not once it was forgotten, nor where a mandate or a communication on the line is known as another's.
    """
    if len(confirmed) != 1 or not confirmed[0].is_taught:
        return None
    whose = confirmed[0].person_id
    told = (known.get((key.kind, key.key), ()) for key in keys)
    return whose if all(not several or whose in several for several in told) else None


def alike(one: str, other: str) -> int:
    """How alike two names are, of 100; the order of their words and what addresses them do not count."""
    left, right = _words(one), _words(other)
    return round(token_sort_ratio(left, right)) if left and right else 0


def score(*, name: int, same_account: bool, same_amount: bool, gave_before: bool) -> int:
    """How likely somebody is the one who paid, of 100: the name first, then the account, then their habits."""
    points = name * 0.6 + 25 * same_account + 10 * same_amount + 5 * gave_before
    return min(100, round(points))


def is_clear(scores: Sequence[int]) -> bool:
    """Whether the first candidate stands out: of two namesakes none is chosen for a colleague who presses Enter."""
    return len(scores) == 1 or (len(scores) > 1 and scores[0] - scores[1] >= CLEAR)


def only_parts(cents: Sequence[int], total: int) -> frozenset[int]:
    """The places of the only amounts among those that come to a total; empty where none do, or several ways do."""
    ways: dict[int, tuple[int, ...] | None] = {0: ()}
    for place, one in enumerate(cents):
        for sum_, places in tuple(ways.items()):
            more = sum_ + one
            if more > total:
                continue
            ways[more] = None if more in ways or places is None else (*places, place)
        if len(ways) > WAYS:
            return frozenset()
    return frozenset(ways.get(total) or ())


def numbered(identities: Collection[str], seen: dict[str, int]) -> Iterator[str]:
    """Each identity with how often it came before: two equal payments of one day are two, and stay two."""
    for identity_ in identities:
        count = seen.get(identity_, 0)
        seen[identity_] = count + 1
        yield f"{identity_}\x1f{count}"


def is_of_bank(communication: str) -> bool:
    """Whether a communication is what banks say of cheques and cash that were brought, and no word is anybody's."""
    words = re.findall(r"[^\W\d_]+", folded(communication))
    return all(word in DEPOSITING for word in words)


def _words(name: str) -> str:
    return " ".join(called(name))
