"""From what was sent to what may be kept: cleaned, then masked before anyone reads it.

What is certain is put out of sight; what only looks like it makes the text suspected, and it stays hidden until a
reviewer decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from portal.domain.masking.mark import CLOSE, OPEN, outside_marks, pieces
from portal.domain.masking.number import is_doubtful, mask_numbers
from portal.domain.masking.person import NameParts, is_disguised, mask_names, parts_of
from portal.domain.masking.place import mask_accounts, mask_addresses, mask_plates

LONGEST: Final = 1000
"""Characters of a text once it is cleaned."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Control, format (bidi among them), private and unassigned characters."""

_OVERLAID: Final = re.compile("([0-9A-Za-z])[\u0300-\u036f\u20d0-\u20f0\ufe0f]+")
"""Marks laid over a plain letter or digit that no character of its own joins: keycaps, strokes."""

_STEPS: Final = (mask_accounts, mask_addresses, mask_plates, mask_numbers)
_DIGIT: Final = (
    r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|(?:de)?lapan|sembilan|zero|one|two|three|four|five|six|seven"
    r"|eight|nine)"
)
_SUSPICIOUS: Final = re.compile(
    rf"""\b(?:nama\s+(?:saya|aku|lengkap|anak|istri|isteri|suami|ibu|ayah|ktp)|saya\s+bernama|atas\s+nama)\b
       | \bmy\s+name\s*(?:is\b|'s\b|:) | \b(?:saya|aku|i\s+am)\s+(?-i:[A-Z][a-z]{{2,}}\s+[A-Z][a-z]{{2,}})
       | \ba\.?\s?n\.\s?[^\W\d_] | \bnama\s*[:=] | \b(?:tertanda|ttd)\b
       | \b(?:hubungi|telepon|telpon|kontak|wa|whatsapp)\s+(?:saya|aku|kami|ke|di)\b
       | \b(?:hp|wa|whatsapp|telp?|telepon|telpon|phone)\b[\s:.]{{0,3}}\d\d[\d\s.-]{{3,}}\d
       | \b(?:(?:alamat|nik|hp|wa)|(?:nomor|no)\.?\s+(?:hp|wa|telepon|telpon|rumah|ktp))\s+(?:saya|aku)\b
       | \b(?:saya|kami)\s+tinggal\b
       | \b(?:saya|kami)\s+(?:warga|orang|penduduk)\s+(?:di|dari|desa|dusun|kampung|kelurahan|(?-i:[A-Z]))
       | \b(?:https?://|www\.|wa\.me|t\.me|bit\.ly) | \b(?!go\.id\b)[\w-]+\.(?:com|net|org|id|me|ly|io|co)\b | @
       | g\W?mail | \b(?:yahoo|hotmail|outlook|ymail)\b | \b(?:ig|instagram|fb|facebook|tiktok|telegram)\s*[:=]
       | [^\W\d_]_[^\W\d_]
       | \b{_DIGIT}(?:[\s,.-]+{_DIGIT}){{4,}}\b
       | (?<!\w)(?:[^\W\d_][ .\-_]){{3,}}[^\W\d_](?!\w)
       | \S{{60,}}""",
    re.IGNORECASE | re.VERBOSE,
)
"""Who writes, how to reach them, links, numbers in words, letters set apart, and words that are none."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may be kept; a suspected one may not be shown before a reviewer has read it."""

    text: str
    suspected: bool


def clean(text: str) -> str:
    """Return the text in NFKC, without control and bidi characters, its blank space in order; new lines stay."""
    while (step := _clean_once(text)) != text:  # what is taken out may let neighbours combine
        text = step
    return text


def _clean_once(text: str) -> str:
    lines = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    lines = _OVERLAID.sub(r"\1", lines)
    seen = "".join(
        it for it in lines if it == "\n" or (unicodedata.category(it) not in _UNSEEN and it not in OPEN + CLOSE)
    )
    tidy = re.sub(r" *\n *", "\n", re.sub(r"[^\S\n]+", " ", seen))
    return re.sub(r"\n{3,}", "\n\n", tidy).strip()


def mask(text: str, names: Iterable[str]) -> Masked:
    """Mask a cleaned text; `names` are those of the officers whom the writer may have met."""
    parts = parts_of(names)
    while (step := _mask_once(text, parts)) != text:  # so that masked twice is as masked once
        text = step
    words = [piece.text for piece in pieces(text)]
    return Masked(
        text, any(_SUSPICIOUS.search(part) or is_doubtful(part) or is_disguised(part, parts) for part in words)
    )


def _mask_once(text: str, parts: NameParts) -> str:
    for step in _STEPS:
        text = outside_marks(text, step)
    return outside_marks(text, lambda words: mask_names(words, parts))
