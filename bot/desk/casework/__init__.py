"""Cases 工单 and the times promised for them: opened, seen, followed, closed."""
