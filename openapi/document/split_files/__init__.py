"""Contracts that are split into several files, as the one document that they are together."""

from openapi.document.split_files.bundle import Bundled, bundle_files

__all__ = ["Bundled", "bundle_files"]
