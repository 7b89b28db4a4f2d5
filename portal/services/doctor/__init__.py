"""The doctor: what would go wrong later, said now."""
