// The calls of the control plane, all about the session that is shown.

export const data = JSON.parse(document.getElementById("data").textContent);
export const session = new URLSearchParams(location.search).get("session") || data.session;
/** The address at which an application reaches the session. */
export const baseUrl = `${location.origin}/__session/${session}`;

/** Tell whether calls are shown as they come. */
export const isLive = () => document.getElementById("live").classList.contains("on");

export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return `${path}?${new URLSearchParams([...given, ["session", session]])}`;
}

export async function call(method, path, body, query) {
  const sent = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(address(path, query), { method, ...sent });
  const text = await answer.text();
  if (!answer.ok) throw new Error(describeError(text, answer));
  return text ? JSON.parse(text) : null;
}

function describeError(text, answer) {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}

export function showSession(id) {
  location.search = `?session=${encodeURIComponent(id)}`;
}

/** Parse what a person typed, with a message that says where. */
export function parseJson(text, what) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is not JSON: ${error.message}`);
  }
}
