"""Common Preference Categories: four that every server knows."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import describe_answer
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import expect

CATEGORIES = {
    "content": "likes_fitness",
    "messaging": "prefers_voice_messages",
    "tipping": "frequent_tipper",
    "scheduling": "active_weekends",
}


def test_common_categories(driver: Driver) -> None:
    """MUST accept each of the common categories. (onlyautomator: Common Preference Categories)"""
    for category, preference in CATEGORIES.items():
        answer = driver.write(
            driver.make_body(category=category, preference=f"{preference}_{driver.run.prefix}")
        )
        expect(answer.ok, f"a write of the category {category} to be accepted", describe_answer(answer))
