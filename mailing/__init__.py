"""Words to people: from the feed to the inbox, and what comes back."""
