DROP TRIGGER open_way_way_stays_update
;
DROP TRIGGER open_way_row_is_not_replaced_update
;
DROP TRIGGER audit_entry_audit_entry_stays_update
;
DROP TRIGGER audit_entry_row_is_not_replaced_update
;
DROP TRIGGER helpline_code_code_stays_update
;
DROP TRIGGER helpline_code_row_is_not_replaced_update
;
DROP TRIGGER certificate_key_signing_key_stays_update
;
DROP TRIGGER certificate_key_row_is_not_replaced_update
;
DROP TRIGGER helpline_publication_published_figures_stay_update
;
DROP TRIGGER helpline_publication_row_is_not_replaced_update
;
DROP TRIGGER certificate_picture_template_stays_update
;
DROP TRIGGER certificate_picture_row_is_not_replaced_update
;
DROP TRIGGER presenter_birth_date_stays_known_update
;
DROP TRIGGER presenter_row_is_not_replaced_insert
;
DROP TRIGGER presenter_row_is_not_replaced_update
;
DROP TRIGGER presenter_protection_follows_the_birth_date_insert
;
DROP TRIGGER presenter_protection_follows_the_birth_date_update
;
DROP TRIGGER presenter_birth_date_is_corrected_by_two_update
;
DROP TRIGGER helpline_list_list_stays_update
;
DROP TRIGGER helpline_list_row_is_not_replaced_update
;
DROP TRIGGER helpline_public_cell_published_figures_stay_update
;
DROP TRIGGER helpline_public_cell_row_is_not_replaced_update
;
DROP TRIGGER helpline_period_no_day_counted_twice_insert
;
DROP TRIGGER helpline_period_signed_figures_stay_update
;
DROP TRIGGER helpline_period_row_is_not_replaced_insert
;
DROP TRIGGER helpline_period_row_is_not_replaced_update
;
DROP TRIGGER question_set_edition_stays_update
;
DROP TRIGGER question_set_row_is_not_replaced_update
;
DROP TRIGGER certificate_template_template_stays_update
;
DROP TRIGGER certificate_template_row_is_not_replaced_update
;
DROP TRIGGER no_day_signed_twice_update
;
DROP TRIGGER signed_period_stays
;
DROP TRIGGER signed_profile_profile_stands_once_insert
;
DROP TRIGGER signed_profile_profile_stands_once_update
;
DROP TRIGGER signed_profile_signed_profile_stays_update
;
DROP TRIGGER signed_profile_row_is_not_replaced_insert
;
DROP TRIGGER signed_profile_row_is_not_replaced_update
;
DROP TRIGGER vetting_row_is_not_replaced_insert
;
DROP TRIGGER vetting_row_is_not_replaced_update
;
DROP TRIGGER vetting_check_is_recorded_by_another_insert
;
DROP TRIGGER vetting_check_is_written_once_update
;
DROP TRIGGER driving_check_driver_is_an_adult_insert
;
DROP TRIGGER driving_check_driver_is_an_adult_update
;
DROP TRIGGER driving_check_check_is_recorded_by_another_insert
;
DROP TRIGGER driving_check_check_is_written_once_update
;
DROP TRIGGER driving_check_row_is_not_replaced_insert
;
DROP TRIGGER driving_check_row_is_not_replaced_update
;
DROP TRIGGER guardian_guardian_is_no_minor_insert
;
DROP TRIGGER guardian_guardian_is_written_once_update
;
DROP TRIGGER guardian_row_is_not_replaced_insert
;
DROP TRIGGER guardian_row_is_not_replaced_update
;
DROP TRIGGER guardian_guardian_waits_insert
;
DROP TRIGGER birth_date_correction_correction_is_written_once_insert
;
DROP TRIGGER birth_date_correction_correction_is_written_once_update
;
DROP TRIGGER birth_date_correction_row_is_not_replaced_insert
;
DROP TRIGGER birth_date_correction_row_is_not_replaced_update
;
DROP TRIGGER birth_date_correction_second_look_is_another_persons_update
;
DROP TRIGGER assignment_stop_stop_stays_insert
;
DROP TRIGGER assignment_stop_stop_stays_update
;
DROP TRIGGER assignment_stop_row_is_not_replaced_insert
;
DROP TRIGGER assignment_stop_row_is_not_replaced_update
;
DROP TRIGGER helpline_count_code_is_known_insert
;
DROP TRIGGER helpline_count_code_is_known_update
;
DROP TRIGGER helpline_count_margin_fits_its_total_insert
;
DROP TRIGGER helpline_count_margin_fits_its_total_update
;
DROP TRIGGER helpline_count_signed_figures_stay_insert
;
DROP TRIGGER helpline_count_signed_figures_stay_update
;
DROP TRIGGER helpline_count_row_is_not_replaced_insert
;
DROP TRIGGER helpline_count_row_is_not_replaced_update
;
DROP TRIGGER set_question_asked_set_stays_insert
;
DROP TRIGGER set_question_asked_set_stays_update
;
DROP TRIGGER set_question_row_is_not_replaced_insert
;
DROP TRIGGER set_question_row_is_not_replaced_update
;
DROP TRIGGER cohort_level_is_earned_insert
;
DROP TRIGGER cohort_level_is_earned_update
;
DROP TRIGGER cohort_level_only_rises_update
;
DROP TRIGGER cohort_cohort_keeps_its_school_update
;
DROP TRIGGER cohort_row_is_not_replaced_insert
;
DROP TRIGGER cohort_row_is_not_replaced_update
;
DROP TRIGGER consent_paper_paper_is_written_once_insert
;
DROP TRIGGER consent_paper_paper_is_written_once_update
;
DROP TRIGGER consent_paper_second_look_is_another_persons_update
;
DROP TRIGGER consent_paper_row_is_not_replaced_insert
;
DROP TRIGGER consent_paper_row_is_not_replaced_update
;
DROP TRIGGER visit_visit_keeps_its_host_update
;
DROP TRIGGER visit_row_is_not_replaced_update
;
DROP TRIGGER visit_locked_visit_stays_update
;
DROP TRIGGER cohort_part_part_fits_its_cohort_insert
;
DROP TRIGGER cohort_part_part_keeps_its_cohort_update
;
DROP TRIGGER cohort_part_row_is_not_replaced_insert
;
DROP TRIGGER cohort_part_row_is_not_replaced_update
;
DROP TRIGGER guardian_consent_withdrawal_stays_update
;
DROP TRIGGER guardian_consent_withdrawal_stays_delete
;
DROP TRIGGER guardian_consent_row_is_not_replaced_insert
;
DROP TRIGGER guardian_consent_row_is_not_replaced_update
;
DROP TRIGGER guardian_consent_consent_is_written_once_update
;
DROP TRIGGER guardian_consent_consent_is_written_once_delete
;
DROP TRIGGER guardian_consent_paper_is_seen_by_two_insert
;
DROP TRIGGER guardian_consent_consent_is_written_once_insert
;
DROP TRIGGER guardian_consent_guardian_is_this_minors_insert
;
DROP TRIGGER guardian_consent_paper_is_for_a_first_consent_insert
;
DROP TRIGGER guardian_consent_account_consents_on_paper_insert
;
DROP TRIGGER presentation_row_is_not_replaced_update
;
DROP TRIGGER presentation_locked_visit_stays_update
;
DROP TRIGGER nobody_held_twice_insert
;
DROP TRIGGER nobody_held_twice_update
;
DROP TRIGGER nobody_held_and_promised_insert
;
DROP TRIGGER nobody_held_and_promised_update
;
DROP TRIGGER drive_drive_is_an_adults_insert
;
DROP TRIGGER drive_driven_when_it_was_held_insert
;
DROP TRIGGER pick_up_pick_up_is_of_the_crew_insert
;
DROP TRIGGER pick_up_pick_up_is_typed_anew_update
;
DROP TRIGGER pick_up_row_is_not_replaced_insert
;
DROP TRIGGER pick_up_row_is_not_replaced_update
;
DROP TRIGGER car_ride_ride_has_both_insert
;
DROP TRIGGER car_ride_ride_is_arranged_once_update
;
DROP TRIGGER car_ride_row_is_not_replaced_insert
;
DROP TRIGGER car_ride_row_is_not_replaced_update
;
DROP TRIGGER hand_off_row_is_not_replaced_update
;
DROP TRIGGER hand_off_hand_off_is_noted_for_good_update
;
DROP TRIGGER concern_row_is_not_replaced_insert
;
DROP TRIGGER concern_row_is_not_replaced_update
;
DROP TRIGGER concern_concern_stays_insert
;
DROP TRIGGER concern_concern_stays_update
;
DROP TRIGGER practice_sum_practice_is_of_reporting_insert
;
DROP TRIGGER practice_sum_sums_only_rise_update
;
DROP TRIGGER practice_sum_row_is_not_replaced_insert
;
DROP TRIGGER practice_sum_row_is_not_replaced_update
;
DROP TRIGGER proposed_visit_half_a_plan_is_not_applied_insert
;
DROP TRIGGER proposed_visit_half_a_plan_is_not_applied_update
;
DROP TRIGGER proposed_visit_assumption_is_not_applied_insert
;
DROP TRIGGER proposed_visit_assumption_is_not_applied_update
;
DROP TRIGGER nobody_in_two_places_insert
;
DROP TRIGGER nobody_in_two_places_update
;
DROP TRIGGER presenter_is_vetted_insert
;
DROP TRIGGER presenter_is_vetted_update
;
DROP TRIGGER presenter_is_old_enough_insert
;
DROP TRIGGER presenter_is_old_enough_update
;
DROP TRIGGER minor_has_consent_insert
;
DROP TRIGGER minor_has_consent_update
;
DROP TRIGGER minor_has_an_adult_insert
;
DROP TRIGGER minor_has_an_adult_update
;
DROP TRIGGER presenter_is_not_suspended_insert
;
DROP TRIGGER presenter_is_not_suspended_update
;
DROP TRIGGER minor_keeps_an_adult_update
;
DROP TRIGGER minor_keeps_an_adult_delete
;
DROP TRIGGER assignment_minor_keeps_an_adult_update
;
DROP TRIGGER assignment_presence_stays_delete
;
DROP TRIGGER assignment_row_is_not_replaced_insert
;
DROP TRIGGER assignment_row_is_not_replaced_update
;
DROP TRIGGER assignment_presence_comes_afterwards_insert
;
DROP TRIGGER assignment_presence_comes_afterwards_update
;
DROP TRIGGER assignment_presenter_is_not_stopped_insert
;
DROP TRIGGER assignment_presenter_is_not_stopped_update
;
DROP TRIGGER concern_about_concern_stays_update
;
DROP TRIGGER concern_about_row_is_not_replaced_insert
;
DROP TRIGGER concern_about_row_is_not_replaced_update
;
DROP TRIGGER concern_about_concern_is_its_presenters_insert
;
DROP TRIGGER attendance_locked_counts_stay_update
;
DROP TRIGGER attendance_row_is_not_replaced_update
;
DROP TRIGGER sheet_scan_sheet_stays_update
;
DROP TRIGGER sheet_scan_row_is_not_replaced_update
;
DROP TRIGGER question_round_set_of_its_programme_insert
;
DROP TRIGGER question_round_one_set_in_a_presentation_insert
;
DROP TRIGGER question_round_round_keeps_its_class_update
;
DROP TRIGGER question_round_phone_answers_only_rise_update
;
DROP TRIGGER question_round_row_is_not_replaced_insert
;
DROP TRIGGER question_round_row_is_not_replaced_update
;
DROP TRIGGER certificate_certificate_is_earned_insert
;
DROP TRIGGER certificate_certificate_stays_update
;
DROP TRIGGER certificate_row_is_not_replaced_insert
;
DROP TRIGGER certificate_row_is_not_replaced_update
;
DROP TRIGGER certificate_subject_is_earned_insert
;
DROP TRIGGER certificate_subject_stays_update
;
DROP TRIGGER certificate_row_is_not_replaced_by_subject_insert
;
DROP TRIGGER certificate_row_is_not_replaced_by_subject_update
;
DROP TRIGGER certificate_hours_are_earned_insert
;
DROP TRIGGER certificate_no_minor_is_named_insert
;
DROP TRIGGER certificate_no_minor_is_named_update
;
DROP TRIGGER certificate_presenter_stays_update
;
DROP TRIGGER head_count_locked_counts_stay_insert
;
DROP TRIGGER head_count_locked_counts_stay_update
;
DROP TRIGGER head_count_row_is_not_replaced_insert
;
DROP TRIGGER head_count_row_is_not_replaced_update
;
DROP TRIGGER answer_sum_choice_of_its_question_insert
;
DROP TRIGGER answer_sum_sums_fit_their_round_insert
;
DROP TRIGGER answer_sum_sums_fit_their_round_update
;
DROP TRIGGER answer_sum_sum_keeps_its_choice_update
;
DROP TRIGGER answer_sum_phone_answers_only_rise_update
;
DROP TRIGGER answer_sum_row_is_not_replaced_insert
;
DROP TRIGGER answer_sum_row_is_not_replaced_update
;
CREATE TRIGGER open_way_refuses_update BEFORE UPDATE ON open_way BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM open_way n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'way_stays') WHERE NEW.way <> OLD.way; END
;
CREATE TRIGGER audit_entry_refuses_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM audit_entry n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'audit_entry_stays') WHERE (NEW.actor <> OLD.actor OR NEW.details <> OLD.details) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('erasure')); END
;
CREATE TRIGGER helpline_code_refuses_update BEFORE UPDATE ON helpline_code BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_code n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'code_stays') WHERE (NEW.code_list IS NOT OLD.code_list OR NEW.margin IS NOT OLD.margin OR NEW.code IS NOT OLD.code); END
;
CREATE TRIGGER certificate_key_refuses_update BEFORE UPDATE ON certificate_key BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate_key n WHERE (n.id = NEW.id OR n.name = NEW.name) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signing_key_stays') WHERE (NEW.id IS NOT OLD.id OR NEW.name IS NOT OLD.name OR NEW.algorithm IS NOT OLD.algorithm OR NEW.public IS NOT OLD.public OR NEW.made_at IS NOT OLD.made_at) OR OLD.retired_at IS NOT NULL; END
;
CREATE TRIGGER helpline_publication_refuses_update BEFORE UPDATE ON helpline_publication BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_publication n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'published_figures_stay') WHERE NEW.id = OLD.id; END
;
CREATE TRIGGER certificate_picture_refuses_update BEFORE UPDATE ON certificate_picture BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate_picture n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'template_stays') WHERE TRUE; END
;
CREATE TRIGGER presenter_refuses_update BEFORE UPDATE ON presenter BEGIN SELECT RAISE(ABORT, 'birth_date_is_corrected_by_two') WHERE OLD.birth_date IS NOT NULL AND NEW.birth_date IS NOT NULL AND NEW.birth_date <> OLD.birth_date AND NOT EXISTS (SELECT 1 FROM birth_date_correction c
  WHERE c.presenter_id = NEW.id AND c.birth_date = NEW.birth_date AND c.confirmed_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM birth_date_correction d
                    WHERE d.presenter_id = NEW.id AND d.confirmed_at IS NOT NULL AND d.id > c.id)) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('retention', 'erasure')); SELECT RAISE(ABORT, 'protection_follows_the_birth_date') WHERE (NEW.adult_on IS NOT date(NEW.birth_date, '+18 years') OR NEW.may_present_from IS NOT date(NEW.birth_date, '+15 years')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM presenter n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'birth_date_stays_known') WHERE OLD.birth_date IS NOT NULL AND NEW.birth_date IS NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER presenter_refuses_insert BEFORE INSERT ON presenter BEGIN SELECT RAISE(ABORT, 'protection_follows_the_birth_date') WHERE (NEW.adult_on IS NOT date(NEW.birth_date, '+18 years') OR NEW.may_present_from IS NOT date(NEW.birth_date, '+15 years')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM presenter n WHERE (n.id = NEW.id)); END
