"""A made-up office for tests of pages: counters with every state that a citizen can meet."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from sqlalchemy import text

from portal.domain.code import counter_code
from portal.services import Portal
from portal.storage.tables import Counter, CounterService, Duty, Officer, Service, Unit

TUESDAY: Final = 1
LAST_MONTH: Final = date(2026, 2, 28)

MAIN: Final = counter_code(11)  # two services, one officer on duty
SHARED: Final = counter_code(22)  # two services, two officers on duty
PLATE: Final = counter_code(33)  # names its officer, one service
CLOSED: Final = counter_code(44)  # moved; its unit has open counters
DESERTED: Final = counter_code(55)  # moved; its unit has no other
ALONE: Final = counter_code(1_048_577)  # one service, nobody on duty; its code holds both digits that look like letters
UNUSED: Final = counter_code(66)  # well formed, given to nobody
MISTYPED: Final = "K7M3PXX"

ONE: Final = "Petugas Contoh Satu"
TWO: Final = "Petugas Contoh Dua"
SERVICES: Final = ("Kartu keluarga", "KTP elektronik")


def build(portal: Portal) -> None:
    """Fill the registry."""
    with portal.begin() as session:
        session.add(Unit(id=1, unit_code="DINAS", name="Dinas Contoh", parent_id=None, path="1", ends_on=None))
        session.add(Unit(id=2, unit_code="KANTOR", name="Kantor Contoh", parent_id=None, path="2", ends_on=None))
        session.flush()
        for number, name in enumerate(SERVICES, 1):
            session.add(Service(id=number, service_code=f"L{number}", unit_id=1, name=name, ends_on=None))
        for number, name in enumerate((ONE, TWO), 1):
            session.add(_officer(number, name))
        session.flush()
        session.add(_counter(1, MAIN, "Loket 1"))
        session.add(_counter(2, SHARED, "Loket 2"))
        session.add(_counter(3, PLATE, "Loket 3", channel="petugas", officer_id=1))
        session.add(_counter(4, CLOSED, "Loket 4", ends_on=LAST_MONTH))
        session.add(_counter(5, DESERTED, "Loket 1", unit_id=2, ends_on=LAST_MONTH))
        session.add(_counter(6, ALONE, "Loket 6"))
        session.flush()
        session.add_all([CounterService(counter_id=number, service_id=1) for number in (3, 6)])
        session.add_all(
            [_duty(1, officer=1, counter=1), _duty(2, officer=1, counter=2), _duty(3, officer=2, counter=2)]
        )
        session.flush()
        if session.get_bind().dialect.name == "postgresql":
            for table in ("units", "services", "officers", "counters"):  # rows that pages add come after these
                session.execute(text(f"SELECT setval('{table}_id_seq', 100)"))


def _officer(number: int, name: str) -> Officer:
    return Officer(
        id=number, officer_code=f"P{number}", unit_id=1, name=name, nip=None, civil_servant=True, ends_on=None
    )


def _counter(
    number: int,
    code: str,
    name: str,
    *,
    unit_id: int = 1,
    channel: str = "loket",
    officer_id: int | None = None,
    ends_on: date | None = None,
) -> Counter:
    return Counter(
        id=number,
        counter_code=f"C{number}",
        public_code=code,
        unit_id=unit_id,
        name=name,
        channel=channel,
        officer_id=officer_id,
        ends_on=ends_on,
    )


def _duty(number: int, *, officer: int, counter: int) -> Duty:
    return Duty(
        duty_code=f"J{number}",
        officer_id=officer,
        counter_id=counter,
        weekday=TUESDAY,
        on_date=None,
        starts=time(8),
        ends=time(15),
        from_on=None,
        ends_on=None,
    )
