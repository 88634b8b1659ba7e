"""The JSON API for the organisation's website and its partners, below `/api/v1`."""
