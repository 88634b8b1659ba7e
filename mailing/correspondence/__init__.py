"""Letters the house owes one person: confirm, acknowledge."""
