"""From tallies to figures: the official index, the range of a mean, the sample asked for."""
