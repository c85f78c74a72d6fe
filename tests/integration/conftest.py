"""Fixtures that several files ask for by name: what time it is, who looks and tries, which campaign, a street list."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from canvassing.register.opening import Source
from canvassing.register.streets import StreetsReport, import_streets
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AT
from tests.factories.doorstep import Clock
from tests.factories.volunteers import UserFactory


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def nobody_has_tried_yet(db: None) -> None:
    """Tries are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory(organiser=True))
    return client


@pytest.fixture
def everything_is_kept(db: None) -> None:
    """The campaign keeps each opinion with the person who gave it."""
    CampaignDetailsFactory(full_mode=True)


@pytest.fixture
def lists(tmp_path: Path) -> Any:
    """`lists(text)`: import a list of this text."""

    def bring(text: str | bytes, **wishes: Any) -> StreetsReport:
        file = tmp_path / "streets.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_streets([Source(file, file.name)], at=AT, **wishes)

    return bring
