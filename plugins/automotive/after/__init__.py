"""After the delivery: calls, the survey, complaints, customers who bring customers, lost deals asked again."""
