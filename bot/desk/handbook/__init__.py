"""The estate's handbook 服务手册: entries, finding one, what depends on the day, what was not answered."""
