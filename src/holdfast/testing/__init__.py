"""For authors of connectors and backends: what their work must live up to."""
