"""The release: the only reader of tallies, and the only writer of the cells that everyone reads."""

from portal.services.publish.release.moving import Released, correct, forget, release, settle

__all__ = ["Released", "correct", "forget", "release", "settle"]
