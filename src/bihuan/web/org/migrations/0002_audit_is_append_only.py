"""Forbid changing or removing a line of the trail, in the database itself."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_no_{deed} BEFORE {deed} ON org_auditline
    BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""".format(deed=deed)
    for deed in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the trail is append-only'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON org_auditline
    FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
]


def forbid(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial")]
    operations = [migrations.RunPython(forbid, migrations.RunPython.noop)]
