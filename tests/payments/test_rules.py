"""What a payout kept of each payment is whole cents that add up, whatever is said of costs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crm.payments import rules
from crm.payments.model import PaymentState
from crm.payments.rules import Returned

MEANS = st.sampled_from(("bancontact", "creditcard", "refund", "paypal"))
PARTS = st.lists(st.tuples(MEANS, st.integers(1, 10**7)), min_size=1, max_size=12)


@given(PARTS, st.integers(0, 10**6), st.dictionaries(MEANS, st.integers(0, 10**6)))
def test_what_was_kept_adds_up_and_nobody_pays_for_anothers_means(
    parts: list[tuple[str, int]], fee: int, costs: dict[str, int]
) -> None:
    kept = rules.kept(fee, parts, costs)
    assert (sum(kept), min(kept) >= 0) == (fee, True)
    said = {means for means, _ in parts if costs.get(means)}
    if said:
        assert all(not cents for (means, _), cents in zip(parts, kept, strict=True) if means not in said)
        for means in said:
            of_it = [cents for (other, _), cents in zip(parts, kept, strict=True) if other == means]
            assert max(of_it) - min(of_it) <= 1


def test_a_return_address_is_long_and_of_plain_signs() -> None:
    told = ["a" * 20, "A-b_9" * 12, "a" * 19, "a" * 65, "é" * 30, "marie@exemple.be" * 2, ""]
    assert list(map(rules.is_return_code, told)) == [True, True, False, False, False, False, False]


def test_whoever_comes_back_hears_thanks_not_yet_or_not() -> None:
    told = [rules.returned(state) for state in (PaymentState.PAID, PaymentState.FAILED, PaymentState.OPEN, None)]
    assert told == [Returned.ARRIVED, Returned.FAILED, Returned.WAITING, Returned.WAITING]


def test_a_payout_is_named_by_its_whole_reference() -> None:
    texts = ["MOLLIE 1234567.2611.03 STICHTING", "1234567. 2611.03", "1234567.2611.031", "91234567.2611.03", ""]
    assert [rules.names(text, "1234567.2611.03") for text in texts] == [True, True, False, False, False]
