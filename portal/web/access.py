"""Who may come where: one row for each page of staff, read by the guard and by the tests. What has no row is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.domain.access import Role, Stage
from portal.domain.finding import FindingCode


class Scope(StrEnum):
    """How far a page reaches for whoever may open it."""

    SELF = "self"
    """The caller's own account and sessions."""
    SUBTREE = "subtree"
    """The caller's unit and those below it, every unit for an account without one; what is outside answers 404."""
    GOVERNMENT = "government"
    """Everything."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that may come, and how far the page reaches; `confirm` asks for the password again after a while."""

    roles: frozenset[Role]
    scope: Scope
    confirm: bool = False


def _rule(scope: Scope, *roles: Role, confirm: bool = False) -> Rule:
    return Rule(frozenset(roles), scope, confirm)


_HEAD: Final = _rule(Scope.SUBTREE, Role.UNIT_HEAD)
_HEAD_OR_ADMINISTRATOR: Final = _rule(Scope.SUBTREE, Role.UNIT_HEAD, Role.ADMINISTRATOR)
_ADMINISTRATOR: Final = _rule(Scope.GOVERNMENT, Role.ADMINISTRATOR)
_ADMINISTRATOR_AGAIN: Final = _rule(Scope.GOVERNMENT, Role.ADMINISTRATOR, confirm=True)
_REVIEWER: Final = _rule(Scope.GOVERNMENT, Role.REVIEWER)
_OVERSIGHT: Final = _rule(Scope.GOVERNMENT, Role.ADMINISTRATOR, Role.REVIEWER)
_OVERSIGHT_AGAIN: Final = _rule(Scope.GOVERNMENT, Role.ADMINISTRATOR, Role.REVIEWER, confirm=True)
_ANYBODY: Final = _rule(Scope.SELF, *Role)
_ANYBODY_AGAIN: Final = _rule(Scope.SELF, *Role, confirm=True)

