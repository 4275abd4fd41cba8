"""What who asked is found by: her folded name, beside those of people (`people/search_models.py`)."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, part_index
from scheduler.core.defences import Aftermath, changed, follow
from scheduler.people.search_models import NOT_FOLDED
from scheduler.requests.models import SchoolRequest


class ContactSearchKey(Base):
    """The folded name of who asked, of each request that names somebody. NULL: folded by readers, until the next
    minute's job. Once the name is forgotten its row is gone, by the database itself.
    """

    __tablename__ = "contact_search_key"
    __table_args__ = (
        Index(None, "centre_id", "school_request_id", "search_key"),
        part_index("contacts_not_folded", "school_request_id", where=NOT_FOLDED),
    )

    school_request_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    centre_id: Mapped[int]  # as the request has it
    search_key: Mapped[str | None]  # core.text.fold of the name


_NOT_YET = """INSERT INTO contact_search_key (school_request_id, centre_id, search_key)
  SELECT NEW.id, NEW.centre_id, NULL WHERE NEW.contact_name <> '';"""
_GONE = "DELETE FROM contact_search_key WHERE school_request_id = {row}.id;"
_ANEW = f"{_GONE.format(row='NEW')} {_NOT_YET}"

follow(
    SchoolRequest.__table__,
    Aftermath("is_folded_anew", "INSERT", "NEW.contact_name <> ''", _NOT_YET),
    Aftermath("is_folded_anew", "UPDATE OF contact_name, centre_id", changed("contact_name", "centre_id"), _ANEW),
    Aftermath("is_folded_anew", "DELETE", "", _GONE.format(row="OLD")),
    words={},
)
