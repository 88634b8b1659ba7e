"""The printed magazine: who gets a copy and why, what leaves for the printer, what comes back."""
