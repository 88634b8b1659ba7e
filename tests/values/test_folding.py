"""How texts compare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.folding import folded


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("typed", "compared"),
    [("  Éloïse  DUPONT ", "eloise dupont"), ("O’Neill", "o'neill"), ("Œdipe Strauß", "oedipe strauss")],
)
def test_names_compare_without_accents_or_case(typed: str, compared: str) -> None:
    assert folded(typed) == compared
