"""Posters: what is printed, that phones can read it, and that nothing runs into anything else."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from sqlalchemy import update

from portal.domain.address import is_public
from portal.domain.code import counter_code
from portal.domain.errors import AddressNotPublic, NotFound
from portal.services import Portal
from portal.services.enrol.posters import drawing, symbol
from portal.services.enrol.posters.fitting import fit, writable
from portal.services.enrol.posters.index import HEADINGS, index_csv
from portal.services.enrol.posters.layout import DRAFT_HEIGHT, PAPERS, Box, Face, Format
from portal.services.enrol.posters.poster import DRAFT, REVISION, Poster
from portal.services.enrol.posters.printing import Selection, list_posters, print_posters
from portal.storage.tables import Counter
from tests.government import Government, small

HOST: Final = "suara.contohkab.go.id"
URL: Final = f"https://{HOST}"
TODAY: Final = date(2026, 3, 3)
INCH: Final = 25.4
POINT: Final = INCH / 72
SCREEN: Final = 150
PHONE: Final = 50
LONGEST: Final = 160  # letters of a name, as the workbook takes it
BATCH: Final = 60
BARS: Final = {Format.A4: 130, Format.A5: 80, Format.A6: 50, Format.TENT: 65, Format.PLATE: 50}
"""Millimetres that a symbol must be wide: an eighth of the distance from which it is read."""

SENTENCES: Final = (
    "Bapak/Ibu, bagaimana pelayanan kami hari ini?",
    f"Pindai kode ini, atau buka {HOST} dan ketik",
    f"Halaman penilaian ini tidak pernah meminta NIK, kata sandi, kode OTP, atau uang. Alamat resmi: {HOST}.",
    "Pindai kode dengan kamera ponsel",
    "Sentuh satu pilihan",
    "Selesai: langsung tersimpan, tanpa nama",
)
LONG: Final = ("Unit Pelaksana Teknis Daerah Laboratorium Kesehatan dan Lingkungan " * 3)[:LONGEST]
UNBROKEN: Final = "W" * LONGEST
"""The widest name there can be: one word."""


def poster(number: int = 1, *, name: str = "", unit: str = "Dinas Contoh", host: str = HOST) -> Poster:
    code = counter_code(number * 7_919)
    return Poster(
        government="Pemerintah Kabupaten Contoh",
        unit_code="DINAS",
        unit_name=unit,
        counter_code=f"LKT-{number}",
        name=name or f"Loket {number}",
        is_plate=False,
        public_code=code,
        host=host,
        address=f"https://{host}/q/{code.lower()}",
        printed_on=TODAY,
        scanned_at=None,
    )


def draw(posters: Sequence[Poster], paper: Format, *, draft: bool = False) -> bytes:
    return drawing.draw(posters, paper, "Poster contoh", draft=draft, progress=lambda *_: None)


@contextmanager
def opened(pdf: bytes) -> Iterator[list[pdfium.PdfPage]]:
    document = pdfium.PdfDocument(pdf)
    yield [document[number] for number in range(len(document))]
    document.close()


def paint(page: pdfium.PdfPage, dots_per_inch: int, *, quarter_turns: int = 0) -> np.ndarray:
    """What a camera would get of the page, in grey."""
    picture = page.render(scale=dots_per_inch / 72, grayscale=True).to_numpy()
    return np.ascontiguousarray(np.rot90(picture.reshape(picture.shape[:2]), quarter_turns))


def by_zxing(picture: np.ndarray) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def by_opencv(picture: np.ndarray) -> list[str]:
    found, texts, _, _ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(picture)
    return list(texts) if found else []


def words(page: pdfium.PdfPage) -> str:
    text = page.get_textpage()
    return " ".join(text.get_text_range().split())


@dataclass(frozen=True)
class Area:
    """A place on a page in points, the origin below at the left."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Area, slack: float) -> bool:
        return (
            self.left + slack < other.right
            and other.left + slack < self.right
            and self.bottom + slack < other.top
            and other.bottom + slack < self.top
        )


