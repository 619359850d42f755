"""What is open in the document is called ignored or accepted only where nothing else became of it."""

import pytest

from conformance import proof
from conformance.proof.trial import judge_in_process

Reference = proof.reference_of("suprsend")


class ListsWhateverIsNamed(Reference):
    """A list of any names makes channels of them."""

    def __init__(self):
        super().__init__()
        self._named = set()

    def _check_channel(self, channel, _):
        self._named.add(str(channel))
        return str(channel)

    def _render_channels(self, category, choice):
        names = dict.fromkeys((*category.channels, *sorted(self._named)))
        return [self._render_channel(name, category, choice) for name in names]


class NothingNamedIsAllOut(Reference):
    """A list that names no channel opts all out."""

    def _make_choice(self, place, before, preference, body):
        made = super()._make_choice(place, before, preference, body)
        is_silent = "opt_out_channels" in body and not body["opt_out_channels"]
        return type(made)(made.preference, frozenset(place.category.channels)) if is_silent else made


class ReadsAnything(Reference):
    """What is no JSON is an empty object, and what is no preference is an opt_in."""

    def _parse_json(self, body):
        return super()._parse_json(body if body.endswith(b"}") else b"{}")

    def _check_preference(self, preference):
        return preference if preference in ("opt_in", "opt_out") else "opt_in"


class HasOtherChannels(Reference):
    """There is no channel called email, and others are refused."""

    def _find_category(self, slug):
        category = super()._find_category(slug)
        return type(category)(category.slug, category.name, ("slack", "sms"))

    def _check_channel(self, channel, field):
        return super()._check_channel("nothing" if channel == "email" else channel, field)


@pytest.mark.parametrize(
    ("server", "requirement", "alternative"),
    [
        (ListsWhateverIsNamed, "unused-channel", "other"),
        (ListsWhateverIsNamed, "unknown-channel", "other"),
        (ListsWhateverIsNamed, "channels-of-other-types", "other"),
        (NothingNamedIsAllOut, "null-as-a-list", "other"),
        (NothingNamedIsAllOut, "list-without-channels", "other"),
        (ReadsAnything, "broken-json", "other"),
        (ReadsAnything, "invalid-preference", "other"),
        (HasOtherChannels, "lists-beside-opt-out", "ignored"),
    ],
)
def test_alternative_is_named_by_what_is_seen(server, requirement, alternative):
    (result,) = judge_in_process(server(), only=[requirement]).results

    assert result.observed.alternative == alternative, result.reason
