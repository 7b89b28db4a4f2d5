"""The product, served as `portal serve` does, by the clock of the test: the command line says when that began."""

from __future__ import annotations

import sys

from portal import app as composition
from tests.clock import RunningClock

PROGRAM = "tests.browser.two_processes"

if __name__ == "__main__":
    composition.serve(composition.read_settings(), now=RunningClock(float(sys.argv[1])).now)
