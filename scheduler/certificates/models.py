"""Certificates."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.certificates.terms import CertificateKind, CertificateState, PaperShape
from scheduler.cohorts.terms import HIGHEST_LEVEL
from scheduler.core.db import Base, index_where_told, part_index
from scheduler.core.defences import Aftermath, TableLaw, changed, defend, follow, refuse, refuse_more
from scheduler.core.ways import FORGETTING, NamedWay, closed
from scheduler.people.models import Presenter
from scheduler.visits.models.visits import Visit

_LIVING = "state = 'issued'"
_UNTOLD, _TOLD = (f"{_LIVING} AND told_at IS {which} AND presenter_id IS NULL" for which in ("NULL", "NOT NULL"))
# What a paper of a kind is about, if that is not the visit alone.
SUBJECTS = {
    CertificateKind.COHORT: "cohort_id",
    CertificateKind.CAMPAIGN: "campaign_id",
    CertificateKind.GROUP: "presentation_id",
    CertificateKind.PRESENTER: "presenter_id",
}
_OF_VISITS = ("cohort_id", "campaign_id", "presentation_id")


class Certificate(Base):
    """One issued paper. What it prints is kept as it was printed, so that a check years later says the same."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("length(number) = 16", name="number_of_80_bits"),
        CheckConstraint("kind IN ('teacher', 'presenter') OR holder_name IS NULL", name="no_person_on_other_kinds"),
        CheckConstraint(
            " AND ".join(f"(kind = '{kind}') = ({column} IS NOT NULL)" for kind, column in SUBJECTS.items()),
            name="is_about_what_its_kind_says",
        ),
        CheckConstraint("(kind IN ('school', 'teacher')) = (about = '')", name="says_what_it_is_about"),
        CheckConstraint("(state = 'reissued') = (replaced_by_id IS NOT NULL)", name="reissued_has_a_successor"),
        part_index(
            "each_certificate_once",
            "visit_id",
            "kind",
            "holder_key",
            unique=True,
            where=_LIVING,
        ),
        *(
            part_index(name, "visit_id", where=which)
            for name, which in (("papers_to_tell", _UNTOLD), ("papers_that_are_told", _TOLD))
        ),
        part_index(
            "each_subject_once",
            "kind",
            "about",
            unique=True,
            where=f"{_LIVING} AND about <> ''",
        ),
        *map(index_where_told, (*SUBJECTS.values(), "replaced_by_id")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # 16 letters and digits of Crockford base 32, 80 random bits
    running_number: Mapped[str] = mapped_column(unique=True)  # U-2026-004188, the centre's book
    kind: Mapped[CertificateKind]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"), index=True)  # its last one
    about: Mapped[str] = mapped_column(default="", server_default="")  # "cohort 7 3": what makes it the same paper
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="RESTRICT"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="RESTRICT"))
    presentation_id: Mapped[int | None] = mapped_column(ForeignKey("presentation.id", ondelete="RESTRICT"))
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="RESTRICT"))
    holder_key: Mapped[str]  # "host" for a school's, a keyed hash of the folded name for a person's
    holder_name: Mapped[str | None]  # an adult's, for as long as it is kept; never a minor's
    language: Mapped[str]
    printed: Mapped[str]  # JSON: every printed field
    state: Mapped[CertificateState]
    state_since: Mapped[dt.datetime]
    issued_at: Mapped[dt.datetime]
    told_at: Mapped[dt.datetime | None]  # when its school was written to about it
    reason: Mapped[str] = mapped_column(default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete="RESTRICT"))

    visit: Mapped[Visit] = relationship(lazy="raise")


