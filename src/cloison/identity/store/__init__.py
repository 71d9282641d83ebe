"""The SQL of identity, one module per thing kept."""
