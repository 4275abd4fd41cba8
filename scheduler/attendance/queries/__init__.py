"""What pages show of counting, of what follows a visit, and of adults who count themselves."""
