"""Two records of one person: found, shown to somebody, made one, and two again where that was wrong."""
