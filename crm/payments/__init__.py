"""What people paid online, as providers tell it: each payment once, what was kept, what went back, what is paid out."""
