"""How units, counters and people get into the registry."""
