"""Credentials that expire in the middle of a run are fetched again by their command, and nothing else is forgiven."""

import datetime
import json
import sys
import time

import jwt
import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.judge.session import judge_target
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import SECRET
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from tests.conformance.contract.judging import judged as judged_by_contract
from tests.conformance.contract.library import Library

ONLYAUTOMATOR, SUPRSEND = (proof.reference_of(api) for api in ("onlyautomator", "suprsend"))

# Prints another token each time, and counts how often it did in the file that it is given.
COMMAND = """
import pathlib, sys
file, *tokens = sys.argv[1:]
count = int(pathlib.Path(file).read_text() or 0)
pathlib.Path(file).write_text(str(count + 1))
if count >= len(tokens):
    sys.exit(7)
print(tokens[count])
"""


class Shop:
    """Hands out tokens of one user, which may each be used so often."""

    def __init__(self, folder, *tokens):
        self.file = folder / "count"
        self.file.write_text("")
        self.tokens = tokens

    @property
    def credential(self):
        return {"command": [sys.executable, "-I", "-S", "-c", COMMAND, str(self.file), *self.tokens]}

    @property
    def fetched(self):
        return int(self.file.read_text())


def token_of(user, number, lives_s=3600):
    expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=lives_s)
    claims = {"sub": user, "role": "authenticated", "exp": expires, "jti": str(number)}
    return jwt.encode(claims, SECRET, algorithm="HS256")


class ShortLived(ONLYAUTOMATOR):
    """Takes each token for so many requests only."""

    def __init__(self, lives):
        super().__init__()
        self.lives, self.used, self.refused = lives, {}, []

    def verify_token(self, token):
        claims = super().verify_token(token)
        if "jti" in claims:
            self.used[token] = self.used.get(token, 0) + 1
            if self.used[token] > self.lives:
                raise self.authentication_refusal()
        return claims

    def error_response(self, refusal):
        self.refused.append(refusal.status)
        return super().error_response(refusal)


def judged(server, shop, **options):
    profile = server.profile(IN_PROCESS_URL)
    profile["credentials"]["user"] = shop.credential
    return judge_in_process(server, profile, **options)


def test_run_outlives_its_tokens(tmp_path):
    shop = Shop(tmp_path, *(token_of("ada", number) for number in range(9)))
    verdict = judged(ShortLived(60), shop)

    assert (verdict.verdict, verdict.ids("failed"), verdict.ids("inconclusive")) == ("conformant", [], [])
    assert 2 < shop.fetched < 9


@pytest.mark.parametrize("lives", [2, 3, 4])
def test_raw_requests_outlive_their_tokens(tmp_path, lives):
    """A pipeline is sent again with another token, also when the first of its requests was still accepted."""
    shop = Shop(tmp_path, *(token_of("ada", number) for number in range(200)))
    verdict = judged(ShortLived(lives), shop, only=["pipelined-writes-*", "chunked-*", "unusual-headers"])

    assert verdict.ids("failed") == verdict.ids("inconclusive") == []
    assert verdict.stopped is None
    assert shop.fetched > 1


def test_key_is_fetched_again(tmp_path):
    keys = [f"key-number-{number}-of-many" for number in range(9)]

    class ShortLivedKeys(SUPRSEND):
        used = dict.fromkeys(keys, 0)

        def answer(self, request):
            key = request.headers.get("authorization", "").removeprefix("Bearer ")
            if key in self.used:
                self.used[key] += 1
                good = "api_key" if self.used[key] <= 60 else "none"
                authorization = f"Bearer {self.profile('')['credentials'].get(good, 'outdated')}"
                request = type(request)(
                    request.method,
                    request.target,
                    {**request.headers, "authorization": authorization},
                    request.body,
                )
            return super().answer(request)

    server, shop = ShortLivedKeys(), Shop(tmp_path, *keys)
    profile = {**server.profile(IN_PROCESS_URL), "credentials": {"api_key": shop.credential}}
    verdict = judge_in_process(server, profile)

    assert (verdict.verdict, verdict.ids("failed"), verdict.ids("inconclusive")) == ("conformant", [], [])
    assert 2 < shop.fetched < 9