;
CREATE TRIGGER helpline_list_refuses_update BEFORE UPDATE ON helpline_list BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_list n WHERE (n.id = NEW.id OR n.code_list = NEW.code_list OR (n.centre_id = NEW.centre_id AND n.first_day = NEW.first_day)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'list_stays') WHERE (NEW.centre_id IS NOT OLD.centre_id OR NEW.code_list IS NOT OLD.code_list OR NEW.first_day IS NOT OLD.first_day OR NEW.added_at IS NOT OLD.added_at); END
;
CREATE TRIGGER helpline_public_cell_refuses_update BEFORE UPDATE ON helpline_public_cell BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_public_cell n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'published_figures_stay') WHERE NEW.id = OLD.id; END
;
CREATE TRIGGER helpline_period_refuses_insert BEFORE INSERT ON helpline_period BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM helpline_period n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'no_day_counted_twice') WHERE EXISTS (SELECT 1 FROM helpline_period p WHERE p.centre_id = NEW.centre_id AND p.id <> NEW.id AND p.first_day <= NEW.last_day AND NEW.first_day <= p.last_day); END
;
CREATE TRIGGER helpline_period_refuses_update BEFORE UPDATE ON helpline_period BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM helpline_period n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signed_figures_stay') WHERE OLD.signed_at IS NOT NULL AND ((NEW.centre_id IS NOT OLD.centre_id OR NEW.first_day IS NOT OLD.first_day OR NEW.last_day IS NOT OLD.last_day OR NEW.code_list IS NOT OLD.code_list OR NEW.communications IS NOT OLD.communications OR NEW.calls IS NOT OLD.calls OR NEW.mails IS NOT OLD.mails OR NEW.chats IS NOT OLD.chats OR NEW.forms IS NOT OLD.forms OR NEW.cases IS NOT OLD.cases OR NEW.advisory IS NOT OLD.advisory OR NEW.forwarded IS NOT OLD.forwarded OR NEW.to_police IS NOT OLD.to_police OR NEW.to_prosecutor IS NOT OLD.to_prosecutor OR NEW.to_social_work IS NOT OLD.to_social_work OR NEW.to_health IS NOT OLD.to_health OR NEW.to_education IS NOT OLD.to_education OR NEW.to_others IS NOT OLD.to_others) OR ((NEW.signed_at IS NOT OLD.signed_at) AND NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.thing = 'helpline_period' AND a.thing_id = OLD.id
  AND a.action = 'helpline figures opened' AND a.at >= OLD.signed_at))); END
