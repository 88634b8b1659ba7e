"""The protocols by which upper rooms serve lower ones."""
