"""The bank: statement files read to the cent, and what their lines settle."""
