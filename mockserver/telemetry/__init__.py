"""What monitoring sees of the stub: metrics for Prometheus, and spans for OpenTelemetry."""
