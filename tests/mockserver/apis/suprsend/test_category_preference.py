"""SuprSend's object category preference, sentence by sentence."""

from __future__ import annotations

from itertools import product

import pytest

from tests.testbed.calls import CATEGORY, KEY, bearer

CHANNELS = ["email", "ms_teams", "slack"]
LEFT_OUT = object()
SHOW_ALL = {"show_opt_out_channels": "true"}

# Given opt_out_channels and opt_in_channels: what is out afterwards, if nothing, email, or email and slack was before.
LISTS = [
    (None, None, ([], [], [])),
    ([], None, ([], [], [])),
    (["slack"], None, (["slack"], ["slack"], ["slack"])),
    (["slack", "email"], None, (["email", "slack"], ["email", "slack"], ["email", "slack"])),
    (["slack", "slack"], None, (["slack"], ["slack"], ["slack"])),
    (["whatsapp"], None, ([], [], [])),
    (None, [], ([], ["email"], ["email", "slack"])),
    (None, ["email"], ([], [], ["slack"])),
    (None, ["email", "slack"], ([], [], [])),
    (None, ["ms_teams"], ([], ["email"], ["email", "slack"])),
    (None, ["whatsapp"], ([], ["email"], ["email", "slack"])),
    ([], [], ([], [], [])),
    ([], ["email"], ([], [], [])),
    (["slack"], [], (["slack"], ["slack"], ["slack"])),
    (["slack"], ["email"], (["slack"], ["slack"], ["slack"])),
    (["email"], ["slack"], (["email"], ["email"], ["email"])),
    (["email", "slack"], ["ms_teams"], (["email", "slack"], ["email", "slack"], ["email", "slack"])),
]
STORED = [[], ["email"], ["email", "slack"]]


def of(kind: str, id: str, category: str = "status-update-alert") -> str:
    return f"/v1/object/{kind}/{id}/preference/category/{category}"


def out(channels: dict[str, str]) -> list[str]:
    return [channel for channel, preference in channels.items() if preference == "opt_out"]


def bodies(preferences, outs, ins):
    """Yield every body that means the same: what is None may be null as well as absent."""
    options = [[None, LEFT_OUT] if value is None else [value] for value in (outs, ins)]
    for preference, opt_out, opt_in in product(preferences, *options):
        members = {"preference": preference, "opt_out_channels": opt_out, "opt_in_channels": opt_in}
        yield {name: value for name, value in members.items() if value is not LEFT_OUT}


@pytest.mark.parametrize(("outs", "ins", "after"), LISTS)
def test_lists_decide_what_is_opted_out_while_opted_in(default_caller, outs, ins, after):
    for stored, expected in zip(STORED, after, strict=True):
        for body in bodies(["opt_in", None, LEFT_OUT], outs, ins):
            default_caller.channels({"opt_out_channels": stored})

            assert out(default_caller.channels(body)) == expected, (stored, body)


@pytest.mark.parametrize(("outs", "ins"), [lists[:2] for lists in LISTS])
def test_lists_change_nothing_while_opted_out(default_caller, outs, ins):
    for stored in STORED:
        for body in bodies(["opt_out"], outs, ins):
            default_caller.channels({"opt_out_channels": stored})

            assert out(default_caller.channels(body, params=SHOW_ALL)) == CHANNELS, (stored, body)
            assert out(default_caller.channels({"opt_in_channels": []})) == stored, (stored, body)


def test_answer_is_202_with_the_whole_category(default_caller):
    answer = default_caller.set({"preference": "opt_in", "opt_out_channels": ["email", "slack"]})

    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "name": "Status Update Alert",
        "category": "status-update-alert",
        "description": "Send me updates when account status changes",
        "original_preference": "opt_in",
        "preference": "opt_in",
        "is_editable": True,
        "channels": [
            {"channel": "email", "preference": "opt_out", "is_editable": True},
            {"channel": "ms_teams", "preference": "opt_in", "is_editable": True},
            {"channel": "slack", "preference": "opt_out", "is_editable": True},
        ],
    }


@pytest.mark.parametrize(
    "body", [{}, {"preference": None}, {"unknown": 1}, {"opt_out_channels": None}], ids=repr
)
def test_preference_defaults_to_opt_in(default_caller, body):
    default_caller.set({"preference": "opt_out"})

    answer = default_caller.set(body)

    assert answer.json()["preference"] == "opt_in"


def test_category_without_description_has_null_for_one(default_caller):
    assert default_caller.set({}, of("teams", "design", "payment-reminder")).json()["description"] is None