class CertificateKey(Base):
    """A key that signs what QR codes say. Its public half stays for ever: papers outlast every key."""

    __tablename__ = "certificate_key"
    __table_args__ = (
        CheckConstraint("(retired_at IS NULL) = (secret <> '')", name="only_a_living_key_signs"),
        CheckConstraint("algorithm = 'Ed25519'", name="algorithm_is_known"),
        part_index(
            "one_key_signs",
            "algorithm",
            unique=True,
            where="retired_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # eight hexadecimal digits of the public half's SHA-256
    algorithm: Mapped[str] = mapped_column(default="Ed25519")
    public: Mapped[str]  # 32 bytes as base64url, without padding
    secret: Mapped[str]  # encrypted: core/encryption.py; empty once it is retired
    made_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class CertificatePicture(Base):
    """A logo, or the picture of a signature, as it is drawn: papers that were issued with it show it for ever."""

    __tablename__ = "certificate_picture"
    __table_args__ = (
        CheckConstraint("length(content) > 0", name="shows_something"),
        CheckConstraint("width > 0 AND height > 0", name="has_sides"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # as core/scans.py draws it
    width: Mapped[int]  # in pixels
    height: Mapped[int]
    made_at: Mapped[dt.datetime]


class CertificateTemplate(Base):
    """One version of how the certificates of a centre, or of one of its programmes, look and what they say.

    A change makes the next version: a paper names the one that it was issued with (`template` in what it prints).
    """

    __tablename__ = "certificate_template"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_counts"),
        CheckConstraint("(colour = '' OR length(colour) = 7) AND (accent = '' OR length(accent) = 7)", name="colours"),
        Index(None, "centre_id", "programme_id", "version"),
        *(
            part_index(
                name,
                column,
                "version",
                unique=True,
                where=f"programme_id {whose}",
            )
            for name, column, whose in (
                ("one_version_of_a_centre", "centre_id", "IS NULL"),
                ("one_version_of_a_programme", "programme_id", "IS NOT NULL"),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    version: Mapped[int]
    follows_centre: Mapped[bool] = mapped_column(default=False)  # a programme's: it went back to the centre's
    made_at: Mapped[dt.datetime]
    shape: Mapped[PaperShape]
    colour: Mapped[str]  # "#12594D"; empty: as every other
    accent: Mapped[str]
    file_number: Mapped[str]  # of the centre's own books, with placeholders
    signatories: Mapped[str] = mapped_column(Text)  # JSON: up to three, with their duties
    wordings: Mapped[str] = mapped_column(Text)  # JSON: by kind and language, where they are not the usual ones
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_picture.id", ondelete="RESTRICT"))
    first_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_picture.id", ondelete="RESTRICT"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_picture.id", ondelete="RESTRICT"))
    third_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_picture.id", ondelete="RESTRICT"))


# --- What the database itself refuses: a paper without locked numbers, and one that changes or vanishes afterwards ---

_OF_VISIT = """SELECT 1 FROM presentation p LEFT JOIN attendance a ON a.presentation_id = p.id
  WHERE p.visit_id = NEW.visit_id AND p.state IN ('planned', 'confirmed', 'delivered', 'part_delivered')"""
_NOT_EARNED = f"""(NOT EXISTS ({_OF_VISIT} AND a.locked_at IS NOT NULL)
  OR EXISTS ({_OF_VISIT} AND (a.locked_at IS NULL OR p.ends_at > NEW.issued_at)))"""
_PRINTED = ("id", "number", "running_number", "kind", "visit_id", "language", "printed", "issued_at")
_REPRINTED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _PRINTED)
_RENAMED = "(NEW.holder_name IS NOT NULL AND NEW.holder_name IS DISTINCT FROM OLD.holder_name)"  # forgotten it may be


def _in_its_place(key: str) -> str:
    """A new paper has a key of its own until the one that it replaces has left the index of living ones
    (service/issuing.py); then it has that one's, and it never has another.
    """
    return f"""EXISTS (SELECT 1 FROM certificate o
  WHERE o.replaced_by_id = NEW.id AND OLD.{key} = NEW.{key} || ' instead of ' || o.id)"""


# A hash that has lasted its years, or whose person is erased, gives way to a mark, on the ways of forgetting only.
_OTHER_HOLDER = f"""(NEW.holder_key <> OLD.holder_key AND NOT {_in_its_place("holder_key")}
  AND (NEW.holder_key <> 'erased:' || OLD.id OR {closed(NamedWay.RETENTION, NamedWay.ERASURE)}))"""
_REVIVED = """(OLD.state <> 'issued'
  AND (NEW.state <> OLD.state OR NEW.replaced_by_id IS DISTINCT FROM OLD.replaced_by_id))"""
_UNMADE = "(OLD.state = 'issued' AND NEW.state = 'eligible')"  # a paper that is out is taken back by its revocation
_OF_ANOTHER_VISIT = """(NEW.replaced_by_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM certificate s WHERE s.id = NEW.replaced_by_id AND s.visit_id = NEW.visit_id AND s.id <> NEW.id))"""

refuse(
    Certificate.__table__,
    TableLaw("certificate_is_earned", ("INSERT",), f"{_NOT_EARNED}"),
    TableLaw(
        "certificate_stays",
        ("UPDATE",),
        f"{_REPRINTED} OR {_RENAMED} OR {_OTHER_HOLDER} OR {_REVIVED} OR {_UNMADE} OR {_OF_ANOTHER_VISIT}",
    ),
    TableLaw("certificate_stays", ("DELETE",), closed(*FORGETTING)),
    keys=(
        "n.id = NEW.id",
        "n.number = NEW.number",
        "n.running_number = NEW.running_number",
        "(n.visit_id = NEW.visit_id AND n.kind = NEW.kind AND n.holder_key = NEW.holder_key"
        " AND n.state = 'issued' AND NEW.state = 'issued')",
    ),
)

# --- Papers about more than a visit: each from locked numbers only, each once, and each keeps what it is about ---


def _about(key: str) -> str:
    """A new paper says instead of which living one it comes, until that one has left the index of these."""
    return f"""(NEW.about = {key} OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = {key}
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id))"""


_HELD_UNLOCKED = """JOIN presentation s ON s.visit_id = v.id LEFT JOIN attendance a ON a.presentation_id = s.id
  WHERE s.state IN ('delivered', 'part_delivered') AND a.locked_at IS NULL"""
_OF_COHORT = "SELECT 1 FROM cohort_part p JOIN visit v ON v.school_request_id = p.school_request_id"
_LEVEL = "'cohort ' || c.id || ' {level}'"
_LEVELS = " OR ".join(
    f"(c.level >= {level} AND {_about(_LEVEL.format(level=level))})" for level in range(1, HIGHEST_LEVEL + 1)
)
_COHORT_LACKS = f"""(NOT EXISTS (SELECT 1 FROM cohort c WHERE c.id = NEW.cohort_id AND ({_LEVELS}))
  OR NOT EXISTS ({_OF_COHORT} WHERE p.cohort_id = NEW.cohort_id AND v.id = NEW.visit_id)
  OR EXISTS ({_OF_COHORT} {_HELD_UNLOCKED} AND p.cohort_id = NEW.cohort_id))"""
_SCHOOL_LACKS = f"""(NOT EXISTS (SELECT 1 FROM visit v JOIN campaign c ON c.id = v.campaign_id
    WHERE v.id = NEW.visit_id AND c.id = NEW.campaign_id AND c.last_day < NEW.issued_at
    AND {_about("'campaign ' || c.id || ' ' || v.host_id")})
  OR EXISTS (SELECT 1 FROM visit n JOIN visit v ON v.campaign_id = n.campaign_id AND v.host_id = n.host_id
    {_HELD_UNLOCKED} AND n.id = NEW.visit_id))"""
_GROUP_LACKS = f"""NOT EXISTS (SELECT 1 FROM presentation p
  WHERE p.id = NEW.presentation_id AND p.visit_id = NEW.visit_id AND p.state IN ('delivered', 'part_delivered')
  AND p.audience = 'pupils' AND {_about("'presentation ' || p.id")})"""
_LACKS = {
    CertificateKind.COHORT: _COHORT_LACKS,
    CertificateKind.CAMPAIGN: _SCHOOL_LACKS,
    CertificateKind.GROUP: _GROUP_LACKS,
}
_SAME_SUBJECT = """EXISTS (SELECT 1 FROM certificate n WHERE n.kind = NEW.kind AND n.about = NEW.about
  AND n.about <> '' AND n.state = 'issued' AND NEW.state = 'issued' AND n.id <> NEW.id)"""
_NOT_REPLACED = TableLaw("row_is_not_replaced_by_subject", ("INSERT", "UPDATE"), _SAME_SUBJECT)

refuse_more(
    Certificate.__table__,
    TableLaw(
        "subject_is_earned",
        ("INSERT",),
        " OR ".join(f"(NEW.kind = '{kind}' AND {lacks})" for kind, lacks in _LACKS.items()),
    ),
    TableLaw(
        "subject_stays",
        ("UPDATE",),
        f"{changed(*_OF_VISITS)} OR (NEW.about <> OLD.about AND NOT {_in_its_place('about')})",
    ),
)
defend(Certificate.__table__, sqlite=_NOT_REPLACED.on_sqlite("certificate"), postgresql=())

# --- A presenter's: for what she held of a school year, as it was locked; of a minor nothing names her ---


def _school_year(day: str) -> str:
    """The year in which the school year of a day began, as SQLite and PostgreSQL both reckon it."""
    year, month = (f"CAST(substr(CAST({day} AS TEXT), {place}) AS INTEGER)" for place in ("1, 4", "6, 2"))
    return f"({year} - CASE WHEN {month} < 9 THEN 1 ELSE 0 END)"


_HELD_WITH_HER = f"""FROM assignment w JOIN presentation s ON s.id = w.presentation_id
  JOIN visit v ON v.id = s.visit_id JOIN attendance a ON a.presentation_id = s.id
  WHERE w.presenter_id = NEW.presenter_id AND w.state = 'present' AND a.locked_at IS NOT NULL
  AND s.state IN ('delivered', 'part_delivered')
  AND {_about(f"'presenter ' || w.presenter_id || ' ' || {_school_year('v.on_day')}")}"""
_SUMS = f"""(SELECT '%"minutes": ' || SUM(COALESCE(a.minutes_given, s.minutes))
  || ', %"presentations": ' || COUNT(s.id) || ', %' {_HELD_WITH_HER})"""
_RESTS_ELSEWHERE = f"NOT EXISTS (SELECT 1 {_HELD_WITH_HER} AND v.id = NEW.visit_id)"
_NO_PLACE = """NEW.printed LIKE '%"host_name": "", "host_place": "",%'"""
_HOURS_LACK = f"""(NEW.kind = 'presenter' AND (NOT COALESCE(NEW.printed LIKE {_SUMS}, FALSE)
  OR NOT ({_NO_PLACE}) OR (NEW.about NOT LIKE '% instead of %' AND {_RESTS_ELSEWHERE})))"""
_OF_A_MINOR = """EXISTS (SELECT 1 FROM presenter m
  WHERE m.id = NEW.presenter_id AND m.adult_on IS NOT NULL AND m.adult_on > NEW.issued_at)"""
_NAMED = """(NEW.holder_name IS NOT NULL OR NEW.printed NOT LIKE '%"holder_name": "",%'
  OR (NEW.holder_key NOT LIKE 'presenter %' AND NEW.holder_key NOT LIKE 'erased:%'))"""

refuse_more(
    Certificate.__table__,
    TableLaw("hours_are_earned", ("INSERT",), _HOURS_LACK),
    TableLaw("no_minor_is_named", ("INSERT",), f"(NEW.kind = 'presenter' AND {_NAMED} AND {_OF_A_MINOR})"),
    TableLaw(
        "no_minor_is_named",
        ("UPDATE",),
        f"(NEW.kind = 'presenter' AND {changed('holder_name', 'holder_key')} AND {_NAMED} AND {_OF_A_MINOR}"
        " AND NOT (NEW.holder_name IS NULL AND NEW.holder_key = OLD.holder_key))",
    ),
    TableLaw("presenter_stays", ("UPDATE",), changed("presenter_id")),
)
# A birth date that was wrong: who turns out to be a minor is named no longer.
follow(
    Presenter.__table__,
    Aftermath(
        "is_named_no_longer",
        "UPDATE OF adult_on",
        "",
        "UPDATE certificate SET holder_name = NULL WHERE presenter_id = NEW.id AND holder_name IS NOT NULL"
        " AND NEW.adult_on > issued_at;",
    ),
    words={},
)

refuse(
    CertificateKey.__table__,
    TableLaw(
        "signing_key_stays",
        ("UPDATE",),
        f"{changed('id', 'name', 'algorithm', 'public', 'made_at')} OR OLD.retired_at IS NOT NULL",
    ),
    TableLaw("signing_key_stays", ("DELETE",), "TRUE"),
    keys=("n.id = NEW.id", "n.name = NEW.name"),
)

for _kept in (CertificatePicture.__table__, CertificateTemplate.__table__):
    refuse(
        _kept,
        TableLaw("template_stays", ("UPDATE",), "TRUE"),
        TableLaw("template_stays", ("DELETE",), closed(*FORGETTING)),
    )
