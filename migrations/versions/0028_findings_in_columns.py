"""What a finding is about, what a school has ticked and why a time no longer fits: columns instead of sentences."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028_findings_in_columns"
down_revision = "0027_facts_in_columns"
branch_labels = None
depends_on = None

WHY = ("closed", "too_early", "too_late", "runs_over", "year_ended")
ITEMS = ("room", "equipment", "teacher", "parents", "door")
NO = sa.text("false")

FINDING = sa.table(
    "finding",
    *(sa.column(name, sa.Integer) for name in ("id", "visit_id", "ordinal", "presenter_id")),
    *(sa.column(name, sa.String) for name in ("kind", "about", "class_name", "why")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("found_at", "settled_at")),
)
READINESS = sa.table(
    "readiness",
    sa.column("visit_id", sa.Integer),
    sa.column("ticked", sa.String),
    *(sa.column(name, sa.Boolean) for name in ITEMS),
)
VISIT = sa.table(
    "visit", sa.column("id", sa.Integer), sa.column("on_day", sa.Date), sa.column("clock_wrong", sa.String)
)
PRESENTER = sa.table("presenter", sa.column("id", sa.Integer))


def upgrade() -> None:
    _clock_to_code()
    _ticks_to_columns()
    connection, row = op.get_bind(), FINDING.c
    wanted = sa.select(row.visit_id, row.kind, row.about, row.found_at, row.settled_at).order_by(row.id)
    old = connection.execute(wanted).mappings().all()
    people = set(connection.execute(sa.select(PRESENTER.c.id)).scalars())
    op.drop_table("finding")
    _new_findings()
    for one in old:
        if (known := _facts_of(one["kind"], one["about"], people)) is not None:
            kept = {name: one[name] for name in ("visit_id", "kind", "found_at", "settled_at")}
            connection.execute(sa.insert(FINDING).values(kept | known))


def _facts_of(kind: str, about: str, people: set[int]) -> dict[str, Any] | None:
    """What a sentence says; None for what is of nobody any more: the next night looks again."""
    if kind == "closed":
        return {"why": "closed"}
    if kind == "away":
        return {"presenter_id": int(about)} if about.isdigit() and int(about) in people else None
    found = re.fullmatch(r"(\d+) (.+) (\w+)", about)
    if found is None or found[3] not in WHY:
        return None
    return {"ordinal": int(found[1]), "class_name": found[2], "why": found[3]}


def _clock_to_code() -> None:
    """Without batch mode: rebuilding the table on SQLite would delete what refers to it."""
    codes = ", ".join(f"'{one}'" for one in WHY)
    op.alter_column("visit", "clock_wrong", new_column_name="clock_words")
    check = f"CONSTRAINT ck_visit_clockwrong CHECK (clock_wrong IN ({codes}))"
    op.execute(f"ALTER TABLE visit ADD COLUMN clock_wrong VARCHAR(30) {check}")
    op.execute(f"UPDATE visit SET clock_wrong = clock_words WHERE clock_words IN ({codes})")  # noqa: S608  (our own)
    op.drop_column("visit", "clock_words")


def _ticks_to_columns() -> None:
    connection, row = op.get_bind(), READINESS.c
    for item in ITEMS:
        op.add_column("readiness", sa.Column(item, sa.Boolean(), nullable=False, server_default=NO))
    for visit_id, ticked in connection.execute(sa.select(row.visit_id, row.ticked).where(row.ticked != "")).all():
        said = {item: item in ticked.split() for item in ITEMS}
        connection.execute(sa.update(READINESS).where(row.visit_id == visit_id).values(said))
    op.drop_column("readiness", "ticked")


def _finding(*more: Any) -> None:
    kinds = sa.Enum("clock", "closed", "away", name="findingkind", native_enum=False, create_constraint=True, length=30)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_finding_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        *more,
    )


def _new_findings() -> None:
    _finding(
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("class_name", sa.String(), nullable=True),
        sa.Column("why", sa.Enum(*WHY, name="clockwrong", native_enum=False, create_constraint=True, length=30)),
        sa.Column("presenter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["presenter_id"], ["presenter.id"], name=op.f("fk_finding_presenter_id"), ondelete="CASCADE"
        ),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_finding_{name}"))
            for name, condition in (
                ("clock_of_a_presentation", "(kind = 'clock') = (ordinal IS NOT NULL)"),
                ("clock_of_a_class", "(ordinal IS NULL) = (class_name IS NULL)"),
                ("clock_says_why", "(kind = 'away') = (why IS NULL)"),
                ("closed_is_closed", "(kind = 'closed') = (why IS NOT NULL AND why = 'closed')"),
                ("somebody_is_away", "(kind = 'away') = (presenter_id IS NOT NULL)"),
            )
        ),
        sa.UniqueConstraint("visit_id", "ordinal", "class_name", "why", name="each_class_once"),
        sa.UniqueConstraint("visit_id", "presenter_id", name="each_presenter_once"),
    )
    op.create_index(op.f("ix_finding_presenter_id"), "finding", ["presenter_id"])
    closed = sa.text("kind = 'closed'")
    op.create_index(
        "closed_once", "finding", ["visit_id"], unique=True, sqlite_where=closed, postgresql_where=closed
    )


def downgrade() -> None:
    connection, row = op.get_bind(), FINDING.c
    wanted = sa.select(
        row.visit_id, row.kind, row.found_at, row.settled_at, row.ordinal, row.class_name, row.why, row.presenter_id,
        VISIT.c.on_day,
    )  # fmt: skip
    new = connection.execute(wanted.join(VISIT, VISIT.c.id == row.visit_id).order_by(row.id)).mappings().all()
    op.drop_table("finding")
    _finding(
        sa.Column("about", sa.String(), nullable=False),
        sa.UniqueConstraint("visit_id", "kind", "about", name="each_finding_once"),
    )
    for one in new:
        kept = {name: one[name] for name in ("visit_id", "kind", "found_at", "settled_at")}
        connection.execute(sa.insert(FINDING).values(kept | {"about": _sentence(one)}))
    op.add_column("readiness", sa.Column("ticked", sa.String(), nullable=False, server_default=""))
    ticks = READINESS.c
    for told in connection.execute(sa.select(ticks.visit_id, *(ticks[item] for item in ITEMS))).mappings().all():
        words = " ".join(item for item in ITEMS if told[item])
        connection.execute(sa.update(READINESS).where(ticks.visit_id == told["visit_id"]).values(ticked=words))
    for item in ITEMS:
        op.drop_column("readiness", item)
    op.alter_column("visit", "clock_wrong", new_column_name="clock_code")
    op.add_column("visit", sa.Column("clock_wrong", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE visit SET clock_wrong = clock_code WHERE clock_code IS NOT NULL")
    op.drop_column("visit", "clock_code")


def _sentence(one: Any) -> str:
    if one["kind"] == "away":
        return str(one["presenter_id"])
    return one["on_day"].isoformat() if one["kind"] == "closed" else f"{one['ordinal']} {one['class_name']} {one['why']}"
