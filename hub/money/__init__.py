"""What a session costs, exactly: tariffs priced and explained, CDRs checked, tariffs examined. Pure, and without floats."""
