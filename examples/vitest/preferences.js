// The code under test: it needs a URL and a token, and knows nothing of mocks.
export async function savePreference({ baseUrl, token }, fanId, preference, value) {
  const answer = await fetch(`${baseUrl}/api/v2/update-preference`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ fanId, category: "content", preference, value }),
  });
  if (answer.status === 503) return "Busy, try again later";
  return answer.ok ? "saved" : (await answer.json()).error.message;
}
