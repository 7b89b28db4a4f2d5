"""The SKM report of a unit (Laporan SKM) in three forms of one content, and the list of all units (Rekap se-kota)."""
