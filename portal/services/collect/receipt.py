"""After the tap: the thank-you page and its optional parts, each stored when sent; never the answers given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import code as codes
from portal.domain.counter import CounterView
from portal.domain.errors import CodeUnknown, FormExpired, Invalid
from portal.domain.evidence import reaches_officer
from portal.domain.rating import CHANGE_FOR
from portal.services import Portal
from portal.services.collect.choosing import PROFILE, TOPICS, keep_choices
from portal.services.collect.revision import revise
from portal.services.collect.tokens import Edit, case_hash, comment_id, read_edit_token, receipt_hash
from portal.storage import cases, comments, counters, responses
from portal.storage.cases import CaseState
from portal.storage.responses import About, Record

MOST_OFFICERS: Final = 6
MOST_SERVICES: Final = 8
QUICK: Final = "quick@1"
HELP: Final = "petugas@1"
SURVEY: Final = "skm-14-2017@1"
OTHER: Final = "lainnya"
UNKNOWN: Final = "tidak-tahu"


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a question about the visit."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """What the holder of a receipt may still do; an empty tuple means that the question is not asked."""

    receipt: str
    edit_token: str
    counter: CounterView | None
    change_until: datetime | None = None
    services: tuple[Choice, ...] = ()
    officers: tuple[Choice, ...] = ()
    ask_help: bool = False
    ask_survey: bool = False
    survey_first: bool = False
    """The unit asks for the survey today."""
    ask_topics: bool = False
    ask_comment: bool = False
    stored: frozenset[str] = frozenset()
    case: CaseState | None = None
    """What became of a comment that asks for an answer."""


def open_receipt(portal: Portal, receipt: str, token: str) -> ReceiptPage:
    """Return the thank-you page while the edit token is good, else the bare state of the receipt.

    Raises:
        CodeMistyped: `receipt` is no receipt.
        CodeUnknown: it was never given out, or has expired; that of a case lasts as long as the case.
    """
    receipt = codes.parse_receipt(receipt)
    with portal.read() as session:
        case = cases.find_by_receipt(session, case_hash(portal, receipt))
        response_id = responses.find_by_receipt(session, receipt_hash(portal, receipt), portal.today())
        if response_id is None and case is None:
            raise CodeUnknown
        try:
            edit = _edit(portal, token, response_id)
        except FormExpired:
            return ReceiptPage(receipt, "", None, case=case)
        return replace(_page(portal, session, receipt, token, edit), case=case)


def require(counter: CounterView | None) -> CounterView:
    """Return the counter of a page that is still open for parts, or raise `FormExpired`."""
    if counter is None:
        raise FormExpired
    return counter


def _edit(portal: Portal, token: str, response_id: bytes | None) -> Edit:
    edit = read_edit_token(portal, token)
    if edit.response_id != response_id:
        raise FormExpired
    return edit


def _page(portal: Portal, session: Session, receipt: str, token: str, edit: Edit) -> ReceiptPage:
    record = responses.get_record(session, edit.response_id)
    counter = counters.get_counter(session, record.place.counter_id)
    local = edit.given_at.astimezone(portal.time_zone)
    about, answers = record.about, record.standing.answers
    until = (edit.given_at + CHANGE_FOR).astimezone(portal.time_zone)
    stored = {"service"} if about.service_basis in {"choice", "other"} else set()
    stored |= {"officer"} if about.officer_basis in {"choice", "unknown"} else set()
    parts = (("help", HELP), ("survey", SURVEY), ("topics", TOPICS))
    stored |= {name for name, instrument in parts if instrument in answers}
    has_comment = comments.has_comment(session, comment_id(portal, receipt))
    stored |= {"comment"} if has_comment else set()
    ask_survey = SURVEY not in answers
    return ReceiptPage(
        receipt,
        token,
        counter,
        change_until=until if QUICK in answers and portal.now() <= edit.given_at + CHANGE_FOR else None,
        services=_services(session, counter, about, local),
        officers=_officers(session, counter, about, local),
        ask_help=about.officer_id is not None and HELP not in answers,
        ask_survey=ask_survey,
        survey_first=ask_survey and counters.has_campaign(session, counter.unit_path, about.service_id, portal.today()),
        ask_topics=TOPICS not in answers,
        ask_comment=not has_comment,
        stored=frozenset(stored),
    )


def _services(session: Session, counter: CounterView, about: About, local: datetime) -> tuple[Choice, ...]:
    if about.service_basis != "none":
        return ()
    return _choices(counters.list_services(session, counter, local)[:MOST_SERVICES])


def _officers(session: Session, counter: CounterView, about: About, local: datetime) -> tuple[Choice, ...]:
    """Offer those on duty while open, when more than one was; more than fit on a phone: the question is not asked."""
    if about.officer_basis != "none" or not reaches_officer(counter.channel):
        return ()
    scene = counters.find_scene(session, counter.public_code, local)
    if scene is None or not scene.is_open or not 1 < len(scene.on_duty) <= MOST_OFFICERS:
        return ()
    return _choices(counters.list_on_duty(session, counter.id, local))


def _choices(named: Iterable[tuple[int, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(str(row_id), name) for row_id, name in named)


def change_rating(portal: Portal, receipt: str, token: str, value: int) -> None:
    """Change the tap within ten minutes.

    Raises:
        FormExpired: the token is forged, or the ten minutes are over.
        Invalid: `value` is no answer.
    """
    answers = portal.instruments[QUICK].check({"LAYANAN": value})
    with portal.begin() as session:
        edit, record = hold_record(portal, session, receipt, token)
        if portal.now() > edit.given_at + CHANGE_FOR or QUICK not in record.standing.answers:
            raise FormExpired
        revise(portal, session, record, answers={QUICK: answers})


def add_answers(
    portal: Portal,
    receipt: str,
    token: str,
    instrument: str,
    given: Mapping[str, int],
    profile: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Add the answers to an optional instrument, once, within a day; a second sending of it changes nothing.

    `profile` holds what was chosen of the respondent's profile, by item.

    Raises:
        FormExpired: the token is forged or older than a day.
        Invalid: no answer, or one outside the instrument; or the officer's help where no officer is known.
    """
    chosen = portal.instruments[PROFILE].check_choices(profile or {})
    answers = portal.instruments[instrument].check(given)
    if not answers:
        raise Invalid("answers")
    with portal.begin() as session:
        _, record = hold_record(portal, session, receipt, token)
        if instrument == HELP and record.about.officer_id is None:
            raise Invalid(HELP)
        if instrument not in record.standing.answers:
            revise(portal, session, record, answers={instrument: answers})
            keep_choices(portal, session, record, PROFILE, chosen)


