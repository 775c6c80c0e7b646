"""The contract suite against partners: when it is due, how it is run, what its verdict means for them."""
