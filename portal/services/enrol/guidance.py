"""What the workbook says of itself: a document, so its sentences are here and in Indonesian alone."""

from __future__ import annotations

from typing import Final

from portal.domain.workbook.sheet import (
    COUNTER,
    DUTY,
    HOLIDAY,
    HOURS,
    INDICATOR,
    OFFICER,
    PAST,
    SERVED,
    SERVICE,
    UNIT,
)

INTRODUCTION: Final = (
    "Buku kerja pendaftaran unit, layanan, loket, dan petugas",
    "Isi lembar Unit dan Loket terlebih dahulu; lembar lain boleh dikosongkan.",
    "Kolom pertama, kode, adalah kunci setiap baris: pilih sendiri, dan jangan diubah sesudahnya. Jangan memakai NIP.",
    "Baris yang tidak ada di berkas tidak berubah. Baris ditutup hanya dengan mengisi kolom sampai.",
    "Kolom yang tidak wajib boleh dihapus; isinya yang sudah tersimpan tetap.",
    "Lembar Petunjuk dan Contoh tidak dibaca. Isi lembar Contoh sepenuhnya rekaan.",
)

NOTE: Final = (
    "Berkas ini berisi data yang sudah tersimpan. Tugas jaga bertanggal dan jumlah dilayani sebelum {day} tidak ikut."
)

_ENDS: Final = "Tanggal terakhir berlaku. Kosong: berlaku terus."
_CODE: Final = "Kunci baris: huruf, angka, titik, garis; paling panjang 40. Jangan diubah, jangan memakai NIP."
HELP: Final = {
    UNIT: {
        "kode": _CODE,
        "nama": "Nama unit seperti yang dibaca warga.",
        "induk": "Kode unit di atasnya. Kosong: unit teratas. Tidak dapat diubah setelah tersimpan.",
        "sampai": _ENDS,
        "target": "IKM yang dituju, 25,00 sampai 100,00. Boleh dikosongkan.",
        "sebutan loket": "Sebutan loket di unit ini: Loket, Poli, Meja, Gerai. Kosong: Loket.",
    },
    SERVICE: {
        "kode": _CODE,
        "unit": "Kode unit yang memberi layanan. Tidak dapat diubah setelah tersimpan.",
        "nama": "Nama jenis layanan seperti yang dibaca warga.",
        "sampai": _ENDS,
    },
    COUNTER: {
        "kode": _CODE,
        "unit": "Kode unit pemilik loket. Tidak dapat diubah setelah tersimpan.",
        "nama": "Nama loket seperti yang dibaca warga.",
        "layanan": "Kode layanan di loket ini, dipisahkan koma. Kosong: semua layanan unit.",
        "sampai": _ENDS,
        "saluran": (
            "loket, tautan (dibagikan), daring (setelah layanan daring), keliling, atau kertas. Kosong: loket. "
            "Tidak dapat diubah setelah tersimpan."
        ),
        "dari": "Hari pertama dipakai. Sebaiknya diisi untuk keliling. Kosong: sejak sekarang.",
        "tempat": "Tempat layanan keliling. Sebaiknya diisi untuk keliling.",
    },
    OFFICER: {
        "kode": _CODE,
        "unit": "Kode unit tempat petugas bekerja.",
        "nama": "Nama petugas.",
        "NIP": "NIP atau NI PPPK, 18 angka. Boleh dikosongkan.",
        "ASN": "ya atau tidak. Kosong: ya.",
        "papan nama": "ya: petugas mendapat kode QR sendiri di papan namanya. Kosong: tidak.",
        "sampai": _ENDS,
    },
    DUTY: {
        "kode": _CODE,
        "petugas": "Kode petugas.",
        "loket": "Kode loket. Kosong hanya untuk petugas yang tidak masuk pada satu tanggal.",
        "hari": "Senin sampai Minggu, untuk jadwal tiap pekan. Isi hari atau tanggal, tidak keduanya.",
        "tanggal": "Untuk satu tanggal: menggantikan jadwal pekanan petugas itu pada hari itu.",
        "mulai": "Jam mulai, misalnya 08:00. Kosong bila tidak masuk.",
        "selesai": "Jam selesai, misalnya 12:00. Kosong bila tidak masuk.",
        "dari": "Tanggal jadwal pekanan mulai berlaku. Kosong: sejak sekarang.",
        "sampai": _ENDS,
    },
    HOURS: {
        "kode": _CODE,
        "unit": "Kode unit. Kosong: berlaku bagi semua unit yang tidak punya jam sendiri.",
        "hari": "Senin sampai Minggu.",
        "buka": "Jam buka, misalnya 08:00.",
        "tutup": "Jam tutup, misalnya 15:00.",
        "sampai": _ENDS,
    },
    HOLIDAY: {
        "kode": _CODE,
        "tanggal": "Tanggal libur.",
        "unit": "Kode unit. Kosong: semua unit.",
        "nama": "Nama hari libur.",
        "sampai": "Untuk membatalkan hari libur: tanggal sebelum hari itu. Selain itu kosongkan.",
    },
    SERVED: {
        "kode": "Boleh dikosongkan: disusun dari unit, layanan (- bila kosong), dan tanggal.",
        "unit": "Kode unit.",
        "layanan": "Kode layanan. Kosong: semua layanan unit bersama-sama.",
        "tanggal": "Hari pelayanan, paling lambat hari ini.",
        "jumlah": "Jumlah warga yang dilayani. Baris yang keliru diperbaiki dengan mengirim angka yang benar.",
    },
    INDICATOR: {
        "kode": _CODE,
        "unit": "Kode unit.",
        "petugas": "Kode petugas. Kosong: indikator milik unit.",
        "nama": "Nama indikator.",
        "satuan": "Satuan, misalnya berkas, persen, menit, rupiah.",
        "jenis": "jumlah, mutu, waktu, anggaran, hasil, atau respons pengaduan.",
        "tugas": "Tugas yang diukur.",
        "sasaran unit": "Sasaran unit yang didukung.",
        "periode": "2026-03 (bulan), 2026-Q1 (triwulan), 2026-S1 (semester), atau 2026 (tahun).",
        "ukuran portal": "Boleh dikosongkan. Bila diisi, realisasi dihitung portal sendiri, untuk satu periode dasar.",
        "target": "Angka tanpa titik ribuan, koma untuk pecahan.",
        "realisasi": "Angka tanpa titik ribuan, koma untuk pecahan. Kosong bila ada ukuran portal.",
        "per tanggal": "Tanggal realisasi. Wajib bila realisasi diisi.",
        "sumber": "Dari mana realisasi diambil. Portal tidak memeriksanya.",
        "tautan": "Alamat https bukti dukung.",
        "sampai": _ENDS,
    },
    PAST: {
        "kode": "Boleh dikosongkan: disusun dari unit dan tahun.",
        "unit": "Kode unit.",
        "tahun": "Tahun survei.",
        "IKM": "IKM seperti yang diterbitkan, 25,00 sampai 100,00.",
        "responden": "Jumlah responden. Boleh dikosongkan.",
        "sumber": "Di mana IKM itu diterbitkan. Boleh dikosongkan.",
    },
}

