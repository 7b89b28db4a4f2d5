"""README says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from portal import app as composition
from portal.settings import table
from portal.storage.tables import Base

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_table_of_settings_is_the_one_that_the_program_prints() -> None:
    shown = README.split("<!-- settings -->\n")[1].split("<!-- /settings -->")[0]
    assert shown.strip() == table()


def test_every_table_of_the_database_is_a_word_of_the_glossary() -> None:
    words = set(re.findall(r"\*\*([a-zA-Z ]+)\*\*", README.split("## Words")[1]))
    known = {form for word in words for form in _forms(word.lower())}
    for name in Base.metadata.tables:
        parts = name.split("_")
        assert name.replace("_", " ") in known or all(part in known for part in parts), name


def _forms(word: str) -> set[str]:
    return {word, word + "s", word + "es", word[:-1] + "ies"}


def test_every_command_is_named() -> None:
    for command in composition.commands().commands:
        assert command in README, command
