"""What an operator does about accounts, API clients and the log, at the terminal."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli import accounts as account_commands
from portal.cli import clients as client_commands
from portal.domain.access import Role, Stage
from portal.domain.errors import PasswordExpired, SignInRefused
from portal.services import Portal
from portal.services.admit import accounts, clients, own, second_factor, sessions, trail
from tests.clock import Clock
from tests.government import small
from tests.web.staff import PASSWORD, code_of

SHOWN: Final = re.compile(r"user name: (\S+)\none-time password: (\S+)\ngood until: (.+)\n")


def command(portal: Portal, name: str, *arguments: str) -> Result:
    known = [*account_commands.commands(lambda: portal), *client_commands.commands(lambda: portal)]
    return CliRunner().invoke({item.name: item for item in known}[name], arguments)


def password_in(result: Result) -> str:
    found = SHOWN.match(result.stdout)
    assert found, result.output
    return found[2]


def acts(portal: Portal) -> list[str]:
    """What the log says that operators did."""
    return [entry.act for entry in reversed(trail.list_trail(portal).entries) if entry.actor.startswith("cli:")]


def test_the_first_administrator_is_made_in_an_empty_database_and_told_what_comes_next(
    portal: Portal, clock: Clock
) -> None:
    made = command(portal, "create-account", "Pengelola", "--name", "Pengelola Contoh", "--role", "administrator")
    found = SHOWN.match(made.stdout)
    assert found
    assert (found[1], found[3]) == ("pengelola", "2026-03-06 09:00 WIB")
    assert "Not shown again" in made.stderr
    assert [line.strip()[:2] for line in made.stderr.splitlines()[-3:]] == ["1.", "2.", "3."]
    signed = sessions.find_session(portal, sessions.sign_in(portal, "pengelola", found[2]))
    assert signed
    assert (signed.role, signed.stage) == (Role.ADMINISTRATOR, Stage.PASSWORD)
    clock.advance(timedelta(hours=72))
    with pytest.raises(PasswordExpired):
        sessions.sign_in(portal, "pengelola", found[2])


def test_an_operator_makes_resets_disables_and_enables_an_account(portal: Portal) -> None:
    small(portal)
    made = command(portal, "create-account", "kepala", "--name", "Kepala Contoh", "--unit", "DINAS")
    assert sessions.sign_in(portal, "kepala", password_in(made))
    given = password_in(command(portal, "reset-password", "kepala"))
    with pytest.raises(SignInRefused):
        sessions.sign_in(portal, "kepala", password_in(made))
    assert sessions.sign_in(portal, "kepala", given)
    assert command(portal, "disable-account", "kepala").exit_code == 0
    with pytest.raises(SignInRefused):
        sessions.sign_in(portal, "kepala", given)
    assert command(portal, "enable-account", "kepala").exit_code == 0
    assert sessions.sign_in(portal, "kepala", given)
    assert acts(portal) == ["account-created", "password-reset", "account-disabled", "account-enabled"]


def test_the_head_of_a_unit_needs_a_unit(portal: Portal) -> None:
    refused = command(portal, "create-account", "kepala", "--name", "Kepala Contoh")
    assert refused.exit_code == 2
    assert "--unit" in refused.stderr
    assert acts(portal) == []


def enrolled(portal: Portal, username: str) -> None:
    """Make an administrator with a second factor."""
    accounts.create_account(
        portal, username=username, name="Pengelola", role=Role.ADMINISTRATOR, password=PASSWORD, actor="test"
    )
    token = sessions.sign_in(portal, username, PASSWORD)
    own.enrol(portal, token, code_of(second_factor.offer(portal, token, username).secret, portal))


def stage_of(portal: Portal, password: str) -> Stage:
    signed = sessions.find_session(portal, sessions.sign_in(portal, "pengelola", password))
    assert signed
    return signed.stage


def test_the_last_administrator_without_password_and_phone_comes_back_by_one_command(portal: Portal) -> None:
    enrolled(portal, "pengelola")
    kept = password_in(command(portal, "reset-password", "pengelola"))
    assert stage_of(portal, kept) is Stage.SECOND
    both = password_in(command(portal, "reset-password", "pengelola", "--second-factor-lost"))
    assert stage_of(portal, both) is Stage.PASSWORD
    assert acts(portal) == ["password-reset", "second-factor-reset", "password-reset"]


def test_a_lost_second_factor_is_removed_and_must_be_enrolled_anew(portal: Portal) -> None:
    enrolled(portal, "pengelola")
    assert stage_of(portal, PASSWORD) is Stage.SECOND
    assert command(portal, "reset-second-factor", "pengelola").exit_code == 0
    assert stage_of(portal, PASSWORD) is Stage.ENROL
    assert acts(portal) == ["second-factor-reset"]


def test_the_last_administrator_is_not_disabled(portal: Portal) -> None:
    enrolled(portal, "pengelola")
    refused = command(portal, "disable-account", "pengelola")
    assert (refused.exit_code, refused.output) == (1, "Error: invalid: last-administrator\n")


def test_accounts_are_listed_with_what_they_are_worth(portal: Portal, clock: Clock) -> None:
    small(portal)
    enrolled(portal, "pengelola")
    command(portal, "create-account", "kepala.dua", "--name", "Kepala Dua", "--unit", "UPT-2")
    listed = command(portal, "list-accounts").output.splitlines()
    assert listed == [
        "kepala.dua\tKepala Dua\tunit_head\tUPT-2\tone-time password unused\t-",
        "pengelola\tPengelola\tadministrator\t-\tactive\tsecond factor",
    ]
    clock.advance(timedelta(hours=73))
    command(portal, "disable-account", "kepala.dua")
    assert "\tdisabled\t" in command(portal, "list-accounts").output


def test_an_operator_is_told_in_one_line_what_was_refused(portal: Portal) -> None:
    refused = command(portal, "create-account", "kepala", "--name", "Kepala", "--unit", "NONE")
    assert (refused.exit_code, refused.output) == (1, "Error: not-found: unit\n")


def test_an_operator_makes_lists_and_disables_an_api_client(portal: Portal) -> None:
    small(portal)
    made = command(portal, "api-client", "create", "Sistem Contoh", "--unit", "UPT-1", "--scope", "officers:pii")
    shown = re.fullmatch(r"client_id: (\S+)\nclient_secret: (\S+)\n", made.output)
    assert shown
    assert clients.issue_token(portal, shown[1], shown[2]).scope == "officers:pii"
    listed = command(portal, "api-client", "list").output.rstrip("\n").split("\t")
    assert listed == [shown[1], "Sistem Contoh", "UPT-1", "officers:pii", "2026-03-03T02:00+00:00", "active"]
    assert command(portal, "api-client", "disable", shown[1]).exit_code == 0
    assert command(portal, "api-client", "list").output.endswith("\tdisabled\n")


def test_an_operator_checks_the_audit_log(portal: Portal, database_kind: str) -> None:
    enrolled(portal, "pengelola")
    whole = command(portal, "audit-verify")
    assert whole.exit_code == 0
    assert re.fullmatch(r"entries: 3\nhead: [0-9a-f]{64}\n", whole.output)
    off = "ALTER TABLE audit DISABLE TRIGGER USER" if database_kind == "postgresql" else "DROP TRIGGER audit_no_update"
    with portal.begin() as session:
        session.execute(text(off))
        session.execute(text("UPDATE audit SET actor = 'nobody' WHERE id = 1"))
    broken = command(portal, "audit-verify")
    assert broken.exit_code == 1
    assert "the chain breaks at entry 1" in broken.output
