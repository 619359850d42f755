"""A contract compiled: its routes, operations, parameters, schemas and examples."""
