"""A demonstration organisation: its site, its mail catcher, its people."""
