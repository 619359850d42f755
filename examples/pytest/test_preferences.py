"""Tests of your own code against the stub: run `mockserver run -- pytest -n auto`, or plain `pytest`.

The installation brings the fixtures `mockserver` and `mock_session`. Each test has a session of its own, so tests that
run at once may write the same preference of the same fan.
"""

import httpx2
import pytest


class Preferences:
    """The code under test; it needs a URL and a token, and knows nothing of sessions."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def save_preference(self, fan: str, preference: str, value: object) -> str:
        """Save a preference; return "saved", or a sentence for the user."""
        body = {"fanId": fan, "category": "content", "preference": preference, "value": value}
        answer = self._http.post("/api/v2/update-preference", json=body)
        if answer.status_code == 503:
            return "Busy, try again later"
        return "saved" if answer.is_success else answer.json()["error"]["message"]


@pytest.fixture
def preferences(mock_session):
    headers = {"Authorization": f"Bearer {mock_session.token}"}
    with httpx2.Client(base_url=mock_session.base_url, headers=headers, trust_env=False) as http:
        yield Preferences(http)


def test_saved_preference_arrives(preferences, mock_session):
    assert preferences.save_preference("12345", "likes_fitness_videos", True) == "saved"

    (call,) = mock_session.requests(operation="update_preference")
    assert call["request"]["body"]["value"] is True


def test_unknown_fan_is_explained(preferences):
    assert "not found" in preferences.save_preference("nobody", "likes_fitness_videos", True)


def test_busy_service_is_explained(preferences, mock_session):
    mock_session.faults({"match": {"operation": "update_preference"}, "status": 503, "times": 1})

    assert preferences.save_preference("12345", "likes_fitness_videos", True) == "Busy, try again later"
    assert preferences.save_preference("12345", "likes_fitness_videos", True) == "saved"


def test_token_expires_with_the_clock(preferences, mock_session):
    mock_session.advance(2 * 3600)

    assert preferences.save_preference("12345", "likes_fitness_videos", True) != "saved"
