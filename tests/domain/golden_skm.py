"""Published survey figures, copied for the tests; every one was also recomputed with exact rationals, half up."""

from __future__ import annotations

from typing import NamedTuple

ELEMENTS = (
    "PERSYARATAN",
    "PROSEDUR",
    "WAKTU",
    "BIAYA",
    "PRODUK",
    "KOMPETENSI",
    "PERILAKU",
    "PENGADUAN",
    "SARPRAS",
)
"""In the order of the regulation's body (PermenPANRB 14/2017)."""


class Legacy(NamedTuple):
    """A survey under KEP/25/M.PAN/2/2004: fourteen elements, weight 0.071."""

    source: str
    nrr: str
    published: str


def ballots(digits: str) -> list[tuple[int, ...]]:
    """One ballot per word, one digit per element."""
    return [tuple(map(int, word)) for word in digits.split()]


def pairs(colons: str) -> list[tuple[int, ...]]:
    """One pair of numbers per word."""
    return [tuple(map(int, word.split(":"))) for word in colons.split()]


# Source: sekadaukab.go.id, artikel 923, "Nilai Hasil Survey Kepuasan Masyarakat Semester I 2019", first 49 respondents.
# The source's element order is not stated in the copy; the index does not depend on it. Its printed totals are lost,
# so the expected figures are recomputed.
SEKADAU = ballots("""
    223434443 332333323 333443334 224444343 332333323 333433334 333333324 343334434 333333333 323444443
    234444443 333333323 343433324 344433444 323333323 333333323 333333432 224444444 333433334 113433332
    333233323 334434443 333333323 233444342 312233333 333433334 444434344 333433334 332332222 224444433
    333433333 333434443 333433334 223443332 333433334 333434334 333333334 332322323 333444323 333433333
    223444433 332434323 344433434 333433334 334343434 334444443 321323312 334444443 333444323
""")
SEKADAU_IKM = {"1/k": ("78.74", "B"), "0.11": ("77.95", "B"), "0.111": ("78.66", "B")}

# Source: skm.bantulkab.go.id, Dinas Pertanahan dan Tata Ruang Kabupaten Bantul 2023; body order of the elements.
BANTUL_NRR = "3.31 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.35"
BANTUL_IKM = {"1/k": "87.28", "0.11": "86.41", "0.111": "87.19"}
BANTUL_SERVICES = ("75.56", "86.29", "94.61")

# Source: scribd.com/document/429061031 ("Lab"), a SERVQUAL dimension of two questions treated as elements.
ASSURANCE = ballots("""
    44 34 44 44 34 32 34 34 34 33 34 34 33 33 44 44 22 22 44 44
""")
ASSURANCE_IKM = "85.00"

LEGACY = (
    Legacy(
        "dpmptsp.bogorkab.go.id 2011",
        "3.007 2.993 3.02 3.0 3.113 3.033 2.887 2.947 2.98 3.033 3.0 3.033 3.02 3.0",
        "74.67",
    ),
    Legacy(
        "dpmptsp.bogorkab.go.id 2012",
        "2.947 3.047 3.013 2.993 2.98 3.127 2.9 2.8 3.26 3.013 2.893 2.72 3.133 3.153",
        "74.51",
    ),
)
# This one rounds the index to three decimals before x 25.
PHC = Legacy(
    "scribd.com/doc/168413544 (PHC 2012)",
    "3.06 2.98 3.06 2.9 3.06 3.14 3.04 3.06 3.18 3.08 3.2 3.18 3.1 3.04",
    "76.475",
)

# Source: lbk.dinaspupr.kalselprov.go.id 2020 prints "Sangat Baik", the class of the 2004 table.
KALSEL_IKM = "83.19"
# Source: dukcapil.mataramkota.go.id 2022 prints "Baik".
MATARAM_IKM = "80.81"

