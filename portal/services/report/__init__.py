"""Use cases of looking: what a unit head may see, read from released cells only."""
