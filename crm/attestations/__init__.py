"""Tax attestations: who is owed one, gapless numbers, the paper, the file for the administration."""
