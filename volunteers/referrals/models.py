"""Links that bring people: a poster's, named for where it hangs, or a volunteer's own for friends."""

from django.db import models
from django.db.models import Q

from volunteers.people.models import User, Volunteer


class JoinLink(models.Model):
    """/join/CODE/. Whoever joins by it is counted for its source or its inviter."""

    code = models.CharField(max_length=12)
    source = models.CharField(
        max_length=60, blank=True, help_text="Where it hangs or was sent, such as Station poster."
    )
    inviter = models.ForeignKey(Volunteer, null=True, blank=True, on_delete=models.CASCADE, related_name="join_links")
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="one_join_link_of_a_code"),
            models.UniqueConstraint(
                fields=["inviter"], condition=Q(inviter__isnull=False), name="one_join_link_an_inviter"
            ),
            models.CheckConstraint(
                condition=Q(inviter=None) ^ Q(source=""), name="a_join_link_is_a_sources_or_an_inviters"
            ),
        ]

    def __str__(self) -> str:
        return f"Join link {self.pk}"
