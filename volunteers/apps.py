"""The app of people: at start it gathers who writes which kind of message."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class VolunteersConfig(AppConfig):
    name = "volunteers"

    def ready(self) -> None:
        """Every app may have a `letters` module that imports its writers of messages."""
        autodiscover_modules("letters")
