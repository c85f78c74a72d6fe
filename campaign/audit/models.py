"""The trail of who did what: append-only (a trigger refuses changes), and without foreign keys it blocks no erasure."""

from typing import Self

from django.db import models


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class AuditEvent(models.Model):
    """One act. `actor` and `subject` are references such as "user:12"; `facts` hold counts and codes, never names."""

    at = models.DateTimeField(db_index=True)
    actor = models.TextField()
    act = models.TextField()
    subject = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"
