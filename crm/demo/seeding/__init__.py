"""Made-up supporters by the hundred thousand, for trials and measurements: one generator a room, one seed for all."""
