CREATE TABLE open_way (
	id INTEGER NOT NULL, 
	way VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_open_way PRIMARY KEY (id), 
	CONSTRAINT ck_open_way_namedway CHECK (way IN ('demo', 'undo_import', 'retention', 'erasure', 'release'))
)
;
CREATE TRIGGER open_way_is_told AFTER INSERT ON open_way WHEN NEW.way <> 'release' BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  VALUES (CURRENT_TIMESTAMP, 'system', 'way opened', 'open_way', NEW.id, '{"way": "' || NEW.way || '"}'); END
;
CREATE TRIGGER open_way_row_is_not_replaced_insert BEFORE INSERT ON open_way WHEN EXISTS (SELECT 1 FROM open_way n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER open_way_refuses_update BEFORE UPDATE ON open_way BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM open_way n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'way_stays') WHERE NEW.way <> OLD.way; END
;
CREATE TABLE audit_entry (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	action TEXT NOT NULL, 
	thing TEXT NOT NULL, 
	thing_id INTEGER NOT NULL, 
	details TEXT NOT NULL, 
	seal TEXT, 
	CONSTRAINT pk_audit_entry PRIMARY KEY (id)
)
;
CREATE INDEX ix_audit_entry_thing_thing_id_id ON audit_entry (thing, thing_id, id)
;
CREATE INDEX reads_of_minors ON audit_entry (actor, at) WHERE action = 'minor read'
;
CREATE TRIGGER audit_entry_keeps BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit_entry_keeps'); END
;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
    WHEN NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action OR NEW.thing <> OLD.thing
      OR NEW.thing_id <> OLD.thing_id
      OR (OLD.seal IS NOT NULL AND NEW.seal IS NOT OLD.seal)
      OR (NEW.actor <> OLD.actor AND NEW.actor NOT LIKE 'erased:%')
      OR (NEW.details <> OLD.details AND NEW.details <> '{}')
    BEGIN SELECT RAISE(ABORT, 'audit_entry_stays'); END
;
CREATE TRIGGER audit_entry_row_is_not_replaced_insert BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER audit_entry_refuses_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM audit_entry n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'audit_entry_stays') WHERE (NEW.actor <> OLD.actor OR NEW.details <> OLD.details) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('erasure')); END
;
CREATE TABLE form_key (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	said TEXT DEFAULT '' NOT NULL, 
	answer TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_form_key PRIMARY KEY (id), 
	CONSTRAINT uq_form_key_key UNIQUE ("key")
)
;
CREATE INDEX ix_form_key_at ON form_key (at)
;
CREATE TABLE import_batch (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	centre_id INTEGER, 
	file_name VARCHAR NOT NULL, 
	file_digest VARCHAR NOT NULL, 
	rows INTEGER NOT NULL, 
	stored_rows INTEGER NOT NULL, 
	stored_by VARCHAR NOT NULL, 
	stored_at DATETIME NOT NULL, 
	undone_at DATETIME, 
	CONSTRAINT pk_import_batch PRIMARY KEY (id)
)
;
CREATE INDEX ix_import_batch_centre_id_id ON import_batch (centre_id, id)
;
CREATE TABLE column_name (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	heading VARCHAR NOT NULL, 
	field VARCHAR NOT NULL, 
	CONSTRAINT pk_column_name PRIMARY KEY (id), 
	CONSTRAINT uq_column_name_centre_id_kind_heading UNIQUE (centre_id, kind, heading)
)
;
CREATE TABLE staged_row (
	id INTEGER NOT NULL, 
	stage VARCHAR NOT NULL, 
	thing VARCHAR NOT NULL, 
	place INTEGER NOT NULL, 
	told TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	details TEXT NOT NULL, 
	staged_at DATETIME NOT NULL, 
	CONSTRAINT pk_staged_row PRIMARY KEY (id)
)
;
CREATE INDEX ix_staged_row_stage_thing_place ON staged_row (stage, thing, place)
;
CREATE INDEX ix_staged_row_staged_at ON staged_row (staged_at)
;
CREATE TABLE running_number (
	id INTEGER NOT NULL, 
	series VARCHAR NOT NULL, 
	year INTEGER NOT NULL, 
	last INTEGER NOT NULL, 
	CONSTRAINT pk_running_number PRIMARY KEY (id), 
	CONSTRAINT uq_running_number_series_year UNIQUE (series, year)
)
;
CREATE TABLE secret_link (
	id INTEGER NOT NULL, 
	token_hash TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	subject_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_secret_link PRIMARY KEY (id), 
	CONSTRAINT uq_secret_link_token_hash UNIQUE (token_hash)
)
;
CREATE INDEX ix_secret_link_purpose_subject_id ON secret_link (purpose, subject_id)
;
CREATE TABLE outbox_message (
	id INTEGER NOT NULL, 
	message_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	channel VARCHAR(30) NOT NULL, 
	address VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	html VARCHAR NOT NULL, 
	calendar VARCHAR, 
	calendar_of VARCHAR, 
	link_purpose VARCHAR, 
	link_subject_id INTEGER, 
	link_path VARCHAR, 
	link_hours INTEGER, 
	about VARCHAR, 
	about_id INTEGER, 
	centre_id INTEGER, 
	state VARCHAR(30) NOT NULL, 
	attempts INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	not_before DATETIME NOT NULL, 
	leased_until DATETIME, 
	sent_at DATETIME, 
	failure VARCHAR, 
	protected BOOLEAN NOT NULL, 
	free_paragraphs INTEGER NOT NULL, 
	edited_at DATETIME, 
	reason VARCHAR, 
	acted_at DATETIME, 
	state_before VARCHAR(30), 
	CONSTRAINT pk_outbox_message PRIMARY KEY (id), 
	CONSTRAINT ck_outbox_message_protected_leaves_as_written CHECK (NOT (protected AND (state = 'held' OR reason IS NOT NULL OR edited_at IS NOT NULL))), 
	CONSTRAINT ck_outbox_message_reason_is_of_a_stopped_one CHECK (reason IS NULL OR state = 'stopped'), 
	CONSTRAINT ck_outbox_message_calendar_is_somebodys CHECK (calendar_of IS NOT NULL OR coalesce(calendar, '') = ''), 
	CONSTRAINT uq_outbox_message_message_id UNIQUE (message_id), 
	CONSTRAINT ck_outbox_message_channel CHECK (channel IN ('mail', 'sms')), 
	CONSTRAINT ck_outbox_message_messagestate CHECK (state IN ('waiting', 'held', 'sending', 'sent', 'failed', 'stopped')), 
	CONSTRAINT ck_outbox_message_state_before CHECK (state_before IN ('waiting', 'held', 'sending', 'sent', 'failed', 'stopped'))
)
;
CREATE INDEX ix_outbox_message_about_about_id ON outbox_message (about, about_id)
;
CREATE INDEX ix_outbox_message_kind_centre_id ON outbox_message (kind, centre_id)
;
CREATE INDEX ix_outbox_message_state_not_before ON outbox_message (state, not_before)
;
CREATE TABLE district (
	id INTEGER NOT NULL, 
	iso VARCHAR NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_sr_latn VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	region_sr_cyrl VARCHAR NOT NULL, 
	region_sr_latn VARCHAR NOT NULL, 
	school_calendar VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_district PRIMARY KEY (id), 
	CONSTRAINT uq_district_iso UNIQUE (iso), 
	CONSTRAINT ck_district_schoolcalendar CHECK (school_calendar IN ('republic', 'vojvodina'))
)
;
CREATE TRIGGER district_is_told_anew_update AFTER UPDATE OF iso ON district WHEN (NEW.iso IS NOT OLD.iso) BEGIN UPDATE figure_version SET version = random(); END
;
CREATE TABLE holiday (
	id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_sr_latn VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	no_lessons BOOLEAN NOT NULL, 
	removed_at DATETIME, 
	CONSTRAINT pk_holiday PRIMARY KEY (id), 
	CONSTRAINT uq_holiday_day UNIQUE (day)
)
;
CREATE TABLE school_calendar_entry (
	id INTEGER NOT NULL, 
	calendar VARCHAR(30) NOT NULL, 
	school_year VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	applies_to VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	timetable_of INTEGER, 
	example BOOLEAN NOT NULL, 
	removed_at DATETIME, 
	CONSTRAINT pk_school_calendar_entry PRIMARY KEY (id), 
	CONSTRAINT ck_school_calendar_entry_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_school_calendar_entry_follows_a_working_day CHECK (timetable_of BETWEEN 0 AND 4), 
	CONSTRAINT ck_school_calendar_entry_only_a_saturday_follows CHECK (timetable_of IS NULL OR kind = 'working-saturday'), 
	CONSTRAINT each_entry_once UNIQUE (calendar, kind, applies_to, first_day), 
	CONSTRAINT ck_school_calendar_entry_schoolcalendar CHECK (calendar IN ('republic', 'vojvodina'))
)
;
CREATE INDEX ix_school_calendar_entry_calendar_first_day ON school_calendar_entry (calendar, first_day)
;
CREATE TABLE closure (
	id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	reason VARCHAR(30) NOT NULL, 
	note VARCHAR NOT NULL, 
	closed_at DATETIME NOT NULL, 
	open_from DATE, 
	lifted_at DATETIME, 
	CONSTRAINT pk_closure PRIMARY KEY (id), 
	CONSTRAINT ck_closure_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_closure_opens_while_it_lasts CHECK (open_from BETWEEN first_day AND last_day), 
	CONSTRAINT ck_closure_lifted_by_somebody CHECK ((open_from IS NULL) = (lifted_at IS NULL)), 
	CONSTRAINT ck_closure_closurereason CHECK (reason IN ('snow', 'strike', 'exam_day', 'other'))
)
;
CREATE INDEX ix_closure_first_day_last_day ON closure (first_day, last_day)
;
CREATE TABLE centre (
	id INTEGER NOT NULL, 
	slug VARCHAR NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_sr_latn VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	place_sr_cyrl VARCHAR NOT NULL, 
	place_sr_latn VARCHAR NOT NULL, 
	email VARCHAR NOT NULL, 
	phone VARCHAR NOT NULL, 
	signatory VARCHAR NOT NULL, 
	signatory_duty_sr_cyrl VARCHAR NOT NULL, 
	signatory_duty_en VARCHAR NOT NULL, 
	site VARCHAR NOT NULL, 
	answers_to VARCHAR(30) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_centre PRIMARY KEY (id), 
	CONSTRAINT ck_centre_site_is_one_origin CHECK (site = '' OR (site LIKE 'https://_%' AND site NOT LIKE 'https://%/%' AND site NOT LIKE '%*%' AND site NOT LIKE '% %' AND site NOT LIKE '%;%' AND site NOT LIKE '%,%')), 
	CONSTRAINT uq_centre_slug UNIQUE (slug), 
	CONSTRAINT ck_centre_answersto CHECK (answers_to IN ('centre', 'owner'))
)
;
CREATE TABLE sign_in_attempt (
	id INTEGER NOT NULL, 
	account_key VARCHAR NOT NULL, 
	network VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_sign_in_attempt PRIMARY KEY (id)
)
;
CREATE INDEX ix_sign_in_attempt_account_key_at ON sign_in_attempt (account_key, at)
;
CREATE INDEX ix_sign_in_attempt_network_at ON sign_in_attempt (network, at)
;
CREATE TABLE person_search_key (
	user_id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	search_key VARCHAR, 
	mailbox_key VARCHAR, 
	CONSTRAINT pk_person_search_key PRIMARY KEY (user_id), 
	CONSTRAINT ck_person_search_key_both_or_none CHECK ((search_key IS NULL) = (mailbox_key IS NULL))
)
;
CREATE INDEX ix_person_search_key_centre_id_search_key ON person_search_key (centre_id, search_key)
;
CREATE INDEX ix_person_search_key_mailbox_key ON person_search_key (mailbox_key)
;
CREATE INDEX persons_not_folded ON person_search_key (user_id) WHERE search_key IS NULL
;
CREATE TABLE job_run (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	ended_at DATETIME NOT NULL, 
	failed BOOLEAN NOT NULL, 
	CONSTRAINT pk_job_run PRIMARY KEY (id), 
	CONSTRAINT uq_job_run_name UNIQUE (name)
)
;
CREATE TABLE helpline_code (
	id INTEGER NOT NULL, 
	code_list INTEGER NOT NULL, 
	margin VARCHAR(30) NOT NULL, 
	code VARCHAR NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	CONSTRAINT pk_helpline_code PRIMARY KEY (id), 
	CONSTRAINT code_once_in_a_list UNIQUE (code_list, margin, code), 
	CONSTRAINT ck_helpline_code_list_has_a_version CHECK (code_list > 0), 
	CONSTRAINT ck_helpline_code_helplinemargin CHECK (margin IN ('age', 'caller', 'district', 'topic', 'act'))
)
;
CREATE TRIGGER helpline_code_row_is_not_replaced_insert BEFORE INSERT ON helpline_code WHEN EXISTS (SELECT 1 FROM helpline_code n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER helpline_code_refuses_update BEFORE UPDATE ON helpline_code BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_code n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'code_stays') WHERE (NEW.code_list IS NOT OLD.code_list OR NEW.margin IS NOT OLD.margin OR NEW.code IS NOT OLD.code); END
;
CREATE TABLE booking_answers (
	id INTEGER NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	answers TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_booking_answers PRIMARY KEY (id), 
	CONSTRAINT uq_booking_answers_token_hash UNIQUE (token_hash)
)
;
CREATE INDEX ix_booking_answers_changed_at ON booking_answers (changed_at)
;
CREATE TABLE unproved_mail (
	id INTEGER NOT NULL, 
	address_key VARCHAR NOT NULL, 
	network VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_unproved_mail PRIMARY KEY (id)
)
;
CREATE INDEX ix_unproved_mail_address_key_at ON unproved_mail (address_key, at)
;
CREATE INDEX ix_unproved_mail_network_at ON unproved_mail (network, at)
;
CREATE TABLE contact_search_key (
	school_request_id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	search_key VARCHAR, 
	CONSTRAINT pk_contact_search_key PRIMARY KEY (school_request_id)
)
;
CREATE INDEX contacts_not_folded ON contact_search_key (school_request_id) WHERE search_key IS NULL
;
CREATE INDEX ix_contact_search_key_centre_id_school_request_id_search_key ON contact_search_key (centre_id, school_request_id, search_key)
;
CREATE TABLE feed_version (
	presenter_id INTEGER NOT NULL, 
	writer BIGINT NOT NULL, 
	steps INTEGER NOT NULL, 
	CONSTRAINT pk_feed_version PRIMARY KEY (presenter_id, writer)
)
;
CREATE TABLE stale_figure (
	year INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	town INTEGER NOT NULL, 
	CONSTRAINT pk_stale_figure PRIMARY KEY (year, centre_id, town)
)
;
CREATE TRIGGER stale_figure_is_added_up_anew_delete AFTER DELETE ON stale_figure  BEGIN DELETE FROM kept_figure WHERE year = OLD.year AND centre_id = OLD.centre_id AND town = OLD.town AND month IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
INSERT INTO kept_figure (year, month, centre_id, town, programme_id, campaign, audience, level, first_day, last_day, visits, first_visits, presentations, pupils, parents, teachers, others, kilometres, first_kilometres, pupils_once, with_influencer, without_influencer, turned_away) SELECT OLD.year, e.month, OLD.centre_id, OLD.town, e.programme_id, e.campaign,
  e.audience, e.level, MIN(e.on_day), MAX(e.on_day), SUM(e.visits), SUM(e.first_visits), COUNT(*), SUM(e.pupils), SUM(e.parents), SUM(e.teachers), SUM(e.others), SUM(e.visits * e.there_and_back), SUM(e.first_visits * e.there_and_back), SUM(CASE WHEN e.same_pupils THEN 0 ELSE e.pupils END), SUM(e.with_influencer), SUM(e.missed * (1 - e.with_influencer)), SUM(e.turned_away)
  FROM (SELECT CAST(substr(p.on_day, 6, 2) AS INTEGER) AS month, v.programme_id, COALESCE(v.campaign_id, 0) AS campaign, p.audience, p.level,
    p.on_day,
    CASE ROW_NUMBER() OVER (PARTITION BY v.id, p.audience, p.level ORDER BY p.id) WHEN 1 THEN 1 ELSE 0 END AS visits,
    CASE ROW_NUMBER() OVER (PARTITION BY v.id ORDER BY p.id) WHEN 1 THEN 1 ELSE 0 END AS first_visits,
    v.kilometres AS there_and_back, n.same_pupils, n.turned_away, COALESCE((SELECT SUM(c.people) FROM head_count c WHERE c.presentation_id = p.id AND c.counts AND c.audience = 'pupils'), 0) AS pupils, COALESCE((SELECT SUM(c.people) FROM head_count c WHERE c.presentation_id = p.id AND c.counts AND c.audience = 'parents'), 0) AS parents, COALESCE((SELECT SUM(c.people) FROM head_count c WHERE c.presentation_id = p.id AND c.counts AND c.audience = 'teachers'), 0) AS teachers, COALESCE((SELECT SUM(c.people) FROM head_count c WHERE c.presentation_id = p.id AND c.counts AND c.audience = 'others'), 0) AS others,
    CASE WHEN EXISTS (SELECT 1 FROM assignment s JOIN presenter q ON q.id = s.presenter_id
    WHERE s.presentation_id = p.id AND s.state = 'present' AND q.kind = 'influencer') THEN 1 ELSE 0 END AS with_influencer,
    CASE WHEN EXISTS (SELECT 1 FROM assignment s JOIN presenter q ON q.id = s.presenter_id
    WHERE s.presentation_id = p.id AND s.state = 'absent' AND q.kind = 'influencer') THEN 1 ELSE 0 END AS missed
  FROM host h CROSS JOIN visit v CROSS JOIN presentation p JOIN attendance n ON n.presentation_id = p.id
  WHERE h.municipality_id IS NULLIF(OLD.town, 0) AND v.host_id = h.id AND +v.centre_id = OLD.centre_id
    AND v.on_day BETWEEN OLD.year || '-01-01' AND OLD.year || '-12-31' AND p.visit_id = v.id AND p.on_day BETWEEN OLD.year || '-01-01' AND OLD.year || '-12-31'
    AND p.state IN ('delivered', 'part_delivered') AND n.state IN ('locked', 'corrected')) e GROUP BY e.month, e.programme_id, e.campaign, e.audience, e.level;
INSERT INTO kept_figure (year, month, centre_id, town, programme_id, campaign, audience, level, first_day, last_day, visits, first_visits, presentations, pupils, parents, teachers, others, kilometres, first_kilometres, pupils_once, with_influencer, without_influencer, turned_away) SELECT OLD.year, 0, OLD.centre_id, OLD.town, k.programme_id, k.campaign,
  k.audience, k.level, MIN(k.first_day), MAX(k.last_day), SUM(k.visits), SUM(k.first_visits), SUM(k.presentations), SUM(k.pupils), SUM(k.parents), SUM(k.teachers), SUM(k.others), SUM(k.kilometres), SUM(k.first_kilometres), SUM(k.pupils_once), SUM(k.with_influencer), SUM(k.without_influencer), SUM(k.turned_away)
  FROM kept_figure k WHERE year = OLD.year AND centre_id = OLD.centre_id AND town = OLD.town AND month BETWEEN 1 AND 12
  GROUP BY k.programme_id, k.campaign, k.audience, k.level;
INSERT INTO figure_version (year, version) VALUES (OLD.year, random())
  ON CONFLICT (year) DO UPDATE SET version = EXCLUDED.version; END