;
CREATE TRIGGER question_set_refuses_update BEFORE UPDATE ON question_set BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM question_set n WHERE (n.id = NEW.id OR (n.programme_id = NEW.programme_id AND n.edition = NEW.edition)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'edition_stays') WHERE (NEW.programme_id IS NOT OLD.programme_id OR NEW.edition IS NOT OLD.edition OR NEW.began_on IS NOT OLD.began_on); END
;
CREATE TRIGGER certificate_template_refuses_update BEFORE UPDATE ON certificate_template BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM certificate_template n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'template_stays') WHERE TRUE; END
;
CREATE TRIGGER signed_period_refuses_update BEFORE UPDATE ON signed_period BEGIN SELECT RAISE(ABORT, 'signed_period_stays') WHERE NEW.centre_id <> OLD.centre_id OR NEW.first_day <> OLD.first_day OR NEW.last_day <> OLD.last_day OR NEW.visits <> OLD.visits OR NEW.presentations <> OLD.presentations OR NEW.pupils <> OLD.pupils OR NEW.parents <> OLD.parents OR NEW.teachers <> OLD.teachers OR NEW.others <> OLD.others OR NEW.cities <> OLD.cities OR NEW.kilometres <> OLD.kilometres OR NEW.signed_at <> OLD.signed_at; SELECT RAISE(ABORT, 'no_day_signed_twice') WHERE NEW.taken_back_at IS NULL AND EXISTS (
  SELECT 1 FROM signed_period s WHERE s.centre_id = NEW.centre_id AND s.taken_back_at IS NULL AND s.id IS NOT NEW.id
    AND s.first_day <= NEW.last_day AND NEW.first_day <= s.last_day); END
