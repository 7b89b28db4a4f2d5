"""Decisions that one person alone may not take."""
