"""The second factor: its codes, each taken once, its recovery codes, and what asks for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest
from pyotp import TOTP
from sqlalchemy import select, update

from portal import services
from portal.domain import access
from portal.domain.access import Role, Signed, Stage
from portal.domain.errors import (
    CodeRefused,
    Forbidden,
    NotFound,
    PortalError,
    SignInDelayed,
    SignInRefused,
    Unauthenticated,
)
from portal.services import Portal
from portal.services.admit import accounts, own, second_factor, sessions, trail
from portal.storage.tables import Account, RecoveryCode
from tests.clock import Clock

PASSWORD: Final = "enam belas huruf"
STEP: Final = timedelta(seconds=30)


@dataclass
class Person:
    """An administrator with a phone."""

    portal: Portal
    username: str
    secret: str = ""
    token: str = ""
    recovery: tuple[str, ...] = ()

    def code(self, steps: int = 0) -> str:
        return TOTP(self.secret).at(self.portal.now(), counter_offset=steps)

    def sign_in(self) -> str:
        return sessions.sign_in(self.portal, self.username, PASSWORD)

    def enrol(self) -> None:
        token = self.sign_in()
        self.secret = second_factor.offer(self.portal, token, self.username).secret
        self.token, recovery = own.enrol(self.portal, token, self.code())
        self.recovery = tuple(recovery)


def hire(portal: Portal, username: str, role: Role = Role.ADMINISTRATOR) -> Person:
    accounts.create_account(portal, username=username, name="Contoh", role=role, password=PASSWORD, actor="cli:test")
    return Person(portal, username)


@pytest.fixture
def person(portal: Portal, clock: Clock) -> Person:
    """An administrator who enrolled a while ago and is signed in."""
    hired = hire(portal, "pengelola")
    hired.enrol()
    clock.advance(10 * STEP)
    return hired


def signed(portal: Portal, token: str) -> Signed:
    found = sessions.find_session(portal, token)
    assert found
    return found


def acts(portal: Portal) -> list[str]:
    assert trail.verify_audit(portal).broken_at is None
    return [entry.act for entry in reversed(trail.list_trail(portal).entries)]


# ---------------------------------------------------------------- what is asked next


@pytest.mark.parametrize(
    "role, enrolled, proven, one_time, stage",
    [
        (Role.UNIT_HEAD, False, False, False, Stage.OPEN),
        (Role.UNIT_HEAD, False, False, True, Stage.PASSWORD),
        (Role.UNIT_HEAD, True, False, True, Stage.SECOND),
        (Role.UNIT_HEAD, True, True, True, Stage.PASSWORD),
        (Role.UNIT_HEAD, True, True, False, Stage.OPEN),
        (Role.ADMINISTRATOR, False, False, True, Stage.PASSWORD),
        (Role.ADMINISTRATOR, False, False, False, Stage.ENROL),
        (Role.ADMINISTRATOR, True, False, False, Stage.SECOND),
        (Role.ADMINISTRATOR, True, True, False, Stage.OPEN),
        (Role.REVIEWER, False, False, False, Stage.ENROL),
    ],
)
def test_code_comes_before_password_and_password_before_enrolment(
    role: Role, *, enrolled: bool, proven: bool, one_time: bool, stage: Stage
) -> None:
    assert access.stage_after(role, enrolled=enrolled, proven=proven, one_time=one_time) is stage


def test_whoever_must_enrol_opens_nothing_before(portal: Portal) -> None:
    token = hire(portal, "pemeriksa", Role.REVIEWER).sign_in()
    assert signed(portal, token).stage is Stage.ENROL
    for use_case in (own.open_own_account, own.end_other_sessions, own.renew_recovery_codes):
        with pytest.raises(Unauthenticated):
            use_case(portal, token)
    with pytest.raises(Unauthenticated):
        sessions.confirm(portal, token, PASSWORD)


def test_each_stage_has_a_token_of_its_own(portal: Portal, person: Person) -> None:
    waiting = person.sign_in()
    opened = sessions.give_second(portal, waiting, person.code())
    assert sessions.find_session(portal, waiting) is None
    assert signed(portal, opened).stage is Stage.OPEN
    with pytest.raises(Unauthenticated):
        sessions.give_second(portal, waiting, person.code(1))
    with pytest.raises(Unauthenticated):
        sessions.give_second(portal, opened, person.code(1))


# ---------------------------------------------------------------- enrolment


def test_the_secret_offered_stays_the_same_for_a_session_and_is_kept_nowhere(portal: Portal) -> None:
    person = hire(portal, "pengelola")
    first, second = person.sign_in(), person.sign_in()
    offers = [second_factor.offer(portal, token, person.username) for token in (first, first, second)]
    assert offers[0] == offers[1] != offers[2]
    assert len(offers[0].secret) == 32
    assert offers[0].address.startswith("otpauth://totp/Suara%20Loket:pengelola?secret=")
    with pytest.raises(CodeRefused):
        own.enrol(portal, first, "000000")
    assert signed(portal, first).stage is Stage.ENROL
    with portal.read() as session:
        assert session.execute(select(Account.totp_sealed)).scalar_one() is None


def test_enrolment_ends_the_other_sessions_and_is_logged(portal: Portal) -> None:
    person = hire(portal, "pengelola")
    other = person.sign_in()
    person.enrol()
    assert sessions.find_session(portal, other) is None
    assert signed(portal, person.token).enrolled
    assert acts(portal)[-1] == "second-factor-enrolled"
    assert person.secret not in str(trail.list_trail(portal))


def test_the_secret_is_sealed_for_its_account_and_under_the_portals_own_secret(portal: Portal, person: Person) -> None:
    with portal.read() as session:
        sealed = session.execute(select(Account.totp_sealed)).scalar_one()
    assert sealed
    assert TOTP(person.secret).byte_secret() not in sealed
    other = hire(portal, "kedua")
    with portal.begin() as session:
        session.execute(update(Account).where(Account.username == other.username).values(totp_sealed=sealed))
    with pytest.raises(CodeRefused):
        sessions.give_second(portal, other.sign_in(), person.code())
    elsewhere = replace(portal, secret_key="another made-up secret, 32 letters")
    token = sessions.sign_in(elsewhere, person.username, PASSWORD)
    for code in (person.code(), person.recovery[0]):
        with pytest.raises(CodeRefused):
            sessions.give_second(elsewhere, token, code)
    assert sessions.give_second(portal, token, person.code())


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize("steps, taken", [(-2, False), (-1, True), (0, True), (1, False)])
def test_the_present_code_and_the_one_before_are_taken(
    portal: Portal, person: Person, steps: int, *, taken: bool
) -> None:
    token = person.sign_in()
    if taken:
        assert sessions.give_second(portal, token, person.code(steps))
    else:
        with pytest.raises(CodeRefused):
            sessions.give_second(portal, token, person.code(steps))


def test_a_code_is_taken_with_the_space_that_apps_show(portal: Portal, person: Person) -> None:
    code = person.code()
    assert sessions.give_second(portal, person.sign_in(), f" {code[:3]} {code[3:]} ")


def test_each_code_is_taken_once_and_none_older_than_the_last(portal: Portal, person: Person, clock: Clock) -> None:
    used = person.code()
    sessions.give_second(portal, person.sign_in(), used)
    token = person.sign_in()
    for code in (used, person.code(-1)):
        with pytest.raises(CodeRefused):
            sessions.give_second(portal, token, code)
    clock.advance(STEP)
    assert sessions.give_second(portal, token, person.code())


def test_one_code_sent_by_many_at_once_lets_one_in(portal: Portal, person: Person) -> None:
    tokens, code = [person.sign_in() for _ in range(4)], person.code()

    def give(token: str) -> str:
        try:
            services.run(portal, sessions.give_second, token, code)
        except PortalError as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, tokens)) == ["code-refused"] * 3 + ["in"]


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "\N{ARABIC-INDIC DIGIT ONE}23456", "nul\0l", "x" * 999]
)
def test_what_can_be_no_code_is_refused_like_a_wrong_one(portal: Portal, person: Person, code: str) -> None:
    with pytest.raises(CodeRefused):
        sessions.give_second(portal, person.sign_in(), code)


def test_wrong_codes_are_delayed_under_a_mark_of_their_own(portal: Portal, person: Person, clock: Clock) -> None:
    token = person.sign_in()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            sessions.give_second(portal, token, "000000")
    for code in (person.code(), person.recovery[0]):
        with pytest.raises(SignInDelayed, match="30"):
            sessions.give_second(portal, person.sign_in(), code)
    clock.advance(STEP)
    assert sessions.give_second(portal, token, person.code())
    entries = trail.list_trail(portal).entries
    refused = [entry.detail for entry in entries if entry.act == "sign-in-refused"]
    assert refused[0] == {"username": "pengelola", "failures": 5, "asked": "second-factor"}


# ---------------------------------------------------------------- recovery codes


def test_ten_recovery_codes_stand_for_the_phone_each_once(portal: Portal, person: Person) -> None:
    assert len(set(person.recovery)) == 10
    assert {len(code) for code in person.recovery} == {14}
    first = person.recovery[0]
    token = sessions.give_second(portal, person.sign_in(), first.lower().replace("-", " "))
    assert own.open_own_account(portal, token).recovery_codes == 9
    with pytest.raises(CodeRefused):
        sessions.give_second(portal, person.sign_in(), first)
    detail = next(entry.detail for entry in trail.list_trail(portal).entries if entry.act == "signed-in")
    assert detail == {"second_factor": "recovery-code", "left": 9}


def test_of_recovery_codes_only_digests_are_kept_and_those_of_another_open_nothing(
    portal: Portal, person: Person
) -> None:
    other = hire(portal, "kedua")
    other.enrol()
    with portal.read() as session:
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert {len(digest) for digest in kept} == {32}
    assert person.recovery[0] not in str(trail.list_trail(portal))
    with pytest.raises(CodeRefused):
        sessions.give_second(portal, other.sign_in(), person.recovery[0])


def test_new_recovery_codes_replace_the_old_ones(portal: Portal, person: Person) -> None:
    renewed = own.renew_recovery_codes(portal, person.token)
    with pytest.raises(CodeRefused):
        sessions.give_second(portal, person.sign_in(), person.recovery[0])
    assert sessions.give_second(portal, person.sign_in(), renewed[-1])
    assert "recovery-codes-renewed" in acts(portal)


# ---------------------------------------------------------------- without it, and once more


def test_a_role_that_needs_it_cannot_go_without_and_one_that_does_not_has_nothing_to_renew(portal: Portal) -> None:
    person = hire(portal, "pengelola")
    person.enrol()
    with pytest.raises(Forbidden):
        own.remove_second_factor(portal, person.token)
    accounts.reset_second_factor(portal, username=person.username, actor="cli:test")
    accounts.reset_second_factor(portal, username=person.username, actor="cli:test")
    assert acts(portal).count("second-factor-reset") == 1
    with portal.begin() as session:
        session.execute(update(Account).values(role=Role.UNIT_HEAD.value))
    token = person.sign_in()
    with pytest.raises(NotFound):
        own.renew_recovery_codes(portal, token)
    person.enrol()
    own.remove_second_factor(portal, person.token)
    assert not signed(portal, person.token).enrolled
    assert signed(portal, person.sign_in()).stage is Stage.OPEN


def test_a_confirmation_holds_for_ten_minutes_and_asks_for_both(portal: Portal, person: Person, clock: Clock) -> None:
    assert signed(portal, person.token).is_confirmed(clock.now())
    clock.advance(timedelta(minutes=5, seconds=1))
    assert not signed(portal, person.token).is_confirmed(clock.now())
    for password, code in ((PASSWORD, ""), (PASSWORD, "000000"), ("not the password", person.code())):
        with pytest.raises(SignInRefused):
            sessions.confirm(portal, person.token, password, code)
    sessions.confirm(portal, person.token, PASSWORD, person.code())
    assert signed(portal, person.token).is_confirmed(clock.now())
    assert acts(portal)[-1] == "confirmed"
