"""Contracts that are split into several files, as the one document that they are together."""

from openapi.document.split_files.bundle import bundle_files

__all__ = ["bundle_files"]