def choose_topics(portal: Portal, receipt: str, token: str, topics: Mapping[str, Sequence[str]]) -> None:
    """Count what shaped the rating, once, within a day; which topics it was is kept nowhere with the rating.

    Raises:
        FormExpired: the token is forged or older than a day.
        Invalid: `topics`; none chosen. Or one that was not offered.
    """
    chosen = portal.instruments[TOPICS].check_choices(topics)
    if not chosen:
        raise Invalid("topics")
    with portal.begin() as session:
        _, record = hold_record(portal, session, receipt, token)
        keep_choices(portal, session, record, TOPICS, chosen)


def name_service(portal: Portal, receipt: str, token: str, choice: str) -> None:
    """Keep which service the visit was about; the first answer stands.

    Raises:
        FormExpired: the token is forged or older than a day.
        Invalid: not a service of that counter.
    """
    with portal.begin() as session:
        edit, record = hold_record(portal, session, receipt, token)
        if record.about.service_basis != "none":
            return
        if choice == OTHER:
            about = replace(record.about, service_basis="other")
        else:
            counter = counters.get_counter(session, record.place.counter_id)
            local = edit.given_at.astimezone(portal.time_zone)
            offered = _choices(counters.list_services(session, counter, local))
            about = replace(record.about, service_id=_chosen(choice, offered), service_basis="choice")
        revise(portal, session, record, about=about)


def name_officer(portal: Portal, receipt: str, token: str, choice: str) -> None:
    """Keep which of the officers on duty served; the first answer stands.

    Raises:
        FormExpired: the token is forged or older than a day.
        Invalid: not one of those who were offered.
    """
    with portal.begin() as session:
        edit, record = hold_record(portal, session, receipt, token)
        if record.about.officer_basis != "none" or not reaches_officer(record.place.channel):
            return
        if choice == UNKNOWN:
            about = replace(record.about, officer_basis="unknown")
        else:
            counter = counters.get_counter(session, record.place.counter_id)
            offered = _officers(session, counter, record.about, edit.given_at.astimezone(portal.time_zone))
            about = replace(record.about, officer_id=_chosen(choice, offered), officer_basis="choice")
        revise(portal, session, record, about=about)


def _chosen(choice: str, offered: Iterable[Choice]) -> int:
    if choice not in {option.value for option in offered}:
        raise Invalid("choice")
    return int(choice)


def hold_record(portal: Portal, session: Session, receipt: str, token: str) -> tuple[Edit, Record]:
    """Return the response of a receipt as it stands, and keep other changes of it waiting.

    Raises:
        FormExpired: the token is forged or older than a day.
        CodeUnknown: the receipt was never given out, or has expired.
    """
    digest = receipt_hash(portal, codes.parse_receipt(receipt))
    response_id = responses.find_by_receipt(session, digest, portal.today())
    if response_id is None:
        raise CodeUnknown
    edit = _edit(portal, token, response_id)
    return edit, responses.get_record(session, response_id, lock=True)
