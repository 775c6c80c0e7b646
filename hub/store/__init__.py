"""The only room with a database: records and protocols for the rest of the hub, MongoDB behind them."""
