"""Your own code against the stub: `mockserver run -- pytest -n auto`, or plain `pytest`.

The two fixtures come with the installation. `mock_session` is one per test: the same fan, the same preference, and
no test sees another's, however many run at once.
"""

import httpx2
import pytest


class Preferences:
    """The code under test: its client knows a URL and a token, and nothing of sessions."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def save(self, fan: str, preference: str, value: object) -> str:
        """Save a preference; "saved", or a sentence for the user."""
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
    assert preferences.save("12345", "likes_fitness_videos", True) == "saved"

    (call,) = mock_session.requests(operation="update_preference")
    assert call["request"]["body"]["value"] is True


def test_unknown_fan_is_explained(preferences):
    assert "not found" in preferences.save("nobody", "likes_fitness_videos", True)


def test_busy_service_is_explained(preferences, mock_session):
    mock_session.faults({"match": {"operation": "update_preference"}, "status": 503, "times": 1})

    assert preferences.save("12345", "likes_fitness_videos", True) == "Busy, try again later"
    assert preferences.save("12345", "likes_fitness_videos", True) == "saved"


def test_token_expires_with_the_clock(preferences, mock_session):
    mock_session.advance(2 * 3600)

    assert preferences.save("12345", "likes_fitness_videos", True) != "saved"
