"""The documents' own examples, verbatim but for host and token, with real curl."""

from __future__ import annotations

import json
import subprocess

from tests.testbed.calls import KEY, token

ONLYAUTOMATOR = r"""curl -X POST "https://onlyautomator.com/api/v2/update-preference" \
-H "Authorization: Bearer YOUR_JWT_TOKEN" \
-H "Content-Type: application/json" \
-d '{
"fanId": "12345",
"category": "content",
"preference": "likes_fitness_videos",
"value": true
}'"""

# The document leaves out category/, which its own heading has.
SUPRSEND = r"""curl -X PATCH "https://hub.suprsend.com/v1/object/departments/engineering/preference/status-update-alert/" \
  --header 'Authorization: Bearer __YOUR_API_KEY__' \
  --header 'Content-Type: application/json' \
  --data '{
    "preference": "opt_in",
    "opt_out_channels": ["email", "slack"]
  }'"""  # noqa: E501 - as the document has it


def shell(command: str) -> tuple[int, dict]:
    """Run a command line with curl; returns the status and the body."""
    command = command.replace(
        "curl ", "curl --silent --show-error --max-time 5 --write-out '\\n%{http_code}' ", 1
    )
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=10)
    assert ran.returncode == 0, ran.stderr
    body, _, status = ran.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_example_of_onlyautomator_works(url):
    status, body = shell(
        ONLYAUTOMATOR.replace("https://onlyautomator.com", url).replace("YOUR_JWT_TOKEN", token())
    )

    assert status == 200
    assert body["status"] == "success"
    assert body["data"]["preference"] == "likes_fitness_videos"
    assert body["data"]["value"] is True


def test_example_of_suprsend_without_category_is_404_in_its_voice(url):
    command = SUPRSEND.replace("https://hub.suprsend.com", url).replace("__YOUR_API_KEY__", KEY)

    status, body = shell(command)

    assert status == 404
    assert body["code"] == 404
    assert "the path lacks /category after /preference" in body["message"]


def test_example_of_suprsend_with_category_works(url):
    command = SUPRSEND.replace("https://hub.suprsend.com", url).replace("__YOUR_API_KEY__", KEY)

    status, body = shell(command.replace("/preference/", "/preference/category/"))

    assert status == 202
    out = [channel["channel"] for channel in body["channels"] if channel["preference"] == "opt_out"]
    assert out == ["email", "slack"]


def test_curl_that_offers_http_2_is_answered(url):
    command = ONLYAUTOMATOR.replace("https://onlyautomator.com", url).replace("YOUR_JWT_TOKEN", token())

    status, _ = shell(command.replace("curl ", "curl --http2 ", 1))

    assert status == 200
