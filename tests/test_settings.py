"""Settings: every bad key at once, with a hint, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.settings import BadSettings, Settings, load, table

SECRET = "made-up secret of the tests, 32+"


def test_the_environment_overlays_the_file(tmp_path: Path) -> None:
    file = tmp_path / "portal.toml"
    file.write_text(f'secret_key = "{SECRET}"\nthreads = 4\ngovernment = "Kota Contoh"\n', "utf-8")
    settings = load([file], {"PORTAL_THREADS": "8", "HOME": "/"})
    assert (settings.threads, settings.government, settings.secret_key) == (8, "Kota Contoh", SECRET)


def test_a_secret_may_come_from_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n", "utf-8")
    assert load([], {"PORTAL_SECRET_KEY_FILE": str(tmp_path / "secret")}).secret_key == SECRET


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="secret_key: cannot read"):
        load([], {"PORTAL_SECRET_KEY_FILE": str(tmp_path / "nothing")})


def test_every_bad_key_is_reported_at_once_with_a_hint() -> None:
    with pytest.raises(BadSettings) as caught:
        load([], {"PORTAL_SECRT_KEY": SECRET, "PORTAL_THREADS": "many", "PORTAL_DEMO": "perhaps"})
    lines = str(caught.value).splitlines()
    assert "secrt_key: unknown setting; did you mean PORTAL_SECRET_KEY?" in lines
    assert "threads: 'many' is not a whole number" in lines
    assert "demo: 'perhaps' is not true or false" in lines
    assert any(line.startswith("secret_key: missing") for line in lines)


@pytest.mark.parametrize(
    "name, value",
    [
        ("secret_key", "short"),
        ("time_zone", "Asia/Nowhere"),
        ("public_url", "https://Suara.example/"),
        ("public_url", "suara.example"),
        ("public_url", "https://suara.example/portal"),
        ("database_url", "mysql://localhost/portal"),
        ("database_url", "portal.sqlite3"),
        ("threads", 0),
        ("workers", 0),
        ("valve_per_minute", 0),
        ("workers", 2),
        ("backup_key", "short"),
        ("metrics_networks", "10.0.0.0/8, somewhere"),
    ],
)
def test_what_would_only_fail_later_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings(**{"secret_key": SECRET, name: value})  # type: ignore[arg-type]  # one field at a time, on purpose


def test_yes_and_no_are_read_as_words_and_digits() -> None:
    for text, value in (("true", True), ("1", True), ("false", False), ("0", False)):
        assert load([], {"PORTAL_SECRET_KEY": SECRET, "PORTAL_DEMO": text}).demo is value


def test_the_table_names_every_setting_and_no_secret() -> None:
    assert table().count("\n") == len(Settings.__dataclass_fields__) + 1
    assert "none, required" in table()
