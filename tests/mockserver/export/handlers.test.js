// The handlers of a kit under MSW: what a frontend's tests see of them.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, afterEach, before, test } from "node:test"
import { setupServer } from "msw/node"
import * as library from "./kit/msw/library.js"

const server = setupServer(...library.handlers)
before(() => server.listen({ onUnhandledRequest: "error" }))
afterEach(() => server.resetHandlers())
after(() => server.close())

const get = async (url, options) => {
  const answer = await fetch(url, { redirect: "manual", ...options })
  return [answer.status, await answer.text()]
}
const BOOKS = "https://api.example.com/v2/shelves/low/1/books"

test("every operation answers its first success at any address, whatever the query, slash or not", async () => {
  const some = [200, '[{"slug":"emma","title":"Emma"},{"slug":"newest","title":"Who\'s \\"who\\""}]']
  for (const url of [BOOKS, `${BOOKS}/`, `${BOOKS}?tags=old`, "http://127.0.0.1:4010/shelves/a%2Fb/%C3%BC/books/"]) {
    assert.deepEqual(await get(url), some, url)
  }
  assert.deepEqual(await get(`${BOOKS}/emma`, { method: "PATCH" }), [202, '{"slug":"text","title":"Emma"}'])
  assert.deepEqual(await get("https://eu.example.com/test/v2/shelves/s1.json"), [200, '{"id":"s1"}'])
})

test("paths that share a beginning are told apart", async () => {
  assert.deepEqual(await get(`${BOOKS}/newest`), [200, "Emma"])
  assert.deepEqual(await get(`${BOOKS}/emma`), [200, '{"slug":"emma"}'])
  assert.deepEqual(await get("https://api.example.com/v2/books/emma"), [200, '{"slug":"found"}'])
  assert.deepEqual(await get("https://api.example.com/v2/books:find(all)*"), [200, '[{"slug":"found"}]'])
  await assert.rejects(get("https://api.example.com/v2/books:find(all)/more"))
  await assert.rejects(get(`${BOOKS}/emma/pages`, { method: "PATCH" }))
})

test("an answer is forced until it is reset, or once", async () => {
  server.use(library.answering.list_books(404))
  assert.deepEqual(await get(BOOKS), [404, '{"why":"missing"}'])
  assert.deepEqual(await get(BOOKS), [404, '{"why":"missing"}'])
  server.resetHandlers()
  server.use(library.answering.list_books(200, { example: "none", once: true }))
  assert.deepEqual(await get(BOOKS), [200, "[]"])
  assert.equal((await get(BOOKS))[1].length > 2, true)
})

test("an answer brings its headers and its media type", async () => {
  const headers = async (handler, path, method) => {
    server.use(handler)
    return (await fetch(`${BOOKS}${path}`, { method, redirect: "manual" })).headers
  }
  const { answering } = library
  const lent = await headers(answering.update_book(409), "/emma", "PATCH")
  assert.deepEqual([lent.get("content-type"), lent.get("retry-after")], ["application/problem+json", "3"])
  assert.equal((await headers(answering.newest_book(200), "/newest")).get("content-type"), "text/plain")
  assert.equal((await headers(answering.add_book(201), "", "POST")).get("location"), "/v2/shelves/low/1/books/emma")
})

test("one address is mocked and no other", async () => {
  const { handlers } = library.mocksAt("https://eu.example.com/test/v2/")
  const eu = setupServer(...handlers)
  server.close()
  eu.listen({ onUnhandledRequest: "error" })
  try {
    assert.equal((await get("https://eu.example.com/test/v2/shelves/low/1/books/"))[0], 200)
    await assert.rejects(get(BOOKS))
  } finally {
    eu.close()
    server.listen({ onUnhandledRequest: "error" })
  }
})

test("an answer that the contract does not have names those it has", () => {
  assert.throws(() => library.answering.list_books(418), /list_books has no answer 418.*200 some, 200 none, 404/)
  assert.throws(() => library.answering.update_book(409, { example: "x" }), /no answer 409 x.*409 lost for good/)
})

test("every example of every contract is answered as the contract has it", async () => {
  const examples = JSON.parse(readFileSync("examples.json", "utf-8"))
  assert.ok(examples.length > 30)
  for (const { api, operation, method, path, status, example, body } of examples) {
    const { answering } = await import(`./kit/msw/${api}.js`)
    server.resetHandlers()
    server.use(answering[operation](status, { example }))
    const answer = await fetch(`https://api.example.com${path}`, { method, redirect: "manual" })
    const text = await answer.text()
    const got = (answer.headers.get("content-type") ?? "json").includes("json") ? JSON.parse(text) : text
    assert.deepEqual([answer.status, got], [status, body], `${operation} ${status} ${example}`)
    if ([429, 503].includes(status)) assert.equal(answer.headers.get("retry-after"), "1")
    if (status === 401) assert.equal(answer.headers.get("www-authenticate"), "Bearer")
  }
})
