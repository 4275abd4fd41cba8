"""What a person can do with certificates: issue, issue again, revoke (`issuing`); say how they look (`templates`)."""
