"""Accounts, sign-in, sessions, API clients and their tokens."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from argon2.exceptions import HashingError
from sqlalchemy import Engine, event, func, select

from portal import services
from portal.domain.access import Hashing, Role
from portal.domain.errors import Invalid, NotFound, SignInDelayed, SignInRefused, Unauthenticated
from portal.services import Portal
from portal.services.admit import accounts, clients, sessions, tokens, trail
from portal.services.admit.clients import AccessGrant
from portal.storage import audit, staff
from portal.storage.tables import AccessToken, Account, ApiClient, SignInSession, Unit
from tests.clock import Clock

QUICK: Final = Hashing(memory=8, passes=1)
PASSWORD: Final = "enam belas huruf"
ACTOR: Final = "cli:test"
MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)


@pytest.fixture
def portal(portal: Portal) -> Portal:
    """A Portal with two units, one below the other, that hashes passwords quickly."""
    with portal.begin() as session:
        session.add(Unit(id=1, unit_code="DINAS", name="Dinas Contoh", parent_id=None, path="1", ends_on=None))
        session.flush()
        session.add(Unit(id=2, unit_code="UPT", name="UPT Contoh", parent_id=1, path="1.2", ends_on=None))
    return replace(portal, hashing=QUICK)


@pytest.fixture
def head(portal: Portal) -> str:
    """The user name of a unit's head whose password is `PASSWORD`."""
    accounts.create_account(
        portal, username="Kepala.UPT", name="Kepala Contoh", unit_code="UPT", password=PASSWORD, actor=ACTOR
    )
    return "kepala.upt"


def entries(portal: Portal) -> Sequence[tuple[str, str, dict[str, object]]]:
    """What the audit log holds, its chain checked."""
    assert trail.verify_audit(portal).broken_at is None
    with portal.read() as session:
        return [(entry.actor, entry.act, dict(entry.detail)) for entry in audit.list_entries(session)]


