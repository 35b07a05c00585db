"""The access log: who saw or changed whose data, sealed so that an altered row is found."""
