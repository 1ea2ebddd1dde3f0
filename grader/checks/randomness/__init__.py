"""Random functions: laws, means, seeds, and the tests behind them."""