;
CREATE TABLE certificate_key (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	algorithm VARCHAR NOT NULL, 
	public VARCHAR NOT NULL, 
	secret VARCHAR NOT NULL, 
	made_at DATETIME NOT NULL, 
	retired_at DATETIME, 
	CONSTRAINT pk_certificate_key PRIMARY KEY (id), 
	CONSTRAINT ck_certificate_key_only_a_living_key_signs CHECK ((retired_at IS NULL) = (secret <> '')), 
	CONSTRAINT ck_certificate_key_algorithm_is_known CHECK (algorithm = 'Ed25519'), 
	CONSTRAINT uq_certificate_key_name UNIQUE (name)
)
;
CREATE UNIQUE INDEX one_key_signs ON certificate_key (algorithm) WHERE retired_at IS NULL
;
CREATE TRIGGER certificate_key_signing_key_stays_delete BEFORE DELETE ON certificate_key WHEN TRUE BEGIN SELECT RAISE(ABORT, 'signing_key_stays'); END
;
CREATE TRIGGER certificate_key_row_is_not_replaced_insert BEFORE INSERT ON certificate_key WHEN EXISTS (SELECT 1 FROM certificate_key n WHERE (n.id = NEW.id OR n.name = NEW.name)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER certificate_key_refuses_update BEFORE UPDATE ON certificate_key BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate_key n WHERE (n.id = NEW.id OR n.name = NEW.name) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signing_key_stays') WHERE (NEW.id IS NOT OLD.id OR NEW.name IS NOT OLD.name OR NEW.algorithm IS NOT OLD.algorithm OR NEW.public IS NOT OLD.public OR NEW.made_at IS NOT OLD.made_at) OR OLD.retired_at IS NOT NULL; END
;
CREATE TABLE figure_version (
	year INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_figure_version PRIMARY KEY (year)
)
;
CREATE TABLE imported_row (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	thing VARCHAR NOT NULL, 
	thing_id INTEGER NOT NULL, 
	"before" TEXT NOT NULL, 
	last_audit_id INTEGER NOT NULL, 
	CONSTRAINT pk_imported_row PRIMARY KEY (id), 
	CONSTRAINT uq_imported_row_batch_id_thing_thing_id UNIQUE (batch_id, thing, thing_id), 
	CONSTRAINT fk_imported_row_batch_id FOREIGN KEY(batch_id) REFERENCES import_batch (id) ON DELETE CASCADE
)
;
CREATE TABLE message_delay (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	minutes INTEGER NOT NULL, 
	CONSTRAINT pk_message_delay PRIMARY KEY (id), 
	CONSTRAINT uq_message_delay_centre_id_kind UNIQUE (centre_id, kind), 
	CONSTRAINT ck_message_delay_none_or_a_quarter_or_an_hour CHECK (minutes IN (0, 15, 60)), 
	CONSTRAINT fk_message_delay_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT ck_message_delay_messagegroup CHECK (kind IN ('requests', 'visits', 'presenters', 'letters', 'staff', 'protected'))
)
;
CREATE TABLE reminder_switch (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	is_on BOOLEAN NOT NULL, 
	CONSTRAINT pk_reminder_switch PRIMARY KEY (id), 
	CONSTRAINT each_switch_once UNIQUE (centre_id, kind), 
	CONSTRAINT ck_reminder_switch_checks_always_on CHECK (is_on OR kind NOT IN ('vetting', 'consent')), 
	CONSTRAINT fk_reminder_switch_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT ck_reminder_switch_reminder CHECK (kind IN ('checklist', 'school_week', 'school_day', 'crew_week', 'crew_day', 'offer_ends', 'report_due', 'report_late', 'numbers_wait', 'feedback', 'survey', 'next_year', 'vetting', 'consent'))
)
;
CREATE TABLE message_text (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	channel VARCHAR(30) NOT NULL, 
	kind VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	subject VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	product_subject VARCHAR NOT NULL, 
	product_body TEXT NOT NULL, 
	saved_at DATETIME NOT NULL, 
	CONSTRAINT pk_message_text PRIMARY KEY (id), 
	CONSTRAINT ck_message_text_version_counts CHECK (version > 0), 
	CONSTRAINT ck_message_text_a_mail_has_a_subject CHECK ((subject <> '') = (body <> '' AND channel = 'mail')), 
	CONSTRAINT ck_message_text_not_too_long CHECK (length(subject) <= 200 AND length(body) <= 5000), 
	CONSTRAINT uq_message_text_centre_id_channel_kind_language_version UNIQUE (centre_id, channel, kind, language, version), 
	CONSTRAINT fk_message_text_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_message_text_channel CHECK (channel IN ('mail', 'sms'))
)
;
CREATE TRIGGER message_text_message_text_stays_delete BEFORE DELETE ON message_text WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'message_text_stays'); END
;
CREATE TRIGGER message_text_row_is_not_replaced_insert BEFORE INSERT ON message_text WHEN EXISTS (SELECT 1 FROM message_text n WHERE (n.id = NEW.id OR (n.centre_id = NEW.centre_id AND n.channel = NEW.channel AND n.kind = NEW.kind AND n.language = NEW.language AND n.version = NEW.version))) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER message_text_refuses_update BEFORE UPDATE ON message_text BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM message_text n WHERE (n.id = NEW.id OR (n.centre_id = NEW.centre_id AND n.channel = NEW.channel AND n.kind = NEW.kind AND n.language = NEW.language AND n.version = NEW.version)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'message_text_stays') WHERE 1 = 1; END
;
CREATE TABLE municipality (
	id INTEGER NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_sr_latn VARCHAR NOT NULL, 
	city_sr_cyrl VARCHAR NOT NULL, 
	city_sr_latn VARCHAR NOT NULL, 
	district_id INTEGER NOT NULL, 
	postcode VARCHAR NOT NULL, 
	lat DOUBLE NOT NULL, 
	lon DOUBLE NOT NULL, 
	seat_population INTEGER, 
	search_key VARCHAR NOT NULL, 
	CONSTRAINT pk_municipality PRIMARY KEY (id), 
	CONSTRAINT ck_municipality_seat_is_on_the_map CHECK (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180), 
	CONSTRAINT ck_municipality_population_not_negative CHECK (seat_population >= 0), 
	CONSTRAINT name_once_in_a_district UNIQUE (district_id, name_sr_cyrl), 
	CONSTRAINT fk_municipality_district_id FOREIGN KEY(district_id) REFERENCES district (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_municipality_district_id ON municipality (district_id)
;
CREATE INDEX ix_municipality_search_key ON municipality (search_key)
;
CREATE TRIGGER municipality_is_told_anew_update AFTER UPDATE OF city_sr_cyrl, city_sr_latn, district_id ON municipality WHEN (NEW.city_sr_cyrl IS NOT OLD.city_sr_cyrl OR NEW.city_sr_latn IS NOT OLD.city_sr_latn OR NEW.district_id IS NOT OLD.district_id) BEGIN UPDATE figure_version SET version = random(); END
;
CREATE TABLE settled_step (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	step VARCHAR(30) NOT NULL, 
	settled_at DATETIME NOT NULL, 
	CONSTRAINT pk_settled_step PRIMARY KEY (id), 
	CONSTRAINT uq_settled_step_centre_id_step UNIQUE (centre_id, step), 
	CONSTRAINT fk_settled_step_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT ck_settled_step_handstep CHECK (step IN ('helpline', 'backup', 'put_away'))
)
;
CREATE TABLE user_account (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	given_name VARCHAR NOT NULL, 
	family_name VARCHAR NOT NULL, 
	other_given_name VARCHAR, 
	other_family_name VARCHAR, 
	email VARCHAR NOT NULL, 
	password_hash VARCHAR, 
	language VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	suspended_at DATETIME, 
	erased_at DATETIME, 
	origin_id INTEGER, 
	CONSTRAINT pk_user_account PRIMARY KEY (id), 
	CONSTRAINT ck_user_account_email_is_lower_case CHECK (email = lower(email)), 
	CONSTRAINT ck_user_account_other_name_is_whole CHECK ((other_given_name IS NULL) = (other_family_name IS NULL)), 
	CONSTRAINT ck_user_account_other_name_is_not_empty CHECK (other_given_name <> '' AND other_family_name <> ''), 
	CONSTRAINT ck_user_account_other_name_is_no_longer CHECK (length(other_given_name) <= 80 AND length(other_family_name) <= 80), 
	CONSTRAINT fk_user_account_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_user_account_email UNIQUE (email)
)
;
CREATE INDEX ix_user_account_centre_id ON user_account (centre_id)
;
CREATE TRIGGER user_account_origin_stays_update BEFORE UPDATE OF origin_id ON user_account WHEN OLD.password_hash IS NOT NULL AND (NEW.origin_id IS NOT OLD.origin_id) BEGIN SELECT RAISE(ABORT, 'origin_stays'); END
;
CREATE TRIGGER user_account_is_folded_anew_insert AFTER INSERT ON user_account  BEGIN INSERT INTO person_search_key (user_id, centre_id) VALUES (NEW.id, NEW.centre_id)
  ON CONFLICT (user_id) DO UPDATE SET centre_id = EXCLUDED.centre_id, search_key = NULL, mailbox_key = NULL; END
;
CREATE TRIGGER user_account_is_folded_anew_update AFTER UPDATE OF centre_id, given_name, family_name, other_given_name, other_family_name, email ON user_account WHEN (NEW.centre_id IS NOT OLD.centre_id OR NEW.given_name IS NOT OLD.given_name OR NEW.family_name IS NOT OLD.family_name OR NEW.other_given_name IS NOT OLD.other_given_name OR NEW.other_family_name IS NOT OLD.other_family_name OR NEW.email IS NOT OLD.email) BEGIN INSERT INTO person_search_key (user_id, centre_id) VALUES (NEW.id, NEW.centre_id)
  ON CONFLICT (user_id) DO UPDATE SET centre_id = EXCLUDED.centre_id, search_key = NULL, mailbox_key = NULL; END
;
CREATE TRIGGER user_account_is_folded_anew_delete AFTER DELETE ON user_account  BEGIN DELETE FROM person_search_key WHERE user_id = OLD.id; END
;
CREATE TRIGGER user_account_erased_goes_nowhere_update BEFORE UPDATE OF erased_at ON user_account WHEN OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter p ON p.id = a.presenter_id
  WHERE p.user_id = NEW.id AND a.state IN ('suggested', 'offered', 'accepted')
    AND (a.busy_until > NEW.erased_at OR a.busy_until > CURRENT_TIMESTAMP)) BEGIN SELECT RAISE(ABORT, 'erased_goes_nowhere'); END
;
CREATE TRIGGER user_account_tells_feeds_update AFTER UPDATE ON user_account  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = OLD.id UNION SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = NEW.id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = OLD.id UNION SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = NEW.id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = OLD.id UNION SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = NEW.id)); END
;
CREATE TABLE helpline_publication (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	code_list INTEGER NOT NULL, 
	published_at DATETIME NOT NULL, 
	CONSTRAINT pk_helpline_publication PRIMARY KEY (id), 
	CONSTRAINT ck_helpline_publication_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT fk_helpline_publication_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_helpline_publication_centre_id_first_day ON helpline_publication (centre_id, first_day)
;
CREATE TRIGGER helpline_publication_published_figures_stay_delete BEFORE DELETE ON helpline_publication WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'published_figures_stay'); END
;
CREATE TRIGGER helpline_publication_row_is_not_replaced_insert BEFORE INSERT ON helpline_publication WHEN EXISTS (SELECT 1 FROM helpline_publication n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER helpline_publication_refuses_update BEFORE UPDATE ON helpline_publication BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_publication n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'published_figures_stay') WHERE NEW.id = OLD.id; END
;
CREATE TABLE programme (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	slug VARCHAR NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	topic VARCHAR(30) NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	summary_sr_cyrl VARCHAR NOT NULL, 
	summary_en VARCHAR NOT NULL, 
	about_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	about_en VARCHAR DEFAULT '' NOT NULL, 
	for_whom_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	for_whom_en VARCHAR DEFAULT '' NOT NULL, 
	needs_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	needs_en VARCHAR DEFAULT '' NOT NULL, 
	who_comes_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	who_comes_en VARCHAR DEFAULT '' NOT NULL, 
	questions_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	questions_en VARCHAR DEFAULT '' NOT NULL, 
	level VARCHAR(30) DEFAULT 'none' NOT NULL, 
	minutes INTEGER NOT NULL, 
	group_size INTEGER NOT NULL, 
	educators INTEGER NOT NULL, 
	influencers INTEGER NOT NULL, 
	set_up_minutes INTEGER NOT NULL, 
	notice_days INTEGER NOT NULL, 
	booking VARCHAR(30) DEFAULT 'ask_first' NOT NULL, 
	open BOOLEAN NOT NULL, 
	catalogue_number VARCHAR DEFAULT '' NOT NULL, 
	catalogue_hours INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_programme PRIMARY KEY (id), 
	CONSTRAINT ck_programme_lasts_a_day_at_most CHECK (minutes BETWEEN 15 AND 480), 
	CONSTRAINT ck_programme_crew_of_somebody CHECK (educators >= 0 AND influencers >= 0 AND educators + influencers >= 1), 
	CONSTRAINT ck_programme_no_influencer_without_educator CHECK (influencers = 0 OR educators >= 1), 
	CONSTRAINT ck_programme_group_fits_a_hall CHECK (group_size BETWEEN 1 AND 1000), 
	CONSTRAINT ck_programme_set_up_within_two_hours CHECK (set_up_minutes BETWEEN 0 AND 120), 
	CONSTRAINT ck_programme_notice_within_a_year CHECK (notice_days BETWEEN 0 AND 365), 
	CONSTRAINT ck_programme_hours_of_the_catalogue CHECK (catalogue_hours BETWEEN 0 AND 100), 
	CONSTRAINT fk_programme_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_programme_slug UNIQUE (slug), 
	CONSTRAINT ck_programme_programmekind CHECK (kind IN ('talk', 'parents_evening', 'teachers_gathering', 'cohort_training')), 
	CONSTRAINT ck_programme_topic CHECK (topic IN ('safe_internet', 'peer_violence', 'privacy', 'reporting', 'media_literacy', 'parenting')), 
	CONSTRAINT ck_programme_schoollevel CHECK (level IN ('primary', 'secondary', 'none')), 
	CONSTRAINT ck_programme_booking CHECK (booking IN ('book_now', 'ask_first'))
)
;
CREATE INDEX ix_programme_centre_id ON programme (centre_id)
;
CREATE TABLE waiting_weights (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	per_year INTEGER NOT NULL, 
	most_years INTEGER NOT NULL, 
	rural INTEGER NOT NULL, 
	special_needs INTEGER NOT NULL, 
	per_month INTEGER NOT NULL, 
	CONSTRAINT pk_waiting_weights PRIMARY KEY (id), 
	CONSTRAINT ck_waiting_weights_points_are_small CHECK (per_year BETWEEN 0 AND 99 AND most_years BETWEEN 0 AND 99 AND rural BETWEEN 0 AND 99 AND special_needs BETWEEN 0 AND 99 AND per_month BETWEEN 0 AND 99), 
	CONSTRAINT uq_waiting_weights_centre_id UNIQUE (centre_id), 
	CONSTRAINT fk_waiting_weights_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE
)
;
CREATE TABLE practice_case (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	story_sr_cyrl VARCHAR NOT NULL, 
	story_en VARCHAR NOT NULL, 
	why_sr_cyrl VARCHAR NOT NULL, 
	why_en VARCHAR NOT NULL, 
	tell_adult BOOLEAN NOT NULL, 
	block_report BOOLEAN NOT NULL, 
	hotline BOOLEAN NOT NULL, 
	helpline BOOLEAN NOT NULL, 
	CONSTRAINT pk_practice_case PRIMARY KEY (id), 
	CONSTRAINT case_once_in_a_centre UNIQUE (centre_id, code), 
	CONSTRAINT ck_practice_case_some_way_is_right CHECK (tell_adult OR block_report OR hotline OR helpline), 
	CONSTRAINT ck_practice_case_case_has_words CHECK (story_sr_cyrl <> '' AND why_sr_cyrl <> ''), 
	CONSTRAINT fk_practice_case_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE
)
;
CREATE TABLE certificate_picture (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	content BLOB NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	CONSTRAINT pk_certificate_picture PRIMARY KEY (id), 
	CONSTRAINT ck_certificate_picture_shows_something CHECK (length(content) > 0), 
	CONSTRAINT ck_certificate_picture_has_sides CHECK (width > 0 AND height > 0), 
	CONSTRAINT fk_certificate_picture_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_certificate_picture_centre_id ON certificate_picture (centre_id)
;
CREATE TRIGGER certificate_picture_template_stays_delete BEFORE DELETE ON certificate_picture WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'template_stays'); END
;
CREATE TRIGGER certificate_picture_row_is_not_replaced_insert BEFORE INSERT ON certificate_picture WHEN EXISTS (SELECT 1 FROM certificate_picture n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER certificate_picture_refuses_update BEFORE UPDATE ON certificate_picture BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate_picture n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'template_stays') WHERE TRUE; END
;
CREATE TABLE public_figure (
	centre_id INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	iso VARCHAR NOT NULL, 
	city_sr_cyrl VARCHAR NOT NULL, 
	campaign INTEGER NOT NULL, 
	city_sr_latn VARCHAR NOT NULL, 
	presentations INTEGER NOT NULL, 
	pupils INTEGER NOT NULL, 
	parents INTEGER NOT NULL, 
	teachers INTEGER NOT NULL, 
	others INTEGER NOT NULL, 
	high_school INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	made_on DATE NOT NULL, 
	CONSTRAINT pk_public_figure PRIMARY KEY (centre_id, year, iso, city_sr_cyrl, campaign), 
	CONSTRAINT ck_public_figure_no_less_than_nobody CHECK (pupils >= high_school AND high_school >= 0 AND parents >= 0 AND teachers >= 0 AND others >= 0), 
	CONSTRAINT fk_public_figure_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE
)
;
CREATE TABLE profile_text (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	about_sr_cyrl VARCHAR NOT NULL, 
	about_en VARCHAR NOT NULL, 
	plans_sr_cyrl VARCHAR NOT NULL, 
	plans_en VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_profile_text PRIMARY KEY (id), 
	CONSTRAINT texts_once_for_some_days UNIQUE (centre_id, first_day, last_day), 
	CONSTRAINT ck_profile_text_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_profile_text_no_longer CHECK (length(about_sr_cyrl) <= 6000 AND length(about_en) <= 6000 AND length(plans_sr_cyrl) <= 6000 AND length(plans_en) <= 6000), 
	CONSTRAINT fk_profile_text_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT
)
;
CREATE TABLE host (
	id INTEGER NOT NULL, 
	register_id VARCHAR, 
	kind VARCHAR(30) NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_sr_latn VARCHAR NOT NULL, 
	address_sr_cyrl VARCHAR NOT NULL, 
	address_sr_latn VARCHAR NOT NULL, 
	postcode VARCHAR NOT NULL, 
	place_sr_cyrl VARCHAR NOT NULL, 
	place_sr_latn VARCHAR NOT NULL, 
	municipality_id INTEGER, 
	zone VARCHAR NOT NULL, 
	phone VARCHAR NOT NULL, 
	website VARCHAR NOT NULL, 
	email VARCHAR, 
	classes INTEGER, 
	teaches_primary BOOLEAN NOT NULL, 
	teaches_secondary BOOLEAN NOT NULL, 
	lat DOUBLE, 
	lon DOUBLE, 
	example BOOLEAN NOT NULL, 
	listed BOOLEAN NOT NULL, 
	closed_on DATE, 
	search_key VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_host PRIMARY KEY (id), 
	CONSTRAINT ck_host_has_a_name CHECK (name_sr_cyrl <> '' AND name_sr_latn <> ''), 
	CONSTRAINT ck_host_is_on_the_map CHECK (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180), 
	CONSTRAINT ck_host_both_degrees_or_none CHECK ((lat IS NULL) = (lon IS NULL)), 
	CONSTRAINT ck_host_classes_fit_a_school CHECK (classes BETWEEN 0 AND 500), 
	CONSTRAINT ck_host_registered_is_listed CHECK (register_id IS NULL OR listed), 
	CONSTRAINT uq_host_register_id UNIQUE (register_id), 
	CONSTRAINT ck_host_hostkind CHECK (kind IN ('primary', 'primary_private', 'primary_music', 'primary_secondary', 'primary_secondary_private', 'special_primary_secondary', 'secondary', 'secondary_private', 'music', 'ballet', 'joint', 'dormitory', 'library', 'camp', 'municipality', 'other')), 
	CONSTRAINT fk_host_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_host_listed_name_sr_latn ON host (listed, name_sr_latn)
;
CREATE INDEX ix_host_municipality_id ON host (municipality_id)
;
CREATE INDEX ix_host_search_key ON host (search_key)
;
CREATE TRIGGER host_is_counted_update AFTER UPDATE OF municipality_id ON host WHEN (NEW.municipality_id IS NOT OLD.municipality_id) BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT DISTINCT CAST(substr(p.on_day, 1, 4) AS INTEGER), v.centre_id, t.town
  FROM visit v JOIN presentation p ON p.visit_id = v.id CROSS JOIN (
    SELECT COALESCE(OLD.municipality_id, 0) AS town UNION SELECT COALESCE(NEW.municipality_id, 0)) t
  WHERE v.host_id = NEW.id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TABLE closure_place (
	id INTEGER NOT NULL, 
	closure_id INTEGER NOT NULL, 
	municipality_id INTEGER, 
	district_id INTEGER, 
	calendar VARCHAR(30), 
	CONSTRAINT pk_closure_place PRIMARY KEY (id), 
	CONSTRAINT ck_closure_place_closes_one_place CHECK (CASE WHEN municipality_id IS NULL THEN 0 ELSE 1 END + CASE WHEN district_id IS NULL THEN 0 ELSE 1 END + CASE WHEN calendar IS NULL THEN 0 ELSE 1 END <= 1), 
	CONSTRAINT municipality_once UNIQUE (closure_id, municipality_id), 
	CONSTRAINT district_once UNIQUE (closure_id, district_id), 
	CONSTRAINT calendar_once UNIQUE (closure_id, calendar), 
	CONSTRAINT fk_closure_place_closure_id FOREIGN KEY(closure_id) REFERENCES closure (id) ON DELETE CASCADE, 
	CONSTRAINT fk_closure_place_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_closure_place_district_id FOREIGN KEY(district_id) REFERENCES district (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_closure_place_schoolcalendar CHECK (calendar IN ('republic', 'vojvodina'))
)
;
CREATE UNIQUE INDEX country_once ON closure_place (closure_id) WHERE municipality_id IS NULL AND district_id IS NULL AND calendar IS NULL
;
CREATE INDEX ix_closure_place_district_id ON closure_place (district_id)
;
CREATE INDEX ix_closure_place_municipality_id ON closure_place (municipality_id)
;
CREATE TABLE user_role (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	role VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_user_role PRIMARY KEY (id), 
	CONSTRAINT uq_user_role_user_id_role UNIQUE (user_id, role), 
	CONSTRAINT fk_user_role_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT ck_user_role_role CHECK (role IN ('anonymous', 'school_contact', 'educator', 'influencer', 'guardian', 'coordinator', 'safeguarding', 'administrator', 'system'))
)
;
CREATE INDEX ix_user_role_role_user_id ON user_role (role, user_id)
;
CREATE TABLE user_district (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	district_id INTEGER NOT NULL, 
	CONSTRAINT pk_user_district PRIMARY KEY (id), 
	CONSTRAINT uq_user_district_user_id_district_id UNIQUE (user_id, district_id), 
	CONSTRAINT fk_user_district_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT fk_user_district_district_id FOREIGN KEY(district_id) REFERENCES district (id) ON DELETE RESTRICT
)
;
CREATE TABLE sign_in (
	id INTEGER NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	user_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	factor_at DATETIME, 
	mailbox_at DATETIME, 
	device VARCHAR NOT NULL, 
	CONSTRAINT pk_sign_in PRIMARY KEY (id), 
	CONSTRAINT uq_sign_in_token_hash UNIQUE (token_hash), 
	CONSTRAINT fk_sign_in_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_sign_in_user_id ON sign_in (user_id)
;
CREATE TABLE login_identity (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	issuer VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	linked_at DATETIME NOT NULL, 
	last_used_at DATETIME NOT NULL, 
	CONSTRAINT pk_login_identity PRIMARY KEY (id), 
	CONSTRAINT uq_login_identity_user_id_issuer UNIQUE (user_id, issuer), 
	CONSTRAINT uq_login_identity_issuer_subject UNIQUE (issuer, subject), 
	CONSTRAINT fk_login_identity_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE
)
;
CREATE TRIGGER login_identity_login_identity_stays_update BEFORE UPDATE ON login_identity WHEN NEW.user_id <> OLD.user_id OR NEW.issuer <> OLD.issuer OR NEW.subject <> OLD.subject BEGIN SELECT RAISE(ABORT, 'login_identity_stays'); END
;
CREATE TABLE presenter (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	home_id INTEGER NOT NULL, 
	birth_date DATE, 
	adult_on DATE, 
	may_present_from DATE, 
	phone VARCHAR NOT NULL, 
	reach_km INTEGER, 
	has_car BOOLEAN DEFAULT 1 NOT NULL, 
	suspended_at DATETIME, 
	CONSTRAINT pk_presenter PRIMARY KEY (id), 
	CONSTRAINT ck_presenter_birth_date_gives_adult_on CHECK ((birth_date IS NULL) = (adult_on IS NULL)), 
	CONSTRAINT ck_presenter_birth_date_gives_first_day CHECK ((birth_date IS NULL) = (may_present_from IS NULL)), 
	CONSTRAINT ck_presenter_influencer_has_birth_date CHECK (kind = 'educator' OR birth_date IS NOT NULL), 
	CONSTRAINT ck_presenter_no_birth_date_of_educators CHECK (kind = 'influencer' OR birth_date IS NULL), 
	CONSTRAINT ck_presenter_grows_up_after_birth CHECK (adult_on > birth_date), 
	CONSTRAINT ck_presenter_reach_in_kilometres CHECK (reach_km BETWEEN 1 AND 999), 
	CONSTRAINT uq_presenter_user_id UNIQUE (user_id), 
	CONSTRAINT fk_presenter_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_presenter_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_presenter_presenterkind CHECK (kind IN ('educator', 'influencer')), 
	CONSTRAINT fk_presenter_home_id FOREIGN KEY(home_id) REFERENCES municipality (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_presenter_adult_on ON presenter (adult_on)
;
CREATE INDEX presenters_of_a_centre ON presenter (centre_id, user_id, adult_on, suspended_at)
;
CREATE TRIGGER presenter_frees_update AFTER UPDATE ON presenter WHEN (NEW.suspended_at IS NOT OLD.suspended_at OR NEW.adult_on IS NOT OLD.adult_on OR NEW.may_present_from IS NOT OLD.may_present_from) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('release', 'demo')) BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP), 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = NEW.id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP) OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = NEW.id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
UPDATE assignment SET state = 'withdrawn', state_since = COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP), reason = 'ended_in_database' WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = NEW.id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP) OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = NEW.id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP), 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.presenter_id = NEW.id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL)));
UPDATE assignment SET state = 'withdrawn', state_since = COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP), reason = 'ended_in_database' WHERE assignment.presenter_id = NEW.id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL))); END
;
CREATE TRIGGER presenter_tells_feeds_update AFTER UPDATE ON presenter  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT OLD.id AS presenter_id UNION SELECT NEW.id AS presenter_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT OLD.id AS presenter_id UNION SELECT NEW.id AS presenter_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT OLD.id AS presenter_id UNION SELECT NEW.id AS presenter_id)); END
;
CREATE TRIGGER presenter_is_counted_update AFTER UPDATE OF kind ON presenter WHEN (NEW.kind IS NOT OLD.kind) BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id IN (SELECT s.presentation_id FROM assignment s WHERE s.presenter_id = NEW.id AND s.state IN ('present', 'absent')) AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER presenter_is_named_no_longer_update AFTER UPDATE OF adult_on ON presenter  BEGIN UPDATE certificate SET holder_name = NULL WHERE presenter_id = NEW.id AND holder_name IS NOT NULL AND NEW.adult_on > issued_at; END
;
CREATE TRIGGER presenter_refuses_update BEFORE UPDATE ON presenter BEGIN SELECT RAISE(ABORT, 'birth_date_is_corrected_by_two') WHERE OLD.birth_date IS NOT NULL AND NEW.birth_date IS NOT NULL AND NEW.birth_date <> OLD.birth_date AND NOT EXISTS (SELECT 1 FROM birth_date_correction c
  WHERE c.presenter_id = NEW.id AND c.birth_date = NEW.birth_date AND c.confirmed_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM birth_date_correction d
                    WHERE d.presenter_id = NEW.id AND d.confirmed_at IS NOT NULL AND d.id > c.id)) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('retention', 'erasure')); SELECT RAISE(ABORT, 'protection_follows_the_birth_date') WHERE (NEW.adult_on IS NOT date(NEW.birth_date, '+18 years') OR NEW.may_present_from IS NOT date(NEW.birth_date, '+15 years')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM presenter n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'birth_date_stays_known') WHERE OLD.birth_date IS NOT NULL AND NEW.birth_date IS NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER presenter_refuses_insert BEFORE INSERT ON presenter BEGIN SELECT RAISE(ABORT, 'protection_follows_the_birth_date') WHERE (NEW.adult_on IS NOT date(NEW.birth_date, '+18 years') OR NEW.may_present_from IS NOT date(NEW.birth_date, '+15 years')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM presenter n WHERE (n.id = NEW.id)); END
;
CREATE TABLE code_app (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	secret VARCHAR NOT NULL, 
	last_counter INTEGER NOT NULL, 
	added_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	CONSTRAINT pk_code_app PRIMARY KEY (id), 
	CONSTRAINT ck_code_app_counter_counts CHECK (last_counter >= 0), 
	CONSTRAINT uq_code_app_user_id UNIQUE (user_id), 
	CONSTRAINT fk_code_app_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE
)
;
CREATE TRIGGER code_app_code_is_good_once_update BEFORE UPDATE ON code_app WHEN NEW.last_counter < OLD.last_counter AND NEW.secret = OLD.secret BEGIN SELECT RAISE(ABORT, 'code_is_good_once'); END
;
CREATE TABLE passkey (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	credential_id VARCHAR NOT NULL, 
	public_key VARCHAR NOT NULL, 
	sign_count INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	added_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	CONSTRAINT pk_passkey PRIMARY KEY (id), 
	CONSTRAINT ck_passkey_count_counts CHECK (sign_count >= 0), 
	CONSTRAINT fk_passkey_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT uq_passkey_credential_id UNIQUE (credential_id)
)
;
CREATE INDEX ix_passkey_user_id ON passkey (user_id)
;
CREATE TABLE recovery_code (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	code_hash VARCHAR NOT NULL, 
	made_at DATETIME NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_recovery_code PRIMARY KEY (id), 
	CONSTRAINT fk_recovery_code_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT uq_recovery_code_code_hash UNIQUE (code_hash)
)
;
CREATE INDEX ix_recovery_code_user_id ON recovery_code (user_id)
;
CREATE TRIGGER recovery_code_code_is_good_once_update BEFORE UPDATE ON recovery_code WHEN OLD.used_at IS NOT NULL AND NEW.used_at IS NOT OLD.used_at OR NEW.code_hash <> OLD.code_hash BEGIN SELECT RAISE(ABORT, 'code_is_good_once'); END
;
CREATE TABLE long_work (
	id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	centre_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	phase VARCHAR(30) NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	file_name VARCHAR NOT NULL, 
	content BLOB, 
	result TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	leased_until DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT pk_long_work PRIMARY KEY (id), 
	CONSTRAINT ck_long_work_counts_not_negative CHECK (done >= 0 AND total >= 0 AND attempts >= 0), 
	CONSTRAINT ck_long_work_workkind CHECK (kind IN ('check_hosts', 'import_hosts', 'check_people', 'import_people', 'check_bells', 'import_bells', 'check_visits', 'import_visits', 'check_helpline', 'import_helpline', 'check_posts', 'import_posts', 'issue_certificates', 'propose_plan', 'plan_tour', 'zip_certificates', 'merge_certificates', 'mail_certificates')), 
	CONSTRAINT fk_long_work_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT fk_long_work_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT ck_long_work_workstate CHECK (state IN ('waiting', 'running', 'done', 'failed')), 
	CONSTRAINT ck_long_work_phase CHECK (phase IN ('', 'reading', 'comparing', 'storing', 'issuing', 'searching', 'drawing', 'writing'))
)
;
CREATE INDEX ix_long_work_centre_id_kind_id ON long_work (centre_id, kind, id)
;
CREATE INDEX ix_long_work_state_leased_until ON long_work (state, leased_until)
;
CREATE INDEX ix_long_work_user_id ON long_work (user_id)
;
CREATE TABLE helpline_list (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	code_list INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	added_at DATETIME NOT NULL, 
	added_by_id INTEGER, 
	CONSTRAINT pk_helpline_list PRIMARY KEY (id), 
	CONSTRAINT ck_helpline_list_beyond_the_shipped CHECK (code_list > 1000), 
	CONSTRAINT one_list_from_a_day UNIQUE (centre_id, first_day), 
	CONSTRAINT fk_helpline_list_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_helpline_list_code_list UNIQUE (code_list), 
	CONSTRAINT fk_helpline_list_added_by_id FOREIGN KEY(added_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE TRIGGER helpline_list_list_stays_delete BEFORE DELETE ON helpline_list WHEN EXISTS (SELECT 1 FROM helpline_period p WHERE p.code_list = OLD.code_list) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'list_stays'); END
;
CREATE TRIGGER helpline_list_row_is_not_replaced_insert BEFORE INSERT ON helpline_list WHEN EXISTS (SELECT 1 FROM helpline_list n WHERE (n.id = NEW.id OR n.code_list = NEW.code_list OR (n.centre_id = NEW.centre_id AND n.first_day = NEW.first_day))) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER helpline_list_refuses_update BEFORE UPDATE ON helpline_list BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_list n WHERE (n.id = NEW.id OR n.code_list = NEW.code_list OR (n.centre_id = NEW.centre_id AND n.first_day = NEW.first_day)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'list_stays') WHERE (NEW.centre_id IS NOT OLD.centre_id OR NEW.code_list IS NOT OLD.code_list OR NEW.first_day IS NOT OLD.first_day OR NEW.added_at IS NOT OLD.added_at); END
;
CREATE TABLE helpline_public_cell (
	id INTEGER NOT NULL, 
	publication_id INTEGER NOT NULL, 
	margin VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	number INTEGER, 
	CONSTRAINT pk_helpline_public_cell PRIMARY KEY (id), 
	CONSTRAINT cell_once_in_a_publication UNIQUE (publication_id, margin, code), 
	CONSTRAINT ck_helpline_public_cell_no_small_cell_is_public CHECK (number = 0 OR number >= 5), 
	CONSTRAINT fk_helpline_public_cell_publication_id FOREIGN KEY(publication_id) REFERENCES helpline_publication (id) ON DELETE CASCADE
)
;
CREATE TRIGGER helpline_public_cell_published_figures_stay_delete BEFORE DELETE ON helpline_public_cell WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'published_figures_stay'); END
;
CREATE TRIGGER helpline_public_cell_row_is_not_replaced_insert BEFORE INSERT ON helpline_public_cell WHEN EXISTS (SELECT 1 FROM helpline_public_cell n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER helpline_public_cell_refuses_update BEFORE UPDATE ON helpline_public_cell BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_public_cell n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'published_figures_stay') WHERE NEW.id = OLD.id; END
;
CREATE TABLE helpline_period (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	code_list INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	communications INTEGER NOT NULL, 
	calls INTEGER NOT NULL, 
	mails INTEGER NOT NULL, 
	chats INTEGER NOT NULL, 
	forms INTEGER NOT NULL, 
	cases INTEGER NOT NULL, 
	advisory INTEGER NOT NULL, 
	forwarded INTEGER NOT NULL, 
	to_police INTEGER NOT NULL, 
	to_prosecutor INTEGER NOT NULL, 
	to_social_work INTEGER NOT NULL, 
	to_health INTEGER NOT NULL, 
	to_education INTEGER NOT NULL, 
	to_others INTEGER NOT NULL, 
	signed_at DATETIME, 
	signed_by_id INTEGER, 
	publication_id INTEGER, 
	CONSTRAINT pk_helpline_period PRIMARY KEY (id), 
	CONSTRAINT ck_helpline_period_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_helpline_period_no_less_than_nothing CHECK (communications >= 0 AND calls >= 0 AND mails >= 0 AND chats >= 0 AND forms >= 0 AND cases >= 0 AND advisory >= 0 AND forwarded >= 0 AND to_police >= 0 AND to_prosecutor >= 0 AND to_social_work >= 0 AND to_health >= 0 AND to_education >= 0 AND to_others >= 0), 
	CONSTRAINT ck_helpline_period_communications_are_channels CHECK (communications = calls + mails + chats + forms), 
	CONSTRAINT ck_helpline_period_cases_are_outcomes CHECK (cases = advisory + forwarded), 
	CONSTRAINT ck_helpline_period_forwarded_are_by_whom CHECK (forwarded = to_police + to_prosecutor + to_social_work + to_health + to_education + to_others), 
	CONSTRAINT ck_helpline_period_version_counts CHECK (version > 0), 
	CONSTRAINT fk_helpline_period_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_helpline_period_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES user_account (id) ON DELETE SET NULL, 
	CONSTRAINT fk_helpline_period_publication_id FOREIGN KEY(publication_id) REFERENCES helpline_publication (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_helpline_period_centre_id_first_day ON helpline_period (centre_id, first_day)
;
CREATE INDEX ix_helpline_period_publication_id ON helpline_period (publication_id)
;
CREATE TRIGGER helpline_period_no_day_counted_twice_update BEFORE UPDATE OF centre_id, first_day, last_day ON helpline_period WHEN EXISTS (SELECT 1 FROM helpline_period p WHERE p.centre_id = NEW.centre_id AND p.id <> NEW.id AND p.first_day <= NEW.last_day AND NEW.first_day <= p.last_day) BEGIN SELECT RAISE(ABORT, 'no_day_counted_twice'); END
;
CREATE TRIGGER helpline_period_margins_fit_their_totals_update BEFORE UPDATE OF communications, cases, forwarded ON helpline_period WHEN EXISTS (SELECT 1 FROM helpline_count c WHERE c.period_id = NEW.id GROUP BY c.margin HAVING SUM(c.number) > CASE c.margin WHEN 'topic' THEN NEW.cases WHEN 'act' THEN NEW.forwarded ELSE NEW.communications END) BEGIN SELECT RAISE(ABORT, 'margins_fit_their_totals'); END
;
CREATE TRIGGER helpline_period_signed_figures_stay_delete BEFORE DELETE ON helpline_period WHEN OLD.signed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'signed_figures_stay'); END
;
CREATE TRIGGER helpline_period_published_period_stays_update BEFORE UPDATE OF publication_id ON helpline_period WHEN OLD.publication_id IS NOT NULL AND (NEW.publication_id IS NOT OLD.publication_id) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'published_period_stays'); END
;
CREATE TRIGGER helpline_period_refuses_insert BEFORE INSERT ON helpline_period BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM helpline_period n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'no_day_counted_twice') WHERE EXISTS (SELECT 1 FROM helpline_period p WHERE p.centre_id = NEW.centre_id AND p.id <> NEW.id AND p.first_day <= NEW.last_day AND NEW.first_day <= p.last_day); END
;
CREATE TRIGGER helpline_period_refuses_update BEFORE UPDATE ON helpline_period BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_period n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signed_figures_stay') WHERE OLD.signed_at IS NOT NULL AND ((NEW.centre_id IS NOT OLD.centre_id OR NEW.first_day IS NOT OLD.first_day OR NEW.last_day IS NOT OLD.last_day OR NEW.code_list IS NOT OLD.code_list OR NEW.communications IS NOT OLD.communications OR NEW.calls IS NOT OLD.calls OR NEW.mails IS NOT OLD.mails OR NEW.chats IS NOT OLD.chats OR NEW.forms IS NOT OLD.forms OR NEW.cases IS NOT OLD.cases OR NEW.advisory IS NOT OLD.advisory OR NEW.forwarded IS NOT OLD.forwarded OR NEW.to_police IS NOT OLD.to_police OR NEW.to_prosecutor IS NOT OLD.to_prosecutor OR NEW.to_social_work IS NOT OLD.to_social_work OR NEW.to_health IS NOT OLD.to_health OR NEW.to_education IS NOT OLD.to_education OR NEW.to_others IS NOT OLD.to_others) OR ((NEW.signed_at IS NOT OLD.signed_at) AND NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.thing = 'helpline_period' AND a.thing_id = OLD.id
  AND a.action = 'helpline figures opened' AND a.at >= OLD.signed_at))); END
