ALTER TABLE guardian ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE
;
ALTER TABLE guardian ADD COLUMN confirmed_by_id INTEGER,
  ADD CONSTRAINT ck_guardian_confirmed_by_another CHECK (confirmed_by_id <> named_by_id),
  ADD CONSTRAINT ck_guardian_confirmed_at_a_moment CHECK (confirmed_by_id IS NULL OR confirmed_at IS NOT NULL)
;
CREATE OR REPLACE FUNCTION guardian_first_guardian_is_confirmed_insert() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.confirmed_by_id IS NOT NULL THEN RAISE EXCEPTION 'first_guardian_is_confirmed' USING ERRCODE = 'check_violation', CONSTRAINT = 'first_guardian_is_confirmed'; END IF;
          RETURN NEW;
        END $$
;
CREATE TRIGGER guardian_first_guardian_is_confirmed_insert BEFORE INSERT ON guardian FOR EACH ROW EXECUTE FUNCTION guardian_first_guardian_is_confirmed_insert()
;
CREATE OR REPLACE FUNCTION guardian_first_guardian_is_confirmed_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.confirmed_at IS NOT NULL AND (NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at) AND NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ('demo', 'undo_import', 'retention', 'erasure')) THEN RAISE EXCEPTION 'first_guardian_is_confirmed' USING ERRCODE = 'check_violation', CONSTRAINT = 'first_guardian_is_confirmed'; END IF;
          RETURN NEW;
        END $$
;
CREATE TRIGGER guardian_first_guardian_is_confirmed_update BEFORE UPDATE ON guardian FOR EACH ROW EXECUTE FUNCTION guardian_first_guardian_is_confirmed_update()
;
CREATE OR REPLACE FUNCTION guardian_second_look_is_another_persons_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.confirmed_by_id <> NEW.named_by_id AND NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id AND NOT EXISTS (
  SELECT 1 FROM user_account one JOIN user_account other ON other.id = NEW.confirmed_by_id
  WHERE one.id = NEW.named_by_id AND coalesce(one.origin_id, one.id) <> coalesce(other.origin_id, other.id)
    AND other.created_at <= NEW.named_at - interval '168 hours'
    AND (EXISTS (SELECT 1 FROM code_app k WHERE k.user_id = other.id)
      OR EXISTS (SELECT 1 FROM passkey k WHERE k.user_id = other.id))
    AND NOT EXISTS (SELECT 1 FROM audit_entry a JOIN user_account by
        ON by.id = CASE WHEN a.actor LIKE 'user:%' THEN CAST(substr(a.actor, 6) AS INTEGER) END
      WHERE a.thing = 'user_account' AND a.thing_id IN (one.id, other.id) AND a.action IN ('invited', 'restored', 'roles changed', 'keys reset')
        AND a.at > NEW.named_at - interval '168 hours'
        AND coalesce(by.origin_id, by.id) = CASE WHEN a.thing_id = one.id THEN coalesce(other.origin_id, other.id) ELSE coalesce(one.origin_id, one.id) END)) THEN RAISE EXCEPTION 'second_look_is_another_persons' USING ERRCODE = 'check_violation', CONSTRAINT = 'second_look_is_another_persons'; END IF;
          RETURN NEW;
        END $$
;
CREATE TRIGGER guardian_second_look_is_another_persons_update BEFORE UPDATE ON guardian FOR EACH ROW EXECUTE FUNCTION guardian_second_look_is_another_persons_update()
;
CREATE OR REPLACE FUNCTION guardian_consent_first_guardian_is_confirmed_insert() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.method = 'link' AND NEW.guardian_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM guardian_consent c WHERE c.presenter_id = NEW.presenter_id)
  AND NOT EXISTS (SELECT 1 FROM guardian g WHERE g.presenter_id = NEW.presenter_id AND g.confirmed_at IS NOT NULL) THEN RAISE EXCEPTION 'first_guardian_is_confirmed' USING ERRCODE = 'check_violation', CONSTRAINT = 'first_guardian_is_confirmed'; END IF;
          RETURN NEW;
        END $$
;
CREATE TRIGGER guardian_consent_first_guardian_is_confirmed_insert BEFORE INSERT ON guardian_consent FOR EACH ROW EXECUTE FUNCTION guardian_consent_first_guardian_is_confirmed_insert()
