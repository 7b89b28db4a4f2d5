"""Comments: masked when sent, left once, released by the month, answered to whoever holds the receipt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from portal import services
from portal.cli.storage import commands
from portal.domain.errors import FormExpired, Invalid, NotFound
from portal.domain.masking.mark import marked
from portal.scheduler import Scheduler
from portal.services import Portal
from portal.services.collect.comment import SEAL, leave_comment
from portal.services.collect.receipt import open_receipt
from portal.services.collect.tokens import Ticket
from portal.services.publish.comments import release_comments
from portal.services.purge import purge
from portal.services.review.cases import answer_case, open_feedback
from portal.services.review.comments import decide_comment, list_suspected
from portal.storage import sealing
from portal.storage.tables import AuditEntry, Case, Comment, Key, Officer, Response
from tests.clock import Clock
from tests.government import Government, small
from tests.truth import assert_sums_hold

MARCH: Final = date(2026, 3, 1)
APRIL: Final = date(2026, 4, 1)
HEAD: Final = "kepala.contoh"
REVIEWER: Final = "pemeriksa.contoh"


@pytest.fixture
def government(portal: Portal) -> Government:
    made = small(portal)
    names = {"N1": ("UPT-1", "Melati Wangi"), "N2": ("DINAS", "Kenanga Putih"), "N3": ("UPT-2", "Dahlia Merah")}
    for code, (unit, name) in names.items():
        made.add_officer(code, unit)
        with portal.begin() as session:
            session.execute(update(Officer).where(Officer.officer_code == code).values(name=name))
    return made


def write(portal: Portal, ticket: Ticket, text: str, *, asks: bool = False) -> None:
    leave_comment(portal, ticket.receipt, ticket.edit_token, text, language="id", asks=asks)


def kept(portal: Portal) -> list[Comment]:
    with portal.read() as session:
        return list(session.scalars(select(Comment).order_by(Comment.text)))


def many(portal: Portal, government: Government, count: int, counter: str = "1A", word: str = "antre") -> None:
    for number in range(count):
        write(portal, government.tap(counter), f"{word} lama nomor {number}")


def texts(portal: Portal, month: date | None = None, unit: str = "UPT-1") -> list[str]:
    return [comment.text for comment in open_feedback(portal, (), unit, month).batch]


# ---------------------------------------------------------------- what is kept


def test_a_comment_is_kept_masked_by_month_and_unit_and_nothing_leads_back_to_its_rating(
    portal: Portal, government: Government
) -> None:
    ticket = government.tap("1A")
    write(portal, ticket, "  Bu Melati ramah, telepon 0812 3456 7890\u200b ")
    [comment] = kept(portal)
    assert comment.text == f"Bu {marked('name')} ramah, telepon {marked('phone')}"
    assert (comment.unit_id, comment.month, comment.language) == (government.units["UPT-1"], MARCH, "id")
    assert (comment.state, comment.case_code, comment.decided_by) == ("waiting", None, None)
    with portal.read() as session:
        keys = {value for key in session.scalars(select(Key)) for value in (key.receipt_hash, key.idempotency_key)}
        ids = set(session.scalars(select(Response.id)))
    assert comment.id not in keys | ids


@pytest.mark.parametrize("name, is_masked", [("Melati", True), ("Kenanga", True), ("Dahlia", False)])
def test_names_of_officers_of_the_unit_and_those_above_are_masked_and_those_beside_it_are_not(
    portal: Portal, government: Government, name: str, *, is_masked: bool
) -> None:
    write(portal, government.tap("1A"), f"{name} membantu")
    assert (kept(portal)[0].text == f"{marked('name')} membantu") == is_masked


def test_names_of_officers_below_are_masked(portal: Portal, government: Government) -> None:
    write(portal, government.tap("D"), "Dahlia, Melati")
    assert kept(portal)[0].text == marked("name")


def test_the_original_is_sealed_and_forgotten_after_thirty_days(
    portal: Portal, government: Government, clock: Clock
) -> None:
    write(portal, government.tap("1A"), "Bu Melati ramah")
    [comment] = kept(portal)
    assert comment.sealed is not None
    assert b"Melati" not in comment.sealed
    opened = sealing.unseal(portal.secret_key, SEAL, comment.sealed, bound_to=comment.id)
    assert opened == b"Bu Melati ramah"
    clock.advance(timedelta(days=30))
    release_comments(portal)
    assert kept(portal)[0].sealed is not None
    clock.advance(timedelta(days=1))
    assert purge(portal, dry_run=True)["originals of comments"] == 1
    release_comments(portal)
    [comment] = kept(portal)
    assert (comment.sealed, comment.sealed_until) == (None, None)
    assert marked("name") in comment.text


def test_a_rating_leaves_one_comment_and_the_first_stands(portal: Portal, government: Government) -> None:
    ticket, other = government.tap("1A"), government.tap("1A")
    write(portal, ticket, "pertama")
    write(portal, ticket, "pertama")
    write(portal, ticket, "kedua", asks=True)
    write(portal, other, "lain")
    assert [comment.text for comment in kept(portal)] == ["lain", "pertama"]
    with portal.read() as session:
        assert not session.scalars(select(Case)).all()


def test_a_comment_counts_in_no_figure(portal: Portal, government: Government) -> None:
    write(portal, government.tap("1A"), "bagus")
    assert_sums_hold(portal)


def test_of_two_sendings_at_once_one_is_kept(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")

    def send(number: int) -> None:
        services.run(
            portal,
            leave_comment,
            ticket.receipt,
            ticket.edit_token,
            f"kiriman {number}",
            language="id",
            asks=True,
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    with portal.read() as session:
        assert len(session.scalars(select(Case)).all()) == 1
    assert len(kept(portal)) == 1


@pytest.mark.parametrize("text", ["", "  \n\t ", "\u200b\u202e"])
def test_an_empty_comment_is_refused(portal: Portal, government: Government, text: str) -> None:
    with pytest.raises(Invalid, match="comment-empty"):
        write(portal, government.tap("1A"), text)


def test_a_comment_has_a_thousand_characters_at_most(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    with pytest.raises(Invalid, match="comment-long"):
        write(portal, ticket, "a b" * 334)
    write(portal, ticket, "a b " * 250)
    assert len(kept(portal)[0].text) == 999


def test_a_comment_is_taken_for_a_day_and_only_with_its_own_token(
    portal: Portal, government: Government, clock: Clock
) -> None:
    ticket, other = government.tap("1A"), government.tap("1A")
    with pytest.raises(FormExpired):
        leave_comment(portal, ticket.receipt, other.edit_token, "bagus", language="id", asks=False)
    clock.advance(timedelta(hours=24, seconds=1))
    with pytest.raises(FormExpired):
        write(portal, ticket, "bagus")
    assert not kept(portal)


# ---------------------------------------------------------------- the monthly batch


def test_a_month_is_released_when_it_is_over_and_has_five(portal: Portal, government: Government, clock: Clock) -> None:
    many(portal, government, 5)
    many(portal, government, 4, "2")
    assert release_comments(portal) == 0
    clock.set(datetime(2026, 3, 31, 16, 59, tzinfo=UTC))
    assert release_comments(portal) == 0
    clock.set(datetime(2026, 3, 31, 17, tzinfo=UTC))  # midnight in Jakarta
    assert release_comments(portal) == 5
    assert release_comments(portal) == 0
    assert sorted(texts(portal)) == [f"antre lama nomor {number}" for number in range(5)]
    assert open_feedback(portal, (), "UPT-1").months == [MARCH]
    assert texts(portal, unit="UPT-2") == []


def test_what_is_too_few_joins_a_later_month(portal: Portal, government: Government, clock: Clock) -> None:
    many(portal, government, 4, word="maret")
    clock.set(datetime(2026, 4, 2, 2, tzinfo=UTC))
    assert release_comments(portal) == 0
    many(portal, government, 1, word="april")
    clock.set(datetime(2026, 5, 2, 2, tzinfo=UTC))
    assert release_comments(portal) == 5
    found = open_feedback(portal, (), "UPT-1")
    assert (found.months, found.month, len(found.batch)) == ([APRIL], APRIL, 5)


def test_the_order_of_a_batch_is_not_that_of_writing_and_stays(
    portal: Portal, government: Government, clock: Clock
) -> None:
    many(portal, government, 9)
    clock.set(datetime(2026, 4, 2, 2, tzinfo=UTC))
    release_comments(portal)
    first = texts(portal)
    assert first == texts(portal)
    with portal.read() as session:
        ids = session.scalars(select(Comment.id).order_by(Comment.id)).all()
        by_id = [session.get_one(Comment, comment_id).text for comment_id in ids]
    assert first == by_id


def test_a_batch_of_another_month_is_not_there(portal: Portal, government: Government) -> None:
    with pytest.raises(NotFound):
        open_feedback(portal, (), "UPT-1", MARCH)
    with pytest.raises(NotFound):
        open_feedback(portal, (government.units["UPT-2"],), "UPT-1")


# ---------------------------------------------------------------- suspected ones


def test_a_suspected_comment_is_seen_by_nobody_until_a_reviewer_lets_it_go(
    portal: Portal, government: Government, clock: Clock
) -> None:
    many(portal, government, 4)
    write(portal, government.tap("1A"), "nama saya Warga Contoh")
    clock.set(datetime(2026, 4, 2, 2, tzinfo=UTC))
    assert release_comments(portal) == 0
    [comment] = list_suspected(portal)
    assert (comment.text, comment.unit_name, comment.asks) == ("nama saya Warga Contoh", "Unit Contoh UPT-1", False)
    decide_comment(portal, comment.id, release=True, actor=REVIEWER)
    assert not list_suspected(portal)
    assert release_comments(portal) == 5


def test_a_withheld_comment_never_leaves_and_loses_its_words(
    portal: Portal, government: Government, clock: Clock
) -> None:
    write(portal, government.tap("1A"), "nama saya Warga Contoh")
    [comment] = list_suspected(portal)
    decide_comment(portal, comment.id, release=False, actor=REVIEWER)
    with pytest.raises(NotFound):
        decide_comment(portal, comment.id, release=True, actor=REVIEWER)
    many(portal, government, 5)
    clock.set(datetime(2026, 4, 4, 2, tzinfo=UTC))
    assert release_comments(portal) == 5
    assert "nama saya Warga Contoh" not in texts(portal)
    withheld = next(one for one in kept(portal) if one.state == "withheld")
    assert (withheld.text, withheld.sealed, withheld.decided_by) == ("", None, REVIEWER)


def test_a_decision_is_in_the_log_without_the_words(portal: Portal, government: Government) -> None:
    write(portal, government.tap("1A"), "nama saya Warga Contoh")
    decide_comment(portal, list_suspected(portal)[0].id, release=True, actor=REVIEWER)
    with portal.read() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.act == "comment-decided"))
    assert (entry.actor, entry.detail) == (REVIEWER, {"released": True})


# ---------------------------------------------------------------- cases


def ask(portal: Portal, government: Government, text: str = "Kapan KTP saya jadi?") -> Ticket:
    ticket = government.tap("1A", 1)
    write(portal, ticket, text, asks=True)
    return ticket


def test_a_case_reaches_the_head_at_once_alone_and_without_a_day(portal: Portal, government: Government) -> None:
    ask(portal, government, "Kapan KTP saya jadi, Bu Melati?")
    found = open_feedback(portal, (), "UPT-1")
    [case] = found.unanswered
    assert case.text == f"Kapan KTP saya jadi, Bu {marked('name')}?"
    assert (case.answer, case.answered_on) == (None, None)
    assert not found.batch
    assert [(unit.unit_code, unit.unanswered) for unit in open_feedback(portal, (), "DINAS").below] == [
        ("UPT-1", 1),
        ("UPT-2", 0),
    ]
    assert not open_feedback(portal, (), "DINAS").unanswered


def test_a_case_is_in_no_batch(portal: Portal, government: Government, clock: Clock) -> None:
    many(portal, government, 4)
    ask(portal, government)
    clock.set(datetime(2026, 4, 2, 2, tzinfo=UTC))
    assert release_comments(portal) == 0


def test_nothing_stored_ties_a_case_to_its_rating(portal: Portal, government: Government) -> None:
    ask(portal, government)
    with portal.read() as session:
        [case], [key] = session.scalars(select(Case)).all(), session.scalars(select(Key)).all()
    assert case.receipt_hash not in {key.receipt_hash, key.idempotency_key, key.response_id}


def test_the_one_answer_is_shown_to_the_holder_of_the_receipt_even_when_its_keys_are_gone(
    portal: Portal, government: Government, clock: Clock
) -> None:
    ticket = ask(portal, government)
    waiting = government.page(ticket).case
    assert waiting is not None
    assert (waiting.answer, waiting.is_withheld) == (None, False)
    [case] = open_feedback(portal, (), "UPT-1").unanswered
    answer_case(portal, (), "UPT-1", case.case_code, text=" Besok \u202ejadi. ", actor=HEAD)
    clock.advance(timedelta(days=200))
    purge(portal)
    page = open_receipt(portal, ticket.receipt, ticket.edit_token)
    assert page.counter is None
    assert page.case is not None
    assert (page.case.unit_name, page.case.answer) == ("Unit Contoh UPT-1", "Besok jadi.")
    assert page.case.answered_on == date(2026, 3, 3)
    found = open_feedback(portal, (), "UPT-1")
    assert (len(found.unanswered), len(found.answered)) == (0, 1)


def test_a_case_is_answered_once_and_by_its_own_unit(portal: Portal, government: Government) -> None:
    ask(portal, government)
    code = open_feedback(portal, (), "UPT-1").unanswered[0].case_code
    for unit in ("UPT-2", "DINAS"):
        with pytest.raises(NotFound):
            answer_case(portal, (), unit, code, text="Besok.", actor=HEAD)
    for text, problem in (("  ", "answer-empty"), ("a" * 2001, "answer-long")):
        with pytest.raises(Invalid, match=problem):
            answer_case(portal, (), "UPT-1", code, text=text, actor=HEAD)
    answer_case(portal, (), "UPT-1", code, text="Besok.", actor=HEAD)
    with pytest.raises(NotFound):
        answer_case(portal, (), "UPT-1", code, text="Lusa.", actor=HEAD)
    with portal.read() as session:
        assert session.scalars(select(Case.answer)).all() == ["Besok."]
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.act == "case-answered"))
    assert entry.detail == {"unit": "UPT-1", "case": code}


@pytest.mark.parametrize("release", [True, False])
def test_a_suspected_case_waits_for_the_reviewer(portal: Portal, government: Government, *, release: bool) -> None:
    ticket = ask(portal, government, "Nama saya Warga, kapan jadi?")
    assert not open_feedback(portal, (), "UPT-1").unanswered
    assert open_feedback(portal, (), "DINAS").below[0].unanswered == 0
    [comment] = list_suspected(portal)
    assert comment.asks
    decide_comment(portal, comment.id, release=release, actor=REVIEWER)
    assert len(open_feedback(portal, (), "UPT-1").unanswered) == release
    case = government.page(ticket).case
    assert case is not None
    assert case.is_withheld == (not release)


def test_a_receipt_without_a_case_is_forgotten_with_its_keys(
    portal: Portal, government: Government, clock: Clock
) -> None:
    ticket = government.tap("1A")
    write(portal, ticket, "bagus")
    clock.advance(timedelta(days=31))
    with pytest.raises(NotFound):
        open_receipt(portal, ticket.receipt, ticket.edit_token)


# ---------------------------------------------------------------- by the clock, and by hand


def test_the_scheduler_and_the_command_release_comments(portal: Portal, government: Government, clock: Clock) -> None:
    many(portal, government, 5)
    many(portal, government, 5, "2")
    clock.set(datetime(2026, 4, 2, 2, tzinfo=UTC))
    command = next(it for it in commands(lambda: portal) if it.name == "release")
    assert CliRunner().invoke(command, []).output.endswith("\ncomments: 10 released\n")
    many(portal, government, 5)
    clock.set(datetime(2026, 5, 2, 2, tzinfo=UTC))
    Scheduler(portal, 15).run_once()
    assert open_feedback(portal, (), "UPT-1").months == [APRIL, MARCH]
