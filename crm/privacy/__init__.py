"""What people may ask about their data, and the house doing it: show, export, erase, forget in time."""
