"""What supporters did: petitions signed, events registered for, urgent actions taken."""
