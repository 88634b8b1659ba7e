"""What passes between a supporter and the team: notes, contacts, promises kept as tasks, complaints."""
