"""Prepares a test session before the settings are read; loaded by `-p tests.harness`."""

import os
from urllib.parse import urlsplit

import pytest

header: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        from tests import services  # noqa: PLC0415 - coverage starts after this module, and should see ours imported

        header.extend(services.start_session())
    else:
        take_own_share(worker)


def take_own_share(worker: str) -> None:
    """An xdist worker has its own `var` folder and Redis database; pytest-django gives it its own PostgreSQL one."""
    os.environ["ROSETTE_VAR"] += f"-{worker}"
    if url := os.environ.get("REDIS_URL"):
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = urlsplit(url)._replace(path=f"/{number}").geturl()


def pytest_report_header() -> list[str]:
    return header


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "No Chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NO CHROMIUM: THE BROWSER WAS NOT TESTED", sep="!", red=True)
        terminalreporter.line(
            f"{len(skipped)} browser tests did not run. Install chromium, or set CHROMIUM to its path."
        )
