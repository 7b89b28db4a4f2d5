"""The only package that speaks SQL; what is kept."""
