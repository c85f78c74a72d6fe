"""What a phone may send: each item is judged on its own, without a database. Opinions are taken out first."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from canvassing.doorstep.outcomes import Outcome
from canvassing.doorstep.questions import ANSWERS
from canvassing.electorate import address

VERSION = 1
MOST_EVENTS = 200
LONGEST_LABEL = 80
DEEPEST = 8
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
MOMENT_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
DOOR_FORM, PERSON_FORM, STREET_FORM = (re.compile(letter + r"[0-9]{1,18}", re.ASCII) for letter in "dps")


class Kind(StrEnum):
    """Events are only ever added: a correction or an undo is an event that names the contact it is about."""

    CONTACT = "contact"
    CORRECT = "correct"
    VOID = "void"


class Reason(StrEnum):
    """Why an event is held for an organiser instead of applied."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    BAD_DOOR = "bad_door"
    BAD_PERSON = "bad_person"
    BAD_VALUE = "bad_value"
    ID_REUSED = "id_reused"
    FUTURE_VERSION = "future_version"


@dataclass(frozen=True, slots=True)
class TypedDoor:
    """A door that was not on the list: what stands on it, and the street of the walk it is in."""

    street: int
    label: str


@dataclass(frozen=True, slots=True)
class Event:
    """An item whose every value is in order. Whether its door may be written to is for the database to say."""

    id: UUID
    kind: Kind
    seq: int
    door: int | TypedDoor
    person: int | None
    outcome: str
    target: UUID | None
    said_at: datetime
    opinions: dict[str, str] = field(repr=False)

    @property
    def root(self) -> UUID:
        return self.target or self.id


@dataclass(frozen=True, slots=True)
class Item:
    """One thing sent under an id. `payload` is what may be kept of it; `event` is None when a value is wrong."""

    id: UUID
    payload: dict[str, Any] = field(repr=False)
    content_hash: bytes
    event: Event | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One request of a phone: who it is, what its clock said, and up to 200 items of any shape."""

    v: int
    device: UUID
    sent_at: datetime
    items: list[Any] = field(repr=False)


def read(raw: Any, *, keep_opinions: bool) -> Item | None:
    """Judge one item; None when it is not an object with a UUID, which nothing could ever be matched to.

    Without `keep_opinions`, the payload holds nothing but known fields in their known forms: a value we do not
    know might be an opinion. The content hash never covers opinions, nor the mode the phone showed, so that the
    same event is the same after either was dropped.
    """
    if not isinstance(raw, Mapping) or not _is_uuid(raw.get("id")):
        return None
    bare = {name: raw[name] for name, fits in FORMS.items() if name in raw and fits(raw[name])}
    content = json.dumps({name: value for name, value in bare.items() if name != "mode"}, sort_keys=True)
    return Item(
        id=UUID(raw["id"]),
        payload=_storable(raw) if keep_opinions else bare,
        content_hash=hashlib.sha256(content.encode()).digest(),
        event=_event(raw, bare),
    )


def moment(text: Any) -> datetime | None:
    """An ISO 8601 moment with its zone, between 1970, where a reset phone begins, and 2100; None for anything else."""
    if not isinstance(text, str) or not MOMENT_FORM.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if 1970 <= found.year <= 2100 else None


def _event(raw: Mapping[str, Any], bare: Mapping[str, Any]) -> Event | None:
    said_at, opinions = moment(bare.get("at")), _opinions(raw)
    if said_at is None or opinions is None or not {"kind", "seq", "door"} <= bare.keys() or _left_out(raw, bare):
        return None
    kind, door, target = Kind(bare["kind"]), bare["door"], bare.get("target")
    event = Event(
        id=UUID(bare["id"]),
        kind=kind,
        seq=bare["seq"],
        door=_key(door) if isinstance(door, str) else TypedDoor(_key(door["street"]), _tidy(door["label"])),
        person=_key(bare["person"]) if kind != Kind.VOID and bare.get("person") is not None else None,
        outcome=bare.get("outcome") or "",
        target=UUID(target) if target is not None else None,
        said_at=said_at,
        opinions=opinions,
    )
    return event if _agrees_with_itself(event) else None


def _left_out(raw: Mapping[str, Any], bare: Mapping[str, Any]) -> bool:
    """Whether a field was sent with something in it that does not fit. An empty one counts as not sent."""
    return any(raw.get(name) not in (None, "") and name not in bare for name in FORMS if name != "mode")


def _agrees_with_itself(event: Event) -> bool:
    if event.kind == Kind.CONTACT:
        agrees = event.target is None and event.outcome != ""
    elif event.kind == Kind.CORRECT:
        agrees = event.target not in (None, event.id) and event.outcome != ""
    else:
        agrees = event.target not in (None, event.id) and event.outcome == ""
    return agrees and (not event.opinions or event.outcome == Outcome.ANSWERED)


def _opinions(raw: Mapping[str, Any]) -> dict[str, str] | None:
    """Answers by question, each of them known; None when one is not. A number on a scale may come as a number."""
    sent = raw.get("answers")
    if sent is None:
        return {}
    if not isinstance(sent, Mapping):
        return None
    answers = {question: str(answer) if _is_whole(answer) else answer for question, answer in sent.items()}
    known = all(isinstance(a, str) and a in ANSWERS.get(question, frozenset()) for question, a in answers.items())
    return answers if known else None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and UUID_FORM.fullmatch(value) is not None


def _is_like(form: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _is_one_of(values: type[StrEnum]) -> Callable[[Any], bool]:
    known = frozenset(value.value for value in values)
    return lambda value: isinstance(value, str) and value in known


def _is_door(value: Any) -> bool:
    if isinstance(value, str):
        return DOOR_FORM.fullmatch(value) is not None
    return (
        isinstance(value, Mapping)
        and value.keys() == {"street", "label"}
        and _is_like(STREET_FORM)(value["street"])
        and isinstance(value["label"], str)
        and _is_door_label(_tidy(value["label"]))
    )


def _is_door_label(label: str) -> bool:
    """Something that can be painted on a door: "-" or a lone postcode would be the door "No number"."""
    return 0 < len(label) <= LONGEST_LABEL and label.isprintable() and address.door(label).label != address.NO_NUMBER


def _is_mode(value: Any) -> bool:
    return isinstance(value, str) and value in ("tally", "consent", "full")


FORMS: Mapping[str, Callable[[Any], bool]] = {
    "id": _is_uuid,
    "seq": lambda value: _is_whole(value) and value >= 0,
    "kind": _is_one_of(Kind),
    "door": _is_door,
    "person": _is_like(PERSON_FORM),
    "outcome": _is_one_of(Outcome),
    "target": _is_uuid,
    "at": lambda value: moment(value) is not None,
    "mode": _is_mode,
}


def _key(reference: str) -> int:
    """The key in "d12", "p34" or "s5"."""
    return int(reference[1:])


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _storable(value: Any, depth: int = 0) -> Any:
    """The same value as PostgreSQL can keep it: no NUL, no half of a surrogate pair, no endless nesting."""
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(name): _storable(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner, depth + 1) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