def lines(page: pdfium.PdfPage) -> list[Area]:
    """Where the lines of text are."""
    text = page.get_textpage()
    return [Area(*text.get_rect(number)) for number in range(text.count_rects())]


def symbols(page: pdfium.PdfPage) -> list[Area]:
    """Where the dark modules of each symbol are: the drawings of many rectangles."""
    paths = [item for item in page.get_objects() if item.type == pdfium.raw.FPDF_PAGEOBJ_PATH]
    found = [item for item in paths if pdfium.raw.FPDFPath_CountSegments(item.raw) > 100]
    return [Area(*item.get_bounds()) for item in found]


@pytest.mark.parametrize("paper", Format)
def test_every_code_of_a_batch_is_read_by_two_decoders(paper: Format) -> None:
    batch = [poster(number) for number in range(1, BATCH + 1)]
    faces = len(PAPERS[paper].faces)
    with opened(draw(batch, paper)) as pages:
        assert len(pages) == BATCH
        for printed, page in zip(batch, pages, strict=True):
            for dots in (PHONE, SCREEN):
                picture = paint(page, dots)
                assert by_zxing(picture) == [printed.address] * faces
                assert by_opencv(picture) == [printed.address] * faces


@pytest.mark.parametrize("paper", Format)
@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_code_is_read_whichever_way_the_phone_is_held(paper: Format, quarter_turns: int) -> None:
    faces = len(PAPERS[paper].faces)
    with opened(draw([poster()], paper)) as [page]:
        for dots in (PHONE, SCREEN):
            picture = paint(page, dots, quarter_turns=quarter_turns)
            assert by_zxing(picture) == [poster().address] * faces
            assert by_opencv(picture) == [poster().address] * faces


@pytest.mark.parametrize("paper", Format)
@pytest.mark.parametrize("host", ["a.id", HOST, "penilaian-pelayanan-publik.kabupaten-dengan-nama-panjang.go.id"])
def test_a_symbol_is_as_large_as_the_distance_asks_with_its_quiet_zone_empty(paper: Format, host: str) -> None:
    printed = poster(host=host)
    modules = symbol.draw(printed.address).size - 2 * symbol.QUIET
    with opened(draw([printed], paper)) as [page]:
        found = symbols(page)
        assert len(found) == len(PAPERS[paper].faces)
        for area in found:
            side = area.right - area.left
            assert side * POINT >= BARS[paper] - 0.01
            assert area.top - area.bottom == pytest.approx(side, abs=0.01)
            quiet = side / modules * 4
            around = Area(area.left - quiet, area.bottom - quiet, area.right + quiet, area.top + quiet)
            assert not [line for line in lines(page) if around.meets(line, slack=0.05)]
            width, height = page.get_size()
            assert min(around.left, around.bottom, width - around.right, height - around.top) >= -0.05


@pytest.mark.parametrize("paper", Format)
def test_a_sheet_says_who_asks_where_to_type_and_what_is_never_asked(paper: Format) -> None:
    printed = poster(name="Loket Perubahan Data", unit="Dinas Kependudukan Contoh")
    with opened(draw([printed], paper)) as [page]:
        text = words(page)
        wanted = (*SENTENCES, "Pemerintah Kabupaten Contoh", "Dinas Kependudukan Contoh", "Loket Perubahan Data")
        for sentence in (*wanted, printed.code, f"LKT-1 · 03-03-2026 · {REVISION}"):
            assert text.count(sentence) == len(PAPERS[paper].faces), sentence
        assert DRAFT not in text


