"""Accounts, roles and sign-in; `may()` is the only question."""
