"""Posters, table tents and name plates: the printed codes of counters as one PDF, and the list of them."""