def test_what_is_refused_on_purpose_fetches_nothing(tmp_path):
    shop = Shop(tmp_path, *(token_of("ada", number) for number in range(9)))
    verdict = judged(ONLYAUTOMATOR(), shop)

    assert verdict.verdict == "conformant"
    assert shop.fetched == 1


def test_server_that_refuses_a_good_token_is_condemned(tmp_path):
    class RefusesOneCategory(ONLYAUTOMATOR):
        def validate_body(self, body):
            super().validate_body(body)
            if body["category"] == "tipping":
                raise self.authentication_refusal()

    shop = Shop(tmp_path, *(token_of("ada", number) for number in range(9)))
    verdict = judged(RefusesOneCategory(), shop, only=["common-categories"])
    (result,) = verdict.results

    assert (verdict.exit_status, result.status) == (1, "failed")
    assert [one.status for one in result.evidence][-2:] == [401, 401]
    assert shop.fetched == 2


def test_command_that_fails_later_is_no_failure_of_the_server(tmp_path):
    verdict = judged(ShortLived(60), Shop(tmp_path, token_of("ada", 1)))
    reasons = [one.reason for one in verdict.results if one.status == "inconclusive"]

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert (
        "a credential was answered 401 that did before; profile: credentials.user: the command" in reasons[0]
    )
    assert "failed: exit status 7" in reasons[0]
    assert reasons[-1].startswith("not asked: ")


def test_token_that_is_about_to_expire_is_fetched_beforehand(tmp_path):
    tokens = [token_of("ada", 1, lives_s=2), token_of("ada", 2)]
    server = ShortLived(9999)
    judged(server, Shop(tmp_path, *tokens), only=["create-answers-200", "update-answers-200"])

    assert server.used.keys() == {tokens[1]}


def test_token_that_is_expired_by_our_clock_alone_is_fetched_once(tmp_path):
    class Clockless(ONLYAUTOMATOR):
        def verify_token(self, token):
            return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False})

    shop = Shop(tmp_path, *(token_of("ada", number, lives_s=-3600) for number in range(9)))
    verdict = judged(Clockless(), shop, only=["value-*"])

    assert verdict.verdict == "conformant"
    assert shop.fetched == 2


def test_command_takes_no_longer_than_the_budget(tmp_path):
    (tmp_path / "slow.py").write_text(
        f"import sys, time; {COMMAND}\nif count: time.sleep(30)".replace("print(", "if not count: print(")
    )
    shop = Shop(tmp_path)
    command = [sys.executable, str(tmp_path / "slow.py"), str(shop.file), token_of("ada", 1), "another"]
    server = ShortLived(10)
    with serve(server) as url:
        profile = server.profile(url)
        profile["credentials"]["user"] = {"command": command}
        began = time.monotonic()
        verdict = judge_target(profile, budget_s=1)

    assert time.monotonic() - began < 5
    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])


def test_later_tokens_stay_secret_too(tmp_path):
    tokens = [token_of("ada", number) for number in range(3)]

    class Echoes(ShortLived):
        def error_response(self, refusal):
            refusal.message = f"no longer {' '.join(self.used)}"
            return super().error_response(refusal)

    with serve(Echoes(1)) as url:
        profile = Echoes(1).profile(url)
        profile["credentials"]["user"] = Shop(tmp_path, *tokens).credential
        (tmp_path / "target.yaml").write_text(json.dumps(profile))
        command = ["run", str(tmp_path / "target.yaml"), "--report-dir", str(tmp_path)]
        done = CliRunner().invoke(app, [*command, "--only", "update-answers-200"])
    written = "".join(file.read_text() for file in tmp_path.glob("re*.*"))

    assert "no longer $ONLYAUTOMATOR_USER $ONLYAUTOMATOR_USER" in written
    assert "$CREDENTIAL" not in written
    assert not [part for token in tokens for part in token.split(".")[1:] if part in written + done.output]


