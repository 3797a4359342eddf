"""What knows nothing of medicine: errors, progress, findings, phrases, files, JSON."""