;
CREATE TRIGGER signed_profile_refuses_insert BEFORE INSERT ON signed_profile BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM signed_profile n WHERE (n.id = NEW.id)); SELECT RAISE(ABORT, 'profile_stands_once') WHERE NEW.taken_back_at IS NULL AND EXISTS (SELECT 1 FROM signed_profile s
  WHERE s.centre_id = NEW.centre_id AND s.first_day = NEW.first_day AND s.last_day = NEW.last_day
    AND s.taken_back_at IS NULL AND s.id <> NEW.id); END
;
CREATE TRIGGER signed_profile_refuses_update BEFORE UPDATE ON signed_profile BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM signed_profile n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'signed_profile_stays') WHERE (NEW.centre_id IS NOT OLD.centre_id OR NEW.first_day IS NOT OLD.first_day OR NEW.last_day IS NOT OLD.last_day OR NEW.papers IS NOT OLD.papers OR NEW.public_papers IS NOT OLD.public_papers OR NEW.signed_at IS NOT OLD.signed_at) OR (OLD.taken_back_at IS NOT NULL AND (NEW.taken_back_at IS NOT OLD.taken_back_at OR NEW.taken_back_why IS NOT OLD.taken_back_why)); SELECT RAISE(ABORT, 'profile_stands_once') WHERE NEW.taken_back_at IS NULL AND EXISTS (SELECT 1 FROM signed_profile s
  WHERE s.centre_id = NEW.centre_id AND s.first_day = NEW.first_day AND s.last_day = NEW.last_day
    AND s.taken_back_at IS NULL AND s.id <> NEW.id); END
