"""The ledger of every mail we owe, each attempt, and the wire."""