EXAMPLES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    UNIT: (
        ("DINAS", "Dinas Contoh", "", "", "", ""),
        ("DINAS-1", "Bidang Contoh Satu", "DINAS", "", "85,00", "Loket"),
    ),
    SERVICE: (("KTP", "DINAS-1", "Layanan Contoh A", ""), ("KK", "DINAS-1", "Layanan Contoh B", "2030-12-31")),
    COUNTER: (
        ("LKT-1", "DINAS-1", "Loket 1", "KTP, KK", "", "", "", ""),
        ("LKT-2", "DINAS-1", "Loket 2", "", "", "loket", "", ""),
        ("LKT-K", "DINAS-1", "Mobil Contoh", "KTP", "2026-03-31", "keliling", "2026-03-02", "Balai Desa Contoh"),
    ),
    OFFICER: (
        ("P-01", "DINAS-1", "Petugas Contoh Satu", "199001012023211001", "ya", "ya", ""),
        ("P-02", "DINAS-1", "Petugas Contoh Dua", "", "tidak", "", ""),
    ),
    DUTY: (
        ("J-01", "P-01", "LKT-1", "Senin", "", "08:00", "12:00", "2026-01-05", ""),
        ("J-02", "P-01", "LKT-2", "", "2026-03-02", "08:00", "15:00", "", ""),
        ("J-03", "P-02", "", "", "2026-03-03", "", "", "", ""),
    ),
    HOURS: (
        ("BUKA-1", "", "Senin", "08:00", "15:00", ""),
        ("BUKA-2", "DINAS-1", "Jumat", "08:00", "11:30", ""),
    ),
    HOLIDAY: (
        ("LIBUR-1", "2026-08-17", "", "Hari Kemerdekaan", ""),
        ("LIBUR-2", "2026-05-02", "DINAS-1", "Libur Contoh", "2026-05-01"),
    ),
    SERVED: (
        ("", "DINAS-1", "KTP", "2026-03-02", "41"),
        ("DINAS-1.-.2026-03-02", "DINAS-1", "", "2026-03-02", "58"),
    ),
    INDICATOR: (
        (
            *("IND-1", "DINAS-1", "P-01", "Berkas contoh selesai tepat waktu", "berkas", "waktu", "Melayani berkas"),
            *("Layanan tepat waktu", "2026-S1", "", "1200", "410,5", "2026-02-28", "Aplikasi contoh"),
            *("https://data.example.go.id/berkas", ""),
        ),
        ("IND-2", "DINAS", "", "Survei contoh", "kali", "jumlah", "", "", "2026", "", "4", "", "", "", "", ""),
        ("IND-3", "DINAS-1", "", "IKM", "poin", "mutu", "", "", "2026-S1", "ikm", "85", "", "", "", "", ""),
    ),
    PAST: (
        ("", "DINAS-1", "2025", "84,27", "310", "Laporan SKM contoh"),
        ("DINAS-1.2024", "DINAS-1", "2024", "82,10", "", ""),
    ),
}
