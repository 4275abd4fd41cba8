"""Tables of the people: centres, users with roles, sign-ins, presenters with skills and availability."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, defend, refuse, refuse_more
from scheduler.core.language import worded
from scheduler.core.names import SpelledName, whole_name
from scheduler.core.spelled_column import both_spellings
from scheduler.core.ways import FORGETTING, closed
from scheduler.people.terms import AnswersTo, HandStep, PresenterKind, TeachingLanguage, Topic
from scheduler.places.models import HostsIn, Municipality
from scheduler.policy import Actor, Role


class Centre(Base):
    """An organisation that runs programmes; its staff belong to it, hosts are shared."""

    __tablename__ = "centre"
    __table_args__ = (
        CheckConstraint(
            "site = '' OR (site LIKE 'https://_%' AND site NOT LIKE 'https://%/%' AND site NOT LIKE '%*%'"
            " AND site NOT LIKE '% %' AND site NOT LIKE '%;%' AND site NOT LIKE '%,%')",
            name="site_is_one_origin",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name_sr_cyrl: Mapped[str]
    name_sr_latn: Mapped[str]
    name_en: Mapped[str]
    place_sr_cyrl: Mapped[str] = mapped_column(default="")
    place_sr_latn: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    signatory: Mapped[str] = mapped_column(default="")  # who signs certificates; a name is printed as typed
    signatory_duty_sr_cyrl: Mapped[str] = mapped_column(default="")  # printed under that name
    signatory_duty_en: Mapped[str] = mapped_column(default="")
    site: Mapped[str] = mapped_column(default="")  # its own, which alone may frame the widget: https://centre.example
    answers_to: Mapped[AnswersTo] = mapped_column(default=AnswersTo.CENTRE)
    created_at: Mapped[dt.datetime]

    def name(self, language: str) -> str:
        """Its name in the reader's language and script."""
        return worded(language, self.name_sr_cyrl, self.name_sr_latn, self.name_en)


