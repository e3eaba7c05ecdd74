"""The web application of the people at the desk 客服工作台."""
