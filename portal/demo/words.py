"""What the demonstration's citizens add after the tap: topics, a profile, now and then some words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from portal import services
from portal.domain.instrument import Instrument
from portal.services import Portal
from portal.services.collect import receipt as followup
from portal.services.collect.choosing import TOPICS
from portal.services.collect.comment import leave_comment
from portal.services.collect.tokens import Ticket
from portal.services.review.cases import answer_case, open_feedback

ACTOR: Final = "demo"
COMMENTS: Final = (
    "Antrean pada pagi hari terlalu panjang.",
    "Penjelasannya mudah dimengerti, terima kasih.",
    "Ruang tunggu panas, mohon ditambah kipas angin.",
    "Persyaratan di papan pengumuman berbeda dengan yang diminta di loket.",
    "Prosesnya cepat, tidak sampai setengah jam.",
    "Mohon ada nomor antrean yang bisa dilihat dari luar.",
    "Petugas ramah dan sabar.",
    "Saya dua kali kembali karena berkas kurang, padahal sudah bertanya.",
    "Toilet pengunjung perlu dibersihkan lebih sering.",
    "Mohon dikabari lewat 0812-0000-0000 bila sudah selesai.",
)
QUESTIONS: Final = (
    "Apakah berkas dapat diambil oleh anggota keluarga?",
    "Mengapa loket sudah tutup sebelum jam layanan berakhir?",
    "Kapan blangko tersedia kembali?",
)
ANSWER: Final = "Terima kasih atas masukan Anda. Papan pengumuman dan jam layanan sudah kami perbaiki."
_SHARE_OF_TOPICS, _SHARE_OF_COMMENTS, _SHARE_OF_QUESTIONS = 0.3, 0.03, 0.003
_SHARE_OF_PROFILE, _SECOND_TOPIC = 0.8, 0.3


def add_words(portal: Portal, ticket: Ticket, dice: random.Random) -> None:
    """Add topics to some ratings, and words to a few."""
    if dice.random() < _SHARE_OF_TOPICS:
        options = sorted(portal.instruments[TOPICS].items[0].options)
        count = 2 if dice.random() < _SECOND_TOPIC else 1
        topics = {portal.instruments[TOPICS].items[0].code: dice.sample(options, count)}
        followup.choose_topics(portal, ticket.receipt, ticket.edit_token, topics)
    asks = dice.random() < _SHARE_OF_QUESTIONS
    if asks or dice.random() < _SHARE_OF_COMMENTS:
        text = dice.choice(QUESTIONS if asks else COMMENTS)
        leave_comment(portal, ticket.receipt, ticket.edit_token, text, language="id", asks=asks)


def make_profile(instrument: Instrument, dice: random.Random) -> dict[str, Sequence[str]]:
    """Return a respondent's profile, or what somebody answers who would rather say nothing."""
    if dice.random() > _SHARE_OF_PROFILE:
        return {}
    return {item.code: [dice.choice(sorted(item.options))] for item in instrument.items}


def answer_some(portal: Portal, unit_codes: Sequence[str]) -> None:
    """Let the heads of the units answer all but the last of those who asked."""
    for unit_code in unit_codes:
        waiting = services.run(portal, open_feedback, (), unit_code).unanswered
        for case in waiting[1:]:
            services.run(portal, answer_case, (), unit_code, case.case_code, text=ANSWER, actor=ACTOR)