def fail(portal: Portal, username: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sessions.sign_in(portal, username, "not the password")


def delay(portal: Portal, username: str, password: str = PASSWORD) -> int:
    """Seconds that the next attempt is told to wait."""
    with pytest.raises(SignInDelayed) as caught:
        sessions.sign_in(portal, username, password)
    return int(caught.value.detail)


def count(portal: Portal, table: type[SignInSession | AccessToken | Account]) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


# ---------------------------------------------------------------- accounts


def test_a_password_is_made_where_none_is_given(portal: Portal) -> None:
    made = accounts.create_account(portal, username="kepala", name="Kepala", unit_code="DINAS", actor=ACTOR)
    assert re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", made)
    assert sessions.find_session(portal, sessions.sign_in(portal, "kepala", made))


def test_the_password_itself_is_nowhere_in_the_database(portal: Portal, head: str) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    with portal.read() as session:
        kept = session.execute(select(Account.password_hash)).scalar_one()
        digest = session.execute(select(SignInSession.token_hash)).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert len(digest) == 32
    assert digest != token.encode()
    assert PASSWORD not in str(entries(portal))
    assert token not in str(entries(portal))


@pytest.mark.parametrize("username", ["ab", "a" * 61, "with space", "semi;colon", "", "nul\0l"])
def test_a_user_name_that_breaks_its_rule_is_refused(portal: Portal, username: str) -> None:
    with pytest.raises(Invalid, match="username"):
        accounts.create_account(portal, username=username, name="Kepala", unit_code="DINAS", actor=ACTOR)


@pytest.mark.parametrize("password", ["eleven char", "x" * 129, "xxKEPALA.uptxx"])
def test_a_password_too_easily_guessed_is_refused(portal: Portal, head: str, password: str) -> None:
    with pytest.raises(Invalid, match="password"):
        accounts.reset_password(portal, username=head, password=password, actor=ACTOR)
    assert sessions.sign_in(portal, head, PASSWORD)


def test_a_user_name_is_given_once_in_any_case(portal: Portal, head: str) -> None:
    with pytest.raises(Invalid, match="username-taken"):
        accounts.create_account(portal, username=head.upper(), name="Kepala", unit_code="DINAS", actor=ACTOR)
    assert count(portal, Account) == 1


def test_an_account_needs_a_unit_and_a_printable_name(portal: Portal) -> None:
    with pytest.raises(NotFound):
        accounts.create_account(portal, username="kepala", name="Kepala", unit_code="NONE", actor=ACTOR)
    with pytest.raises(Invalid, match="name"):
        accounts.create_account(portal, username="kepala", name="Ke\0pala", unit_code="DINAS", actor=ACTOR)
    assert not entries(portal)


def test_disabling_an_account_ends_its_sessions_at_once(portal: Portal, head: str) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    accounts.disable_account(portal, username=head, actor=ACTOR)
    accounts.disable_account(portal, username=head, actor=ACTOR)
    assert sessions.find_session(portal, token) is None
    assert count(portal, SignInSession) == 0
    with pytest.raises(SignInRefused):
        sessions.sign_in(portal, head, PASSWORD)
    assert [act for _, act, _ in entries(portal)].count("account-disabled") == 1


def test_a_new_password_ends_sessions_and_delays(portal: Portal, head: str) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    fail(portal, head, 5)
    made = accounts.reset_password(portal, username=head, actor=ACTOR)
    assert sessions.find_session(portal, token) is None
    fail(portal, head)
    assert sessions.sign_in(portal, head, made)


@pytest.mark.parametrize("use_case", [accounts.disable_account, accounts.reset_password])
def test_an_unknown_account_cannot_be_changed(portal: Portal, use_case: type) -> None:
    with pytest.raises(NotFound):
        use_case(portal, username="nobody", actor=ACTOR)


# ---------------------------------------------------------------- sign-in


def test_signing_in_opens_a_session_for_the_head_of_the_unit(portal: Portal, head: str) -> None:
    signed = sessions.find_session(portal, sessions.sign_in(portal, " KEPALA.upt ", PASSWORD))
    assert signed
    assert (signed.username, signed.name, signed.role) == (head, "Kepala Contoh", Role.UNIT_HEAD)
    assert (signed.unit_id, signed.unit_path, signed.touch_due) == (2, "1.2", False)


def test_each_sign_in_gets_a_token_of_its_own(portal: Portal, head: str) -> None:
    first, second = (sessions.sign_in(portal, head, PASSWORD) for _ in range(2))
    assert first != second
    assert len(first) == 43
    assert sessions.find_session(portal, first)


@pytest.mark.parametrize("username", ["nobody.here", "", "nul\0l", "x" * 1000])
def test_an_unknown_name_is_refused_like_a_wrong_password(portal: Portal, head: str, username: str) -> None:
    refusals = []
    for name in (username, head):
        with pytest.raises(SignInRefused) as caught:
            sessions.sign_in(portal, name, "not the password")
        refusals.append((type(caught.value), caught.value.code, caught.value.detail))
    assert refusals[0] == refusals[1]


def test_an_unknown_name_costs_a_hash_too(portal: Portal) -> None:
    with pytest.raises(HashingError):
        sessions.sign_in(replace(portal, hashing=Hashing(memory=1)), "nobody", PASSWORD)


def test_after_five_failures_even_the_right_password_waits_half_a_minute(
    portal: Portal, head: str, clock: Clock
) -> None:
    fail(portal, head, 5)
    assert delay(portal, head) == 30
    clock.advance(29 * SECOND)
    assert delay(portal, head) == 1
    clock.advance(SECOND)
    assert sessions.sign_in(portal, head, PASSWORD)


def test_the_delay_doubles_up_to_a_quarter_of_an_hour(portal: Portal, head: str, clock: Clock) -> None:
    fail(portal, head, 5)
    delays = []
    for _ in range(20):
        delays.append(delay(portal, head))
        clock.advance(delays[-1] * SECOND)
        fail(portal, head)
    assert delays == [30, 60, 120, 240, 480] + 15 * [900]


def test_a_name_that_nobody_has_is_delayed_like_any_other(portal: Portal, head: str, clock: Clock) -> None:
    for name in (head, "nobody.here"):
        fail(portal, name, 5)
    assert delay(portal, head) == delay(portal, "nobody.here") == 30
    clock.advance(30 * SECOND)
    for name in (head, "nobody.here"):
        fail(portal, name)
    assert delay(portal, head) == delay(portal, "nobody.here") == 60


def test_failures_are_forgotten_a_day_after_the_last(portal: Portal, head: str, clock: Clock) -> None:
    fail(portal, head, 4)
    fail(portal, "nobody.here")
    clock.advance(timedelta(days=1))
    with portal.begin() as session:
        assert staff.delete_expired(session, clock.now()) == 2
    fail(portal, head, 4)
    assert sessions.sign_in(portal, head, PASSWORD)


def test_an_attempt_during_the_delay_does_not_lengthen_it(portal: Portal, head: str, clock: Clock) -> None:
    fail(portal, head, 5)
    clock.advance(10 * SECOND)
    assert [delay(portal, head, "not the password") for _ in range(3)] == [20, 20, 20]


def test_a_sign_in_forgets_the_failures_before_it(portal: Portal, head: str) -> None:
    for _ in range(2):
        fail(portal, head, 4)
        assert sessions.sign_in(portal, head, PASSWORD)


def test_guesses_side_by_side_gain_nothing_over_guesses_in_a_row(portal: Portal, head: str) -> None:
    def guess(_: int) -> str:
        try:
            return services.run(portal, sessions.sign_in, head, "not the password")
        except (SignInRefused, SignInDelayed) as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count("sign-in-refused") == 5
    assert answers.count("sign-in-delayed") == 19
    assert len(entries(portal)) == 1 + 5


def test_a_password_hash_is_renewed_when_its_cost_has_changed(portal: Portal, head: str) -> None:
    dearer = replace(portal, hashing=Hashing(memory=16, passes=1))
    sessions.sign_in(dearer, head, PASSWORD)
    with portal.read() as session:
        account = staff.find_account(session, head)
    assert account
    assert "m=16,t=1" in account.password_hash
    assert sessions.sign_in(dearer, head, PASSWORD)


def test_signing_in_and_out_is_audited_with_unknown_names_left_out(portal: Portal, head: str) -> None:
    fail(portal, "a.password.typed.here")
    fail(portal, head)
    sessions.sign_out(portal, sessions.sign_in(portal, head, PASSWORD))
    assert entries(portal) == [
        (ACTOR, "account-created", {"username": head, "role": "unit_head", "unit": "UPT"}),
        ("-", "sign-in-refused", {"failures": 1}),
        ("-", "sign-in-refused", {"username": head, "failures": 1}),
        (head, "signed-in", {}),
        (head, "signed-out", {}),
    ]


# ---------------------------------------------------------------- sessions


def test_a_session_ends_after_half_an_hour_without_use(portal: Portal, head: str, clock: Clock) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    clock.advance(30 * MINUTE - SECOND)
    assert sessions.find_session(portal, token)
    clock.advance(SECOND)
    assert sessions.find_session(portal, token) is None
    sessions.touch_session(portal, token)
    assert sessions.find_session(portal, token) is None


def test_a_session_ends_after_eight_hours_of_use(portal: Portal, head: str, clock: Clock) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    for _ in range(23):
        clock.advance(20 * MINUTE)
        sessions.touch_session(portal, token)
        assert sessions.find_session(portal, token)
    clock.advance(20 * MINUTE)
    assert sessions.find_session(portal, token) is None


def test_use_is_noted_once_a_minute_at_most(portal: Portal, head: str, clock: Clock) -> None:
    token = sessions.sign_in(portal, head, PASSWORD)
    started = clock.now()

    def noted() -> timedelta:
        signed = sessions.find_session(portal, token)
        if signed and signed.touch_due:
            sessions.touch_session(portal, token)
        with portal.read() as session:
            return session.execute(select(SignInSession.last_seen_at)).scalar_one() - started

    seen = []
    for _ in range(5):
        clock.advance(30 * SECOND)
        seen.append(noted() / SECOND)
    assert seen == [0, 60, 60, 120, 120]


def test_finding_a_session_or_a_caller_takes_one_statement(portal: Portal, head: str) -> None:
    token, grant = sessions.sign_in(portal, head, PASSWORD), new_grant(portal)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        sessions.find_session(portal, token)
        clients.find_caller(portal, grant.token)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in statements if not statement.startswith("BEGIN")] == ["SELECT"] * 2


