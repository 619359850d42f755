// The address and the token are settings, so that the same extension calls the stub today and the service tomorrow.
const DEFAULTS = { api: "http://127.0.0.1:4010", token: "" };
const settings = await chrome.storage.local.get(DEFAULTS);
for (const name of Object.keys(DEFAULTS)) {
  const field = document.getElementById(name);
  field.value = settings[name];
  field.addEventListener("change", () => {
    settings[name] = field.value;
    chrome.storage.local.set(settings);
  });
}

async function savePreference(preference, value) {
  try {
    const answer = await fetch(`${settings.api}/api/v2/update-preference`, {
      method: "POST",
      headers: { Authorization: `Bearer ${settings.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ fanId: "12345", category: "content", preference, value }),
    });
    return answer.ok ? "Saved" : (await answer.json()).error.message;
  } catch {
    return "You are offline";
  }
}

document.getElementById("fitness").addEventListener("change", async ({ target }) => {
  document.querySelector("[role=status]").textContent = await savePreference("likes_fitness_videos", target.checked);
});
