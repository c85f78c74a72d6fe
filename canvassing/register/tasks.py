"""Background work of the register: an uploaded file is imported while its page shows how far it has come."""

from contextlib import suppress
from pathlib import Path

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils.timezone import now

from canvassing.register import runs
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source


@shared_task(base=DjangoTask)
def import_upload(import_id: int) -> None:
    """Import the uploaded file of one record. May run twice: a second one finds it ended, or running, and goes."""
    record = RegisterImport.objects.filter(pk=import_id, state__in=runs.UNDER_WAY).exclude(upload="").first()
    if record is not None:
        with suppress(runs.AlreadyRunningError):
            source = Source(Path(record.upload.path), record.filename, record.password)
            runs.carry_out(import_id=record.pk, sources=[source], at=now())


@shared_task(base=DjangoTask)
def tidy_imports() -> None:
    """Let go of files that somebody sent and nobody came back to."""
    runs.tidy(at=now())
