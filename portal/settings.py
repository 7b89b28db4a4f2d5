"""Settings: one dataclass; `config/portal.toml` overlaid by `PORTAL_*`; every bad key is reported at once."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.domain.looks import BAND, LEAST_CONTRAST, contrast_with_white, crest_address

PREFIX: Final = "PORTAL_"
SHORTEST_SECRET: Final = 32
_ADDRESS: Final = re.compile(r"https?://(?!-)[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")
_DATABASES: Final = ("sqlite:///", "postgresql+psycopg://")
_COUNTED: Final = ("threads", "workers", "valve_per_minute")
_SECRETS: Final = ("secret_key", "backup_key")
_ADDRESSES: Final = ("database_url", "limiter_storage")
_PASSWORD: Final = re.compile(r"(?<=:)[^:@/]+(?=@)")
"""Of an address such as `redis://name:password@host`."""

_HIDDEN: Final = "(hidden)"
_KINDS: Final = {str: "a text", int: "a whole number", bool: "true or false"}


class BadSettings(Exception):
    """One line per bad key, ready to print."""


def _setting(default: Any, text: str) -> Any:  # noqa: ANN401 - a dataclass field stands for any type
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, its default and its help; README's table is generated from this class."""

    secret_key: str = field(metadata={"help": "Signs form tokens and receipts; at least 32 characters. No default."})
    database_url: str = _setting("sqlite:///portal.sqlite3", "SQLAlchemy URL; SQLite file or `postgresql+psycopg://`.")
    government: str = _setting("Pemerintah Daerah", "Name of the government, as citizens read it.")
    time_zone: str = _setting("Asia/Jakarta", "Time zone of the government (WIB, WITA or WIT).")
    contact: str = _setting(
        "Bagian Organisasi Sekretariat Daerah", "Whom citizens ask about their data (privacy page)."
    )
    colour: str = _setting(BAND, "Colour of the band above every page, `#rrggbb`; white must be readable on it.")
    crest: str = _setting("", "SVG or PNG shown in the band, at most 20 KB and 4 KB once compressed.")
    counter_label: str = _setting("Loket", "What counters are called (Loket, Poli, Meja, Gerai); a unit may differ.")
    public_url: str = _setting("http://127.0.0.1:8000", "Address that QR codes and links carry; lower case, no path.")
    bind: str = _setting("127.0.0.1:8000", "Address and port that `serve` listens on.")
    threads: int = _setting(16, "Threads of each serving process.")
    workers: int = _setting(1, "Serving processes; more than 1 needs PostgreSQL.")
    trusted_proxies: int = _setting(0, "Proxies in front whose X-Forwarded-* headers are believed.")
    limiter_storage: str = _setting(
        "memory://", "Where limits are counted; several processes share a Redis or Valkey, `redis://host:6379/0`."
    )
    valve_per_minute: int = _setting(3000, "Ratings per minute and address before the busy page is shown.")
    release_minutes: int = _setting(15, "Minutes between two releases by the scheduler; 0 turns the scheduler off.")
    metrics_networks: str = _setting(
        "127.0.0.0/8,::1/128", "Networks that may read `/metrics`, by commas; to others there is no such page."
    )
    backup_key: str = _setting("", "Encrypts backups; at least 32 characters, kept elsewhere than the backups.")
    local_staff: bool = _setting(
        default=False, text="Keeps sign-in, staff pages and the feed to this machine; others get the citizens' pages."
    )
    demo: bool = _setting(default=False, text="Marks every page as a demonstration with made-up data.")

    def __post_init__(self) -> None:
        """Refuse what would only fail later.

        Raises:
            BadSettings: names every field that cannot be right.
        """
        problems = []
        if len(self.secret_key) < SHORTEST_SECRET:
            problems.append(f"secret_key: needs at least {SHORTEST_SECRET} characters")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            problems.append(f"time_zone: {self.time_zone!r} is not a time zone")
        if not _ADDRESS.fullmatch(self.public_url):
            problems.append("public_url: http:// or https:// and a host in lower case, without a slash at the end")
        problems += self._looks_problems()
        if not self.database_url.startswith(_DATABASES):
            problems.append(f"database_url: starts with {' or '.join(_DATABASES)}")
        if self.backup_key and len(self.backup_key) < SHORTEST_SECRET:
            problems.append(f"backup_key: needs at least {SHORTEST_SECRET} characters")
        try:
            networks(self.metrics_networks)
        except ValueError as error:
            problems.append(f"metrics_networks: {error}")
        problems += [f"{name}: at least 1" for name in _COUNTED if not getattr(self, name)]
        if self.workers > 1 and self.database_url.startswith("sqlite"):
            problems.append("workers: SQLite has one writing process; use PostgreSQL for more")
        if problems:
            raise BadSettings("\n".join(problems))

    def _looks_problems(self) -> Iterator[str]:
        try:
            contrast = contrast_with_white(self.colour)
        except ValueError as error:
            yield f"colour: {error}"
        else:
            if contrast < LEAST_CONTRAST:
                yield f"colour: white on {self.colour} has a contrast of {contrast:.2f}; at least {LEAST_CONTRAST}"
        try:
            read_crest(self.crest)
        except OSError as error:
            yield f"crest: cannot read {self.crest}: {error.strerror}"
        except ValueError as error:
            yield f"crest: {self.crest}: {error}"
        if not self.counter_label.strip():
            yield "counter_label: needs a word"