# (index, rounded, class) around each lower bound of the class table of PermenPANRB 14/2017.
BOUNDARIES = (
    ("25.00", "25.00", "D"),
    ("64.99", "64.99", "D"),
    ("64.994", "64.99", "D"),
    ("64.995", "65.00", "C"),
    ("65.00", "65.00", "C"),
    ("76.60", "76.60", "C"),
    ("76.604", "76.60", "C"),
    ("76.605", "76.61", "B"),
    ("76.61", "76.61", "B"),
    ("88.30", "88.30", "B"),
    ("88.304", "88.30", "B"),
    ("88.305", "88.31", "A"),
    ("88.31", "88.31", "A"),
    ("100.00", "100.00", "A"),
)

# Served and sample. Source: Krejcie and Morgan (1970), table 1, as reproduced by the formula rounded to nearest; the
# printed last row is 384.
KREJCIE_MORGAN = pairs("""
    10:10 15:14 20:19 25:24 30:28 35:32 40:36 45:40 50:44 55:48 60:52 65:56 70:59 75:63 80:66 85:70 90:73
    95:76 100:80 110:86 120:92 130:97 140:103 150:108 160:113 170:118 180:123 190:127 200:132 210:136 220:140
    230:144 240:148 250:152 260:155 270:159 280:162 290:165 300:169 320:175 340:181 360:186 380:191 400:196
    420:201 440:205 460:210 480:214 500:217 550:226 600:234 650:242 700:248 750:254 800:260 850:265 900:269
    950:274 1000:278 1100:285 1200:291 1300:297 1400:302 1500:306 1600:310 1700:313 1800:317 1900:320 2000:322
    2200:327 2400:331 2600:335 2800:338 3000:341 3500:346 4000:351 4500:354 5000:357 6000:361 7000:364
    8000:367 9000:368 10000:370 15000:375 20000:377 30000:379 40000:380 50000:381 75000:382 100000:383
""")

# Source: PermenPANRB 14/2017, questionnaire of the annex, in its order; question 7 indeed has no "tentang".
QUESTIONNAIRE = (
    (
        "PERSYARATAN",
        "Bagaimana pendapat Saudara tentang kesesuaian persyaratan pelayanan dengan jenis pelayanannya.",
        "Tidak sesuai / Kurang sesuai / Sesuai / Sangat sesuai",
    ),
    (
        "PROSEDUR",
        "Bagaimana pemahaman Saudara tentang kemudahan prosedur pelayanan di unit ini.",
        "Tidak mudah / Kurang mudah / Mudah / Sangat mudah",
    ),
    (
        "WAKTU",
        "Bagaimana pendapat Saudara tentang kecepatan waktu dalam memberikan pelayanan.",
        "Tidak cepat / Kurang cepat / Cepat / Sangat cepat",
    ),
    (
        "BIAYA",
        "Bagaimana pendapat Saudara tentang kewajaran biaya/tarif dalam pelayanan.",
        "Sangat mahal / Cukup mahal / Murah / Gratis",
    ),
    (
        "PRODUK",
        (
            "Bagaimana pendapat Saudara tentang kesesuaian produk pelayanan antara yang tercantum "
            "dalam standar pelayanan dengan hasil yang diberikan."
        ),
        "Tidak sesuai / Kurang sesuai / Sesuai / Sangat sesuai",
    ),
    (
        "KOMPETENSI",
        "Bagaimana pendapat Saudara tentang kompetensi/kemampuan petugas dalam pelayanan.",
        "Tidak kompeten / Kurang kompeten / Kompeten / Sangat kompeten",
    ),
    (
        "PERILAKU",
        "Bagaimana pendapat Saudara perilaku petugas dalam pelayanan terkait kesopanan dan keramahan.",
        "Tidak sopan dan ramah / Kurang sopan dan ramah / Sopan dan ramah / Sangat sopan dan ramah",
    ),
    (
        "SARPRAS",
        "Bagaimana pendapat Saudara tentang kualitas sarana dan prasarana.",
        "Buruk / Cukup / Baik / Sangat baik",
    ),
    (
        "PENGADUAN",
        "Bagaimana pendapat Saudara tentang penanganan pengaduan pengguna layanan.",
        "Tidak ada / Ada tetapi tidak berfungsi / Berfungsi kurang maksimal / Dikelola dengan baik",
    ),
)