@pytest.mark.parametrize("paper", Format)
@pytest.mark.parametrize("name", [LONG, UNBROKEN])
def test_the_longest_names_neither_meet_anything_nor_leave_the_page(paper: Format, name: str) -> None:
    printed = replace(poster(name=name, unit=name), government=name, counter_code="L" * 40)
    with opened(draw([printed], paper, draft=True)) as [page]:
        written, (width, height) = lines(page), page.get_size()
        assert len(written) > len(SENTENCES)
        assert re.sub(r"\s", "", words(page)).count(re.sub(r"\s", "", name)) == 3 * len(PAPERS[paper].faces)
        for line in written:
            assert min(line.left, line.bottom) >= 0
            assert line.right <= width
            assert line.top <= height
        for one, other in itertools.combinations([*written, *symbols(page)], 2):
            assert not one.meets(other, slack=0.75), (one, other)


@pytest.mark.parametrize("paper", Format)
def test_boxes_never_meet_and_stand_on_the_paper(paper: Format) -> None:
    sheet = PAPERS[paper]
    for placed in sheet.faces:
        assert 0 <= placed.y <= sheet.height - placed.face.height
        for one, other in itertools.combinations(boxes(placed.face), 2):
            assert not _area(one).meets(_area(other), slack=1e-6), (one, other)
        for box in boxes(placed.face):
            assert box.x >= 0
            assert box.y >= DRAFT_HEIGHT
            assert box.x + box.width <= placed.face.width
            assert box.y + box.height <= placed.face.height


def boxes(face: Face) -> list[Box]:
    return [*face.words.values(), *face.steps, face.symbol]


def _area(box: Box) -> Area:
    return Area(box.x, box.y, box.x + box.width, box.y + box.height)


def test_a_tent_shows_one_face_upside_down_and_where_to_fold() -> None:
    upper, lower = PAPERS[Format.TENT].faces
    assert (upper.upside_down, lower.upside_down) == (True, False)
    assert upper.y + upper.face.height == lower.y == PAPERS[Format.TENT].height / 2
    with opened(draw([poster()], Format.TENT)) as [page]:
        assert words(page).count("lipat") == len(PAPERS[Format.TENT].folds) == 3
        picture = paint(page, SCREEN)
        assert sorted(round(found.orientation) % 360 for found in zxingcpp.read_barcodes(picture)) == [0, 180]


@pytest.mark.parametrize("paper", Format)
def test_a_draft_says_so_on_every_face_of_every_sheet(paper: Format) -> None:
    with opened(draw([poster(1), poster(2)], paper, draft=True)) as pages:
        for page in pages:
            assert words(page).count(DRAFT) == len(PAPERS[paper].faces)
            assert by_zxing(paint(page, SCREEN))


def test_the_file_names_its_title_and_language_and_leads_to_each_counter() -> None:
    pdf = draw([poster(1), poster(2)], Format.A5)
    assert b"/Lang (id-ID)" in pdf
    assert b"/DisplayDocTitle true" in pdf
    document = pdfium.PdfDocument(pdf)
    assert document.get_metadata_dict()["Title"] == "Poster contoh"
    assert [entry.get_title() for entry in document.get_toc()] == ["Dinas Contoh: Loket 1", "Dinas Contoh: Loket 2"]
    document.close()


def test_the_same_posters_on_the_same_day_are_the_same_file() -> None:
    assert draw([poster(1), poster(2)], Format.A4) == draw([poster(1), poster(2)], Format.A4)


def test_a_symbol_is_drawn_as_vectors_and_small() -> None:
    with opened(draw([poster()], Format.A4)) as [page]:
        assert not [item for item in page.get_objects() if item.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE]
    assert len(draw([poster(number) for number in range(1, 11)], Format.A4)) < 10 * 4096


def test_progress_is_told_after_each_sheet() -> None:
    told: list[tuple[int, int]] = []
    drawing.draw(
        [poster(1), poster(2)], Format.A6, "Poster contoh", draft=False, progress=lambda *step: told.append(step)
    )
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("number", range(20))
def test_bars_cover_each_dark_module_once_and_nothing_else(number: int) -> None:
    drawn = symbol.draw(poster(number).address)
    covered = np.zeros((drawn.size, drawn.size), int)
    for bar in drawn.bars:
        covered[bar.row : bar.row + bar.height, bar.column : bar.column + bar.width] += 1
    assert covered.max() == 1
    picture = np.kron(np.where(covered, 0, 255).astype(np.uint8), np.ones((4, 4), np.uint8))
    assert by_zxing(picture) == [poster(number).address]
    assert len(drawn.bars) < covered.sum() / 2


