"""Who our supporters are and how to reach them."""