TABLE: Final[Mapping[str, Rule]] = {
    # one's own account
    "account.overview": _ANYBODY,
    "account.password": _ANYBODY,
    "account.change_password": _ANYBODY,
    "account.second_factor": _ANYBODY_AGAIN,
    "account.enrol": _ANYBODY_AGAIN,
    "account.remove_second_factor": _ANYBODY_AGAIN,
    "account.recovery_codes": _ANYBODY,
    "account.renew_recovery_codes": _ANYBODY_AGAIN,
    "account.end_session": _ANYBODY,
    "account.end_other_sessions": _ANYBODY,
    # what the pages are made of
    "components.page": _ANYBODY,
    # accounts of others
    "administrator.accounts": _ADMINISTRATOR,
    "administrator.new_account": _ADMINISTRATOR_AGAIN,
    "administrator.create_account": _ADMINISTRATOR_AGAIN,
    "administrator.account": _ADMINISTRATOR_AGAIN,
    "administrator.reset_password": _ADMINISTRATOR_AGAIN,
    "administrator.reset_second_factor": _ADMINISTRATOR_AGAIN,
    "administrator.disable_account": _ADMINISTRATOR_AGAIN,
    "administrator.enable_account": _ADMINISTRATOR_AGAIN,
    "administrator.end_session": _ADMINISTRATOR_AGAIN,
    # the unit's pages
    "unit_head.own": _HEAD,
    "unit_head.paper": _HEAD_OR_ADMINISTRATOR,
    "unit_head.enter": _HEAD_OR_ADMINISTRATOR,
    "unit_head.campaigns": _HEAD_OR_ADMINISTRATOR,
    "unit_head.begin_campaign": _HEAD_OR_ADMINISTRATOR,
    "unit_head.end_campaign": _HEAD_OR_ADMINISTRATOR,
    "unit_head.served": _HEAD_OR_ADMINISTRATOR,
    "unit_head.count_served": _HEAD_OR_ADMINISTRATOR,
    "unit_head.indicators": _HEAD_OR_ADMINISTRATOR,
    "unit_head.add_indicator": _HEAD_OR_ADMINISTRATOR,
    "unit_head.indicator_target": _HEAD_OR_ADMINISTRATOR,
    "unit_head.indicator_progress": _HEAD_OR_ADMINISTRATOR,
    "unit_head.end_indicator": _HEAD_OR_ADMINISTRATOR,
    "unit_head.past_score": _HEAD_OR_ADMINISTRATOR,
    "unit_head.data_quality": _HEAD_OR_ADMINISTRATOR,
    "unit_head.duty": _HEAD_OR_ADMINISTRATOR,
    "unit_head.change_duty": _HEAD_OR_ADMINISTRATOR,
    "unit_head.feedback": _HEAD,
    "unit_head.answer": _HEAD,
    "unit_head.unit": _HEAD_OR_ADMINISTRATOR,
    "unit_head.table": _HEAD_OR_ADMINISTRATOR,
    "unit_head.unit_figure": _HEAD_OR_ADMINISTRATOR,
    "unit_head.service_figure": _HEAD_OR_ADMINISTRATOR,
    "unit_head.counter_figure": _HEAD_OR_ADMINISTRATOR,
    "unit_head.officer_figure": _HEAD_OR_ADMINISTRATOR,
    "unit_head.report": _HEAD_OR_ADMINISTRATOR,
    "unit_head.report_print": _HEAD_OR_ADMINISTRATOR,
    "unit_head.report_word": _HEAD_OR_ADMINISTRATOR,
    "unit_head.report_sheet": _HEAD_OR_ADMINISTRATOR,
    "unit_head.counter": _HEAD_OR_ADMINISTRATOR,
    "unit_head.share": _HEAD_OR_ADMINISTRATOR,
    "unit_head.open_link": _HEAD_OR_ADMINISTRATOR,
    "unit_head.scan_test": _HEAD_OR_ADMINISTRATOR,
    "unit_head.start_test": _HEAD_OR_ADMINISTRATOR,
    "unit_head.poster": _HEAD_OR_ADMINISTRATOR,
    "unit_head.posters": _HEAD_OR_ADMINISTRATOR,
    # the posters of every counter
    "administrator.posters": _ADMINISTRATOR,
    "administrator.poster_file": _ADMINISTRATOR,
    "administrator.poster_index": _ADMINISTRATOR,
    "administrator.scan_list": _ADMINISTRATOR,
    # the first hour, the counters, and the rehearsal
    "administrator.overview": _ADMINISTRATOR,
    "administrator.counters": _ADMINISTRATOR,
    "administrator.new_counter": _ADMINISTRATOR,
    "administrator.add_counter": _ADMINISTRATOR,
    "administrator.counter": _ADMINISTRATOR,
    "administrator.rename_counter": _ADMINISTRATOR,
    "administrator.close_counter": _ADMINISTRATOR,
    "administrator.reopen_counter": _ADMINISTRATOR,
    "administrator.move_counter": _ADMINISTRATOR,
    "administrator.rehearsal": _ADMINISTRATOR,
    "administrator.begin_rehearsal": _ADMINISTRATOR,
    "administrator.end_rehearsal": _ADMINISTRATOR_AGAIN,
    "administrator.wipe_rehearsal": _ADMINISTRATOR_AGAIN,
    "administrator.certificate": _ADMINISTRATOR,
    # the registry as a workbook; with what is stored, NIP leaves the portal
    "administrator.workbook": _ADMINISTRATOR,
    "administrator.workbook_template": _ADMINISTRATOR,
    "administrator.workbook_export": _ADMINISTRATOR_AGAIN,
    "administrator.workbook_check": _ADMINISTRATOR,
    "administrator.workbook_apply": _ADMINISTRATOR,
    # the base periods, what was signed of them, and who served put right afterwards
    "administrator.periods": _OVERSIGHT,
    "administrator.period": _OVERSIGHT,
    "administrator.close_period": _OVERSIGHT_AGAIN,
    "administrator.correct_period": _OVERSIGHT_AGAIN,
    "administrator.snapshot_file": _OVERSIGHT_AGAIN,
    "administrator.duty_correction": _OVERSIGHT,
    "administrator.correct_duty": _OVERSIGHT_AGAIN,
    # every unit beside the others
    "administrator.recap": _OVERSIGHT,
    "administrator.recap_csv": _OVERSIGHT,
    "administrator.recap_xlsx": _OVERSIGHT,
    # comments that may name somebody
    "administrator.comments": _REVIEWER,
    "administrator.decide_on_comment": _REVIEWER,
    # what two persons decide, and the log of it all
    "administrator.policy": _OVERSIGHT,
    "administrator.choose": _OVERSIGHT_AGAIN,
    "administrator.proposals": _OVERSIGHT,
    "administrator.agree": _OVERSIGHT_AGAIN,
    "administrator.decline": _OVERSIGHT,
    "administrator.audit": _OVERSIGHT,
    # what is missing or does not fit
    "administrator.data_quality": _OVERSIGHT,
}
"""Endpoint -> rule, for every route whose guard asks who is signed in."""

