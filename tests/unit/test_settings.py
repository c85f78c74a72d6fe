"""What the settings refuse by themselves."""

import os
import subprocess
import sys


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, as a server starting up does."""
    clean = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "ALLOWED_HOSTS")}
    command = [sys.executable, "-c", "import campaign.settings"]
    return subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)


def test_one_laptop_needs_no_key() -> None:
    assert load().returncode == 0


def test_other_hosts_are_not_served_with_the_key_that_everybody_can_read() -> None:
    refused = load(ALLOWED_HOSTS="rosette.example")
    assert refused.returncode != 0
    assert "set your own" in refused.stderr


def test_other_hosts_are_served_with_a_key_of_ones_own() -> None:
    assert load(ALLOWED_HOSTS="rosette.example", SECRET_KEY="a key that nobody else knows").returncode == 0
