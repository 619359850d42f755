// What a frontend in TypeScript does with a kit; each line that must not compile says so.
import { setupServer } from "msw/node"
import { answering, handlers } from "./kit/msw/onlyautomator.js"
import * as library from "./kit/msw/library.js"
import type { components, operations } from "./kit/types/onlyautomator.js"

const server = setupServer(...handlers, ...library.mocksAt("https://api.example.com/v2").handlers)
server.use(answering.update_preference(404, { example: "resource_not_found", once: true }))
server.use(library.answering.update_book(409, { example: "lost for good" }), library.answering.update_book(503))
server.use(library.answering["GET /shelves/{id}.json"](200))

// @ts-expect-error: the contract has no such answer
answering.update_preference(418)
// @ts-expect-error: nor an example of that name
answering.update_preference(404, { example: "validation_error" })
// @ts-expect-error: nor such an operation
answering.forget_preference(404)

type Write = operations["update_preference"]["requestBody"]["content"]["application/json"]
export const write: Write = { fanId: "12345", category: "content", preference: "dark_mode", value: ["yoga"] }
export const error: components["schemas"]["Error"]["error"]["code"] = "resource_not_found"
// @ts-expect-error: all four members are required
export const half: Write = { fanId: "12345" }
