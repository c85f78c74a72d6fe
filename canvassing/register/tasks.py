"""Background work of the register: an uploaded file is imported while its page shows how far it has come."""

from contextlib import suppress
from pathlib import Path

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils.timezone import now

from canvassing.register import runs
from canvassing.register.models import RegisterImport
from canvassing.register.rows import Source


@shared_task(base=DjangoTask)
def import_upload(import_id: int) -> None:
    """Import the uploaded file of one record. May run twice: a second one finds it ended, or running, and goes."""
    record = RegisterImport.objects.filter(pk=import_id, ended_at=None).exclude(upload="").first()
    if record is not None:
        with suppress(runs.AlreadyRunningError):
            source = Source(Path(record.upload.path), record.filename)
            runs.carry_out(import_id=record.pk, sources=[source], at=now())
