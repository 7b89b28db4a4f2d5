"""`portal sample-target`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal import app as composition


# Krejcie and Morgan (1970), as the regulation's annex uses it.
@pytest.mark.parametrize("served, needed", [(10, 10), (15, 14), (100, 80), (1100, 285), (0, 0)])
def test_the_target_is_printed(served: int, needed: int) -> None:
    outcome = CliRunner().invoke(composition.commands(), ["sample-target", str(served)])
    assert outcome.output == f"{needed}\n"
