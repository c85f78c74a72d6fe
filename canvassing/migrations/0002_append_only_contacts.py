"""A trigger that keeps contacts append-only; redaction (withdrawal, erasure) is the one change it lets through."""

from django.db import migrations

REFUSE_CHANGES = """
CREATE FUNCTION canvassing_refuse_contact_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL AND NEW.opinions = '{}'::jsonb THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'volunteer_id' - 'elector_id' = to_jsonb(OLD) - 'volunteer_id' - 'elector_id' THEN
        RETURN NEW;  -- a person who leaves is unlinked, the contact stands
    END IF;
    RAISE EXCEPTION 'contacts are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER contacts_are_append_only BEFORE UPDATE ON canvassing_contact
    FOR EACH ROW EXECUTE FUNCTION canvassing_refuse_contact_change();
"""
ALLOW_CHANGES = """
DROP TRIGGER contacts_are_append_only ON canvassing_contact;
DROP FUNCTION canvassing_refuse_contact_change();
"""


class Migration(migrations.Migration):
    dependencies = [("canvassing", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE_CHANGES, ALLOW_CHANGES)]
