"""What is masked in a comment, what stays, and what a reviewer must see first."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.masking.comment import clean, mask
from portal.domain.masking.mark import KINDS, Piece, marked, pieces

NAMES: Final = (
    "Siti Contoh Nurhaliza, S.Sos.",
    "Eko Wibowo",
    "Bagus Pratama",
    "Dr. Ani Rahmawati",
    "Petugas Contoh Satu",
    "Hari Contoh, S.Kom.",
)

MASKED: Final = [
    ("nik", "NIK 6103011234560001", "6103011234560001"),
    ("nik", "ktp 6103 0112 3456 0001 ya", "6103 0112 3456 0001"),
    ("nik", "6103.0112.3456.0001", "6103.0112.3456.0001"),
    ("nik", "NIK-nya 6103-011234-560001.", "6103-011234-560001"),
    ("nik", "6 1 0 3 0 1 1 2 3 4 5 6 0 0 0 1", "6 1 0 3"),
    (
        "nik",
        "\u0666\u0661\u0660\u0663\u0660\u0661\u0661\u0662\u0663\u0664\u0665\u0666\u0660\u0660\u0660\u0661",
        "\u0666",
    ),
    ("nip", "NIP 198501012010011001", "198501012010011001"),
    ("nip", "198501 01 2010 01 1 001 petugasnya", "198501 01 2010"),
    ("phone", "hp 081234567890", "081234567890"),
    ("phone", "WA 0812-3456-7890 ya", "0812-3456-7890"),
    ("phone", "0812 3456 789", "0812 3456 789"),
    ("phone", "+62 812-3456-7890", "+62 812-3456-7890"),
    ("phone", "+6281234567890", "+6281234567890"),
    ("phone", "6281234567890", "6281234567890"),
    ("phone", "+62 (0)812 3456 7890", "812 3456 7890"),
    ("phone", "0812.3456.7890", "0812.3456.7890"),
    ("phone", "(0561) 123456", "0561) 123456"),
    ("phone", "021-1234567", "021-1234567"),
    ("phone", "O81234567890 dengan huruf O", "81234567890"),
    ("phone", "+60 12-345 6789", "+60 12-345 6789"),
    ("phone", "0\u200b8\u200b1\u200b2\u200b34567890", "34567890"),
    ("phone", "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10", "0812"),
    ("phone", "jam 08.00 telepon 0812 3456 7890", "0812 3456 7890"),
    ("email", "surel warga.contoh+ktp@contoh.go.id", "warga.contoh+ktp"),
    ("email", "warga @ contoh.id", "warga"),
    ("email", "warga (at) contoh (dot) id", "contoh (dot)"),
    ("email", "warga[at]contoh.co.id", "contoh.co"),
    ("handle", "ig @warga_contoh", "warga_contoh"),
    ("plate", "parkir KB 1234 XY rusak", "KB 1234 XY"),
    ("plate", "kb1234xy", "kb1234xy"),
    ("plate", "B-1234-ABC", "B-1234-ABC"),
    ("plate", "motor saya KB 12 A hilang", "KB 12 A"),
    ("account", "rekening BRI 1234-01-012345-53-7", "012345"),
    ("account", "transfer ke BCA 1234567", "1234567"),
    ("number", "nomor berkas 123456789012", "123456789012"),
    ("address", "rumah di Jl. Merdeka No. 12", "Merdeka"),
    ("address", "jln ahmad yani no 5 gelap", "ahmad yani"),
    ("address", "Jalan Ahmad Yani 7", "Ahmad Yani"),
    ("address", "jalan mawar no. 3", "mawar"),
    ("address", "Gg. Kenanga 2", "Kenanga"),
    ("address", "gang Kenanga", "Kenanga"),
    ("address", "RT 03/RW 05", "03"),
    ("address", "rt.001 rw.002", "001"),
    ("address", "RT/RW 01/02", "01"),
    ("address", "rt03/rw05", "rt03"),
    ("address", "Perumahan Contoh Asri Blok C No. 5", "Asri"),
    ("address", "blok C-12", "C-12"),
    ("address", "Dusun Sukamaju", "Sukamaju"),
    ("name", "Nurhaliza ramah", "Nurhaliza"),
    ("name", "terima kasih bu siti nurhaliza", "nurhaliza"),
    ("name", "WIBOWO cepat", "WIBOWO"),
    ("name", "Pak Eko membantu", "Eko"),
    ("name", "eko wibowo baik", "eko"),
    ("name", "Mas Bagus sigap", "Bagus"),
    ("name", "Bagus Pratama sigap", "Bagus"),
    ("name", "Ibu Ani menolong", "Ani"),
    ("name", "rahmawatinya galak", "rahmawati"),
    ("name", "Siti-nya tidak ada", "Siti"),
    ("name", "Eko sangat membantu", "Eko"),
    ("name", "eko lambat", "eko"),
    ("name", "(Ani) ramah", "Ani"),
    ("name", "petugas Bagus sigap", "Bagus"),
    ("phone", "0\u20e38\u20e31\u20e32\u20e33\u20e34\u20e35\u20e36\u20e37\u20e38\u20e39\u20e30\u20e3", "4\u20e35"),
    ("phone", "0\u03368\u03361\u03362\u03363\u03364\u03365\u03366\u03367\u03368", "12"),
]

ORDINARY: Final = [
    "Pelayanan cepat dan ramah, terima kasih.",
    "Biaya Rp 150.000 terlalu mahal",
    "Rp1.500.000,- untuk apa?",
    "Rp 2.500.000.000 anggaran",
    "Rp150000 saja",
    "dikenakan 150.000 rupiah",
    "150.000-200.000 per berkas",
    "antre dari 08.00-12.00",
    "buka jam 08.00 tutup 15.30",
    "jam 0800-1500",
    "pukul 08:00 s/d 15:00 WIB",
    "tanggal 22-11-2026 belum selesai",
    "22/11/2026 dan 2026-11-22",
    "tgl 12 11 2026",
    "sejak tahun 2024-2026",
    "tahun 2025/2026",
    "PP 96/2012 dan UU Nomor 25 Tahun 2009",
    "Permen PANRB 14/2017",
    "nomor antrean A012 di loket 3",
    "kode K7M-3PXM",
    "menunggu 3 jam 20 menit",
    "100-200 orang antre",
    "5 x 24 jam, 24/7",
    "100 % puas, nilai 4,5",
    "berkas 12345 hilang",
    "surat pengantar RT sudah ada",
    "ketua RW tidak di tempat",
    "jalan keluar parkir sempit",
    "kami jalan kaki, jln kaki jauh",
    "jalan-jalan dulu sambil menunggu",
    "Jalan menuju kantor rusak",
    "Proses jalan terus",
    "gangguan jaringan",
    "dr 2023 sd sekarang belum",
    "dg 2 org",
    "di 3 loket",
    "golongan B 12",
    "kompleks perkantoran luas",
    "bagus sekali pelayanannya",
    "petugas sabar dan baik",
    "petugasnya ramah",
    "satu loket saja yang buka",
    "sekolah anak",
    "KTP saya belum jadi",
    "\U0001f44d mantap!!!",
    "WiFi lambat, A.C. mati",
    "e-KTP, KK, akta: semua 1 hari",
    "Pak Camat dan Bu Lurah hadir",
    "Petugas bagus sekali",
    "mbak petugasnya bagus dan sabar",
    "Ibu petugas ramah",
    "diminta 100000 tanpa kuitansi",
    "transfer 1500000 untuk apa?",
    "nomor antrean B 123 tak dipanggil",
    "antrian A 123 dua jam",
    "ruang B 201 ac mati",
    "kami warga kecil",
    "My name was called late",
    "situs dukcapil.go.id lambat",
    "cek lagi 3 hari lagi",
]

SUSPECTED: Final = [
    "nama saya Warga Contoh",
    "Nama: Warga",
    "atas nama Warga Contoh",
    "a.n. Warga",
    "saya bernama Contoh",
    "hubungi saya",
    "nomor hp saya tidak aktif",
    "saya tinggal di dekat pasar",
    "alamat saya di kertas itu",
    "lihat https://contoh.id/foto",
    "www.contoh.id",
    "contoh.com",
    "nol delapan satu dua tiga empat lima",
    "berkas 1234567",
    "kode 123456",
    "-0.0263, 109.3425",
    "b u d i c",
    "B.u.d.i.c",
    "x" * 60,
    "ttd Warga",
    "saya warga Sukamaju",
    "0812*3456*7890",
    "0812,3456,7890",
    "0812....3456....7890",
    "0812\n3456\n7890",
    "6103a0112b3456c0001",
    "telp. 73 61 23",
    "warga at gmail dot com",
    "IG: warga",
    "warga_contoh",
    "zero eight one two three",
    "saya Warga Contoh dari sini",
    "S i t i",
    "S1ti ramah",
    "Sitii ramah",
    "nurh\u00e1liza ramah",
    "\u0405\u0456t\u0456 galak",
]


@pytest.mark.parametrize("kind, text, hidden", MASKED)
def test_what_belongs_to_somebody_is_put_out_of_sight(kind: str, text: str, hidden: str) -> None:
    found = mask(clean(text), NAMES).text
    assert marked(kind) in found
    assert hidden.casefold() not in found.casefold()


@pytest.mark.parametrize("text", ORDINARY)
def test_what_belongs_to_nobody_stays_and_waits_for_nobody(text: str) -> None:
    masked = mask(clean(text), NAMES)
    assert (masked.text, masked.suspected) == (text, False)


@pytest.mark.parametrize("text", SUSPECTED)
def test_what_only_looks_like_somebody_waits_for_a_reviewer(text: str) -> None:
    assert mask(clean(text), NAMES).suspected


def test_only_what_is_masked_goes_and_the_words_around_it_stay() -> None:
    text = "Bu Siti ramah.\nHubungi 0812-3456-7890, rumah Jl. Mawar No. 3, ya"
    assert [(piece.kind or piece.text) for piece in pieces(mask(text, NAMES).text)] == [
        "Bu ",
        "name",
        " ramah.\nHubungi ",
        "phone",
        ", rumah ",
        "address",
        ", ya",
    ]


def test_masked_numbers_alone_make_no_comment_suspected() -> None:
    assert not mask("telepon 0812 3456 7890, surel warga@contoh.id", ()).suspected


# ------------------------------------------------------------------ cleaning


@pytest.mark.parametrize(
    "sent, kept",
    [
        ("  a \t b  ", "a b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("\u202eterbalik\u202c", "terbalik"),
        ("a\u0000b\u0007c\u200bd\ufeffe\u00ade", "abcdee"),
        ("\uff21\uff22\uff43", "ABc"),
        ("e\u0301", "\u00e9"),
        ("e\u200d\u0301", "\u00e9"),
        ("\u27e6nik\u27e7", "nik"),
        ("\u00a0\u3000", ""),
        ("\ue000\ud7ff", ""),
    ],
)
def test_what_cannot_be_seen_is_taken_out(sent: str, kept: str) -> None:
    assert clean(sent) == kept


@given(st.text(max_size=200))
def test_cleaned_twice_is_cleaned_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


# ------------------------------------------------------------------ properties

WORDS: Final = st.sampled_from(
    "antre lama di loket dan berkas, jalan no kb rt 3 Rp 2026 08.00 - / + ( ) . Jl. Pak".split()
)
SEPARATORS: Final = st.sampled_from(["", " ", ".", "-", " - "])


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number of somebody, written somehow."""
    shapes = ("08" + "#" * 9, "+628" + "#" * 9, "#" * 16, "#" * 18, "08" + "#" * 10, "021" + "#" * 7)
    shape = draw(st.sampled_from(shapes))
    digits = [draw(st.sampled_from("0123456789")) if place == "#" else place for place in shape]
    every, separator = draw(st.sampled_from([3, 4, 99])), draw(SEPARATORS)
    groups = ["".join(digits[start : start + every]) for start in range(0, len(digits), every)]
    return separator.join(groups)


