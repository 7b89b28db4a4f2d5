"""`portal import-answers`: forms answered on paper, from a file."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import click

from portal import services
from portal.cli import errand
from portal.domain.answers_file import AnswerRow, FileFault, Mistake, headings, read_answers
from portal.domain.errors import PortalError
from portal.domain.workbook.reading import Table
from portal.services import Portal
from portal.services.collect.paper import PaperSheet, open_paper
from portal.services.collect.paper_batch import BatchRefused, Entered, enter_sheets, sheet_key, try_sheets
from portal.services.enrol.sharing import open_channel
from portal.services.enrol.spreadsheet import read_spreadsheet

PAPER: Final = "kertas"
INSTRUMENTS: Final = ("quick@1", "skm-14-2017@1", "petugas@1")
_BATCH: Final = 200
"""Sheets kept together: few enough that nobody who rates meanwhile waits for long."""

TEXTS: Final = {
    FileFault.COLUMN_UNKNOWN: "Kolom tidak dikenal.",
    FileFault.COLUMN_TWICE: "Kolom ini ada dua kali.",
    FileFault.COLUMN_MISSING: "Kolom wajib ini tidak ada.",
    FileFault.VALUE_MISSING: "Wajib diisi.",
    FileFault.VALUE_BAD: "Tidak terbaca.",
    FileFault.ANSWER_BAD: "Jawaban harus 1, 2, 3, atau 4; kosongkan bila tidak dijawab.",
    FileFault.NOTHING_ANSWERED: "Tidak ada satu pun jawaban.",
    FileFault.SERIAL_TWICE: "Nomor formulir ini sudah ada di baris lain.",
}
REFUSALS: Final = {
    "given_on": "Tanggal harus dalam 62 hari terakhir.",
    "service": "Layanan ini bukan milik unit itu.",
    "officer": "Petugas ini bukan milik unit itu.",
    "own-officer": "Formulir tentang diri sendiri tidak boleh dimasukkan sendiri.",
    "key-reused": "Nomor formulir ini sudah pernah dimasukkan dengan isi yang lain.",
    "counter-closed": "Loket kertas unit ini sudah ditutup pada tanggal itu.",
    "answers": "Bantuan petugas hanya dapat dinilai bila petugasnya disebut.",
}


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return the commands of this module."""

    @click.command("import-answers")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--channel", type=click.Choice([PAPER]), required=True, help="How the answers were given.")
    @click.option("--dry-run", is_flag=True, help="Report what would be kept, and keep nothing.")
    @click.option("--template", is_flag=True, help="Write an empty CSV to FILE instead.")
    def import_answers(file: Path, channel: str, *, dry_run: bool, template: bool) -> None:
        """Enter answered paper forms from FILE (CSV or XLSX); the same form twice counts once."""
        portal = open_portal()
        instruments = [portal.instruments[name] for name in INSTRUMENTS]
        if template:
            file.write_text(",".join(headings(instruments)) + "\r\n", "utf-8")
            return
        content = file.read_bytes() if file.is_file() else _stop(f"{file}: no such file")
        found = read_answers(_table(content), instruments)
        _refuse(f"baris {one.row}{_of(one)}: {TEXTS[one.fault]}" for one in found.mistakes)
        ready = _open_units(portal, found.rows, channel, dry_run=dry_run)
        tried = _each_batch([row for row in found.rows if row.unit in ready], _try(portal))
        if not dry_run:
            tried = _each_batch(found.rows, _keep(portal, hashlib.sha256(content).hexdigest()))
        click.echo(f"{tried.new} formulir baru, {tried.known} sudah pernah dimasukkan")
        click.echo("Uji coba: belum ada yang disimpan." if dry_run else "Tersimpan.")

    return [import_answers]


def _stop(words: str) -> bytes:
    raise click.ClickException(words)


def _of(mistake: Mistake) -> str:
    return f", kolom {mistake.heading}" if mistake.heading else ""


def _refuse(lines: Iterator[str]) -> None:
    """End the command with every line, if there is any."""
    listed = list(lines)
    for line in listed:
        click.echo(line, err=True)
    if listed:
        raise click.ClickException("Tidak ada yang disimpan. Mohon perbaiki berkas, lalu ulangi.")


def _table(content: bytes) -> Table:
    """Read an XLSX file's first sheet, or a CSV whose columns commas or semicolons part."""
    if content.startswith(b"PK"):
        tables, faults = read_spreadsheet(content)
        _refuse(f"{fault.code.value}" for fault in faults)
        return tables[0]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("Berkas ini bukan CSV dengan huruf UTF-8.") from None
    first = text.partition("\n")[0]
    rows = list(
        csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    )
    return Table(PAPER, tuple(rows[0]) if rows else (), rows[1:])


def _open_units(portal: Portal, rows: Sequence[AnswerRow], channel: str, *, dry_run: bool) -> set[str]:
    """Give each unit its counter for paper, and return the units that have one; a trial says which it would open."""
    units = sorted({row.unit for row in rows})
    have = {unit for unit in units if errand.run(portal, open_paper, (), unit).counter_code}
    for unit in units:
        if unit not in have and dry_run:
            click.echo(f"Loket kertas akan dibuka untuk {unit}.", err=True)
        elif unit not in have:
            errand.run(portal, open_channel, (), unit, channel, "Formulir kertas", errand.actor())
            have.add(unit)
    return have


def _sheet(row: AnswerRow) -> PaperSheet:
    counter_code = f"{PAPER}:{row.unit}"
    key = sheet_key(counter_code, row.serial)
    return PaperSheet(counter_code, key, row.given_on, row.answers, row.service, row.officer)


def _try(portal: Portal) -> Callable[[Sequence[PaperSheet]], Entered]:
    return lambda sheets: services.run(portal, try_sheets, sheets, actor=errand.actor())


def _keep(portal: Portal, digest: str) -> Callable[[Sequence[PaperSheet]], Entered]:
    return lambda sheets: services.run(portal, enter_sheets, sheets, source=digest, actor=errand.actor())


def _each_batch(rows: Sequence[AnswerRow], act: Callable[[Sequence[PaperSheet]], Entered]) -> Entered:
    """Do `act` with some rows after the other, and add up what came of it."""
    new = known = 0
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        try:
            entered = act([_sheet(row) for row in batch])
        except BatchRefused as refusal:
            _refuse(f"baris {batch[one.place].row}: {REFUSALS.get(one.code, one.code)}" for one in refusal.refused)
            raise
        except PortalError as error:
            raise click.ClickException(error.code) from error
        new, known = new + entered.new, known + entered.known
    return Entered(new, known)