MENU: Final[Mapping[str, str]] = {
    "administrator.overview": "staff.menu.overview",
    "administrator.counters": "staff.menu.counters",
    "administrator.workbook": "staff.menu.workbook",
    "unit_head.own": "staff.menu.unit",
    "unit_head.feedback": "staff.menu.feedback",
    "unit_head.duty": "staff.menu.duty",
    "unit_head.served": "staff.menu.served",
    "unit_head.indicators": "staff.menu.indicators",
    "unit_head.data_quality": "staff.menu.data_quality",
    "unit_head.share": "staff.menu.share",
    "unit_head.scan_test": "staff.menu.scan_test",
    "unit_head.campaigns": "staff.menu.campaigns",
    "unit_head.paper": "staff.menu.paper",
    "unit_head.report": "staff.menu.report",
    "administrator.posters": "staff.menu.posters",
    "administrator.recap": "staff.menu.recap",
    "administrator.periods": "staff.menu.periods",
    "administrator.comments": "staff.menu.comments",
    "administrator.policy": "staff.menu.policy",
    "administrator.proposals": "staff.menu.proposals",
    "administrator.data_quality": "staff.menu.data_quality",
    "administrator.audit": "staff.menu.audit",
    "administrator.accounts": "staff.menu.accounts",
    "account.overview": "staff.menu.account",
}
"""Endpoint -> sentence, in the order of the menu; each of staff sees what the table opens to them."""

FIXES: Final[Mapping[FindingCode, str]] = {
    FindingCode.RATED_ABOVE_SERVED: "unit_head.served",
    FindingCode.DUTY_GAP: "unit_head.duty",
    FindingCode.SERVED_MISSING: "unit_head.served",
    FindingCode.UNTESTED: "unit_head.scan_test",
    FindingCode.RARELY_ANSWERED: "unit_head.unit",
    FindingCode.UNREALISED: "unit_head.indicators",
}
"""Finding about the data -> the unit's page where it is put right; nothing mends an answer that came late."""

OF_OFFICERS: Final = frozenset({"unit_head.duty"})
"""Pages about officers: where none is registered, the menu does not name them."""

LANDING: Final[Mapping[Role, str]] = {
    Role.UNIT_HEAD: "unit_head.own",
    Role.ADMINISTRATOR: "administrator.overview",
    Role.REVIEWER: "administrator.proposals",
}
"""Where each role arrives after signing in."""


STAGES: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.SECOND: ("sign_in.second",),
    Stage.PASSWORD: ("account.password", "account.change_password"),
    Stage.ENROL: ("account.second_factor", "account.enrol"),
}
"""What alone is open to a session that still has to give something; the first is where it is led."""


def may(role: Role, endpoint: str | None) -> bool:
    """Tell whether the role may come to the endpoint."""
    rule = TABLE.get(endpoint or "")
    return rule is not None and role in rule.roles


def fixes(role: Role) -> Mapping[FindingCode, str]:
    """Return where the role may put right what was found."""
    return {code: endpoint for code, endpoint in FIXES.items() if may(role, endpoint)}