def test_category_that_is_out_by_default_can_be_entered_and_left(default_caller):
    path = of("teams", "design", "product-newsletter")

    entered, left = (
        default_caller.set({}, path).json(),
        default_caller.set({"preference": "opt_out"}, path).json(),
    )

    assert (entered["original_preference"], entered["preference"]) == ("opt_out", "opt_in")
    assert (left["original_preference"], left["preference"]) == ("opt_out", "opt_out")


def test_objects_and_categories_have_preferences_of_their_own(default_caller):
    default_caller.channels({"opt_out_channels": ["email"]})
    default_caller.channels({"opt_out_channels": []}, of("teams", "design"))
    default_caller.channels({"opt_out_channels": []}, of("departments", "engineering", "payment-reminder"))

    assert out(default_caller.channels({"opt_in_channels": []})) == ["email"]


@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_tenant_has_a_set_of_its_own(default_caller, tenant):
    default_caller.channels({"opt_out_channels": ["email"]})
    default_caller.channels({"opt_out_channels": ["slack"]}, params={"tenant_id": tenant})

    assert out(default_caller.channels({"opt_in_channels": []})) == ["email"]
    assert out(default_caller.channels({"opt_in_channels": []}, params={"tenant_id": tenant})) == ["slack"]


def test_blank_tenant_is_none(default_caller):
    default_caller.channels({"opt_out_channels": ["email"]})

    assert out(default_caller.channels({"opt_in_channels": []}, params={"tenant_id": ""})) == ["email"]


