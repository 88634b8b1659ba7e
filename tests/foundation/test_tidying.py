"""The tidying of memory waits while somebody asks for it, and begins again whatever happened."""

from __future__ import annotations

import gc

import pytest

from crm.foundation.tidying import put_off


def test_tidying_waits_for_the_last_and_begins_again_after_an_error() -> None:
    with put_off():
        with pytest.raises(ZeroDivisionError), put_off():
            raise ZeroDivisionError
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with put_off():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
