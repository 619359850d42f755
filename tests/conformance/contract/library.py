"""A small contract, and a correct server of it that lies and liberties are derived from."""

import json
import threading

from conformance.proof.messages import Request, Response

KEY = "library-key-4711"

SPEC = """
openapi: 3.0.3
info: {title: A Library, version: "1"}
security: [{key: []}]
paths:
  /books:
    get:
      operationId: listBooks
      security: []
      parameters: [{name: limit, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 9}}]
      responses:
        "200":
          description: All
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Book"}}}}
        "400": {$ref: "#/components/responses/Refused"}
    post:
      operationId: createBook
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
      responses:
        "201":
          description: Made
          headers: {Location: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
        "400": {$ref: "#/components/responses/Refused"}
        "401": {$ref: "#/components/responses/Refused"}
  /books/{book_id}:
    delete:
      operationId: deleteBook
      parameters: [{name: book_id, in: path, required: true, schema: {type: string}}]
      responses:
        "204": {description: Gone}
        "401": {$ref: "#/components/responses/Refused"}
        "404": {description: None}
    get:
      operationId: getBook
      parameters: [{name: book_id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: One, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        "401": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  responses:
    Refused:
      description: Refused
      content:
        application/json:
          schema: {type: object, required: [error], properties: {error: {}}}
  schemas:
    Book:
      type: object
      required: [title, kind]
      properties:
        id: {type: string, readOnly: true}
        title: {type: string, maxLength: 40}
        kind: {type: string, enum: [novel, poem]}
        pages: {type: integer, nullable: true}
        printed: {type: string, format: date}
"""


class Library:
    """Each step is a method that a lie can replace."""

    def __init__(self):
        self.books = {"first": {"id": "first", "title": "Emma", "kind": "novel"}}
        self.lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        name = {"GET": "get", "POST": "create", "DELETE": "delete"}.get(request.method)
        *_, last = request.segments
        if request.segments == ["books"] and request.method == "GET":
            return self.list(request)
        if not self.is_let_in(request):
            return self.refuse(401)
        return getattr(self, name)(last, request)

    def is_let_in(self, request):
        return request.headers.get("x-key") == KEY

    def refuse(self, status):
        return Response(status, {"error": status})

    def list(self, request):
        limit = request.query.get("limit", "")
        if limit not in set("123456789"):
            return self.refuse(400)
        return Response(200, list(self.books.values())[: int(limit)])

    def create(self, _, request):
        try:
            book = json.loads(request.body)
        except ValueError:
            return self.refuse(400)
        return self.store(book) if self.is_book(book) else self.refuse(400)

    def is_book(self, book):
        return (
            isinstance(book, dict)
            and isinstance(book.get("title"), str)
            and len(book["title"]) <= 40
            and book.get("kind") in ("novel", "poem")
            and (book.get("pages") is None or type(book["pages"]) in (int, float))
            and isinstance(book.get("printed", ""), str)
        )

    def store(self, book):
        with self.lock:
            book = {**book, "id": f"book-{len(self.books)}"}
            self.books[book["id"]] = book
        return Response(201, book, {"location": f"/books/{book['id']}"})

    def get(self, book_id, _):
        return Response(200, self.books[book_id]) if book_id in self.books else self.refuse(404)

    def delete(self, book_id, _):
        return Response(204) if self.books.pop(book_id, None) else Response(404)
