"""A host keeps its shifts, its bells and the notes of calls with it."""

import sqlalchemy as sa
from alembic import op

revision = '0010_school_time'
down_revision = '0009_a_visit_stands_for_another'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _school_time()
    _bell_schedule()
    op.create_table('school_time_day',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_time_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('turn', 'short', name='namedday', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['school_time_id'], ['school_time.id'], name=op.f('fk_school_time_day_school_time_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_time_day')),
    sa.UniqueConstraint('school_time_id', 'kind', 'day', name='each_day_once')
    )
    op.create_table('call_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.CheckConstraint("text <> ''", name=op.f('ck_call_note_says_something')),
    sa.ForeignKeyConstraint(['host_id'], ['host.id'], name=op.f('fk_call_note_host_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_note'))
    )
    op.create_index(op.f('ix_call_note_host_id_at'), 'call_note', ['host_id', 'at'])


def _school_time() -> None:
    op.create_table('school_time',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('grouping', sa.Enum('together', 'grades', 'letters', name='grouping', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('rotation', sa.Enum('none', 'week', 'month', 'period', name='rotation', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('first_grades', sa.String(), nullable=False),
    sa.Column('first_sections', sa.String(), nullable=False),
    sa.Column('middle_grades', sa.String(), nullable=False),
    sa.Column('anchor_day', sa.Date(), nullable=True),
    sa.Column('afternoon_weekday', sa.Integer(), nullable=True),
    sa.Column('afternoon_starts', sa.Time(), nullable=True),
    sa.Column('by_school', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("grouping <> 'grades' OR first_grades <> ''", name=op.f('ck_school_time_first_grades_are_named')),
    sa.CheckConstraint("grouping <> 'letters' OR first_sections <> ''", name=op.f('ck_school_time_first_letters_are_named')),
    sa.CheckConstraint("rotation = 'none' OR anchor_day IS NOT NULL", name=op.f('ck_school_time_rotation_begins_somewhere')),
    sa.CheckConstraint('(afternoon_weekday IS NULL) = (afternoon_starts IS NULL)', name=op.f('ck_school_time_other_start_has_its_day')),
    sa.CheckConstraint('afternoon_weekday BETWEEN 0 AND 6', name=op.f('ck_school_time_weekday_exists')),
    sa.ForeignKeyConstraint(['host_id'], ['host.id'], name=op.f('fk_school_time_host_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_time')),
    sa.UniqueConstraint('host_id', name=op.f('uq_school_time_host_id'))
    )


def _bell_schedule() -> None:
    op.create_table('bell_schedule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_time_id', sa.Integer(), nullable=False),
    sa.Column('shift', sa.Enum('morning', 'middle', 'afternoon', name='shift', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('short', sa.Boolean(), nullable=False),
    sa.Column('starts_local', sa.Time(), nullable=False),
    sa.Column('lesson_minutes', sa.Integer(), nullable=False),
    sa.Column('break_minutes', sa.Integer(), nullable=False),
    sa.Column('long_break_after', sa.Integer(), nullable=False),
    sa.Column('long_break_minutes', sa.Integer(), nullable=False),
    sa.Column('lessons', sa.Integer(), nullable=False),
    sa.CheckConstraint('lesson_minutes BETWEEN 15 AND 60', name=op.f('ck_bell_schedule_a_lesson_is_a_lesson')),
    sa.CheckConstraint('break_minutes BETWEEN 0 AND 30 AND long_break_minutes BETWEEN 0 AND 60', name=op.f('ck_bell_schedule_breaks_end')),
    sa.CheckConstraint('long_break_after BETWEEN 0 AND 9 AND lessons BETWEEN 1 AND 9', name=op.f('ck_bell_schedule_lessons_fit_a_shift')),
    sa.ForeignKeyConstraint(['school_time_id'], ['school_time.id'], name=op.f('fk_bell_schedule_school_time_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bell_schedule')),
    sa.UniqueConstraint('school_time_id', 'shift', 'short', name='each_shift_once')
    )


def downgrade() -> None:
    for table in ('call_note', 'school_time_day', 'bell_schedule', 'school_time'):
        op.drop_table(table)
