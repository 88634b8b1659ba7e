"""What people gave: commitments, their lines, and the money that moved."""
