"""Belgian postcodes, municipalities and localities, as data beside the code that reads it."""