;
CREATE TABLE programme_photo (
	id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	picture BLOB NOT NULL, 
	agreed_on DATE NOT NULL, 
	CONSTRAINT pk_programme_photo PRIMARY KEY (id), 
	CONSTRAINT ck_programme_photo_shows_something CHECK (length(picture) > 0), 
	CONSTRAINT uq_programme_photo_programme_id UNIQUE (programme_id), 
	CONSTRAINT fk_programme_photo_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE CASCADE
)
;
CREATE TABLE programme_audience (
	id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	audience VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_programme_audience PRIMARY KEY (id), 
	CONSTRAINT uq_programme_audience_programme_id_audience UNIQUE (programme_id, audience), 
	CONSTRAINT fk_programme_audience_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE CASCADE, 
	CONSTRAINT ck_programme_audience_audience CHECK (audience IN ('pupils', 'parents', 'teachers', 'others'))
)
;
CREATE TABLE campaign (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	slug VARCHAR NOT NULL, 
	name_sr_cyrl VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	summary_sr_cyrl VARCHAR NOT NULL, 
	summary_en VARCHAR NOT NULL, 
	about_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	about_en VARCHAR DEFAULT '' NOT NULL, 
	certificate_title_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	certificate_title_en VARCHAR DEFAULT '' NOT NULL, 
	certificate_text_sr_cyrl VARCHAR DEFAULT '' NOT NULL, 
	certificate_text_en VARCHAR DEFAULT '' NOT NULL, 
	posts_at VARCHAR DEFAULT '' NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	CONSTRAINT pk_campaign PRIMARY KEY (id), 
	CONSTRAINT ck_campaign_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT fk_campaign_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_campaign_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_campaign_slug UNIQUE (slug)
)
;
CREATE TABLE handover (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	away_id INTEGER NOT NULL, 
	stand_in_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_handover PRIMARY KEY (id), 
	CONSTRAINT ck_handover_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_handover_somebody_else CHECK (away_id <> stand_in_id), 
	CONSTRAINT fk_handover_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT fk_handover_away_id FOREIGN KEY(away_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT fk_handover_stand_in_id FOREIGN KEY(stand_in_id) REFERENCES user_account (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_handover_centre_id_last_day ON handover (centre_id, last_day)
;
CREATE TABLE open_date (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	district_id INTEGER, 
	on_day DATE NOT NULL, 
	starts_local TIME NOT NULL, 
	hold_hours INTEGER NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	CONSTRAINT pk_open_date PRIMARY KEY (id), 
	CONSTRAINT ck_open_date_held_two_weeks_at_most CHECK (hold_hours BETWEEN 1 AND 336), 
	CONSTRAINT fk_open_date_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_open_date_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_open_date_district_id FOREIGN KEY(district_id) REFERENCES district (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_open_date_datestate CHECK (state IN ('open', 'taken', 'ended'))
)
;
CREATE INDEX ix_open_date_centre_id_state ON open_date (centre_id, state)
;
CREATE TABLE kept_figure (
	year INTEGER NOT NULL, 
	month INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	town INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	campaign INTEGER NOT NULL, 
	audience VARCHAR(30) NOT NULL, 
	level VARCHAR(30) NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	visits INTEGER NOT NULL, 
	first_visits INTEGER NOT NULL, 
	presentations INTEGER NOT NULL, 
	pupils INTEGER NOT NULL, 
	parents INTEGER NOT NULL, 
	teachers INTEGER NOT NULL, 
	others INTEGER NOT NULL, 
	kilometres INTEGER NOT NULL, 
	first_kilometres INTEGER NOT NULL, 
	pupils_once INTEGER NOT NULL, 
	with_influencer INTEGER NOT NULL, 
	without_influencer INTEGER NOT NULL, 
	turned_away INTEGER NOT NULL, 
	CONSTRAINT pk_kept_figure PRIMARY KEY (year, month, centre_id, town, programme_id, campaign, audience, level), 
	CONSTRAINT ck_kept_figure_month_or_the_whole_year CHECK (month BETWEEN 0 AND 12), 
	CONSTRAINT fk_kept_figure_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT fk_kept_figure_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE CASCADE, 
	CONSTRAINT ck_kept_figure_audience CHECK (audience IN ('pupils', 'parents', 'teachers', 'others')), 
	CONSTRAINT ck_kept_figure_schoollevel CHECK (level IN ('primary', 'secondary', 'none'))
)
 WITHOUT ROWID
;
CREATE TABLE question_set (
	id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	edition INTEGER NOT NULL, 
	began_on DATE NOT NULL, 
	is_asked BOOLEAN NOT NULL, 
	CONSTRAINT pk_question_set PRIMARY KEY (id), 
	CONSTRAINT edition_once_in_a_programme UNIQUE (programme_id, edition), 
	CONSTRAINT ck_question_set_edition_counts CHECK (edition > 0), 
	CONSTRAINT fk_question_set_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT
)
;
CREATE TRIGGER question_set_row_is_not_replaced_insert BEFORE INSERT ON question_set WHEN EXISTS (SELECT 1 FROM question_set n WHERE (n.id = NEW.id OR (n.programme_id = NEW.programme_id AND n.edition = NEW.edition))) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER question_set_refuses_update BEFORE UPDATE ON question_set BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM question_set n WHERE (n.id = NEW.id OR (n.programme_id = NEW.programme_id AND n.edition = NEW.edition)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'edition_stays') WHERE (NEW.programme_id IS NOT OLD.programme_id OR NEW.edition IS NOT OLD.edition OR NEW.began_on IS NOT OLD.began_on); END
;
CREATE TABLE certificate_template (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	programme_id INTEGER, 
	version INTEGER NOT NULL, 
	follows_centre BOOLEAN NOT NULL, 
	made_at DATETIME NOT NULL, 
	shape VARCHAR(30) NOT NULL, 
	colour VARCHAR NOT NULL, 
	accent VARCHAR NOT NULL, 
	file_number VARCHAR NOT NULL, 
	signatories TEXT NOT NULL, 
	wordings TEXT NOT NULL, 
	logo_id INTEGER, 
	first_id INTEGER, 
	second_id INTEGER, 
	third_id INTEGER, 
	CONSTRAINT pk_certificate_template PRIMARY KEY (id), 
	CONSTRAINT ck_certificate_template_version_counts CHECK (version > 0), 
	CONSTRAINT ck_certificate_template_colours CHECK ((colour = '' OR length(colour) = 7) AND (accent = '' OR length(accent) = 7)), 
	CONSTRAINT fk_certificate_template_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_template_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_certificate_template_papershape CHECK (shape IN ('across', 'down')), 
	CONSTRAINT fk_certificate_template_logo_id FOREIGN KEY(logo_id) REFERENCES certificate_picture (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_template_first_id FOREIGN KEY(first_id) REFERENCES certificate_picture (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_template_second_id FOREIGN KEY(second_id) REFERENCES certificate_picture (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_template_third_id FOREIGN KEY(third_id) REFERENCES certificate_picture (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_certificate_template_centre_id_programme_id_version ON certificate_template (centre_id, programme_id, version)
;
CREATE INDEX ix_certificate_template_programme_id ON certificate_template (programme_id)
;
CREATE UNIQUE INDEX one_version_of_a_centre ON certificate_template (centre_id, version) WHERE programme_id IS NULL
;
CREATE UNIQUE INDEX one_version_of_a_programme ON certificate_template (programme_id, version) WHERE programme_id IS NOT NULL
;
CREATE TRIGGER certificate_template_template_stays_delete BEFORE DELETE ON certificate_template WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'template_stays'); END
;
CREATE TRIGGER certificate_template_row_is_not_replaced_insert BEFORE INSERT ON certificate_template WHEN EXISTS (SELECT 1 FROM certificate_template n WHERE (n.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER certificate_template_refuses_update BEFORE UPDATE ON certificate_template BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate_template n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'template_stays') WHERE TRUE; END
;
CREATE TABLE signed_period (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	signed_at DATETIME NOT NULL, 
	signed_by_id INTEGER, 
	taken_back_at DATETIME, 
	taken_back_why VARCHAR, 
	visits INTEGER NOT NULL, 
	presentations INTEGER NOT NULL, 
	pupils INTEGER NOT NULL, 
	parents INTEGER NOT NULL, 
	teachers INTEGER NOT NULL, 
	others INTEGER NOT NULL, 
	cities INTEGER NOT NULL, 
	kilometres INTEGER NOT NULL, 
	CONSTRAINT pk_signed_period PRIMARY KEY (id), 
	CONSTRAINT ck_signed_period_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_signed_period_no_less_than_nothing CHECK (visits >= 0 AND presentations >= 0 AND pupils >= 0 AND parents >= 0 AND teachers >= 0 AND others >= 0 AND cities >= 0 AND kilometres >= 0), 
	CONSTRAINT ck_signed_period_taken_back_with_a_reason CHECK ((taken_back_at IS NULL) = (taken_back_why IS NULL)), 
	CONSTRAINT fk_signed_period_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_signed_period_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_signed_period_centre_id_first_day ON signed_period (centre_id, first_day)
;
CREATE TRIGGER no_day_signed_twice_insert BEFORE INSERT ON signed_period WHEN NEW.taken_back_at IS NULL AND EXISTS (
  SELECT 1 FROM signed_period s WHERE s.centre_id = NEW.centre_id AND s.taken_back_at IS NULL AND s.id IS NOT NEW.id
    AND s.first_day <= NEW.last_day AND NEW.first_day <= s.last_day) BEGIN SELECT RAISE(ABORT, 'no_day_signed_twice'); END
;
CREATE TRIGGER signed_period_refuses_update BEFORE UPDATE ON signed_period BEGIN SELECT RAISE(ABORT, 'signed_period_stays') WHERE NEW.centre_id <> OLD.centre_id OR NEW.first_day <> OLD.first_day OR NEW.last_day <> OLD.last_day OR NEW.visits <> OLD.visits OR NEW.presentations <> OLD.presentations OR NEW.pupils <> OLD.pupils OR NEW.parents <> OLD.parents OR NEW.teachers <> OLD.teachers OR NEW.others <> OLD.others OR NEW.cities <> OLD.cities OR NEW.kilometres <> OLD.kilometres OR NEW.signed_at <> OLD.signed_at; SELECT RAISE(ABORT, 'no_day_signed_twice') WHERE NEW.taken_back_at IS NULL AND EXISTS (
  SELECT 1 FROM signed_period s WHERE s.centre_id = NEW.centre_id AND s.taken_back_at IS NULL AND s.id IS NOT NEW.id
    AND s.first_day <= NEW.last_day AND NEW.first_day <= s.last_day); END
;
CREATE TABLE signed_profile (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	papers VARCHAR NOT NULL, 
	public_papers VARCHAR NOT NULL, 
	signed_at DATETIME NOT NULL, 
	signed_by_id INTEGER, 
	taken_back_at DATETIME, 
	taken_back_why VARCHAR, 
	CONSTRAINT pk_signed_profile PRIMARY KEY (id), 
	CONSTRAINT ck_signed_profile_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_signed_profile_says_something CHECK (papers <> ''), 
	CONSTRAINT ck_signed_profile_taken_back_with_a_reason CHECK ((taken_back_at IS NULL) = (taken_back_why IS NULL)), 
	CONSTRAINT fk_signed_profile_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_signed_profile_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_signed_profile_centre_id_first_day ON signed_profile (centre_id, first_day)
;
CREATE TRIGGER signed_profile_signed_profile_stays_delete BEFORE DELETE ON signed_profile WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'signed_profile_stays'); END
;
CREATE TRIGGER signed_profile_refuses_insert BEFORE INSERT ON signed_profile BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM signed_profile n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'profile_stands_once') WHERE NEW.taken_back_at IS NULL AND EXISTS (SELECT 1 FROM signed_profile s
  WHERE s.centre_id = NEW.centre_id AND s.first_day = NEW.first_day AND s.last_day = NEW.last_day
    AND s.taken_back_at IS NULL AND s.id <> NEW.id); END
;
CREATE TRIGGER signed_profile_refuses_update BEFORE UPDATE ON signed_profile BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM signed_profile n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signed_profile_stays') WHERE (NEW.centre_id IS NOT OLD.centre_id OR NEW.first_day IS NOT OLD.first_day OR NEW.last_day IS NOT OLD.last_day OR NEW.papers IS NOT OLD.papers OR NEW.public_papers IS NOT OLD.public_papers OR NEW.signed_at IS NOT OLD.signed_at) OR (OLD.taken_back_at IS NOT NULL AND (NEW.taken_back_at IS NOT OLD.taken_back_at OR NEW.taken_back_why IS NOT OLD.taken_back_why)); SELECT RAISE(ABORT, 'profile_stands_once') WHERE NEW.taken_back_at IS NULL AND EXISTS (SELECT 1 FROM signed_profile s
  WHERE s.centre_id = NEW.centre_id AND s.first_day = NEW.first_day AND s.last_day = NEW.last_day
    AND s.taken_back_at IS NULL AND s.id <> NEW.id); END
;
CREATE TABLE host_merger (
	host_id INTEGER NOT NULL, 
	into_id INTEGER NOT NULL, 
	merged_at DATETIME NOT NULL, 
	CONSTRAINT pk_host_merger PRIMARY KEY (host_id), 
	CONSTRAINT ck_host_merger_not_into_itself CHECK (host_id <> into_id), 
	CONSTRAINT fk_host_merger_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE CASCADE, 
	CONSTRAINT fk_host_merger_into_id FOREIGN KEY(into_id) REFERENCES host (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_host_merger_into_id ON host_merger (into_id)
;
CREATE TABLE school_time (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	grouping VARCHAR(30) NOT NULL, 
	rotation VARCHAR(30) NOT NULL, 
	first_grades VARCHAR NOT NULL, 
	first_sections VARCHAR NOT NULL, 
	middle_grades VARCHAR NOT NULL, 
	anchor_day DATE, 
	afternoon_weekday INTEGER, 
	afternoon_starts TIME, 
	by_school BOOLEAN NOT NULL, 
	changed_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_school_time PRIMARY KEY (id), 
	CONSTRAINT ck_school_time_first_grades_are_named CHECK (grouping <> 'grades' OR first_grades <> ''), 
	CONSTRAINT ck_school_time_first_letters_are_named CHECK (grouping <> 'letters' OR first_sections <> ''), 
	CONSTRAINT ck_school_time_rotation_begins_somewhere CHECK (rotation = 'none' OR anchor_day IS NOT NULL), 
	CONSTRAINT ck_school_time_other_start_has_its_day CHECK ((afternoon_weekday IS NULL) = (afternoon_starts IS NULL)), 
	CONSTRAINT ck_school_time_weekday_exists CHECK (afternoon_weekday BETWEEN 0 AND 6), 
	CONSTRAINT uq_school_time_host_id UNIQUE (host_id), 
	CONSTRAINT fk_school_time_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE CASCADE, 
	CONSTRAINT ck_school_time_grouping CHECK (grouping IN ('together', 'grades', 'letters')), 
	CONSTRAINT ck_school_time_rotation CHECK (rotation IN ('none', 'week', 'month', 'period'))
)
;
CREATE TABLE call_note (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_call_note PRIMARY KEY (id), 
	CONSTRAINT ck_call_note_says_something CHECK (text <> ''), 
	CONSTRAINT fk_call_note_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_call_note_host_id_at ON call_note (host_id, at)
;
CREATE TABLE presenter_photo (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	picture BLOB NOT NULL, 
	agreed_on DATE NOT NULL, 
	CONSTRAINT pk_presenter_photo PRIMARY KEY (id), 
	CONSTRAINT uq_presenter_photo_presenter_id UNIQUE (presenter_id), 
	CONSTRAINT fk_presenter_photo_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE TRIGGER presenter_photo_photo_is_of_an_adult_insert BEFORE INSERT ON presenter_photo WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.agreed_on) BEGIN SELECT RAISE(ABORT, 'photo_is_of_an_adult'); END
;
CREATE TRIGGER presenter_photo_photo_is_of_an_adult_update BEFORE UPDATE ON presenter_photo WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.agreed_on) BEGIN SELECT RAISE(ABORT, 'photo_is_of_an_adult'); END
;
CREATE TABLE presenter_note (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	said_on DATE NOT NULL, 
	"by" VARCHAR NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_presenter_note PRIMARY KEY (id), 
	CONSTRAINT ck_presenter_note_says_something CHECK (text <> ''), 
	CONSTRAINT fk_presenter_note_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_presenter_note_presenter_id_said_on ON presenter_note (presenter_id, said_on)
;
CREATE TRIGGER presenter_note_no_note_about_a_minor_insert BEFORE INSERT ON presenter_note WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.said_on) BEGIN SELECT RAISE(ABORT, 'no_note_about_a_minor'); END
;
CREATE TRIGGER presenter_note_no_note_about_a_minor_update BEFORE UPDATE ON presenter_note WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.said_on) BEGIN SELECT RAISE(ABORT, 'no_note_about_a_minor'); END
;
CREATE TABLE presenter_skill (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	topic VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_presenter_skill PRIMARY KEY (id), 
	CONSTRAINT uq_presenter_skill_presenter_id_topic UNIQUE (presenter_id, topic), 
	CONSTRAINT fk_presenter_skill_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_presenter_skill_topic CHECK (topic IN ('safe_internet', 'peer_violence', 'privacy', 'reporting', 'media_literacy', 'parenting'))
)
;
CREATE TABLE presenter_language (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	language VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_presenter_language PRIMARY KEY (id), 
	CONSTRAINT uq_presenter_language_presenter_id_language UNIQUE (presenter_id, language), 
	CONSTRAINT fk_presenter_language_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_presenter_language_teachinglanguage CHECK (language IN ('sr', 'hu', 'sk', 'ro', 'rue', 'hr', 'bs', 'sq', 'bg', 'en'))
)
;
CREATE TABLE available_hours (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	weekday INTEGER NOT NULL, 
	from_local TIME NOT NULL, 
	until_local TIME NOT NULL, 
	CONSTRAINT pk_available_hours PRIMARY KEY (id), 
	CONSTRAINT ck_available_hours_weekday_of_a_week CHECK (weekday BETWEEN 0 AND 6), 
	CONSTRAINT ck_available_hours_hours_in_order CHECK (until_local > from_local), 
	CONSTRAINT uq_available_hours_presenter_id_weekday_from_local UNIQUE (presenter_id, weekday, from_local), 
	CONSTRAINT fk_available_hours_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_available_hours_weekday_from_local_until_local ON available_hours (weekday, from_local, until_local)
;
CREATE TABLE availability_exception (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	available BOOLEAN NOT NULL, 
	CONSTRAINT pk_availability_exception PRIMARY KEY (id), 
	CONSTRAINT ck_availability_exception_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT fk_availability_exception_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_availability_exception_presenter_id_first_day ON availability_exception (presenter_id, first_day)
;
CREATE TABLE work_file (
	id INTEGER NOT NULL, 
	work_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_work_file PRIMARY KEY (id), 
	CONSTRAINT ck_work_file_hash_is_whole CHECK (length(sha256) = 64), 
	CONSTRAINT each_file_of_a_work_once UNIQUE (work_id, name), 
	CONSTRAINT fk_work_file_work_id FOREIGN KEY(work_id) REFERENCES long_work (id) ON DELETE CASCADE
)
;
CREATE TABLE vetting (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	result VARCHAR(30) NOT NULL, 
	checked_on DATE NOT NULL, 
	valid_until DATE NOT NULL, 
	warned_days INTEGER, 
	recorded_by_id INTEGER, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_vetting PRIMARY KEY (id), 
	CONSTRAINT ck_vetting_days_in_order CHECK (valid_until >= checked_on), 
	CONSTRAINT fk_vetting_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_vetting_vettingresult CHECK (result IN ('cleared', 'refused')), 
	CONSTRAINT fk_vetting_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX checks_in_order ON vetting (presenter_id, checked_on, id, result, valid_until)
;
CREATE INDEX ix_vetting_presenter_id_valid_until ON vetting (presenter_id, valid_until)
;
CREATE TRIGGER vetting_check_is_recorded_by_another_update BEFORE UPDATE OF recorded_by_id ON vetting WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id) BEGIN SELECT RAISE(ABORT, 'check_is_recorded_by_another'); END
;
CREATE TRIGGER vetting_check_is_written_once_delete BEFORE DELETE ON vetting WHEN OLD.result = 'refused' AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'check_is_written_once'); END
;
CREATE TRIGGER vetting_frees_insert AFTER INSERT ON vetting WHEN NEW.result = 'refused' AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('release', 'demo')) BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT NEW.recorded_at, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > NEW.recorded_at OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = NEW.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > NEW.recorded_at OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = NEW.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
UPDATE assignment SET state = 'withdrawn', state_since = NEW.recorded_at, reason = 'ended_in_database' WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > NEW.recorded_at OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = NEW.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > NEW.recorded_at OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = NEW.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT NEW.recorded_at, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.presenter_id = NEW.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > NEW.recorded_at OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL)));
UPDATE assignment SET state = 'withdrawn', state_since = NEW.recorded_at, reason = 'ended_in_database' WHERE assignment.presenter_id = NEW.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > NEW.recorded_at OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL))); END
;
CREATE TRIGGER vetting_frees_update AFTER UPDATE ON vetting WHEN (NEW.result IS NOT OLD.result OR NEW.checked_on IS NOT OLD.checked_on OR NEW.valid_until IS NOT OLD.valid_until OR NEW.presenter_id IS NOT OLD.presenter_id) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('release', 'demo')) BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT CURRENT_TIMESTAMP, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > CURRENT_TIMESTAMP OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
UPDATE assignment SET state = 'withdrawn', state_since = CURRENT_TIMESTAMP, reason = 'ended_in_database' WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > CURRENT_TIMESTAMP OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT CURRENT_TIMESTAMP, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL)));
UPDATE assignment SET state = 'withdrawn', state_since = CURRENT_TIMESTAMP, reason = 'ended_in_database' WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL))); END
;
CREATE TRIGGER vetting_frees_delete AFTER DELETE ON vetting WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('release', 'demo')) BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT CURRENT_TIMESTAMP, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > CURRENT_TIMESTAMP OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
UPDATE assignment SET state = 'withdrawn', state_since = CURRENT_TIMESTAMP, reason = 'ended_in_database' WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > CURRENT_TIMESTAMP OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT CURRENT_TIMESTAMP, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL)));
UPDATE assignment SET state = 'withdrawn', state_since = CURRENT_TIMESTAMP, reason = 'ended_in_database' WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL))); END
;
CREATE TRIGGER vetting_refuses_insert BEFORE INSERT ON vetting BEGIN SELECT RAISE(ABORT, 'check_is_recorded_by_another') WHERE EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM vetting n WHERE (n.id = NEW.id)); END
;
CREATE TRIGGER vetting_refuses_update BEFORE UPDATE ON vetting BEGIN SELECT RAISE(ABORT, 'check_is_written_once') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.recorded_at IS NOT OLD.recorded_at)
  OR (((NEW.recorded_by_id IS NOT OLD.recorded_by_id) AND (NEW.recorded_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.recorded_by_id))) AND NOT EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id))
  OR NEW.valid_until > OLD.valid_until OR NEW.checked_on < OLD.checked_on
  OR (OLD.result = 'refused' AND (NEW.result IS NOT OLD.result OR NEW.checked_on IS NOT OLD.checked_on))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM vetting n WHERE (n.id = NEW.id) AND n.id <> OLD.id); END
;
CREATE TABLE driving_check (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	result VARCHAR(30) NOT NULL, 
	checked_on DATE NOT NULL, 
	valid_until DATE NOT NULL, 
	warned_days INTEGER, 
	recorded_by_id INTEGER, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_driving_check PRIMARY KEY (id), 
	CONSTRAINT ck_driving_check_days_in_order CHECK (valid_until >= checked_on), 
	CONSTRAINT fk_driving_check_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_driving_check_vettingresult CHECK (result IN ('cleared', 'refused')), 
	CONSTRAINT fk_driving_check_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_driving_check_presenter_id_valid_until ON driving_check (presenter_id, valid_until)
;
CREATE TRIGGER driving_check_check_is_recorded_by_another_update BEFORE UPDATE OF recorded_by_id ON driving_check WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id) BEGIN SELECT RAISE(ABORT, 'check_is_recorded_by_another'); END
;
CREATE TRIGGER driving_check_check_is_written_once_delete BEFORE DELETE ON driving_check WHEN OLD.result = 'refused' AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'check_is_written_once'); END
;
CREATE TRIGGER driving_check_refuses_insert BEFORE INSERT ON driving_check BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM driving_check n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'check_is_recorded_by_another') WHERE EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id); SELECT RAISE(ABORT, 'driver_is_an_adult') WHERE EXISTS (SELECT 1 FROM presenter p
  WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.checked_on); END
;
CREATE TRIGGER driving_check_refuses_update BEFORE UPDATE ON driving_check BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM driving_check n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'check_is_written_once') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.recorded_at IS NOT OLD.recorded_at)
  OR (((NEW.recorded_by_id IS NOT OLD.recorded_by_id) AND (NEW.recorded_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.recorded_by_id))) AND NOT EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id))
  OR NEW.valid_until > OLD.valid_until OR NEW.checked_on < OLD.checked_on
  OR (OLD.result = 'refused' AND (NEW.result IS NOT OLD.result OR NEW.checked_on IS NOT OLD.checked_on))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'driver_is_an_adult') WHERE EXISTS (SELECT 1 FROM presenter p
  WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.checked_on); END
;
CREATE TABLE guardian (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	email VARCHAR NOT NULL, 
	phone VARCHAR NOT NULL, 
	named_by_id INTEGER, 
	named_at DATETIME NOT NULL, 
	in_force_at DATETIME NOT NULL, 
	replaced_at DATETIME, 
	asked_text VARCHAR NOT NULL, 
	confirmed_by_id INTEGER, 
	confirmed_at DATETIME, 
	CONSTRAINT pk_guardian PRIMARY KEY (id), 
	CONSTRAINT ck_guardian_moments_in_order CHECK (replaced_at >= in_force_at), 
	CONSTRAINT ck_guardian_confirmed_by_another CHECK (confirmed_by_id <> named_by_id), 
	CONSTRAINT ck_guardian_confirmed_at_a_moment CHECK (confirmed_by_id IS NULL OR confirmed_at IS NOT NULL), 
	CONSTRAINT fk_guardian_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_guardian_named_by_id FOREIGN KEY(named_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE UNIQUE INDEX one_last_guardian ON guardian (presenter_id) WHERE replaced_at IS NULL
;
CREATE TRIGGER guardian_refuses_insert BEFORE INSERT ON guardian BEGIN SELECT RAISE(ABORT, 'first_guardian_is_confirmed') WHERE NEW.confirmed_by_id IS NOT NULL; SELECT RAISE(ABORT, 'guardian_waits') WHERE datetime(NEW.named_at) > datetime(NEW.in_force_at, '-24 hours') AND EXISTS (SELECT 1 FROM guardian n
  WHERE n.presenter_id = NEW.presenter_id AND n.replaced_at > n.in_force_at); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM guardian n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.replaced_at IS NULL AND NEW.replaced_at IS NULL))); SELECT RAISE(ABORT, 'guardian_is_no_minor') WHERE EXISTS (SELECT 1 FROM user_account u JOIN presenter m ON m.user_id = u.id
  WHERE (m.id = NEW.presenter_id OR m.adult_on > NEW.named_at)
  AND CASE WHEN m.user_id = u.id THEN (lower(NEW.email) = u.email OR lower(NEW.email) LIKE replace(replace(replace(replace(u.email, '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@') ESCAPE '!'
  OR u.email LIKE replace(replace(replace(replace(lower(NEW.email), '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@') ESCAPE '!') ELSE FALSE END); END
;
CREATE TRIGGER guardian_refuses_update BEFORE UPDATE ON guardian BEGIN SELECT RAISE(ABORT, 'second_look_is_another_persons') WHERE NEW.confirmed_by_id <> NEW.named_by_id AND NEW.confirmed_by_id IS NOT OLD.confirmed_by_id AND NOT EXISTS (
  SELECT 1 FROM user_account one JOIN user_account other ON other.id = NEW.confirmed_by_id
  WHERE one.id = NEW.named_by_id AND coalesce(one.origin_id, one.id) <> coalesce(other.origin_id, other.id)
    AND datetime(other.created_at) <= datetime(NEW.named_at, '-168 hours')
    AND (EXISTS (SELECT 1 FROM code_app k WHERE k.user_id = other.id)
      OR EXISTS (SELECT 1 FROM passkey k WHERE k.user_id = other.id))
    AND NOT EXISTS (SELECT 1 FROM audit_entry a JOIN user_account by
        ON by.id = CASE WHEN a.actor LIKE 'user:%' THEN CAST(substr(a.actor, 6) AS INTEGER) END
      WHERE a.thing = 'user_account' AND a.thing_id IN (one.id, other.id) AND a.action IN ('invited', 'restored', 'roles changed', 'keys reset')
        AND datetime(a.at) > datetime(NEW.named_at, '-168 hours')
        AND coalesce(by.origin_id, by.id) = CASE WHEN a.thing_id = one.id THEN coalesce(other.origin_id, other.id) ELSE coalesce(one.origin_id, one.id) END)); SELECT RAISE(ABORT, 'first_guardian_is_confirmed') WHERE OLD.confirmed_at IS NOT NULL AND (NEW.confirmed_by_id IS NOT OLD.confirmed_by_id OR NEW.confirmed_at IS NOT OLD.confirmed_at) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM guardian n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.replaced_at IS NULL AND NEW.replaced_at IS NULL)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'guardian_is_written_once') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.name IS NOT OLD.name OR NEW.email IS NOT OLD.email OR NEW.phone IS NOT OLD.phone OR NEW.named_at IS NOT OLD.named_at OR NEW.in_force_at IS NOT OLD.in_force_at)
  OR ((NEW.named_by_id IS NOT OLD.named_by_id) AND (NEW.named_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.named_by_id)))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TABLE birth_date_correction (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	birth_date DATE NOT NULL, 
	proposed_by_id INTEGER NOT NULL, 
	proposed_at DATETIME NOT NULL, 
	confirmed_by_id INTEGER, 
	confirmed_at DATETIME, 
	on_the_host BOOLEAN NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_birth_date_correction PRIMARY KEY (id), 
	CONSTRAINT ck_birth_date_correction_corrected_by_two_people CHECK (confirmed_by_id <> proposed_by_id), 
	CONSTRAINT ck_birth_date_correction_confirmed_by_one CHECK (confirmed_at IS NULL OR confirmed_by_id IS NOT NULL OR on_the_host), 
	CONSTRAINT ck_birth_date_correction_confirmed_or_ended CHECK (confirmed_at IS NULL OR ended_at IS NULL), 
	CONSTRAINT fk_birth_date_correction_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_birth_date_correction_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES user_account (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_birth_date_correction_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES user_account (id) ON DELETE RESTRICT
)
;
CREATE UNIQUE INDEX one_open_correction ON birth_date_correction (presenter_id) WHERE confirmed_at IS NULL AND ended_at IS NULL
;
CREATE TRIGGER birth_date_correction_correction_is_written_once_delete BEFORE DELETE ON birth_date_correction WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'correction_is_written_once'); END
;
CREATE TRIGGER birth_date_correction_refuses_insert BEFORE INSERT ON birth_date_correction BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM birth_date_correction n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.confirmed_at IS NULL AND n.ended_at IS NULL AND NEW.confirmed_at IS NULL AND NEW.ended_at IS NULL))); SELECT RAISE(ABORT, 'correction_is_written_once') WHERE NEW.confirmed_at IS NOT NULL; END
;
CREATE TRIGGER birth_date_correction_refuses_update BEFORE UPDATE ON birth_date_correction BEGIN SELECT RAISE(ABORT, 'second_look_is_another_persons') WHERE NEW.confirmed_by_id <> NEW.proposed_by_id AND NEW.confirmed_by_id IS NOT OLD.confirmed_by_id AND NOT EXISTS (
  SELECT 1 FROM user_account one JOIN user_account other ON other.id = NEW.confirmed_by_id
  WHERE one.id = NEW.proposed_by_id AND coalesce(one.origin_id, one.id) <> coalesce(other.origin_id, other.id)
    AND datetime(other.created_at) <= datetime(NEW.proposed_at, '-168 hours')
    AND (EXISTS (SELECT 1 FROM code_app k WHERE k.user_id = other.id)
      OR EXISTS (SELECT 1 FROM passkey k WHERE k.user_id = other.id))
    AND NOT EXISTS (SELECT 1 FROM audit_entry a JOIN user_account by
        ON by.id = CASE WHEN a.actor LIKE 'user:%' THEN CAST(substr(a.actor, 6) AS INTEGER) END
      WHERE a.thing = 'user_account' AND a.thing_id IN (one.id, other.id) AND a.action IN ('invited', 'restored', 'roles changed', 'keys reset')
        AND datetime(a.at) > datetime(NEW.proposed_at, '-168 hours')
        AND coalesce(by.origin_id, by.id) = CASE WHEN a.thing_id = one.id THEN coalesce(other.origin_id, other.id) ELSE coalesce(one.origin_id, one.id) END)); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM birth_date_correction n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.confirmed_at IS NULL AND n.ended_at IS NULL AND NEW.confirmed_at IS NULL AND NEW.ended_at IS NULL)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'correction_is_written_once') WHERE (NEW.presenter_id IS NOT OLD.presenter_id OR NEW.birth_date IS NOT OLD.birth_date OR NEW.proposed_by_id IS NOT OLD.proposed_by_id OR NEW.proposed_at IS NOT OLD.proposed_at) OR ((OLD.confirmed_at IS NOT NULL OR OLD.ended_at IS NOT NULL) AND (NEW.confirmed_by_id IS NOT OLD.confirmed_by_id OR NEW.confirmed_at IS NOT OLD.confirmed_at OR NEW.on_the_host IS NOT OLD.on_the_host OR NEW.ended_at IS NOT OLD.ended_at)); END
