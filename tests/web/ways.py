"""A made-up health centre that is reached in every way but by a counter alone; its counters are called Poli."""

from __future__ import annotations

from datetime import date, time
from typing import Any, Final

from portal.domain.code import counter_code
from portal.services import Portal
from portal.storage.tables import Campaign, Counter, Duty, Officer, Service, Unit
from tests.web.town import TUESDAY

TODAY: Final = date(2026, 3, 3)
UNIT: Final = "PUSKESMAS"
UNIT_NAME: Final = "Puskesmas Contoh"
SERVER: Final = "Petugas Contoh Tiga"

POLI: Final = counter_code(101)
LINK: Final = counter_code(102)
ONLINE: Final = counter_code(103)
MOBILE: Final = counter_code(104)  # today only
EARLY: Final = counter_code(105)  # from tomorrow, for three days
OVER: Final = counter_code(106)  # until yesterday
PAPER: Final = counter_code(107)
OLD_LINK: Final = counter_code(108)
NOWHERE: Final = counter_code(109)  # mobile, without place or dates
FROM_TODAY: Final = counter_code(110)
UNTIL_TODAY: Final = counter_code(111)

_OPEN: Final[dict[str, Any]] = {"starts_on": None, "ends_on": None, "place": None}
_WAYS: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (POLI, "Poli umum", "loket", _OPEN),
    (LINK, "Tautan yang dibagikan", "tautan", _OPEN),
    (ONLINE, "Layanan daring", "daring", _OPEN),
    (MOBILE, "Mobil keliling", "keliling", {"starts_on": TODAY, "ends_on": TODAY, "place": "Balai Desa Contoh"}),
    (
        EARLY,
        "Mobil keliling",
        "keliling",
        {"starts_on": date(2026, 3, 4), "ends_on": date(2026, 3, 6), "place": "Balai Desa Contoh"},
    ),
    (OVER, "Mobil keliling", "keliling", {**_OPEN, "ends_on": date(2026, 3, 2), "place": "Pasar Contoh"}),
    (PAPER, "Formulir kertas", "kertas", _OPEN),
    (OLD_LINK, "Tautan lama", "tautan", {**_OPEN, "ends_on": date(2026, 3, 2)}),
    (NOWHERE, "Mobil keliling", "keliling", _OPEN),
    (FROM_TODAY, "Mobil keliling", "keliling", {**_OPEN, "starts_on": TODAY, "place": "Pasar Contoh"}),
    (UNTIL_TODAY, "Mobil keliling", "keliling", {**_OPEN, "ends_on": TODAY, "place": "Pasar Contoh"}),
)


def build(portal: Portal, *, label: str | None = "Poli") -> None:
    """Add the health centre; its one officer is on duty, oddly, at the poli and at both links."""
    with portal.begin() as session:
        session.add(
            Unit(id=3, unit_code=UNIT, name=UNIT_NAME, parent_id=None, path="3", ends_on=None, counter_label=label)
        )
        session.flush()
        for number, name in enumerate(("Imunisasi", "Pemeriksaan"), 11):
            session.add(Service(id=number, service_code=f"S{number}", unit_id=3, name=name, ends_on=None))
        session.add(
            Officer(id=11, officer_code="P11", unit_id=3, name=SERVER, nip=None, civil_servant=True, ends_on=None)
        )
        session.flush()
        for number, (code, name, channel, when) in enumerate(_WAYS, 101):
            session.add(_counter(number, code, name, channel, when))
        session.flush()
        session.add_all([_duty(number, counter_id) for number, counter_id in enumerate((101, 102, 103, 104), 101)])


def _counter(number: int, code: str, name: str, channel: str, when: dict[str, Any]) -> Counter:
    return Counter(
        id=number,
        counter_code=f"W{number}",
        public_code=code,
        unit_id=3,
        name=name,
        channel=channel,
        officer_id=None,
        **when,
    )


def _duty(number: int, counter_id: int) -> Duty:
    return Duty(
        duty_code=f"W{number}",
        officer_id=11,
        counter_id=counter_id,
        weekday=TUESDAY,
        on_date=None,
        starts=time(8),
        ends=time(15),
        from_on=None,
        ends_on=None,
    )


def ask(portal: Portal, starts_on: date = TODAY, ends_on: date = TODAY, *, service_id: int | None = None) -> None:
    """Have the health centre ask for the nine elements on these days."""
    row = Campaign(
        campaign_code=f"K{starts_on}{service_id}",
        unit_id=3,
        service_id=service_id,
        starts_on=starts_on,
        ends_on=ends_on,
        population=None,
    )
    with portal.begin() as session:
        session.add(row)
