from __future__ import annotations

from hypothesis import settings

# The same examples in every run, and no verdict from the speed of the machine.
settings.register_profile("domain", derandomize=True, deadline=None)
settings.load_profile("domain")
