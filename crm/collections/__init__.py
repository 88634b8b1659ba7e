"""Instalments asked of people's banks: the SEPA files that ask, the credits that settle them, what comes back."""
