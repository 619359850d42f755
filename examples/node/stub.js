// All of a client that a test needs: `mockserver run` says where the stub is.
const stub = process.env.MOCKSERVER_URL;
if (!stub) throw new Error("start this with: mockserver run -- node --test");

async function ask(method, path, body) {
  const answer = await fetch(`${stub}/__admin/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Begin a session of one's own: its state, journal, faults and clock are seen by nobody else. */
export async function session() {
  const { id, base_url: baseUrl, token, api_key: apiKey } = await ask("POST", "sessions", {});
  const query = `?session=${id}`;
  return {
    baseUrl,
    token,
    apiKey,
    requests: (match = {}) => ask("POST", `requests/find${query}`, { match }),
    faults: (...faults) => ask("PUT", `faults${query}`, faults),
    end: () => ask("DELETE", `sessions/${id}`),
  };
}
