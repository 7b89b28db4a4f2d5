"""Set the demonstration up, and say where to look."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import qrcode
from flask.testing import FlaskClient

from portal import services
from portal.demo import history, periods, published, registry, staff
from portal.demo.history import Clock, History
from portal.demo.staff import Member
from portal.demo.ways import add_ways
from portal.demo.words import answer_some
from portal.domain.code import printed
from portal.domain.period import Period
from portal.services import Portal
from portal.services.admit import clients
from portal.services.enrol.workbook import import_rows
from portal.services.publish.release import release
from portal.services.report.unit import open_unit

ACTOR: Final = "demo"
_PHONES: Final = """Any phone on this network opens that address. Sign-in and the feed answer on this machine only.
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the demonstration offers; the members' passwords and the secret belong to this run only."""

    citizen_code: str
    unit_code: str
    period_code: str
    members: tuple[Member, ...]
    client_code: str
    client_secret: str
    ratings: int
    ballots: int


def set_up(
    portal: Portal, clock: Clock, browser: Callable[[], FlaskClient], folder: Path, say: Callable[[str], None]
) -> Scene:
    """Fill an empty, migrated database with what happened until the instant at which the clock stands."""
    present = clock.now
    government = registry.read(folder)
    today = portal.today()
    report = services.run(portal, import_rows, registry.rows(government, today), dry_run=False, actor=ACTOR)
    if not report.applied:
        raise ValueError(report.errors)
    periods.begin(portal, history.first_day(today))
    codes = _codes(portal)
    surveyed = next(unit for unit in government.units if unit.get("published_survey"))
    month = published.month_before(today)
    ballots = published.send_all(
        folder, browser, clock, portal.time_zone, [codes[code] for code in registry.counters_of(surveyed)], month
    )
    ratings = history.live(History(portal, clock, codes, government, partial(periods.pass_a_day, portal)), today, say)
    clock.now = present
    services.run(portal, release, weekly=True)
    _correct(portal, government)
    answer_some(portal, [unit["kode"] for unit in government.units])
    add_ways(portal, government.units[0]["kode"], government.units[1]["kode"])
    names = ((surveyed["kode"], surveyed["nama"]), ("dukcapil", "Dukcapil"), ("kota", "Kota Contoh"))
    members = (*staff.add_heads(portal, list(names)), *staff.add_oversight(portal))
    client_code, secret = services.run(portal, clients.create_client, name="Sistem penilaian (contoh)", actor=ACTOR)
    period = Period.containing("semester", month.starts_on).period_code
    first = codes[registry.counters_of(government.units[0])[0]]
    return Scene(first, surveyed["kode"], period, members, client_code, secret, ratings, ballots)


def _correct(portal: Portal, government: registry.Government) -> None:
    """Find out that somebody stood in for an officer of the first unit, and sign the period again."""
    unit = government.units[0]
    first, *_, last = registry.officers_of(unit)
    periods.correct(portal, registry.turns_of(unit), first, last)


def _codes(portal: Portal) -> dict[str, str]:
    """Return the public code of every counter, by workbook code."""
    top = services.run(portal, open_unit, (1,), None, None)
    reports = [services.run(portal, open_unit, (1,), unit.code, None) for unit in top.units]
    return {line.code: line.public_code or "" for report in reports for line in report.counters}


def describe(scene: Scene, url: str, environment_file: Path, *, staff_url: str | None = None) -> str:
    """Return what is printed once the demonstration stands; `staff_url` where staff have an address of their own."""
    staff_url = staff_url or url
    phones = "" if staff_url == url else _PHONES
    page = f"{url}/q/{scene.citizen_code.lower()}"
    accounts_shown = "\n".join(map(_account, scene.members))
    token = (
        f"TOKEN=$(curl -s -u {scene.client_code}:{scene.client_secret} -d grant_type=client_credentials "
        f'{staff_url}/oauth2/token | sed \'s/.*"access_token": *"//; s/".*//\')'
    )
    pull = f'curl -s -H "Authorization: Bearer $TOKEN" "{staff_url}/api/v1/'
    return f"""
Suara Loket, demonstration: {scene.ratings} made-up ratings and {scene.ballots} published ballots, the survey of unit
{scene.unit_code} (Kabupaten Sekadau, 2019; the order of its elements is assumed, the IKM does not depend on it).

Rate as a citizen (code {printed(scene.citizen_code)}):
    {page}
{_terminal_qr(page)}{phones}
Sign in as the head of a unit, the administrator (pengelola) or the reviewer (pemeriksa):
    {staff_url}/masuk
{accounts_shown}

Pull scores as the appraisal system would (unit {scene.unit_code}, period {scene.period_code}):
    {token}
    {pull}units/{scene.unit_code}/scores/{scene.period_code}"
    {pull}scores?subject=officer&period={scene.period_code}"

Figures move by themselves every minute here, once five ratings wait. At once, in another terminal:
    set -a; . {environment_file}; set +a; .venv/bin/portal release
"""


def _account(member: Member) -> str:
    codes = f"  then, once each: {' '.join(member.recovery_codes)}" if member.recovery_codes else ""
    return f"    {member.username}  {member.password}{codes}"


def _terminal_qr(content: str) -> str:
    code = qrcode.QRCode(border=2)
    code.add_data(content)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue()
