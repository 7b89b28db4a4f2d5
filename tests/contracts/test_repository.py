"""What holds for the files of the repository, whatever they do."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = {".ci", "config", "migrations", "portal", "static", "templates", "tests"}
ROOT_FILES: Final = re.compile(
    r"README\.md|DECISIONS\.md|CHANGELOG\.md|CONTRIBUTING\.md|Makefile|pyproject\.toml"
    r"|requirements(-dev)?\.(txt|in)|\.editorconfig|\.gitignore"
)
VAGUE_NAMES: Final = {"base", "common", "helpers", "managers", "utils"}
LONGEST_FILE: Final = 400
LONGEST_FUNCTION: Final = 40
PINNED: Final = re.compile(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^\s]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?|\s*#.*|")
ELSEWHERE: Final = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org|file:///[a-z]|(?<![\w.}>])/(root|work)/"
)
EXCUSED: Final = re.compile(r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z, -]+\] {1,2}#?) ?(- )?\w.{8,}")


def _tracked() -> list[Path]:
    """Every file that is or would be committed."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    names = sorted(set(filter(None, listing.stdout.split("\0"))))
    return [Path(name) for name in names if (ROOT / name).is_file()]


TRACKED: Final = _tracked()
PYTHON: Final = [path for path in TRACKED if path.suffix == ".py"]


def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), filename=str(path))


def test_the_top_level_holds_the_known_folders_and_files_only() -> None:
    strangers = {path.parts[0] for path in TRACKED if len(path.parts) > 1} - FOLDERS
    strangers |= {path.name for path in TRACKED if len(path.parts) == 1 and not ROOT_FILES.fullmatch(path.name)}
    assert not strangers


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in PYTHON if VAGUE_NAMES.intersection((path.stem, *path.parts[:-1]))]


def test_no_file_of_the_product_is_too_long_to_read() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in PYTHON if path.parts[0] == "portal"}
    assert not {path: length for path, length in lengths.items() if length > LONGEST_FILE}


def test_no_function_of_the_product_is_too_long_to_read() -> None:
    functions = [
        (path, node.name, node.end_lineno - node.lineno + 1)
        for path in PYTHON
        if path.parts[0] == "portal"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    assert not [function for function in functions if function[2] > LONGEST_FUNCTION]


def test_tests_patch_nothing_and_never_sleep() -> None:
    found = [
        f"{path}:{node.lineno} {ast.unparse(node)}"
        for path in PYTHON
        if path.parts[0] == "tests"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call) and _patches_or_sleeps(node)
    ]
    assert not found


def _patches_or_sleeps(node: ast.Import | ast.ImportFrom | ast.Call) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="sleep") | ast.Name(id="sleep")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr=attr)):
            return attr in {"setattr", "delattr"}
        case ast.Call():
            return False
        case ast.ImportFrom(module=module) if module:
            return bool({"mock", "unittest.mock"}.intersection(f"{module}.{alias.name}" for alias in node.names)) or (
                module in {"mock", "unittest.mock"}
            )
        case _:
            return any(alias.name in {"mock", "unittest.mock"} for alias in node.names)


def test_every_silenced_check_says_which_and_why() -> None:
    found = [
        f"{path}:{line} {comment}"
        for path in PYTHON
        for line, comment in _comments((ROOT / path).read_text("utf-8"))
        if re.match(r"#\s*(noqa|type:\s*ignore)", comment) and not EXCUSED.match(comment)
    ]
    assert not found


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pinned_requirements_hold_names_versions_and_hashes_only(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert not [line for line in lines if not PINNED.fullmatch(line)]


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found = []
    for path in TRACKED:
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        found += [f"{path}: {match[0]}" for match in ELSEWHERE.finditer(text)]
    assert not found
