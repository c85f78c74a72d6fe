"""Fixtures that several files ask for by name: what time it is, which campaign."""

import pytest

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.doorstep import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def everything_is_kept(db: None) -> None:
    """The campaign keeps each opinion with the person who gave it."""
    CampaignDetailsFactory(full_mode=True)
