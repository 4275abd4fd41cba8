"""Files that people bring: sheets and workbooks read, staged, stored in batches and taken back."""
