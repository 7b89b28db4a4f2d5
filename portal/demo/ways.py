"""Ways to come beside the printed code: a link to share, paper forms, and a survey week that runs today."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from portal import services
from portal.services import Portal
from portal.services.collect.paper import PaperSheet
from portal.services.collect.paper_batch import enter_sheets, sheet_key
from portal.services.enrol.campaigns import add_campaign
from portal.services.enrol.sharing import open_channel

ACTOR: Final = "demo"
SURVEY: Final = "skm-14-2017@1"
_SHEETS: Final = 12
_SEED: Final = 20190049


def add_ways(portal: Portal, surveying: str, on_paper: str) -> None:
    """Let the first unit share a link and hold its survey week, and the second enter forms from paper."""
    today = portal.today()
    services.run(portal, open_channel, (), surveying, "tautan", "Tautan bersama", ACTOR)
    services.run(
        portal,
        add_campaign,
        (),
        surveying,
        service_code="",
        starts_on=today,
        ends_on=today + timedelta(days=6),
        population=None,
        actor=ACTOR,
    )
    counter_code = services.run(portal, open_channel, (), on_paper, "kertas", "Formulir kertas", ACTOR)
    dice = random.Random(_SEED)
    elements = portal.instruments[SURVEY].elements
    sheets = [
        PaperSheet(
            counter_code,
            sheet_key(counter_code, str(number)),
            today - timedelta(days=3),
            {SURVEY: {element.code: dice.choice((2, 3, 3, 4)) for element in elements}},
        )
        for number in range(_SHEETS)
    ]
    services.run(portal, enter_sheets, sheets, source="demo", actor=ACTOR)