def test_a_symbol_keeps_a_quarter_in_reserve_and_four_light_modules_around() -> None:
    drawn = symbol.draw(poster().address)
    picture = np.full((drawn.size, drawn.size), 255, np.uint8)
    for bar in drawn.bars:
        picture[bar.row : bar.row + bar.height, bar.column : bar.column + bar.width] = 0
    assert min(picture[:4].min(), picture[-4:].min(), picture[:, :4].min(), picture[:, -4:].min()) == 255
    (found,) = zxingcpp.read_barcodes(np.kron(picture, np.ones((8, 8), np.uint8)))
    assert found.ec_level == "Q"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("Loket Café", "Loket Café"),
        ("Bale Sāmbuṭ", "Bale Sambut"),
        ("ꦏꦴ", "??"),
        ("  dua   kata ", "dua kata"),
        ("satu\tdua", "satu dua"),
    ],
)
def test_letters_that_the_font_lacks_are_written_without_their_marks(text: str, shown: str) -> None:
    assert writable(text) == shown


def test_text_is_made_smaller_only_when_lines_are_not_enough() -> None:
    assert fit("Loket 1", "Helvetica", 200, 20, 12).size == 12
    broken = fit("Loket pelayanan terpadu", "Helvetica", 80, 40, 12)
    assert (broken.lines, broken.size) == (("Loket", "pelayanan", "terpadu"), 11.5)
    assert fit("satu\ndua", "Helvetica", 200, 40, 12).lines == ("satu", "dua")


@pytest.mark.parametrize(
    "url, public",
    [
        (URL, True),
        ("https://suara.contohkab.go.id:8443", True),
        ("https://8.8.8.8", True),
        ("http://suara.contohkab.go.id", False),
        ("https://localhost", False),
        ("https://portal", False),
        ("https://portal.local", False),
        ("https://suara.lan:8443", False),
        ("https://127.0.0.1", False),
        ("https://192.168.1.5:8000", False),
        ("https://10.0.0.1", False),
        ("https://169.254.1.1", False),
        ("https://[::1]:8000", False),
        ("https://[fd00::1]", False),
    ],
)
def test_an_address_is_printed_when_phones_anywhere_reach_it(url: str, *, public: bool) -> None:
    assert is_public(url) is public


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def codes(portal: Portal, selection: Selection, paper: Format | None = None) -> list[str]:
    return [found.counter_code for found in list_posters(portal, selection, paper).posters]


def test_all_means_counters_in_use_and_plates_for_their_own_format(portal: Portal, made: Government) -> None:
    made.add_counter("LAMA", "UPT-1", ends_on=date(2026, 3, 2))
    made.add_counter("TERAKHIR", "UPT-1", ends_on=TODAY)
    for code, channel in (("WA", "tautan"), ("WEB", "daring"), ("MOBIL", "keliling"), ("FORMULIR", "kertas")):
        made.add_counter(code, "UPT-2")
        with portal.begin() as session:
            session.execute(update(Counter).where(Counter.counter_code == code).values(channel=channel))
    assert codes(portal, Selection(URL), Format.A5) == ["D", "1A", "1B", "TERAKHIR", "2", "MOBIL"]
    assert codes(portal, Selection(URL), Format.PLATE) == ["PLAT"]
    assert len(codes(portal, Selection(URL))) == 7
    assert codes(portal, Selection(URL, counter_code="WA"), Format.A5) == ["WA"]
    for gone in ("LAMA", "FORMULIR", "TIDAK-ADA"):
        with pytest.raises(NotFound):
            list_posters(portal, Selection(URL, counter_code=gone))


