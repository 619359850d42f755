"""Contracts of others, read and asked about apart from what is measured."""
