"""Invented canvassing: within its days and its lease, door by door, with what happens at doors in likely measure."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from campaign.demo import outings
from campaign.demo.outings import DAYS, LONDON, WARD_SHARES, Door, Outing, Stretch
from canvassing.doorstep.events import Kind
from canvassing.doorstep.outcomes import Outcome

UNTIL = date(2027, 4, 10)
CANVASSERS = 30


def stretch(walk: int, ward: str | None) -> Stretch:
    """A walk of 20 houses and a block of 20 flats, two people behind every door."""
    first = walk * 100
    doors = [Door(first + n, walk if n >= 20 else None, (2 * (first + n), 2 * (first + n) + 1)) for n in range(40)]
    return Stretch(walk=walk, constituency=1, district=1, ward=ward, doors=tuple(doors))


STRETCHES = [stretch(walk, f"Ward {walk % len(WARD_SHARES)}") for walk in range(1, 161)] + [stretch(999, None)]


@pytest.fixture(scope="module")
def walked() -> list[Outing]:
    return list(outings.invent(STRETCHES, canvassers=CANVASSERS, until=UNTIL, seed=1))


def test_the_same_seed_gives_the_same_outings_and_another_seed_others(walked: list[Outing]) -> None:
    assert list(outings.invent(STRETCHES, canvassers=CANVASSERS, until=UNTIL, seed=1)) == walked
    assert list(outings.invent(STRETCHES, canvassers=CANVASSERS, until=UNTIL, seed=2)) != walked


def test_everything_happens_in_the_nine_days_before_within_three_hours_and_not_at_night(walked: list[Outing]) -> None:
    for outing in walked:
        assert UNTIL - timedelta(days=DAYS) <= outing.began_at.astimezone(LONDON).date() < UNTIL
        assert outing.ended_at - outing.began_at < timedelta(hours=3)
        assert outing.ended_at.astimezone(LONDON).hour < 21
        assert all(outing.began_at <= knock.at <= outing.ended_at for knock in outing.knocks)


def test_whoever_runs_out_of_time_goes_home() -> None:
    doors = tuple(Door(number, None, (number,)) for number in range(1, 400))
    endless = [Stretch(walk=n, constituency=1, district=1, ward=f"Ward {n % 8}", doors=doors) for n in range(16)]
    walked = list(outings.invent(endless, canvassers=CANVASSERS, until=UNTIL, seed=1))
    assert walked
    assert all(outing.ended_at - outing.began_at < timedelta(hours=3) for outing in walked)


def test_the_first_of_the_volunteers_stays_at_home(walked: list[Outing]) -> None:
    assert {outing.canvasser for outing in walked} <= set(range(1, CANVASSERS))


def test_a_walk_is_not_in_two_hands_at_once(walked: list[Outing]) -> None:
    for walk in {outing.stretch.walk for outing in walked}:
        times = [(outing.began_at, outing.ended_at) for outing in walked if outing.stretch.walk == walk]
        assert all(ended < began for (_, ended), (began, _) in pairwise(times))


def test_wards_are_walked_to_different_shares_and_one_not_at_all(walked: list[Outing]) -> None:
    tried = Counter(outing.stretch.ward for outing in {outing.stretch.walk: outing for outing in walked}.values())
    of_each = len(STRETCHES) // len(WARD_SHARES)
    assert sorted(tried[f"Ward {n}"] / of_each for n in range(8)) == pytest.approx(sorted(WARD_SHARES), abs=0.06)


def test_ids_are_never_used_twice(walked: list[Outing]) -> None:
    ids = [knock.id for outing in walked for knock in outing.knocks]
    assert len(ids) == len(set(ids))


def test_an_undo_names_the_contact_it_undoes_and_says_nothing_else(walked: list[Outing]) -> None:
    knocks = {knock.id: knock for outing in walked for knock in outing.knocks}
    undone = [knock for knock in knocks.values() if knock.kind == Kind.VOID]
    assert undone
    for undo in undone:
        assert undo.outcome is None
        assert undo.root != undo.id
        assert knocks[undo.root].household == undo.household
        assert knocks[undo.root].at < undo.at
    assert all(knock.root == knock.id for knock in knocks.values() if knock.kind == Kind.CONTACT)


def test_outcomes_are_as_likely_as_on_real_doorsteps(walked: list[Outing]) -> None:
    said = Counter(knock.outcome for outing in walked for knock in outing.knocks if knock.outcome)
    knocked = said.total() - said[Outcome.NO_ACCESS]
    assert 0.25 < said[Outcome.ANSWERED] / knocked < 0.36
    assert 0.02 < said[Outcome.REFUSED] / knocked < 0.09
    assert said[Outcome.NO_ACCESS] > 0


def test_people_named_live_behind_the_door(walked: list[Outing]) -> None:
    named = [knock for outing in walked for knock in outing.knocks if knock.elector is not None]
    assert named
    assert all(knock.elector in (2 * knock.household, 2 * knock.household + 1) for knock in named)
    assert {knock.outcome for knock in named} == {Outcome.ANSWERED}


def test_second_visits_go_only_where_nobody_came_to_the_door(walked: list[Outing]) -> None:
    met: set[int] = set()
    again = 0
    seen: set[int] = set()
    for outing in walked:
        visited = {knock.household for knock in outing.knocks}
        again += len(visited & seen)
        assert not visited & met
        seen |= visited
        met |= {knock.household for knock in outing.knocks if knock.outcome and knock.outcome.is_answer}
    assert again > 0


def test_a_locked_entrance_stops_every_flat_behind_it(walked: list[Outing]) -> None:
    for outing in walked:
        blocks = {door.household: door.block for door in outing.stretch.doors}
        locked = {blocks[knock.household] for knock in outing.knocks if knock.outcome is Outcome.NO_ACCESS}
        behind = {knock.outcome for knock in outing.knocks if blocks[knock.household] in locked}
        assert None not in locked
        assert behind <= {Outcome.NO_ACCESS}
