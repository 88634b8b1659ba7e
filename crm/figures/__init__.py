"""Understanding donors: figures counted by the clock, kept with their hour, and the people behind each."""
