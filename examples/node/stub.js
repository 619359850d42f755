// The whole client that a test needs; `mockserver run` sets the address of the stub.
const stub = process.env.MOCKSERVER_URL;
if (!stub) throw new Error("start this with: mockserver run -- node --test");

async function callAdmin(method, path, body) {
  const answer = await fetch(`${stub}/__admin/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Start a session; no other test sees its state, journal, faults or clock. */
export async function startSession() {
  const { id, base_url: baseUrl, token, api_key: apiKey } = await callAdmin("POST", "sessions", {});
  const query = `?session=${id}`;
  return {
    baseUrl,
    token,
    apiKey,
    requests: (match = {}) => callAdmin("POST", `requests/find${query}`, { match }),
    faults: (...faults) => callAdmin("PUT", `faults${query}`, faults),
    end: () => callAdmin("DELETE", `sessions/${id}`),
  };
}
