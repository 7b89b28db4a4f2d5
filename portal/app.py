"""Composition root: settings -> engine -> Portal -> command line, web application and scheduler."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import cli, server
from portal.cli import backup, doctor, posters
from portal.cli import set_up as set_up_address
from portal.demo.history import Clock
from portal.demo.lan import find_address
from portal.demo.registry import read as read_government
from portal.demo.scene import Scene, describe, set_up
from portal.domain.errors import StorageUnavailable
from portal.domain.instrument import Instrument
from portal.domain.policy import Policy
from portal.scheduler import Scheduler
from portal.services import Portal, utc_now
from portal.services.doctor.finding import Installation
from portal.services.enrol.set_up import is_set_up
from portal.settings import (
    SHORTEST_SECRET,
    BadSettings,
    Settings,
    as_toml,
    load,
    networks,
    read_crest,
    secret_files,
    table,
)
from portal.storage import migrate as migrations
from portal.storage import policies
from portal.storage.database import Database, make_engine, translated
from portal.web import (
    account,
    administrator,
    api_v1,
    citizen,
    components,
    compression,
    errors,
    guards,
    headers,
    limits,
    logs,
    metrics,
    operations,
    pages,
    public,
    sign_in,
    unit_head,
)
from portal.web import set_up as set_up_pages
from portal.web.context import NAME, Looks, Site
from portal.web.session import know_the_lost, signed_in
from portal.web.texts import DEFAULT, Language, Texts

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIG: Final = ROOT / "config"
_HANDED_ON: Final = ("secret_key", "database_url", "government", "time_zone", "public_url", "demo")
_VERSIONED: Final = {
    "staff_css_version": "static/css/staff.css",
    "public_css_version": "static/css/public.css",
    "staff_script_version": "static/js/unit_head.js",
}
"""Files whose address changes with their content, so that browsers may keep them."""


def read_instruments() -> dict[str, Instrument]:
    """Read the instruments of `config/instruments`, by id."""
    files = sorted((CONFIG / "instruments").glob("*.toml"))
    instruments = [Instrument.from_mapping(_read_toml(file)) for file in files]
    return {instrument.id: instrument for instrument in instruments}


def policy_on(session: Session, day: date) -> Policy:
    """Return the choices in force on `day`."""
    return Policy.from_mapping(policies.get_choices(session, day))


def migrate(database_url: str) -> None:
    """Bring the database to this version; the first policy is seeded from `config/policy.toml`.

    Raises:
        BadSettings: the database is of a newer version.
        StorageUnavailable: it cannot be reached or written.
    """
    engine = make_engine(database_url, connections=1)
    try:
        with translated(), engine.connect().execution_options(portal_write=True) as connection:
            revision = migrations.find_revision(connection)
            if revision and not migrations.is_known(revision):
                raise BadSettings(f"database_url: revision {revision} is of a newer version of the portal")
            migrations.upgrade(connection)
            connection.commit()
            with Session(connection) as session:
                policies.seed(session, _read_toml(CONFIG / "policy.toml"))
                session.commit()
    finally:
        engine.dispose()


def build_portal(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> Portal:
    """Build the one `Portal` of this process."""
    database = Database(settings.database_url, connections=settings.threads + 2)
    return Portal(
        begin=database.begin,
        read=database.read,
        now=now,
        policy_on=policy_on,
        instruments=read_instruments(),
        secret_key=settings.secret_key,
        government=settings.government,
        time_zone=ZoneInfo(settings.time_zone),
        close=database.engine.dispose,
    )


def read_texts() -> Texts:
    """Read the catalogues of `config/locales`, one folder a language, the default language first."""
    folders = sorted((CONFIG / "locales").iterdir(), key=lambda folder: (folder.name != DEFAULT, folder.name))
    return Texts([Language.from_files(map(_read_toml, sorted(folder.glob("*.toml")))) for folder in folders])


def _read_toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"))


def build_web(settings: Settings, portal: Portal, board: metrics.Board | None = None) -> Flask:
    """Build the web application around `portal`; processes of one server count on one `board`."""
    app = Flask("portal", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024, MAX_FORM_MEMORY_SIZE=64 * 1024, MAX_FORM_PARTS=64)
    looks = Looks(settings.colour, read_crest(settings.crest), settings.counter_label)
    site = Site(portal, read_texts(), settings.public_url, settings.contact, settings.demo, looks)
    app.extensions[NAME] = site
    citizen_css = (ROOT / "static/css/citizen.css").read_text("utf-8").strip() + looks.band_css
    logs.install(app)
    pages.install(app, site, citizen_css=citizen_css)
    for name, file in _VERSIONED.items():
        app.jinja_env.globals[name] = hashlib.sha256((ROOT / file).read_bytes()).hexdigest()[:12]
    compression.install(app)
    headers.install(app, inline_styles=[css for css in (citizen_css, looks.band_css) if css])
    errors.install(app)
    if settings.local_staff:
        guards.keep_staff_local(app)
    rate_pages = citizen.blueprint()
    guards.register(app, rate_pages, guards.anyone)
    guards.register(app, public.blueprint(), guards.anyone)
    guards.register(app, set_up_pages.blueprint(), guards.anyone)
    guards.register(app, sign_in.blueprint(), guards.anyone)
    _add_staff(app)
    limits.install(
        app,
        citizen=rate_pages,
        busy=citizen.busy,
        storage=settings.limiter_storage,
        valve_per_minute=settings.valve_per_minute,
    )
    api_v1.install(app)
    _put_around(app, settings, portal, _install_operations(app, settings, board or metrics.Board()))
    return app


def _add_staff(app: Flask) -> None:
    """Register the pages of staff behind the one guard that asks who is signed in."""
    know_the_lost(app)
    for pages_of in (account, unit_head, administrator, components):
        guards.register(app, pages_of.blueprint(), signed_in)


def _put_around(app: Flask, settings: Settings, portal: Portal, counts: metrics.Counts) -> None:
    """Put around the application what answers or looks before Flask does."""
    application = metrics.Metered(citizen.PreparedPages(app.wsgi_app, portal), counts)
    hops = settings.trusted_proxies
    around = ProxyFix(application, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops) if hops else application
    app.wsgi_app = around  # type: ignore[method-assign]  # Flask's own way to wrap an application


def _install_operations(app: Flask, settings: Settings, board: metrics.Board) -> metrics.Counts:
    """Register the probes, last: what they count has a place for each route that is there."""
    routes = [rule.rule for rule in app.url_map.iter_rules()] + ["/healthz", "/readyz", "/version", "/metrics"]
    counts = metrics.Counts(board, routes)
    told = operations.Operations(
        settings.release_minutes, version(), migrations.get_head(), networks(settings.metrics_networks), counts
    )
    guards.register(app, operations.blueprint(told), guards.anyone)
    return counts


def version() -> str:
    """Return the version of the program."""
    return str(_read_toml(ROOT / "pyproject.toml")["project"]["version"])


def read_settings() -> Settings:
    """Read `config/portal.toml` overlaid by the environment."""
    return load([CONFIG / "portal.toml"], os.environ)


def open_portal() -> Portal:
    """Build the Portal of an operator's command."""
    return build_portal(read_settings())