;
CREATE TABLE assignment_stop (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	stopped_at DATETIME NOT NULL, 
	lifted_at DATETIME, 
	lifted_by_id INTEGER, 
	lifted_because VARCHAR(30), 
	CONSTRAINT pk_assignment_stop PRIMARY KEY (id), 
	CONSTRAINT ck_assignment_stop_moments_in_order CHECK (lifted_at >= stopped_at), 
	CONSTRAINT ck_assignment_stop_lifted_with_a_reason CHECK ((lifted_at IS NULL) = (lifted_because IS NULL)), 
	CONSTRAINT fk_assignment_stop_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_assignment_stop_lifted_by_id FOREIGN KEY(lifted_by_id) REFERENCES user_account (id) ON DELETE SET NULL, 
	CONSTRAINT ck_assignment_stop_liftedbecause CHECK (lifted_because IN ('nothing_found', 'somebody_else', 'settled'))
)
;
CREATE INDEX ix_assignment_stop_presenter_id_stopped_at ON assignment_stop (presenter_id, stopped_at)
;
CREATE UNIQUE INDEX one_standing_stop ON assignment_stop (presenter_id) WHERE lifted_at IS NULL
;
CREATE TRIGGER assignment_stop_stop_stays_delete BEFORE DELETE ON assignment_stop WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'stop_stays'); END
;
CREATE TRIGGER assignment_stop_stop_is_lifted_by_another_update BEFORE UPDATE OF lifted_at, lifted_by_id ON assignment_stop WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.lifted_by_id)
  OR (OLD.lifted_at IS NULL AND (NEW.lifted_because IS NULL) <> (NEW.lifted_by_id IS NULL))
  OR (OLD.lifted_at IS NOT NULL AND ((NEW.lifted_by_id IS NOT OLD.lifted_by_id) AND (NEW.lifted_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.lifted_by_id))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure'))) BEGIN SELECT RAISE(ABORT, 'stop_is_lifted_by_another'); END
;
CREATE TRIGGER assignment_stop_refuses_insert BEFORE INSERT ON assignment_stop BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM assignment_stop n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.lifted_at IS NULL AND NEW.lifted_at IS NULL))); SELECT RAISE(ABORT, 'stop_stays') WHERE NEW.lifted_at IS NOT NULL; END
;
CREATE TRIGGER assignment_stop_refuses_update BEFORE UPDATE ON assignment_stop BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM assignment_stop n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.lifted_at IS NULL AND NEW.lifted_at IS NULL)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'stop_stays') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.stopped_at IS NOT OLD.stopped_at) OR (OLD.lifted_at IS NOT NULL AND (NEW.lifted_at IS NOT OLD.lifted_at OR NEW.lifted_because IS NOT OLD.lifted_because))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TABLE helpline_count (
	id INTEGER NOT NULL, 
	period_id INTEGER NOT NULL, 
	margin VARCHAR(30) NOT NULL, 
	code VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	CONSTRAINT pk_helpline_count PRIMARY KEY (id), 
	CONSTRAINT code_once_in_a_period UNIQUE (period_id, margin, code), 
	CONSTRAINT ck_helpline_count_counts_something CHECK (number > 0), 
	CONSTRAINT ck_helpline_count_age_is_a_band CHECK (margin <> 'age' OR code IN ('under_7', 'from_7', 'from_11', 'from_15', 'adult')), 
	CONSTRAINT ck_helpline_count_caller_is_a_kind CHECK (margin <> 'caller' OR code IN ('child', 'parent', 'school_staff', 'other_professional', 'other_person')), 
	CONSTRAINT fk_helpline_count_period_id FOREIGN KEY(period_id) REFERENCES helpline_period (id) ON DELETE CASCADE, 
	CONSTRAINT ck_helpline_count_helplinemargin CHECK (margin IN ('age', 'caller', 'district', 'topic', 'act'))
)
;
CREATE TRIGGER helpline_count_signed_figures_stay_delete BEFORE DELETE ON helpline_count WHEN EXISTS (SELECT 1 FROM helpline_period p WHERE p.id = OLD.period_id AND p.signed_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'signed_figures_stay'); END
;
CREATE TRIGGER helpline_count_refuses_insert BEFORE INSERT ON helpline_count BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM helpline_count n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'signed_figures_stay') WHERE EXISTS (SELECT 1 FROM helpline_period p WHERE p.id = NEW.period_id AND p.signed_at IS NOT NULL); SELECT RAISE(ABORT, 'margin_fits_its_total') WHERE NEW.number + (SELECT COALESCE(SUM(c.number), 0) FROM helpline_count c WHERE c.period_id = NEW.period_id AND c.margin = NEW.margin AND c.id <> NEW.id) > (SELECT CASE NEW.margin WHEN 'topic' THEN p.cases WHEN 'act' THEN p.forwarded ELSE p.communications END FROM helpline_period p WHERE p.id = NEW.period_id); SELECT RAISE(ABORT, 'code_is_known') WHERE (NEW.margin IN ('topic', 'act') AND NOT EXISTS (
  SELECT 1 FROM helpline_period p JOIN helpline_code c ON c.code_list = p.code_list
  WHERE p.id = NEW.period_id AND c.margin = NEW.margin AND c.code = NEW.code))
  OR (NEW.margin = 'district' AND NOT EXISTS (SELECT 1 FROM district d WHERE d.iso = NEW.code)); END
;
CREATE TRIGGER helpline_count_refuses_update BEFORE UPDATE ON helpline_count BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_count n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signed_figures_stay') WHERE EXISTS (SELECT 1 FROM helpline_period p WHERE p.id = NEW.period_id AND p.signed_at IS NOT NULL); SELECT RAISE(ABORT, 'margin_fits_its_total') WHERE NEW.number + (SELECT COALESCE(SUM(c.number), 0) FROM helpline_count c WHERE c.period_id = NEW.period_id AND c.margin = NEW.margin AND c.id <> NEW.id) > (SELECT CASE NEW.margin WHEN 'topic' THEN p.cases WHEN 'act' THEN p.forwarded ELSE p.communications END FROM helpline_period p WHERE p.id = NEW.period_id); SELECT RAISE(ABORT, 'code_is_known') WHERE (NEW.margin IN ('topic', 'act') AND NOT EXISTS (
  SELECT 1 FROM helpline_period p JOIN helpline_code c ON c.code_list = p.code_list
  WHERE p.id = NEW.period_id AND c.margin = NEW.margin AND c.code = NEW.code))
  OR (NEW.margin = 'district' AND NOT EXISTS (SELECT 1 FROM district d WHERE d.iso = NEW.code)); END
