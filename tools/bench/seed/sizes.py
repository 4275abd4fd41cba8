"""How many rows of what."""

from dataclasses import dataclass

VISITS, FIXED_WEEK = 1_000, 40  # of a seed once; of a week that has as many visits in a seed of any size
EDUCATORS_IN_TEN = 8
FEED_EVENTS = (500, 5_000)  # of the two educators whose calendars are measured
A_VISITS_PRESENTATIONS = 3


@dataclass(frozen=True)
class Size:
    """What a seed holds; whole hundreds of visits and people, so that both centres have their tenth of each."""

    visits: int
    people: int  # who can be assigned
    hosts: int
    asked: int  # requests that wait for the centre
    waiting: int  # requests on the waiting list
    letters: int
    certified: bool = True  # without: what is locked is still to be certified
    feeds: bool = False  # two educators more, with FEED_EVENTS presentations

    def __post_init__(self) -> None:
        if self.visits % 100 or self.people % 100 or min(self.visits, self.people, self.hosts) < 100:
            raise ValueError("visits and people come in whole hundreds, and hosts are a hundred at least")

    @property
    def educators(self) -> int:
        return self.people * EDUCATORS_IN_TEN // 10

    @property
    def influencers(self) -> int:
        return self.people - self.educators

    @property
    def every_visit(self) -> int:
        """With those of the fixed week and of the measured calendars."""
        return self.visits + FIXED_WEEK + (sum(map(visits_of_feed, FEED_EVENTS)) if self.feeds else 0)


def visits_of_feed(events: int) -> int:
    """A visit a day, each of three presentations."""
    return -(-events // A_VISITS_PRESENTATIONS)


def size_of(times: int) -> Size:
    """Once is a small centre's ten years; a hundred times a country's: a million head counts."""
    return Size(
        visits=VISITS * times,
        people=100 * times,
        hosts=min(300 * times, 3_000),  # a country has no more schools
        asked=100 * times,
        waiting=100 * times,
        letters=300 * times,
    )
