"""What an accepted write asks for is compared with its answer wherever it went, by each requirement on its own."""

import json
from collections import Counter

import pytest

from conformance.proof.messages import Response
from conformance.proof.mutants.suprsend.every_answer import choices as mutants
from conformance.proof.reference.suprsend import Reference, Refused
from conformance.proof.trial import judge_in_process

PLACES = [
    "sales/preference/category/status-update-alert",
    "engineering/preference/category/status-update-alert?tenant_id=acme",
    "engineering/preference/category/invoices",
    "engineering/preference/category/invoices?tenant_id=acme",
]


class Recorder(Reference):
    """Counts what it was asked for, by place and kind."""

    def __init__(self):
        super().__init__()
        self.kinds = Counter()

    def answer(self, request):
        response = super().answer(request)
        if request.method == "PATCH" and response.status == 202:
            body = json.loads(request.body)
            lists = [name for name in ("opt_out_channels", "opt_in_channels") if body.get(name)]
            place = request.target.removeprefix("/v1/object/departments/")
            self.kinds[place, body.get("preference"), *lists] += 1
        return response


@pytest.mark.parametrize("only", ["preference-follows-opt-in", "channels-come-in"])
def test_a_requirement_alone_has_every_place_asked(only):
    judge_in_process(server := Recorder(), only=[only])

    for place in PLACES:
        assert server.kinds[place, "opt_in"]
        assert server.kinds[place, "opt_out"]
        assert server.kinds[place, None, "opt_in_channels"]
        assert server.kinds[place, "opt_in", "opt_out_channels"]


def test_places_that_the_profile_does_not_name_are_not_asked():
    server = Recorder()
    profile = server.profile("http://in-process.invalid")
    for name in ("other_object", "other_category", "tenant_id", "other_type_object", "locked_category"):
        del profile["fixtures"][name]
    verdict = judge_in_process(server, profile, only=["channels-come-in"])

    assert verdict.ids("passed") == ["suprsend/channels-come-in"]
    assert not any(kind[0] in PLACES for kind in server.kinds)


def test_a_finding_names_the_place():
    verdict = judge_in_process(mutants.TenantsStayOut(), only=["preference-follows-opt-in"])

    [failed] = [one for one in verdict.results if one.status == "failed"]
    where = "for object departments/engineering, category status-update-alert, tenant acme"
    assert (failed.expected, failed.got) == (f"preference opt_in {where}", "opt_out")


@pytest.mark.parametrize("is_refused", [True, False])
def test_refused_list_without_a_preference_is_a_finding_where_another_body_without_one_is_accepted(
    is_refused,
):
    class Refuses(Reference):
        def _want_object(self, body):
            read = super()._want_object(body)
            if "preference" not in read and (read.get("opt_out_channels") or not is_refused):
                raise Refused(400, "preference is required")
            return read

    verdict = judge_in_process(Refuses(), only=["channels-go-out-by-default"])

    assert verdict.ids("failed" if is_refused else "inconclusive") == ["suprsend/channels-go-out-by-default"]


def test_category_that_its_last_channel_took_along_may_stay_out():
    """Where an opt_in without a list keeps what is out, as long as no channel is in."""

    class KeepsOut(Reference):
        def _opted_out_channels(self, before, out, into):
            kept = before if out is None and into is None else super()._opted_out_channels(before, out, into)
            return frozenset(kept)

        def _response_to_write(self, place, choice):
            shown = self._render_preference(place, choice)
            is_in = any(one["preference"] == "opt_in" for one in shown["channels"])
            return Response(202, {**shown, "preference": "opt_in" if is_in else "opt_out"})

    verdict = judge_in_process(KeepsOut())

    assert (verdict.verdict, verdict.ids("failed")) == ("conformant", [])
