"""Campaigns and appeals: whom we ask for a gift, why others are not asked, what was sent, and what came of it."""
