"""`portal import`: the registry from a workbook; what is wrong with it is said in the language of the offices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from portal.cli import errand
from portal.domain.workbook.fault import Fault
from portal.domain.workbook.sheet import SHEETS
from portal.services import Portal
from portal.services.enrol.workbook import ImportReport, RowChange, SheetReport, import_workbook, template


def commands(open_portal: Callable[[], Portal], say: Callable[[str], str]) -> list[click.Command]:
    """Return the commands of this module; `say` gives the sentence of a key."""

    @click.command("import")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--sheet", type=click.Choice(list(SHEETS), case_sensitive=False), help="FILE is a CSV of this sheet.")
    @click.option("--dry-run", is_flag=True, help="Report what would change, and change nothing.")
    @click.option("--template", "as_template", is_flag=True, help="Write an empty workbook to FILE instead.")
    def import_(file: Path, *, sheet: str | None, dry_run: bool, as_template: bool) -> None:
        """Bring units, counters and officers to what the workbook FILE says."""
        if as_template:
            _write_template(file)
            return
        if not file.is_file():
            raise click.ClickException(f"{file}: no such file")
        report = errand.run(
            open_portal(),
            import_workbook,
            file.read_bytes(),
            sheet=sheet or "",
            dry_run=dry_run,
            actor=errand.actor(),
        )
        for line in lines(report, say):
            click.echo(line)
        if report.errors:
            raise click.exceptions.Exit(1)

    return [import_]


def _write_template(file: Path) -> None:
    try:
        with file.open("xb") as target:
            target.write(template())
    except FileExistsError:
        raise click.ClickException(f"{file} exists; it may hold somebody's work") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None


def lines(report: ImportReport, say: Callable[[str], str]) -> Iterator[str]:
    """Say what the import did or would do, then every warning and error with its cell."""
    for sheet in () if report.errors else report.sheets:
        yield from _sheet_lines(sheet)
    for heading, faults in (("Peringatan", report.warnings), ("Kesalahan", report.errors)):
        if faults:
            yield f"{heading}: {len(faults)}"
            yield from (f"  {_fault_line(fault, say)}" for fault in faults)
    if report.errors:
        yield "Tidak ada yang disimpan. Mohon perbaiki berkas, lalu ulangi."
    elif not report.changes:
        yield "Tidak ada perubahan."
    else:
        yield "Uji coba: belum ada yang disimpan." if report.dry_run else "Tersimpan."


def _sheet_lines(sheet: SheetReport) -> Iterator[str]:
    yield (
        f"{sheet.name}: {len(sheet.created)} dibuat, {len(sheet.changed)} diubah, "
        f"{len(sheet.closed)} ditutup, {_reopened(sheet)}{sheet.unchanged} tetap"
    )
    yield from (f"  dibuat   {row.code}" for row in sheet.created)
    yield from (f"  diubah   {_change(row)}" for row in sheet.changed)
    yield from (f"  ditutup  {_change(row)}" for row in sheet.closed)
    yield from (f"  DIBUKA KEMBALI  {_change(row)}" for row in sheet.reopened)


def _reopened(sheet: SheetReport) -> str:
    return f"{len(sheet.reopened)} dibuka kembali, " if sheet.reopened else ""


def _change(row: RowChange) -> str:
    fields = (f"{field.heading}: {field.old or '(kosong)'} -> {field.new or '(kosong)'}" for field in row.fields)
    return f"{row.code}  {'; '.join(fields)}"


def _fault_line(fault: Fault, say: Callable[[str], str]) -> str:
    where = [fault.sheet] if fault.sheet else []
    if fault.row:
        where.append(f"baris {fault.row}")
    if fault.heading or fault.column:
        where.append(" ".join(filter(None, ("kolom", fault.column, fault.heading and f"({fault.heading})"))))
    place = f"{', '.join(where)}: " if where else ""
    value = f" [{fault.value}]" if fault.value else ""
    hint = " " + say(f"fault_hint.{fault.says}").format(hint=fault.hint) if fault.hint else ""
    return f"{place}{say(f'fault.{fault.code}')}{value}{hint}"
