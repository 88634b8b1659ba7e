"""What each person allowed, in which words and when: the one answer to "may we?"."""
