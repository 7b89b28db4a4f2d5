"""The life of an account: one-time passwords, resets, who may be disabled, sessions that end with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import pytest

from portal import services
from portal.domain.access import Role, Signed, Stage, State
from portal.domain.errors import (
    Invalid,
    NotFound,
    PasswordExpired,
    SignInDelayed,
    SignInRefused,
    Unauthenticated,
)
from portal.services import Portal
from portal.services.admit import accounts, own, sessions, trail
from tests.clock import Clock
from tests.government import small

ACTOR: Final = "cli:test"
PASSWORD: Final = "enam belas huruf"
OTHER: Final = "tujuh belas huruf"
BOSS: Final = "pengelola"


@pytest.fixture
def head(portal: Portal) -> str:
    """The user name of a unit's head whose password is `PASSWORD`."""
    small(portal)
    accounts.create_account(
        portal, username="kepala", name="Kepala Contoh", unit_code="UPT-1", password=PASSWORD, actor=ACTOR
    )
    return "kepala"


def boss(portal: Portal, username: str = BOSS) -> str:
    return accounts.create_account(
        portal, username=username, name="Pengelola", role=Role.ADMINISTRATOR, password=PASSWORD, actor=ACTOR
    )


def signed(portal: Portal, token: str) -> Signed:
    found = sessions.find_session(portal, token)
    assert found
    return found


def acts(portal: Portal) -> list[str]:
    assert trail.verify_audit(portal).broken_at is None
    return [entry.act for entry in reversed(trail.list_trail(portal).entries)]


# ---------------------------------------------------------------- one-time passwords


def test_a_password_that_another_gave_opens_nothing_but_its_change(portal: Portal) -> None:
    small(portal)
    given = accounts.create_account(portal, username="kepala", name="Kepala", unit_code="UPT-1", actor=ACTOR)
    token = sessions.sign_in(portal, "kepala", given)
    assert signed(portal, token).stage is Stage.PASSWORD
    with pytest.raises(Unauthenticated):
        own.open_own_account(portal, token)
    renewed = own.change_password(portal, token, old="", new=PASSWORD)
    assert sessions.find_session(portal, token) is None
    assert signed(portal, renewed).stage is Stage.OPEN
    with pytest.raises(SignInRefused):
        sessions.sign_in(portal, "kepala", given)
    assert signed(portal, sessions.sign_in(portal, "kepala", PASSWORD)).stage is Stage.OPEN


def test_a_one_time_password_lasts_three_days_and_says_so_only_to_whoever_has_it(portal: Portal, clock: Clock) -> None:
    small(portal)
    given = accounts.create_account(portal, username="kepala", name="Kepala", unit_code="UPT-1", actor=ACTOR)
    clock.advance(timedelta(hours=72, seconds=-1))
    assert accounts.open_account(portal, "kepala").state is State.WAITING
    assert sessions.sign_in(portal, "kepala", given)
    clock.advance(timedelta(seconds=1))
    assert accounts.open_account(portal, "kepala").state is State.EXPIRED
    with pytest.raises(PasswordExpired):
        sessions.sign_in(portal, "kepala", given)
    with pytest.raises(SignInRefused):
        sessions.sign_in(portal, "kepala", PASSWORD)
    assert sessions.sign_in(portal, "kepala", accounts.reset_password(portal, username="kepala", actor=ACTOR))


def test_the_given_password_is_not_kept_as_ones_own(portal: Portal) -> None:
    small(portal)
    given = accounts.create_account(portal, username="kepala", name="Kepala", unit_code="UPT-1", actor=ACTOR)
    token = sessions.sign_in(portal, "kepala", given)
    with pytest.raises(Invalid, match="password-same"):
        own.change_password(portal, token, old="", new=given)
    with pytest.raises(Invalid, match="password"):
        own.change_password(portal, token, old="", new="too short")
    assert signed(portal, token).stage is Stage.PASSWORD


def test_an_administrator_goes_from_the_given_password_to_the_second_factor(portal: Portal) -> None:
    given = accounts.create_account(portal, username=BOSS, name="Pengelola", role=Role.ADMINISTRATOR, actor=ACTOR)
    token = sessions.sign_in(portal, BOSS, given)
    assert signed(portal, own.change_password(portal, token, old="", new=PASSWORD)).stage is Stage.ENROL


# ---------------------------------------------------------------- one's own password


def test_changing_ones_password_needs_the_old_one_and_ends_the_other_sessions(portal: Portal, head: str) -> None:
    other, token = (sessions.sign_in(portal, head, PASSWORD) for _ in range(2))
    with pytest.raises(SignInRefused):
        own.change_password(portal, token, old=OTHER, new=OTHER)
    assert sessions.find_session(portal, other)
    renewed = own.change_password(portal, token, old=PASSWORD, new=OTHER)
    assert [sessions.find_session(portal, ended) for ended in (other, token)] == [None, None]
    assert len(own.open_own_account(portal, renewed).sessions) == 1
    assert sessions.sign_in(portal, head, OTHER)
    assert "password-changed" in acts(portal)


def test_guessing_the_old_password_in_a_stolen_session_is_delayed_but_not_the_owner(portal: Portal, head: str) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            own.change_password(portal, token, old="not the password", new=OTHER)
    with pytest.raises(SignInDelayed, match="30"):
        own.change_password(portal, token, old=PASSWORD, new=OTHER)
    with pytest.raises(SignInDelayed, match="30"):
        sessions.confirm(portal, token, PASSWORD)
    assert sessions.sign_in(portal, head, PASSWORD)


# ---------------------------------------------------------------- disabled and enabled


