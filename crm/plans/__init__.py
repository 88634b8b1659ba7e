"""What people promised to give again and again, the mandates that let us ask their bank for it, and memberships."""
