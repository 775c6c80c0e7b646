"""What eMSP apps ask: what is free near a driver, now, at what price, how sure we are of it, and what changes."""
