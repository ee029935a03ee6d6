"""What people do, one verb per function: each runs in a unit of work (`salesapp.services.work`)."""
