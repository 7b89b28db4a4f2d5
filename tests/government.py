"""A small made-up government for tests below the pages: units in a tree, counters, services, officers on duty."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final, TypeVar

from portal import services
from portal.domain.code import counter_code
from portal.services import Portal
from portal.services.collect.rate import Submission, rate
from portal.services.collect.receipt import ReceiptPage, open_receipt
from portal.services.collect.tokens import Ticket, read_edit_token
from portal.storage import responses
from portal.storage.responses import Record
from portal.storage.tables import (
    Base,
    Counter,
    CounterService,
    Duty,
    Holiday,
    Officer,
    OpeningHours,
    Service,
    Unit,
)

QUICK: Final = "quick@1"
HELP: Final = "petugas@1"
SURVEY: Final = "skm-14-2017@1"
ELEMENTS: Final = "PERSYARATAN PROSEDUR WAKTU BIAYA PRODUK KOMPETENSI PERILAKU SARPRAS PENGADUAN".split()
WORKDAYS: Final = range(5)
OPENS, CLOSES = time(8), time(16)

Row = TypeVar("Row", bound=Base)


@dataclass
class Government:
    """Ids by the code that a test gives; every name is plainly made up."""

    portal: Portal
    units: dict[str, int] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)
    officers: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    """What is printed at each counter."""
    _paths: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def _add(self, row: Row) -> Row:
        with self.portal.begin() as session:
            session.add(row)
            session.flush()
        return row

    def add_unit(self, code: str, parent: str | None = None) -> None:
        with self.portal.begin() as session:
            above = self.units[parent] if parent else None
            row = Unit(unit_code=code, name=f"Unit Contoh {code}", parent_id=above, path="", ends_on=None)
            session.add(row)
            session.flush()
            row.path = f"{self._paths[parent]}.{row.id}" if parent else str(row.id)
            session.flush()
        self.units[code], self._paths[code] = row.id, row.path

    def add_service(self, code: str, unit: str, *, ends_on: date | None = None) -> None:
        row = Service(service_code=code, unit_id=self.units[unit], name=f"Layanan Contoh {code}", ends_on=ends_on)
        self.services[code] = self._add(row).id

    def add_officer(self, code: str, unit: str, *, ends_on: date | None = None) -> None:
        row = Officer(
            officer_code=code,
            unit_id=self.units[unit],
            name=f"Petugas Contoh {code}",
            nip=None,
            civil_servant=True,
            ends_on=ends_on,
        )
        self.officers[code] = self._add(row).id

    def add_counter(
        self, code: str, unit: str, *, plate: str | None = None, ends_on: date | None = None, channel: str = "loket"
    ) -> None:
        """Add a counter, or the name plate of officer `plate`."""
        row = Counter(
            counter_code=code,
            public_code=counter_code(next(self._numbers)),
            unit_id=self.units[unit],
            name=f"Loket Contoh {code}",
            channel="petugas" if plate else channel,
            officer_id=self.officers[plate] if plate else None,
            ends_on=ends_on,
        )
        self.counters[code] = self._add(row).id
        self.codes[code] = row.public_code

    def limit_counter(self, counter: str, service: str) -> None:
        """Let the counter give this service; one without any gives all of its unit."""
        self._add(CounterService(counter_id=self.counters[counter], service_id=self.services[service]))

    def add_duty(
        self,
        officer: str,
        counter: str | None,
        *,
        weekday: int | None = None,
        on_date: date | None = None,
        starts: time = OPENS,
        ends: time = CLOSES,
        from_on: date | None = None,
        ends_on: date | None = None,
    ) -> None:
        row = Duty(
            duty_code=f"J{next(self._numbers)}",
            officer_id=self.officers[officer],
            counter_id=self.counters[counter] if counter else None,
            weekday=weekday,
            on_date=on_date,
            starts=starts,
            ends=ends,
            from_on=from_on,
            ends_on=ends_on,
        )
        self._add(row)

    def add_workdays(self, officer: str, counter: str) -> None:
        """Put the officer on duty from Monday to Friday, 08.00 to 16.00."""
        for weekday in WORKDAYS:
            self.add_duty(officer, counter, weekday=weekday)

    def add_hours(
        self, unit: str | None = None, *, opens: time = OPENS, closes: time = CLOSES, only: int | None = None
    ) -> None:
        """Open the unit, or the whole government, from Monday to Friday or on one day of the week."""
        for weekday in WORKDAYS if only is None else (only,):
            row = OpeningHours(
                hours_code=f"B{next(self._numbers)}",
                unit_id=self.units[unit] if unit else None,
                weekday=weekday,
                opens=opens,
                closes=closes,
                ends_on=None,
            )
            self._add(row)

    def add_holiday(self, on_date: date) -> None:
        self._add(Holiday(holiday_code=f"L{next(self._numbers)}", unit_id=None, on_date=on_date, name="Libur Contoh"))

    def submission(
        self, counter: str, answers: Mapping[str, int], *, key: bytes = b"", instrument: str = QUICK
    ) -> Submission:
        """Fill the form of a counter's page; without a key, one that no other form carries."""
        key = key or next(self._numbers).to_bytes(16, "big")
        return Submission(
            self.codes[counter], key, instrument, answers, language="id", form_age=7, device=b"a made-up device"
        )

    def tap(self, counter: str, value: int = 4, *, key: bytes = b"") -> Ticket:
        """Rate as a citizen does."""
        return services.run(self.portal, rate, self.submission(counter, {"LAYANAN": value}, key=key))

    def taps(self, counter: str, *values: int) -> list[Ticket]:
        """Rate once with each value."""
        return [self.tap(counter, value) for value in values]

    def response_id(self, ticket: Ticket) -> bytes:
        """Return what a ticket is about, while it is good."""
        return read_edit_token(self.portal, ticket.edit_token).response_id

    def record(self, ticket: Ticket) -> Record:
        """Return the response as it stands."""
        with self.portal.read() as session:
            return responses.get_record(session, self.response_id(ticket))

    def page(self, ticket: Ticket) -> ReceiptPage:
        """Open the thank-you page."""
        return open_receipt(self.portal, ticket.receipt, ticket.edit_token)