def test_signing_out_ends_one_session_only(portal: Portal, head: str) -> None:
    first, second = (sessions.sign_in(portal, head, PASSWORD) for _ in range(2))
    sessions.sign_out(portal, first)
    sessions.sign_out(portal, first)
    assert sessions.find_session(portal, first) is None
    assert sessions.find_session(portal, second)
    assert sessions.find_session(portal, "never given") is None


# ---------------------------------------------------------------- API clients


def new_client(portal: Portal, unit_code: str | None = None, *scopes: str) -> tuple[str, str]:
    return clients.create_client(
        portal, name="Sistem Contoh", unit_code=unit_code, scopes=scopes or ("scores:read",), actor=ACTOR
    )


def new_grant(portal: Portal) -> AccessGrant:
    return clients.issue_token(portal, *new_client(portal))


def test_a_client_secret_can_be_told_from_chance(portal: Portal) -> None:
    client_code, secret = new_client(portal)
    assert re.fullmatch(r"slk_[0-9a-z]{8}", client_code)
    assert re.fullmatch(r"sls_[\w-]{43}_[0-9A-Z]{6}", secret)
    assert tokens.checksum(secret[:-7]) == secret[-6:]
    with portal.read() as session:
        assert session.execute(select(ApiClient.secret_hash)).scalar_one() == tokens.digest(secret)
    assert secret not in str(entries(portal))


