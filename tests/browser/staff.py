"""Staff for the browser tests of other pages: an account of any role, signed in as a person does."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.domain.access import SECOND_FACTOR_ROLES, Role
from portal.services.admit.accounts import create_account
from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.web.staff import PASSWORD, code_of, name_of


def sign_in(page: Page, place: Place, role: Role | str, unit_code: str | None = None, *, username: str = "") -> None:
    """Create an account and sign in with it; heads of units need `unit_code`."""
    role = Role(role)
    username = username or name_of(role, unit_code)
    create_account(
        place.portal,
        username=username,
        name=f"{role.value} contoh",
        role=role,
        unit_code=unit_code,
        password=PASSWORD,
        actor="cli:test",
    )
    page.goto(f"{place.origin}/masuk")
    page.locator("[name=nama]").fill(username)
    page.locator("[name=sandi]").fill(PASSWORD)
    follow(page.locator("main .send"))
    if role in SECOND_FACTOR_ROLES:
        secret = page.locator("#kunci").inner_text().replace(" ", "")
        page.locator("[name=kode]").fill(code_of(secret, place.portal))
        follow(page.locator("main .send"))
        follow(page.locator("main .send"))