@pytest.mark.parametrize(
    "query", ["show_opt_out_channels=true&locale=es-AR", "%ff=%zz&&a=b=c;d", "tenant_id"]
)
def test_other_parameters_are_ignored(default_caller, query):
    assert default_caller.set({}, f"{CATEGORY}?{query}").status_code == 202


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (of("departments", "engineering", "no-such"), "category 'no-such' not found"),
        (of("departments", "nobody"), "object 'departments/nobody' not found"),
        (of("nothing", "engineering"), "object 'nothing/engineering' not found"),
        (of("nothing", "nobody", "no-such"), "object 'nothing/nobody' not found"),
        (f"{CATEGORY}?tenant_id=nobody", "tenant 'nobody' not found"),
        (f"{CATEGORY}?tenant_id=n+o%2Fb", "tenant 'n o/b' not found"),
        (of("departments%2Fa", "b"), "object 'departments/a/b' not found"),
        (of("departments", "a%20b"), "object 'departments/a b' not found"),
        (of("departments", "%C3%A9%25"), "object 'departments/é%' not found"),
        (of("departments", "%2525"), "object 'departments/%25' not found"),
        (of("departments", "a+b"), "object 'departments/a+b' not found"),
        (of("departments", "%ff"), "object 'departments/\ufffd' not found"),
        (of("departments", "%zz%"), "object 'departments/%zz%' not found"),
        (of("departments", "%00%0d%0aX: y"), "object 'departments/\0\r\nX: y' not found"),
        (of("departments", ""), "object 'departments/' not found"),
        (of("departments", "engineering", "/"), "category '' not found"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_404_with_a_message(default_caller, path, message):
    answer = default_caller.set({}, path)

    assert answer.status_code == 404
    assert answer.json() == {"code": 404, "message": message}


@pytest.mark.parametrize(
    "path",
    [
        CATEGORY + "/",
        "/v1/object/d%65partments/%65ngineering/preference/category/status%2Dupdate-alert",
        "/v1/obj%65ct/departments/engineering/preference/category/status-update-alert/",
    ],
)
def test_path_answers_in_every_spelling_and_never_redirects(default_caller, path):
    answer = default_caller.set({}, path)

    assert answer.status_code == 202
    assert answer.history == []


@pytest.mark.parametrize("preference", ["opt_in", "opt_out"])
def test_channel_in_both_lists_is_400_and_changes_nothing(default_caller, preference):
    default_caller.channels({"opt_out_channels": ["slack"]})

    answer = default_caller.set(
        {
            "preference": preference,
            "opt_out_channels": ["email", "sms"],
            "opt_in_channels": ["slack", "email", "email"],
        }
    )

    assert answer.status_code == 400
    assert answer.json()["detail"] == {"opt_in_channels[1]": '"email" is also in opt_out_channels'}
    assert out(default_caller.channels({"opt_in_channels": []})) == ["slack"]


def test_unknown_channel_is_400_with_a_detail_for_each_field(default_caller):
    answer = default_caller.set({"opt_out_channels": ["email", "pigeon"], "opt_in_channels": ["Slack", 7]})

    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == 400
    assert set(body["detail"]) == {"opt_out_channels[1]", "opt_in_channels[0]", "opt_in_channels[1]"}
    assert '"pigeon"' in body["detail"]["opt_out_channels[1]"]
    assert '"ms_teams"' in body["detail"]["opt_out_channels[1]"]
    assert all(f"{field}: {fault}" in body["message"] for field, fault in body["detail"].items())


@pytest.mark.parametrize("channel", ["email", "sms", "whatsapp", "androidpush", "iospush", "webpush", "inbox", "slack",
                                     "ms_teams"])  # fmt: skip
def test_nine_channels_are_known(default_caller, channel):
    assert default_caller.set({"opt_out_channels": [channel]}).status_code == 202


@pytest.mark.parametrize("wrong", ["", "OPT_IN", "cant_unsubscribe", 1, True, [], {}], ids=repr)
def test_preference_of_another_kind_is_400(default_caller, wrong):
    answer = default_caller.set({"preference": wrong})

    assert answer.status_code == 400
    assert list(answer.json()["detail"]) == ["preference"]


@pytest.mark.parametrize(
    "wrong", ["email", "", 1, False, {}, {"0": "email"}, [None], [["email"]], [""]], ids=repr
)
@pytest.mark.parametrize("field", ["opt_out_channels", "opt_in_channels"])
def test_list_of_another_kind_is_400(default_caller, field, wrong):
    assert default_caller.set({field: wrong}).status_code == 400


@pytest.mark.parametrize("place", [0, 99, 5_000, 59_999])
def test_long_list_with_a_fault_anywhere_is_400_with_a_short_answer(default_caller, place):
    channels: list[object] = ["email"] * 60_000
    channels[place:] = [1] * (60_000 - place)

    answer = default_caller.set({"opt_out_channels": channels})

    assert answer.status_code == 400
    assert f"opt_out_channels[{place}]: must be a string, not a number" in answer.json()["message"]
    assert len(answer.content) < 50_000


def test_locked_category_refuses_opt_out_and_changes_nothing(default_caller):
    path = of("departments", "engineering", "security-alert")
    default_caller.channels({"opt_out_channels": ["sms"]}, path)

    answer = default_caller.set({"preference": "opt_out"}, path)

    assert answer.status_code == 400
    assert answer.json()["detail"] == {"preference": "category 'security-alert' cannot be opted out of"}
    after = default_caller.set({"opt_in_channels": []}, path).json()
    assert (after["preference"], after["is_editable"]) == ("opt_in", False)
    assert [channel["channel"] for channel in after["channels"] if channel["preference"] == "opt_out"] == [
        "sms"
    ]


@pytest.mark.parametrize("category", ["security-alert", "payment-reminder"])
def test_mandatory_channel_stays_in(default_caller, category):
    path = of("departments", "engineering", category)

    answer = default_caller.set({"opt_out_channels": ["email", "sms"]}, path)

    assert answer.status_code == 202
    by_name = {channel["channel"]: channel for channel in answer.json()["channels"]}
    assert by_name["email"] == {"channel": "email", "preference": "opt_in", "is_editable": False}
    assert by_name["sms"] == {"channel": "sms", "preference": "opt_out", "is_editable": True}


@pytest.mark.parametrize("key", [KEY, "SS.local-second-key"])
def test_every_key_of_the_workspace_writes(default_caller, key):
    assert default_caller.set({}, headers=bearer(key)).status_code == 202


def test_unknown_key_is_401(default_caller):
    answer = default_caller.set({}, headers=bearer("SS.unknown"))

    assert answer.status_code == 401
    assert answer.json() == {
        "code": 401,
        "message": "The API key is not known; the fixtures name those that are",
    }


def test_key_that_may_only_read_is_403(default_caller):
    answer = default_caller.set({}, headers=bearer("SS.local-read-only-key"))

    assert answer.status_code == 403
    assert answer.json() == {"code": 403, "message": "The API key may only read"}


@pytest.mark.parametrize("header", [None, "", "Bearer", KEY, f"Basic {KEY}", f"{KEY}:signature", f"Bearer {KEY}x",
                                    f"Bearer {KEY.lower()}"])  # fmt: skip
def test_key_missing_or_of_another_form_is_401_and_changes_nothing(default_caller, header):
    default_caller.channels({"opt_out_channels": ["slack"]})

    answer = default_caller.http.patch(
        CATEGORY, json={}, headers={"Authorization": header} if header is not None else {}
    )

    assert answer.status_code == 401
    assert answer.json()["code"] == 401
    assert KEY not in answer.text
    assert out(default_caller.channels({"opt_in_channels": []})) == ["slack"]
