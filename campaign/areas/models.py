"""Constituency, wards and postcode points: the ground below both apps."""

from django.db import models


class Constituency(models.Model):
    """Where the election is held. One deployment may hold several, so it leads the large tables' indexes."""

    name = models.CharField(max_length=120)
    outline = models.JSONField(null=True, blank=True, help_text="GeoJSON geometry, longitude first.")

    class Meta:
        verbose_name_plural = "constituencies"
        constraints = [models.UniqueConstraint(fields=["name"], name="one_constituency_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Ward(models.Model):
    """A ward of the constituency, with its outline when the campaign has one."""

    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="wards")
    name = models.CharField(max_length=120)
    outline = models.JSONField(null=True, blank=True, help_text="GeoJSON geometry, longitude first.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["constituency", "name"], name="one_ward_of_a_name")]

    def __str__(self) -> str:
        return self.name


class PostcodePoint(models.Model):
    """Where a postcode lies, WGS 84 degrees; from a file the campaign supplies, never from a lookup service."""

    postcode = models.CharField(primary_key=True, max_length=8)
    latitude = models.FloatField()
    longitude = models.FloatField()

    def __str__(self) -> str:
        return self.postcode
