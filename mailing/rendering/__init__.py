"""From an edition or a letter to the exact bytes one reader gets; no database."""
