// What an answer is forced to be once, and three bodies that no real service should send.
const { MOCKSERVER_URL: baseUrl } = process.env;
const [origin, session] = (baseUrl ?? "").split("/__session/");

export const EMPTY = { status: 200, body: "", headers: { "Content-Type": "text/plain" } };
export const HTML = { status: 502, body: "<h1>Bad Gateway</h1>", headers: { "Content-Type": "text/html" } };
export const FOREIGN = { status: 200, body: ["of another API"] };

export async function override(response: { status: number; body: unknown; headers?: object }) {
  const answer = await fetch(`${origin}/__admin/overrides?session=${session}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ response }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
