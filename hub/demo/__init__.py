"""A hub between simulated partners, to look at: the same `hubctl serve`, driven through OCPI and the admin API alone."""