;
CREATE TABLE campaign_target (
	id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	audience VARCHAR(30) NOT NULL, 
	people INTEGER NOT NULL, 
	CONSTRAINT pk_campaign_target PRIMARY KEY (id), 
	CONSTRAINT uq_campaign_target_campaign_id_audience UNIQUE (campaign_id, audience), 
	CONSTRAINT ck_campaign_target_somebody_is_meant CHECK (people >= 1), 
	CONSTRAINT fk_campaign_target_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE CASCADE, 
	CONSTRAINT ck_campaign_target_audience CHECK (audience IN ('pupils', 'parents', 'teachers', 'others'))
)
;
CREATE TABLE campaign_city (
	id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	municipality_id INTEGER NOT NULL, 
	target_pupils INTEGER NOT NULL, 
	CONSTRAINT pk_campaign_city PRIMARY KEY (id), 
	CONSTRAINT uq_campaign_city_campaign_id_municipality_id UNIQUE (campaign_id, municipality_id), 
	CONSTRAINT ck_campaign_city_target_not_negative CHECK (target_pupils >= 0), 
	CONSTRAINT fk_campaign_city_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE CASCADE, 
	CONSTRAINT fk_campaign_city_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id) ON DELETE RESTRICT
)
;
CREATE TABLE campaign_member (
	id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	CONSTRAINT pk_campaign_member PRIMARY KEY (id), 
	CONSTRAINT uq_campaign_member_campaign_id_presenter_id UNIQUE (campaign_id, presenter_id), 
	CONSTRAINT fk_campaign_member_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE CASCADE, 
	CONSTRAINT fk_campaign_member_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE TABLE school_request (
	id INTEGER NOT NULL, 
	number VARCHAR NOT NULL, 
	booking VARCHAR DEFAULT '' NOT NULL, 
	centre_id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	campaign_id INTEGER, 
	host_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	merged_into_id INTEGER, 
	channel VARCHAR(30) NOT NULL, 
	language VARCHAR NOT NULL, 
	teaching_language VARCHAR(30) NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	contact_name VARCHAR NOT NULL, 
	contact_email VARCHAR NOT NULL, 
	addresses_corrected INTEGER DEFAULT '0' NOT NULL, 
	contact_phone VARCHAR NOT NULL, 
	has_projector BOOLEAN NOT NULL, 
	has_sound BOOLEAN NOT NULL, 
	has_internet BOOLEAN NOT NULL, 
	step_free BOOLEAN NOT NULL, 
	teacher_stays BOOLEAN NOT NULL, 
	safeguarding_contact VARCHAR NOT NULL, 
	recent_incident BOOLEAN NOT NULL, 
	special_needs BOOLEAN NOT NULL, 
	file_number VARCHAR NOT NULL, 
	directions VARCHAR DEFAULT '' NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	reason VARCHAR NOT NULL, 
	for_waiting_list BOOLEAN DEFAULT 0 NOT NULL, 
	question VARCHAR NOT NULL, 
	answer VARCHAR NOT NULL, 
	told_by_phone BOOLEAN DEFAULT 0 NOT NULL, 
	attention BOOLEAN NOT NULL, 
	owner_id INTEGER, 
	submitted_at DATETIME NOT NULL, 
	in_line_since DATETIME, 
	proved_at DATETIME, 
	version INTEGER NOT NULL, 
	room VARCHAR NOT NULL, 
	CONSTRAINT pk_school_request PRIMARY KEY (id), 
	CONSTRAINT ck_school_request_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_school_request_a_teacher_stays CHECK (state = 'draft' OR teacher_stays), 
	CONSTRAINT ck_school_request_merged_into_another CHECK ((state = 'merged_into') = (merged_into_id IS NOT NULL)), 
	CONSTRAINT ck_school_request_not_merged_into_itself CHECK (merged_into_id <> id), 
	CONSTRAINT uq_school_request_number UNIQUE (number), 
	CONSTRAINT fk_school_request_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_school_request_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_school_request_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_school_request_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_school_request_parent_id FOREIGN KEY(parent_id) REFERENCES school_request (id) ON DELETE SET NULL, 
	CONSTRAINT fk_school_request_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES school_request (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_school_request_channel CHECK (channel IN ('web', 'phone')), 
	CONSTRAINT ck_school_request_teachinglanguage CHECK (teaching_language IN ('sr', 'hu', 'sk', 'ro', 'rue', 'hr', 'bs', 'sq', 'bg', 'en')), 
	CONSTRAINT ck_school_request_requeststate CHECK (state IN ('draft', 'unverified', 'new', 'triage', 'needs_info', 'declined', 'merged_into', 'waitlisted', 'proposed', 'agreed', 'staffing', 'confirmed', 'ready', 'delivered', 'reported', 'certified', 'closed', 'withdrawn', 'expired', 'cancelled_by_school', 'cancelled_by_centre', 'disrupted')), 
	CONSTRAINT fk_school_request_owner_id FOREIGN KEY(owner_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_school_request_booking ON school_request (booking)
;
CREATE INDEX ix_school_request_centre_id_state_first_day ON school_request (centre_id, state, first_day)
;
CREATE INDEX ix_school_request_contact_email ON school_request (contact_email)
;
CREATE INDEX ix_school_request_host_id_first_day ON school_request (host_id, first_day)
;
CREATE INDEX ix_school_request_merged_into_id ON school_request (merged_into_id) WHERE merged_into_id IS NOT NULL
;
CREATE INDEX ix_school_request_parent_id ON school_request (parent_id) WHERE parent_id IS NOT NULL
;
CREATE INDEX ix_school_request_programme_id_last_day ON school_request (programme_id, last_day)
;
CREATE INDEX requests_by_last_day ON school_request (centre_id, last_day, number, host_id) WHERE state IN ('waitlisted')
;
CREATE INDEX requests_in_line ON school_request (centre_id, state, host_id, special_needs, in_line_since, submitted_at, parent_id) WHERE state IN ('waitlisted', 'proposed')
;
CREATE INDEX requests_of_the_inbox ON school_request (centre_id, state, state_since, owner_id, attention, programme_id, host_id, number)
;
CREATE INDEX requests_to_look_at ON school_request (centre_id) WHERE attention = 1
;
CREATE TRIGGER school_request_booking_of_one_school_insert BEFORE INSERT ON school_request WHEN NEW.booking = '' OR EXISTS (SELECT 1 FROM school_request o WHERE o.booking = NEW.booking AND (o.host_id <> NEW.host_id OR o.contact_email <> NEW.contact_email)) BEGIN SELECT RAISE(ABORT, 'booking_of_one_school'); END
;
CREATE TRIGGER school_request_booking_stays_update BEFORE UPDATE OF booking ON school_request WHEN (NEW.booking IS NOT OLD.booking) BEGIN SELECT RAISE(ABORT, 'booking_stays'); END
;
CREATE TRIGGER school_request_is_folded_anew_insert AFTER INSERT ON school_request WHEN NEW.contact_name <> '' BEGIN INSERT INTO contact_search_key (school_request_id, centre_id, search_key)
  SELECT NEW.id, NEW.centre_id, NULL WHERE NEW.contact_name <> ''; END
;
CREATE TRIGGER school_request_is_folded_anew_update AFTER UPDATE OF contact_name, centre_id ON school_request WHEN (NEW.contact_name IS NOT OLD.contact_name OR NEW.centre_id IS NOT OLD.centre_id) BEGIN DELETE FROM contact_search_key WHERE school_request_id = NEW.id; INSERT INTO contact_search_key (school_request_id, centre_id, search_key)
  SELECT NEW.id, NEW.centre_id, NULL WHERE NEW.contact_name <> ''; END
;
CREATE TRIGGER school_request_is_folded_anew_delete AFTER DELETE ON school_request  BEGIN DELETE FROM contact_search_key WHERE school_request_id = OLD.id; END
;
CREATE TABLE handover_district (
	id INTEGER NOT NULL, 
	handover_id INTEGER NOT NULL, 
	district_id INTEGER NOT NULL, 
	CONSTRAINT pk_handover_district PRIMARY KEY (id), 
	CONSTRAINT uq_handover_district_handover_id_district_id UNIQUE (handover_id, district_id), 
	CONSTRAINT fk_handover_district_handover_id FOREIGN KEY(handover_id) REFERENCES handover (id) ON DELETE CASCADE, 
	CONSTRAINT fk_handover_district_district_id FOREIGN KEY(district_id) REFERENCES district (id) ON DELETE RESTRICT
)
;
CREATE TABLE presenter_training (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	on_day DATE NOT NULL, 
	subject VARCHAR(30) NOT NULL, 
	minutes INTEGER NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	recorded_by_id INTEGER, 
	CONSTRAINT pk_presenter_training PRIMARY KEY (id), 
	CONSTRAINT ck_presenter_training_minutes_of_a_day CHECK (minutes BETWEEN 15 AND 600), 
	CONSTRAINT training_once_a_day UNIQUE (presenter_id, on_day, subject), 
	CONSTRAINT fk_presenter_training_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_presenter_training_trainingsubject CHECK (subject IN ('speaking', 'online_safety', 'handing_on', 'reporting', 'programme')), 
	CONSTRAINT fk_presenter_training_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE TABLE post (
	id INTEGER NOT NULL, 
	number VARCHAR NOT NULL, 
	centre_id INTEGER NOT NULL, 
	campaign_id INTEGER, 
	channel VARCHAR(30) NOT NULL, 
	on_day DATE NOT NULL, 
	at TIME NOT NULL, 
	text_sr_cyrl VARCHAR NOT NULL, 
	text_en VARCHAR NOT NULL, 
	leads_to VARCHAR(30) NOT NULL, 
	poster_id INTEGER, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	edited_at DATETIME NOT NULL, 
	reached INTEGER, 
	reacted INTEGER, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_post PRIMARY KEY (id), 
	CONSTRAINT ck_post_says_something CHECK (state NOT IN ('ready', 'posted') OR text_sr_cyrl <> ''), 
	CONSTRAINT ck_post_no_less_than_nobody CHECK (reached >= 0 AND reacted >= 0), 
	CONSTRAINT ck_post_reach_is_told_whole CHECK ((reached IS NULL) = (reacted IS NULL)), 
	CONSTRAINT ck_post_reach_of_what_was_posted CHECK (reached IS NULL OR state = 'posted'), 
	CONSTRAINT ck_post_leads_to_its_campaign CHECK (leads_to <> 'campaign' OR campaign_id IS NOT NULL), 
	CONSTRAINT uq_post_number UNIQUE (number), 
	CONSTRAINT fk_post_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_post_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE CASCADE, 
	CONSTRAINT ck_post_postchannel CHECK (channel IN ('facebook', 'instagram', 'x', 'tiktok', 'youtube', 'linkedin', 'viber')), 
	CONSTRAINT ck_post_leadsto CHECK (leads_to IN ('nowhere', 'campaign', 'book', 'front', 'figures')), 
	CONSTRAINT fk_post_poster_id FOREIGN KEY(poster_id) REFERENCES user_account (id) ON DELETE SET NULL, 
	CONSTRAINT ck_post_poststate CHECK (state IN ('planned', 'ready', 'posted', 'dropped'))
)
;
CREATE INDEX ix_post_campaign_id ON post (campaign_id)
;
CREATE INDEX ix_post_centre_id_on_day ON post (centre_id, on_day)
;
CREATE INDEX ix_post_poster_id ON post (poster_id)
;
CREATE TRIGGER post_state_follows_update BEFORE UPDATE OF state ON post WHEN NEW.state <> OLD.state AND NOT ((OLD.state = 'planned' AND NEW.state IN ('dropped', 'ready')) OR (OLD.state = 'ready' AND NEW.state IN ('dropped', 'planned', 'posted')) OR (OLD.state = 'posted' AND NEW.state IN ('ready')) OR (OLD.state = 'dropped' AND NEW.state IN ('planned', 'ready'))) BEGIN SELECT RAISE(ABORT, 'state_follows'); END
;
CREATE TRIGGER post_row_is_not_replaced_insert BEFORE INSERT ON post WHEN EXISTS (SELECT 1 FROM post n WHERE (n.id = NEW.id OR n.number = NEW.number)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER post_row_is_not_replaced_update BEFORE UPDATE ON post WHEN NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM post n WHERE (n.id = NEW.id OR n.number = NEW.number) AND n.id <> OLD.id) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TABLE feed_token (
	id INTEGER NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	presenter_id INTEGER, 
	user_id INTEGER, 
	host_id INTEGER, 
	district_id INTEGER, 
	name VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_read_at DATETIME, 
	last_read_by VARCHAR(30), 
	revoked_at DATETIME, 
	CONSTRAINT pk_feed_token PRIMARY KEY (id), 
	CONSTRAINT ck_feed_token_of_a_presenter CHECK ((kind = 'own') = (presenter_id IS NOT NULL)), 
	CONSTRAINT ck_feed_token_of_a_host CHECK ((kind = 'host') = (host_id IS NOT NULL)), 
	CONSTRAINT ck_feed_token_of_staff CHECK ((kind NOT IN ('own', 'host')) = (user_id IS NOT NULL)), 
	CONSTRAINT ck_feed_token_of_a_district CHECK ((kind = 'district') = (district_id IS NOT NULL)), 
	CONSTRAINT uq_feed_token_token_hash UNIQUE (token_hash), 
	CONSTRAINT ck_feed_token_feedkind CHECK (kind IN ('own', 'host', 'centre', 'district', 'posts', 'closures')), 
	CONSTRAINT fk_feed_token_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_feed_token_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT fk_feed_token_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE CASCADE, 
	CONSTRAINT fk_feed_token_district_id FOREIGN KEY(district_id) REFERENCES district (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_feed_token_feedreader CHECK (last_read_by IN ('google', 'apple', 'outlook', 'other'))
)
;
CREATE INDEX ix_feed_token_district_id ON feed_token (district_id) WHERE district_id IS NOT NULL
;
CREATE INDEX ix_feed_token_host_id ON feed_token (host_id) WHERE host_id IS NOT NULL
;
CREATE INDEX ix_feed_token_user_id ON feed_token (user_id) WHERE user_id IS NOT NULL
;
CREATE UNIQUE INDEX one_living_name ON feed_token (presenter_id, name) WHERE revoked_at IS NULL
;
CREATE UNIQUE INDEX one_living_name_of_host ON feed_token (host_id, name) WHERE revoked_at IS NULL
;
CREATE UNIQUE INDEX one_living_name_of_staff ON feed_token (user_id, kind, name) WHERE revoked_at IS NULL
;
CREATE TRIGGER feed_token_keeps_no_body_update AFTER UPDATE OF token_hash, presenter_id, language, created_at, revoked_at ON feed_token  BEGIN UPDATE feed_body SET packed = NULL WHERE feed_id = NEW.id; END
;
CREATE TABLE set_question (
	id INTEGER NOT NULL, 
	set_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	choices INTEGER NOT NULL, 
	aim INTEGER NOT NULL, 
	text_sr_cyrl VARCHAR NOT NULL, 
	text_en VARCHAR NOT NULL, 
	choices_sr_cyrl VARCHAR NOT NULL, 
	choices_en VARCHAR NOT NULL, 
	CONSTRAINT pk_set_question PRIMARY KEY (id), 
	CONSTRAINT place_once_in_a_set UNIQUE (set_id, place), 
	CONSTRAINT ck_set_question_place_in_a_set CHECK (place BETWEEN 1 AND 7), 
	CONSTRAINT ck_set_question_some_to_choose_from CHECK (choices BETWEEN 2 AND 5), 
	CONSTRAINT ck_set_question_aim_is_a_choice CHECK (aim BETWEEN 1 AND choices), 
	CONSTRAINT ck_set_question_scale_has_two_ends CHECK (kind <> 'agree' OR (choices = 5 AND aim IN (1, 5))), 
	CONSTRAINT ck_set_question_asks_something CHECK (text_sr_cyrl <> ''), 
	CONSTRAINT fk_set_question_set_id FOREIGN KEY(set_id) REFERENCES question_set (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_set_question_questionkind CHECK (kind IN ('agree', 'choice'))
)
;
CREATE TRIGGER set_question_asked_set_stays_delete BEFORE DELETE ON set_question WHEN EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = OLD.set_id) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'asked_set_stays'); END
;
CREATE TRIGGER set_question_refuses_insert BEFORE INSERT ON set_question BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM set_question n WHERE (n.id = NEW.id OR (n.set_id = NEW.set_id AND n.place = NEW.place))); SELECT RAISE(ABORT, 'asked_set_stays') WHERE EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = NEW.set_id); END
;
CREATE TRIGGER set_question_refuses_update BEFORE UPDATE ON set_question BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM set_question n WHERE (n.id = NEW.id OR (n.set_id = NEW.set_id AND n.place = NEW.place)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'asked_set_stays') WHERE EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = NEW.set_id) OR EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = OLD.set_id); END
;
CREATE TABLE cohort (
	id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	centre_id INTEGER NOT NULL, 
	programme_id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	school_level VARCHAR(30) NOT NULL, 
	grade INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	level INTEGER NOT NULL, 
	began_on DATE NOT NULL, 
	ends_on DATE NOT NULL, 
	gave_up_on DATE, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_cohort PRIMARY KEY (id), 
	CONSTRAINT ck_cohort_size_of_a_group CHECK (size BETWEEN 5 AND 60), 
	CONSTRAINT ck_cohort_grade_of_its_school CHECK ((school_level = 'primary' AND grade BETWEEN 1 AND 8) OR (school_level = 'secondary' AND grade BETWEEN 1 AND 4)), 
	CONSTRAINT ck_cohort_level_counts_skills CHECK (level BETWEEN 0 AND 3), 
	CONSTRAINT ck_cohort_days_in_order CHECK (ends_on >= began_on), 
	CONSTRAINT ck_cohort_given_up_while_it_lives CHECK (gave_up_on BETWEEN began_on AND ends_on), 
	CONSTRAINT ck_cohort_version_counts CHECK (version > 0), 
	CONSTRAINT uq_cohort_code UNIQUE (code), 
	CONSTRAINT fk_cohort_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_cohort_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_cohort_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_cohort_schoollevel CHECK (school_level IN ('primary', 'secondary', 'none'))
)
;
CREATE INDEX ix_cohort_centre_id_ends_on ON cohort (centre_id, ends_on)
;
CREATE INDEX ix_cohort_host_id ON cohort (host_id)
;
CREATE INDEX ix_cohort_programme_id ON cohort (programme_id)
;
CREATE TRIGGER cohort_cohort_stays_delete BEFORE DELETE ON cohort WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'cohort_stays'); END
;
CREATE TRIGGER cohort_refuses_insert BEFORE INSERT ON cohort BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM cohort n WHERE (n.id = NEW.id OR n.code = NEW.code)); SELECT RAISE(ABORT, 'level_is_earned') WHERE NEW.level > 0; END
;
CREATE TRIGGER cohort_refuses_update_level BEFORE UPDATE OF level ON cohort BEGIN SELECT RAISE(ABORT, 'level_only_rises') WHERE NEW.level < OLD.level; SELECT RAISE(ABORT, 'level_is_earned') WHERE (NEW.level IS NOT OLD.level) AND NEW.level > (SELECT COUNT(DISTINCT p.skill) FROM cohort_part p JOIN visit v ON v.school_request_id = p.school_request_id JOIN presentation s ON s.visit_id = v.id WHERE p.cohort_id = NEW.id AND s.state IN ('delivered', 'part_delivered')); END
;
CREATE TRIGGER cohort_refuses_update BEFORE UPDATE ON cohort BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM cohort n WHERE (n.id = NEW.id OR n.code = NEW.code) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'cohort_keeps_its_school') WHERE (NEW.code IS NOT OLD.code OR NEW.centre_id IS NOT OLD.centre_id OR NEW.programme_id IS NOT OLD.programme_id OR NEW.began_on IS NOT OLD.began_on OR NEW.ends_on IS NOT OLD.ends_on) OR ((NEW.host_id IS NOT OLD.host_id) AND NOT EXISTS (SELECT 1 FROM host_merger m WHERE m.host_id = OLD.host_id AND m.into_id = NEW.host_id)); END
;
CREATE TABLE plan_proposal (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	work_id INTEGER, 
	based_on_id INTEGER, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	districts TEXT NOT NULL, 
	programmes TEXT NOT NULL, 
	people TEXT NOT NULL, 
	cost INTEGER, 
	served_weight INTEGER, 
	asked_weight INTEGER, 
	km INTEGER, 
	steps INTEGER, 
	bound_weight INTEGER, 
	CONSTRAINT pk_plan_proposal PRIMARY KEY (id), 
	CONSTRAINT ck_plan_proposal_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_plan_proposal_finished_has_its_sums CHECK ((finished_at IS NULL) = (cost IS NULL) AND (finished_at IS NULL) = (served_weight IS NULL) AND (finished_at IS NULL) = (asked_weight IS NULL) AND (finished_at IS NULL) = (km IS NULL) AND (finished_at IS NULL) = (steps IS NULL)), 
	CONSTRAINT ck_plan_proposal_nobody_beats_a_bound CHECK (bound_weight IS NULL OR bound_weight >= served_weight), 
	CONSTRAINT ck_plan_proposal_another_one_before CHECK (based_on_id <> id), 
	CONSTRAINT fk_plan_proposal_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT fk_plan_proposal_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT fk_plan_proposal_work_id FOREIGN KEY(work_id) REFERENCES long_work (id) ON DELETE SET NULL, 
	CONSTRAINT fk_plan_proposal_based_on_id FOREIGN KEY(based_on_id) REFERENCES plan_proposal (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_plan_proposal_based_on_id ON plan_proposal (based_on_id)
;
CREATE INDEX ix_plan_proposal_centre_id_created_at ON plan_proposal (centre_id, created_at)
;
CREATE INDEX ix_plan_proposal_created_at ON plan_proposal (created_at)
;
CREATE INDEX ix_plan_proposal_user_id ON plan_proposal (user_id)
;
CREATE INDEX ix_plan_proposal_work_id ON plan_proposal (work_id)
;
CREATE TABLE overnight_wish (
	presenter_id INTEGER NOT NULL, 
	most_nights INTEGER NOT NULL, 
	said_on DATE NOT NULL, 
	CONSTRAINT pk_overnight_wish PRIMARY KEY (presenter_id), 
	CONSTRAINT ck_overnight_wish_nights_in_a_row CHECK (most_nights BETWEEN 1 AND 3), 
	CONSTRAINT fk_overnight_wish_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE TRIGGER overnight_wish_minor_sleeps_at_home_insert BEFORE INSERT ON overnight_wish WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.said_on) BEGIN SELECT RAISE(ABORT, 'minor_sleeps_at_home'); END
;
CREATE TRIGGER overnight_wish_minor_sleeps_at_home_update BEFORE UPDATE ON overnight_wish WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.said_on) BEGIN SELECT RAISE(ABORT, 'minor_sleeps_at_home'); END
;
CREATE TABLE campaign_tour (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	work_id INTEGER, 
	start_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	mornings INTEGER NOT NULL, 
	afternoons INTEGER NOT NULL, 
	mode VARCHAR(30) NOT NULL, 
	people TEXT NOT NULL, 
	nights BOOLEAN NOT NULL, 
	night_km INTEGER NOT NULL, 
	km INTEGER, 
	nights_away INTEGER, 
	bound INTEGER, 
	CONSTRAINT pk_campaign_tour PRIMARY KEY (id), 
	CONSTRAINT ck_campaign_tour_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT ck_campaign_tour_stops_give_something CHECK (mornings BETWEEN 0 AND 3 AND afternoons BETWEEN 0 AND 3 AND mornings + afternoons BETWEEN 1 AND 4), 
	CONSTRAINT ck_campaign_tour_a_night_is_worth_a_road CHECK (night_km BETWEEN 0 AND 1000), 
	CONSTRAINT ck_campaign_tour_finished_has_its_sums CHECK ((finished_at IS NULL) = (km IS NULL) AND (finished_at IS NULL) = (nights_away IS NULL)), 
	CONSTRAINT ck_campaign_tour_nobody_beats_a_bound CHECK (bound <= km + nights_away * night_km), 
	CONSTRAINT ck_campaign_tour_nobody_away_unasked CHECK (nights OR nights_away IS NULL OR nights_away = 0), 
	CONSTRAINT fk_campaign_tour_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE CASCADE, 
	CONSTRAINT fk_campaign_tour_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE CASCADE, 
	CONSTRAINT fk_campaign_tour_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE, 
	CONSTRAINT fk_campaign_tour_work_id FOREIGN KEY(work_id) REFERENCES long_work (id) ON DELETE SET NULL, 
	CONSTRAINT fk_campaign_tour_start_id FOREIGN KEY(start_id) REFERENCES municipality (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_campaign_tour_crewmode CHECK (mode IN ('fixed', 'rotating'))
)
;
CREATE INDEX ix_campaign_tour_campaign_id ON campaign_tour (campaign_id)
;
CREATE INDEX ix_campaign_tour_centre_id_created_at ON campaign_tour (centre_id, created_at)
;
CREATE INDEX ix_campaign_tour_created_at ON campaign_tour (created_at)
;
CREATE INDEX ix_campaign_tour_start_id ON campaign_tour (start_id)
;
CREATE INDEX ix_campaign_tour_user_id ON campaign_tour (user_id)
;
CREATE INDEX ix_campaign_tour_work_id ON campaign_tour (work_id)
;
CREATE TABLE carried_difference (
	id INTEGER NOT NULL, 
	carried_in_id INTEGER NOT NULL, 
	of_period_id INTEGER NOT NULL, 
	visits INTEGER NOT NULL, 
	presentations INTEGER NOT NULL, 
	pupils INTEGER NOT NULL, 
	parents INTEGER NOT NULL, 
	teachers INTEGER NOT NULL, 
	others INTEGER NOT NULL, 
	cities INTEGER NOT NULL, 
	kilometres INTEGER NOT NULL, 
	CONSTRAINT pk_carried_difference PRIMARY KEY (id), 
	CONSTRAINT each_period_once UNIQUE (carried_in_id, of_period_id), 
	CONSTRAINT ck_carried_difference_in_another_period CHECK (carried_in_id <> of_period_id), 
	CONSTRAINT ck_carried_difference_is_a_difference CHECK (visits <> 0 OR presentations <> 0 OR pupils <> 0 OR parents <> 0 OR teachers <> 0 OR others <> 0 OR cities <> 0 OR kilometres <> 0), 
	CONSTRAINT fk_carried_difference_carried_in_id FOREIGN KEY(carried_in_id) REFERENCES signed_period (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_carried_difference_of_period_id FOREIGN KEY(of_period_id) REFERENCES signed_period (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_carried_difference_of_period_id ON carried_difference (of_period_id)
;
CREATE TABLE bell_schedule (
	id INTEGER NOT NULL, 
	school_time_id INTEGER NOT NULL, 
	shift VARCHAR(30) NOT NULL, 
	short BOOLEAN NOT NULL, 
	starts_local TIME NOT NULL, 
	lesson_minutes INTEGER NOT NULL, 
	break_minutes INTEGER NOT NULL, 
	long_break_after INTEGER NOT NULL, 
	long_break_minutes INTEGER NOT NULL, 
	lessons INTEGER NOT NULL, 
	CONSTRAINT pk_bell_schedule PRIMARY KEY (id), 
	CONSTRAINT each_shift_once UNIQUE (school_time_id, shift, short), 
	CONSTRAINT ck_bell_schedule_a_lesson_is_a_lesson CHECK (lesson_minutes BETWEEN 15 AND 60), 
	CONSTRAINT ck_bell_schedule_breaks_end CHECK (break_minutes BETWEEN 0 AND 30 AND long_break_minutes BETWEEN 0 AND 60), 
	CONSTRAINT ck_bell_schedule_lessons_fit_a_shift CHECK (long_break_after BETWEEN 0 AND 9 AND lessons BETWEEN 1 AND 9), 
	CONSTRAINT fk_bell_schedule_school_time_id FOREIGN KEY(school_time_id) REFERENCES school_time (id) ON DELETE CASCADE, 
	CONSTRAINT ck_bell_schedule_shift CHECK (shift IN ('morning', 'middle', 'afternoon'))
)
;
CREATE TABLE school_time_day (
	id INTEGER NOT NULL, 
	school_time_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	day DATE NOT NULL, 
	CONSTRAINT pk_school_time_day PRIMARY KEY (id), 
	CONSTRAINT each_day_once UNIQUE (school_time_id, kind, day), 
	CONSTRAINT fk_school_time_day_school_time_id FOREIGN KEY(school_time_id) REFERENCES school_time (id) ON DELETE CASCADE, 
	CONSTRAINT ck_school_time_day_namedday CHECK (kind IN ('turn', 'short'))
)
;
CREATE TABLE consent_paper (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	guardian_id INTEGER NOT NULL, 
	takes_part BOOLEAN NOT NULL, 
	travels BOOLEAN NOT NULL, 
	rides BOOLEAN DEFAULT 0 NOT NULL, 
	photo BOOLEAN NOT NULL, 
	name_on_the_web BOOLEAN NOT NULL, 
	text_version VARCHAR NOT NULL, 
	given_on DATE NOT NULL, 
	valid_until DATE NOT NULL, 
	scan BLOB NOT NULL, 
	scan_kind VARCHAR(30) NOT NULL, 
	first_seen_by_id INTEGER NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	second_seen_by_id INTEGER, 
	second_seen_at DATETIME, 
	ended_at DATETIME, 
	host_seen_at DATETIME, 
	told_by_phone BOOLEAN, 
	told_on DATE, 
	told_by_id INTEGER, 
	told_at DATETIME, 
	CONSTRAINT pk_consent_paper PRIMARY KEY (id), 
	CONSTRAINT ck_consent_paper_days_in_order CHECK (valid_until >= given_on), 
	CONSTRAINT ck_consent_paper_is_about_taking_part CHECK (takes_part), 
	CONSTRAINT ck_consent_paper_seen_by_two_people CHECK (second_seen_by_id <> first_seen_by_id), 
	CONSTRAINT ck_consent_paper_seen_by_somebody CHECK ((second_seen_by_id IS NULL) = (second_seen_at IS NULL)), 
	CONSTRAINT ck_consent_paper_seen_or_ended CHECK (second_seen_at IS NULL OR ended_at IS NULL), 
	CONSTRAINT fk_consent_paper_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_consent_paper_guardian_id FOREIGN KEY(guardian_id) REFERENCES guardian (id) ON DELETE CASCADE, 
	CONSTRAINT ck_consent_paper_scankind CHECK (scan_kind IN ('pdf', 'jpeg', 'png')), 
	CONSTRAINT fk_consent_paper_first_seen_by_id FOREIGN KEY(first_seen_by_id) REFERENCES user_account (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_consent_paper_second_seen_by_id FOREIGN KEY(second_seen_by_id) REFERENCES user_account (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_consent_paper_guardian_id ON consent_paper (guardian_id)
;
CREATE INDEX ix_consent_paper_presenter_id_first_seen_at ON consent_paper (presenter_id, first_seen_at)
;
CREATE TRIGGER consent_paper_paper_is_written_once_delete BEFORE DELETE ON consent_paper WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'paper_is_written_once'); END
;
CREATE TRIGGER consent_paper_refuses_insert BEFORE INSERT ON consent_paper BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM consent_paper n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'paper_is_written_once') WHERE NEW.second_seen_at IS NOT NULL OR NEW.host_seen_at IS NOT NULL OR NEW.ended_at IS NOT NULL OR NEW.told_at IS NOT NULL OR NOT EXISTS (
  SELECT 1 FROM guardian g WHERE g.id = NEW.guardian_id AND g.presenter_id = NEW.presenter_id); END
;
CREATE TRIGGER consent_paper_refuses_update BEFORE UPDATE ON consent_paper BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM consent_paper n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'second_look_is_another_persons') WHERE NEW.second_seen_by_id <> NEW.first_seen_by_id AND NEW.second_seen_by_id IS NOT OLD.second_seen_by_id AND NOT EXISTS (
  SELECT 1 FROM user_account one JOIN user_account other ON other.id = NEW.second_seen_by_id
  WHERE one.id = NEW.first_seen_by_id AND coalesce(one.origin_id, one.id) <> coalesce(other.origin_id, other.id)
    AND datetime(other.created_at) <= datetime(NEW.first_seen_at, '-168 hours')
    AND (EXISTS (SELECT 1 FROM code_app k WHERE k.user_id = other.id)
      OR EXISTS (SELECT 1 FROM passkey k WHERE k.user_id = other.id))
    AND NOT EXISTS (SELECT 1 FROM audit_entry a JOIN user_account by
        ON by.id = CASE WHEN a.actor LIKE 'user:%' THEN CAST(substr(a.actor, 6) AS INTEGER) END
      WHERE a.thing = 'user_account' AND a.thing_id IN (one.id, other.id) AND a.action IN ('invited', 'restored', 'roles changed', 'keys reset')
        AND datetime(a.at) > datetime(NEW.first_seen_at, '-168 hours')
        AND coalesce(by.origin_id, by.id) = CASE WHEN a.thing_id = one.id THEN coalesce(other.origin_id, other.id) ELSE coalesce(one.origin_id, one.id) END)); SELECT RAISE(ABORT, 'paper_is_written_once') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.guardian_id IS NOT OLD.guardian_id OR NEW.text_version IS NOT OLD.text_version OR NEW.given_on IS NOT OLD.given_on OR NEW.valid_until IS NOT OLD.valid_until OR NEW.takes_part IS NOT OLD.takes_part OR NEW.travels IS NOT OLD.travels OR NEW.rides IS NOT OLD.rides OR NEW.photo IS NOT OLD.photo OR NEW.name_on_the_web IS NOT OLD.name_on_the_web OR NEW.scan IS NOT OLD.scan OR NEW.scan_kind IS NOT OLD.scan_kind OR NEW.first_seen_by_id IS NOT OLD.first_seen_by_id OR NEW.first_seen_at IS NOT OLD.first_seen_at) OR (OLD.told_at IS NOT NULL AND (NEW.told_by_phone IS NOT OLD.told_by_phone OR NEW.told_on IS NOT OLD.told_on OR NEW.told_by_id IS NOT OLD.told_by_id OR NEW.told_at IS NOT OLD.told_at))
  OR ((OLD.second_seen_at IS NOT NULL OR OLD.host_seen_at IS NOT NULL OR OLD.ended_at IS NOT NULL) AND (NEW.second_seen_by_id IS NOT OLD.second_seen_by_id OR NEW.second_seen_at IS NOT OLD.second_seen_at OR NEW.host_seen_at IS NOT OLD.host_seen_at OR NEW.ended_at IS NOT OLD.ended_at))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TABLE requested_presentation (
	id INTEGER NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	audience VARCHAR(30) NOT NULL, 
	level VARCHAR(30) NOT NULL, 
	classes VARCHAR NOT NULL, 
	pupils INTEGER NOT NULL, 
	parents INTEGER NOT NULL, 
	teachers INTEGER NOT NULL, 
	day_part VARCHAR(30) NOT NULL, 
	starts_local TIME, 
	lesson INTEGER, 
	outside_shift BOOLEAN NOT NULL, 
	CONSTRAINT pk_requested_presentation PRIMARY KEY (id), 
	CONSTRAINT uq_requested_presentation_school_request_id_ordinal UNIQUE (school_request_id, ordinal), 
	CONSTRAINT ck_requested_presentation_pupils_fit_a_hall CHECK (pupils BETWEEN 0 AND 1000), 
	CONSTRAINT ck_requested_presentation_parents_fit_a_hall CHECK (parents BETWEEN 0 AND 1000), 
	CONSTRAINT ck_requested_presentation_teachers_fit_a_hall CHECK (teachers BETWEEN 0 AND 1000), 
	CONSTRAINT ck_requested_presentation_somebody_comes CHECK (pupils + parents + teachers >= 1), 
	CONSTRAINT ck_requested_presentation_lesson_of_a_shift CHECK (lesson BETWEEN 1 AND 9), 
	CONSTRAINT fk_requested_presentation_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT ck_requested_presentation_audience CHECK (audience IN ('pupils', 'parents', 'teachers', 'others')), 
	CONSTRAINT ck_requested_presentation_schoollevel CHECK (level IN ('primary', 'secondary', 'none')), 
	CONSTRAINT ck_requested_presentation_daypart CHECK (day_part IN ('any', 'morning', 'afternoon', 'evening'))
)
;
CREATE TABLE preferred_date (
	id INTEGER NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	on_day DATE NOT NULL, 
	starts_local TIME, 
	day_part VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_preferred_date PRIMARY KEY (id), 
	CONSTRAINT each_rank_once UNIQUE (school_request_id, rank), 
	CONSTRAINT ck_preferred_date_five_at_most CHECK (rank BETWEEN 1 AND 5), 
	CONSTRAINT fk_preferred_date_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT ck_preferred_date_daypart CHECK (day_part IN ('any', 'morning', 'afternoon', 'evening'))
)
;
CREATE TABLE blackout_days (
	id INTEGER NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	CONSTRAINT pk_blackout_days PRIMARY KEY (id), 
	CONSTRAINT ck_blackout_days_days_in_order CHECK (last_day >= first_day), 
	CONSTRAINT fk_blackout_days_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_blackout_days_school_request_id ON blackout_days (school_request_id)
;
CREATE TABLE date_proposal (
	id INTEGER NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	on_day DATE NOT NULL, 
	starts_local TIME NOT NULL, 
	held_until DATETIME NOT NULL, 
	CONSTRAINT pk_date_proposal PRIMARY KEY (id), 
	CONSTRAINT each_date_once UNIQUE (school_request_id, on_day, starts_local), 
	CONSTRAINT fk_date_proposal_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_date_proposal_held_until ON date_proposal (held_until)
;
CREATE TABLE undoable_act (
	id INTEGER NOT NULL, 
	batch VARCHAR NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	act VARCHAR(30) NOT NULL, 
	done_at DATETIME NOT NULL, 
	state_before VARCHAR(30) NOT NULL, 
	since_before DATETIME NOT NULL, 
	owner_before_id INTEGER, 
	reason_before VARCHAR DEFAULT '' NOT NULL, 
	attention_before BOOLEAN DEFAULT 0 NOT NULL, 
	version_after INTEGER NOT NULL, 
	CONSTRAINT pk_undoable_act PRIMARY KEY (id), 
	CONSTRAINT fk_undoable_act_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT ck_undoable_act_together CHECK (act IN ('take', 'assign', 'waitlist', 'agree', 'merge', 'decline', 'end')), 
	CONSTRAINT ck_undoable_act_requeststate CHECK (state_before IN ('draft', 'unverified', 'new', 'triage', 'needs_info', 'declined', 'merged_into', 'waitlisted', 'proposed', 'agreed', 'staffing', 'confirmed', 'ready', 'delivered', 'reported', 'certified', 'closed', 'withdrawn', 'expired', 'cancelled_by_school', 'cancelled_by_centre', 'disrupted')), 
	CONSTRAINT fk_undoable_act_owner_before_id FOREIGN KEY(owner_before_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_undoable_act_batch ON undoable_act (batch)
;
CREATE INDEX ix_undoable_act_done_at ON undoable_act (done_at)
;
CREATE INDEX ix_undoable_act_school_request_id ON undoable_act (school_request_id)
;
CREATE TABLE request_reminder (
	school_request_id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	school_at DATETIME NOT NULL, 
	centre_at DATETIME, 
	CONSTRAINT pk_request_reminder PRIMARY KEY (school_request_id), 
	CONSTRAINT fk_request_reminder_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE
)
;
CREATE TABLE visit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	number VARCHAR NOT NULL, 
	centre_id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	school_request_id INTEGER, 
	programme_id INTEGER NOT NULL, 
	campaign_id INTEGER, 
	on_day DATE NOT NULL, 
	zone VARCHAR NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	reason VARCHAR NOT NULL, 
	cancelled_by VARCHAR(30), 
	confirmed_at DATETIME, 
	moved_at DATETIME, 
	moved_from_day DATE, 
	moved_from_times VARCHAR DEFAULT '' NOT NULL, 
	clock_wrong VARCHAR(30), 
	teacher_stays BOOLEAN NOT NULL, 
	safeguarding_contact VARCHAR NOT NULL, 
	goes_short BOOLEAN NOT NULL, 
	online_link VARCHAR NOT NULL, 
	kilometres INTEGER NOT NULL, 
	papers_settled BOOLEAN DEFAULT 0 NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT ck_visit_cancelled_by_somebody CHECK ((state = 'cancelled') = (cancelled_by IS NOT NULL)), 
	CONSTRAINT ck_visit_kilometres_not_negative CHECK (kilometres >= 0), 
	CONSTRAINT uq_visit_number UNIQUE (number), 
	CONSTRAINT fk_visit_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_visit_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_visit_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_visit_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_visit_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_visit_visitstate CHECK (state IN ('planned', 'offered', 'confirmed', 'ready', 'delivered', 'disrupted', 'replanned', 'cancelled')), 
	CONSTRAINT ck_visit_cancelledby CHECK (cancelled_by IN ('school', 'centre')), 
	CONSTRAINT ck_visit_clockwrong CHECK (clock_wrong IN ('closed', 'too_early', 'too_late', 'runs_over', 'year_ended'))
)
;
CREATE INDEX ix_visit_campaign_id ON visit (campaign_id)
;
CREATE INDEX ix_visit_centre_id_on_day ON visit (centre_id, on_day)
;
CREATE INDEX ix_visit_host_id_on_day ON visit (host_id, on_day)
;
CREATE INDEX ix_visit_school_request_id_state ON visit (school_request_id, state)
;
CREATE UNIQUE INDEX one_living_visit_a_request ON visit (school_request_id) WHERE state NOT IN ('cancelled', 'replanned')
;
CREATE INDEX visits_not_held ON visit (centre_id, on_day) WHERE state IN ('disrupted', 'replanned', 'cancelled')
;
CREATE INDEX visits_not_settled ON visit (state, centre_id) WHERE papers_settled = 0
;
CREATE TRIGGER visit_state_follows_update BEFORE UPDATE OF state ON visit WHEN NEW.state <> OLD.state AND NOT ((OLD.state = 'planned' AND NEW.state IN ('cancelled', 'disrupted', 'offered')) OR (OLD.state = 'offered' AND NEW.state IN ('cancelled', 'confirmed', 'disrupted', 'planned')) OR (OLD.state = 'confirmed' AND NEW.state IN ('cancelled', 'disrupted', 'offered', 'ready')) OR (OLD.state = 'ready' AND NEW.state IN ('cancelled', 'delivered', 'disrupted', 'offered')) OR (OLD.state = 'disrupted' AND NEW.state IN ('cancelled', 'replanned')) OR (OLD.state = 'cancelled' AND NEW.state IN ('confirmed', 'disrupted', 'offered', 'planned', 'ready'))) BEGIN SELECT RAISE(ABORT, 'state_follows'); END
;
CREATE TRIGGER visit_row_is_not_replaced_insert BEFORE INSERT ON visit WHEN EXISTS (SELECT 1 FROM visit n WHERE (n.id = NEW.id OR n.number = NEW.number)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER visit_ends_open_numbers_update AFTER UPDATE OF state ON visit WHEN NEW.state IN ('cancelled', 'delivered') BEGIN UPDATE numbers_asked SET answered_at = NEW.state_since, outcome = 'lapsed' WHERE visit_id = NEW.id AND answered_at IS NULL; END
;
CREATE TRIGGER visit_tells_feeds_update AFTER UPDATE ON visit  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id WHERE p.visit_id = OLD.id UNION SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id WHERE p.visit_id = NEW.id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id WHERE p.visit_id = OLD.id UNION SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id WHERE p.visit_id = NEW.id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id WHERE p.visit_id = OLD.id UNION SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id WHERE p.visit_id = NEW.id)); END
;
CREATE TRIGGER visit_is_counted_update AFTER UPDATE OF campaign_id, kilometres ON visit WHEN (NEW.campaign_id IS NOT OLD.campaign_id OR NEW.kilometres IS NOT OLD.kilometres) BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE v.id = NEW.id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER visit_refuses_update BEFORE UPDATE ON visit BEGIN SELECT RAISE(ABORT, 'locked_visit_stays') WHERE (NEW.on_day IS NOT OLD.on_day OR NEW.zone IS NOT OLD.zone OR NEW.programme_id IS NOT OLD.programme_id) AND EXISTS (SELECT 1 FROM presentation p JOIN attendance l ON l.presentation_id = p.id
  WHERE p.visit_id = OLD.id AND l.locked_at IS NOT NULL); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM visit n WHERE (n.id = NEW.id OR n.number = NEW.number) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'visit_keeps_its_host') WHERE (NEW.centre_id IS NOT OLD.centre_id) OR ((NEW.host_id IS NOT OLD.host_id) AND NOT EXISTS (SELECT 1 FROM host_merger m WHERE m.host_id = OLD.host_id AND m.into_id = NEW.host_id)); END
;
CREATE TABLE date_hold (
	id INTEGER NOT NULL, 
	draft VARCHAR NOT NULL, 
	network VARCHAR NOT NULL, 
	programme_id INTEGER NOT NULL, 
	host_id INTEGER, 
	municipality_id INTEGER, 
	school_request_id INTEGER, 
	on_day DATE NOT NULL, 
	starts_local TIME NOT NULL, 
	minutes INTEGER NOT NULL, 
	busy_from DATETIME NOT NULL, 
	busy_until DATETIME NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_date_hold PRIMARY KEY (id), 
	CONSTRAINT ck_date_hold_lasts_a_day_at_most CHECK (minutes BETWEEN 15 AND 960), 
	CONSTRAINT ck_date_hold_ends_after_it_starts CHECK (busy_from < busy_until), 
	CONSTRAINT ck_date_hold_somewhere CHECK (host_id IS NOT NULL OR municipality_id IS NOT NULL), 
	CONSTRAINT ck_date_hold_kept_for_a_request CHECK (state NOT IN ('kept', 'taken') OR school_request_id IS NOT NULL), 
	CONSTRAINT fk_date_hold_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id) ON DELETE CASCADE, 
	CONSTRAINT fk_date_hold_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE CASCADE, 
	CONSTRAINT fk_date_hold_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id) ON DELETE CASCADE, 
	CONSTRAINT fk_date_hold_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT ck_date_hold_holdstate CHECK (state IN ('held', 'kept', 'taken', 'released', 'lapsed'))
)
;
CREATE INDEX ix_date_hold_host_id ON date_hold (host_id)
;
CREATE INDEX ix_date_hold_network_state ON date_hold (network, state)
;
CREATE INDEX ix_date_hold_school_request_id ON date_hold (school_request_id)
;
CREATE INDEX ix_date_hold_state_until ON date_hold (state, until)
;
CREATE UNIQUE INDEX one_hold_a_draft ON date_hold (draft) WHERE state = 'held'
;
CREATE UNIQUE INDEX one_hold_a_request ON date_hold (school_request_id) WHERE state IN ('held', 'kept')
;
CREATE TABLE post_picture (
	id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	picture BLOB NOT NULL, 
	licence VARCHAR(30) NOT NULL, 
	credit VARCHAR NOT NULL, 
	agreed_on DATE NOT NULL, 
	CONSTRAINT pk_post_picture PRIMARY KEY (id), 
	CONSTRAINT ck_post_picture_shows_something CHECK (length(picture) > 0), 
	CONSTRAINT ck_post_picture_names_whose_it_is CHECK (licence = 'own' OR credit <> ''), 
	CONSTRAINT uq_post_picture_post_id UNIQUE (post_id), 
	CONSTRAINT fk_post_picture_post_id FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE, 
	CONSTRAINT ck_post_picture_picturelicence CHECK (licence IN ('own', 'permitted', 'bought', 'free'))
)
;
CREATE TABLE date_offer (
	id INTEGER NOT NULL, 
	open_date_id INTEGER NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	offered_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	points INTEGER NOT NULL, 
	CONSTRAINT pk_date_offer PRIMARY KEY (id), 
	CONSTRAINT offered_once UNIQUE (open_date_id, school_request_id), 
	CONSTRAINT fk_date_offer_open_date_id FOREIGN KEY(open_date_id) REFERENCES open_date (id) ON DELETE CASCADE, 
	CONSTRAINT fk_date_offer_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT ck_date_offer_dateofferstate CHECK (state IN ('held', 'accepted', 'refused', 'lapsed', 'withdrawn'))
)
;
CREATE INDEX ix_date_offer_school_request_id ON date_offer (school_request_id)
;
CREATE UNIQUE INDEX one_firm_offer_a_date ON date_offer (open_date_id) WHERE state IN ('held', 'accepted')
;
CREATE UNIQUE INDEX one_held_date_a_request ON date_offer (school_request_id) WHERE state = 'held'
;
CREATE TABLE feed_body (
	feed_id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	made_by VARCHAR NOT NULL, 
	holds_from DATETIME NOT NULL, 
	holds_until DATETIME NOT NULL, 
	etag VARCHAR NOT NULL, 
	modified_at DATETIME NOT NULL, 
	latest_told_at DATETIME NOT NULL, 
	told_by_moment BOOLEAN NOT NULL, 
	packed BLOB, 
	CONSTRAINT pk_feed_body PRIMARY KEY (feed_id), 
	CONSTRAINT ck_feed_body_holds_for_a_while CHECK (holds_from < holds_until), 
	CONSTRAINT fk_feed_body_feed_id FOREIGN KEY(feed_id) REFERENCES feed_token (id) ON DELETE CASCADE
)
;
CREATE TABLE cohort_part (
	id INTEGER NOT NULL, 
	cohort_id INTEGER NOT NULL, 
	school_request_id INTEGER NOT NULL, 
	skill VARCHAR(30) NOT NULL, 
	CONSTRAINT pk_cohort_part PRIMARY KEY (id), 
	CONSTRAINT fk_cohort_part_cohort_id FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_cohort_part_school_request_id UNIQUE (school_request_id), 
	CONSTRAINT fk_cohort_part_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_cohort_part_cohortskill CHECK (skill IN ('recognise', 'help', 'report'))
)
;
CREATE INDEX ix_cohort_part_cohort_id ON cohort_part (cohort_id)
;
CREATE TRIGGER cohort_part_part_stays_delete BEFORE DELETE ON cohort_part WHEN EXISTS (SELECT 1 FROM visit v JOIN presentation s ON s.visit_id = v.id WHERE v.school_request_id = OLD.school_request_id AND s.state IN ('delivered', 'part_delivered')) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo')) BEGIN SELECT RAISE(ABORT, 'part_stays'); END
;
CREATE TRIGGER cohort_part_refuses_insert BEFORE INSERT ON cohort_part BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM cohort_part n WHERE (n.id = NEW.id OR n.school_request_id = NEW.school_request_id)); SELECT RAISE(ABORT, 'part_fits_its_cohort') WHERE NOT EXISTS (SELECT 1 FROM school_request r JOIN cohort c ON c.id = NEW.cohort_id JOIN programme g ON g.id = r.programme_id WHERE r.id = NEW.school_request_id AND r.host_id = c.host_id AND r.centre_id = c.centre_id AND g.kind = 'cohort_training'); END
;
CREATE TRIGGER cohort_part_refuses_update BEFORE UPDATE ON cohort_part BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM cohort_part n WHERE (n.id = NEW.id OR n.school_request_id = NEW.school_request_id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'part_keeps_its_cohort') WHERE (NEW.cohort_id IS NOT OLD.cohort_id OR NEW.school_request_id IS NOT OLD.school_request_id) OR ((NEW.skill IS NOT OLD.skill) AND EXISTS (SELECT 1 FROM visit v JOIN presentation s ON s.visit_id = v.id WHERE v.school_request_id = OLD.school_request_id AND s.state IN ('delivered', 'part_delivered'))); END
;
CREATE TABLE plan_ground (
	proposal_id INTEGER NOT NULL, 
	trouble VARCHAR(30) NOT NULL, 
	presenter_id INTEGER, 
	away_from DATE, 
	away_until DATE, 
	closure_id INTEGER, 
	late_id INTEGER, 
	CONSTRAINT pk_plan_ground PRIMARY KEY (proposal_id), 
	CONSTRAINT ck_plan_ground_somebody_is_away CHECK ((away_from IS NOT NULL) = (trouble IN ('absence', 'leaves', 'consent'))), 
	CONSTRAINT ck_plan_ground_hosts_are_shut CHECK ((closure_id IS NOT NULL) = (trouble = 'closure')), 
	CONSTRAINT ck_plan_ground_request_comes_late CHECK ((late_id IS NOT NULL) = (trouble = 'late')), 
	CONSTRAINT ck_plan_ground_about_somebody CHECK ((presenter_id IS NOT NULL) = (away_from IS NOT NULL)), 
	CONSTRAINT ck_plan_ground_away_in_order CHECK (away_until >= away_from), 
	CONSTRAINT fk_plan_ground_proposal_id FOREIGN KEY(proposal_id) REFERENCES plan_proposal (id) ON DELETE CASCADE, 
	CONSTRAINT ck_plan_ground_trouble CHECK (trouble IN ('absence', 'leaves', 'consent', 'closure', 'late')), 
	CONSTRAINT fk_plan_ground_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_plan_ground_closure_id FOREIGN KEY(closure_id) REFERENCES closure (id) ON DELETE CASCADE, 
	CONSTRAINT fk_plan_ground_late_id FOREIGN KEY(late_id) REFERENCES school_request (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_plan_ground_closure_id ON plan_ground (closure_id)
;
CREATE INDEX ix_plan_ground_late_id ON plan_ground (late_id)
;
CREATE INDEX ix_plan_ground_presenter_id ON plan_ground (presenter_id)
;
CREATE TABLE plan_journey (
	proposal_id INTEGER NOT NULL, 
	most_nights INTEGER NOT NULL, 
	rides BOOLEAN DEFAULT 0 NOT NULL, 
	km_saved INTEGER, 
	CONSTRAINT pk_plan_journey PRIMARY KEY (proposal_id), 
	CONSTRAINT ck_plan_journey_nights_in_a_row CHECK (most_nights BETWEEN 0 AND 3), 
	CONSTRAINT fk_plan_journey_proposal_id FOREIGN KEY(proposal_id) REFERENCES plan_proposal (id) ON DELETE CASCADE
)
;
CREATE TABLE campaign_stop (
	id INTEGER NOT NULL, 
	tour_id INTEGER NOT NULL, 
	municipality_id INTEGER NOT NULL, 
	stays_on DATE, 
	on_day DATE, 
	from_home BOOLEAN NOT NULL, 
	morning_local TIME, 
	afternoon_local TIME, 
	crew TEXT NOT NULL, 
	left_out VARCHAR(30), 
	CONSTRAINT pk_campaign_stop PRIMARY KEY (id), 
	CONSTRAINT city_once_in_a_tour UNIQUE (tour_id, municipality_id), 
	CONSTRAINT one_stop_a_day UNIQUE (tour_id, on_day), 
	CONSTRAINT ck_campaign_stop_left_out_has_no_day CHECK (on_day IS NULL OR left_out IS NULL), 
	CONSTRAINT ck_campaign_stop_nobody_sleeps_before_no_day CHECK (on_day IS NOT NULL OR from_home), 
	CONSTRAINT ck_campaign_stop_what_stays_stays CHECK (stays_on IS NULL OR on_day IS NULL OR on_day = stays_on), 
	CONSTRAINT fk_campaign_stop_tour_id FOREIGN KEY(tour_id) REFERENCES campaign_tour (id) ON DELETE CASCADE, 
	CONSTRAINT fk_campaign_stop_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_campaign_stop_leftout CHECK (left_out IN ('no_school_day', 'nobody_can', 'no_day_left'))
)
;
CREATE INDEX ix_campaign_stop_municipality_id ON campaign_stop (municipality_id)
;
CREATE TABLE guardian_consent (
	id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	guardian_name VARCHAR NOT NULL, 
	guardian_phone VARCHAR NOT NULL, 
	guardian_email VARCHAR NOT NULL, 
	takes_part BOOLEAN NOT NULL, 
	travels BOOLEAN NOT NULL, 
	rides BOOLEAN DEFAULT 0 NOT NULL, 
	photo BOOLEAN NOT NULL, 
	name_on_the_web BOOLEAN NOT NULL, 
	method VARCHAR(30) NOT NULL, 
	text_version VARCHAR NOT NULL, 
	given_on DATE NOT NULL, 
	valid_until DATE NOT NULL, 
	withdrawn_at DATETIME, 
	warned_days INTEGER, 
	recorded_at DATETIME NOT NULL, 
	guardian_id INTEGER, 
	paper_id INTEGER, 
	first_seen_by_id INTEGER, 
	second_seen_by_id INTEGER, 
	withdrawn_by VARCHAR(30), 
	earlier BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_guardian_consent PRIMARY KEY (id), 
	CONSTRAINT ck_guardian_consent_days_in_order CHECK (valid_until >= given_on), 
	CONSTRAINT ck_guardian_consent_link_is_of_a_guardian CHECK (method <> 'link' OR earlier OR guardian_id IS NOT NULL), 
	CONSTRAINT ck_guardian_consent_paper_is_seen CHECK (method <> 'paper' OR earlier OR (paper_id IS NOT NULL AND first_seen_by_id IS NOT NULL)), 
	CONSTRAINT ck_guardian_consent_seen_by_two_people CHECK (second_seen_by_id <> first_seen_by_id), 
	CONSTRAINT ck_guardian_consent_withdrawn_at_a_moment CHECK (withdrawn_by IS NULL OR withdrawn_at IS NOT NULL), 
	CONSTRAINT fk_guardian_consent_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_guardian_consent_consentmethod CHECK (method IN ('link', 'paper')), 
	CONSTRAINT fk_guardian_consent_guardian_id FOREIGN KEY(guardian_id) REFERENCES guardian (id) ON DELETE CASCADE, 
	CONSTRAINT fk_guardian_consent_paper_id FOREIGN KEY(paper_id) REFERENCES consent_paper (id) ON DELETE CASCADE, 
	CONSTRAINT fk_guardian_consent_first_seen_by_id FOREIGN KEY(first_seen_by_id) REFERENCES user_account (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_guardian_consent_second_seen_by_id FOREIGN KEY(second_seen_by_id) REFERENCES user_account (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_guardian_consent_withdrawnby CHECK (withdrawn_by IN ('guardian', 'minor', 'staff', 'replaced'))
)
;
CREATE INDEX ix_guardian_consent_presenter_id_valid_until ON guardian_consent (presenter_id, valid_until)
;
CREATE TRIGGER guardian_consent_ride_is_agreed_once_update BEFORE UPDATE OF rides ON guardian_consent WHEN (NEW.rides IS NOT OLD.rides) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'ride_is_agreed_once'); END
;
CREATE TRIGGER guardian_consent_frees_update AFTER UPDATE ON guardian_consent WHEN (NEW.takes_part IS NOT OLD.takes_part OR NEW.given_on IS NOT OLD.given_on OR NEW.valid_until IS NOT OLD.valid_until OR NEW.withdrawn_at IS NOT OLD.withdrawn_at OR NEW.presenter_id IS NOT OLD.presenter_id) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('release', 'demo')) BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP), 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP) OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
UPDATE assignment SET state = 'withdrawn', state_since = COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP), reason = 'ended_in_database' WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP) OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP), 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL)));
UPDATE assignment SET state = 'withdrawn', state_since = COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP), reason = 'ended_in_database' WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP) OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL))); END
;
CREATE TRIGGER guardian_consent_frees_delete AFTER DELETE ON guardian_consent WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('release', 'demo')) BEGIN INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT CURRENT_TIMESTAMP, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > CURRENT_TIMESTAMP OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
UPDATE assignment SET state = 'withdrawn', state_since = CURRENT_TIMESTAMP, reason = 'ended_in_database' WHERE assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP)
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = OLD.presenter_id
      AND x.state IN ('suggested', 'offered', 'accepted') AND (x.busy_until > CURRENT_TIMESTAMP OR x.busy_until > CURRENT_TIMESTAMP))
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN ('offered', 'accepted', 'present') OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND (q.adult_on IS NULL OR q.adult_on <= assignment.on_day)
      AND NOT (y.presenter_id = OLD.presenter_id AND (((y.state IN ('suggested', 'offered', 'accepted') OR (y.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = y.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= y.on_day AND v.valid_until >= y.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (y.state <> 'present'
                         OR (r.checked_on <= y.on_day AND r.recorded_at < y.busy_until))))) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.may_present_from > y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = y.presenter_id AND m.adult_on > y.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = y.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (y.state = 'present' AND c.withdrawn_at >= y.busy_until))
    AND c.given_on <= y.on_day AND c.valid_until >= y.on_day)) OR (y.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = y.presenter_id AND s.suspended_at IS NOT NULL)))));
INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT CURRENT_TIMESTAMP, 'system', 'assignment withdrawn', 'assignment', id, '{"from": "' || state || '", "reason": "ended_in_database", "to": "withdrawn"}' FROM assignment WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL)));
UPDATE assignment SET state = 'withdrawn', state_since = CURRENT_TIMESTAMP, reason = 'ended_in_database' WHERE assignment.presenter_id = OLD.presenter_id AND assignment.state IN ('suggested', 'offered', 'accepted')
  AND (assignment.busy_until > CURRENT_TIMESTAMP OR assignment.busy_until > CURRENT_TIMESTAMP) AND (((assignment.state IN ('suggested', 'offered', 'accepted') OR (assignment.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = assignment.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= assignment.on_day AND v.valid_until >= assignment.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (assignment.state <> 'present'
                         OR (r.checked_on <= assignment.on_day AND r.recorded_at < assignment.busy_until))))) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.may_present_from > assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = assignment.presenter_id AND m.adult_on > assignment.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = assignment.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (assignment.state = 'present' AND c.withdrawn_at >= assignment.busy_until))
    AND c.given_on <= assignment.on_day AND c.valid_until >= assignment.on_day)) OR (assignment.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = assignment.presenter_id AND s.suspended_at IS NOT NULL))); END
;
CREATE TRIGGER guardian_consent_refuses_update BEFORE UPDATE ON guardian_consent BEGIN SELECT RAISE(ABORT, 'consent_is_written_once') WHERE ((NEW.id IS NOT OLD.id OR NEW.takes_part IS NOT OLD.takes_part OR NEW.travels IS NOT OLD.travels OR NEW.photo IS NOT OLD.photo OR NEW.name_on_the_web IS NOT OLD.name_on_the_web OR NEW.method IS NOT OLD.method OR NEW.text_version IS NOT OLD.text_version OR NEW.given_on IS NOT OLD.given_on OR NEW.valid_until IS NOT OLD.valid_until OR NEW.recorded_at IS NOT OLD.recorded_at OR NEW.guardian_id IS NOT OLD.guardian_id OR NEW.paper_id IS NOT OLD.paper_id OR NEW.first_seen_by_id IS NOT OLD.first_seen_by_id OR NEW.second_seen_by_id IS NOT OLD.second_seen_by_id OR NEW.earlier IS NOT OLD.earlier OR NEW.guardian_name IS NOT OLD.guardian_name OR NEW.guardian_email IS NOT OLD.guardian_email OR NEW.guardian_phone IS NOT OLD.guardian_phone) OR (OLD.withdrawn_at IS NULL AND (NEW.presenter_id IS NOT OLD.presenter_id))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM guardian_consent n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'withdrawal_stays') WHERE OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at IS NOT OLD.withdrawn_at OR NEW.withdrawn_by IS NOT OLD.withdrawn_by OR NEW.presenter_id IS NOT OLD.presenter_id); END
;
CREATE TRIGGER guardian_consent_refuses_delete BEFORE DELETE ON guardian_consent BEGIN SELECT RAISE(ABORT, 'consent_is_written_once') WHERE OLD.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'withdrawal_stays') WHERE OLD.withdrawn_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER guardian_consent_refuses_insert BEFORE INSERT ON guardian_consent BEGIN SELECT RAISE(ABORT, 'first_guardian_is_confirmed') WHERE NEW.method = 'link' AND NEW.guardian_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM guardian_consent c WHERE c.presenter_id = NEW.presenter_id)
  AND NOT EXISTS (SELECT 1 FROM guardian g WHERE g.presenter_id = NEW.presenter_id AND g.confirmed_at IS NOT NULL); SELECT RAISE(ABORT, 'account_consents_on_paper') WHERE NEW.method = 'link' AND EXISTS (
  SELECT 1 FROM user_account u WHERE (lower(NEW.guardian_email) = u.email OR lower(NEW.guardian_email) LIKE replace(replace(replace(replace(u.email, '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@') ESCAPE '!'
  OR u.email LIKE replace(replace(replace(replace(lower(NEW.guardian_email), '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@') ESCAPE '!')); SELECT RAISE(ABORT, 'paper_is_for_a_first_consent') WHERE NEW.method = 'paper' AND NOT NEW.earlier AND EXISTS (SELECT 1 FROM guardian_consent c
    WHERE c.presenter_id = NEW.presenter_id AND c.withdrawn_at IS NOT NULL
      AND c.withdrawn_by IS NOT 'replaced')
  AND NOT EXISTS (SELECT 1 FROM consent_paper p
    WHERE p.id = NEW.paper_id AND datetime(p.told_at) <= datetime(NEW.recorded_at, '-168 hours')); SELECT RAISE(ABORT, 'guardian_is_this_minors') WHERE NEW.guardian_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM guardian g WHERE g.id = NEW.guardian_id AND g.presenter_id = NEW.presenter_id); SELECT RAISE(ABORT, 'consent_is_written_once') WHERE NEW.earlier; SELECT RAISE(ABORT, 'paper_is_seen_by_two') WHERE NEW.method = 'paper' AND NOT NEW.earlier AND NOT EXISTS (SELECT 1 FROM consent_paper p
  WHERE p.id = NEW.paper_id AND p.presenter_id = NEW.presenter_id AND p.guardian_id = NEW.guardian_id AND p.first_seen_by_id = NEW.first_seen_by_id AND p.text_version = NEW.text_version AND p.given_on = NEW.given_on AND p.valid_until = NEW.valid_until AND p.takes_part = NEW.takes_part AND p.travels = NEW.travels AND p.rides = NEW.rides AND p.photo = NEW.photo
    AND (p.second_seen_by_id = NEW.second_seen_by_id
      OR (p.host_seen_at IS NOT NULL AND NEW.second_seen_by_id IS NULL))); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM guardian_consent n WHERE (n.id = NEW.id)); END
;
CREATE TABLE replanning (
	stopped_id INTEGER NOT NULL, 
	new_id INTEGER NOT NULL, 
	CONSTRAINT pk_replanning PRIMARY KEY (stopped_id), 
	CONSTRAINT fk_replanning_stopped_id FOREIGN KEY(stopped_id) REFERENCES visit (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_replanning_new_id UNIQUE (new_id), 
	CONSTRAINT fk_replanning_new_id FOREIGN KEY(new_id) REFERENCES visit (id) ON DELETE RESTRICT
)
;
CREATE TRIGGER replanning_carries_open_numbers_insert AFTER INSERT ON replanning  BEGIN UPDATE numbers_asked SET visit_id = NEW.new_id WHERE visit_id = NEW.stopped_id AND answered_at IS NULL; END
;
CREATE TABLE presentation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	visit_id INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	uid VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	edited_at DATETIME NOT NULL, 
	on_day DATE NOT NULL, 
	starts_local TIME NOT NULL, 
	minutes INTEGER NOT NULL, 
	zone VARCHAR NOT NULL, 
	starts_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	busy_from DATETIME NOT NULL, 
	busy_until DATETIME NOT NULL, 
	audience VARCHAR(30) NOT NULL, 
	level VARCHAR(30) NOT NULL, 
	classes VARCHAR NOT NULL, 
	outside_shift BOOLEAN NOT NULL, 
	expected_pupils INTEGER NOT NULL, 
	expected_parents INTEGER NOT NULL, 
	expected_teachers INTEGER NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	reason VARCHAR NOT NULL, 
	minutes_given INTEGER, 
	notice_hours INTEGER, 
	merged_into_id INTEGER, 
	room VARCHAR NOT NULL, 
	CONSTRAINT copied_by_assignments UNIQUE (id, on_day, busy_from, busy_until), 
	CONSTRAINT uq_presentation_visit_id_ordinal UNIQUE (visit_id, ordinal), 
	CONSTRAINT ck_presentation_lasts_a_day_at_most CHECK (minutes BETWEEN 15 AND 480), 
	CONSTRAINT ck_presentation_ends_after_it_starts CHECK (starts_at < ends_at), 
	CONSTRAINT ck_presentation_busy_while_it_lasts CHECK (busy_from <= starts_at AND busy_until >= ends_at), 
	CONSTRAINT ck_presentation_merged_into_another CHECK ((state = 'merged_into') = (merged_into_id IS NOT NULL)), 
	CONSTRAINT ck_presentation_nobody_negative CHECK (expected_pupils >= 0 AND expected_parents >= 0 AND expected_teachers >= 0), 
	CONSTRAINT ck_presentation_sequence_rises CHECK (sequence >= 0), 
	CONSTRAINT ck_presentation_given_a_day_at_most CHECK (minutes_given BETWEEN 0 AND 480), 
	CONSTRAINT ck_presentation_notice_not_negative CHECK (notice_hours >= 0), 
	CONSTRAINT fk_presentation_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE RESTRICT, 
	CONSTRAINT uq_presentation_uid UNIQUE (uid), 
	CONSTRAINT ck_presentation_audience CHECK (audience IN ('pupils', 'parents', 'teachers', 'others')), 
	CONSTRAINT ck_presentation_schoollevel CHECK (level IN ('primary', 'secondary', 'none')), 
	CONSTRAINT ck_presentation_presentationstate CHECK (state IN ('planned', 'confirmed', 'delivered', 'part_delivered', 'moved', 'merged_into', 'disrupted', 'cancelled', 'no_show_host', 'no_show_presenter')), 
	CONSTRAINT fk_presentation_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES presentation (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_presentation_merged_into_id ON presentation (merged_into_id) WHERE merged_into_id IS NOT NULL
;
CREATE INDEX ix_presentation_on_day ON presentation (on_day)
;
CREATE INDEX ix_presentation_starts_at ON presentation (starts_at)
;
CREATE INDEX ix_presentation_visit_id ON presentation (visit_id)
;
CREATE TRIGGER presentation_state_follows_update BEFORE UPDATE OF state ON presentation WHEN NEW.state <> OLD.state AND NOT ((OLD.state = 'planned' AND NEW.state IN ('cancelled', 'confirmed', 'disrupted', 'merged_into', 'moved')) OR (OLD.state = 'confirmed' AND NEW.state IN ('cancelled', 'delivered', 'disrupted', 'merged_into', 'moved', 'no_show_host', 'no_show_presenter', 'part_delivered', 'planned')) OR (OLD.state = 'moved' AND NEW.state IN ('cancelled', 'confirmed', 'disrupted', 'planned')) OR (OLD.state = 'disrupted' AND NEW.state IN ('cancelled', 'planned')) OR (OLD.state = 'delivered' AND NEW.state IN ('part_delivered')) OR (OLD.state = 'part_delivered' AND NEW.state IN ('delivered')) OR (OLD.state = 'cancelled' AND NEW.state IN ('confirmed', 'planned'))) BEGIN SELECT RAISE(ABORT, 'state_follows'); END
;
CREATE TRIGGER presentation_row_is_not_replaced_insert BEFORE INSERT ON presentation WHEN EXISTS (SELECT 1 FROM presentation n WHERE (n.id = NEW.id OR n.uid = NEW.uid)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER presentation_tells_feeds_update AFTER UPDATE ON presentation  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.id UNION SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.id UNION SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.id UNION SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.id)); END
;
CREATE TRIGGER presentation_refuses_update BEFORE UPDATE ON presentation BEGIN SELECT RAISE(ABORT, 'locked_visit_stays') WHERE (NEW.visit_id IS NOT OLD.visit_id OR NEW.on_day IS NOT OLD.on_day OR NEW.starts_local IS NOT OLD.starts_local OR NEW.minutes IS NOT OLD.minutes OR NEW.zone IS NOT OLD.zone OR NEW.starts_at IS NOT OLD.starts_at OR NEW.ends_at IS NOT OLD.ends_at OR NEW.busy_from IS NOT OLD.busy_from OR NEW.busy_until IS NOT OLD.busy_until OR NEW.audience IS NOT OLD.audience OR NEW.level IS NOT OLD.level OR NEW.state IS NOT OLD.state OR NEW.minutes_given IS NOT OLD.minutes_given) AND EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.id AND l.locked_at IS NOT NULL); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM presentation n WHERE (n.id = NEW.id OR n.uid = NEW.uid) AND n.id <> OLD.id); END
;
CREATE TABLE date_wish (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	first_choice DATE NOT NULL, 
	second_choice DATE, 
	starts_local TIME, 
	reason VARCHAR NOT NULL, 
	asked_at DATETIME NOT NULL, 
	answered_at DATETIME, 
	outcome VARCHAR(30), 
	CONSTRAINT pk_date_wish PRIMARY KEY (id), 
	CONSTRAINT ck_date_wish_answered_with_an_outcome CHECK ((answered_at IS NULL) = (outcome IS NULL)), 
	CONSTRAINT fk_date_wish_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_date_wish_wishoutcome CHECK (outcome IN ('moved', 'kept', 'taken_back'))
)
;
CREATE INDEX ix_date_wish_visit_id ON date_wish (visit_id)
;
CREATE UNIQUE INDEX one_open_wish_a_visit ON date_wish (visit_id) WHERE answered_at IS NULL
;
CREATE TABLE readiness (
	visit_id INTEGER NOT NULL, 
	room BOOLEAN DEFAULT 0 NOT NULL, 
	equipment BOOLEAN DEFAULT 0 NOT NULL, 
	teacher BOOLEAN DEFAULT 0 NOT NULL, 
	parents BOOLEAN DEFAULT 0 NOT NULL, 
	door BOOLEAN DEFAULT 0 NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_readiness PRIMARY KEY (visit_id), 
	CONSTRAINT fk_readiness_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE
)
;
CREATE TABLE held_time (
	id INTEGER NOT NULL, 
	date_hold_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	busy_from DATETIME NOT NULL, 
	busy_until DATETIME NOT NULL, 
	CONSTRAINT pk_held_time PRIMARY KEY (id), 
	CONSTRAINT fk_held_time_date_hold_id FOREIGN KEY(date_hold_id) REFERENCES date_hold (id) ON DELETE CASCADE, 
	CONSTRAINT fk_held_time_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_held_time_date_hold_id ON held_time (date_hold_id)
;
CREATE INDEX ix_held_time_presenter_id_busy_from ON held_time (presenter_id, busy_from)
;
CREATE TRIGGER held_time_refuses_insert BEFORE INSERT ON held_time BEGIN SELECT RAISE(ABORT, 'nobody_held_and_promised') WHERE EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.state IN ('offered', 'accepted', 'present')
    AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until); SELECT RAISE(ABORT, 'nobody_held_twice') WHERE EXISTS (
  SELECT 1 FROM held_time h WHERE h.presenter_id = NEW.presenter_id AND h.id IS NOT NEW.id
    AND h.busy_from < NEW.busy_until AND NEW.busy_from < h.busy_until); END
;
CREATE TRIGGER held_time_refuses_update BEFORE UPDATE ON held_time BEGIN SELECT RAISE(ABORT, 'nobody_held_and_promised') WHERE EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.state IN ('offered', 'accepted', 'present')
    AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until); SELECT RAISE(ABORT, 'nobody_held_twice') WHERE EXISTS (
  SELECT 1 FROM held_time h WHERE h.presenter_id = NEW.presenter_id AND h.id IS NOT NEW.id
    AND h.busy_from < NEW.busy_until AND NEW.busy_from < h.busy_until); END
;
CREATE TABLE finding (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	ordinal INTEGER, 
	class_name VARCHAR, 
	why VARCHAR(30), 
	presenter_id INTEGER, 
	found_at DATETIME NOT NULL, 
	settled_at DATETIME, 
	CONSTRAINT pk_finding PRIMARY KEY (id), 
	CONSTRAINT ck_finding_clock_of_a_presentation CHECK ((kind = 'clock') = (ordinal IS NOT NULL)), 
	CONSTRAINT ck_finding_clock_of_a_class CHECK ((ordinal IS NULL) = (class_name IS NULL)), 
	CONSTRAINT ck_finding_clock_says_why CHECK ((kind = 'away') = (why IS NULL)), 
	CONSTRAINT ck_finding_closed_is_closed CHECK ((kind = 'closed') = (why IS NOT NULL AND why = 'closed')), 
	CONSTRAINT ck_finding_somebody_is_away CHECK ((kind = 'away') = (presenter_id IS NOT NULL)), 
	CONSTRAINT each_class_once UNIQUE (visit_id, ordinal, class_name, why), 
	CONSTRAINT each_presenter_once UNIQUE (visit_id, presenter_id), 
	CONSTRAINT fk_finding_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_finding_findingkind CHECK (kind IN ('clock', 'closed', 'away')), 
	CONSTRAINT ck_finding_clockwrong CHECK (why IN ('closed', 'too_early', 'too_late', 'runs_over', 'year_ended')), 
	CONSTRAINT fk_finding_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE UNIQUE INDEX closed_once ON finding (visit_id) WHERE kind = 'closed'
;
CREATE INDEX ix_finding_presenter_id ON finding (presenter_id)
;
CREATE TABLE drive (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	planned_kilometres INTEGER NOT NULL, 
	planned_minutes INTEGER NOT NULL, 
	driven_kilometres INTEGER, 
	driven_minutes INTEGER, 
	reason VARCHAR DEFAULT '' NOT NULL, 
	corrected_at DATETIME, 
	CONSTRAINT pk_drive PRIMARY KEY (id), 
	CONSTRAINT one_drive_each UNIQUE (visit_id, presenter_id), 
	CONSTRAINT ck_drive_planned_forward CHECK (planned_kilometres >= 0 AND planned_minutes >= 0), 
	CONSTRAINT ck_drive_driven_in_a_day CHECK (driven_kilometres BETWEEN 0 AND 2000), 
	CONSTRAINT ck_drive_driven_within_a_day CHECK (driven_minutes BETWEEN 0 AND 1440), 
	CONSTRAINT ck_drive_driven_is_said_whole CHECK ((driven_kilometres IS NULL) = (driven_minutes IS NULL)), 
	CONSTRAINT fk_drive_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_drive_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_drive_presenter_id ON drive (presenter_id)
;
CREATE TRIGGER drive_drive_is_an_adults_update BEFORE UPDATE OF presenter_id, visit_id ON drive WHEN EXISTS (SELECT 1 FROM presenter p, visit v WHERE p.id = NEW.presenter_id AND v.id = NEW.visit_id AND p.adult_on > v.on_day) BEGIN SELECT RAISE(ABORT, 'drive_is_an_adults'); END
;
CREATE TRIGGER drive_driven_when_it_was_held_update BEFORE UPDATE OF driven_kilometres, visit_id ON drive WHEN NEW.driven_kilometres IS NOT NULL AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state = 'delivered') BEGIN SELECT RAISE(ABORT, 'driven_when_it_was_held'); END
;
CREATE TRIGGER drive_refuses_insert BEFORE INSERT ON drive BEGIN SELECT RAISE(ABORT, 'driven_when_it_was_held') WHERE NEW.driven_kilometres IS NOT NULL AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state = 'delivered'); SELECT RAISE(ABORT, 'drive_is_an_adults') WHERE EXISTS (SELECT 1 FROM presenter p, visit v WHERE p.id = NEW.presenter_id AND v.id = NEW.visit_id AND p.adult_on > v.on_day); END
;
CREATE TABLE late_notice (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	asked_at DATETIME NOT NULL, 
	read_at DATETIME, 
	kilometres INTEGER, 
	CONSTRAINT pk_late_notice PRIMARY KEY (id), 
	CONSTRAINT each_asked_once UNIQUE (visit_id, presenter_id), 
	CONSTRAINT ck_late_notice_driven_in_a_day CHECK (kilometres BETWEEN 0 AND 2000), 
	CONSTRAINT fk_late_notice_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_late_notice_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_late_notice_presenter_id ON late_notice (presenter_id)
;
CREATE TABLE relief (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	opened_at DATETIME NOT NULL, 
	was_confirmed BOOLEAN NOT NULL, 
	wave INTEGER NOT NULL, 
	next_wave_at DATETIME, 
	CONSTRAINT pk_relief PRIMARY KEY (id), 
	CONSTRAINT ck_relief_waves_are_counted CHECK (wave >= 0), 
	CONSTRAINT ck_relief_who_searches_goes_on CHECK (state <> 'searching' OR next_wave_at IS NOT NULL), 
	CONSTRAINT fk_relief_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_relief_reliefstate CHECK (state IN ('searching', 'stopped', 'choosing', 'filled', 'online', 'short', 'moved', 'called_off', 'over'))
)
;
CREATE INDEX ix_relief_visit_id ON relief (visit_id)
;
CREATE UNIQUE INDEX one_open_relief_a_visit ON relief (visit_id) WHERE state IN ('searching', 'stopped', 'choosing')
;
CREATE TABLE disruption (
	id INTEGER NOT NULL, 
	closure_id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_disruption PRIMARY KEY (id), 
	CONSTRAINT disrupted_once UNIQUE (visit_id), 
	CONSTRAINT fk_disruption_closure_id FOREIGN KEY(closure_id) REFERENCES closure (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_disruption_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_disruption_closure_id ON disruption (closure_id)
;
CREATE TABLE cancellation (
	visit_id INTEGER NOT NULL, 
	cause VARCHAR(30) NOT NULL, 
	done_at DATETIME NOT NULL, 
	version_after INTEGER, 
	"before" TEXT NOT NULL, 
	CONSTRAINT pk_cancellation PRIMARY KEY (visit_id), 
	CONSTRAINT fk_cancellation_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_cancellation_cancelcause CHECK (cause IN ('busy', 'shut', 'illness', 'no_crew', 'road', 'no_need', 'other'))
)
;
CREATE TABLE reminder_note (
	id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	visit_id INTEGER NOT NULL, 
	for_day DATE NOT NULL, 
	presenter_id INTEGER, 
	noted_at DATETIME NOT NULL, 
	CONSTRAINT pk_reminder_note PRIMARY KEY (id), 
	CONSTRAINT presenter_is_reminded_once UNIQUE (kind, visit_id, for_day, presenter_id), 
	CONSTRAINT ck_reminder_note_reminder CHECK (kind IN ('checklist', 'school_week', 'school_day', 'crew_week', 'crew_day', 'offer_ends', 'report_due', 'report_late', 'numbers_wait', 'feedback', 'survey', 'next_year', 'vetting', 'consent')), 
	CONSTRAINT fk_reminder_note_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_reminder_note_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_reminder_note_presenter_id ON reminder_note (presenter_id)
;
CREATE INDEX ix_reminder_note_visit_id ON reminder_note (visit_id)
;
CREATE UNIQUE INDEX school_is_reminded_once ON reminder_note (kind, visit_id, for_day) WHERE presenter_id IS NULL
;
CREATE TABLE undoable_visit_act (
	id INTEGER NOT NULL, 
	batch VARCHAR NOT NULL, 
	visit_id INTEGER NOT NULL, 
	act VARCHAR(30) NOT NULL, 
	done_at DATETIME NOT NULL, 
	version_after INTEGER NOT NULL, 
	"before" TEXT NOT NULL, 
	CONSTRAINT pk_undoable_visit_act PRIMARY KEY (id), 
	CONSTRAINT fk_undoable_visit_act_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_undoable_visit_act_bulk_visit_act CHECK (act IN ('offer', 'confirm'))
)
;
CREATE INDEX ix_undoable_visit_act_batch ON undoable_visit_act (batch)
;
CREATE INDEX ix_undoable_visit_act_done_at ON undoable_visit_act (done_at)
;
CREATE INDEX ix_undoable_visit_act_visit_id ON undoable_visit_act (visit_id)
;
CREATE TABLE numbers_asked (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	pupils_before INTEGER NOT NULL, 
	parents_before INTEGER NOT NULL, 
	teachers_before INTEGER NOT NULL, 
	pupils INTEGER NOT NULL, 
	parents INTEGER NOT NULL, 
	teachers INTEGER NOT NULL, 
	asked_at DATETIME NOT NULL, 
	answered_at DATETIME, 
	outcome VARCHAR(30), 
	reason VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_numbers_asked PRIMARY KEY (id), 
	CONSTRAINT ck_numbers_asked_answered_with_an_outcome CHECK ((answered_at IS NULL) = (outcome IS NULL)), 
	CONSTRAINT ck_numbers_asked_nobody_negative CHECK (pupils >= 0 AND parents >= 0 AND teachers >= 0), 
	CONSTRAINT fk_numbers_asked_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_numbers_asked_numbersoutcome CHECK (outcome IN ('accepted', 'declined', 'replaced', 'lapsed'))
)
;
CREATE INDEX ix_numbers_asked_visit_id ON numbers_asked (visit_id)
;
CREATE UNIQUE INDEX one_open_question_a_presentation ON numbers_asked (visit_id, ordinal) WHERE answered_at IS NULL
;
CREATE TRIGGER numbers_asked_question_of_a_living_visit_insert BEFORE INSERT ON numbers_asked WHEN NEW.answered_at IS NULL AND EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state IN ('cancelled', 'delivered', 'replanned')) BEGIN SELECT RAISE(ABORT, 'question_of_a_living_visit'); END
;
CREATE TRIGGER numbers_asked_question_of_a_living_visit_update BEFORE UPDATE OF answered_at, visit_id ON numbers_asked WHEN NEW.answered_at IS NULL AND EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state IN ('cancelled', 'delivered', 'replanned')) BEGIN SELECT RAISE(ABORT, 'question_of_a_living_visit'); END
;
CREATE TABLE told_note (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	presenter_id INTEGER, 
	what VARCHAR(30) NOT NULL, 
	how VARCHAR(30) NOT NULL, 
	told_at DATETIME NOT NULL, 
	told_by_id INTEGER, 
	CONSTRAINT pk_told_note PRIMARY KEY (id), 
	CONSTRAINT fk_told_note_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_told_note_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_told_note_toldwhat CHECK (what IN ('offer', 'confirmation', 'change')), 
	CONSTRAINT ck_told_note_toldhow CHECK (how IN ('phone', 'viber', 'in_person')), 
	CONSTRAINT fk_told_note_told_by_id FOREIGN KEY(told_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_told_note_visit_id ON told_note (visit_id)
;
CREATE TABLE pick_up (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	who VARCHAR NOT NULL, 
	typed_at DATETIME NOT NULL, 
	CONSTRAINT pk_pick_up PRIMARY KEY (id), 
	CONSTRAINT uq_pick_up_visit_id_presenter_id UNIQUE (visit_id, presenter_id), 
	CONSTRAINT ck_pick_up_says_something CHECK (who <> ''), 
	CONSTRAINT fk_pick_up_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_pick_up_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_pick_up_presenter_id ON pick_up (presenter_id)
;
CREATE TRIGGER pick_up_pick_up_is_of_the_crew_update BEFORE UPDATE OF visit_id, presenter_id ON pick_up WHEN NOT EXISTS (SELECT 1 FROM assignment a JOIN presentation p ON p.id = a.presentation_id
  WHERE p.visit_id = NEW.visit_id AND a.presenter_id = NEW.presenter_id) BEGIN SELECT RAISE(ABORT, 'pick_up_is_of_the_crew'); END
;
CREATE TRIGGER pick_up_refuses_insert BEFORE INSERT ON pick_up BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM pick_up n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id))); SELECT RAISE(ABORT, 'pick_up_is_of_the_crew') WHERE NOT EXISTS (SELECT 1 FROM assignment a JOIN presentation p ON p.id = a.presentation_id
  WHERE p.visit_id = NEW.visit_id AND a.presenter_id = NEW.presenter_id); END
;
CREATE TRIGGER pick_up_refuses_update BEFORE UPDATE ON pick_up BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM pick_up n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'pick_up_is_typed_anew') WHERE (NEW.id IS NOT OLD.id OR NEW.visit_id IS NOT OLD.visit_id OR NEW.presenter_id IS NOT OLD.presenter_id) OR ((NEW.who IS NOT OLD.who) AND NEW.typed_at = OLD.typed_at); END
;
CREATE TABLE car_ride (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	driver_id INTEGER NOT NULL, 
	on_day DATE NOT NULL, 
	arranged_at DATETIME NOT NULL, 
	told_start TIME, 
	CONSTRAINT pk_car_ride PRIMARY KEY (id), 
	CONSTRAINT one_seat_a_visit UNIQUE (visit_id, presenter_id), 
	CONSTRAINT ck_car_ride_somebody_else_drives CHECK (driver_id <> presenter_id), 
	CONSTRAINT fk_car_ride_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_car_ride_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_car_ride_driver_id FOREIGN KEY(driver_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_car_ride_driver_id ON car_ride (driver_id)
;
CREATE INDEX ix_car_ride_presenter_id ON car_ride (presenter_id)
;
CREATE TRIGGER car_ride_ride_has_both_update BEFORE UPDATE OF presenter_id, driver_id, on_day ON car_ride WHEN NOT EXISTS (SELECT 1 FROM driving_check d
  WHERE d.presenter_id = NEW.driver_id AND d.result = 'cleared'
    AND d.checked_on <= NEW.on_day AND d.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM driving_check r WHERE r.presenter_id = d.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= d.checked_on))
  OR NOT EXISTS (SELECT 1 FROM guardian_consent c
  WHERE c.presenter_id = NEW.presenter_id AND c.takes_part AND c.rides AND c.withdrawn_at IS NULL
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day) BEGIN SELECT RAISE(ABORT, 'ride_has_both'); END
;
CREATE TRIGGER car_ride_ride_is_arranged_once_delete BEFORE DELETE ON car_ride WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'ride_is_arranged_once'); END
;
CREATE TRIGGER car_ride_refuses_insert BEFORE INSERT ON car_ride BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM car_ride n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id))); SELECT RAISE(ABORT, 'ride_has_both') WHERE NOT EXISTS (SELECT 1 FROM driving_check d
  WHERE d.presenter_id = NEW.driver_id AND d.result = 'cleared'
    AND d.checked_on <= NEW.on_day AND d.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM driving_check r WHERE r.presenter_id = d.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= d.checked_on))
  OR NOT EXISTS (SELECT 1 FROM guardian_consent c
  WHERE c.presenter_id = NEW.presenter_id AND c.takes_part AND c.rides AND c.withdrawn_at IS NULL
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day); END
;
CREATE TRIGGER car_ride_refuses_update BEFORE UPDATE ON car_ride BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM car_ride n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'ride_is_arranged_once') WHERE (NEW.visit_id IS NOT OLD.visit_id OR NEW.presenter_id IS NOT OLD.presenter_id OR NEW.driver_id IS NOT OLD.driver_id OR NEW.on_day IS NOT OLD.on_day OR NEW.arranged_at IS NOT OLD.arranged_at); END
;
CREATE TABLE open_call (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	opened_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_open_call PRIMARY KEY (id), 
	CONSTRAINT uq_open_call_visit_id UNIQUE (visit_id), 
	CONSTRAINT fk_open_call_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE
)
;
CREATE TABLE raised_hand (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	raised_at DATETIME NOT NULL, 
	CONSTRAINT pk_raised_hand PRIMARY KEY (id), 
	CONSTRAINT one_hand_each UNIQUE (visit_id, presenter_id), 
	CONSTRAINT fk_raised_hand_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_raised_hand_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_raised_hand_presenter_id ON raised_hand (presenter_id)
;
CREATE TABLE hand_off (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	visit_id INTEGER, 
	told VARCHAR(30) NOT NULL, 
	told_at DATETIME NOT NULL, 
	noted_at DATETIME NOT NULL, 
	noted_by_id INTEGER, 
	CONSTRAINT pk_hand_off PRIMARY KEY (id), 
	CONSTRAINT noted_once UNIQUE (visit_id, told, told_at, noted_by_id), 
	CONSTRAINT ck_hand_off_told_before_it_is_noted CHECK (told_at <= noted_at), 
	CONSTRAINT fk_hand_off_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_hand_off_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE SET NULL, 
	CONSTRAINT ck_hand_off_handedto CHECK (told IN ('school', 'helpline')), 
	CONSTRAINT fk_hand_off_noted_by_id FOREIGN KEY(noted_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_hand_off_centre_id_told_at ON hand_off (centre_id, told_at)
;
CREATE TRIGGER hand_off_hand_off_is_noted_for_good_delete BEFORE DELETE ON hand_off WHEN NOT EXISTS (SELECT 1 FROM audit_entry a
  WHERE a.thing = 'hand_off' AND a.thing_id = OLD.id AND a.action = 'hand-off taken back') AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'hand_off_is_noted_for_good'); END
;
CREATE TRIGGER hand_off_row_is_not_replaced_insert BEFORE INSERT ON hand_off WHEN EXISTS (SELECT 1 FROM hand_off n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.told = NEW.told AND n.told_at = NEW.told_at AND n.noted_by_id = NEW.noted_by_id))) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER hand_off_refuses_update BEFORE UPDATE ON hand_off BEGIN SELECT RAISE(ABORT, 'hand_off_is_noted_for_good') WHERE ((NEW.centre_id IS NOT OLD.centre_id OR NEW.told IS NOT OLD.told OR NEW.told_at IS NOT OLD.told_at OR NEW.noted_at IS NOT OLD.noted_at) OR ((NEW.visit_id IS NOT OLD.visit_id) AND (NEW.visit_id IS NOT NULL OR EXISTS (SELECT 1 FROM visit t WHERE t.id = OLD.visit_id)))
  OR ((NEW.noted_by_id IS NOT OLD.noted_by_id) AND (NEW.noted_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.noted_by_id)))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM hand_off n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.told = NEW.told AND n.told_at = NEW.told_at AND n.noted_by_id = NEW.noted_by_id)) AND n.id <> OLD.id); END
