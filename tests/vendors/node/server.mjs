// A vendor who reads the two documents literally and forgives: Node alone, state in memory.
//
// Where the documents are silent, this vendor
// - answers with the decorated ids of the document's example (pref_uuid_…, fan_uuid_…, user_uuid_…),
//   whole seconds, and members of its own beside the documented ones;
// - tells categories and slugs apart by more than case, takes a number for a fanId and an absent value for null;
// - ignores what it does not know: members, channels, content types; takes null and [] for an absent list;
// - adds to the earlier opt-outs, keeps them through opt_out, lists no channels of a category opted out;
// - makes objects and tenants when they are first named, leaves a locked category as it is and says 202;
// - refuses trailing slashes, serves the shorter path of the document's curl line;
// - tells a wrong API key (403) from a missing one (401), reads a session from the cookie as well.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { ACCOUNT, JWT_SECRET: secret, API_KEY: apiKey } = process.env;
if (!ACCOUNT || !secret || !apiKey) {
  console.error("ACCOUNT, JWT_SECRET and API_KEY must be set");
  process.exit(2);
}
const account = JSON.parse(readFileSync(ACCOUNT, "utf8"));
const LIMIT = 1_000_000;

class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

// --- OnlyAutomator ---------------------------------------------------------------------------------

const preferences = new Map();

function claimsOf(token) {
  const refused = new Refusal(401, "authentication_required", "Log in to use this resource");
  const parts = (token ?? "").split(".");
  if (parts.length !== 3) throw refused;
  let header, claims;
  try {
    [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  } catch {
    throw refused;
  }
  const expected = createHmac("sha256", secret).update(`${parts[0]}.${parts[1]}`).digest();
  const given = Buffer.from(parts[2], "base64url");
  const now = Date.now() / 1000;
  if (
    header?.alg !== "HS256" ||
    given.length !== expected.length ||
    !timingSafeEqual(given, expected) ||
    !(claims?.exp > now) ||
    (claims.nbf ?? 0) > now
  )
    throw refused;
  return claims;
}

function sessionOf(request) {
  const [, bearer] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const [, cookie] = /(?:^|; *)sb-access-token=([^;]+)/.exec(request.headers.cookie ?? "") ?? [];
  const claims = claimsOf(bearer ?? cookie);
  if (claims.role !== "authenticated") throw new Refusal(403, "permission_denied", "Ask the owner for access");
  return claims;
}

function word(body, name) {
  const given = body[name];
  if (given === undefined || given === null) invalid(`The '${name}' field is required`);
  if (typeof given !== "string" || !given.trim()) invalid(`The '${name}' field must be a text`);
  return given.trim();
}

function invalid(message) {
  throw new Refusal(400, "validation_error", message);
}

function updatePreference(request, body) {
  const user = sessionOf(request);
  if (request.headers["x-maintenance"]) throw new Refusal(503, "service_unavailable", "Back in five minutes");
  const asked = parse(body, () => invalid("The body must be a JSON object"));
  if (typeof asked.fanId === "number") asked.fanId = String(asked.fanId);
  const fanId = word(asked, "fanId");
  const category = word(asked, "category");
  const preference = word(asked, "preference");
  if (/\s/.test(preference)) invalid("The 'preference' field must not contain spaces");
  const fan = account.fans[fanId];
  if (!fan) throw new Refusal(404, "resource_not_found", `There is no fan ${fanId}`);

  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const key = JSON.stringify([fanId, category.toLowerCase(), preference]);
  const record = preferences.get(key) ?? { id: `pref_uuid_${randomBytes(4).toString("hex")}`, createdAt: now };
  preferences.set(key, record);
  Object.assign(record, { userId: `user_uuid_${user.sub}`, value: asked.value ?? null, updatedAt: now });
  const data = {
    ...{ id: record.id, fanId: `fan_uuid_${fanId}`, fanName: fan.name, userId: record.userId, category, preference },
    ...{ value: record.value, source: "extension", createdAt: record.createdAt, updatedAt: record.updatedAt },
  };
  return [200, { status: "success", message: "Saved", data }];
}

// --- SuprSend --------------------------------------------------------------------------------------

const choices = new Map();

function patchCategory(request, body, [type, id, slug], tenant) {
  const [, key] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (!key) throw new Refusal(401, 401, "Pass the API key as a bearer token");
  if (key !== apiKey) throw new Refusal(403, 403, "This API key opens nothing here");
  const category = account.categories[slug.toLowerCase()];
  if (!category) throw new Refusal(404, 404, `No category ${slug}`);

  const asked = body.length ? parse(body, () => bad("a JSON object is expected")) : {};
  const preference = asked.preference ?? "opt_in";
  if (!["opt_in", "opt_out"].includes(preference)) bad("preference is opt_in or opt_out");
  const [out, into] = ["opt_out_channels", "opt_in_channels"].map((name) => channels(asked, name));
  const stored = JSON.stringify([type, id, slug.toLowerCase(), tenant || null]);
  const choice = choices.get(stored) ?? { preference: category.default, out: new Set() };
  choices.set(stored, choice);
  if (category.is_editable) {
    choice.preference = preference;
    for (const channel of into) choice.out.delete(channel);
    for (const channel of out) choice.out.add(channel);
  }
  const listed = choice.preference === "opt_out" ? [] : category.channels;
  return [
    202,
    {
      name: category.name,
      category: slug.toLowerCase(),
      description: category.description,
      original_preference: category.default,
      preference: choice.preference,
      is_editable: category.is_editable,
      channels: listed.map((channel) => ({
        channel,
        preference: choice.out.has(channel) ? "opt_out" : "opt_in",
        is_editable: category.is_editable,
      })),
      tags: [],
    },
  ];
}

function channels(asked, name) {
  const given = asked[name] ?? [];
  if (!Array.isArray(given) || given.some((one) => typeof one !== "string")) bad(`${name} is a list of channel names`);
  return given;
}

function bad(message) {
  throw new Refusal(400, 400, message);
}

// --- Both ------------------------------------------------------------------------------------------

function parse(text, refuse) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    refuse();
  }
  if (found === null || typeof found !== "object" || Array.isArray(found)) refuse();
  return found;
}

