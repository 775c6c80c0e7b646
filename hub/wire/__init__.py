"""The protocol's words without any input or output: parties, headers, messages, envelopes, pages, errors."""