;
CREATE TABLE concern (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	spoken_up_by VARCHAR(30) NOT NULL, 
	visit_id INTEGER, 
	host_id INTEGER, 
	on_day DATE, 
	phone VARCHAR NOT NULL, 
	reported_at DATETIME NOT NULL, 
	reported_by_id INTEGER, 
	ended_at DATETIME, 
	ended_by_id INTEGER, 
	CONSTRAINT pk_concern PRIMARY KEY (id), 
	CONSTRAINT ck_concern_moments_in_order CHECK (ended_at >= reported_at), 
	CONSTRAINT ck_concern_no_number_once_it_ended CHECK (ended_at IS NULL OR phone = ''), 
	CONSTRAINT fk_concern_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_concern_spokenupby CHECK (spoken_up_by IN ('school', 'colleague', 'anybody')), 
	CONSTRAINT fk_concern_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE SET NULL, 
	CONSTRAINT fk_concern_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE SET NULL, 
	CONSTRAINT fk_concern_reported_by_id FOREIGN KEY(reported_by_id) REFERENCES user_account (id) ON DELETE SET NULL, 
	CONSTRAINT fk_concern_ended_by_id FOREIGN KEY(ended_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_concern_centre_id_reported_at ON concern (centre_id, reported_at)
;
CREATE INDEX ix_concern_host_id ON concern (host_id)
;
CREATE INDEX ix_concern_visit_id ON concern (visit_id)
;
CREATE INDEX open_concerns ON concern (centre_id) WHERE ended_at IS NULL
;
CREATE TRIGGER concern_concern_stays_delete BEFORE DELETE ON concern WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'concern_stays'); END
;
CREATE TRIGGER concern_concern_is_ended_by_another_update BEFORE UPDATE OF ended_by_id ON concern WHEN EXISTS (SELECT 1 FROM concern_about c JOIN presenter p ON p.id = c.presenter_id
  WHERE c.concern_id = NEW.id AND p.user_id = NEW.ended_by_id) BEGIN SELECT RAISE(ABORT, 'concern_is_ended_by_another'); END
;
CREATE TRIGGER concern_refuses_insert BEFORE INSERT ON concern BEGIN SELECT RAISE(ABORT, 'concern_stays') WHERE NEW.ended_at IS NOT NULL OR NEW.ended_by_id IS NOT NULL; SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM concern n WHERE (n.id = NEW.id)); END
;
CREATE TRIGGER concern_refuses_update BEFORE UPDATE ON concern BEGIN SELECT RAISE(ABORT, 'concern_stays') WHERE ((NEW.centre_id IS NOT OLD.centre_id OR NEW.spoken_up_by IS NOT OLD.spoken_up_by OR NEW.on_day IS NOT OLD.on_day OR NEW.reported_at IS NOT OLD.reported_at) OR ((NEW.visit_id IS NOT OLD.visit_id) AND (NEW.visit_id IS NOT NULL OR EXISTS (SELECT 1 FROM visit t WHERE t.id = OLD.visit_id)))
  OR ((NEW.host_id IS NOT OLD.host_id) AND (NEW.host_id IS NOT NULL OR EXISTS (SELECT 1 FROM host t WHERE t.id = OLD.host_id))) OR ((NEW.reported_by_id IS NOT OLD.reported_by_id) AND (NEW.reported_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.reported_by_id)))
  OR (OLD.ended_at IS NULL AND (NEW.ended_at IS NULL) <> (NEW.ended_by_id IS NULL)) OR (OLD.ended_at IS NOT NULL AND ((NEW.ended_at IS NOT OLD.ended_at) OR ((NEW.ended_by_id IS NOT OLD.ended_by_id) AND (NEW.ended_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.ended_by_id)))))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM concern n WHERE (n.id = NEW.id) AND n.id <> OLD.id); END
;
CREATE TABLE visit_feedback (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	useful INTEGER NOT NULL, 
	clear INTEGER NOT NULL, 
	again BOOLEAN NOT NULL, 
	words VARCHAR NOT NULL, 
	given_on DATE NOT NULL, 
	CONSTRAINT pk_visit_feedback PRIMARY KEY (id), 
	CONSTRAINT ck_visit_feedback_marks_of_a_school CHECK (useful BETWEEN 1 AND 5 AND clear BETWEEN 1 AND 5), 
	CONSTRAINT uq_visit_feedback_visit_id UNIQUE (visit_id), 
	CONSTRAINT fk_visit_feedback_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE
)
;
CREATE TABLE visit_survey (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	spoken_of BOOLEAN NOT NULL, 
	changed BOOLEAN NOT NULL, 
	knows_whom_to_call BOOLEAN NOT NULL, 
	words VARCHAR NOT NULL, 
	given_on DATE NOT NULL, 
	CONSTRAINT pk_visit_survey PRIMARY KEY (id), 
	CONSTRAINT uq_visit_survey_visit_id UNIQUE (visit_id), 
	CONSTRAINT fk_visit_survey_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE
)
;
CREATE TABLE follow_up_note (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	noted_at DATETIME NOT NULL, 
	CONSTRAINT pk_follow_up_note PRIMARY KEY (id), 
	CONSTRAINT each_follow_up_once UNIQUE (visit_id, kind), 
	CONSTRAINT fk_follow_up_note_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT ck_follow_up_note_followup CHECK (kind IN ('report_due', 'report_late', 'numbers_wait', 'feedback', 'survey', 'next_year', 'stopped'))
)
;
CREATE TABLE named_adult (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	name_key VARCHAR NOT NULL, 
	entered_at DATETIME NOT NULL, 
	CONSTRAINT pk_named_adult PRIMARY KEY (id), 
	CONSTRAINT uq_named_adult_visit_id_name_key UNIQUE (visit_id, name_key), 
	CONSTRAINT fk_named_adult_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE
)
;
CREATE TABLE practice_sum (
	id INTEGER NOT NULL, 
	part_id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	groups INTEGER NOT NULL, 
	correct INTEGER NOT NULL, 
	CONSTRAINT pk_practice_sum PRIMARY KEY (id), 
	CONSTRAINT case_once_in_a_part UNIQUE (part_id, code), 
	CONSTRAINT ck_practice_sum_groups_of_a_class CHECK (groups BETWEEN 1 AND 60), 
	CONSTRAINT ck_practice_sum_no_more_right_than_all CHECK (correct BETWEEN 0 AND groups), 
	CONSTRAINT fk_practice_sum_part_id FOREIGN KEY(part_id) REFERENCES cohort_part (id) ON DELETE CASCADE
)
;
CREATE TRIGGER practice_sum_refuses_insert BEFORE INSERT ON practice_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM practice_sum n WHERE (n.id = NEW.id OR (n.part_id = NEW.part_id AND n.code = NEW.code))); SELECT RAISE(ABORT, 'practice_is_of_reporting') WHERE NOT EXISTS (SELECT 1 FROM cohort_part p WHERE p.id = NEW.part_id AND p.skill = 'report'); END
;
CREATE TRIGGER practice_sum_refuses_update BEFORE UPDATE ON practice_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM practice_sum n WHERE (n.id = NEW.id OR (n.part_id = NEW.part_id AND n.code = NEW.code)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'sums_only_rise') WHERE (NEW.part_id IS NOT OLD.part_id OR NEW.code IS NOT OLD.code) OR NEW.groups < OLD.groups OR NEW.correct < OLD.correct; END
;
CREATE TABLE proposed_night (
	id INTEGER NOT NULL, 
	proposal_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	after_day DATE NOT NULL, 
	host_id INTEGER NOT NULL, 
	CONSTRAINT pk_proposed_night PRIMARY KEY (id), 
	CONSTRAINT one_bed_a_night UNIQUE (proposal_id, presenter_id, after_day), 
	CONSTRAINT fk_proposed_night_proposal_id FOREIGN KEY(proposal_id) REFERENCES plan_journey (proposal_id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_night_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_night_host_id FOREIGN KEY(host_id) REFERENCES host (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_proposed_night_host_id ON proposed_night (host_id)
;
CREATE INDEX ix_proposed_night_presenter_id ON proposed_night (presenter_id)
;
CREATE TRIGGER proposed_night_minor_sleeps_at_home_insert BEFORE INSERT ON proposed_night WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.after_day) BEGIN SELECT RAISE(ABORT, 'minor_sleeps_at_home'); END
;
CREATE TRIGGER proposed_night_minor_sleeps_at_home_update BEFORE UPDATE ON proposed_night WHEN EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.after_day) BEGIN SELECT RAISE(ABORT, 'minor_sleeps_at_home'); END
;
CREATE TABLE proposed_ride (
	id INTEGER NOT NULL, 
	proposal_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	driver_id INTEGER NOT NULL, 
	on_day DATE NOT NULL, 
	km_saved INTEGER NOT NULL, 
	CONSTRAINT pk_proposed_ride PRIMARY KEY (id), 
	CONSTRAINT one_seat_a_day UNIQUE (proposal_id, presenter_id, on_day), 
	CONSTRAINT ck_proposed_ride_somebody_else_drives CHECK (driver_id <> presenter_id), 
	CONSTRAINT ck_proposed_ride_saves_road CHECK (km_saved >= 0), 
	CONSTRAINT fk_proposed_ride_proposal_id FOREIGN KEY(proposal_id) REFERENCES plan_journey (proposal_id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_ride_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_ride_driver_id FOREIGN KEY(driver_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_proposed_ride_driver_id ON proposed_ride (driver_id)
;
CREATE INDEX ix_proposed_ride_presenter_id ON proposed_ride (presenter_id)
;
CREATE TRIGGER proposed_ride_ride_has_both_insert BEFORE INSERT ON proposed_ride WHEN NOT EXISTS (SELECT 1 FROM driving_check d
  WHERE d.presenter_id = NEW.driver_id AND d.result = 'cleared'
    AND d.checked_on <= NEW.on_day AND d.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM driving_check r WHERE r.presenter_id = d.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= d.checked_on))
  OR NOT EXISTS (SELECT 1 FROM guardian_consent c
  WHERE c.presenter_id = NEW.presenter_id AND c.takes_part AND c.rides AND c.withdrawn_at IS NULL
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day) BEGIN SELECT RAISE(ABORT, 'ride_has_both'); END
;
CREATE TRIGGER proposed_ride_ride_has_both_update BEFORE UPDATE OF presenter_id, driver_id, on_day ON proposed_ride WHEN NOT EXISTS (SELECT 1 FROM driving_check d
  WHERE d.presenter_id = NEW.driver_id AND d.result = 'cleared'
    AND d.checked_on <= NEW.on_day AND d.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM driving_check r WHERE r.presenter_id = d.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= d.checked_on))
  OR NOT EXISTS (SELECT 1 FROM guardian_consent c
  WHERE c.presenter_id = NEW.presenter_id AND c.takes_part AND c.rides AND c.withdrawn_at IS NULL
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day) BEGIN SELECT RAISE(ABORT, 'ride_has_both'); END
;
CREATE TABLE proposed_visit (
	id INTEGER NOT NULL, 
	proposal_id INTEGER NOT NULL, 
	request_id INTEGER NOT NULL, 
	on_day DATE, 
	starts_local TIME, 
	educator_id INTEGER, 
	influencer_id INTEGER, 
	pinned BOOLEAN DEFAULT 0 NOT NULL, 
	cause VARCHAR(30), 
	lacking VARCHAR(30), 
	told TEXT NOT NULL, 
	visit_id INTEGER, 
	CONSTRAINT pk_proposed_visit PRIMARY KEY (id), 
	CONSTRAINT request_once_in_a_proposal UNIQUE (proposal_id, request_id), 
	CONSTRAINT ck_proposed_visit_seat_is_whole CHECK ((on_day IS NULL) = (starts_local IS NULL) AND (on_day IS NULL) = (educator_id IS NULL)), 
	CONSTRAINT ck_proposed_visit_nobody_without_a_day CHECK (influencer_id IS NULL OR on_day IS NOT NULL), 
	CONSTRAINT ck_proposed_visit_crew_of_two CHECK (influencer_id <> educator_id), 
	CONSTRAINT ck_proposed_visit_waits_for_a_cause CHECK ((on_day IS NULL) = (cause IS NOT NULL)), 
	CONSTRAINT ck_proposed_visit_only_a_seat_is_applied CHECK (on_day IS NOT NULL OR (visit_id IS NULL AND NOT pinned)), 
	CONSTRAINT fk_proposed_visit_proposal_id FOREIGN KEY(proposal_id) REFERENCES plan_proposal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_visit_request_id FOREIGN KEY(request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_visit_educator_id FOREIGN KEY(educator_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposed_visit_influencer_id FOREIGN KEY(influencer_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT ck_proposed_visit_waitcause CHECK (cause IN ('no_day', 'topic', 'language', 'reach', 'time', 'taken', 'large_crew', 'full', 'elsewhere', 'no_youth', 'less_worth')), 
	CONSTRAINT ck_proposed_visit_presenterkind CHECK (lacking IN ('educator', 'influencer')), 
	CONSTRAINT fk_proposed_visit_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_proposed_visit_educator_id ON proposed_visit (educator_id)
;
CREATE INDEX ix_proposed_visit_influencer_id ON proposed_visit (influencer_id)
;
CREATE INDEX ix_proposed_visit_request_id ON proposed_visit (request_id)
;
CREATE INDEX ix_proposed_visit_visit_id ON proposed_visit (visit_id)
;
CREATE TRIGGER proposed_visit_half_a_plan_is_not_applied_insert BEFORE INSERT ON proposed_visit WHEN NEW.visit_id IS NOT NULL AND EXISTS (SELECT 1 FROM plan_proposal p WHERE p.id = NEW.proposal_id AND p.finished_at IS NULL) BEGIN SELECT RAISE(ABORT, 'half_a_plan_is_not_applied'); END
;
CREATE TRIGGER proposed_visit_half_a_plan_is_not_applied_update BEFORE UPDATE OF visit_id ON proposed_visit WHEN NEW.visit_id IS NOT NULL AND EXISTS (SELECT 1 FROM plan_proposal p WHERE p.id = NEW.proposal_id AND p.finished_at IS NULL) BEGIN SELECT RAISE(ABORT, 'half_a_plan_is_not_applied'); END
;
CREATE TABLE snooze (
	id INTEGER NOT NULL, 
	centre_id INTEGER NOT NULL, 
	visit_id INTEGER, 
	school_request_id INTEGER, 
	matter VARCHAR NOT NULL, 
	reason VARCHAR(30) NOT NULL, 
	until_on DATE NOT NULL, 
	noted_at DATETIME NOT NULL, 
	noted_by_id INTEGER, 
	CONSTRAINT pk_snooze PRIMARY KEY (id), 
	CONSTRAINT ck_snooze_about_one_thing CHECK ((visit_id IS NULL) <> (school_request_id IS NULL)), 
	CONSTRAINT fk_snooze_centre_id FOREIGN KEY(centre_id) REFERENCES centre (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_snooze_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE, 
	CONSTRAINT fk_snooze_school_request_id FOREIGN KEY(school_request_id) REFERENCES school_request (id) ON DELETE CASCADE, 
	CONSTRAINT ck_snooze_putoffreason CHECK (reason IN ('nobody_there', 'asked_again', 'until_monday')), 
	CONSTRAINT fk_snooze_noted_by_id FOREIGN KEY(noted_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_snooze_centre_id_noted_at ON snooze (centre_id, noted_at)
;
CREATE INDEX ix_snooze_school_request_id ON snooze (school_request_id)
;
CREATE INDEX ix_snooze_visit_id ON snooze (visit_id)
;
CREATE TABLE assignment (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	presentation_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	on_day DATE NOT NULL, 
	busy_from DATETIME NOT NULL, 
	busy_until DATETIME NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	offered_until DATETIME, 
	reason VARCHAR NOT NULL, 
	CONSTRAINT fk_assignment_copies_presentation FOREIGN KEY(presentation_id, on_day, busy_from, busy_until) REFERENCES presentation (id, on_day, busy_from, busy_until) ON DELETE RESTRICT ON UPDATE CASCADE, 
	CONSTRAINT ck_assignment_offer_has_an_end CHECK (state <> 'offered' OR offered_until IS NOT NULL), 
	CONSTRAINT fk_assignment_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_assignment_assignmentstate CHECK (state IN ('suggested', 'offered', 'accepted', 'declined', 'lapsed', 'withdrawn', 'replaced', 'present', 'absent'))
)
;
CREATE INDEX freed_by_the_database ON assignment (presentation_id) WHERE reason = 'ended_in_database'
;
CREATE INDEX ix_assignment_busy_until ON assignment (busy_until)
;
CREATE INDEX ix_assignment_presentation_id ON assignment (presentation_id)
;
CREATE INDEX ix_assignment_presenter_id_busy_from ON assignment (presenter_id, busy_from)
;
CREATE UNIQUE INDEX one_living_assignment ON assignment (presentation_id, presenter_id) WHERE state IN ('suggested', 'offered', 'accepted', 'present')
;
CREATE INDEX seats_suggested ON assignment (presenter_id) WHERE state = 'suggested'
;
CREATE TRIGGER assignment_tells_feeds_insert AFTER INSERT ON assignment  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT NEW.presenter_id AS presenter_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT NEW.presenter_id AS presenter_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT NEW.presenter_id AS presenter_id)); END
;
CREATE TRIGGER assignment_tells_feeds_update AFTER UPDATE ON assignment  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT OLD.presenter_id AS presenter_id UNION SELECT NEW.presenter_id AS presenter_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT OLD.presenter_id AS presenter_id UNION SELECT NEW.presenter_id AS presenter_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT OLD.presenter_id AS presenter_id UNION SELECT NEW.presenter_id AS presenter_id)); END
;
CREATE TRIGGER assignment_tells_feeds_delete AFTER DELETE ON assignment  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT OLD.presenter_id AS presenter_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT OLD.presenter_id AS presenter_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT OLD.presenter_id AS presenter_id)); END
;
CREATE TRIGGER assignment_is_counted_insert AFTER INSERT ON assignment WHEN NEW.state IN ('present', 'absent') BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = NEW.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER assignment_is_counted_update AFTER UPDATE ON assignment WHEN (OLD.state IN ('present', 'absent') OR NEW.state IN ('present', 'absent')) AND (NEW.presentation_id IS NOT OLD.presentation_id OR NEW.presenter_id IS NOT OLD.presenter_id OR NEW.state IS NOT OLD.state) BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = OLD.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = NEW.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER assignment_is_counted_delete AFTER DELETE ON assignment WHEN OLD.state IN ('present', 'absent') BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = OLD.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER assignment_refuses_insert BEFORE INSERT ON assignment BEGIN SELECT RAISE(ABORT, 'presenter_is_not_stopped') WHERE NEW.state IN ('suggested', 'offered', 'accepted') AND EXISTS (SELECT 1 FROM assignment_stop s
  WHERE s.presenter_id = NEW.presenter_id AND s.lifted_at IS NULL); SELECT RAISE(ABORT, 'presence_comes_afterwards') WHERE NEW.state = 'present' AND NEW.busy_from > NEW.state_since; SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM assignment n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.presenter_id = NEW.presenter_id AND n.state IN ('suggested', 'offered', 'accepted', 'present') AND NEW.state IN ('suggested', 'offered', 'accepted', 'present')))); SELECT RAISE(ABORT, 'presenter_is_not_suspended') WHERE NEW.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = NEW.presenter_id AND s.suspended_at IS NOT NULL); SELECT RAISE(ABORT, 'minor_has_an_adult') WHERE NEW.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day) AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = NEW.presentation_id AND a.presenter_id <> NEW.presenter_id AND a.id <> COALESCE(NEW.id, 0)
    AND (a.state IN ('offered', 'accepted', 'present') OR (NEW.state = 'suggested' AND a.state = 'suggested'))
    AND (q.adult_on IS NULL OR q.adult_on <= NEW.on_day)); SELECT RAISE(ABORT, 'minor_has_consent') WHERE NEW.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = NEW.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (NEW.state = 'present' AND c.withdrawn_at >= NEW.busy_until))
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day); SELECT RAISE(ABORT, 'presenter_is_old_enough') WHERE NEW.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.may_present_from > NEW.on_day); SELECT RAISE(ABORT, 'presenter_is_vetted') WHERE (NEW.state IN ('suggested', 'offered', 'accepted') OR (NEW.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = NEW.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= NEW.on_day AND v.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (NEW.state <> 'present'
                         OR (r.checked_on <= NEW.on_day AND r.recorded_at < NEW.busy_until)))); SELECT RAISE(ABORT, 'nobody_in_two_places') WHERE NEW.state IN ('offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.id IS NOT NEW.id
    AND a.state IN ('offered', 'accepted', 'present') AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until); END
;
CREATE TRIGGER assignment_refuses_update BEFORE UPDATE ON assignment BEGIN SELECT RAISE(ABORT, 'presenter_is_not_stopped') WHERE NEW.state IN ('suggested', 'offered', 'accepted') AND ((NEW.presenter_id <> OLD.presenter_id OR NEW.presentation_id <> OLD.presentation_id) OR ((NEW.state = 'accepted' AND OLD.state <> 'accepted')
  OR (NEW.state = 'offered' AND OLD.state NOT IN ('offered', 'accepted'))
  OR (NEW.state = 'suggested' AND OLD.state NOT IN ('suggested', 'offered', 'accepted')))) AND EXISTS (SELECT 1 FROM assignment_stop s
  WHERE s.presenter_id = NEW.presenter_id AND s.lifted_at IS NULL); SELECT RAISE(ABORT, 'presence_comes_afterwards') WHERE NEW.state = 'present' AND NEW.busy_from > NEW.state_since; SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM assignment n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.presenter_id = NEW.presenter_id AND n.state IN ('suggested', 'offered', 'accepted', 'present') AND NEW.state IN ('suggested', 'offered', 'accepted', 'present'))) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'minor_keeps_an_adult') WHERE (NEW.state NOT IN ('offered', 'accepted', 'present') OR NEW.presenter_id <> OLD.presenter_id OR NEW.presentation_id <> OLD.presentation_id) AND OLD.state IN ('offered', 'accepted', 'present') AND NOT EXISTS (SELECT 1 FROM presenter m WHERE m.id = OLD.presenter_id AND m.adult_on > OLD.on_day)
  AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter m ON m.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.state IN ('present') AND m.adult_on > OLD.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.id <> OLD.id AND a.state IN ('offered', 'accepted', 'present')
    AND (q.adult_on IS NULL OR q.adult_on <= OLD.on_day)); SELECT RAISE(ABORT, 'minor_keeps_an_adult') WHERE (NEW.state NOT IN ('offered', 'accepted', 'present') OR NEW.presenter_id <> OLD.presenter_id OR NEW.presentation_id <> OLD.presentation_id) AND OLD.state IN ('offered', 'accepted', 'present') AND NOT EXISTS (SELECT 1 FROM presenter m WHERE m.id = OLD.presenter_id AND m.adult_on > OLD.on_day)
  AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter m ON m.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.state IN ('offered', 'accepted') AND m.adult_on > OLD.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.id <> OLD.id AND a.state IN ('offered', 'accepted', 'present')
    AND (q.adult_on IS NULL OR q.adult_on <= OLD.on_day)); SELECT RAISE(ABORT, 'presenter_is_not_suspended') WHERE NEW.state IN ('suggested', 'offered', 'accepted') AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = NEW.presenter_id AND s.suspended_at IS NOT NULL); SELECT RAISE(ABORT, 'minor_has_an_adult') WHERE NEW.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day) AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = NEW.presentation_id AND a.presenter_id <> NEW.presenter_id AND a.id <> COALESCE(NEW.id, 0)
    AND (a.state IN ('offered', 'accepted', 'present') OR (NEW.state = 'suggested' AND a.state = 'suggested'))
    AND (q.adult_on IS NULL OR q.adult_on <= NEW.on_day)); SELECT RAISE(ABORT, 'minor_has_consent') WHERE NEW.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day) AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = NEW.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR (NEW.state = 'present' AND c.withdrawn_at >= NEW.busy_until))
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day); SELECT RAISE(ABORT, 'presenter_is_old_enough') WHERE NEW.state IN ('suggested', 'offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.may_present_from > NEW.on_day); SELECT RAISE(ABORT, 'presenter_is_vetted') WHERE (NEW.state IN ('suggested', 'offered', 'accepted') OR (NEW.state = 'present' AND EXISTS (SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day))) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = NEW.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= NEW.on_day AND v.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND (NEW.state <> 'present'
                         OR (r.checked_on <= NEW.on_day AND r.recorded_at < NEW.busy_until)))); SELECT RAISE(ABORT, 'nobody_in_two_places') WHERE NEW.state IN ('offered', 'accepted', 'present') AND EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.id IS NOT NEW.id
    AND a.state IN ('offered', 'accepted', 'present') AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until); END
;
CREATE TRIGGER assignment_refuses_delete BEFORE DELETE ON assignment BEGIN SELECT RAISE(ABORT, 'presence_stays') WHERE OLD.state IN ('offered', 'accepted', 'present') AND NOT EXISTS (SELECT 1 FROM presenter m WHERE m.id = OLD.presenter_id AND m.adult_on > OLD.on_day)
  AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter m ON m.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.state IN ('present') AND m.adult_on > OLD.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.id <> OLD.id AND a.state IN ('offered', 'accepted', 'present')
    AND (q.adult_on IS NULL OR q.adult_on <= OLD.on_day)) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'minor_keeps_an_adult') WHERE OLD.state IN ('offered', 'accepted', 'present') AND NOT EXISTS (SELECT 1 FROM presenter m WHERE m.id = OLD.presenter_id AND m.adult_on > OLD.on_day)
  AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter m ON m.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.state IN ('offered', 'accepted') AND m.adult_on > OLD.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.id <> OLD.id AND a.state IN ('offered', 'accepted', 'present')
    AND (q.adult_on IS NULL OR q.adult_on <= OLD.on_day)); END
;
CREATE TABLE calendar_entry (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	status VARCHAR(30) NOT NULL, 
	language VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	CONSTRAINT pk_calendar_entry PRIMARY KEY (id), 
	CONSTRAINT uq_calendar_entry_presentation_id_status_language UNIQUE (presentation_id, status, language), 
	CONSTRAINT fk_calendar_entry_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE CASCADE, 
	CONSTRAINT ck_calendar_entry_entrystatus CHECK (status IN ('TENTATIVE', 'CONFIRMED', 'CANCELLED'))
)
;
CREATE TRIGGER calendar_entry_tells_feeds_insert AFTER INSERT ON calendar_entry  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.presentation_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.presentation_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.presentation_id)); END
;
CREATE TRIGGER calendar_entry_tells_feeds_update AFTER UPDATE ON calendar_entry  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.presentation_id UNION SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.presentation_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.presentation_id UNION SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.presentation_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.presentation_id UNION SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = NEW.presentation_id)); END
;
CREATE TRIGGER calendar_entry_tells_feeds_delete AFTER DELETE ON calendar_entry  BEGIN 
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.presentation_id);
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.presentation_id) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN (SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = OLD.presentation_id)); END
;
CREATE TABLE relief_ask (
	id INTEGER NOT NULL, 
	relief_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	wave INTEGER NOT NULL, 
	asked_at DATETIME NOT NULL, 
	CONSTRAINT pk_relief_ask PRIMARY KEY (id), 
	CONSTRAINT asked_once_a_search UNIQUE (relief_id, presenter_id), 
	CONSTRAINT fk_relief_ask_relief_id FOREIGN KEY(relief_id) REFERENCES relief (id) ON DELETE CASCADE, 
	CONSTRAINT fk_relief_ask_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_relief_ask_presenter_id ON relief_ask (presenter_id)
;
CREATE TABLE concern_about (
	id INTEGER NOT NULL, 
	concern_id INTEGER NOT NULL, 
	presenter_id INTEGER NOT NULL, 
	stop_id INTEGER, 
	CONSTRAINT pk_concern_about PRIMARY KEY (id), 
	CONSTRAINT uq_concern_about_concern_id_presenter_id UNIQUE (concern_id, presenter_id), 
	CONSTRAINT fk_concern_about_concern_id FOREIGN KEY(concern_id) REFERENCES concern (id) ON DELETE CASCADE, 
	CONSTRAINT fk_concern_about_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE CASCADE, 
	CONSTRAINT fk_concern_about_stop_id FOREIGN KEY(stop_id) REFERENCES assignment_stop (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_concern_about_presenter_id ON concern_about (presenter_id)
;
CREATE INDEX ix_concern_about_stop_id ON concern_about (stop_id)
;
CREATE TRIGGER concern_about_concern_stays_delete BEFORE DELETE ON concern_about WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'concern_stays'); END
;
CREATE TRIGGER concern_about_concern_is_its_presenters_update BEFORE UPDATE OF stop_id ON concern_about WHEN NEW.stop_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM assignment_stop s WHERE s.id = NEW.stop_id AND s.presenter_id = NEW.presenter_id) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'concern_is_its_presenters'); END
;
CREATE TRIGGER concern_about_refuses_update BEFORE UPDATE ON concern_about BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM concern_about n WHERE (n.id = NEW.id OR (n.concern_id = NEW.concern_id AND n.presenter_id = NEW.presenter_id)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'concern_stays') WHERE ((NEW.id IS NOT OLD.id OR NEW.concern_id IS NOT OLD.concern_id OR NEW.presenter_id IS NOT OLD.presenter_id)
  OR (OLD.stop_id IS NOT NULL AND ((NEW.stop_id IS NOT OLD.stop_id) AND (NEW.stop_id IS NOT NULL OR EXISTS (SELECT 1 FROM assignment_stop t WHERE t.id = OLD.stop_id))))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER concern_about_refuses_insert BEFORE INSERT ON concern_about BEGIN SELECT RAISE(ABORT, 'concern_is_its_presenters') WHERE (NEW.stop_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM assignment_stop s WHERE s.id = NEW.stop_id AND s.presenter_id = NEW.presenter_id)) OR EXISTS (SELECT 1 FROM concern c WHERE c.id = NEW.concern_id AND c.ended_at IS NOT NULL); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM concern_about n WHERE (n.id = NEW.id OR (n.concern_id = NEW.concern_id AND n.presenter_id = NEW.presenter_id))); END