def open_portal_at(database_url: str) -> Portal:
    """Build a Portal on another database, for one command alone."""
    return build_portal(replace(read_settings(), database_url=database_url, workers=1, threads=1))


def backup_key() -> str:
    """Return the key of the backups.

    Raises:
        BadSettings: there is none.
    """
    if key := read_settings().backup_key:
        return key
    raise BadSettings("backup_key: missing; set PORTAL_BACKUP_KEY or PORTAL_BACKUP_KEY_FILE")


def look() -> Installation | list[str]:
    """Tell the doctor what the settings are, or what is wrong with them."""
    try:
        settings = read_settings()
    except BadSettings as error:
        return str(error).splitlines()
    return Installation(
        secret_files=tuple(secret_files([CONFIG / "portal.toml"], os.environ)),
        **{name: value for name, value in asdict(settings).items() if name in Installation.__dataclass_fields__},
    )


def serve(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> None:
    """Migrate, then serve until told to stop; each worker builds its own Portal and runs the scheduler beside it."""
    board = metrics.Board(2 * settings.workers)  # one that ends and the one in its place may overlap

    def build() -> Flask:
        logs.to_standard_error()
        portal = build_portal(settings, now=now)
        Scheduler(portal, settings.release_minutes).start()
        return build_web(settings, portal, board)

    migrate(settings.database_url)
    remind_of_set_up(settings)
    server.serve(
        build,
        bind=settings.bind,
        workers=settings.workers,
        threads=settings.threads,
        refusal_headers=headers.REFUSAL,
    )


def remind_of_set_up(settings: Settings) -> None:
    """Say what to do as long as nobody has an account; what a server prints is kept, so the key is not in it."""
    portal = build_portal(settings)
    try:
        if not is_set_up(portal):
            click.echo("Nobody has an account yet. For the address of the set-up run: portal set-up-address")
    finally:
        portal.close()


@click.command("serve")
def serve_command() -> None:
    """Serve citizens, staff and the appraisal feed, and release by the clock."""
    serve(read_settings())


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version."""
    migrate(read_settings().database_url)


@click.command("settings")
def settings_command() -> None:
    """List every setting with its default."""
    click.echo(table())


@click.command("config")
@click.option("--redact/--no-redact", default=True, help="Hide keys and passwords, as by default, or show them.")
def config_command(*, redact: bool) -> None:
    """Print the settings in force, as a file for config/portal.toml."""
    click.echo(as_toml(read_settings(), redact=redact))


@click.command("demo")
@click.option("--lan", is_flag=True, help="Let phones on the same network rate; staff stay on this machine.")
def demo_command(*, lan: bool) -> None:
    """Set up a made-up government in var/demo, from scratch, and serve it."""
    lan_address = find_address() if lan else None
    if lan and lan_address is None:
        raise click.ClickException("this machine has no address on a network that phones could reach")
    folder = ROOT / "var/demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bind = os.environ.get("PORTAL_BIND", "127.0.0.1:8000")
    settings = demo_settings(folder, bind, lan_address)
    click.echo("Making up thirteen months of ratings. This takes about half a minute.", err=True)
    scene = set_up_demo(settings, present=utc_now(), say=lambda month: click.echo(f"  {month}", err=True))
    staff_url = f"http://127.0.0.1:{_port(bind)}" if lan else None
    click.echo(describe(scene, settings.public_url, folder / "env", staff_url=staff_url))
    serve(settings)


def _port(bind: str) -> str:
    return bind.rpartition(":")[2]


def demo_settings(folder: Path, bind: str, lan_address: str | None = None) -> Settings:
    """Return the settings of a demonstration whose data live in `folder`, and leave them there for other commands.

    With a `lan_address` it listens to the whole network, where it shows the citizens' pages only.
    """
    government = read_government(CONFIG / "demo")
    settings = Settings(
        secret_key=secrets.token_hex(SHORTEST_SECRET),
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        government=government.name,
        time_zone=government.time_zone,
        contact=government.contact,
        public_url=f"http://{lan_address}:{_port(bind)}" if lan_address else f"http://{bind}",
        bind=f"0.0.0.0:{_port(bind)}" if lan_address else bind,
        local_staff=lan_address is not None,
        release_minutes=1,
        demo=True,
    )
    environment = folder / "env"
    environment.touch(mode=0o600)
    lines = [f"PORTAL_{name.upper()}='{value}'" for name, value in asdict(settings).items() if name in _HANDED_ON]
    environment.write_text("\n".join(lines) + "\n", "utf-8")
    return settings


def set_up_demo(settings: Settings, *, present: datetime, say: Callable[[str], None]) -> Scene:
    """Migrate and fill the demonstration's database through the same use cases and pages as a real one."""
    migrate(settings.database_url)
    clock = Clock(present)
    portal = build_portal(settings, now=clock)
    try:
        return set_up(portal, clock, build_web(settings, portal).test_client, CONFIG / "demo", say)
    finally:
        portal.close()


def commands() -> click.Group:
    """Return the group `portal`."""
    group = cli.build(open_portal, lambda key: read_texts().say(DEFAULT, key))
    for module in (posters, set_up_address):
        group.add_command(module.command(open_portal, lambda: read_settings().public_url))
    tools = backup.Tools(open_portal, open_portal_at, backup_key, version())
    own = (serve_command, migrate_command, settings_command, config_command, demo_command)
    for command in (*own, *backup.commands(tools), *doctor.commands(open_portal, look)):
        group.add_command(command)
    return group


def main() -> None:
    """Run the command line; bad settings end it with one line for each, a database that is away with its reason."""
    try:
        commands()(prog_name="portal")
    except BadSettings as error:
        sys.exit(f"Bad settings:\n{error}")
    except StorageUnavailable as error:
        sys.exit(f"The database cannot be used: {error.detail}\nCheck PORTAL_DATABASE_URL.")


if __name__ == "__main__":
    main()