def test_the_checksum_is_a_crc_in_crockford_characters() -> None:
    value = zlib.crc32(b"sls_made-up") & 0x3FFFFFFF
    digits = [(value >> shift) & 31 for shift in range(25, -1, -5)]
    assert tokens.checksum("sls_made-up") == "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[digit] for digit in digits)


def test_a_client_trades_its_secret_for_a_token_of_a_quarter_of_an_hour(portal: Portal, clock: Clock) -> None:
    client_code, secret = new_client(portal, "UPT")
    assert clients.list_clients(portal)[0].last_used_at is None
    clock.advance(MINUTE)
    grant = clients.issue_token(portal, client_code, secret)
    assert (len(grant.token), grant.expires_in, grant.scope) == (43, 900, "scores:read")
    caller = clients.find_caller(portal, grant.token)
    assert (caller.client_code, caller.name, set(caller.scopes)) == (client_code, "Sistem Contoh", {"scores:read"})
    assert (caller.unit_id, caller.unit_path) == (2, "1.2")
    assert clients.list_clients(portal)[0].last_used_at == clock.now()
    clock.advance(900 * SECOND)
    with pytest.raises(Unauthenticated, match="invalid_token"):
        clients.find_caller(portal, grant.token)


def test_a_client_without_a_unit_sees_the_whole_government(portal: Portal) -> None:
    caller = clients.find_caller(portal, new_grant(portal).token)
    assert (caller.unit_id, caller.unit_path) == (None, None)


@pytest.mark.parametrize("secret", ["", "sls_wrong", "with \N{SNOWMAN}"])
def test_a_wrong_secret_and_an_unknown_client_are_refused_alike(portal: Portal, secret: str) -> None:
    client_code, right = new_client(portal)
    for code, offered in ((client_code, secret), ("slk_00000000", right), ("nul\0l", right), ("", "")):
        with pytest.raises(Unauthenticated, match="invalid_client"):
            clients.issue_token(portal, code, offered)
    assert count(portal, AccessToken) == 0


@pytest.mark.parametrize(
    "asked, granted",
    [
        (None, "scores:read officers:pii"),
        ("", "scores:read officers:pii"),
        ("scores:read", "scores:read"),
        ("officers:pii scores:read", "scores:read officers:pii"),
    ],
)
def test_a_token_carries_what_was_asked_for(portal: Portal, asked: str | None, granted: str) -> None:
    grant = clients.issue_token(portal, *new_client(portal, None, "officers:pii", "scores:read"), asked)
    assert grant.scope == granted
    assert clients.find_caller(portal, grant.token).scopes == set(granted.split())


def test_no_client_gets_more_than_it_was_given(portal: Portal) -> None:
    client_code, secret = new_client(portal)
    with pytest.raises(Invalid, match="invalid_scope"):
        clients.issue_token(portal, client_code, secret, "scores:read officers:pii")
    for scopes in ((), ("everything",)):
        with pytest.raises(Invalid, match="scopes"):
            clients.create_client(portal, name="Sistem Contoh", scopes=scopes, actor=ACTOR)
    with pytest.raises(NotFound):
        new_client(portal, "NONE")


def test_disabling_a_client_ends_its_tokens_at_once(portal: Portal) -> None:
    client_code, secret = new_client(portal)
    grant, other = clients.issue_token(portal, client_code, secret), new_grant(portal)
    clients.disable_client(portal, client_code=client_code, actor=ACTOR)
    clients.disable_client(portal, client_code=client_code, actor=ACTOR)
    with pytest.raises(Unauthenticated):
        clients.find_caller(portal, grant.token)
    with pytest.raises(Unauthenticated, match="invalid_client"):
        clients.issue_token(portal, client_code, secret)
    assert clients.find_caller(portal, other.token).client_code != client_code
    with pytest.raises(NotFound):
        clients.disable_client(portal, client_code="slk_00000000", actor=ACTOR)
    assert [act for _, act, _ in entries(portal)] == ["client-created", "client-created", "client-disabled"]


def test_what_has_ended_is_deleted_and_nothing_else(portal: Portal, head: str, clock: Clock) -> None:
    for _ in range(2):
        sessions.sign_in(portal, head, PASSWORD)
        new_grant(portal)
        clock.advance(20 * MINUTE)
    new_grant(portal)
    with portal.begin() as session:
        assert staff.delete_expired(session, clock.now()) == 1 + 2
    assert (count(portal, SignInSession), count(portal, AccessToken)) == (1, 1)
