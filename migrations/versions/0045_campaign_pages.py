"""Campaigns are made on a page: long text, crew, certificate, posts; programmes have a number of the catalogue.

The target of a campaign's pupils is from now on the sum of what its cities mean to reach, where they say it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045_campaign_pages"
down_revision = "0044_people_reached"
branch_labels = None
depends_on = None

TEXTS = (
    *("about_sr_cyrl", "about_en", "certificate_title_sr_cyrl", "certificate_title_en"),
    *("certificate_text_sr_cyrl", "certificate_text_en", "posts_at"),
)
ONE_NUMBER = """
UPDATE campaign_target SET people = (
  SELECT SUM(c.target_pupils) FROM campaign_city c WHERE c.campaign_id = campaign_target.campaign_id)
WHERE audience = 'pupils' AND EXISTS (
  SELECT 1 FROM campaign_city c WHERE c.campaign_id = campaign_target.campaign_id AND c.target_pupils > 0)
"""

HOURS = """
ALTER TABLE programme ADD COLUMN catalogue_hours INTEGER DEFAULT 0 NOT NULL
CONSTRAINT ck_programme_hours_of_the_catalogue CHECK (catalogue_hours BETWEEN 0 AND 100)
"""


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("campaign", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("programme", sa.Column("catalogue_number", sa.String(), server_default="", nullable=False))
    op.execute(HOURS)
    op.create_table(
        "campaign_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_member")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_member_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["presenter_id"], ["presenter.id"], name=op.f("fk_campaign_member_presenter_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "campaign_id", "presenter_id", name=op.f("uq_campaign_member_campaign_id_presenter_id")
        ),
    )
    op.execute(ONE_NUMBER)


def downgrade() -> None:
    op.drop_table("campaign_member")
    op.drop_column("programme", "catalogue_hours")
    op.drop_column("programme", "catalogue_number")
    for name in reversed(TEXTS):
        op.drop_column("campaign", name)
