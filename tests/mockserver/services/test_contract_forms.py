"""A contract is served alike in OpenAPI 3.0, in Swagger 2.0 and in several files."""

from __future__ import annotations

from mockserver.services.openapi_file import load_service

SWAGGER = """
swagger: "2.0"
info: {title: Library, version: "1"}
host: books.example.com
basePath: /v1
definitions:
  Book: {type: object, required: [title], properties: {title: {type: string, x-nullable: true}}}
parameters:
  book: {name: book, in: body, required: true, schema: {$ref: "#/definitions/Book"}}
paths:
  /books:
    get:
      parameters: [{name: ids, in: query, required: true, type: array, items: {type: integer}, collectionFormat: pipes}]
      responses: {200: {description: All, schema: {type: array, items: {$ref: "#/definitions/Book"}}}}
    post:
      parameters: [{$ref: "#/parameters/book"}]
      responses: {201: {description: "", examples: {application/json: {title: Emma}}}, 409: {$ref: "#/responses/Gone"}}
  /covers:
    post:
      consumes: [multipart/form-data]
      parameters:
        - {name: cover, in: formData, type: file, required: true}
        - {name: pages, in: formData, type: integer}
      responses: {204: {description: Taken}}
  /notes:
    post:
      parameters: [{name: stars, in: formData, type: integer, required: true}]
      responses: {204: {description: Taken}}
"""


def test_swagger_is_served(serve):
    http = serve(SWAGGER.replace('{$ref: "#/responses/Gone"}', "{description: Gone}"))

    assert http.get("/v1/books", params={"ids": "1|2"}).json() == [{"title": "text"}]
    assert http.get("/v1/books", params={"ids": "1|b"}).status_code == 400
    assert http.post("/v1/books", json={"title": None}).json() == {"title": "Emma"}
    assert "title" in http.post("/v1/books", json={}).json()["detail"]
    assert http.post("/v1/covers", files={"cover": b"x"}, data={"pages": "2"}).status_code == 204
    assert http.post("/v1/covers", files={"cover": b"x"}, data={"pages": "two"}).status_code == 400
    assert http.post("/v1/notes", data={"stars": "5"}).status_code == 204
    assert http.post("/v1/notes", data={"stars": "many"}).status_code == 400


def test_flaw_of_swagger_is_told_where_it_was_written(tmp_path):
    file = tmp_path / "library.yaml"
    file.write_text(SWAGGER.replace("type: array, items: {type: integer}", "type: arrray"))
    document = load_service(file).document
    assert document is not None

    told = list(map(str, document.flaws))
    assert any(line.startswith("paths./books.get.parameters.0.type: ") for line in told)
    assert any(line.startswith("paths./books.post.responses.409.$ref: #/responses/Gone ") for line in told)
    assert list(document.unusable) == [("/books", "post")]


def test_contract_in_several_files_is_served(serve, tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "books.yaml").write_text(
        "get: {responses: {200: {description: '', content: {application/json: {schema: {$ref: book.json}}}}}}\n"
        "put: {responses: {200: {$ref: gone.yaml}}}"
    )
    (tmp_path / "parts" / "book.json").write_text('{"type": "object", "properties": {"next": {"$ref": "#"}}}')
    spec = {
        "openapi": "3.0.3",
        "info": {"title": "Library", "version": "1"},
        "paths": {"/books": {"$ref": "./parts/books.yaml"}},
    }
    http = serve(spec)

    assert http.get("/books").status_code == 200
    document = load_service(tmp_path / "library.yaml").document
    assert document is not None
    assert [file.name for file in document.files] == ["library.yaml", "books.yaml", "book.json", "gone.yaml"]
    assert document.unusable == {("/books", "put"): "gone.yaml is not there (named in parts/books.yaml)"}
    [flaw] = document.flaws
    assert flaw.file == tmp_path / "parts" / "books.yaml"
    assert str(flaw) == (
        "put.responses.200.$ref: gone.yaml is not there (named in parts/books.yaml); what needs it answers 501"
    )
