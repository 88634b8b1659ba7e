"""Newsletters, editions, schedules and approval."""
