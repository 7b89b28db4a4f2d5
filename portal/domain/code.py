"""Short codes that people type: Crockford base32 with a Luhn mod 32 check character."""

from __future__ import annotations

from typing import Final

from portal.domain.errors import CodeMistyped

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH: Final = 6
RECEIPT_LENGTH: Final = 10
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_FORGIVEN: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\N{EN DASH}": None})


def encode(number: int, length: int) -> str:
    """Write the lowest `5 * length` bits of `number`, most significant first."""
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length)))


def check_character(body: str) -> str:
    """Return the character that makes `body` a valid code.

    Source: Luhn mod N algorithm (N = 32); it finds every single mistyped character and nearly all neighbours swapped.
    """
    total = 0
    for place, character in enumerate(reversed(body)):
        doubled = _VALUES[character] * (1 if place % 2 else 2)
        total += doubled // len(ALPHABET) + doubled % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def counter_code(number: int) -> str:
    """Return the 7-character public code whose body is `number` (30 bits)."""
    body = encode(number, BODY_LENGTH)
    return body + check_character(body)


def normalise(text: str) -> str:
    """Forgive case, spaces, hyphens and the look-alikes O/0, I/L/1."""
    return text.upper().translate(_FORGIVEN)


def parse_counter_code(text: str) -> str:
    """Return the canonical code for what was typed or scanned.

    Raises:
        CodeMistyped: wrong length, alphabet or check character.
    """
    code = normalise(text)
    if len(code) != BODY_LENGTH + 1 or not _VALUES.keys() >= set(code) or check_character(code[:-1]) != code[-1]:
        raise CodeMistyped
    return code


def parse_receipt(text: str) -> str:
    """Return the canonical receipt, or raise `CodeMistyped`; receipts carry no check character."""
    receipt = normalise(text)
    if len(receipt) != RECEIPT_LENGTH or not _VALUES.keys() >= set(receipt):
        raise CodeMistyped
    return receipt


def printed(code: str) -> str:
    """Group a code for the eye: `K7M-3PXM`, `7F2K9-PQ4XM`."""
    head = len(code) // 2
    return f"{code[:head]}-{code[head:]}"
