"""Carrying out an act on places by itself: no import beside it, all or nothing, a line in the audit trail."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import transaction

from campaign.audit import trail
from canvassing.register import locks
from canvassing.register.report import RegisterRefused

BUSY = "another import is running. Start again when it has ended."


class Done(Protocol):
    """What an act reports."""

    @property
    def facts(self) -> dict[str, Any]: ...

    @property
    def seconds(self) -> float: ...


D = TypeVar("D", bound=Done)


def carry_out(work: Callable[[], D], *, act: str, actor: Any, at: datetime, dry_run: bool = False) -> D:
    """Do `work` while no import runs; a dry run does everything and takes it back.

    Raises RegisterRefused, when nothing was written but the refusal's line in the audit trail.
    """
    began = time.perf_counter()
    try:
        with transaction.atomic():
            _keep_others_out()
            with transaction.atomic():
                done = work()
                if dry_run:
                    transaction.set_rollback(True)
            trail.record(act=f"{act} tried" if dry_run else act, actor=actor, at=at, facts=done.facts)
    except RegisterRefused:
        trail.record(act=f"{act} refused", actor=actor, at=at)
        raise
    return replace(done, seconds=round(time.perf_counter() - began, 2))  # type: ignore[type-var]


def _keep_others_out() -> None:
    if not locks.take(locks.ALL_IMPORTS):
        raise RegisterRefused(BUSY)
