"""Programs that speak to us (the website, partners): their tokens, what they asked, and how often they may."""
