"""Judging by an OpenAPI file alone, without requirements written by hand."""
