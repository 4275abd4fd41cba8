"""Plans and tours in words: nights, crews, cities that are left out."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.tours.terms import CrewMode, LeftOut
from scheduler.web.i18n import _l

NIGHTS: Mapping[int, LazyProxy] = {
    0: _l("none: home each evening"),
    1: _l("one night at most"),
    2: _l("up to two nights in a row"),
    3: _l("up to three nights in a row"),
}
CREW_MODES: Mapping[CrewMode, LazyProxy] = {
    CrewMode.FIXED: _l("The same educators to every city"),
    CrewMode.ROTATING: _l("Another crew for each trip from home"),
}
WHY_LEFT_OUT: Mapping[LeftOut, LazyProxy] = {
    LeftOut.NO_SCHOOL_DAY: _l("No school day lies in these days."),
    LeftOut.NOBODY_CAN: _l("On no day of these can enough people come."),
    LeftOut.NO_DAY_LEFT: _l("Its days are needed for other cities."),
}
