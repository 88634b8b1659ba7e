"""Named questions that pick people, as a tree; the same meaning as one SELECT."""