;
CREATE TRIGGER vetting_refuses_insert BEFORE INSERT ON vetting BEGIN SELECT RAISE(ABORT, 'check_is_recorded_by_another') WHERE EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM vetting n WHERE (n.id = NEW.id)); END
;
CREATE TRIGGER vetting_refuses_update BEFORE UPDATE ON vetting BEGIN SELECT RAISE(ABORT, 'check_is_written_once') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.recorded_at IS NOT OLD.recorded_at)
  OR (((NEW.recorded_by_id IS NOT OLD.recorded_by_id) AND (NEW.recorded_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.recorded_by_id))) AND NOT EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.recorded_by_id))
  OR NEW.valid_until > OLD.valid_until OR NEW.checked_on < OLD.checked_on
  OR (OLD.result = 'refused' AND (NEW.result IS NOT OLD.result OR NEW.checked_on IS NOT OLD.checked_on))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM vetting n WHERE (n.id = NEW.id) AND n.id <> OLD.id); END
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
CREATE TRIGGER guardian_refuses_insert BEFORE INSERT ON guardian BEGIN SELECT RAISE(ABORT, 'guardian_waits') WHERE datetime(NEW.named_at) > datetime(NEW.in_force_at, '-24 hours') AND EXISTS (SELECT 1 FROM guardian n
  WHERE n.presenter_id = NEW.presenter_id AND n.replaced_at > n.in_force_at); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM guardian n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.replaced_at IS NULL AND NEW.replaced_at IS NULL))); SELECT RAISE(ABORT, 'guardian_is_no_minor') WHERE EXISTS (SELECT 1 FROM user_account u JOIN presenter m ON m.user_id = u.id
  WHERE (m.id = NEW.presenter_id OR m.adult_on > NEW.named_at)
  AND CASE WHEN m.user_id = u.id THEN (lower(NEW.email) = u.email OR lower(NEW.email) LIKE replace(replace(replace(replace(u.email, '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@') ESCAPE '!'
  OR u.email LIKE replace(replace(replace(replace(lower(NEW.email), '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@') ESCAPE '!') ELSE FALSE END); END
;
CREATE TRIGGER guardian_refuses_update BEFORE UPDATE ON guardian BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM guardian n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.replaced_at IS NULL AND NEW.replaced_at IS NULL)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'guardian_is_written_once') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.name IS NOT OLD.name OR NEW.email IS NOT OLD.email OR NEW.phone IS NOT OLD.phone OR NEW.named_at IS NOT OLD.named_at OR NEW.in_force_at IS NOT OLD.in_force_at)
  OR ((NEW.named_by_id IS NOT OLD.named_by_id) AND (NEW.named_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.named_by_id)))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
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
CREATE TRIGGER assignment_stop_refuses_insert BEFORE INSERT ON assignment_stop BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM assignment_stop n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.lifted_at IS NULL AND NEW.lifted_at IS NULL))); SELECT RAISE(ABORT, 'stop_stays') WHERE NEW.lifted_at IS NOT NULL; END
;
CREATE TRIGGER assignment_stop_refuses_update BEFORE UPDATE ON assignment_stop BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM assignment_stop n WHERE (n.id = NEW.id OR (n.presenter_id = NEW.presenter_id AND n.lifted_at IS NULL AND NEW.lifted_at IS NULL)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'stop_stays') WHERE ((NEW.presenter_id IS NOT OLD.presenter_id OR NEW.stopped_at IS NOT OLD.stopped_at) OR (OLD.lifted_at IS NOT NULL AND (NEW.lifted_at IS NOT OLD.lifted_at OR NEW.lifted_because IS NOT OLD.lifted_because))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
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
CREATE TRIGGER set_question_refuses_insert BEFORE INSERT ON set_question BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM set_question n WHERE (n.id = NEW.id OR (n.set_id = NEW.set_id AND n.place = NEW.place))); SELECT RAISE(ABORT, 'asked_set_stays') WHERE EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = NEW.set_id); END
;
CREATE TRIGGER set_question_refuses_update BEFORE UPDATE ON set_question BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM set_question n WHERE (n.id = NEW.id OR (n.set_id = NEW.set_id AND n.place = NEW.place)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'asked_set_stays') WHERE EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = NEW.set_id) OR EXISTS (SELECT 1 FROM question_round r WHERE r.set_id = OLD.set_id); END
;
CREATE TRIGGER cohort_refuses_insert BEFORE INSERT ON cohort BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM cohort n WHERE (n.id = NEW.id OR n.code = NEW.code)); SELECT RAISE(ABORT, 'level_is_earned') WHERE NEW.level > 0; END
;
CREATE TRIGGER cohort_refuses_update_level BEFORE UPDATE OF level ON cohort BEGIN SELECT RAISE(ABORT, 'level_only_rises') WHERE NEW.level < OLD.level; SELECT RAISE(ABORT, 'level_is_earned') WHERE (NEW.level IS NOT OLD.level) AND NEW.level > (SELECT COUNT(DISTINCT p.skill) FROM cohort_part p JOIN visit v ON v.school_request_id = p.school_request_id JOIN presentation s ON s.visit_id = v.id WHERE p.cohort_id = NEW.id AND s.state IN ('delivered', 'part_delivered')); END
;
CREATE TRIGGER cohort_refuses_update BEFORE UPDATE ON cohort BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM cohort n WHERE (n.id = NEW.id OR n.code = NEW.code) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'cohort_keeps_its_school') WHERE (NEW.code IS NOT OLD.code OR NEW.centre_id IS NOT OLD.centre_id OR NEW.programme_id IS NOT OLD.programme_id OR NEW.began_on IS NOT OLD.began_on OR NEW.ends_on IS NOT OLD.ends_on) OR ((NEW.host_id IS NOT OLD.host_id) AND NOT EXISTS (SELECT 1 FROM host_merger m WHERE m.host_id = OLD.host_id AND m.into_id = NEW.host_id)); END
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
CREATE TRIGGER visit_refuses_update BEFORE UPDATE ON visit BEGIN SELECT RAISE(ABORT, 'locked_visit_stays') WHERE (NEW.on_day IS NOT OLD.on_day OR NEW.zone IS NOT OLD.zone OR NEW.programme_id IS NOT OLD.programme_id) AND EXISTS (SELECT 1 FROM presentation p JOIN attendance l ON l.presentation_id = p.id
  WHERE p.visit_id = OLD.id AND l.locked_at IS NOT NULL); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM visit n WHERE (n.id = NEW.id OR n.number = NEW.number) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'visit_keeps_its_host') WHERE (NEW.centre_id IS NOT OLD.centre_id) OR ((NEW.host_id IS NOT OLD.host_id) AND NOT EXISTS (SELECT 1 FROM host_merger m WHERE m.host_id = OLD.host_id AND m.into_id = NEW.host_id)); END
