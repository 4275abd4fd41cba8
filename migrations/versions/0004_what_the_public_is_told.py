"""What the public is told of a programme, and a campaign's targets by audience."""

import sqlalchemy as sa
from alembic import op

revision = '0004_what_the_public_is_told'
down_revision = '0002_warnings_promises_hashes'
branch_labels = None
depends_on = None

TEXTS = ('about_sr_cyrl', 'about_en', 'for_whom_sr_cyrl', 'for_whom_en', 'needs_sr_cyrl', 'needs_en')


def upgrade() -> None:
    # Without batch mode: rebuilding the table on SQLite would delete what refers to it.
    for name in TEXTS:
        op.add_column('programme', sa.Column(name, sa.String(), nullable=False, server_default=''))
    op.create_table('campaign_target',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('pupils', 'parents', 'teachers', 'others', name='audience', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.CheckConstraint('people >= 1', name=op.f('ck_campaign_target_somebody_is_meant')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_target_campaign_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_target')),
    sa.UniqueConstraint('campaign_id', 'audience', name=op.f('uq_campaign_target_campaign_id_audience'))
    )


def downgrade() -> None:
    op.drop_table('campaign_target')
    for name in reversed(TEXTS):
        op.drop_column('programme', name)
