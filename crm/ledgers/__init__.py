"""What every append-only ledger shares: its rows are chained into blocks by one sealer, and checked."""
