"""How many requests are alike in all by which the inbox is narrowed, kept by the database itself.

Whoever changes a request adds a line: one less of what it was, one more of what it is. So two changes never wait for
each other, on PostgreSQL either, and the sum of the lines is right in each transaction. A job puts lines together.
"""

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import Aftermath, changed, follow
from scheduler.places.models import Host, Municipality
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import HIDDEN


class RequestTally(Base):
    """So many requests more, or fewer, of one kind. The kind is the sum of its lines; by triggers and their job alone.

    Nothing points to `owner` and `district`, because 0 is none; and none of it is a key, so that no line has to wait
    for whoever changes a centre or a programme.
    """

    __tablename__ = "request_tally"
    __table_args__ = (
        Index("tallies_of_the_inbox", *("centre_id", "state", "owner", "district", "programme_id", "many")),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    centre_id: Mapped[int]
    state: Mapped[str]
    owner: Mapped[int]  # 0: nobody has taken it
    district: Mapped[int]  # of its host; 0: a host abroad
    programme_id: Mapped[int]
    many: Mapped[int]


ALIKE = ("centre_id", "state", "owner", "district", "programme_id")
_LINES = f"INSERT INTO request_tally ({', '.join(ALIKE)}, many)"
_HIDDEN = ", ".join(f"'{state}'" for state in sorted(HIDDEN))  # nobody counts these: an unproven one leaves no line
_FACTS = ("centre_id", "state", "owner_id", "host_id", "programme_id")
# Who moves a school waits for the lines of others, and others for hers: else a request that comes meanwhile would be
# counted where the school was, and never moved.
_WORDS = {"$WAIT": ("", "LOCK TABLE request_tally IN SHARE ROW EXCLUSIVE MODE;")}  # SQLite has one writer


def _line(row: str, many: int) -> str:
    district = f"""COALESCE((SELECT m.district_id FROM host h JOIN municipality m ON m.id = h.municipality_id
    WHERE h.id = {row}.host_id), 0)"""
    return f"""{_LINES} SELECT {row}.centre_id, {row}.state, COALESCE({row}.owner_id, 0), {district},
  {row}.programme_id, {many} WHERE {row}.state NOT IN ({_HIDDEN});"""


def _moved(of_host: str, district: str, many: int) -> str:
    """The requests of some hosts leave a district, or come to one."""
    return f"""{_LINES} SELECT r.centre_id, r.state, COALESCE(r.owner_id, 0), COALESCE({district}, 0),
  r.programme_id, {many} * COUNT(*) FROM host h JOIN school_request r ON r.host_id = h.id
  WHERE {of_host} AND r.state NOT IN ({_HIDDEN}) GROUP BY r.centre_id, r.state, r.owner_id, r.programme_id;"""


follow(
    SchoolRequest.__table__,
    Aftermath("is_tallied", "INSERT", "", _line("NEW", 1)),
    Aftermath("is_tallied", f"UPDATE OF {', '.join(_FACTS)}", changed(*_FACTS), _line("OLD", -1) + _line("NEW", 1)),
    Aftermath("is_tallied", "DELETE", "", _line("OLD", -1)),
    words=_WORDS,
)
_OF_TOWN = "(SELECT m.district_id FROM municipality m WHERE m.id = {row}.municipality_id)"
follow(
    Host.__table__,
    Aftermath(
        "is_tallied",
        "UPDATE OF municipality_id",
        changed("municipality_id"),
        "$WAIT"
        + _moved("h.id = NEW.id", _OF_TOWN.format(row="OLD"), -1)
        + _moved("h.id = NEW.id", _OF_TOWN.format(row="NEW"), 1),
    ),
    words=_WORDS,
)
follow(
    Municipality.__table__,
    Aftermath(
        "is_tallied",
        "UPDATE OF district_id",
        changed("district_id"),
        "$WAIT"
        + _moved("h.municipality_id = NEW.id", "OLD.district_id", -1)
        + _moved("h.municipality_id = NEW.id", "NEW.district_id", 1),
    ),
    words=_WORDS,
)