def small(portal: Portal) -> Government:
    """Build two units below one; who is on duty on workdays stands beside each counter."""
    made = Government(portal)
    made.add_unit("DINAS")
    made.add_unit("UPT-1", "DINAS")
    made.add_unit("UPT-2", "DINAS")
    for service, unit in (("KTP", "UPT-1"), ("KK", "UPT-1"), ("IZIN", "UPT-2")):
        made.add_service(service, unit)
    for officer, unit in (("P1", "UPT-1"), ("P2", "UPT-1"), ("P3", "UPT-1"), ("P4", "UPT-1"), ("P5", "UPT-2")):
        made.add_officer(officer, unit)
    made.add_counter("D", "DINAS")  # nobody
    made.add_counter("1A", "UPT-1")  # P1
    made.add_counter("1B", "UPT-1")  # P2, P3, P4
    made.add_counter("2", "UPT-2")  # P5
    made.add_counter("PLAT", "UPT-1", plate="P1")
    for officer, counter in (("P1", "1A"), ("P2", "1B"), ("P3", "1B"), ("P4", "1B"), ("P5", "2")):
        made.add_workdays(officer, counter)
    return made


def without_officers(portal: Portal) -> Government:
    """Build the same units and counters for a government that loads no officers, so that none of its cuts is exempt."""
    made = Government(portal)
    made.add_unit("DINAS")
    made.add_unit("UPT-1", "DINAS")
    made.add_unit("UPT-2", "DINAS")
    for counter, unit in (("D", "DINAS"), ("1A", "UPT-1"), ("1B", "UPT-1"), ("2", "UPT-2")):
        made.add_counter(counter, unit)
    return made
