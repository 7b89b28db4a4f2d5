"""The demonstration: a made-up government with thirteen months of made-up ratings, and 49 real published ones."""
