"""A programme says for which level of schools it is, who comes, and what is asked about it."""

import sqlalchemy as sa
from alembic import op

revision = "0072_programme_words"
down_revision = "0060_drives_and_questions"
branch_labels = None
depends_on = None

TEXTS = ("who_comes_sr_cyrl", "who_comes_en", "questions_sr_cyrl", "questions_en")
LEVEL = """
ALTER TABLE programme ADD COLUMN level VARCHAR(30) DEFAULT 'none' NOT NULL
CONSTRAINT ck_programme_schoollevel CHECK (level IN ('primary', 'secondary', 'none'))
"""


def upgrade() -> None:
    op.execute(LEVEL)
    for name in TEXTS:
        op.add_column("programme", sa.Column(name, sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    for name in reversed(TEXTS):
        op.drop_column("programme", name)
    op.drop_column("programme", "level")
