"""Plumbing without domain words: settings, database, signing, egress, templates."""
