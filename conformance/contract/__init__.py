"""Judging by an OpenAPI file alone: what any contract promises, before anybody writes a requirement."""