class SettledStep(Base):
    """A first step of a centre that only a person can call done: no query knows it."""

    __tablename__ = "settled_step"
    __table_args__ = (UniqueConstraint("centre_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    step: Mapped[HandStep]
    settled_at: Mapped[dt.datetime]


class User(Base):
    """A person who signs in, or was invited to."""

    __tablename__ = "user_account"  # "user" is a reserved word of PostgreSQL
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        CheckConstraint("(other_given_name IS NULL) = (other_family_name IS NULL)", name="other_name_is_whole"),
        CheckConstraint("other_given_name <> '' AND other_family_name <> ''", name="other_name_is_not_empty"),
        CheckConstraint(
            "length(other_given_name) <= 80 AND length(other_family_name) <= 80", name="other_name_is_no_longer"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"), index=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    other_given_name: Mapped[str | None]  # the same name in the other letters, where its owner gave it
    other_family_name: Mapped[str | None]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]  # None until the invitation is answered
    language: Mapped[str] = mapped_column(default="sr_Cyrl")
    created_at: Mapped[dt.datetime]
    suspended_at: Mapped[dt.datetime | None]
    erased_at: Mapped[dt.datetime | None]  # the row stays for what hangs on it, and is nobody's
    # The account with which her chain of invitations began; None: she was invited on the host. A number without a key:
    # it says so for good, also when that account is gone.
    origin_id: Mapped[int | None]

    centre: Mapped[Centre] = relationship(lazy="raise")
    roles: Mapped[list["UserRole"]] = relationship(  # read when somebody asks who may: a crew's roles nobody asks for
        lazy="select", order_by="UserRole.role", cascade="all, delete-orphan"
    )
    districts: Mapped[list["UserDistrict"]] = relationship(
        lazy="select", order_by="UserDistrict.district_id", cascade="all, delete-orphan"
    )
    presenter: Mapped["Presenter | None"] = relationship(lazy="raise", back_populates="user")

    @hybrid_property
    def given_spelled(self) -> SpelledName:
        """Her given name with both spellings; `User.given_spelled` asks a question for it."""
        return SpelledName(self.given_name, self.other_given_name)

    @given_spelled.inplace.expression
    @classmethod
    def _given_spelled(cls) -> ColumnElement[SpelledName]:
        return both_spellings("given_spelled", cls.given_name, cls.other_given_name)

    @hybrid_property
    def family_spelled(self) -> SpelledName:
        return SpelledName(self.family_name, self.other_family_name)

    @family_spelled.inplace.expression
    @classmethod
    def _family_spelled(cls) -> ColumnElement[SpelledName]:
        return both_spellings("family_spelled", cls.family_name, cls.other_family_name)

    @hybrid_property
    def full_name(self) -> SpelledName:
        return whole_name(self.given_spelled, self.family_spelled)

    @full_name.inplace.expression
    @classmethod
    def _full_name(cls) -> ColumnElement[SpelledName]:
        given, family = (func.coalesce(one, "") for one in (cls.other_given_name, cls.other_family_name))
        return both_spellings(
            "full_name", func.trim(cls.given_name + " " + cls.family_name), func.trim(given + " " + family)
        )

    def actor(self, presenter_id: int | None = None) -> Actor:
        """This user as policy knows it."""
        districts = frozenset(row.district_id for row in self.districts)
        return Actor(
            frozenset(row.role for row in self.roles),
            user_id=self.id,
            centre_id=self.centre_id,
            presenter_id=presenter_id,
            districts=districts,
            hosts=HostsIn(districts) if districts else None,
        )


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_role"
    __table_args__ = (UniqueConstraint("user_id", "role"), Index(None, "role", "user_id"))  # staff, among presenters

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[Role]


class UserDistrict(Base):
    """A district that a member of staff is limited to; who has none of them sees everything of her centre."""

    __tablename__ = "user_district"
    __table_args__ = (UniqueConstraint("user_id", "district_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"))


class SignIn(Base):
    """One browser in which a user is signed in; ending the row ends it at the next request."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    factor_at: Mapped[dt.datetime | None]  # when the second step was passed; until then it is nobody's, see rules.py
    mailbox_at: Mapped[dt.datetime | None]  # when a link in a mail to her was opened in this browser
    device: Mapped[str] = mapped_column(default="")  # "Firefox, Windows": no version, no address

    user: Mapped[User] = relationship(lazy="raise")


class LoginIdentity(Base):
    """Whom a login of the centre's own knows by this name: her address led here once, from then on the name does."""

    __tablename__ = "login_identity"
    __table_args__ = (UniqueConstraint("user_id", "issuer"), UniqueConstraint("issuer", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]  # what the issuer never gives to anybody else, as it does addresses
    linked_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime]


class SignInAttempt(Base):
    """One failed try, counted in the database so that the limit holds over all workers; forgotten after a day."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "account_key", "at"), Index(None, "network", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_key: Mapped[str]  # a hash of the typed address
    network: Mapped[str]
    at: Mapped[dt.datetime]


class Presenter(Base):
    """A user who can be assigned. Days that decide about a minor are computed once, by people/rules.py, and stored."""

    __tablename__ = "presenter"
    __table_args__ = (
        CheckConstraint("(birth_date IS NULL) = (adult_on IS NULL)", name="birth_date_gives_adult_on"),
        CheckConstraint("(birth_date IS NULL) = (may_present_from IS NULL)", name="birth_date_gives_first_day"),
        CheckConstraint("kind = 'educator' OR birth_date IS NOT NULL", name="influencer_has_birth_date"),
        CheckConstraint("kind = 'influencer' OR birth_date IS NULL", name="no_birth_date_of_educators"),
        CheckConstraint("adult_on > birth_date", name="grows_up_after_birth"),
        CheckConstraint("reach_km BETWEEN 1 AND 999", name="reach_in_kilometres"),
        Index("presenters_of_a_centre", "centre_id", "user_id", "adult_on", "suspended_at"),
        Index(None, "adult_on"),  # who is a minor: asked with each page that staff reads
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    kind: Mapped[PresenterKind]
    home_id: Mapped[int] = mapped_column(ForeignKey("municipality.id", ondelete="RESTRICT"))  # the town only
    birth_date: Mapped[dt.date | None]
    adult_on: Mapped[dt.date | None]  # None: adult
    may_present_from: Mapped[dt.date | None]
    phone: Mapped[str] = mapped_column(default="")  # as rules.phone_of writes it; empty: none is known
    reach_km: Mapped[int | None]  # one way, as she said; None: she is asked however far it is
    has_car: Mapped[bool] = mapped_column(default=True, server_default=true())
    suspended_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(lazy="raise", back_populates="presenter")
    home: Mapped[Municipality] = relationship(lazy="raise")
    skills: Mapped[list["PresenterSkill"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="PresenterSkill.topic"
    )
    languages: Mapped[list["PresenterLanguage"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="PresenterLanguage.language"
    )


class PresenterPhoto(Base):
    """The face of an adult as schools see it on her card, drawn anew and small; she agreed to that by giving it."""

    __tablename__ = "presenter_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), unique=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a JPEG, as core/scans.py draws a face
    agreed_on: Mapped[dt.date]


class PresenterNote(Base):
    """What was agreed with an adult presenter on the telephone, for whoever plans next; never about a minor."""

    __tablename__ = "presenter_note"
    __table_args__ = (CheckConstraint("text <> ''", name="says_something"), Index(None, "presenter_id", "said_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    said_on: Mapped[dt.date]
    by: Mapped[str]  # the audit's label, no name
    text: Mapped[str] = mapped_column(Text)


class PresenterSkill(Base):
    """A topic that a presenter can speak about."""

    __tablename__ = "presenter_skill"
    __table_args__ = (UniqueConstraint("presenter_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    topic: Mapped[Topic]


class PresenterLanguage(Base):
    """A language that a presenter can teach in."""

    __tablename__ = "presenter_language"
    __table_args__ = (UniqueConstraint("presenter_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    language: Mapped[TeachingLanguage]


class AvailableHours(Base):
    """Hours of a weekday (0 = Monday) on which a presenter can usually come; local wall clock."""

    __tablename__ = "available_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_a_week"),
        CheckConstraint("until_local > from_local", name="hours_in_order"),
        UniqueConstraint("presenter_id", "weekday", "from_local"),
        Index(None, "weekday", "from_local", "until_local"),  # free dates ask which hours anybody keeps
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    from_local: Mapped[dt.time]
    until_local: Mapped[dt.time]


class AvailabilityException(Base):
    """Days that differ from the weekly pattern: absent, or available after all."""

    __tablename__ = "availability_exception"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        Index(None, "presenter_id", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    available: Mapped[bool]


# --- What the database itself refuses: the days that protect a minor follow her birth date, which stays known ---

# people/rules.py `birthday`, in each database's words: born on 29 February, grown up on 1 March.
_DAYS = {"adult_on": 18, "may_present_from": 15}
_ON_SQLITE = " OR ".join(f"NEW.{name} IS NOT date(NEW.birth_date, '+{years} years')" for name, years in _DAYS.items())
_ON_POSTGRESQL = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM (NEW.birth_date + interval '{years} years')::date"
    " + CASE WHEN to_char(NEW.birth_date, 'MMDD') = '0229' THEN 1 ELSE 0 END"
    for name, years in _DAYS.items()
)
_FOLLOW = "protection_follows_the_birth_date"


def _of_a_minor(day: str) -> str:
    return f"EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.{day})"


_STAYS = TableLaw(
    "login_identity_stays",
    ("UPDATE",),
    "NEW.user_id <> OLD.user_id OR NEW.issuer <> OLD.issuer OR NEW.subject <> OLD.subject",
)

refuse_more(
    User.__table__,
    TableLaw("origin_stays", ("UPDATE OF origin_id",), f"OLD.password_hash IS NOT NULL AND {changed('origin_id')}"),
)
refuse(
    Presenter.__table__,
    TableLaw(
        "birth_date_stays_known",
        ("UPDATE",),
        f"OLD.birth_date IS NOT NULL AND NEW.birth_date IS NULL AND {closed(*FORGETTING)}",
    ),
)
defend(
    Presenter.__table__,
    sqlite=TableLaw(_FOLLOW, ("INSERT", "UPDATE"), f"({_ON_SQLITE})").on_sqlite("presenter"),
    postgresql=TableLaw(_FOLLOW, ("INSERT", "UPDATE"), f"({_ON_POSTGRESQL})").on_postgresql("presenter"),
)
defend(
    LoginIdentity.__table__,
    sqlite=_STAYS.on_sqlite("login_identity"),
    postgresql=_STAYS.on_postgresql("login_identity"),
)
refuse_more(
    PresenterPhoto.__table__,
    TableLaw("photo_is_of_an_adult", ("INSERT", "UPDATE"), _of_a_minor("agreed_on")),
)
refuse_more(
    PresenterNote.__table__,
    TableLaw("no_note_about_a_minor", ("INSERT", "UPDATE"), _of_a_minor("said_on")),
)
