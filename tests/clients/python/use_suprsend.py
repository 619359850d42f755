"""An application on the client that openapi-python-client makes of openapi/suprsend.yaml."""

from __future__ import annotations

import sys

from suprsend_generated import AuthenticatedClient
from suprsend_generated.api.default import (
    get_object_category_preference,
    get_object_preference,
    list_object_category_preferences,
    update_object_category_preference,
    update_object_channel_preference,
)
from suprsend_generated.models import (
    CategoryPreference,
    CategoryPreferenceList,
    CategoryPreferenceRead,
    CategoryPreferenceWrite,
    Channel,
    ChannelPreferences,
    ChannelPreferencesWrite,
    ChannelRestriction,
    Error,
    FullPreference,
    SubcategoryPreference,
)

url, key = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key)
engineering = ("departments", "engineering")

write = CategoryPreferenceWrite(opt_out_channels=[Channel.SLACK])
written = update_object_category_preference.sync(
    *engineering, "status-update-alert", client=client, body=write
)
assert isinstance(written, CategoryPreference), written
assert {one.channel: one.preference.value for one in written.channels}[Channel.SLACK] == "opt_out"
read = get_object_category_preference.sync(*engineering, "status-update-alert", client=client)
assert isinstance(read, CategoryPreferenceRead), read
assert read.to_dict() == written.to_dict()

page = list_object_category_preferences.sync(*engineering, client=client, limit=1)
assert isinstance(page, CategoryPreferenceList), page
assert (page.meta.limit, page.results) == (1, [read])
unchosen = {**read.to_dict(), "original_preference": None}
assert CategoryPreferenceRead.from_dict(unchosen).original_preference is None
locked = {**unchosen, "preference": "cant_unsubscribe"}
assert SubcategoryPreference.from_dict(locked).to_dict() == locked

restriction = ChannelPreferencesWrite([ChannelRestriction(Channel.EMAIL, is_restricted=True)])
restricted = update_object_channel_preference.sync(*engineering, client=client, body=restriction)
assert isinstance(restricted, ChannelPreferences), restricted
everything = get_object_preference.sync(*engineering, client=client)
assert isinstance(everything, FullPreference), everything
assert everything.channel_preferences == restricted.channel_preferences

refused = get_object_category_preference.sync_detailed(*engineering, "no-such", client=client)
assert isinstance(refused.parsed, Error), refused
assert (refused.status_code, refused.parsed.message) == (404, "category 'no-such' not found")
print("good")
