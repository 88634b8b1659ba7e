"""Everything HTTP: the office, the supporters' pages, the machines' hooks."""
