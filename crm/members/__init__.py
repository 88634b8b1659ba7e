"""Memberships: who joined, until when their fees carry them, why they left, and the general assembly they vote in."""
