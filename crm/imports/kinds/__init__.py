"""What a file can hold: one small class each, in a file of its own."""
