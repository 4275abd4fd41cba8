"""Pages of the administrator; no room of its own behind them."""
