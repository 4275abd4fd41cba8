"""Another number whenever another minor can be met by name: who remembers their names asks for it first."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import RANDOM, Aftermath, changed, follow
from scheduler.people.models import Presenter, User


class MinorsVersion(Base):
    """Another number whenever the minors of a centre, or their names, are others. Written by triggers alone.

    A birthday writes nothing: who remembers minors does so for a day. A centre without a row is never remembered.
    """

    __tablename__ = "minors_version"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


def _other_version(of_centres: str) -> str:
    return f"""INSERT INTO minors_version (centre_id, version)
  SELECT w.centre_id, $RANDOM FROM (SELECT DISTINCT u.centre_id FROM {of_centres}) w WHERE w.centre_id IS NOT NULL
  ON CONFLICT (centre_id) DO UPDATE SET version = EXCLUDED.version;"""


_OF_ACCOUNTS = "user_account u WHERE u.id IN ({})"
_NAMES = ("centre_id", "given_name", "family_name", "other_given_name", "other_family_name")
_GROWS_UP = "EXISTS (SELECT 1 FROM presenter p WHERE p.user_id = NEW.id AND p.adult_on IS NOT NULL)"
_EITHER_CENTRE = "(SELECT OLD.centre_id AS centre_id UNION SELECT NEW.centre_id) u"

follow(
    Presenter.__table__,
    Aftermath("is_a_minor", "INSERT", "NEW.adult_on IS NOT NULL", _other_version(_OF_ACCOUNTS.format("NEW.user_id"))),
    Aftermath("is_a_minor", "DELETE", "OLD.adult_on IS NOT NULL", _other_version(_OF_ACCOUNTS.format("OLD.user_id"))),
    Aftermath(
        "is_a_minor",
        "UPDATE OF adult_on, user_id",
        changed("adult_on", "user_id"),
        _other_version(_OF_ACCOUNTS.format("OLD.user_id, NEW.user_id")),
    ),
    words={"$RANDOM": RANDOM},
)
follow(
    User.__table__,
    Aftermath(
        "names_a_minor",
        f"UPDATE OF {', '.join(_NAMES)}",
        f"{changed(*_NAMES)} AND {_GROWS_UP}",
        _other_version(_EITHER_CENTRE),
    ),
    words={"$RANDOM": RANDOM},
)
