"""Names of officers, by whatever part of them a citizen uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from portal.domain.masking.mark import marked

SHORTEST_PART: Final = 4
"""Letters from which a part of a name is masked wherever it stands alone."""

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")
_GAP: Final = re.compile(r"[ .,]{1,2}")
_HONORIFICS: Final = frozenset(
    "abang bang bapak bidan bu bunda dokter dr drg h haji hj hajah ibu kak kakak mas mba mbak pak perawat petugas "
    "petugasnya sdr sdri saudara saudari suster ustad ustadz officer mr mrs ms".split()
)
_ORDINARY: Final = frozenset(
    "antri antrian bagus baik bersih bunga cahaya cantik cepat contoh indah jaya jujur kasih kepala loket lurus maju "
    "mulia murni pelayanan petugas puji rajin ramah rapi restu sabar satu sehat senang setia sinar sopan staf subur "
    "suka surya tiga lima empat enam dua tulus utama".split()
)
"""Words that are parts of names as well: masked only beside a name, or where somebody is addressed."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """Parts of names: `sure` ones are masked wherever they stand, the others beside one or after a form of address."""

    sure: frozenset[str]
    unsure: frozenset[str]
    whole: frozenset[tuple[str, ...]]


def parts_of(names: Iterable[str]) -> NameParts:
    """Part names into words, whatever their case; titles of one letter are none."""
    whole = frozenset(tuple(_plain(word) for word in _TOKEN.findall(name)) for name in names)
    words = {word for name in whole for word in name if len(word) > 1}
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
        before = at > 0 and linked[at - 1] and (hidden[at - 1] or words[at - 1] in _HONORIFICS)
        after = at + 1 < len(words) and linked[at] and hidden[at + 1] and words[at] not in _HONORIFICS
        hidden[at] = hidden[at] or (words[at] in parts.unsure and (before or after))
    return _cover(text, tokens, hidden, linked)


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