;
CREATE TRIGGER cohort_part_refuses_insert BEFORE INSERT ON cohort_part BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM cohort_part n WHERE (n.id = NEW.id OR n.school_request_id = NEW.school_request_id)); SELECT RAISE(ABORT, 'part_fits_its_cohort') WHERE NOT EXISTS (SELECT 1 FROM school_request r JOIN cohort c ON c.id = NEW.cohort_id JOIN programme g ON g.id = r.programme_id WHERE r.id = NEW.school_request_id AND r.host_id = c.host_id AND r.centre_id = c.centre_id AND g.kind = 'cohort_training'); END
;
CREATE TRIGGER cohort_part_refuses_update BEFORE UPDATE ON cohort_part BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM cohort_part n WHERE (n.id = NEW.id OR n.school_request_id = NEW.school_request_id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'part_keeps_its_cohort') WHERE (NEW.cohort_id IS NOT OLD.cohort_id OR NEW.school_request_id IS NOT OLD.school_request_id) OR ((NEW.skill IS NOT OLD.skill) AND EXISTS (SELECT 1 FROM visit v JOIN presentation s ON s.visit_id = v.id WHERE v.school_request_id = OLD.school_request_id AND s.state IN ('delivered', 'part_delivered'))); END
;
CREATE TRIGGER guardian_consent_refuses_update BEFORE UPDATE ON guardian_consent BEGIN SELECT RAISE(ABORT, 'consent_is_written_once') WHERE ((NEW.id IS NOT OLD.id OR NEW.takes_part IS NOT OLD.takes_part OR NEW.travels IS NOT OLD.travels OR NEW.photo IS NOT OLD.photo OR NEW.name_on_the_web IS NOT OLD.name_on_the_web OR NEW.method IS NOT OLD.method OR NEW.text_version IS NOT OLD.text_version OR NEW.given_on IS NOT OLD.given_on OR NEW.valid_until IS NOT OLD.valid_until OR NEW.recorded_at IS NOT OLD.recorded_at OR NEW.guardian_id IS NOT OLD.guardian_id OR NEW.paper_id IS NOT OLD.paper_id OR NEW.first_seen_by_id IS NOT OLD.first_seen_by_id OR NEW.second_seen_by_id IS NOT OLD.second_seen_by_id OR NEW.earlier IS NOT OLD.earlier OR NEW.guardian_name IS NOT OLD.guardian_name OR NEW.guardian_email IS NOT OLD.guardian_email OR NEW.guardian_phone IS NOT OLD.guardian_phone) OR (OLD.withdrawn_at IS NULL AND (NEW.presenter_id IS NOT OLD.presenter_id))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM guardian_consent n WHERE (n.id = NEW.id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'withdrawal_stays') WHERE OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at IS NOT OLD.withdrawn_at OR NEW.withdrawn_by IS NOT OLD.withdrawn_by OR NEW.presenter_id IS NOT OLD.presenter_id); END
;
CREATE TRIGGER guardian_consent_refuses_delete BEFORE DELETE ON guardian_consent BEGIN SELECT RAISE(ABORT, 'consent_is_written_once') WHERE OLD.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'withdrawal_stays') WHERE OLD.withdrawn_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER guardian_consent_refuses_insert BEFORE INSERT ON guardian_consent BEGIN SELECT RAISE(ABORT, 'account_consents_on_paper') WHERE NEW.method = 'link' AND EXISTS (
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
CREATE TRIGGER presentation_refuses_update BEFORE UPDATE ON presentation BEGIN SELECT RAISE(ABORT, 'locked_visit_stays') WHERE (NEW.visit_id IS NOT OLD.visit_id OR NEW.on_day IS NOT OLD.on_day OR NEW.starts_local IS NOT OLD.starts_local OR NEW.minutes IS NOT OLD.minutes OR NEW.zone IS NOT OLD.zone OR NEW.starts_at IS NOT OLD.starts_at OR NEW.ends_at IS NOT OLD.ends_at OR NEW.busy_from IS NOT OLD.busy_from OR NEW.busy_until IS NOT OLD.busy_until OR NEW.audience IS NOT OLD.audience OR NEW.level IS NOT OLD.level OR NEW.state IS NOT OLD.state OR NEW.minutes_given IS NOT OLD.minutes_given) AND EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.id AND l.locked_at IS NOT NULL); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM presentation n WHERE (n.id = NEW.id OR n.uid = NEW.uid) AND n.id <> OLD.id); END
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
CREATE TRIGGER drive_refuses_insert BEFORE INSERT ON drive BEGIN SELECT RAISE(ABORT, 'driven_when_it_was_held') WHERE NEW.driven_kilometres IS NOT NULL AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state = 'delivered'); SELECT RAISE(ABORT, 'drive_is_an_adults') WHERE EXISTS (SELECT 1 FROM presenter p, visit v WHERE p.id = NEW.presenter_id AND v.id = NEW.visit_id AND p.adult_on > v.on_day); END
;
CREATE TRIGGER pick_up_refuses_insert BEFORE INSERT ON pick_up BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM pick_up n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id))); SELECT RAISE(ABORT, 'pick_up_is_of_the_crew') WHERE NOT EXISTS (SELECT 1 FROM assignment a JOIN presentation p ON p.id = a.presentation_id
  WHERE p.visit_id = NEW.visit_id AND a.presenter_id = NEW.presenter_id); END
;
CREATE TRIGGER pick_up_refuses_update BEFORE UPDATE ON pick_up BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM pick_up n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'pick_up_is_typed_anew') WHERE (NEW.id IS NOT OLD.id OR NEW.visit_id IS NOT OLD.visit_id OR NEW.presenter_id IS NOT OLD.presenter_id) OR ((NEW.who IS NOT OLD.who) AND NEW.typed_at = OLD.typed_at); END
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
CREATE TRIGGER hand_off_refuses_update BEFORE UPDATE ON hand_off BEGIN SELECT RAISE(ABORT, 'hand_off_is_noted_for_good') WHERE ((NEW.centre_id IS NOT OLD.centre_id OR NEW.told IS NOT OLD.told OR NEW.told_at IS NOT OLD.told_at OR NEW.noted_at IS NOT OLD.noted_at) OR ((NEW.visit_id IS NOT OLD.visit_id) AND (NEW.visit_id IS NOT NULL OR EXISTS (SELECT 1 FROM visit t WHERE t.id = OLD.visit_id)))
  OR ((NEW.noted_by_id IS NOT OLD.noted_by_id) AND (NEW.noted_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.noted_by_id)))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM hand_off n WHERE (n.id = NEW.id OR (n.visit_id = NEW.visit_id AND n.told = NEW.told AND n.told_at = NEW.told_at AND n.noted_by_id = NEW.noted_by_id)) AND n.id <> OLD.id); END
