"""A trigger that keeps the audit trail append-only, and the table of the database cache."""

from django.db import migrations

REFUSE_CHANGES = """
CREATE FUNCTION campaign_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON campaign_auditevent
    FOR EACH ROW EXECUTE FUNCTION campaign_refuse_change();
"""
ALLOW_CHANGES = """
DROP TRIGGER audit_is_append_only ON campaign_auditevent;
DROP FUNCTION campaign_refuse_change();
"""
# The shape django.core.cache.backends.db expects; there even when Redis is in use, so that it can be switched off.
CACHE_TABLE = """
CREATE TABLE cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX cache_expires ON cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("campaign", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE_CHANGES, ALLOW_CHANGES),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE cache"),
    ]
