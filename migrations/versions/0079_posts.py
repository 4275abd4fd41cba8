"""Posts on social networks, their pictures, and how often their links were opened."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0079_posts"
down_revision = "0078_handoffs"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("post", "post_picture", "post_openings")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)


def _key(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    _posts()
    _beside()
    create_defences(op.get_bind(), since=revision)


def _posts() -> None:
    channels = ("facebook", "instagram", "x", "tiktok", "youtube", "linkedin", "viber")
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("channel", _words("postchannel", *channels), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("text_sr_cyrl", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column(
            "leads_to", _words("leadsto", "nowhere", "campaign", "book", "front", "figures"), nullable=False
        ),
        sa.Column("poster_id", sa.Integer(), nullable=True),
        sa.Column("state", _words("poststate", "planned", "ready", "posted", "dropped"), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("reacted", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("number", name=op.f("uq_post_number")),
        sa.CheckConstraint(
            "state NOT IN ('ready', 'posted') OR text_sr_cyrl <> ''", name=op.f("ck_post_says_something")
        ),
        sa.CheckConstraint("reached >= 0 AND reacted >= 0", name=op.f("ck_post_no_less_than_nobody")),
        sa.CheckConstraint("(reached IS NULL) = (reacted IS NULL)", name=op.f("ck_post_reach_is_told_whole")),
        sa.CheckConstraint("reached IS NULL OR state = 'posted'", name=op.f("ck_post_reach_of_what_was_posted")),
        sa.CheckConstraint(
            "leads_to <> 'campaign' OR campaign_id IS NOT NULL", name=op.f("ck_post_leads_to_its_campaign")
        ),
        _key("post", "centre_id", "centre", "RESTRICT"),
        _key("post", "campaign_id", "campaign", "CASCADE"),
        _key("post", "poster_id", "user_account", "SET NULL"),
    )
    op.create_index(op.f("ix_post_centre_id_on_day"), "post", ["centre_id", "on_day"])
    op.create_index(op.f("ix_post_campaign_id"), "post", ["campaign_id"])
    op.create_index(op.f("ix_post_poster_id"), "post", ["poster_id"])


def _beside() -> None:
    op.create_table(
        "post_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("licence", _words("picturelicence", "own", "permitted", "bought", "free"), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_picture")),
        sa.UniqueConstraint("post_id", name=op.f("uq_post_picture_post_id")),
        sa.CheckConstraint("length(picture) > 0", name=op.f("ck_post_picture_shows_something")),
        sa.CheckConstraint("licence = 'own' OR credit <> ''", name=op.f("ck_post_picture_names_whose_it_is")),
        _key("post_picture", "post_id", "post", "CASCADE"),
    )
    op.create_table(
        "post_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_openings")),
        sa.UniqueConstraint("post_id", "on_day", name=op.f("uq_post_openings_post_id_on_day")),
        sa.CheckConstraint("times > 0", name=op.f("ck_post_openings_counts_something")),
        _key("post_openings", "post_id", "post", "CASCADE"),
    )


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in reversed(TABLES):
        op.drop_table(table)