;
CREATE TRIGGER concern_refuses_insert BEFORE INSERT ON concern BEGIN SELECT RAISE(ABORT, 'concern_stays') WHERE NEW.ended_at IS NOT NULL OR NEW.ended_by_id IS NOT NULL; SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM concern n WHERE (n.id = NEW.id)); END
;
CREATE TRIGGER concern_refuses_update BEFORE UPDATE ON concern BEGIN SELECT RAISE(ABORT, 'concern_stays') WHERE ((NEW.centre_id IS NOT OLD.centre_id OR NEW.spoken_up_by IS NOT OLD.spoken_up_by OR NEW.on_day IS NOT OLD.on_day OR NEW.reported_at IS NOT OLD.reported_at) OR ((NEW.visit_id IS NOT OLD.visit_id) AND (NEW.visit_id IS NOT NULL OR EXISTS (SELECT 1 FROM visit t WHERE t.id = OLD.visit_id)))
  OR ((NEW.host_id IS NOT OLD.host_id) AND (NEW.host_id IS NOT NULL OR EXISTS (SELECT 1 FROM host t WHERE t.id = OLD.host_id))) OR ((NEW.reported_by_id IS NOT OLD.reported_by_id) AND (NEW.reported_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.reported_by_id)))
  OR (OLD.ended_at IS NULL AND (NEW.ended_at IS NULL) <> (NEW.ended_by_id IS NULL)) OR (OLD.ended_at IS NOT NULL AND ((NEW.ended_at IS NOT OLD.ended_at) OR ((NEW.ended_by_id IS NOT OLD.ended_by_id) AND (NEW.ended_by_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_account t WHERE t.id = OLD.ended_by_id)))))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM concern n WHERE (n.id = NEW.id) AND n.id <> OLD.id); END
;
CREATE TRIGGER practice_sum_refuses_insert BEFORE INSERT ON practice_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM practice_sum n WHERE (n.id = NEW.id OR (n.part_id = NEW.part_id AND n.code = NEW.code))); SELECT RAISE(ABORT, 'practice_is_of_reporting') WHERE NOT EXISTS (SELECT 1 FROM cohort_part p WHERE p.id = NEW.part_id AND p.skill = 'report'); END
;
CREATE TRIGGER practice_sum_refuses_update BEFORE UPDATE ON practice_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM practice_sum n WHERE (n.id = NEW.id OR (n.part_id = NEW.part_id AND n.code = NEW.code)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'sums_only_rise') WHERE (NEW.part_id IS NOT OLD.part_id OR NEW.code IS NOT OLD.code) OR NEW.groups < OLD.groups OR NEW.correct < OLD.correct; END
;
CREATE TRIGGER proposed_visit_refuses_insert BEFORE INSERT ON proposed_visit BEGIN SELECT RAISE(ABORT, 'assumption_is_not_applied') WHERE NEW.visit_id IS NOT NULL AND EXISTS (SELECT 1 FROM plan_ground g WHERE g.proposal_id = NEW.proposal_id AND g.assumed IS NOT NULL); SELECT RAISE(ABORT, 'half_a_plan_is_not_applied') WHERE NEW.visit_id IS NOT NULL AND EXISTS (SELECT 1 FROM plan_proposal p WHERE p.id = NEW.proposal_id AND p.finished_at IS NULL); END
;
CREATE TRIGGER proposed_visit_refuses_update_visit_id BEFORE UPDATE OF visit_id ON proposed_visit BEGIN SELECT RAISE(ABORT, 'assumption_is_not_applied') WHERE NEW.visit_id IS NOT NULL AND EXISTS (SELECT 1 FROM plan_ground g WHERE g.proposal_id = NEW.proposal_id AND g.assumed IS NOT NULL); SELECT RAISE(ABORT, 'half_a_plan_is_not_applied') WHERE NEW.visit_id IS NOT NULL AND EXISTS (SELECT 1 FROM plan_proposal p WHERE p.id = NEW.proposal_id AND p.finished_at IS NULL); END
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
CREATE TRIGGER concern_about_refuses_update BEFORE UPDATE ON concern_about BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM concern_about n WHERE (n.id = NEW.id OR (n.concern_id = NEW.concern_id AND n.presenter_id = NEW.presenter_id)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'concern_stays') WHERE ((NEW.id IS NOT OLD.id OR NEW.concern_id IS NOT OLD.concern_id OR NEW.presenter_id IS NOT OLD.presenter_id)
  OR (OLD.stop_id IS NOT NULL AND ((NEW.stop_id IS NOT OLD.stop_id) AND (NEW.stop_id IS NOT NULL OR EXISTS (SELECT 1 FROM assignment_stop t WHERE t.id = OLD.stop_id))))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER concern_about_refuses_insert BEFORE INSERT ON concern_about BEGIN SELECT RAISE(ABORT, 'concern_is_its_presenters') WHERE (NEW.stop_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM assignment_stop s WHERE s.id = NEW.stop_id AND s.presenter_id = NEW.presenter_id)) OR EXISTS (SELECT 1 FROM concern c WHERE c.id = NEW.concern_id AND c.ended_at IS NOT NULL); SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM concern_about n WHERE (n.id = NEW.id OR (n.concern_id = NEW.concern_id AND n.presenter_id = NEW.presenter_id))); END
