"""Every table of this app, slice by slice."""

from canvassing.allocation.models import Allocation, HeldDoor, WalkCode
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken, Tally
from canvassing.electorate.models import (
    AbsentVote,
    Block,
    Elector,
    Household,
    Objection,
    ObjectionKey,
    PollingDistrict,
    PollingStation,
    Street,
)
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState
from canvassing.register.models import ConfirmedMarker, RegisterImport, ReviewItem, RowBefore, SavedLayout
from canvassing.walks.models import Walk, WalkDoor, WalkStreet

__all__ = [
    "AbsentVote", "Allocation", "Block", "ConfirmedMarker", "Contact", "DailyDelta", "Elector", "ElectorState",
    "HeldDoor", "HeldEvent", "Household", "HouseholdState", "Objection", "ObjectionKey", "PhoneToken",
    "PollingDistrict", "PollingStation", "RegisterImport", "ReviewItem", "RowBefore", "SavedLayout", "Street", "Tally",
    "Walk", "WalkCode", "WalkDoor", "WalkStreet",
]  # fmt: skip
