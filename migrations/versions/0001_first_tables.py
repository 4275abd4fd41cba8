"""First tables, and what they refuse by themselves."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each defence stands beside its table)
from scheduler.core.defences import create_defences, drop_functions

revision = '0001_first_tables'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('thing', sa.Text(), nullable=False),
    sa.Column('thing_id', sa.Integer(), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('seal', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_thing_thing_id_id'), ['thing', 'thing_id', 'id'], unique=False)

    op.create_table('booking_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_answers')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_booking_answers_token_hash'))
    )
    with op.batch_alter_table('booking_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_booking_answers_changed_at'), ['changed_at'], unique=False)

    op.create_table('centre',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_sr_latn', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('place_sr_cyrl', sa.String(), nullable=False),
    sa.Column('place_sr_latn', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('signatory', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre')),
    sa.UniqueConstraint('slug', name=op.f('uq_centre_slug'))
    )
    op.create_table('district',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('iso', sa.String(), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_sr_latn', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('region_sr_cyrl', sa.String(), nullable=False),
    sa.Column('region_sr_latn', sa.String(), nullable=False),
    sa.Column('school_calendar', sa.Enum('republic', 'vojvodina', name='schoolcalendar', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_district')),
    sa.UniqueConstraint('iso', name=op.f('uq_district_iso'))
    )
    op.create_table('form_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_key')),
    sa.UniqueConstraint('key', name=op.f('uq_form_key_key'))
    )
    op.create_table('holiday',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_sr_latn', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('no_lessons', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holiday')),
    sa.UniqueConstraint('day', name=op.f('uq_holiday_day'))
    )
    op.create_table('outbox_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('html', sa.String(), nullable=False),
    sa.Column('link_purpose', sa.String(), nullable=True),
    sa.Column('link_subject_id', sa.Integer(), nullable=True),
    sa.Column('link_path', sa.String(), nullable=True),
    sa.Column('link_hours', sa.Integer(), nullable=True),
    sa.Column('about', sa.String(), nullable=True),
    sa.Column('about_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('waiting', 'sending', 'sent', 'failed', 'stopped', name='messagestate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('message_id', name=op.f('uq_outbox_message_message_id'))
    )
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_message_about_about_id'), ['about', 'about_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_message_state_not_before'), ['state', 'not_before'], unique=False)

    op.create_table('running_number',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_running_number')),
    sa.UniqueConstraint('series', 'year', name=op.f('uq_running_number_series_year'))
    )
    op.create_table('school_calendar_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('calendar', sa.Enum('republic', 'vojvodina', name='schoolcalendar', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('school_year', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('applies_to', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_school_calendar_entry_days_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_calendar_entry')),
    sa.UniqueConstraint('calendar', 'kind', 'applies_to', 'first_day', name='each_entry_once')
    )
    with op.batch_alter_table('school_calendar_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_school_calendar_entry_calendar_first_day'), ['calendar', 'first_day'], unique=False)

    op.create_table('secret_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_secret_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_secret_link_token_hash'))
    )
    with op.batch_alter_table('secret_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_secret_link_purpose_subject_id'), ['purpose', 'subject_id'], unique=False)

    op.create_table('sign_in_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_key', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_attempt_account_key_at'), ['account_key', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempt_network_at'), ['network', 'at'], unique=False)

    op.create_table('unproved_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address_key', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unproved_mail'))
    )
    with op.batch_alter_table('unproved_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unproved_mail_address_key_at'), ['address_key', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_unproved_mail_network_at'), ['network', 'at'], unique=False)

    op.create_table('municipality',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_sr_latn', sa.String(), nullable=False),
    sa.Column('city_sr_cyrl', sa.String(), nullable=False),
    sa.Column('city_sr_latn', sa.String(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('postcode', sa.String(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('seat_population', sa.Integer(), nullable=True),
    sa.Column('search_key', sa.String(), nullable=False),
    sa.CheckConstraint('lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180', name=op.f('ck_municipality_seat_is_on_the_map')),
    sa.CheckConstraint('seat_population >= 0', name=op.f('ck_municipality_population_not_negative')),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_municipality_district_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_municipality')),
    sa.UniqueConstraint('district_id', 'name_sr_cyrl', name='name_once_in_a_district')
    )
    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_municipality_district_id'), ['district_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_municipality_search_key'), ['search_key'], unique=False)

    op.create_table('programme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('talk', 'parents_evening', 'teachers_gathering', 'cohort_training', name='programmekind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('topic', sa.Enum('safe_internet', 'peer_violence', 'privacy', 'reporting', 'media_literacy', 'parenting', name='topic', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('summary_sr_cyrl', sa.String(), nullable=False),
    sa.Column('summary_en', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('group_size', sa.Integer(), nullable=False),
    sa.Column('educators', sa.Integer(), nullable=False),
    sa.Column('influencers', sa.Integer(), nullable=False),
    sa.Column('set_up_minutes', sa.Integer(), nullable=False),
    sa.Column('notice_days', sa.Integer(), nullable=False),
    sa.Column('open', sa.Boolean(), nullable=False),
    sa.CheckConstraint('educators >= 0 AND influencers >= 0 AND educators + influencers >= 1', name=op.f('ck_programme_crew_of_somebody')),
    sa.CheckConstraint('group_size BETWEEN 1 AND 1000', name=op.f('ck_programme_group_fits_a_hall')),
    sa.CheckConstraint('influencers = 0 OR educators >= 1', name=op.f('ck_programme_no_influencer_without_educator')),
    sa.CheckConstraint('minutes BETWEEN 15 AND 480', name=op.f('ck_programme_lasts_a_day_at_most')),
    sa.CheckConstraint('notice_days BETWEEN 0 AND 365', name=op.f('ck_programme_notice_within_a_year')),
    sa.CheckConstraint('set_up_minutes BETWEEN 0 AND 120', name=op.f('ck_programme_set_up_within_two_hours')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_programme_centre_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme')),
    sa.UniqueConstraint('slug', name=op.f('uq_programme_slug'))
    )
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_programme_centre_id'), ['centre_id'], unique=False)

    op.create_table('user_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('given_name', sa.String(), nullable=False),
    sa.Column('family_name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_user_account_email_is_lower_case')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_user_account_centre_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('email', name=op.f('uq_user_account_email'))
    )
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_account_centre_id'), ['centre_id'], unique=False)

    op.create_table('campaign',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('summary_sr_cyrl', sa.String(), nullable=False),
    sa.Column('summary_en', sa.String(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_campaign_days_in_order')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_campaign_centre_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_campaign_programme_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('slug', name=op.f('uq_campaign_slug'))
    )
    op.create_table('host',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.String(), nullable=True),
    sa.Column('kind', sa.Enum('primary', 'primary_private', 'primary_music', 'primary_secondary', 'primary_secondary_private', 'special_primary_secondary', 'secondary', 'secondary_private', 'music', 'ballet', 'joint', 'dormitory', 'library', 'camp', 'municipality', 'other', name='hostkind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('name_sr_cyrl', sa.String(), nullable=False),
    sa.Column('name_sr_latn', sa.String(), nullable=False),
    sa.Column('address_sr_cyrl', sa.String(), nullable=False),
    sa.Column('address_sr_latn', sa.String(), nullable=False),
    sa.Column('postcode', sa.String(), nullable=False),
    sa.Column('place_sr_cyrl', sa.String(), nullable=False),
    sa.Column('place_sr_latn', sa.String(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('website', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('classes', sa.Integer(), nullable=True),
    sa.Column('teaches_primary', sa.Boolean(), nullable=False),
    sa.Column('teaches_secondary', sa.Boolean(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('example', sa.Boolean(), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('search_key', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("name_sr_cyrl <> '' AND name_sr_latn <> ''", name=op.f('ck_host_has_a_name')),
    sa.CheckConstraint('(lat IS NULL) = (lon IS NULL)', name=op.f('ck_host_both_degrees_or_none')),
    sa.CheckConstraint('classes BETWEEN 0 AND 500', name=op.f('ck_host_classes_fit_a_school')),
    sa.CheckConstraint('lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180', name=op.f('ck_host_is_on_the_map')),
    sa.CheckConstraint('register_id IS NULL OR listed', name=op.f('ck_host_registered_is_listed')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_host_municipality_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_host')),
    sa.UniqueConstraint('register_id', name=op.f('uq_host_register_id'))
    )
    with op.batch_alter_table('host', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_host_listed_name_sr_latn'), ['listed', 'name_sr_latn'], unique=False)
        batch_op.create_index(batch_op.f('ix_host_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_host_search_key'), ['search_key'], unique=False)

    op.create_table('presenter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('educator', 'influencer', name='presenterkind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('home_id', sa.Integer(), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('adult_on', sa.Date(), nullable=True),
    sa.Column('may_present_from', sa.Date(), nullable=True),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind = 'educator' OR birth_date IS NOT NULL", name=op.f('ck_presenter_influencer_has_birth_date')),
    sa.CheckConstraint("kind = 'influencer' OR birth_date IS NULL", name=op.f('ck_presenter_no_birth_date_of_educators')),
    sa.CheckConstraint('(birth_date IS NULL) = (adult_on IS NULL)', name=op.f('ck_presenter_birth_date_gives_adult_on')),
    sa.CheckConstraint('(birth_date IS NULL) = (may_present_from IS NULL)', name=op.f('ck_presenter_birth_date_gives_first_day')),
    sa.CheckConstraint('adult_on > birth_date', name=op.f('ck_presenter_grows_up_after_birth')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_presenter_centre_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['home_id'], ['municipality.id'], name=op.f('fk_presenter_home_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_presenter_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presenter')),
    sa.UniqueConstraint('user_id', name=op.f('uq_presenter_user_id'))
    )
    with op.batch_alter_table('presenter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presenter_centre_id'), ['centre_id'], unique=False)

    op.create_table('programme_audience',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('pupils', 'parents', 'teachers', 'others', name='audience', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_programme_audience_programme_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_audience')),
    sa.UniqueConstraint('programme_id', 'audience', name=op.f('uq_programme_audience_programme_id_audience'))
    )
    op.create_table('sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sign_in_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_user_id'), ['user_id'], unique=False)

    op.create_table('user_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('anonymous', 'school_contact', 'educator', 'influencer', 'guardian', 'coordinator', 'safeguarding', 'administrator', 'system', name='role', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_user_role_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_role')),
    sa.UniqueConstraint('user_id', 'role', name=op.f('uq_user_role_user_id_role'))
    )
    op.create_table('availability_exception',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('available', sa.Boolean(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_availability_exception_days_in_order')),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_availability_exception_presenter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_availability_exception'))
    )
    with op.batch_alter_table('availability_exception', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_availability_exception_presenter_id_first_day'), ['presenter_id', 'first_day'], unique=False)

    op.create_table('available_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('from_local', sa.Time(), nullable=False),
    sa.Column('until_local', sa.Time(), nullable=False),
    sa.CheckConstraint('until_local > from_local', name=op.f('ck_available_hours_hours_in_order')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_available_hours_weekday_of_a_week')),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_available_hours_presenter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_available_hours')),
    sa.UniqueConstraint('presenter_id', 'weekday', 'from_local', name=op.f('uq_available_hours_presenter_id_weekday_from_local'))
    )
    op.create_table('campaign_city',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('target_pupils', sa.Integer(), nullable=False),
    sa.CheckConstraint('target_pupils >= 0', name=op.f('ck_campaign_city_target_not_negative')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_city_campaign_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_campaign_city_municipality_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_city')),
    sa.UniqueConstraint('campaign_id', 'municipality_id', name=op.f('uq_campaign_city_campaign_id_municipality_id'))
    )
    op.create_table('feed_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_feed_token_presenter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_feed_token_token_hash'))
    )
    with op.batch_alter_table('feed_token', schema=None) as batch_op:
        batch_op.create_index('one_living_name', ['presenter_id', 'name'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    op.create_table('guardian_consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('guardian_name', sa.String(), nullable=False),
    sa.Column('guardian_email', sa.String(), nullable=False),
    sa.Column('takes_part', sa.Boolean(), nullable=False),
    sa.Column('travels', sa.Boolean(), nullable=False),
    sa.Column('photo', sa.Boolean(), nullable=False),
    sa.Column('name_on_the_web', sa.Boolean(), nullable=False),
    sa.Column('method', sa.Enum('link', 'paper', name='consentmethod', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('text_version', sa.String(), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('valid_until >= given_on', name=op.f('ck_guardian_consent_days_in_order')),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_guardian_consent_presenter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guardian_consent'))
    )
    with op.batch_alter_table('guardian_consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_guardian_consent_presenter_id_valid_until'), ['presenter_id', 'valid_until'], unique=False)

    op.create_table('presenter_language',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.Enum('sr', 'hu', 'sk', 'ro', 'rue', 'hr', 'bs', 'sq', 'bg', 'en', name='teachinglanguage', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_presenter_language_presenter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presenter_language')),
    sa.UniqueConstraint('presenter_id', 'language', name=op.f('uq_presenter_language_presenter_id_language'))
    )
    op.create_table('presenter_skill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.Enum('safe_internet', 'peer_violence', 'privacy', 'reporting', 'media_literacy', 'parenting', name='topic', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_presenter_skill_presenter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presenter_skill')),
    sa.UniqueConstraint('presenter_id', 'topic', name=op.f('uq_presenter_skill_presenter_id_topic'))
    )
    op.create_table('school_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=True),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.Enum('web', 'phone', name='channel', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('teaching_language', sa.Enum('sr', 'hu', 'sk', 'ro', 'rue', 'hr', 'bs', 'sq', 'bg', 'en', name='teachinglanguage', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('contact_name', sa.String(), nullable=False),
    sa.Column('contact_email', sa.String(), nullable=False),
    sa.Column('contact_phone', sa.String(), nullable=False),
    sa.Column('room', sa.String(), nullable=False),
    sa.Column('has_projector', sa.Boolean(), nullable=False),
    sa.Column('has_sound', sa.Boolean(), nullable=False),
    sa.Column('has_internet', sa.Boolean(), nullable=False),
    sa.Column('step_free', sa.Boolean(), nullable=False),
    sa.Column('teacher_stays', sa.Boolean(), nullable=False),
    sa.Column('safeguarding_contact', sa.String(), nullable=False),
    sa.Column('recent_incident', sa.Boolean(), nullable=False),
    sa.Column('special_needs', sa.Boolean(), nullable=False),
    sa.Column('file_number', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'unverified', 'new', 'triage', 'needs_info', 'declined', 'merged_into', 'waitlisted', 'proposed', 'agreed', 'staffing', 'confirmed', 'ready', 'delivered', 'reported', 'certified', 'closed', 'withdrawn', 'expired', 'cancelled_by_school', 'cancelled_by_centre', 'disrupted', name='requeststate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('attention', sa.Boolean(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'merged_into') = (merged_into_id IS NOT NULL)", name=op.f('ck_school_request_merged_into_another')),
    sa.CheckConstraint("state = 'draft' OR teacher_stays", name=op.f('ck_school_request_a_teacher_stays')),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_school_request_days_in_order')),
    sa.CheckConstraint('merged_into_id <> id', name=op.f('ck_school_request_not_merged_into_itself')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_school_request_campaign_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_school_request_centre_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['host_id'], ['host.id'], name=op.f('fk_school_request_host_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['merged_into_id'], ['school_request.id'], name=op.f('fk_school_request_merged_into_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['user_account.id'], name=op.f('fk_school_request_owner_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['parent_id'], ['school_request.id'], name=op.f('fk_school_request_parent_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_school_request_programme_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_request')),
    sa.UniqueConstraint('number', name=op.f('uq_school_request_number'))
    )
    with op.batch_alter_table('school_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_school_request_centre_id_state_first_day'), ['centre_id', 'state', 'first_day'], unique=False)
        batch_op.create_index(batch_op.f('ix_school_request_contact_email'), ['contact_email'], unique=False)
        batch_op.create_index(batch_op.f('ix_school_request_host_id_first_day'), ['host_id', 'first_day'], unique=False)

    op.create_table('vetting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('result', sa.Enum('cleared', 'refused', name='vettingresult', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('valid_until >= checked_on', name=op.f('ck_vetting_days_in_order')),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_vetting_presenter_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user_account.id'], name=op.f('fk_vetting_recorded_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vetting'))
    )
    with op.batch_alter_table('vetting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vetting_presenter_id_valid_until'), ['presenter_id', 'valid_until'], unique=False)

    op.create_table('requested_presentation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_request_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('pupils', 'parents', 'teachers', 'others', name='audience', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('level', sa.Enum('primary', 'secondary', 'none', name='schoollevel', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('classes', sa.String(), nullable=False),
    sa.Column('pupils', sa.Integer(), nullable=False),
    sa.Column('parents', sa.Integer(), nullable=False),
    sa.Column('teachers', sa.Integer(), nullable=False),
    sa.Column('day_part', sa.Enum('any', 'morning', 'afternoon', 'evening', name='daypart', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('starts_local', sa.Time(), nullable=True),
    sa.CheckConstraint('parents BETWEEN 0 AND 1000', name=op.f('ck_requested_presentation_parents_fit_a_hall')),
    sa.CheckConstraint('pupils + parents + teachers >= 1', name=op.f('ck_requested_presentation_somebody_comes')),
    sa.CheckConstraint('pupils BETWEEN 0 AND 1000', name=op.f('ck_requested_presentation_pupils_fit_a_hall')),
    sa.CheckConstraint('teachers BETWEEN 0 AND 1000', name=op.f('ck_requested_presentation_teachers_fit_a_hall')),
    sa.ForeignKeyConstraint(['school_request_id'], ['school_request.id'], name=op.f('fk_requested_presentation_school_request_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requested_presentation')),
    sa.UniqueConstraint('school_request_id', 'ordinal', name=op.f('uq_requested_presentation_school_request_id_ordinal'))
    )
    op.create_table('visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('school_request_id', sa.Integer(), nullable=True),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=True),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('planned', 'offered', 'confirmed', 'ready', 'delivered', 'disrupted', 'replanned', 'cancelled', name='visitstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('cancelled_by', sa.Enum('school', 'centre', name='cancelledby', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('clock_wrong', sa.String(), nullable=False),
    sa.Column('kilometres', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name=op.f('ck_visit_cancelled_by_somebody')),
    sa.CheckConstraint('kilometres >= 0', name=op.f('ck_visit_kilometres_not_negative')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_visit_campaign_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_visit_centre_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['host_id'], ['host.id'], name=op.f('fk_visit_host_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_visit_programme_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['school_request_id'], ['school_request.id'], name=op.f('fk_visit_school_request_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint('number', name=op.f('uq_visit_number'))
    )
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visit_centre_id_on_day'), ['centre_id', 'on_day'], unique=False)
        batch_op.create_index(batch_op.f('ix_visit_host_id_on_day'), ['host_id', 'on_day'], unique=False)
        batch_op.create_index('one_living_visit_a_request', ['school_request_id'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))

    op.create_table('certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('running_number', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('school', 'teacher', name='certificatekind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('holder_key', sa.String(), nullable=False),
    sa.Column('holder_name', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('printed', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('eligible', 'issued', 'reissued', 'revoked', name='certificatestate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'reissued') = (replaced_by_id IS NOT NULL)", name=op.f('ck_certificate_reissued_has_a_successor')),
    sa.CheckConstraint("kind <> 'school' OR holder_name IS NULL", name=op.f('ck_certificate_no_person_on_a_schools_certificate')),
    sa.CheckConstraint('length(number) = 16', name=op.f('ck_certificate_number_of_80_bits')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['certificate.id'], name=op.f('fk_certificate_replaced_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_certificate_visit_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('number', name=op.f('uq_certificate_number')),
    sa.UniqueConstraint('running_number', name=op.f('uq_certificate_running_number'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index('each_certificate_once', ['visit_id', 'kind', 'holder_key'], unique=True, sqlite_where=sa.text("state = 'issued'"), postgresql_where=sa.text("state = 'issued'"))

    op.create_table('named_adult',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_named_adult_visit_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_named_adult')),
    sa.UniqueConstraint('visit_id', 'name_key', name=op.f('uq_named_adult_visit_id_name_key'))
    )
    op.create_table('presentation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('starts_local', sa.Time(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('busy_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('busy_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('audience', sa.Enum('pupils', 'parents', 'teachers', 'others', name='audience', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('level', sa.Enum('primary', 'secondary', 'none', name='schoollevel', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('classes', sa.String(), nullable=False),
    sa.Column('room', sa.String(), nullable=False),
    sa.Column('expected_pupils', sa.Integer(), nullable=False),
    sa.Column('expected_parents', sa.Integer(), nullable=False),
    sa.Column('expected_teachers', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('planned', 'confirmed', 'delivered', 'part_delivered', 'moved', 'merged_into', 'disrupted', 'cancelled', 'no_show_host', 'no_show_presenter', name='presentationstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'merged_into') = (merged_into_id IS NOT NULL)", name=op.f('ck_presentation_merged_into_another')),
    sa.CheckConstraint('busy_from <= starts_at AND busy_until >= ends_at', name=op.f('ck_presentation_busy_while_it_lasts')),
    sa.CheckConstraint('expected_pupils >= 0 AND expected_parents >= 0 AND expected_teachers >= 0', name=op.f('ck_presentation_nobody_negative')),
    sa.CheckConstraint('minutes BETWEEN 15 AND 480', name=op.f('ck_presentation_lasts_a_day_at_most')),
    sa.CheckConstraint('sequence >= 0', name=op.f('ck_presentation_sequence_rises')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_presentation_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['presentation.id'], name=op.f('fk_presentation_merged_into_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_presentation_visit_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presentation')),
    sa.UniqueConstraint('id', 'on_day', 'busy_from', 'busy_until', name='copied_by_assignments'),
    sa.UniqueConstraint('uid', name=op.f('uq_presentation_uid')),
    sa.UniqueConstraint('visit_id', 'ordinal', name=op.f('uq_presentation_visit_id_ordinal'))
    )
    with op.batch_alter_table('presentation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presentation_on_day'), ['on_day'], unique=False)
        batch_op.create_index(batch_op.f('ix_presentation_starts_at'), ['starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_presentation_visit_id'), ['visit_id'], unique=False)

    op.create_table('assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presentation_id', sa.Integer(), nullable=False),
    sa.Column('presenter_id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('busy_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('busy_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('suggested', 'offered', 'accepted', 'declined', 'lapsed', 'withdrawn', 'replaced', 'present', 'absent', name='assignmentstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offered_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name=op.f('ck_assignment_offer_has_an_end')),
    sa.ForeignKeyConstraint(['presentation_id', 'on_day', 'busy_from', 'busy_until'], ['presentation.id', 'presentation.on_day', 'presentation.busy_from', 'presentation.busy_until'], name='fk_assignment_copies_presentation', onupdate='CASCADE', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['presenter_id'], ['presenter.id'], name=op.f('fk_assignment_presenter_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment'))
    )
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_presenter_id_busy_from'), ['presenter_id', 'busy_from'], unique=False)
        batch_op.create_index('one_living_assignment', ['presentation_id', 'presenter_id'], unique=True, sqlite_where=sa.text("state IN ('suggested', 'offered', 'accepted', 'present')"), postgresql_where=sa.text("state IN ('suggested', 'offered', 'accepted', 'present')"))

    op.create_table('attendance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presentation_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'submitted', 'countersigned', 'assumed', 'locked', 'corrected', name='attendancestate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('teacher_present', sa.Boolean(), nullable=True),
    sa.Column('minutes_given', sa.Integer(), nullable=True),
    sa.Column('same_pupils', sa.Boolean(), nullable=False),
    sa.Column('turned_away', sa.Integer(), nullable=False),
    sa.Column('submitted_by_id', sa.Integer(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('countersigned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'submitted', 'countersigned', 'assumed') OR locked_at IS NOT NULL", name=op.f('ck_attendance_locked_at_some_time')),
    sa.CheckConstraint('minutes_given IS NULL OR minutes_given BETWEEN 0 AND 480', name=op.f('ck_attendance_minutes_of_a_day')),
    sa.CheckConstraint('turned_away >= 0', name=op.f('ck_attendance_turned_away_not_negative')),
    sa.ForeignKeyConstraint(['presentation_id'], ['presentation.id'], name=op.f('fk_attendance_presentation_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['user_account.id'], name=op.f('fk_attendance_submitted_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
    sa.UniqueConstraint('presentation_id', name=op.f('uq_attendance_presentation_id'))
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_state'), ['state'], unique=False)

    op.create_table('calendar_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presentation_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('TENTATIVE', 'CONFIRMED', 'CANCELLED', name='entrystatus', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['presentation_id'], ['presentation.id'], name=op.f('fk_calendar_entry_presentation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_entry')),
    sa.UniqueConstraint('presentation_id', 'status', 'language', name=op.f('uq_calendar_entry_presentation_id_status_language'))
    )
    op.create_table('head_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('presentation_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('pupils', 'parents', 'teachers', 'others', name='audience', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('source', sa.Enum('educator', 'school', 'coordinator', name='countsource', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('people BETWEEN 0 AND 2000', name=op.f('ck_head_count_people_fit_a_hall')),
    sa.ForeignKeyConstraint(['presentation_id'], ['attendance.presentation_id'], name=op.f('fk_head_count_presentation_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_head_count')),
    sa.UniqueConstraint('presentation_id', 'audience', 'source', 'version', name=op.f('uq_head_count_presentation_id_audience_source_version'))
    )
    with op.batch_alter_table('head_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_head_count_presentation_id_audience_counts_people'), ['presentation_id', 'audience', 'counts', 'people'], unique=False)
        batch_op.create_index('one_count_counts', ['presentation_id', 'audience'], unique=True, sqlite_where=sa.text('counts'), postgresql_where=sa.text('counts'))

    create_defences(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table('head_count', schema=None) as batch_op:
        batch_op.drop_index('one_count_counts', sqlite_where=sa.text('counts'), postgresql_where=sa.text('counts'))
        batch_op.drop_index(batch_op.f('ix_head_count_presentation_id_audience_counts_people'))

    op.drop_table('head_count')
    op.drop_table('calendar_entry')
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendance_state'))

    op.drop_table('attendance')
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index('one_living_assignment', sqlite_where=sa.text("state IN ('suggested', 'offered', 'accepted', 'present')"), postgresql_where=sa.text("state IN ('suggested', 'offered', 'accepted', 'present')"))
        batch_op.drop_index(batch_op.f('ix_assignment_presenter_id_busy_from'))

    op.drop_table('assignment')
    with op.batch_alter_table('presentation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_presentation_visit_id'))
        batch_op.drop_index(batch_op.f('ix_presentation_starts_at'))
        batch_op.drop_index(batch_op.f('ix_presentation_on_day'))

    op.drop_table('presentation')
    op.drop_table('named_adult')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index('each_certificate_once', sqlite_where=sa.text("state = 'issued'"), postgresql_where=sa.text("state = 'issued'"))

    op.drop_table('certificate')
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_index('one_living_visit_a_request', sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        batch_op.drop_index(batch_op.f('ix_visit_host_id_on_day'))
        batch_op.drop_index(batch_op.f('ix_visit_centre_id_on_day'))
        batch_op.drop_index(batch_op.f('ix_visit_campaign_id'))

    op.drop_table('visit')
    op.drop_table('requested_presentation')
    with op.batch_alter_table('vetting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vetting_presenter_id_valid_until'))

    op.drop_table('vetting')
    with op.batch_alter_table('school_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_school_request_host_id_first_day'))
        batch_op.drop_index(batch_op.f('ix_school_request_contact_email'))
        batch_op.drop_index(batch_op.f('ix_school_request_centre_id_state_first_day'))

    op.drop_table('school_request')
    op.drop_table('presenter_skill')
    op.drop_table('presenter_language')
    with op.batch_alter_table('guardian_consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_guardian_consent_presenter_id_valid_until'))

    op.drop_table('guardian_consent')
    with op.batch_alter_table('feed_token', schema=None) as batch_op:
        batch_op.drop_index('one_living_name', sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    op.drop_table('feed_token')
    op.drop_table('campaign_city')
    op.drop_table('available_hours')
    with op.batch_alter_table('availability_exception', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_availability_exception_presenter_id_first_day'))

    op.drop_table('availability_exception')
    op.drop_table('user_role')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_user_id'))

    op.drop_table('sign_in')
    op.drop_table('programme_audience')
    with op.batch_alter_table('presenter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_presenter_centre_id'))

    op.drop_table('presenter')
    with op.batch_alter_table('host', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_host_search_key'))
        batch_op.drop_index(batch_op.f('ix_host_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_host_listed_name_sr_latn'))

    op.drop_table('host')
    op.drop_table('campaign')
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_account_centre_id'))

    op.drop_table('user_account')
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_programme_centre_id'))

    op.drop_table('programme')
    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_municipality_search_key'))
        batch_op.drop_index(batch_op.f('ix_municipality_district_id'))

    op.drop_table('municipality')
    with op.batch_alter_table('unproved_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unproved_mail_network_at'))
        batch_op.drop_index(batch_op.f('ix_unproved_mail_address_key_at'))

    op.drop_table('unproved_mail')
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_attempt_network_at'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempt_account_key_at'))

    op.drop_table('sign_in_attempt')
    with op.batch_alter_table('secret_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_secret_link_purpose_subject_id'))

    op.drop_table('secret_link')
    with op.batch_alter_table('school_calendar_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_school_calendar_entry_calendar_first_day'))

    op.drop_table('school_calendar_entry')
    op.drop_table('running_number')
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_message_state_not_before'))
        batch_op.drop_index(batch_op.f('ix_outbox_message_about_about_id'))

    op.drop_table('outbox_message')
    op.drop_table('holiday')
    op.drop_table('form_key')
    op.drop_table('district')
    op.drop_table('centre')
    with op.batch_alter_table('booking_answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_booking_answers_changed_at'))

    op.drop_table('booking_answers')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_thing_thing_id_id'))

    op.drop_table('audit_entry')
    drop_functions(op.get_bind())