;
CREATE TRIGGER attendance_refuses_update BEFORE UPDATE ON attendance BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM attendance n WHERE (n.id = NEW.id OR n.presentation_id = NEW.presentation_id) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'locked_counts_stay') WHERE OLD.locked_at IS NOT NULL AND (NEW.id IS NOT OLD.id OR NEW.presentation_id IS NOT OLD.presentation_id OR NEW.locked_at IS NOT OLD.locked_at OR NEW.minutes_given IS NOT OLD.minutes_given OR NEW.same_pupils IS NOT OLD.same_pupils OR NEW.turned_away IS NOT OLD.turned_away OR NEW.teacher_present IS NOT OLD.teacher_present OR NOT ((NEW.state = 'corrected' AND NEW.version = OLD.version + 1 AND NEW.reason <> '') OR (NEW.state = OLD.state AND NEW.version = OLD.version AND NEW.reason = OLD.reason))); END
;
CREATE TRIGGER sheet_scan_refuses_update BEFORE UPDATE ON sheet_scan BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM sheet_scan n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.sha256 = NEW.sha256)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'sheet_stays') WHERE (NEW.id IS NOT OLD.id OR NEW.presentation_id IS NOT OLD.presentation_id OR NEW.kind IS NOT OLD.kind OR NEW.sha256 IS NOT OLD.sha256 OR NEW.size IS NOT OLD.size OR NEW.added_at IS NOT OLD.added_at OR NEW.content IS NOT OLD.content) OR ((NEW.added_by_id IS NOT OLD.added_by_id) AND (NEW.added_by_id IS NOT NULL
  OR EXISTS (SELECT 1 FROM user_account u WHERE u.id = OLD.added_by_id))); END
;
CREATE TRIGGER question_round_refuses_insert BEFORE INSERT ON question_round BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM question_round n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.moment = NEW.moment))); SELECT RAISE(ABORT, 'one_set_in_a_presentation') WHERE EXISTS (SELECT 1 FROM question_round r WHERE r.presentation_id = NEW.presentation_id AND r.set_id <> NEW.set_id); SELECT RAISE(ABORT, 'set_of_its_programme') WHERE NOT EXISTS (SELECT 1 FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN question_set s ON s.programme_id = v.programme_id WHERE p.id = NEW.presentation_id AND s.id = NEW.set_id); END
;
CREATE TRIGGER question_round_refuses_update BEFORE UPDATE ON question_round BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM question_round n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.moment = NEW.moment)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'phone_answers_only_rise') WHERE NEW.phone < OLD.phone OR NEW.most < OLD.most; SELECT RAISE(ABORT, 'round_keeps_its_class') WHERE (NEW.presentation_id IS NOT OLD.presentation_id OR NEW.set_id IS NOT OLD.set_id OR NEW.moment IS NOT OLD.moment); END
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
CREATE TRIGGER head_count_refuses_insert BEFORE INSERT ON head_count BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM head_count n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.audience = NEW.audience AND ((n.source = NEW.source AND n.version = NEW.version) OR (n.counts AND NEW.counts))))); SELECT RAISE(ABORT, 'locked_counts_stay') WHERE EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = NEW.presentation_id AND l.locked_at IS NOT NULL AND (l.version <> NEW.version OR EXISTS (SELECT 1 FROM head_count h WHERE h.presentation_id = NEW.presentation_id AND h.audience = NEW.audience AND h.version = l.version AND h.counts))) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')); END
;
CREATE TRIGGER head_count_refuses_update BEFORE UPDATE ON head_count BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM head_count n WHERE (n.id = NEW.id OR (n.presentation_id = NEW.presentation_id AND n.audience = NEW.audience AND ((n.source = NEW.source AND n.version = NEW.version) OR (n.counts AND NEW.counts)))) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'locked_counts_stay') WHERE ((NEW.id <> OLD.id OR NEW.presentation_id <> OLD.presentation_id OR NEW.audience <> OLD.audience OR NEW.source <> OLD.source OR NEW.version <> OLD.version OR NEW.people <> OLD.people OR NEW.entered_at <> OLD.entered_at) AND (EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.presentation_id AND l.locked_at IS NOT NULL) OR EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = NEW.presentation_id AND l.locked_at IS NOT NULL))) OR (NEW.counts AND NOT OLD.counts AND EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = NEW.presentation_id AND l.locked_at IS NOT NULL AND l.version <> NEW.version)) OR (OLD.counts AND NOT NEW.counts AND EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.presentation_id AND l.locked_at IS NOT NULL AND l.version <= OLD.version)); END
;
CREATE TRIGGER answer_sum_refuses_insert BEFORE INSERT ON answer_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE EXISTS (SELECT 1 FROM answer_sum n WHERE (n.id = NEW.id OR (n.round_id = NEW.round_id AND n.question_id = NEW.question_id AND n.choice = NEW.choice))); SELECT RAISE(ABORT, 'sums_fit_their_round') WHERE NEW.phone + (SELECT COALESCE(SUM(a.phone), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.phone FROM question_round r WHERE r.id = NEW.round_id) OR NEW.paper + (SELECT COALESCE(SUM(a.paper), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.paper FROM question_round r WHERE r.id = NEW.round_id); SELECT RAISE(ABORT, 'choice_of_its_question') WHERE NOT EXISTS (SELECT 1 FROM question_round r JOIN set_question q ON q.set_id = r.set_id WHERE r.id = NEW.round_id AND q.id = NEW.question_id AND NEW.choice BETWEEN 1 AND q.choices); END
;
CREATE TRIGGER answer_sum_refuses_update BEFORE UPDATE ON answer_sum BEGIN SELECT RAISE(ABORT, 'row_is_not_replaced') WHERE NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM answer_sum n WHERE (n.id = NEW.id OR (n.round_id = NEW.round_id AND n.question_id = NEW.question_id AND n.choice = NEW.choice)) AND n.id <> OLD.id); SELECT RAISE(ABORT, 'phone_answers_only_rise') WHERE NEW.phone < OLD.phone; SELECT RAISE(ABORT, 'sum_keeps_its_choice') WHERE (NEW.round_id IS NOT OLD.round_id OR NEW.question_id IS NOT OLD.question_id OR NEW.choice IS NOT OLD.choice); SELECT RAISE(ABORT, 'sums_fit_their_round') WHERE NEW.phone + (SELECT COALESCE(SUM(a.phone), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.phone FROM question_round r WHERE r.id = NEW.round_id) OR NEW.paper + (SELECT COALESCE(SUM(a.paper), 0) FROM answer_sum a WHERE a.round_id = NEW.round_id AND a.question_id = NEW.question_id AND a.id <> NEW.id) > (SELECT r.paper FROM question_round r WHERE r.id = NEW.round_id); END
