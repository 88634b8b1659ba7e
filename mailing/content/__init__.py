"""Our library of articles, petitions and events, tagged by country and theme."""
