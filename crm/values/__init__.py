"""Exact little values that every room shares."""
