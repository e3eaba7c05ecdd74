"""What differs from estate to estate: `estate.yml`, typed and checked, and its working calendar."""