def ends_after(reference, requests, status=401, credential=None):
    """Make a server that refuses *credential*, by default the main one, after so many requests that carry it."""

    class Ends(reference):
        used = 0

        def answer(self, request):
            given = self.profile("")["credentials"]
            held = given[credential] if credential else next(iter(given.values()))
            if request.headers.get("authorization", "").removeprefix("Bearer ") == held:
                self.used += 1
                if self.used > requests:
                    return Response(status, {"code": status, "message": "It was replaced"})
            return super().answer(request)

    server = Ends()
    profile = server.profile(IN_PROCESS_URL)
    server.profile = lambda _: profile  # whose tokens stay the same
    return server


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("requests", [1, 10, 30, 60, 150, 220])
@pytest.mark.parametrize("reference", [ONLYAUTOMATOR, SUPRSEND])
def test_credential_that_ends_is_no_failure_of_the_server(reference, requests, status):
    server = ends_after(reference, requests, status)
    verdict = judge_in_process(server)
    key = "credentials.user" if reference is ONLYAUTOMATOR else "credentials.api_key"

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert verdict.reason.startswith(f"{key} has been refused since request ")
    assert server.used < requests + 10  # those of a race, and the probe


def test_command_that_prints_what_has_ended_is_no_failure_of_the_server(tmp_path):
    verdict = judged(ShortLived(60), Shop(tmp_path, *[token_of("ada", 1)] * 9))

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert verdict.reason.startswith("credentials.user has been refused since request ")


@pytest.mark.parametrize(
    ("lives_s", "command", "says"),
    [
        (30, "run", "credentials.user expires in "),
        (30, "doctor", "note: credentials.user expires in "),
        (-30, "run", "credentials.user expired at "),
        (90, "run", ""),
    ],
)
def test_token_that_will_not_last_is_noted(lives_s, command, says, tmp_path):
    server = ONLYAUTOMATOR()
    with serve(server) as url:
        profile = server.profile(url)
        profile["credentials"]["user"] = token_of("ada", 1, lives_s)
        (tmp_path / "target.yaml").write_text(json.dumps(profile))
        only = ["--only", "create-answers-200"] if command == "run" else []
        done = CliRunner().invoke(app, [command, str(tmp_path / "target.yaml"), *only])

    assert says in done.output
    assert ("credentials.user expire" in done.output) is bool(says)


def test_other_credential_that_ends_leaves_open_what_needs_it():
    verdict = judge_in_process(ends_after(ONLYAUTOMATOR, 2, credential="other_user"))
    reasons = {one.reason for one in verdict.results if one.status == "inconclusive"}

    assert (verdict.exit_status, verdict.ids("failed"), verdict.ended_by) == (3, [], None)
    assert {reason.partition(" since")[0] for reason in reasons} == {
        "credentials.other_user has been refused"
    }


def test_server_that_refuses_a_good_credential_now_and_then_is_condemned():
    class RefusesOneCategory(ONLYAUTOMATOR):
        def validate_body(self, body):
            super().validate_body(body)
            if body["category"] == "tipping":
                raise self.authentication_refusal()

    verdict = judge_in_process(RefusesOneCategory(), only=["common-categories"])

    assert (verdict.exit_status, verdict.results[0].status) == (1, "failed")


def test_credential_of_a_contract_that_ends_is_no_failure_of_the_server(spec):
    class Ends(Library):
        used = 0

        def is_let_in(self, request):
            self.used += super().is_let_in(request)
            return super().is_let_in(request) and self.used <= 9

    verdict = judged_by_contract(Ends(), spec)

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert verdict.reason.startswith("credentials.key has been refused since request ")


def test_credential_of_a_contract_that_may_not_do_everything_has_not_ended(spec):
    class Forbids(Library):
        asked = 0

        def create(self, _name, _request):
            return self.refuse(403)

        def get(self, _name, _request):
            self.asked += 1
            return self.refuse(403) if self.asked in (1, 4) else Response(200, self.books["first"])

    verdict = judged_by_contract(Forbids(), spec)

    assert (verdict.verdict, verdict.ended_by, verdict.ids("inconclusive")) == ("conformant", None, [])
    assert verdict.requests < 250
