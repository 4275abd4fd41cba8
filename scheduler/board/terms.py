"""The week and month board: who is where on which day, what the road allows, and where a visit could go instead."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick, worded
from scheduler.core.names import spelled
from scheduler.places.terms.hosts import ClosureRow, DistrictRow, Point, SchoolCalendar
from scheduler.places.terms.school_time import Shift
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.rows import CrewRow, VisitRow


class BoardReason(Reason):
    """What stands against a place on the board."""

    NOTHING_CHANGES = "nothing_changes", N_("Choose another day, start or presenter: nothing has changed yet.")
    ALREADY_IN_THE_CREW = "already_in_the_crew", N_("Already in the crew of this visit.")
    CLOSED = "closed", N_("No lessons on that day by the school calendar.")
    SHUT = "shut", N_("The school is closed on that day: snow, a strike, an exam or the like.")
    NO_SUCH_TIME = (
        "no_such_time",
        N_("The clocks have no such time on that day, or a presentation would end after midnight."),
    )


@dataclass(frozen=True)
class BoardWish:
    """Which days the board shows, by what, and what of it: all of it stands in the address."""

    first_day: dt.date
    last_day: dt.date
    programme_id: int | None = None
    busy_only: bool = False
    page: int = 1
    language: str = "sr_Latn"  # by whose alphabet districts stand
    near: Point | None = None  # only who lives nearest to it, the nearest first; and whoever is in `keep`
    keep: frozenset[int] = frozenset()

    @property
    def days(self) -> tuple[dt.date, ...]:
        return tuple(
            self.first_day + dt.timedelta(days=number) for number in range((self.last_day - self.first_day).days + 1)
        )


@dataclass(frozen=True)
class Leg:
    """The drive to a stop: how far, how long, and the minutes there are for it (None: from home, nobody waits)."""

    km: int
    minutes: int
    available: int | None = None

    @property
    def fits(self) -> bool:
        return self.available is None or self.minutes <= self.available


@dataclass(frozen=True)
class ShiftsShown:
    """In which shifts the classes of a visit are that day; `away`: one of them is not in the building at its hour."""

    shifts: tuple[Shift, ...]
    away: bool


@dataclass(frozen=True)
class Block:
    """One visit in one cell. In a presenter's row `mine` is her part; elsewhere there is none.

    `clash` says why she cannot be there in time; `beside` is whom a young person goes with, or who goes with her.
    """

    visit: VisitRow
    mine: CrewRow | None = None
    leg: Leg | None = None
    clash: Why | None = None
    beside: tuple[CrewRow, ...] = ()
    shifts: ShiftsShown | None = None  # None while the school has told nothing

    @property
    def starts_local(self) -> dt.time | None:
        return min((row.starts_local for row in self.visit.presentations), default=None)

    @property
    def ends_local(self) -> dt.time | None:
        return max((row.ends_local for row in self.visit.presentations), default=None)


@dataclass(frozen=True)
class HeldBlock:
    """A date that is held in one cell: nobody else is planned there until it ends. It is no visit yet.

    `request_number` is empty while staff must not see the request: the form is not finished, or its address not proven.
    """

    on_day: dt.date
    starts_local: dt.time
    ends_local: dt.time
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    until: dt.datetime
    request_number: str = ""

    def where(self, language: str) -> str:
        """The host and its place; of a school that is not on the list yet the place alone."""
        names = (
            pick(language, self.host_sr_cyrl, self.host_sr_latn),
            pick(language, self.place_sr_cyrl, self.place_sr_latn),
        )
        return ", ".join(name for name in names if name)


@dataclass(frozen=True)
class AbsenceOfDay:
    """Why a presenter cannot come on a day: absent, or outside her hours; `free` are the hours she gave for it."""

    absent: bool
    free: tuple[tuple[dt.time, dt.time], ...] = ()


@dataclass(frozen=True)
class BoardCell:
    """One row on one day."""

    day: dt.date
    blocks: tuple[Block, ...] = ()
    away: AbsenceOfDay | None = None
    held: tuple[HeldBlock, ...] = ()
    closed: str = ""  # "holiday", "break" or "closure": no lessons for this row's schools, or for some of them


@dataclass(frozen=True)
class BoardRow:
    """A presenter, or a district, or those visits that nobody goes to yet."""

    key: str  # "p12", "d3", "none"
    cells: tuple[BoardCell, ...]
    presenter_id: int | None = None
    district: DistrictRow | None = None
    name_sr_cyrl: str = ""
    name_sr_latn: str = ""
    home_sr_cyrl: str = ""
    home_sr_latn: str = ""
    minor: bool = False
    minutes: int = 0
    kilometres: int = 0

    def name(self, language: str) -> str:
        """A district's name in the page's script; a presenter's as it was typed, of a minor the first name only."""
        return self.district.name(language) if self.district else pick(language, self.name_sr_cyrl, self.name_sr_latn)

    def home(self, language: str) -> str:
        """The town she sets out from."""
        return pick(language, self.home_sr_cyrl, self.home_sr_latn)

    @property
    def visits(self) -> int:
        return sum(len(cell.blocks) for cell in self.cells)


