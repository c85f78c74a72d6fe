"""Every table of this app, slice by slice."""

from canvassing.allocation.models import Allocation, HeldDoor, WalkCode
from canvassing.doorstep.models import Contact, HeldEvent, PhoneToken, Tally
from canvassing.electorate.models import Block, Elector, Household, PollingDistrict, Street
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState
from canvassing.register.models import RegisterImport
from canvassing.walks.models import Walk, WalkDoor, WalkStreet

__all__ = [
    "Allocation", "Block", "Contact", "DailyDelta", "Elector", "ElectorState", "HeldDoor", "HeldEvent", "Household",
    "HouseholdState", "PhoneToken", "PollingDistrict", "RegisterImport", "Street", "Tally", "Walk", "WalkCode",
    "WalkDoor", "WalkStreet",
]  # fmt: skip
