"""Rosette's Celery application with a clock that runs fast: `celery --app tests.soak.hurried`."""

from campaign.celery import app

app.conf.imports = (*app.conf.imports, "tests.soak.hurry")
