"""Backups: one encrypted file of either database, written beside the traffic, and back again into an empty one."""