def test_a_disabled_account_comes_back_as_it_was(portal: Portal, head: str) -> None:
    accounts.disable_account(portal, username=head, actor=ACTOR)
    assert accounts.open_account(portal, head).state is State.DISABLED
    with pytest.raises(SignInRefused):
        sessions.sign_in(portal, head, PASSWORD)
    for _ in range(2):
        accounts.enable_account(portal, username=head, actor=ACTOR)
    assert sessions.sign_in(portal, head, PASSWORD)
    assert acts(portal).count("account-enabled") == 1
    with pytest.raises(NotFound):
        accounts.enable_account(portal, username="nobody", actor=ACTOR)


def test_the_last_active_administrator_stays(portal: Portal) -> None:
    boss(portal)
    boss(portal, "kedua")
    accounts.disable_account(portal, username="kedua", actor=BOSS)
    with pytest.raises(Invalid, match="last-administrator"):
        accounts.disable_account(portal, username=BOSS, actor=ACTOR)
    accounts.enable_account(portal, username="kedua", actor=BOSS)
    accounts.disable_account(portal, username=BOSS, actor="kedua")


def test_two_administrators_who_disable_each_other_at_once_leave_one(portal: Portal) -> None:
    for username in (BOSS, "kedua"):
        boss(portal, username)

    def disable(username: str, actor: str) -> str:
        try:
            services.run(portal, accounts.disable_account, username=username, actor=actor)
        except Invalid as refusal:
            return refusal.detail
        return "disabled"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(disable, (BOSS, "kedua"), ("kedua", BOSS)))
    assert sorted(outcomes) == ["disabled", "last-administrator"]


@pytest.mark.parametrize("use_case", [accounts.disable_account, accounts.reset_password, accounts.reset_second_factor])
def test_nobody_does_to_themselves_what_would_leave_nobody_to_undo_it(portal: Portal, use_case: type) -> None:
    for username in (BOSS, "kedua"):
        boss(portal, username)
    with pytest.raises(Invalid, match="oneself"):
        use_case(portal, username=BOSS, actor=BOSS)
    assert sessions.sign_in(portal, BOSS, PASSWORD)


# ---------------------------------------------------------------- sessions


def test_sessions_are_listed_by_browser_and_in_local_time(portal: Portal, head: str, clock: Clock) -> None:
    sessions.sign_in(portal, head, PASSWORD, browser="Chrome/Android")
    clock.advance(timedelta(minutes=5))
    token = sessions.sign_in(portal, head, PASSWORD, browser="Firefox/Windows")
    listed = own.open_own_account(portal, token).sessions
    assert [(line.browser, line.is_own, f"{line.started_at:%H:%M}") for line in listed] == [
        ("Firefox/Windows", True, "09:05"),
        ("Chrome/Android", False, "09:00"),
    ]
    clock.advance(timedelta(minutes=25))
    assert len(own.open_own_account(portal, token).sessions) == 1  # the other was idle for half an hour


def test_one_session_is_ended_or_all_but_ones_own(portal: Portal, head: str) -> None:
    tokens = [sessions.sign_in(portal, head, PASSWORD) for _ in range(4)]
    mine = tokens[-1]
    other = next(line for line in own.open_own_account(portal, mine).sessions if not line.is_own)
    own.end_own_session(portal, mine, other.session_code)
    assert len(own.open_own_account(portal, mine).sessions) == 3
    own.end_other_sessions(portal, mine)
    own.end_other_sessions(portal, mine)
    assert [sessions.find_session(portal, token) is not None for token in tokens] == [False, False, False, True]
    assert acts(portal).count("session-ended") == 2


def test_a_session_of_another_account_cannot_be_ended_as_ones_own(portal: Portal, head: str) -> None:
    boss(portal)
    theirs = sessions.sign_in(portal, BOSS, PASSWORD)
    (line,) = accounts.open_account(portal, BOSS).sessions
    with pytest.raises(NotFound):
        own.end_own_session(portal, sessions.sign_in(portal, head, PASSWORD), line.session_code)
    assert sessions.find_session(portal, theirs)


def test_whoever_runs_the_portal_ends_a_session_of_an_account(portal: Portal, head: str) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    (line,) = accounts.open_account(portal, head).sessions
    accounts.end_session(portal, username=head, session_code=line.session_code, actor=BOSS)
    assert sessions.find_session(portal, token) is None
    for username, code in ((head, line.session_code), ("nobody", line.session_code)):
        with pytest.raises(NotFound):
            accounts.end_session(portal, username=username, session_code=code, actor=BOSS)


def test_accounts_are_listed_by_name_with_disabled_ones_last(portal: Portal, head: str) -> None:
    boss(portal)
    accounts.create_account(portal, username="awal", name="Awal", unit_code="DINAS", actor=ACTOR)
    accounts.disable_account(portal, username="awal", actor=ACTOR)
    listed = accounts.list_accounts(portal)
    assert [(item.line.username, item.line.unit_code, item.state) for item in listed] == [
        (head, "UPT-1", State.ACTIVE),
        (BOSS, None, State.ACTIVE),
        ("awal", "DINAS", State.DISABLED),
    ]
    assert ("UPT-1", "Unit Contoh UPT-1") in accounts.list_open_units(portal)


@pytest.mark.parametrize("username", ["199001012023211001", "19900101.202321.1.001", "3171-0101-0190-0001"])
def test_nobody_is_named_by_their_nip_or_nik(portal: Portal, username: str) -> None:
    with pytest.raises(Invalid, match="username"):
        accounts.create_account(portal, username=username, name="Nama Contoh", role=Role.REVIEWER, actor=ACTOR)