@dataclass(frozen=True)
class BoardDay:
    """The head of a column: how much is on, and why there are no lessons."""

    day: dt.date
    presentations: int
    holiday_sr_cyrl: str = ""
    holiday_sr_latn: str = ""
    holiday_en: str = ""
    breaks: frozenset[SchoolCalendar] = frozenset()  # calendars without lessons on a working day
    closures: tuple[ClosureRow, ...] = ()  # hosts that are shut all the same: snow, strike, exam day

    @property
    def closed(self) -> bool:
        return bool(self.holiday_sr_cyrl)

    def holiday(self, language: str) -> str:
        """The holiday's name; English has its own."""
        return worded(language, self.holiday_sr_cyrl, self.holiday_sr_latn, self.holiday_en)


@dataclass(frozen=True)
class Board:
    """The whole board: columns, the row of visits without a crew, the rows, and how many rows there are in all."""

    days: tuple[BoardDay, ...]
    unassigned: BoardRow
    rows: tuple[BoardRow, ...]
    total: int
    edited_at: dt.datetime | None = None  # when anything on it changed last: printed as its version

    @property
    def clashes(self) -> int:
        return sum(block.clash is not None for row in self.rows for cell in row.cells for block in cell.blocks)

    @property
    def clash_days(self) -> frozenset[dt.date]:
        """Days on which somebody cannot be where she should."""
        return frozenset(
            cell.day for row in self.rows for cell in row.cells if any(block.clash for block in cell.blocks)
        )


@dataclass(frozen=True)
class Placing:
    """Where a visit shall stand: a day, the start of its first presentation, and who goes instead of whom.

    `leaves` None: nobody leaves; `comes` None: nobody new comes. `until` is when presenters shall have answered.
    """

    on_day: dt.date
    starts_local: dt.time
    until: dt.datetime
    leaves: int | None = None
    comes: int | None = None
    offer: bool = True  # ask the new presenter at once; otherwise she is only suggested
    meant: bool = False  # though it is further than she said she goes

    @property
    def changes_crew(self) -> bool:
        return self.comes != self.leaves


@dataclass(frozen=True)
class Doubt:
    """One reason against a placing, and whose it is; `hard`: the move would be refused."""

    why: Why
    name: str = ""  # of another one in the crew; empty: who was chosen, or the day itself
    hard: bool = False


@dataclass(frozen=True)
class Answer:
    """What the board says before a visit is dropped: the doubts, the drive, and who would be told."""

    doubts: tuple[Doubt, ...] = ()
    leg: Leg | None = None
    changed: bool = True
    asked_again: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()  # for whom it would be too much there: not asked, her place falls open
    school_told: bool = False

    @property
    def fits(self) -> bool:
        return not self.doubts

    @property
    def refused(self) -> bool:
        return any(doubt.hard for doubt in self.doubts)


@dataclass(frozen=True)
class PresenterChoice:
    """A presenter as the move panel offers her; of a minor the first name and the town only."""

    presenter_id: int
    name: str
    home_sr_cyrl: str
    home_sr_latn: str
    minor: bool

    def label(self, language: str) -> str:
        return f"{spelled(self.name, language)} ({pick(language, self.home_sr_cyrl, self.home_sr_latn)})"
