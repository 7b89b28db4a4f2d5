"""The layer rule: the contracts in pyproject.toml, and what import-linter cannot say."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = ROOT / "portal"


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every import of a file, inside functions too, as (module, name)."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def _outside(folder: Path, allowed: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sorted(folder.rglob("*.py"))
        for module, _ in _imports(path)
        if module.partition(".")[0] not in allowed
    ]


def test_the_import_contracts_are_kept() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_a_serving_process_starts_without_what_only_workbooks_reports_and_posters_need() -> None:
    loaded = "import sys; import portal.app; print(*sys.modules)"
    started = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, check=True, text=True)
    assert not {"docx", "openpyxl", "reportlab"}.intersection(started.stdout.split())


def test_the_domain_needs_the_standard_library_alone_and_scores_numpy() -> None:
    outside = _outside(PRODUCT / "domain", {*sys.stdlib_module_names, "portal"} - {"sqlite3"})
    assert outside == _outside(PRODUCT / "domain/score/fair", {*sys.stdlib_module_names, "portal"} - {"sqlite3"})
    assert {line.rpartition(" ")[2].partition(".")[0] for line in outside} == {"numpy"}


def test_above_storage_only_the_name_of_the_session_is_known() -> None:
    """A use case hands the session on to stores; it never speaks SQL itself."""
    speakers = {
        f"{path.relative_to(ROOT)}: {module} {name}"
        for path in sorted(PRODUCT.rglob("*.py"))
        if "storage" not in path.relative_to(PRODUCT).parts and path != PRODUCT / "app.py"
        for module, name in _imports(path)
        if module.partition(".")[0] in {"alembic", "psycopg", "sqlalchemy", "sqlite3"}
        and not ("services" in path.parts and (module, name) == ("sqlalchemy.orm", "Session"))
    }
    assert not speakers
