"""Rounds that ask people whether they still want our letters: the sleeping, and those whose yes has no proof."""
