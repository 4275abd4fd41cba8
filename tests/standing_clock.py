"""The product's clock in a test: it stands on a school day, and moves only when a test moves it."""

import datetime as dt

from tests.factories import MONDAY


class StandingClock:
    """What time it is for every page, job and command in this process; `the_clock` in a test."""

    def __init__(self) -> None:
        self._moment = MONDAY

    def now(self) -> dt.datetime:
        """Takes the place of `scheduler.core.clock.now`."""
        return self._moment

    def stands_at(self, moment: dt.datetime) -> None:
        """From now on it is that moment."""
        self._moment = moment

    def moves_on(self, by: dt.timedelta) -> None:
        """So much later."""
        self._moment += by


THE_CLOCK = StandingClock()  # one process has one clock
