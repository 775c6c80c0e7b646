"""CDRs on their way through the hub: checked as their parties agreed, and kept for clearing."""
