"""PET values as standardized uptake values by body weight."""
