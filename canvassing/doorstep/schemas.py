"""The shapes of requests and answers, as /api/openapi.json shows them. docs/sync_protocol.md says what they mean."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field

from canvassing.doorstep.events import MOST_EVENTS, Kind, moment
from canvassing.doorstep.outcomes import Outcome
from canvassing.doorstep.tokens import State, Wipe
from canvassing.doorstep.verdicts import Status


def _moment(text: Any) -> datetime:
    found = moment(text)
    if found is None:
        raise ValueError("an ISO 8601 moment with its zone is wanted")
    return found


Moment = Annotated[datetime, BeforeValidator(_moment)]
Whole = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]


class ProblemOut(Schema):
    """Why not: `reason` for the phone, `message` for the person; `wipe` where something must be deleted."""

    reason: str
    message: str
    wipe: Wipe | None = None
    server_time: datetime


class RedeemIn(Schema):
    """A code for a token. `acknowledged` is the version of the register rules agreed to just now."""

    code: Annotated[str, Field(max_length=40)]
    device: UUID | None = None
    acknowledged: Annotated[str, Field(max_length=20)] = ""


class RedeemOut(Schema):
    """The only copy of the token."""

    token: str
    allocation: int
    device: UUID
    expires_at: datetime
    append_until: datetime
    server_time: datetime


class AcknowledgeOut(Schema):
    """The register rules, to be shown and agreed to; or another reason for the refusal."""

    reason: str
    message: str
    version: str | None = None
    text: str | None = None
    server_time: datetime


class Named(Schema):
    id: str
    name: str


class AnswerOut(Schema):
    id: str
    label: str
    key: str


class QuestionOut(Schema):
    id: str
    kind: str
    text: str
    answers: list[AnswerOut]


class OutcomeOut(Schema):
    id: Outcome
    label: str
    code: str


class LastOut(Schema):
    outcome: Outcome
    at: datetime


class PersonOut(Schema):
    """Somebody registered at the door. `name` is empty where the campaign keeps names off phones."""

    id: str
    name: str
    reached: bool


class DoorOut(Schema):
    id: str
    street: str
    label: str
    block: str
    position: int
    tried: int
    last: LastOut | None
    people: list[PersonOut]


class WalkNameOut(Schema):
    id: int
    name: str
    purpose: str


class WalkOut(Schema):
    """The whole walk, doors in walking order."""

    walk: WalkNameOut
    mode: str
    names: bool
    candidate: str
    standing_as: str
    expires_at: datetime
    append_until: datetime
    questions: list[QuestionOut]
    outcomes: list[OutcomeOut]
    streets: list[Named]
    doors: list[DoorOut]
    server_time: datetime


class EventsIn(Schema):
    """A batch. Items are judged one by one: whatever they hold, each gets its own result."""

    v: Annotated[int, Field(strict=True, ge=1, le=1000)]
    device: UUID
    sent_at: Moment
    client: Annotated[str, Field(max_length=40)] = ""
    events: Annotated[list[Any], Field(min_length=1, max_length=MOST_EVENTS)]


class ResultOut(Schema):
    """What became of one item. `id` is null when the item had none; `door` names a door that was typed."""

    id: UUID | None
    status: Status
    reason: str | None = None
    door: str | None = None


class StandingOut(Schema):
    """Where the walk stands, and how many different events of this phone the server holds."""

    have: int
    state: State
    wipe: Wipe
    server_time: datetime


class EventsOut(StandingOut):
    """Results in the order of the items sent, and until when the walk may be kept now."""

    results: list[ResultOut]
    expires_at: datetime


class StateOut(StandingOut):
    expires_at: datetime
    append_until: datetime


class CloseIn(Schema):
    """How many events the phone has ever had accepted or held, and the digest of their ids."""

    count: Whole
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class CloseOut(StandingOut):
    """`complete` when the server holds exactly the phone's events: then everything may be wiped."""

    complete: bool


class ChangeOut(Schema):
    id: UUID
    kind: Kind
    door: str
    person: str | None
    outcome: str
    target: UUID | None
    at: datetime


class ChangesOut(Schema):
    """What was logged at the walk's doors. Ask again with `cursor`; some events will come twice."""

    events: list[ChangeOut]
    cursor: str
    server_time: datetime
