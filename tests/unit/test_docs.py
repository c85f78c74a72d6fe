"""docs/running.md keeps up with the code: every setting, every bell."""

import re
from pathlib import Path

import pytest

from campaign.celery import app

BASE_DIR = Path(__file__).resolve().parent.parent.parent
RUNNING = (BASE_DIR / "docs" / "running.md").read_text()
READS_A_SETTING = re.compile(r"""(?:\benv(?:\.\w+)?\(|environ\.get\(|environ\[)\s*["']([A-Z][A-Z_]+)["']""")


def settings_read() -> list[str]:
    sources = [path.read_text() for path in (BASE_DIR / "campaign").rglob("*.py")]
    return sorted({name for source in sources for name in READS_A_SETTING.findall(source)})


def test_settings_are_found_in_the_code() -> None:
    assert {"DATABASE_URL", "EMAIL_URL", "HTTPS", "PORT", "ROSETTE_VAR", "WEB_WORKERS"} <= set(settings_read())


@pytest.mark.parametrize("name", settings_read())
def test_every_setting_stands_in_the_docs_with_its_default(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| (.+?) \| (.+) \|$", RUNNING, re.MULTILINE)
    assert row, f"{name} is read from the environment: list it in docs/running.md with its default."


def test_every_bell_stands_in_the_docs() -> None:
    app.loader.import_default_modules()
    assert [name for name in app.conf.beat_schedule if f"| {name} |" not in RUNNING] == []
