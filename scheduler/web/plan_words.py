"""How plans and tours are said where they are refused or left out, and who travels."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.proposals.terms.plan import ProposalReason
from scheduler.tours.terms import CrewMode, LeftOut, TourReason
from scheduler.web.i18n import _l

PLAN_WORDS: Mapping[Reason, LazyProxy] = {
    ProposalReason.NOT_FINISHED: _l("Wait until the plan is finished: half of one is not applied."),
    ProposalReason.TOO_FAR_AHEAD: _l("Choose days within the next 120: further ahead nobody knows who can go."),
    ProposalReason.NOTHING_BROKEN: _l("Look at the days: no visit that stands is broken by this."),
    ProposalReason.MINOR_SLEEPS_AT_HOME: _l("Choose an adult: a young presenter is at home each night."),
    ProposalReason.NIGHTS_OUT_OF_RANGE: _l("Choose at most three nights in a row."),
    TourReason.NO_CITY: _l("Choose at least one city."),
    TourReason.TOO_MANY_CITIES: _l("Choose at most 40 cities."),
    TourReason.MORE_CITIES_THAN_DAYS: _l("Choose a later day, or fewer cities: a tour stops once a day."),
    TourReason.CITY_NOT_KNOWN: _l("Choose cities from the list, with commas between them."),
    TourReason.CREW_NOT_WHOLE: _l("Choose as many educators as the programme sends, or let them change."),
    TourReason.NOTHING_GIVEN: _l("Enter at least one presentation in one of the shifts."),
    TourReason.TOO_MUCH_FOR_A_DAY: _l("Enter four presentations a day at most."),
}
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
