"""The vault: national numbers, encrypted, masked everywhere else, each look at one written down."""
