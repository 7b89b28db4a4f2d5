"""What the head of a unit reads of the citizens' comments, and the one answer to each that asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.domain.errors import Invalid, NotFound
from portal.domain.masking.comment import clean
from portal.services import Portal
from portal.storage import audit, cases, comments, structure
from portal.storage.cases import CaseText
from portal.storage.comments import CommentText

ACT: Final = "case-answered"
LONGEST_ANSWER: Final = 2000


@dataclass(frozen=True, slots=True)
class UnitBelow:
    """A unit below, and how many of its cases wait for an answer."""

    unit_code: str
    name: str
    unanswered: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """The comments of one unit: its cases, the months of which it has a batch, and the batch of one of them."""

    unit_code: str
    unit_name: str
    unanswered: Sequence[CaseText]
    answered: Sequence[CaseText]
    months: Sequence[date]
    month: date | None
    batch: Sequence[CommentText]
    below: Sequence[UnitBelow]


def open_feedback(portal: Portal, scope: Sequence[int], unit_code: str, month: date | None = None) -> Feedback:
    """Return the comments of a unit in the caller's `scope`; without a `month`, the newest batch.

    Raises:
        NotFound: no such unit in the scope, or it has no batch of that month.
    """
    with portal.read() as session:
        unit = structure.get_unit(session, scope, unit_code)
        below = [other for other in structure.list_subtree(session, unit.path) if other.id != unit.id]
        waiting = cases.count_unanswered(session, [other.id for other in below])
        months = comments.list_months(session, unit.id)
        if month is not None and month not in months:
            raise NotFound("month")
        shown = month or next(iter(months), None)
        batch = comments.list_released(session, unit.id, shown) if shown else ()
        own = cases.list_cases(session, unit.id)
    return Feedback(
        unit.unit_code,
        unit.name,
        [case for case in own if case.answer is None],
        [case for case in own if case.answer is not None],
        months,
        shown,
        batch,
        [UnitBelow(other.unit_code, other.name, waiting.get(other.id, 0)) for other in below],
    )


def answer_case(portal: Portal, scope: Sequence[int], unit_code: str, case_code: str, *, text: str, actor: str) -> None:
    """Give the one answer to a case; whoever holds its receipt may read it from now on.

    Raises:
        NotFound: no such unit in the `scope`, or no such case of it that waits for an answer.
        Invalid: `answer-empty` or `answer-long`.
    """
    words = clean(text)
    if not words:
        raise Invalid("answer-empty")
    if len(words) > LONGEST_ANSWER:
        raise Invalid("answer-long")
    with portal.begin() as session:
        unit = structure.get_unit(session, scope, unit_code)
        if not cases.answer(session, unit.id, case_code, text=words, on=portal.today(), actor=actor):
            raise NotFound("case")
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail={"unit": unit.unit_code, "case": case_code})
