"""Programmes and campaigns. Their texts have Serbian Cyrillic and English; Latin is derived."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base
from scheduler.core.language import worded
from scheduler.core.text import to_latin
from scheduler.people.models import Centre
from scheduler.people.terms import Topic
from scheduler.places.models import Municipality
from scheduler.programmes.terms import Audience, Booking, ProgrammeKind, SchoolLevel


class Programme(Base):
    """What a host can ask for, with the rule that its crew must meet."""

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 15 AND 480", name="lasts_a_day_at_most"),
        CheckConstraint(
            "educators >= 0 AND influencers >= 0 AND educators + influencers >= 1", name="crew_of_somebody"
        ),
        CheckConstraint("influencers = 0 OR educators >= 1", name="no_influencer_without_educator"),
        CheckConstraint("group_size BETWEEN 1 AND 1000", name="group_fits_a_hall"),
        CheckConstraint("set_up_minutes BETWEEN 0 AND 120", name="set_up_within_two_hours"),
        CheckConstraint("notice_days BETWEEN 0 AND 365", name="notice_within_a_year"),
        CheckConstraint("catalogue_hours BETWEEN 0 AND 100", name="hours_of_the_catalogue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ProgrammeKind]
    topic: Mapped[Topic]
    name_sr_cyrl: Mapped[str]
    name_en: Mapped[str]
    summary_sr_cyrl: Mapped[str]
    summary_en: Mapped[str]
    about_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")  # paragraphs of its own page
    about_en: Mapped[str] = mapped_column(default="", server_default="")
    for_whom_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")
    for_whom_en: Mapped[str] = mapped_column(default="", server_default="")
    needs_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")  # what the host provides, one a line
    needs_en: Mapped[str] = mapped_column(default="", server_default="")
    who_comes_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")  # of adults who agreed to it
    who_comes_en: Mapped[str] = mapped_column(default="", server_default="")
    questions_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")  # a line each, its answer below it
    questions_en: Mapped[str] = mapped_column(default="", server_default="")
    level: Mapped[SchoolLevel] = mapped_column(default=SchoolLevel.NONE, server_default=SchoolLevel.NONE.value)
    minutes: Mapped[int]  # of one presentation
    group_size: Mapped[int]
    educators: Mapped[int] = mapped_column(default=1)  # at least so many accepted in each presentation
    influencers: Mapped[int] = mapped_column(default=0)
    set_up_minutes: Mapped[int] = mapped_column(default=15)
    notice_days: Mapped[int] = mapped_column(default=14)
    booking: Mapped[Booking] = mapped_column(default=Booking.ASK, server_default=Booking.ASK.value)
    open: Mapped[bool] = mapped_column(default=True)  # can be asked for
    catalogue_number: Mapped[str] = mapped_column(default="", server_default="")  # in the Institute's list of trainings
    catalogue_hours: Mapped[int] = mapped_column(default=0, server_default="0")  # what a teacher's certificate grants

    centre: Mapped[Centre] = relationship(lazy="raise")
    audiences: Mapped[list["ProgrammeAudience"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ProgrammeAudience.id"
    )

    def name(self, language: str) -> str:
        """Its name in the reader's language and script."""
        return worded(language, self.name_sr_cyrl, to_latin(self.name_sr_cyrl), self.name_en)


class ProgrammePhoto(Base):
    """What a programme looks like, for its public page: drawn anew; no child can be recognised in it."""

    __tablename__ = "programme_photo"
    __table_args__ = (CheckConstraint("length(picture) > 0", name="shows_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), unique=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a JPEG, as core/scans.py draws a wide one
    agreed_on: Mapped[dt.date]


class ProgrammeAudience(Base):
    """One audience that a programme is for."""

    __tablename__ = "programme_audience"
    __table_args__ = (UniqueConstraint("programme_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    audience: Mapped[Audience]


class Campaign(Base):
    """A programme with a period, cities, a crew and a certificate of its own, if it has words for one."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    slug: Mapped[str] = mapped_column(unique=True)
    name_sr_cyrl: Mapped[str]
    name_en: Mapped[str]
    summary_sr_cyrl: Mapped[str] = mapped_column(default="")
    summary_en: Mapped[str] = mapped_column(default="")
    about_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")  # paragraphs of its page
    about_en: Mapped[str] = mapped_column(default="", server_default="")
    certificate_title_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")  # empty: as every other
    certificate_title_en: Mapped[str] = mapped_column(default="", server_default="")
    certificate_text_sr_cyrl: Mapped[str] = mapped_column(default="", server_default="")
    certificate_text_en: Mapped[str] = mapped_column(default="", server_default="")
    posts_at: Mapped[str] = mapped_column(default="", server_default="")  # where its posts on social networks stand
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]

    centre: Mapped[Centre] = relationship(lazy="raise")
    programme: Mapped[Programme] = relationship(lazy="raise")


class CampaignTarget(Base):
    """How many people of one audience a campaign means to reach."""

    __tablename__ = "campaign_target"
    __table_args__ = (
        UniqueConstraint("campaign_id", "audience"),
        CheckConstraint("people >= 1", name="somebody_is_meant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    audience: Mapped[Audience]
    people: Mapped[int]


class CampaignCity(Base):
    """A municipality that a campaign means to visit, with its target of pupils."""

    __tablename__ = "campaign_city"
    __table_args__ = (
        UniqueConstraint("campaign_id", "municipality_id"),
        CheckConstraint("target_pupils >= 0", name="target_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id", ondelete="RESTRICT"))
    target_pupils: Mapped[int] = mapped_column(default=0)

    municipality: Mapped[Municipality] = relationship(lazy="raise")


class CampaignMember(Base):
    """A presenter who is meant to go into schools for a campaign; who really went, reports count from assignments."""

    __tablename__ = "campaign_member"
    __table_args__ = (UniqueConstraint("campaign_id", "presenter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
