"""Acts that can be taken back, notes of what was told by word, columns that a user hides."""

import sqlalchemy as sa
from alembic import op

revision = '0007_undo_told_columns'
down_revision = '0008_long_work_and_first_steps'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hidden_columns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('list_name', sa.String(), nullable=False),
    sa.Column('names', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_hidden_columns_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hidden_columns')),
    sa.UniqueConstraint('user_id', 'list_name', name=op.f('uq_hidden_columns_user_id_list_name'))
    )
    op.create_table('undoable_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch', sa.String(), nullable=False),
    sa.Column('school_request_id', sa.Integer(), nullable=False),
    sa.Column('act', sa.Enum('take', 'assign', 'waitlist', name='together', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state_before', sa.Enum('draft', 'unverified', 'new', 'triage', 'needs_info', 'declined', 'merged_into', 'waitlisted', 'proposed', 'agreed', 'staffing', 'confirmed', 'ready', 'delivered', 'reported', 'certified', 'closed', 'withdrawn', 'expired', 'cancelled_by_school', 'cancelled_by_centre', 'disrupted', name='requeststate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('since_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_before_id', sa.Integer(), nullable=True),
    sa.Column('version_after', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['owner_before_id'], ['user_account.id'], name=op.f('fk_undoable_act_owner_before_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['school_request_id'], ['school_request.id'], name=op.f('fk_undoable_act_school_request_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_undoable_act'))
    )
    with op.batch_alter_table('undoable_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_undoable_act_batch'), ['batch'], unique=False)
        batch_op.create_index(batch_op.f('ix_undoable_act_done_at'), ['done_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_undoable_act_school_request_id'), ['school_request_id'], unique=False)

    op.create_table('told_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.Enum('offer', 'confirmation', 'change', name='toldwhat', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('how', sa.Enum('phone', 'viber', 'in_person', name='toldhow', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_told_note_presenter_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['told_by_id'], ['user_account.id'], name=op.f('fk_told_note_told_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_told_note_visit_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_told_note'))
    )
    with op.batch_alter_table('told_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_told_note_visit_id'), ['visit_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('told_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_told_note_visit_id'))

    op.drop_table('told_note')
    with op.batch_alter_table('undoable_act', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_undoable_act_school_request_id'))
        batch_op.drop_index(batch_op.f('ix_undoable_act_done_at'))
        batch_op.drop_index(batch_op.f('ix_undoable_act_batch'))

    op.drop_table('undoable_act')
    op.drop_table('hidden_columns')
