"""What a run makes of an object with few channels: what one channel can show is judged, the rest is not tested."""

import pytest

from conformance import proof
from conformance.judge.verdict import CONFORMANT
from conformance.proof.trial import judge_in_process
from tests.conformance.command.commands import conformance, served

LIBERTIES = {one.__name__: one for one in proof.liberties_of("suprsend")}
OneChannel = LIBERTIES["OneChannel"]
NEED_ONE = {
    "channels-go-out",
    "channels-go-out-by-default",
    "channels-come-in",
    "tenant-channels-go-out",
    "model-answers-follow-requests",
    "written-channel-is-read",
    "written-for-a-tenant-is-read",
    "write-to-another-object-is-not-read",
    "restricted-channel-is-out",
}
NEED_TWO = {
    "objects-are-apart",
    "categories-are-apart",
    "list-replaces",
    "model-places-stand-alone",
    "parallel-writes-have-an-order",
}


def names(verdict, status):
    return {one.requirement.name for one in verdict.results if one.status == status}


@pytest.mark.parametrize(
    ("name", "stays_in"),
    [
        ("OneChannel", "not_tested"),
        ("GoesOutWithItsOnlyChannel", "not_tested"),
        ("OneChannelToEdit", "passed"),
        ("OneChannelOfTheList", "passed"),
    ],
)
def test_one_channel_shows_what_it_can(name, stays_in):
    """A category may go out with its last channel, so that it stays in is asked only where another one does."""
    verdict = judge_in_process(LIBERTIES[name]())

    assert names(verdict, "passed") >= NEED_ONE
    assert names(verdict, "not_tested") >= NEED_TWO
    assert "category-stays-in" in names(verdict, stays_in)
    assert names(verdict, "inconclusive") == set()


def test_without_a_channel_to_name_preferences_are_judged():
    verdict = judge_in_process(LIBERTIES["NoChannelOfTheList"]())

    assert names(verdict, "passed") >= {
        "preference-follows-opt-out",
        "is-editable-stays",
        "refused-write-is-not-read",
        "write-to-another-object-is-not-read",
    }
    assert names(verdict, "not_tested") >= NEED_TWO | {"channels-go-out", "channels-come-in"}
    assert verdict.verdict == CONFORMANT


def test_only_channel_that_does_not_go_out_is_found():
    class Ignores(OneChannel):
        def _opted_out_channels(self, *_):
            return frozenset()

    assert "channels-go-out" in names(judge_in_process(Ignores()), "failed")


@pytest.mark.parametrize(
    ("name", "gap"),
    [
        ("OneChannel", "has email of the documented channels to edit; requirements that need two"),
        ("OneChannelOfTheList", "has slack of the documented channels to edit beside ms_teams, which a run"),
        ("NoChannelOfTheList", "has none of the documented channels to edit beside ms_teams"),
        ("TwoChannels", None),
    ],
)
def test_doctor_says_which_channels_are_missing(tmp_path, name, gap):
    with served(tmp_path, LIBERTIES[name]()) as profile:
        done = conformance("doctor", profile)

    said = [line for line in done.output.splitlines() if "documented channels" in line]
    assert done.exit_code == 0
    assert [gap in line for line in said] == ([True] if gap else [])