@given(st.lists(WORDS, max_size=4), numbers(), st.lists(WORDS, max_size=4))
def test_a_number_of_somebody_is_hidden_or_held_whatever_stands_around_it(
    before: list[str], number: str, after: list[str]
) -> None:
    masked = mask(clean(" ".join([*before, number, *after])), ())
    assert clean(number) not in masked.text or masked.suspected


@given(st.lists(WORDS, max_size=4), st.sampled_from(["Nurhaliza", "wibowo", "PRATAMA", "Rahmawati"]), st.lists(WORDS))
def test_no_part_of_an_officers_name_survives(before: list[str], name: str, after: list[str]) -> None:
    masked = mask(clean(" ".join([*before, name, *after])), NAMES)
    assert name not in masked.text


TEXTS: Final = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from([text for _, text, _ in MASKED] + ORDINARY + SUSPECTED), max_size=4).map(" ".join),
    st.text(alphabet="0123456789 .-/+()@RTrwJlKBkb", max_size=60),
)


@given(TEXTS)
def test_masked_twice_is_masked_once(text: str) -> None:
    once = mask(clean(text), NAMES)
    assert mask(once.text, NAMES) == once


@given(TEXTS)
def test_every_mark_is_of_a_known_kind_and_the_pieces_are_the_whole(text: str) -> None:
    masked = mask(clean(text), NAMES).text
    parts = pieces(masked)
    assert {part.kind for part in parts if part.kind} <= set(KINDS)
    assert "".join(marked(part.kind) if part.kind else part.text for part in parts) == masked
    assert all(part == Piece("", part.kind) for part in parts if part.kind)