const routes = [
  ["POST", /^\/api\/v2\/update-preference$/, updatePreference],
  ["PATCH", /^\/v1\/object\/([^/]+)\/([^/]+)\/preference\/(?:category\/)?([^/]+)$/, patchCategory],
];

function answer(request, body) {
  const { pathname, searchParams } = new URL(request.url, "http://vendor");
  const found = routes.find(([, path]) => path.test(pathname));
  if (!found) throw new Refusal(404, pathname.startsWith("/v1/") ? 404 : "resource_not_found", "Nothing lives here");
  const [method, path, handle] = found;
  if (request.method !== method) throw new Refusal(405, "validation_error", `Use ${method}`);
  let names;
  try {
    names = path.exec(pathname).slice(1).map(decodeURIComponent);
  } catch {
    bad("the path is not well encoded");
  }
  return handle(request, body, names, searchParams.get("tenant_id"));
}

function refusal(error) {
  if (!(error instanceof Refusal)) console.error(error);
  const { status, code, message } = error instanceof Refusal ? error : new Refusal(500, 500, "Our fault");
  if (typeof code === "number") return [status, { code, message, request_id: randomBytes(6).toString("hex") }];
  return [status, { status: "error", error: { code, message, docs: "https://vendor.example/errors" } }];
}

function send(response, status, body) {
  const headers = { vary: "Origin", "content-type": "application/json; charset=utf-8" };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="vendor"';
  response.writeHead(status, headers);
  response.write(JSON.stringify(body, null, 1)); // in two pieces, and so without a length
  response.end("\n");
}

const server = createServer((request, response) => {
  const pieces = [];
  let size = 0;
  request.on("data", (piece) => (size += piece.length) <= LIMIT && pieces.push(piece));
  request.on("end", () => {
    let result;
    try {
      if (size > LIMIT) throw new Refusal(413, "validation_error", "Too much");
      result = answer(request, Buffer.concat(pieces).toString());
    } catch (error) {
      result = refusal(error);
    }
    send(response, ...result);
  });
});

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
