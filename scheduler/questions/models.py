"""What is stored of questions: texts of staff, and how often each choice was made. No row is anybody's answer."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, refuse
from scheduler.core.ways import NamedWay, closed
from scheduler.questions.terms import (
    FEWEST_CHOICES,
    LARGEST_SET,
    MOST_ANSWERS,
    MOST_CHOICES,
    STEPS_OF_A_SCALE,
    QuestionKind,
    RoundMoment,
)


class QuestionSet(Base):
    """The questions of a programme in one edition. The newest is asked while `is_asked`."""

    __tablename__ = "question_set"
    __table_args__ = (
        UniqueConstraint("programme_id", "edition", name="edition_once_in_a_programme"),
        CheckConstraint("edition > 0", name="edition_counts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    edition: Mapped[int]
    began_on: Mapped[dt.date]
    is_asked: Mapped[bool] = mapped_column(default=False)


class SetQuestion(Base):
    """A question of a set: a sentence to agree with, or choices of which one is the aim."""

    __tablename__ = "set_question"
    __table_args__ = (
        UniqueConstraint("set_id", "place", name="place_once_in_a_set"),
        CheckConstraint(f"place BETWEEN 1 AND {LARGEST_SET}", name="place_in_a_set"),
        CheckConstraint(f"choices BETWEEN {FEWEST_CHOICES} AND {MOST_CHOICES}", name="some_to_choose_from"),
        CheckConstraint("aim BETWEEN 1 AND choices", name="aim_is_a_choice"),
        CheckConstraint(
            f"kind <> 'agree' OR (choices = {STEPS_OF_A_SCALE} AND aim IN (1, {STEPS_OF_A_SCALE}))",
            name="scale_has_two_ends",
        ),
        CheckConstraint("text_sr_cyrl <> ''", name="asks_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("question_set.id", ondelete="RESTRICT"))
    place: Mapped[int]
    kind: Mapped[QuestionKind]
    choices: Mapped[int]
    aim: Mapped[int]
    text_sr_cyrl: Mapped[str]
    text_en: Mapped[str]
    choices_sr_cyrl: Mapped[str] = mapped_column(default="")
    choices_en: Mapped[str] = mapped_column(default="")


class QuestionRound(Base):
    """A class that was asked once, before or after: how many have answered, by phone and on paper."""

    __tablename__ = "question_round"
    __table_args__ = (
        UniqueConstraint("presentation_id", "moment", name="moment_once_in_a_presentation"),
        CheckConstraint("phone >= 0 AND paper >= 0", name="no_less_than_nobody"),
        CheckConstraint("phone + paper <= most", name="no_more_than_a_class"),
        CheckConstraint(f"announced > 0 AND most BETWEEN announced AND {MOST_ANSWERS}", name="ends_somewhere"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"))
    set_id: Mapped[int] = mapped_column(ForeignKey("question_set.id", ondelete="RESTRICT"), index=True)
    moment: Mapped[RoundMoment]
    announced: Mapped[int]
    most: Mapped[int]
    phone: Mapped[int] = mapped_column(default=0)
    paper: Mapped[int] = mapped_column(default=0)


class AnswerSum(Base):
    """How often a choice was made in a round: sums alone."""

    __tablename__ = "answer_sum"
    __table_args__ = (
        UniqueConstraint("round_id", "question_id", "choice", name="choice_once_in_a_round"),
        CheckConstraint("phone >= 0 AND paper >= 0", name="no_less_than_nobody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("question_round.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("set_question.id", ondelete="RESTRICT"), index=True)
    choice: Mapped[int]
    phone: Mapped[int] = mapped_column(default=0)
    paper: Mapped[int] = mapped_column(default=0)


# --- What the database itself refuses ---

_ASKED = "EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = {}.set_id)"
_OTHERS = (
    "(SELECT COALESCE(SUM(a.{0}), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id"
    " AND a.question_id = NEW.question_id AND a.id <> NEW.id)"
)
_OVER = " OR ".join(
    f"NEW.{way} + {_OTHERS.format(way)} > (SELECT r.{way} FROM question_round r WHERE r.id = NEW.round_id)"
    for way in ("phone", "paper")
)
_OF_ITS_SET = (
    "EXISTS (SELECT 1 FROM question_round r JOIN set_question q ON q.set_id = r.set_id"
    " WHERE r.id = NEW.round_id AND q.id = NEW.question_id AND NEW.choice BETWEEN 1 AND q.choices)"
)
_OF_ITS_PROGRAMME = (
    "EXISTS (SELECT 1 FROM presentation p JOIN visit v ON v.id = p.visit_id"
    " JOIN question_set s ON s.programme_id = v.programme_id WHERE p.id = NEW.presentation_id AND s.id = NEW.set_id)"
)
_NO_DEMO = closed(NamedWay.DEMO)

refuse(
    QuestionSet.__table__,
    TableLaw("edition_stays", ("UPDATE",), changed("programme_id", "edition", "began_on")),
    keys=("n.id = NEW.id", "(n.programme_id = NEW.programme_id AND n.edition = NEW.edition)"),
)
refuse(
    SetQuestion.__table__,
    TableLaw("asked_set_stays", ("INSERT",), _ASKED.format("NEW")),
    TableLaw("asked_set_stays", ("UPDATE",), f"{_ASKED.format('NEW')} OR {_ASKED.format('OLD')}"),
    TableLaw("asked_set_stays", ("DELETE",), f"{_ASKED.format('OLD')} AND {_NO_DEMO}"),
    keys=("n.id = NEW.id", "(n.set_id = NEW.set_id AND n.place = NEW.place)"),
)
refuse(
    QuestionRound.__table__,
    TableLaw("set_of_its_programme", ("INSERT",), f"NOT {_OF_ITS_PROGRAMME}"),
    TableLaw(
        "one_set_in_a_presentation",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM question_round r"
        " WHERE r.presentation_id = NEW.presentation_id AND r.set_id <> NEW.set_id)",
    ),
    TableLaw("round_keeps_its_class", ("UPDATE",), changed("presentation_id", "set_id", "moment")),
    TableLaw("phone_answers_only_rise", ("UPDATE",), "NEW.phone < OLD.phone OR NEW.most < OLD.most"),
    TableLaw(
        "round_holds_its_sums",
        ("UPDATE OF paper",),
        "EXISTS (SELECT 1 FROM answer_sum a WHERE a.round_id = NEW.id"
        " GROUP BY a.question_id HAVING SUM(a.paper) > NEW.paper)",
    ),
    keys=("n.id = NEW.id", "(n.presentation_id = NEW.presentation_id AND n.moment = NEW.moment)"),
)
refuse(
    AnswerSum.__table__,
    TableLaw("choice_of_its_question", ("INSERT",), f"NOT {_OF_ITS_SET}"),
    TableLaw("sums_fit_their_round", ("INSERT", "UPDATE"), _OVER),
    TableLaw("sum_keeps_its_choice", ("UPDATE",), changed("round_id", "question_id", "choice")),
    TableLaw("phone_answers_only_rise", ("UPDATE",), "NEW.phone < OLD.phone"),
    keys=(
        "n.id = NEW.id",
        "(n.round_id = NEW.round_id AND n.question_id = NEW.question_id AND n.choice = NEW.choice)",
    ),
)
