"""Phone numbers of presenters and guardians, and messages that leave as short messages."""

import sqlalchemy as sa
from alembic import op

revision = "0026_phones_and_short_messages"
down_revision = "0025_signed_periods"
branch_labels = None
depends_on = None

ADDED = (("presenter", "phone"), ("guardian_consent", "guardian_phone"))


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, sa.String(), nullable=False, server_default=""))
    channel = sa.Enum("mail", "sms", name="channel", native_enum=False, create_constraint=True, length=30)
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("channel", channel, nullable=False, server_default="mail"))


def downgrade() -> None:
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_constraint(op.f("ck_outbox_message_channel"), type_="check")
        batch.drop_column("channel")
    for table, column in ADDED:
        op.drop_column(table, column)
