"""HTTP for absences."""
