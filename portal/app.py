"""Composition root: settings -> engine -> Portal -> command line, web application and scheduler."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import cli, server
from portal.demo.history import Clock
from portal.demo.registry import read as read_government
from portal.demo.scene import Scene, describe, set_up
from portal.domain.instrument import Instrument
from portal.domain.policy import Policy
from portal.scheduler import Scheduler
from portal.services import Portal, utc_now
from portal.settings import SHORTEST_SECRET, BadSettings, Settings, load, table
from portal.storage import migrate as migrations
from portal.storage import policies
from portal.storage.database import Database, make_engine
from portal.web import (
    administrator,
    api_v1,
    citizen,
    compression,
    errors,
    guards,
    headers,
    limits,
    logs,
    operations,
    pages,
    public,
    sign_in,
    unit_head,
)
from portal.web.context import NAME, Site
from portal.web.session import signed_in
from portal.web.texts import DEFAULT, Language, Texts

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIG: Final = ROOT / "config"
_HANDED_ON: Final = ("secret_key", "database_url", "government", "time_zone", "public_url")


def read_instruments() -> dict[str, Instrument]:
    """Read the instruments of `config/instruments`, by id."""
    files = sorted((CONFIG / "instruments").glob("*.toml"))
    instruments = [Instrument.from_mapping(_read_toml(file)) for file in files]
    return {instrument.id: instrument for instrument in instruments}


def policy_on(session: Session, day: date) -> Policy:
    """Return the choices in force on `day`."""
    return Policy.from_mapping(policies.get_choices(session, day))


def migrate(database_url: str) -> None:
    """Bring the database to this version; the first policy is seeded from `config/policy.toml`."""
    engine = make_engine(database_url, connections=1)
    seed = _read_toml(CONFIG / "policy.toml")
    with engine.connect() as connection:
        migrations.upgrade(connection)
        connection.commit()
        with Session(connection) as session:
            policies.seed(session, seed)
            session.commit()
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


def build_web(settings: Settings, portal: Portal) -> Flask:
    """Build the web application around `portal`."""
    app = Flask("portal", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024, MAX_FORM_MEMORY_SIZE=64 * 1024, MAX_FORM_PARTS=64)
    site = Site(portal, read_texts(), settings.public_url, settings.contact, settings.demo)
    app.extensions[NAME] = site
    citizen_css = (ROOT / "static/css/citizen.css").read_text("utf-8").strip()
    logs.install(app)
    staff_css = (ROOT / "static/css/staff.css").read_bytes()
    pages.install(app, site, citizen_css=citizen_css)
    app.jinja_env.globals["staff_css_version"] = hashlib.sha256(staff_css).hexdigest()[:12]
    compression.install(app)
    headers.install(app, inline_style=citizen_css)
    errors.install(app)
    rate_pages = citizen.blueprint()
    guards.register(app, rate_pages, guards.anyone)
    guards.register(app, public.blueprint(), guards.anyone)
    guards.register(app, sign_in.blueprint(), guards.anyone)
    guards.register(app, unit_head.blueprint(), signed_in)
    guards.register(app, administrator.blueprint(), signed_in)
    guards.register(app, operations.blueprint(release_minutes=settings.release_minutes), guards.anyone)
    limits.install(
        app,
        citizen=rate_pages,
        busy=citizen.busy,
        storage=settings.limiter_storage,
        valve_per_minute=settings.valve_per_minute,
    )
    api_v1.install(app)
    app.wsgi_app = citizen.PreparedPages(app.wsgi_app, portal)  # type: ignore[method-assign]  # Flask's own way to wrap an application
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)  # type: ignore[method-assign]  # Flask's own way to wrap an application
    return app


def read_settings() -> Settings:
    """Read `config/portal.toml` overlaid by the environment."""
    return load([CONFIG / "portal.toml"], os.environ)


def open_portal() -> Portal:
    """Build the Portal of an operator's command."""
    return build_portal(read_settings())


def serve(settings: Settings) -> None:
    """Migrate, then serve until told to stop; each worker builds its own Portal and runs the scheduler beside it."""

    def build() -> Flask:
        logs.to_standard_error()
        portal = build_portal(settings)
        Scheduler(portal, settings.release_minutes).start()
        return build_web(settings, portal)

    migrate(settings.database_url)
    server.serve(
        build,
        bind=settings.bind,
        workers=settings.workers,
        threads=settings.threads,
        refusal_headers=headers.REFUSAL,
    )


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


@click.command("demo")
def demo_command() -> None:
    """Set up a made-up government in var/demo, from scratch, and serve it."""
    folder = ROOT / "var/demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = demo_settings(folder, os.environ.get("PORTAL_BIND", "127.0.0.1:8000"))
    click.echo("Making up thirteen months of ratings. This takes about half a minute.", err=True)
    scene = set_up_demo(settings, present=utc_now(), say=lambda month: click.echo(f"  {month}", err=True))
    click.echo(describe(scene, settings.public_url, folder / "env"))
    serve(settings)


def demo_settings(folder: Path, bind: str) -> Settings:
    """Return the settings of a demonstration whose data live in `folder`, and leave them there for other commands."""
    government = read_government(CONFIG / "demo")
    settings = Settings(
        secret_key=secrets.token_hex(SHORTEST_SECRET),
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        government=government.name,
        time_zone=government.time_zone,
        contact=government.contact,
        public_url=f"http://{bind}",
        bind=bind,
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
    group = cli.build(open_portal)
    for command in (serve_command, migrate_command, settings_command, demo_command):
        group.add_command(command)
    return group


def main() -> None:
    """Run the command line; bad settings end it with one line for each."""
    try:
        commands()(prog_name="portal")
    except BadSettings as error:
        sys.exit(f"Bad settings:\n{error}")


if __name__ == "__main__":
    main()
