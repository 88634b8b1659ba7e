"""The pages only machines call."""
