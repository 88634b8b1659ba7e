"""What is encrypted comes back in its own place alone, under any key we ever had, and whole or not at all."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.foundation.encryption import Cipher, Undecipherable
from crm.foundation.keys import Keyring, open_keyring

CIPHER = Cipher(Keyring(use="secrets", keys=((1, b"k" * 32),)))


@given(plain=st.text(), context=st.text(max_size=40))
def test_a_text_comes_back_and_never_looks_the_same_twice(plain: str, context: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in plain + context):
        return
    first, second = (CIPHER.encrypt(plain, context=context) for _ in range(2))
    assert first != second
    assert CIPHER.decrypt(first, context=context) == CIPHER.decrypt(second, context=context) == plain


@given(place=st.integers(0, 200), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(place: int, bit: int) -> None:
    text = CIPHER.encrypt("JBSWY3DPEHPK3PXP", context="totp 7")
    place %= len(text)
    changed = text[:place] + chr(ord(text[place]) ^ (1 << bit)) + text[place + 1 :]
    with pytest.raises(Undecipherable):
        CIPHER.decrypt(changed, context="totp 7")


def test_the_last_letter_counts_whole_though_base64_passes_over_its_low_bits() -> None:
    text = CIPHER.encrypt("JBSWY3DPEHPK3PXP", context="totp 7")
    assert text.endswith("=")
    assert not text.endswith("==")
    for letter in string.ascii_letters + string.digits + "+/":
        if letter != text[-2]:
            with pytest.raises(Undecipherable):
                CIPHER.decrypt(text[:-2] + letter + "=", context="totp 7")


def test_another_place_another_key_and_nonsense_open_nothing() -> None:
    text = CIPHER.encrypt("secret", context="totp 7")
    stranger = Cipher(Keyring(use="secrets", keys=((1, b"x" * 32),)))
    for cipher, given_text, context in (
        (CIPHER, text, "totp 8"),
        (stranger, text, "totp 7"),
        (CIPHER, text.replace("1:", "2:", 1), "totp 7"),
        (CIPHER, "", "totp 7"),
        (CIPHER, "1:", "totp 7"),
        (CIPHER, "1:é", "totp 7"),
        (CIPHER, "²:AAAA", "totp 7"),
    ):
        with pytest.raises(Undecipherable):
            cipher.decrypt(given_text, context=context)


def test_old_keys_still_read_after_a_rotation(tmp_path: Path) -> None:
    old = Cipher(open_keyring(tmp_path, "secrets")).encrypt("secret", context="x")
    (tmp_path / "secrets.2.key").write_text("ab" * 32)
    turned = Cipher(open_keyring(tmp_path, "secrets"))
    assert turned.decrypt(old, context="x") == "secret"
    assert turned.encrypt("secret", context="x").startswith("2:")
