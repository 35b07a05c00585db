"""The EPJ Profil."""
