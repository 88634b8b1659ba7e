"""A supporter's own visits: the link that lets them in once, and the hour that follows."""
