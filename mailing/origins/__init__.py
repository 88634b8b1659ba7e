"""Telling people whom a file or a partner brought where we have their data from, within a month (GDPR art. 14)."""
