"""What runs by the clock inside `serve`: the releases, and with them the forgetting of what was kept for a time."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Final

from portal import services
from portal.domain.errors import PortalError
from portal.services import Portal, health
from portal.services.publish.comments import release_comments
from portal.services.publish.release import release

_LOGGER: Final = logging.getLogger("portal")


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A thread that releases every so many minutes until it is told to stop."""

    portal: Portal
    minutes: int
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread | None:
        if not self.minutes:
            return None
        thread = threading.Thread(target=self.run, name="scheduler", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        """Release at once and then every `minutes`, until told to stop."""
        while True:
            self.run_once()
            if self._stop.wait(self.minutes * 60):
                return

    def run_once(self) -> None:
        """Release what may move; a database that is away for a while is no reason to end the thread."""
        try:
            released = services.run(self.portal, release)
            services.run(self.portal, release_comments)
            services.run(self.portal, health.beat)
        except PortalError as error:
            _LOGGER.error("release failed", extra={"portal": {"code": error.code}})  # noqa: TRY400 - the code says it; a trace would carry values
        except Exception:  # the edge of the thread: nobody else would hear of it, and the next run may succeed
            _LOGGER.exception("release failed")
        else:
            _LOGGER.info("released", extra={"portal": {"cells": released.cells, "waiting": released.waiting}})
