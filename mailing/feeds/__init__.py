"""Outside news, fetched politely, kept as it came."""