def read_crest(path: str) -> str:
    """Return the crest as a data: address, empty where none is set.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no SVG or PNG, or too large.
    """
    return crest_address(Path(path).read_bytes()) if path else ""


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Read networks that stand between commas.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def load(files: list[Path], environment: Mapping[str, str]) -> Settings:
    """Read settings from TOML files, each over the one before, then from `PORTAL_*` and `PORTAL_*_FILE`.

    Raises:
        BadSettings: unknown or unreadable keys, all of them at once, with a hint for each near miss.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    for file in files:
        if file.exists():
            values |= tomllib.loads(file.read_text("utf-8"))
    for name, text in environment.items():
        if name.startswith(PREFIX):
            key = name.removeprefix(PREFIX).lower()
            values |= _read(key, text, problems)
    parsed: dict[str, Any] = {key: _parse(key, value, problems) for key, value in values.items()}
    missing = [item.name for item in fields(Settings) if item.default is MISSING and item.name not in parsed]
    problems += [f"{name}: missing; set {PREFIX}{name.upper()} or {PREFIX}{name.upper()}_FILE" for name in missing]
    if problems:
        raise BadSettings("\n".join(problems))
    return Settings(**parsed)


def secret_files(files: list[Path], environment: Mapping[str, str]) -> list[Path]:
    """List the files that secrets are read from: `PORTAL_*_FILE`, and those of `files` that hold one."""
    secret = (*_SECRETS, *_ADDRESSES)
    named = [environment.get(f"{PREFIX}{key.upper()}_FILE") for key in secret]
    holding = [file for file in files if file.exists() and tomllib.loads(file.read_text("utf-8")).keys() & {*secret}]
    return [*map(Path, filter(None, named)), *holding]


def _read(key: str, text: str, problems: list[str]) -> dict[str, str]:
    if not key.endswith("_file"):
        return {key: text}
    key = key.removesuffix("_file")
    try:
        return {key: Path(text).read_text("utf-8").strip()}
    except OSError as error:
        problems.append(f"{key}: cannot read {text}: {error.strerror}")
        return {}


def _parse(key: str, value: object, problems: list[str]) -> object:
    known = {item.name: item for item in fields(Settings)}
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        problems.append(f"{key}: unknown setting" + (f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""))
        return None
    kind = type(known[key].default) if known[key].default is not MISSING else str
    if kind is bool and isinstance(value, str) and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    if kind is int and isinstance(value, str) and value.isdecimal():
        return int(value)
    if type(value) is not kind:
        problems.append(f"{key}: {value!r} is not {_KINDS[kind]}")
    return value


def table() -> str:
    """Return every setting with its default and help as a Markdown table; README carries it."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for item in fields(Settings):
        default = "none, required" if item.default is MISSING else f"`{item.default}`" if item.default != "" else "none"
        rows.append(f"| `{PREFIX}{item.name.upper()}` | {default} | {item.metadata['help']} |")
    return "\n".join(rows)


def as_toml(settings: Settings, *, redact: bool) -> str:
    """Return the settings in force as a file for `config/portal.toml`; `redact` hides keys and passwords."""
    lines = []
    for item in fields(Settings):
        value = getattr(settings, item.name)
        if redact and item.name in _SECRETS:
            value = _HIDDEN if value else ""
        elif redact and item.name in _ADDRESSES:
            value = _PASSWORD.sub(_HIDDEN, value)
        lines.append(f"{item.name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)
