"""The set-up: all of it or nothing, once, by whoever holds the key."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from portal import services
from portal.domain.access import Role
from portal.domain.errors import Invalid, SetUpDone, SetUpKeyWrong
from portal.domain.workbook.sheet import COUNTER, SERVICE, UNIT
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.admit.passwords import hash_password
from portal.services.admit.trail import list_trail
from portal.services.enrol.set_up import Answers, check_open, is_set_up, set_up, set_up_key
from portal.services.government import Facts, find_facts
from portal.storage import registry
from portal.storage.tables import Account, Base, Government
from tests.government import without_officers

ANSWERS: Final = Answers(
    government="Pemerintah Kota Contoh",
    unit="Disdukcapil",
    counter="Loket 1",
    services=("KTP elektronik", "", "Kartu keluarga", "KTP elektronik"),
    username="Pengelola.Satu",
    name="Pengelola Contoh",
    password="enam belas huruf",
    rehearse=True,
)


def do(portal: Portal, answers: Answers = ANSWERS, hashed: Callable[[Portal, str], str] = hash_password) -> None:
    services.run(portal, set_up, set_up_key(portal), answers, hash_password=hashed)


def rows(portal: Portal) -> dict[str, int]:
    with portal.read() as session:
        tables = Base.metadata.tables.items()
        return {name: session.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables}


def test_the_set_up_creates_everything_for_a_first_rating(portal: Portal) -> None:
    do(portal)
    with portal.read() as session:
        kept = registry.get_registry(session)
        account = session.execute(select(Account)).scalar_one()
    assert find_facts(portal) == Facts("Pemerintah Kota Contoh", rehearsing=True)
    assert {code: row["name"] for code, row in kept[UNIT].items()} == {"DISDUKCAPIL": "Disdukcapil"}
    assert {code: row["name"] for code, row in kept[SERVICE].items()} == {
        "KTP-ELEKTRONIK": "KTP elektronik",
        "KARTU-KELUARGA": "Kartu keluarga",
    }
    assert {code: row["unit"] for code, row in kept[COUNTER].items()} == {"LKT-1": "DISDUKCAPIL"}
    assert (account.username, account.role, account.unit_id) == ("pengelola.satu", Role.ADMINISTRATOR.value, None)


def test_the_log_begins_with_the_set_up_and_holds_no_password(portal: Portal) -> None:
    do(portal)
    newest = list_trail(portal).entries
    assert [(entry.act, entry.actor) for entry in reversed(newest)] == [
        ("set-up", "pengelola.satu"),
        ("account-created", "pengelola.satu"),
    ]
    assert newest[1].detail["counter"] == "LKT-1"
    assert ANSWERS.password not in str(newest)


def test_the_key_is_the_same_in_every_process_and_another_for_another_secret(portal: Portal) -> None:
    assert set_up_key(portal) == set_up_key(replace(portal))
    assert set_up_key(portal) != set_up_key(replace(portal, secret_key="another made-up secret, 32 long.."))
    check_open(portal, set_up_key(portal).lower())
    for wrong in ("", set_up_key(portal)[:-1], set_up_key(portal) + "0", "Ω"):
        with pytest.raises(SetUpKeyWrong):
            check_open(portal, wrong)
        with pytest.raises(SetUpKeyWrong):
            set_up(portal, wrong, ANSWERS, hash_password=hash_password)


def test_there_is_one_set_up_whoever_comes_second(portal: Portal) -> None:
    do(portal)
    assert is_set_up(portal)
    with pytest.raises(SetUpDone):
        do(portal)
    for key in (set_up_key(portal), ""):
        with pytest.raises(SetUpDone):
            check_open(portal, key)
    assert rows(portal)["accounts"] == rows(portal)["units"] == 1


def test_of_two_set_ups_at_the_same_time_one_wins_whole(portal: Portal) -> None:
    def attempt(number: int) -> str:
        answers = replace(ANSWERS, username=f"pengelola.{number}", government=f"Pemerintah Contoh {number}")
        try:
            do(portal, answers)
        except SetUpDone:
            return ""
        return answers.government

    with ThreadPoolExecutor(4) as pool:
        (winner,) = filter(None, pool.map(attempt, range(4)))
    kept = rows(portal)
    assert (kept["governments"], kept["units"], kept["counters"], kept["accounts"], kept["rehearsals"]) == (1,) * 5
    with portal.read() as session:
        assert session.execute(select(Government.name)).scalar_one() == winner


def test_an_account_made_by_the_operator_closes_the_set_up(portal: Portal) -> None:
    create_account(portal, username="pengelola", name="Pengelola Contoh", role=Role.ADMINISTRATOR, actor="cli:test")
    with pytest.raises(SetUpDone):
        do(portal)


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"government": " "}, "government"),
        ({"unit": "x" * 161}, "unit"),
        ({"counter": ""}, "counter"),
        ({"services": ("x" * 161,)}, "services"),
        ({"services": [f"Layanan {number}" for number in range(51)]}, "services"),
        ({"username": "a b"}, "username"),
        ({"name": ""}, "name"),
        ({"password": "pendek"}, "password"),
    ],
)
def test_an_answer_that_breaks_its_rule_is_named_and_nothing_is_kept(
    portal: Portal, wrong: dict[str, Any], field: str
) -> None:
    before = rows(portal)
    with pytest.raises(Invalid) as refusal:
        do(portal, replace(ANSWERS, **wrong))
    assert refusal.value.detail == field
    assert rows(portal) == before
    do(portal)


def test_whatever_fails_on_the_way_leaves_nothing_and_the_set_up_open(portal: Portal) -> None:
    before = rows(portal)

    class Tripped(Exception):
        pass

    def trip(_: Portal, __: str) -> str:
        raise Tripped

    with pytest.raises(Tripped):
        do(portal, hashed=trip)
    assert rows(portal) == before
    check_open(portal, set_up_key(portal))


def test_the_set_up_stands_beside_a_registry_that_was_imported_before(portal: Portal) -> None:
    made = without_officers(portal)
    do(portal, replace(ANSWERS, unit="Dinas", counter="1A", services=()))
    with portal.read() as session:
        kept = registry.get_registry(session)
    assert {*made.units, "DINAS-2"} == {*kept[UNIT]}
    assert {*made.counters, "DINAS-2-1A"} == {*kept[COUNTER]}


def test_no_rehearsal_begins_over_ratings_that_were_given_in_earnest(portal: Portal) -> None:
    without_officers(portal).tap("1A")
    with pytest.raises(Invalid, match="rehearse"):
        do(portal)
    do(portal, replace(ANSWERS, rehearse=False))
    assert not find_facts(portal).rehearsing
