"""Names of officers, by whatever part of them a citizen uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from portal.domain.masking.mark import marked

SHORTEST_PART: Final = 3
"""Letters from which a part of a name is masked wherever it stands alone."""

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")
_GAP: Final = re.compile(r"[ .,]{1,2}")
_HONORIFICS: Final = frozenset(
    "abang bang bapak bu bunda dr drg h haji hj hajah ibu kak kakak mas mba mbak pak sdr sdri saudara saudari ustad "
    "ustadz mr mrs ms".split()
)
_WORKS: Final = frozenset("bidan dokter officer perawat petugas petugasnya suster".split())
"""What somebody works as: a name may follow, and so may what is thought of them (petugas bagus)."""
_ORDINARY: Final = frozenset(
    "ada agustus aman anak antri antrian april bagus baik baru benar bersih bin bunga cahaya cantik cepat contoh "
    "damai dan desember dua empat enam februari fitri gede hari hati indah jalan januari jaya jujur juli jumat juni "
    "kamis kartu kasih kepala kurang lama lima loket lurus made maju malam maret mei minggu mulia murni nomor "
    "november oktober pagi pelayanan petugas puji putra putri rabu rahmat rajin ramah rapi raya restu ria sabar "
    "sabtu satu sehat selamat selasa senang seni senin september setia siang sinar sopan sore staf subur suka surat "
    "surya teguh tiga tulus utama".split()
)
"""Words that are parts of names as well: masked only beside a name, or where somebody is addressed."""
_DEGREES: Final = frozenset("amd farm hum hut ikom keb kep kes kom psi skm skom sos spd ssos stp".split())
_ALIKE: Final = str.maketrans(
    "01345$\u0430\u0435\u0456\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0458\u03b1\u03b9\u03bd\u03bf\u03c1",
    "oieassaeikmhopctyxsjaivop",
)
"""Signs that look like letters: digits, and letters of the Cyrillic and Greek alphabets."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """Parts of names: `sure` ones are masked wherever they stand, the others beside one or after a form of address."""

    sure: frozenset[str]
    unsure: frozenset[str]
    whole: frozenset[tuple[str, ...]]


def parts_of(names: Iterable[str]) -> NameParts:
    """Part names into words, whatever their case; titles of one letter are none."""
    whole = frozenset(tuple(_plain(word) for word in _TOKEN.findall(name)) for name in names)
    words = {word for name in whole for word in name if len(word) > 1} - _HONORIFICS - _WORKS - _DEGREES
    sure = frozenset(word for word in words if len(word) >= SHORTEST_PART) - _ORDINARY
    return NameParts(sure, frozenset(words) - sure, frozenset(name for name in whole if len(name) > 1))


def mask_names(text: str, parts: NameParts) -> str:
    """Mask what names an officer; words of one name beside each other become one mark."""
    tokens = list(_TOKEN.finditer(text))
    words = [_plain(token[0]) for token in tokens]
    hidden = [_is_sure(word, parts) for word in words]
    _hide_whole(words, hidden, parts)
    linked = [bool(_GAP.fullmatch(text[one.end() : other.start()])) for one, other in pairwise(tokens)]
    for at in [*range(len(words)), *reversed(range(len(words)))]:
        before = at > 0 and linked[at - 1] and (hidden[at - 1] or _calls(words[at - 1], tokens[at][0]))
        after = at + 1 < len(words) and linked[at] and hidden[at + 1] and words[at] not in _HONORIFICS
        hidden[at] = hidden[at] or (words[at] in parts.unsure and (before or after))
    return _cover(text, tokens, hidden, linked)


def is_disguised(text: str, parts: NameParts) -> bool:
    """Tell whether a word is a name once accents, signs in the place of letters and doubled letters are undone."""
    sure = {_undone(part) for part in parts.sure if len(part) > SHORTEST_PART}
    return any(_undone(word) in sure for word in re.findall(r"[\w$]+", text))


def _undone(word: str) -> str:
    bare = "".join(it for it in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(it))
    return re.sub(r"(.)\1+", r"\1", bare.translate(_ALIKE))


def _calls(before: str, word: str) -> bool:
    """Tell whether the word before calls somebody by the next one, which it does not in `petugas bagus`."""
    is_name = _plain(word) not in _ORDINARY or word[0].isupper()
    return before in _HONORIFICS or (before in _WORKS and is_name)


def _plain(word: str) -> str:
    return word.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _is_sure(word: str, parts: NameParts) -> bool:
    stems = {word, word.removesuffix("nya"), *word.split("-")}
    return not parts.sure.isdisjoint(stems)


def _hide_whole(words: Sequence[str], hidden: list[bool], parts: NameParts) -> None:
    for length in {len(name) for name in parts.whole}:
        for start in range(len(words) - length + 1):
            if tuple(words[start : start + length]) in parts.whole:
                hidden[start : start + length] = [True] * length


def _cover(text: str, tokens: Sequence[re.Match[str]], hidden: Sequence[bool], linked: Sequence[bool]) -> str:
    found: list[str] = []
    end = 0
    for at, token in enumerate(tokens):
        if not hidden[at]:
            continue
        if not (at > 0 and hidden[at - 1] and linked[at - 1]):
            found += [text[end : token.start()], marked("name")]
        end = token.end()
    return "".join((*found, text[end:]))
