"""People and money: who supports us, what they gave, what they allow."""
