"""Suara Loket: app -> cli | web | scheduler | demo -> services -> storage -> domain, never sideways, never up."""