def test_a_unit_stands_for_those_below_it_and_nothing_outside_the_scope_is_found(
    portal: Portal, made: Government
) -> None:
    assert codes(portal, Selection(URL, unit_code="DINAS"), Format.A4) == ["D", "1A", "1B", "2"]
    assert codes(portal, Selection(URL, unit_code="UPT-1"), Format.A4) == ["1A", "1B"]
    own = (made.units["DINAS"], made.units["UPT-1"])
    assert codes(portal, Selection(URL, scope=own), Format.A4) == ["1A", "1B"]
    for outside in (Selection(URL, scope=own, unit_code="UPT-2"), Selection(URL, scope=own, counter_code="2")):
        with pytest.raises(NotFound):
            list_posters(portal, outside)


def test_counters_come_as_people_count(portal: Portal, made: Government) -> None:
    made.add_unit("BALAI")
    for number in (10, 2, 1):
        made.add_counter(f"B{number}", "BALAI")
    assert codes(portal, Selection(URL, unit_code="BALAI")) == ["B1", "B2", "B10"]


def test_a_mobile_service_is_told_apart_by_place_and_day(portal: Portal, made: Government) -> None:
    with portal.begin() as session:
        mobile = update(Counter).where(Counter.id == made.counters["2"])
        session.execute(mobile.values(channel="keliling", place="Balai Desa Contoh", starts_on=date(2026, 3, 9)))
    (printed,) = list_posters(portal, Selection(URL, counter_code="2")).posters
    assert printed.name == "Loket Contoh 2, Balai Desa Contoh, 09-03-2026"


def test_an_address_that_is_not_public_is_refused_unless_it_is_a_draft(portal: Portal, made: Government) -> None:
    assert made.counters
    with pytest.raises(AddressNotPublic):
        print_posters(portal, Selection("http://127.0.0.1:8000"), Format.A5, draft=False)
    with opened(print_posters(portal, Selection("http://127.0.0.1:8000"), Format.A5, draft=True)) as pages:
        assert all(DRAFT in words(page) for page in pages)
    with opened(print_posters(portal, Selection(URL), Format.A5, draft=False)) as pages:
        assert len(pages) == 4


def test_where_there_is_nothing_to_print_no_empty_file_is_made(portal: Portal, made: Government) -> None:
    assert made.units
    with pytest.raises(NotFound):
        print_posters(portal, Selection(URL, unit_code="UPT-2"), Format.PLATE, draft=False)


def test_the_stored_address_is_what_is_printed_in_lower_case(portal: Portal, made: Government) -> None:
    (printed,) = list_posters(portal, Selection(URL, counter_code="1A")).posters
    assert printed.address == f"{URL}/q/{made.codes['1A'].lower()}"
    assert (printed.host, printed.printed_on) == (HOST, TODAY)
    with opened(print_posters(portal, Selection(URL, counter_code="1A"), Format.A6, draft=False)) as [page]:
        assert by_zxing(paint(page, SCREEN)) == [printed.address]


def test_the_list_has_a_row_for_each_sheet_and_the_last_scan_test(portal: Portal, made: Government) -> None:
    tested = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    with portal.begin() as session:
        chosen = update(Counter).where(Counter.id == made.counters["1A"])
        session.execute(chosen.values(scanned_at=tested, name="=Loket Contoh"))
    content = index_csv(list_posters(portal, Selection(URL, unit_code="UPT-1"), Format.A5).posters)
    assert content.startswith("\ufeff".encode())
    heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(heads) == HEADINGS
    code = made.codes["1A"]
    assert rows[0] == [
        *("UPT-1", "Unit Contoh UPT-1", "1A", "'=Loket Contoh", f"{code[:3]}-{code[3:]}"),
        *(f"{URL}/q/{code.lower()}", f"1A · 03-03-2026 · {REVISION}", "2026-03-02 03:30"),
    ]
    assert [row[2] for row in rows] == ["1A", "1B"]
