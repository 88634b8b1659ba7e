"""What comes back: bounces, complaints, unsubscribes."""