;
CREATE TABLE attendance (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	teacher_present BOOLEAN, 
	minutes_given INTEGER, 
	same_pupils BOOLEAN NOT NULL, 
	turned_away INTEGER NOT NULL, 
	submitted_by_id INTEGER, 
	submitted_at DATETIME, 
	at_the_desk BOOLEAN DEFAULT 0 NOT NULL, 
	countersigned_at DATETIME, 
	locked_at DATETIME, 
	reason VARCHAR NOT NULL, 
	CONSTRAINT pk_attendance PRIMARY KEY (id), 
	CONSTRAINT ck_attendance_minutes_of_a_day CHECK (minutes_given IS NULL OR minutes_given BETWEEN 0 AND 480), 
	CONSTRAINT ck_attendance_locked_at_some_time CHECK (state IN ('open', 'submitted', 'countersigned', 'assumed') OR locked_at IS NOT NULL), 
	CONSTRAINT ck_attendance_turned_away_not_negative CHECK (turned_away >= 0), 
	CONSTRAINT uq_attendance_presentation_id UNIQUE (presentation_id), 
	CONSTRAINT fk_attendance_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_attendance_attendancestate CHECK (state IN ('open', 'submitted', 'countersigned', 'assumed', 'locked', 'corrected')), 
	CONSTRAINT fk_attendance_submitted_by_id FOREIGN KEY(submitted_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE INDEX counts_to_lock ON attendance (presentation_id) WHERE state IN ('submitted', 'countersigned', 'assumed')
;
CREATE INDEX ix_attendance_state ON attendance (state)
;
CREATE TRIGGER attendance_locked_counts_stay_delete BEFORE DELETE ON attendance WHEN OLD.locked_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'locked_counts_stay'); END
;
CREATE TRIGGER attendance_row_is_not_replaced_insert BEFORE INSERT ON attendance WHEN EXISTS (SELECT 1 FROM attendance n WHERE (n.id = NEW.id OR n.presentation_id = NEW.presentation_id)) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER attendance_is_counted_insert AFTER INSERT ON attendance WHEN NEW.state IN ('locked', 'corrected') BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = NEW.presentation_id AND TRUE 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER attendance_is_counted_update AFTER UPDATE ON attendance WHEN (OLD.state IN ('locked', 'corrected') OR NEW.state IN ('locked', 'corrected')) AND (NEW.presentation_id IS NOT OLD.presentation_id OR NEW.state IS NOT OLD.state OR NEW.version IS NOT OLD.version OR NEW.same_pupils IS NOT OLD.same_pupils OR NEW.turned_away IS NOT OLD.turned_away) BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = OLD.presentation_id AND TRUE 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = NEW.presentation_id AND TRUE 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER attendance_is_counted_delete AFTER DELETE ON attendance WHEN OLD.state IN ('locked', 'corrected') BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = OLD.presentation_id AND TRUE 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER attendance_refuses_update BEFORE UPDATE ON attendance BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM attendance n WHERE (n.id = NEW.id OR n.presentation_id = NEW.presentation_id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'locked_counts_stay') WHERE OLD.locked_at IS NOT NULL AND (NEW.id IS NOT OLD.id OR NEW.presentation_id IS NOT OLD.presentation_id OR NEW.locked_at IS NOT OLD.locked_at OR NEW.minutes_given IS NOT OLD.minutes_given OR NEW.same_pupils IS NOT OLD.same_pupils OR NEW.turned_away IS NOT OLD.turned_away OR NEW.teacher_present IS NOT OLD.teacher_present OR NOT ((NEW.state = 'corrected' AND NEW.version = OLD.version + 1 AND NEW.reason <> '') OR (NEW.state = OLD.state AND NEW.version = OLD.version AND NEW.reason = OLD.reason))); END
;
CREATE TABLE tally_mark (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	people INTEGER NOT NULL, 
	marked_at DATETIME NOT NULL, 
	CONSTRAINT pk_tally_mark PRIMARY KEY (id), 
	CONSTRAINT ck_tally_mark_people_of_one_press CHECK (people BETWEEN 1 AND 10), 
	CONSTRAINT fk_tally_mark_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_tally_mark_presentation_id ON tally_mark (presentation_id)
;
CREATE TABLE count_delivery (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	user_id INTEGER, 
	"key" VARCHAR NOT NULL, 
	turn INTEGER NOT NULL, 
	said VARCHAR NOT NULL, 
	outcome VARCHAR(30) NOT NULL, 
	left_mark VARCHAR NOT NULL, 
	arrived_at DATETIME NOT NULL, 
	CONSTRAINT pk_count_delivery PRIMARY KEY (id), 
	CONSTRAINT each_delivery_once UNIQUE ("key", turn, said), 
	CONSTRAINT ck_count_delivery_turn_of_a_sheet CHECK (turn BETWEEN 0 AND 999), 
	CONSTRAINT ck_count_delivery_knows_what_it_left CHECK ((outcome = 'stored') = (left_mark <> '')), 
	CONSTRAINT fk_count_delivery_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE CASCADE, 
	CONSTRAINT fk_count_delivery_user_id FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE SET NULL, 
	CONSTRAINT ck_count_delivery_deliveryoutcome CHECK (outcome IN ('stored', 'stands', 'late', 'aside'))
)
;
CREATE INDEX ix_count_delivery_outcome_arrived_at ON count_delivery (outcome, arrived_at)
;
CREATE INDEX ix_count_delivery_presentation_id ON count_delivery (presentation_id)
;
CREATE INDEX ix_count_delivery_user_id ON count_delivery (user_id)
;
CREATE TABLE sheet_scan (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	size INTEGER NOT NULL, 
	added_by_id INTEGER, 
	added_at DATETIME NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_sheet_scan PRIMARY KEY (id), 
	CONSTRAINT each_sheet_once UNIQUE (presentation_id, sha256), 
	CONSTRAINT ck_sheet_scan_shows_something CHECK (size > 0), 
	CONSTRAINT ck_sheet_scan_knows_its_hash CHECK (length(sha256) = 64), 
	CONSTRAINT fk_sheet_scan_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE CASCADE, 
	CONSTRAINT ck_sheet_scan_scankind CHECK (kind IN ('pdf', 'jpeg', 'png')), 
	CONSTRAINT fk_sheet_scan_added_by_id FOREIGN KEY(added_by_id) REFERENCES user_account (id) ON DELETE SET NULL
)
;
CREATE TRIGGER sheet_scan_row_is_not_replaced_insert BEFORE INSERT ON sheet_scan WHEN EXISTS (SELECT 1 FROM sheet_scan n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.sha256 = NEW.sha256))) BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced'); END
;
CREATE TRIGGER sheet_scan_refuses_update BEFORE UPDATE ON sheet_scan BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM sheet_scan n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.sha256 = NEW.sha256)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'sheet_stays') WHERE (NEW.id IS NOT OLD.id OR NEW.presentation_id IS NOT OLD.presentation_id OR NEW.kind IS NOT OLD.kind OR NEW.sha256 IS NOT OLD.sha256 OR NEW.size IS NOT OLD.size OR NEW.added_at IS NOT OLD.added_at OR NEW.content IS NOT OLD.content) OR ((NEW.added_by_id IS NOT OLD.added_by_id) AND (NEW.added_by_id IS NOT NULL
  OR EXISTS (SELECT 1 FROM user_account u WHERE u.id = OLD.added_by_id))); END
;
CREATE TABLE question_round (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	set_id INTEGER NOT NULL, 
	moment VARCHAR(30) NOT NULL, 
	announced INTEGER NOT NULL, 
	most INTEGER NOT NULL, 
	phone INTEGER NOT NULL, 
	paper INTEGER NOT NULL, 
	CONSTRAINT pk_question_round PRIMARY KEY (id), 
	CONSTRAINT moment_once_in_a_presentation UNIQUE (presentation_id, moment), 
	CONSTRAINT ck_question_round_no_less_than_nobody CHECK (phone >= 0 AND paper >= 0), 
	CONSTRAINT ck_question_round_no_more_than_a_class CHECK (phone + paper <= most), 
	CONSTRAINT ck_question_round_ends_somewhere CHECK (announced > 0 AND most BETWEEN announced AND 600), 
	CONSTRAINT fk_question_round_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE CASCADE, 
	CONSTRAINT fk_question_round_set_id FOREIGN KEY(set_id) REFERENCES question_set (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_question_round_roundmoment CHECK (moment IN ('before', 'after'))
)
;
CREATE INDEX ix_question_round_set_id ON question_round (set_id)
;
CREATE TRIGGER question_round_round_holds_its_sums_update BEFORE UPDATE OF paper ON question_round WHEN EXISTS (SELECT 1 FROM answer_sum a WHERE a.round_id = NEW.id GROUP BY a.question_id HAVING SUM(a.paper) > NEW.paper) BEGIN SELECT RAISE(ABORT, 'round_holds_its_sums'); END
;
CREATE TRIGGER question_round_refuses_insert BEFORE INSERT ON question_round BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM question_round n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.moment = NEW.moment))); SELECT RAISE(ABORT, 'one_set_in_a_presentation') WHERE EXISTS (SELECT 1 FROM question_round r WHERE r.presentation_id = NEW.presentation_id AND r.set_id <> NEW.set_id); SELECT RAISE(ABORT, 'set_of_its_programme') WHERE NOT EXISTS (SELECT 1 FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN question_set s ON s.programme_id = v.programme_id WHERE p.id = NEW.presentation_id AND s.id = NEW.set_id); END
;
CREATE TRIGGER question_round_refuses_update BEFORE UPDATE ON question_round BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM question_round n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.moment = NEW.moment)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'phone_answers_only_rise') WHERE NEW.phone < OLD.phone OR NEW.most < OLD.most; SELECT RAISE(ABORT, 'round_keeps_its_class') WHERE (NEW.presentation_id IS NOT OLD.presentation_id OR NEW.set_id IS NOT OLD.set_id OR NEW.moment IS NOT OLD.moment); END
;
CREATE TABLE certificate (
	id INTEGER NOT NULL, 
	number VARCHAR NOT NULL, 
	running_number VARCHAR NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	visit_id INTEGER NOT NULL, 
	about VARCHAR DEFAULT '' NOT NULL, 
	cohort_id INTEGER, 
	campaign_id INTEGER, 
	presentation_id INTEGER, 
	presenter_id INTEGER, 
	holder_key VARCHAR NOT NULL, 
	holder_name VARCHAR, 
	language VARCHAR NOT NULL, 
	printed VARCHAR NOT NULL, 
	state VARCHAR(30) NOT NULL, 
	state_since DATETIME NOT NULL, 
	issued_at DATETIME NOT NULL, 
	told_at DATETIME, 
	reason VARCHAR NOT NULL, 
	replaced_by_id INTEGER, 
	CONSTRAINT pk_certificate PRIMARY KEY (id), 
	CONSTRAINT ck_certificate_number_of_80_bits CHECK (length(number) = 16), 
	CONSTRAINT ck_certificate_no_person_on_other_kinds CHECK (kind IN ('teacher', 'presenter') OR holder_name IS NULL), 
	CONSTRAINT ck_certificate_is_about_what_its_kind_says CHECK ((kind = 'cohort') = (cohort_id IS NOT NULL) AND (kind = 'campaign') = (campaign_id IS NOT NULL) AND (kind = 'group') = (presentation_id IS NOT NULL) AND (kind = 'presenter') = (presenter_id IS NOT NULL)), 
	CONSTRAINT ck_certificate_says_what_it_is_about CHECK ((kind IN ('school', 'teacher')) = (about = '')), 
	CONSTRAINT ck_certificate_reissued_has_a_successor CHECK ((state = 'reissued') = (replaced_by_id IS NOT NULL)), 
	CONSTRAINT uq_certificate_number UNIQUE (number), 
	CONSTRAINT uq_certificate_running_number UNIQUE (running_number), 
	CONSTRAINT ck_certificate_certificatekind CHECK (kind IN ('school', 'teacher', 'cohort', 'campaign', 'group', 'presenter')), 
	CONSTRAINT fk_certificate_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_cohort_id FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_presentation_id FOREIGN KEY(presentation_id) REFERENCES presentation (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_certificate_presenter_id FOREIGN KEY(presenter_id) REFERENCES presenter (id) ON DELETE RESTRICT, 
	CONSTRAINT ck_certificate_certificatestate CHECK (state IN ('eligible', 'issued', 'reissued', 'revoked')), 
	CONSTRAINT fk_certificate_replaced_by_id FOREIGN KEY(replaced_by_id) REFERENCES certificate (id) ON DELETE RESTRICT
)
;
CREATE UNIQUE INDEX each_certificate_once ON certificate (visit_id, kind, holder_key) WHERE state = 'issued'
;
CREATE UNIQUE INDEX each_subject_once ON certificate (kind, about) WHERE state = 'issued' AND about <> ''
;
CREATE INDEX ix_certificate_campaign_id ON certificate (campaign_id) WHERE campaign_id IS NOT NULL
;
CREATE INDEX ix_certificate_cohort_id ON certificate (cohort_id) WHERE cohort_id IS NOT NULL
;
CREATE INDEX ix_certificate_presentation_id ON certificate (presentation_id) WHERE presentation_id IS NOT NULL
;
CREATE INDEX ix_certificate_presenter_id ON certificate (presenter_id) WHERE presenter_id IS NOT NULL
;
CREATE INDEX ix_certificate_replaced_by_id ON certificate (replaced_by_id) WHERE replaced_by_id IS NOT NULL
;
CREATE INDEX ix_certificate_visit_id ON certificate (visit_id)
;
CREATE INDEX papers_that_are_told ON certificate (visit_id) WHERE state = 'issued' AND told_at IS NOT NULL AND presenter_id IS NULL
;
CREATE INDEX papers_to_tell ON certificate (visit_id) WHERE state = 'issued' AND told_at IS NULL AND presenter_id IS NULL
;
CREATE TRIGGER certificate_certificate_stays_delete BEFORE DELETE ON certificate WHEN NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'certificate_stays'); END
;
CREATE TRIGGER certificate_refuses_insert BEFORE INSERT ON certificate BEGIN SELECT RAISE(ABORT, 'no_minor_is_named') WHERE (NEW.kind = 'presenter' AND (NEW.holder_name IS NOT NULL OR NEW.printed NOT LIKE '%"holder_name": "",%'
  OR (NEW.holder_key NOT LIKE 'presenter %' AND NEW.holder_key NOT LIKE 'erased:%')) AND EXISTS (SELECT 1 FROM presenter m
  WHERE m.id = NEW.presenter_id AND m.adult_on IS NOT NULL AND m.adult_on > NEW.issued_at)); SELECT RAISE(ABORT, 'hours_are_earned') WHERE (NEW.kind = 'presenter' AND (NOT COALESCE(NEW.printed LIKE (SELECT '%"minutes": ' || SUM(COALESCE(a.minutes_given, s.minutes))
  || ', %"presentations": ' || COUNT(s.id) || ', %' FROM assignment w JOIN presentation s ON s.id = w.presentation_id
  JOIN visit v ON v.id = s.visit_id JOIN attendance a ON a.presentation_id = s.id
  WHERE w.presenter_id = NEW.presenter_id AND w.state = 'present' AND a.locked_at IS NOT NULL
  AND s.state IN ('delivered', 'part_delivered')
  AND (NEW.about = 'presenter ' || w.presenter_id || ' ' || (CAST(substr(CAST(v.on_day AS TEXT), 1, 4) AS INTEGER) - CASE WHEN CAST(substr(CAST(v.on_day AS TEXT), 6, 2) AS INTEGER) < 9 THEN 1 ELSE 0 END) OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'presenter ' || w.presenter_id || ' ' || (CAST(substr(CAST(v.on_day AS TEXT), 1, 4) AS INTEGER) - CASE WHEN CAST(substr(CAST(v.on_day AS TEXT), 6, 2) AS INTEGER) < 9 THEN 1 ELSE 0 END)
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id))), FALSE)
  OR NOT (NEW.printed LIKE '%"host_name": "", "host_place": "",%') OR (NEW.about NOT LIKE '% instead of %' AND NOT EXISTS (SELECT 1 FROM assignment w JOIN presentation s ON s.id = w.presentation_id
  JOIN visit v ON v.id = s.visit_id JOIN attendance a ON a.presentation_id = s.id
  WHERE w.presenter_id = NEW.presenter_id AND w.state = 'present' AND a.locked_at IS NOT NULL
  AND s.state IN ('delivered', 'part_delivered')
  AND (NEW.about = 'presenter ' || w.presenter_id || ' ' || (CAST(substr(CAST(v.on_day AS TEXT), 1, 4) AS INTEGER) - CASE WHEN CAST(substr(CAST(v.on_day AS TEXT), 6, 2) AS INTEGER) < 9 THEN 1 ELSE 0 END) OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'presenter ' || w.presenter_id || ' ' || (CAST(substr(CAST(v.on_day AS TEXT), 1, 4) AS INTEGER) - CASE WHEN CAST(substr(CAST(v.on_day AS TEXT), 6, 2) AS INTEGER) < 9 THEN 1 ELSE 0 END)
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id)) AND v.id = NEW.visit_id)))); SELECT RAISE(ABORT, 'row_is_not_replaced_by_subject') WHERE EXISTS (SELECT 1 FROM certificate n WHERE n.kind = NEW.kind AND n.about = NEW.about
  AND n.about <> '' AND n.state = 'issued' AND NEW.state = 'issued' AND n.id <> NEW.id); SELECT RAISE(ABORT, 'subject_is_earned') WHERE (NEW.kind = 'cohort' AND (NOT EXISTS (SELECT 1 FROM cohort c WHERE c.id = NEW.cohort_id AND ((c.level >= 1 AND (NEW.about = 'cohort ' || c.id || ' 1' OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'cohort ' || c.id || ' 1'
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id))) OR (c.level >= 2 AND (NEW.about = 'cohort ' || c.id || ' 2' OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'cohort ' || c.id || ' 2'
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id))) OR (c.level >= 3 AND (NEW.about = 'cohort ' || c.id || ' 3' OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'cohort ' || c.id || ' 3'
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id)))))
  OR NOT EXISTS (SELECT 1 FROM cohort_part p JOIN visit v ON v.school_request_id = p.school_request_id WHERE p.cohort_id = NEW.cohort_id AND v.id = NEW.visit_id)
  OR EXISTS (SELECT 1 FROM cohort_part p JOIN visit v ON v.school_request_id = p.school_request_id JOIN presentation s ON s.visit_id = v.id LEFT JOIN attendance a ON a.presentation_id = s.id
  WHERE s.state IN ('delivered', 'part_delivered') AND a.locked_at IS NULL AND p.cohort_id = NEW.cohort_id))) OR (NEW.kind = 'campaign' AND (NOT EXISTS (SELECT 1 FROM visit v JOIN campaign c ON c.id = v.campaign_id
    WHERE v.id = NEW.visit_id AND c.id = NEW.campaign_id AND c.last_day < NEW.issued_at
    AND (NEW.about = 'campaign ' || c.id || ' ' || v.host_id OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'campaign ' || c.id || ' ' || v.host_id
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id)))
  OR EXISTS (SELECT 1 FROM visit n JOIN visit v ON v.campaign_id = n.campaign_id AND v.host_id = n.host_id
    JOIN presentation s ON s.visit_id = v.id LEFT JOIN attendance a ON a.presentation_id = s.id
  WHERE s.state IN ('delivered', 'part_delivered') AND a.locked_at IS NULL AND n.id = NEW.visit_id))) OR (NEW.kind = 'group' AND NOT EXISTS (SELECT 1 FROM presentation p
  WHERE p.id = NEW.presentation_id AND p.visit_id = NEW.visit_id AND p.state IN ('delivered', 'part_delivered')
  AND p.audience = 'pupils' AND (NEW.about = 'presentation ' || p.id OR EXISTS (SELECT 1 FROM certificate o WHERE o.kind = NEW.kind AND o.about = 'presentation ' || p.id
  AND o.state = 'issued' AND NEW.about = o.about || ' instead of ' || o.id)))); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM certificate n WHERE (n.id = NEW.id OR n.number = NEW.number OR n.running_number = NEW.running_number OR (n.visit_id = NEW.visit_id AND n.kind = NEW.kind AND n.holder_key = NEW.holder_key AND n.state = 'issued' AND NEW.state = 'issued'))); SELECT RAISE(ABORT, 'certificate_is_earned') WHERE (NOT EXISTS (SELECT 1 FROM presentation p LEFT JOIN attendance a ON a.presentation_id = p.id
  WHERE p.visit_id = NEW.visit_id AND p.state IN ('planned', 'confirmed', 'delivered', 'part_delivered') AND a.locked_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM presentation p LEFT JOIN attendance a ON a.presentation_id = p.id
  WHERE p.visit_id = NEW.visit_id AND p.state IN ('planned', 'confirmed', 'delivered', 'part_delivered') AND (a.locked_at IS NULL OR p.ends_at > NEW.issued_at))); END
;
CREATE TRIGGER certificate_refuses_update BEFORE UPDATE ON certificate BEGIN SELECT RAISE(ABORT, 'presenter_stays') WHERE (NEW.presenter_id IS NOT OLD.presenter_id); SELECT RAISE(ABORT, 'no_minor_is_named') WHERE (NEW.kind = 'presenter' AND (NEW.holder_name IS NOT OLD.holder_name OR NEW.holder_key IS NOT OLD.holder_key) AND (NEW.holder_name IS NOT NULL OR NEW.printed NOT LIKE '%"holder_name": "",%'
  OR (NEW.holder_key NOT LIKE 'presenter %' AND NEW.holder_key NOT LIKE 'erased:%')) AND EXISTS (SELECT 1 FROM presenter m
  WHERE m.id = NEW.presenter_id AND m.adult_on IS NOT NULL AND m.adult_on > NEW.issued_at) AND NOT (NEW.holder_name IS NULL AND NEW.holder_key = OLD.holder_key)); SELECT RAISE(ABORT, 'row_is_not_replaced_by_subject') WHERE EXISTS (SELECT 1 FROM certificate n WHERE n.kind = NEW.kind AND n.about = NEW.about
  AND n.about <> '' AND n.state = 'issued' AND NEW.state = 'issued' AND n.id <> NEW.id); SELECT RAISE(ABORT, 'subject_stays') WHERE (NEW.cohort_id IS NOT OLD.cohort_id OR NEW.campaign_id IS NOT OLD.campaign_id OR NEW.presentation_id IS NOT OLD.presentation_id) OR (NEW.about <> OLD.about AND NOT EXISTS (SELECT 1 FROM certificate o
  WHERE o.replaced_by_id = NEW.id AND OLD.about = NEW.about || ' instead of ' || o.id)); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate n WHERE (n.id = NEW.id OR n.number = NEW.number OR n.running_number = NEW.running_number OR (n.visit_id = NEW.visit_id AND n.kind = NEW.kind AND n.holder_key = NEW.holder_key AND n.state = 'issued' AND NEW.state = 'issued')) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'certificate_stays') WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.running_number <> OLD.running_number OR NEW.kind <> OLD.kind OR NEW.visit_id <> OLD.visit_id OR NEW.language <> OLD.language OR NEW.printed <> OLD.printed OR NEW.issued_at <> OLD.issued_at OR (NEW.holder_name IS NOT NULL AND NEW.holder_name IS NOT OLD.holder_name) OR (NEW.holder_key <> OLD.holder_key AND NOT EXISTS (SELECT 1 FROM certificate o
  WHERE o.replaced_by_id = NEW.id AND OLD.holder_key = NEW.holder_key || ' instead of ' || o.id)
  AND (NEW.holder_key <> 'erased:' || OLD.id OR NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('retention', 'erasure')))) OR (OLD.state <> 'issued'
  AND (NEW.state <> OLD.state OR NEW.replaced_by_id IS NOT OLD.replaced_by_id)) OR (OLD.state = 'issued' AND NEW.state = 'eligible') OR (NEW.replaced_by_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM certificate s WHERE s.id = NEW.replaced_by_id AND s.visit_id = NEW.visit_id AND s.id <> NEW.id)); END
;
CREATE TABLE head_count (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	audience VARCHAR(30) NOT NULL, 
	source VARCHAR(30) NOT NULL, 
	version INTEGER NOT NULL, 
	people INTEGER NOT NULL, 
	counts BOOLEAN NOT NULL, 
	entered_at DATETIME NOT NULL, 
	CONSTRAINT pk_head_count PRIMARY KEY (id), 
	CONSTRAINT uq_head_count_presentation_id_audience_source_version UNIQUE (presentation_id, audience, source, version), 
	CONSTRAINT ck_head_count_people_fit_a_hall CHECK (people BETWEEN 0 AND 2000), 
	CONSTRAINT fk_head_count_presentation_id FOREIGN KEY(presentation_id) REFERENCES attendance (presentation_id) ON DELETE RESTRICT, 
	CONSTRAINT ck_head_count_audience CHECK (audience IN ('pupils', 'parents', 'teachers', 'others')), 
	CONSTRAINT ck_head_count_countsource CHECK (source IN ('educator', 'school', 'coordinator'))
)
;
CREATE INDEX ix_head_count_presentation_id_audience_counts_people ON head_count (presentation_id, audience, counts, people)
;
CREATE UNIQUE INDEX one_count_counts ON head_count (presentation_id, audience) WHERE counts
;
CREATE TRIGGER head_count_locked_counts_stay_delete BEFORE DELETE ON head_count WHEN EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.presentation_id AND l.locked_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) BEGIN SELECT RAISE(ABORT, 'locked_counts_stay'); END
;
CREATE TRIGGER head_count_is_counted_insert AFTER INSERT ON head_count WHEN NEW.counts BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = NEW.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER head_count_is_counted_update AFTER UPDATE ON head_count WHEN (OLD.counts OR NEW.counts) AND (NEW.presentation_id IS NOT OLD.presentation_id OR NEW.audience IS NOT OLD.audience OR NEW.people IS NOT OLD.people OR NEW.counts IS NOT OLD.counts) BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = OLD.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = NEW.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER head_count_is_counted_delete AFTER DELETE ON head_count WHEN OLD.counts BEGIN INSERT INTO stale_figure (year, centre_id, town) SELECT ALL m.year, m.centre_id, m.town FROM (
  SELECT CAST(substr(p.on_day, 1, 4) AS INTEGER) AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE p.id = OLD.presentation_id AND EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.state IN ('locked', 'corrected')) 
) m WHERE TRUE ON CONFLICT (year, centre_id, town) DO NOTHING; END
;
CREATE TRIGGER head_count_refuses_insert BEFORE INSERT ON head_count BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM head_count n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.audience = NEW.audience AND ((n.source = NEW.source AND n.version = NEW.version) OR (n.counts AND NEW.counts))))); SELECT RAISE(ABORT, 'locked_counts_stay') WHERE EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = NEW.presentation_id AND l.locked_at IS NOT NULL AND (l.version <> NEW.version OR EXISTS (SELECT 1 FROM head_count h WHERE h.presentation_id = NEW.presentation_id AND h.audience = NEW.audience AND h.version = l.version AND h.counts))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER head_count_refuses_update BEFORE UPDATE ON head_count BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM head_count n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.audience = NEW.audience AND ((n.source = NEW.source AND n.version = NEW.version) OR (n.counts AND NEW.counts)))) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'locked_counts_stay') WHERE ((NEW.id <> OLD.id OR NEW.presentation_id <> OLD.presentation_id OR NEW.audience <> OLD.audience OR NEW.source <> OLD.source OR NEW.version <> OLD.version OR NEW.people <> OLD.people OR NEW.entered_at <> OLD.entered_at) AND (EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.presentation_id AND l.locked_at IS NOT NULL) OR EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = NEW.presentation_id AND l.locked_at IS NOT NULL))) OR (NEW.counts AND NOT OLD.counts AND EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = NEW.presentation_id AND l.locked_at IS NOT NULL AND l.version <> NEW.version)) OR (OLD.counts AND NOT NEW.counts AND EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.presentation_id AND l.locked_at IS NOT NULL AND l.version <= OLD.version)); END
;
CREATE TABLE answer_sum (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	question_id INTEGER NOT NULL, 
	choice INTEGER NOT NULL, 
	phone INTEGER NOT NULL, 
	paper INTEGER NOT NULL, 
	CONSTRAINT pk_answer_sum PRIMARY KEY (id), 
	CONSTRAINT choice_once_in_a_round UNIQUE (round_id, question_id, choice), 
	CONSTRAINT ck_answer_sum_no_less_than_nobody CHECK (phone >= 0 AND paper >= 0), 
	CONSTRAINT fk_answer_sum_round_id FOREIGN KEY(round_id) REFERENCES question_round (id) ON DELETE CASCADE, 
	CONSTRAINT fk_answer_sum_question_id FOREIGN KEY(question_id) REFERENCES set_question (id) ON DELETE RESTRICT
)
;
CREATE INDEX ix_answer_sum_question_id ON answer_sum (question_id)
;
CREATE TRIGGER answer_sum_refuses_insert BEFORE INSERT ON answer_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM answer_sum n WHERE (n.id = NEW.id OR (n.round_id = NEW.round_id AND n.question_id = NEW.question_id AND n.choice = NEW.choice))); SELECT RAISE(ABORT, 'sums_fit_their_round') WHERE NEW.phone + (SELECT COALESCE(SUM(a.phone), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.phone FROM question_round r WHERE r.id = NEW.round_id) OR NEW.paper + (SELECT COALESCE(SUM(a.paper), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.paper FROM question_round r WHERE r.id = NEW.round_id); SELECT RAISE(ABORT, 'choice_of_its_question') WHERE NOT EXISTS (SELECT 1 FROM question_round r JOIN set_question q ON q.set_id = r.set_id WHERE r.id = NEW.round_id AND q.id = NEW.question_id AND NEW.choice BETWEEN 1 AND q.choices); END
;
CREATE TRIGGER answer_sum_refuses_update BEFORE UPDATE ON answer_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM answer_sum n WHERE (n.id = NEW.id OR (n.round_id = NEW.round_id AND n.question_id = NEW.question_id AND n.choice = NEW.choice)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'phone_answers_only_rise') WHERE NEW.phone < OLD.phone; SELECT RAISE(ABORT, 'sum_keeps_its_choice') WHERE (NEW.round_id IS NOT OLD.round_id OR NEW.question_id IS NOT OLD.question_id OR NEW.choice IS NOT OLD.choice); SELECT RAISE(ABORT, 'sums_fit_their_round') WHERE NEW.phone + (SELECT COALESCE(SUM(a.phone), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.phone FROM question_round r WHERE r.id = NEW.round_id) OR NEW.paper + (SELECT COALESCE(SUM(a.paper), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.paper FROM question_round r WHERE r.id = NEW.round_id); END