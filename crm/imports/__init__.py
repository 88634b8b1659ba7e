"""Files in: read as they are, mapped, tried without writing, applied, undone."""
